"""A table over in-memory DuckDB and a profile of it, so that charts are tested on their own."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import duckdb
import pandas as pd
import pytest

from observatory.model import FieldProfile, HistogramBin, Profile, TopValue


class FrameTable:
    """A `model.Table` of a DataFrame."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.connection = duckdb.connect()
        self.connection.register("source", frame)
        self.connection.execute("CREATE TABLE t AS SELECT * FROM source")
        self.statements: list[str] = []

    @property
    def n_rows(self) -> int:
        return int(self.query("SELECT count(*) FROM t").iloc[0, 0])

    def query(self, sql: str, params: Sequence[object] = ()) -> pd.DataFrame:
        self.statements.append(sql)
        return self.connection.execute(sql, list(params)).df()

    def sample(self, n: int, *, random_state: int = 0) -> pd.DataFrame:
        return self.query(f"SELECT * FROM t USING SAMPLE {n} ROWS (reservoir, {random_state})")


def _field(table: FrameTable, name: str, storage: str, series: pd.Series) -> FieldProfile:
    kept = series.replace([math.inf, -math.inf], math.nan).dropna()
    top = tuple(TopValue(str(value), int(n)) for value, n in kept.value_counts().head(30).items())
    common = {"name": name, "storage": storage, "missing": int(series.isna().sum()), "distinct": int(kept.nunique())}
    if storage.startswith(("TIMESTAMP", "DATE")):
        times = pd.to_datetime(kept)
        low, high = (times.min().isoformat(), times.max().isoformat()) if len(times) else (None, None)
        return FieldProfile(type="temporal", role="time", min=low, max=high, **common)
    if storage in ("BIGINT", "DOUBLE") and kept.nunique() > 4:
        role = "time" if name.lower() == "year" else "measure"
        edges = pd.cut(kept, 10).value_counts(sort=False)
        return FieldProfile(
            type="quantitative",
            role=role,
            min=kept.min().item(),
            max=kept.max().item(),
            mean=float(kept.mean()),
            sd=float(kept.std()),
            quantiles={"0.5": float(kept.median())},
            histogram=tuple(HistogramBin(i.left, i.right, int(n)) for i, n in edges.items()),
            **common,
        )
    unique = kept.nunique() == len(series) and storage == "VARCHAR"
    return FieldProfile(type="nominal", role="identifier" if unique else "dimension", top=top, **common)


@pytest.fixture
def tabulate() -> Callable[[pd.DataFrame], tuple[FrameTable, Profile]]:
    """A table and its profile out of a DataFrame."""

    def make(frame: pd.DataFrame) -> tuple[FrameTable, Profile]:
        table = FrameTable(frame)
        kinds = table.query("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 't'")
        storages = dict(zip(kinds["column_name"], kinds["data_type"], strict=True))
        fields = tuple(_field(table, name, storages[name], frame[name]) for name in frame.columns)
        return table, Profile(len(frame), fields)

    return make
