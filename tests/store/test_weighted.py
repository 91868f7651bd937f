"""Weights beside a stored table: every row meets its own, whatever is asked."""

import numpy as np
import pandas as pd
import pytest

from observatory.errors import ObservatoryError
from observatory.store import WeightedTable

N = 200_000


@pytest.fixture
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame({"g": rng.choice(list("abc"), N), "v": rng.normal(size=N), "Weight": range(N)})


@pytest.fixture
def weights() -> np.ndarray:
    return np.random.default_rng(1).gamma(2, 0.5, N)


@pytest.fixture
def table(store, frame, weights):
    return WeightedTable(store.table(store.ingest_frame(frame, name="people").id), weights)


def test_the_column_has_a_name_of_its_own(table):
    assert table.weight == "weight_"
    assert table.n_rows == N


def test_sums_of_weights_are_those_of_pandas(table, frame, weights):
    found = table.query("SELECT g, sum(weight_) AS n, sum(weight_ * v) AS total FROM t GROUP BY g ORDER BY g")
    truth = frame.assign(n=weights, total=weights * frame["v"]).groupby("g")[["n", "total"]].sum()
    np.testing.assert_allclose(found[["n", "total"]], truth, rtol=1e-9)


@pytest.mark.parametrize("where", ["g = 'a'", "rowid % 3 = 1", "v > 3", "rowid >= 199990"])
def test_a_filter_moves_no_weight(table, frame, weights, where):
    found = table.query(f"SELECT rowid AS r, weight_ AS w FROM t WHERE {where} ORDER BY rowid LIMIT 50")
    np.testing.assert_array_equal(found["w"], weights[found["r"]])
    assert len(found)


def test_a_statement_of_its_own_with_parameters_works(table, weights):
    found = table.query("WITH kept AS (SELECT weight_ FROM t WHERE rowid < ?) SELECT sum(weight_) AS s FROM kept", [10])
    assert found["s"].iloc[0] == pytest.approx(weights[:10].sum())


def test_a_sample_keeps_its_weights(table, weights):
    drawn = table.sample(20, random_state=3)
    np.testing.assert_array_equal(drawn["weight_"], weights[drawn.index])


def test_weights_of_other_rows_are_refused(store, frame, weights):
    stored = store.table(store.ingest_frame(frame, name="people").id)
    with pytest.raises(ObservatoryError, match="199,999 weights for 200,000 rows"):
        WeightedTable(stored, weights[1:])
