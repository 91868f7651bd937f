"""A map of rows shows groups and odd rows from the same fits as the report, and is empty where nothing varies."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from observatory.bias import Run
from observatory.bias.rows.explore import MAX_POINTS, explore
from observatory.bias.rows.odd_rows import METHODS, odd_rows
from observatory.model import Exploration
from observatory.profile import profile


@pytest.fixture
def run(table):
    def make(frame: pd.DataFrame, reference: pd.DataFrame | None = None) -> Run:
        made = table(frame)
        return Run(made, profile(made), None if reference is None else table(reference))

    return make


def two_kinds(n: int = 2600, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    kind = rng.random(n) < 0.3
    frame = pd.DataFrame({"length": rng.normal(size=n) + 7 * kind, "width": rng.normal(size=n) - 7 * kind})
    return frame.assign(noise=rng.random(n), kind=np.where(kind, "long", "short"))


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    frame = two_kinds()
    frame.loc[1234, ["length", "width"]] = [30.0, 30.0]
    return frame


def test_the_map_shows_rows_groups_and_the_oddest_rows_of_the_report(run, frame):
    made = run(frame)
    seen = explore(made)
    n = len(seen.rows)
    assert MAX_POINTS - 10 <= n <= MAX_POINTS
    assert list(seen.rows) == sorted(set(seen.rows))
    assert {len(seen.x), len(seen.y)} == {n}
    assert [g.method for g in seen.groupings] == ["k-means", "Ward", "Gaussian mixture"]
    for grouping in seen.groupings:
        assert len(grouping.labels) == n
        assert [g.share for g in grouping.groups] == pytest.approx([0.7, 0.3], abs=0.03)
        groups = pd.crosstab(pd.Series(grouping.labels), frame["kind"].iloc[list(seen.rows)].to_numpy())
        assert groups.min(axis=1).max() <= 1
    assert [o.method for o in seen.odd] == list(METHODS)
    assert all(len(o.scores) == n and min(o.scores) >= 0 and max(o.scores) <= 1 for o in seen.odd)
    assert "length" in seen.axes[0]
    assert "width" in seen.axes[0]
    assert Exploration.from_dict(seen.to_dict()) == seen
    odd = odd_rows(made).claims["odd_rows"]
    assert 1234 in [o["row"] for o in odd]
    assert all(seen.why[str(o["row"])] == o["why"] for o in odd)


def test_the_same_run_gives_the_same_map(run, frame):
    few = frame.head(300)
    assert explore(run(few)) == explore(run(few))


def test_shares_of_the_reference_are_shown(run, frame):
    reference = two_kinds(3000, seed=1)
    short = frame[(frame["kind"] == "short") | (frame.index % 3 == 0)].reset_index(drop=True)
    parts = explore(run(short, reference)).groupings[0].groups
    assert [g.reference_share for g in parts] == pytest.approx([0.7, 0.3], abs=0.03)
    assert [g.share for g in parts] == pytest.approx([0.875, 0.125], abs=0.03)


def test_rows_without_groups_are_one_group(run):
    rng = np.random.default_rng(0)
    seen = explore(run(pd.DataFrame(rng.normal(size=(400, 4)), columns=list("abcd"))))
    assert [len(g.groups) for g in seen.groupings] == [1, 1, 1]
    assert [set(g.labels) for g in seen.groupings] == [{0}, {0}, {0}]
    assert "no natural groups" in seen.groupings[0].statement
    assert "one mode" in seen.groupings[2].statement


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": [1]}),
        pd.DataFrame({"a": [1.5] * 200}),
        pd.DataFrame({"id": [f"u{i:05}" for i in range(300)]}),
    ],
    ids=["one row", "constant", "identifier"],
)
def test_where_nothing_varies_the_map_is_empty(run, frame):
    assert explore(run(frame)) == Exploration((), (), (), (), ())


def _awkward(kind: str) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    n = 300
    return {
        "one column": lambda: pd.DataFrame({"table": rng.normal(size=n)}),
        "infinite": lambda: pd.DataFrame({"x": np.where(rng.random(n) < 0.1, -np.inf, rng.random(n)), "y": range(n)}),
        "half missing": lambda: pd.DataFrame({c: np.where(rng.random(n) < 0.5, np.nan, 1.0) for c in "ab"}),
        "sorted": lambda: pd.DataFrame({"x": np.sort(rng.random(n)), "longitude": -np.sort(rng.random(n)) * 180}),
        "wide": lambda: pd.DataFrame(rng.normal(size=(n, 500)), columns=[f"c{i}" for i in range(500)]),
        "many levels": lambda: pd.DataFrame({"a": rng.integers(0, 100_000, 2000).astype(str), "b": rng.random(2000)}),
        "times": lambda: pd.DataFrame(
            {
                "day": pd.Timestamp("1850-01-01") + pd.to_timedelta(rng.integers(0, 90_000, n), unit="D"),
                "clock": [pd.Timestamp(s, unit="s").time() for s in rng.integers(0, 86_400, n)],
                "yes": rng.random(n) < 0.5,
            }
        ),
    }[kind]()


@pytest.mark.parametrize("kind", ["one column", "infinite", "half missing", "sorted", "wide", "many levels", "times"])
def test_awkward_tables_give_a_map(run, kind):
    frame = _awkward(kind)
    seen = explore(run(frame, frame.head(200)))
    assert len(seen.rows) == min(len(frame), MAX_POINTS)
    assert np.isfinite([*seen.x, *seen.y]).all()
