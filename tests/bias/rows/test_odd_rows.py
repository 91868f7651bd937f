"""The oddest rows are ranked and never judged: each method finds the oddity that it is meant for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from observatory.bias import Run
from observatory.bias.rows.odd_rows import METHODS, oddness
from observatory.model import BiasOptions
from observatory.profile import profile


@pytest.fixture
def ranked(table):
    """The positions of the ten oddest rows of a frame by each method."""

    def rank(frame: pd.DataFrame) -> dict[str, list[int]]:
        made = table(frame)
        odd = oddness(Run(made, profile(made), options=BiasOptions()))
        assert odd is not None
        return {name: np.argsort(-r, kind="stable")[:10].tolist() for name, r in odd.ranks.items()}

    return rank


def test_the_forest_finds_rows_far_out_in_several_fields(ranked):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(1000, 6)), columns=list("abcdef"))
    planted = [10, 500, 900]
    frame.loc[planted, ["a", "b", "c", "d"]] = [[5.0, -5.0, 5.0, 5.0]] * 3 + rng.normal(0, 0.1, (3, 4))
    assert set(planted) <= set(ranked(frame)["isolation forest"])


def test_lof_finds_rows_odd_for_their_neighbourhood(ranked):
    rng = np.random.default_rng(1)
    tight, wide = rng.normal([-3, -3], 0.05, (600, 2)), rng.normal([3, 3], 1.0, (600, 2))
    frame = pd.DataFrame(np.vstack([tight, wide]), columns=["a", "b"])
    planted = [0, 1]
    frame.loc[planted] = [[-3.0, -2.2], [-2.2, -3.0]]
    assert set(planted) <= set(ranked(frame)["LOF"])


@pytest.mark.parametrize("n", [300, 5000])
def test_the_autoencoder_finds_rows_that_break_a_correlation(ranked, n):
    rng = np.random.default_rng(2)
    height = rng.normal(size=n)
    frame = pd.DataFrame({name: height + rng.normal(0, 0.15, n) for name in ("height", "arm", "leg", "shoe")})
    planted = [3, 77]
    frame.loc[planted, ["height", "leg", "shoe"]] = [[1.0] * 3, [-1.0] * 3]
    frame.loc[planted, "arm"] = [-1.0, 1.0]
    assert set(planted) <= set(ranked(frame)["autoencoder"])


def test_a_row_says_why_and_who_agrees(report, drawn):
    sample = drawn()
    sample.loc[42, ["age", "income"]] = [89, 900_000.0]
    odd = report(sample, sample_rows=3000).claims["odd_rows"]
    row = next(o for o in odd if o["row"] == 42)
    assert len(odd) == 10
    assert "income is 900000 (rarest" in row["why"]
    assert "oddest 1 %" in row["why"]
    assert set(row["methods"]) == set(METHODS)
    assert [o["score"] for o in odd] == sorted((o["score"] for o in odd), reverse=True)
    assert all(0 <= v <= 1 for o in odd for v in o["methods"].values())


def test_copies_do_not_upset_the_local_outlier_factor(ranked):
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"a": rng.integers(0, 3, 400), "b": rng.choice(["x", "y"], 400), "c": rng.normal(size=400)})
    frame.loc[:200, "c"] = 0.0
    frame.loc[7, "c"] = 40.0
    assert 7 in ranked(frame)["LOF"]


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": [1]}),
        pd.DataFrame({"a": [1] * 100}),
        pd.DataFrame({"id": range(100)}),
    ],
    ids=["one row", "constant", "identifier"],
)
def test_nothing_is_ranked_where_nothing_varies(report, frame):
    assert "odd_rows" not in report(frame).claims
