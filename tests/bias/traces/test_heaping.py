"""Values that were rounded are told from a smooth distribution and from a scale of coarse steps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from observatory.bias.run import Run
from observatory.bias.traces.heaping import heaping
from observatory.profile import profile


@pytest.fixture
def look(table):
    def run(values, name="age"):
        sample = table(pd.DataFrame({name: values}))
        return heaping(Run(sample, profile(sample)))

    return run


def ages(n=3000, seed=0):
    return np.random.default_rng(seed).gamma(9, 5, n).round()


def rounded(values, share, step, seed=1):
    chosen = np.random.default_rng(seed).random(len(values)) < share
    return np.where(chosen, np.round(values / step) * step, values)


@pytest.mark.parametrize("seed", range(3))
def test_ages_on_fives_are_noted_with_whipples_index(look, seed):
    outcome = look(rounded(ages(seed=seed), 0.3, 5).astype(int))
    assert outcome.found == ()
    assert "Whipple's index" in outcome.notes[0].statement
    (claim,) = outcome.claims["heaping"]
    assert claim["step"] == 5
    assert claim["index"] == pytest.approx(220, abs=20)


def test_incomes_in_thousands(look):
    income = np.random.default_rng(0).lognormal(10.5, 0.5, 4000).round()
    outcome = look(rounded(income, 0.4, 1000), name="income")
    assert "multiples of 1000" in outcome.notes[0].statement
    assert outcome.claims["heaping"][0]["share"] == pytest.approx(0.4, abs=0.03)


def test_the_evidence_counts_by_last_digit(table):
    sample = table(pd.DataFrame({"table": rounded(ages(), 0.4, 10).astype(int)}))
    (claim,) = heaping(Run(sample, profile(sample))).claims["heaping"]
    counted = sample.query(claim["evidence_sql"])
    assert counted["last_digit"].tolist() == list(range(10))
    assert counted["n"].idxmax() == 0
    n = sample.query(f"SELECT count(*) AS n FROM t WHERE {claim['where']}")["n"].iloc[0]
    assert n == pytest.approx(claim["share"] * 3000, rel=0.05)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("shape", ["ages", "normal", "exponential", "counts", "fives", "prices", "default", "years"])
def test_smooth_numbers_and_coarse_scales_stay_quiet(look, shape, seed):
    rng = np.random.default_rng(seed)
    values, name = {
        "ages": (ages(seed=seed), "age"),
        "normal": (rng.normal(0, 100, 3000), "x"),
        "exponential": (rng.exponential(40, 3000).round(), "x"),
        "counts": (rng.poisson(30, 3000), "x"),
        "fives": (rng.poisson(30, 3000) * 5, "x"),
        "prices": (rng.poisson(30, 3000) + 0.99, "x"),
        "default": (np.where(rng.random(3000) < 0.4, 40, ages(seed=seed)), "hours"),
        "years": (rounded(rng.integers(1900, 2000, 3000), 0.4, 10), "year"),
    }[shape]
    assert look(values, name).notes == ()


def test_a_pile_at_the_largest_value_may_be_a_top_code(look):
    income = np.minimum(np.random.default_rng(0).lognormal(10, 0.8, 4000), 60_500).round(2)
    (note,) = look(income, name="income").notes
    assert "income = 60500, the largest value" in note.statement


def test_awkward_columns_are_passed_over(look):
    for values in (
        [1.0],
        [np.inf] * 599 + [1.0],
        [5] * 600,
        [None] * 599 + [1.0],
        np.arange(600.0),
        [1e300, 2.0] * 400,
    ):
        assert look(pd.Series(values, dtype=float)).notes == ()
