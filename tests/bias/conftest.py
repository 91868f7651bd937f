"""A table in memory, and a population whose make-up is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import duckdb
import numpy as np
import pandas as pd
import pytest

from observatory.bias import detect_bias
from observatory.model import BiasOptions, BiasReport, Finding
from observatory.profile import profile


class FrameTable:
    """A DataFrame that answers SQL as `t` (see model.Table)."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.register("given", frame)
        self.connection.execute("CREATE TABLE t AS SELECT * FROM given")
        self.n_rows = len(frame)

    def query(self, sql: str, params: Sequence[object] = ()) -> pd.DataFrame:
        return self.connection.cursor().execute(sql, list(params)).df()

    def sample(self, n: int, *, random_state: int = 0) -> pd.DataFrame:
        frame = self.query("SELECT rowid, * FROM t").set_index("rowid")
        return frame if n >= len(frame) else frame.sample(n, random_state=random_state).sort_index()


@pytest.fixture
def table() -> Callable[[pd.DataFrame], FrameTable]:
    return FrameTable


@pytest.fixture
def report() -> Callable[..., BiasReport]:
    """The bias report of a frame; `reference` is a frame too; few rows are ranked by oddness, which is slow."""

    def make(frame: pd.DataFrame, reference: pd.DataFrame | None = None, **options: object) -> BiasReport:
        sample = FrameTable(frame)
        other = None if reference is None else FrameTable(reference)
        settings = {k: options.pop(k) for k in ("random_state", "max_q", "min_effect", "min_count") if k in options}
        return detect_bias(
            sample,
            profile(sample),
            reference=other,
            options=BiasOptions(**{"sample_rows": options.pop("sample_rows", 200)} | settings),
            **options,
        )

    return make


@pytest.fixture
def unexplained(report: Callable[..., BiasReport]) -> Callable[..., list[Finding]]:
    """The findings of a report that no other one explains."""
    return lambda *given, **options: [f for f in report(*given, **options).findings if f.explained_by is None]


@pytest.fixture(scope="session")
def population() -> pd.DataFrame:
    """20,000 people: sex and region by lot, income that depends on age, a code with gaps."""
    rng = np.random.default_rng(7)
    n = 20_000
    age = rng.integers(18, 90, n)
    return pd.DataFrame(
        {
            "sex": rng.choice(["female", "male"], n, p=[0.51, 0.49]),
            "age": age,
            "region": rng.choice(list("ABCDEFGH"), n, p=[0.2, 0.2, 0.15, 0.15, 0.1, 0.1, 0.05, 0.05]),
            "income": rng.lognormal(9.5 + age / 100, 0.5, n).round(2),
            "code": np.where(rng.random(n) < 0.1, None, rng.choice(["x", "y", "z"], n)),
        }
    )


@pytest.fixture
def drawn(population: pd.DataFrame) -> Callable[..., pd.DataFrame]:
    """Rows drawn from the population, those inside a group kept with probability `keep`."""

    def draw(inside: pd.Series | None = None, keep: float = 1.0, n: int = 3000, seed: int = 1) -> pd.DataFrame:
        rng = np.random.default_rng(seed)
        kept = population if inside is None else population[~inside | (rng.random(len(population)) < keep)]
        return kept.sample(n, random_state=seed).reset_index(drop=True)

    return draw
