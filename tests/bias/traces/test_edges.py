"""A number that is cut off is told from one that thins out, and from the ends of a scale."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from observatory.bias.run import Run
from observatory.bias.traces.edges import edges
from observatory.profile import profile


@pytest.fixture
def look(table):
    def run(values, reference=None, name="score"):
        sample = table(pd.DataFrame({name: values}))
        other = None if reference is None else table(pd.DataFrame({name: reference}))
        return edges(Run(sample, profile(sample), other))

    return run


def normal(n=4000, seed=0):
    return np.random.default_rng(seed).normal(173.3, 24.7, n)


@pytest.mark.parametrize("seed", range(3))
def test_a_cut_within_the_tail_is_a_finding_about_the_column(look, seed):
    values = normal(seed=seed)
    outcome = look(values[values < 197.37])
    assert [f.columns for f, _ in outcome.found] == [("score",)]
    finding = outcome.found[0][0]
    assert (finding.kind, finding.direction, finding.where, finding.evidence) == ("column", None, None, "internal")
    assert "end abruptly at 197" in finding.statement
    assert "none above" in finding.statement
    assert outcome.families["edges"][outcome.found[0][1][1]] == finding.p < 1e-6


def test_a_cut_below_is_seen_too(look):
    values = normal()
    outcome = look(values[values > 149.73])
    assert "none below" in outcome.found[0][0].statement


def test_the_evidence_counts_the_rows_by_steps_from_the_edge(table):
    values = normal()
    sample = table(pd.DataFrame({"t": values[values < 197.37]}))
    found = edges(Run(sample, profile(sample))).found[0][0]
    counted = sample.query(found.evidence_sql)
    assert counted["steps_from_edge"].iloc[0] == 0
    assert counted["n"].sum() == sample.n_rows


def test_a_round_edge_is_a_note_on_a_likely_rule(look):
    age = np.random.default_rng(0).gamma(9, 5, 6000).astype(int) + 3
    outcome = look(age[age <= 65], name="age")
    assert outcome.found == ()
    assert [n.columns for n in outcome.notes] == [("age",)]
    assert "end abruptly at 65" in outcome.notes[0].statement
    assert "rule" in outcome.notes[0].statement
    assert "reference" in outcome.notes[0].needs


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "shape",
    ["normal", "lognormal", "exponential", "pareto", "cauchy", "triangular", "counts", "percent", "uniform", "bimodal"],
)
def test_ends_that_tails_and_scales_have_by_themselves_stay_quiet(look, shape, seed):
    rng = np.random.default_rng(seed)
    n = 4000
    values = {
        "normal": lambda: rng.normal(50, 10, n),
        "lognormal": lambda: rng.lognormal(3, 1, n),
        "exponential": lambda: rng.exponential(5, n),
        "pareto": lambda: rng.pareto(1.5, n),
        "cauchy": lambda: rng.standard_cauchy(n),
        "triangular": lambda: rng.triangular(10, 30, 70, n),
        "counts": lambda: rng.poisson(40, n),
        "percent": lambda: rng.beta(3, 0.9, n) * 100,
        "uniform": lambda: rng.uniform(3, 17, n),
        "bimodal": lambda: np.concatenate([rng.normal(0, 1, n), rng.normal(20, 1, n // 10)]),
    }[shape]()
    outcome = look(values)
    assert (outcome.found, outcome.notes) == ((), ())


def test_whole_numbers_from_one_on_may_be_codes(look):
    assert look(np.random.default_rng(0).integers(1, 43, 5000)).notes == ()


def test_a_reference_that_goes_on_beyond_the_edge_makes_it_a_witness(look):
    values = normal()
    outcome = look(values[values < 197.37], normal(9000, 5))
    assert outcome.found == ()
    assert outcome.notes == ()
    assert [(w.detector, w.direction) for w in outcome.witnesses] == [("edges", "under")]
    assert '"score"::DOUBLE > 197.' in outcome.witnesses[0].where


def test_awkward_columns_are_passed_over(look):
    for values in ([1.0], [np.inf] * 599 + [1.0], [5] * 600, [None] * 599 + [1.0], np.arange(600.0)):
        assert look(pd.Series(values, dtype=float)).found == ()


def test_infinities_and_negative_values_do_not_crash(look):
    values = normal() - 400
    values[:50] = np.inf
    assert look(values, name="table").found == ()
