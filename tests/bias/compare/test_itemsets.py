"""Combinations of groups that are missing against a reference are found; alone, they are asked about."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest

from observatory.bias.compare.cells import explained_away
from observatory.bias.compare.compared import compared
from observatory.bias.compare.itemsets import itemsets, triples
from observatory.bias.run import Run
from observatory.bias.traces.unexpected import far_off, no_interaction
from observatory.model import BiasOptions
from observatory.profile import profile


@pytest.fixture
def run(table):
    def make(frame, reference=None, **options):
        ours, theirs = table(frame), None if reference is None else table(reference)
        return Run(ours, profile(ours), theirs, options=BiasOptions(**options))

    return make


@pytest.fixture(scope="module")
def levels() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    n = 16_000
    return pd.DataFrame({name: rng.choice(["x", "y", "z"], n, p=[0.4, 0.35, 0.25]) for name in "abcd"})


def test_triples_are_counted_as_by_hand(run, levels):
    both = compared(run(levels.head(600), levels))
    t = triples((both.sample, both.reference), both.axes)
    assert len(t.z) == len(t.places) == len(list(combinations("abcd", 3))) * 27
    seen = set()
    for i in range(0, len(t.places), 7):
        fields, codes = t.places[i]
        seen.add((fields, codes))
        inside = np.logical_and.reduce([both.sample.codes[f] == c[0] for f, c in zip(fields, codes)])
        there = np.logical_and.reduce([both.reference.codes[f] == c[0] for f, c in zip(fields, codes)])
        assert np.sign(t.z[i]) in (0, np.sign(inside.mean() - there.mean()))
    assert len(seen) == len(range(0, len(t.places), 7))


def test_corner_that_no_pair_gives_away_is_the_combination_of_smallest_p(run):
    """Thinned where an odd number of a, b, c is x."""
    rng = np.random.default_rng(0)
    people = pd.DataFrame({name: rng.choice(["x", "y"], 16_000) for name in "abcd"})
    odd = (people[list("abc")] == "x").sum(axis=1) % 2 == 1
    kept = people[~odd | (rng.random(len(people)) < 0.35)]
    given = run(kept.head(4000), people)
    both, explained = compared(given), given.once(explained_away)
    assert explained.regions == ()
    t = triples((both.sample, both.reference), both.axes)
    fields, codes = t.places[int(t.log_p.argmin())]
    assert {both.axes[i].field for i in fields} == set("abc")
    levels = [both.axes[i].labels[c[0] - 1] for i, c in zip(fields, codes)]
    assert (levels.count("x") % 2 == 1) == (t.z[int(t.log_p.argmin())] < 0)


@pytest.mark.parametrize("seed", range(5))
def test_fair_sample_has_no_combination(run, levels, seed):
    out = itemsets(run(levels.sample(3000, random_state=seed), levels, random_state=seed))
    assert out.found == ()
    assert out.witnesses == ()
    assert len(out.families["itemsets"]) == 108


def test_pairs_that_depart_are_witnesses(run, levels):
    lost = (levels["a"] == "x") & (levels["b"] == "y")
    out = itemsets(run(levels[~lost].head(3000), levels))
    assert ("apriori", "(\"a\" = 'x') AND (\"b\" = 'y')", "under") in {
        (w.detector, w.where, w.direction) for w in out.witnesses
    }


def test_absent_pair_is_asked_about_with_counts(run, levels, table):
    sample = levels[~((levels["a"] == "x") & (levels["b"] == "y"))].head(3000)
    out = itemsets(run(sample))
    note = out.notes[0]
    assert (note.kind, note.columns) == ("combinations", ("a", "b"))
    assert note.statement.startswith("No row has a = x with b = y, where about ")
    assert note.statement.endswith("if the two fields were independent. Is that so in the population?")
    claim = out.claims["combinations"][0]
    assert (claim["n"], claim["lift"]) == (0, 0)
    assert table(sample).query(f"SELECT count(*) AS n FROM t WHERE {claim['where']}")["n"][0] == 0
    assert out.families == {}
    assert len(out.notes) <= 3


def test_absent_corner_is_held_against_all_pairs(run, levels):
    lost = (levels["a"] == "x") & (levels["b"] == "y") & (levels["c"] == "z")
    out = itemsets(run(levels[~lost].head(8000)))
    assert out.notes[0].columns == ("a", "b", "c")
    assert "from how each two of these fields go together" in out.notes[0].statement


def test_field_that_tells_another_is_no_surprise(run, levels):
    state = levels["a"] + levels["b"]
    out = itemsets(run(pd.DataFrame({"state": state, "region": levels["a"], "c": levels["c"]}).head(4000)))
    assert out.notes == ()
    assert out.claims == {}


def test_independent_fields_raise_no_question(run):
    for seed in range(5):
        rng = np.random.default_rng(seed)
        frame = pd.DataFrame({f"v{i}": rng.choice(list("pqrs"), 2000) for i in range(6)} | {"x": rng.normal(size=2000)})
        assert itemsets(run(frame)).notes == ()


def test_expected_counts_keep_all_two_way_margins():
    rng = np.random.default_rng(0)
    table = rng.integers(5, 50, (3, 4, 2)).astype(float)
    made = no_interaction(table, 200)
    for axis in range(3):
        assert np.allclose(made.sum(axis=axis), table.sum(axis=axis), atol=0.2)
    odds = [np.log(made[i, j, 1] / made[i, j, 0]) for i, j in product(range(2), range(2))]
    assert odds[0] - odds[1] - odds[2] + odds[3] == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": [1], "table": ["x"]}),
        pd.DataFrame({"a": [None] * 90, "n": ["c"] * 90}),
        pd.DataFrame({"rowid": [f"v{i}" for i in range(200)], "long": -np.arange(200.0)}),
        pd.DataFrame({"a": ["x", None] * 60, "b": [np.inf, -1.0, 2.0, 3.0] * 30}),
    ],
)
def test_awkward_tables_are_got_through(run, frame):
    assert itemsets(run(frame)).found == ()
    assert itemsets(run(frame, frame)).found == ()


def test_few_rows_are_never_far_off(run, levels):
    both = compared(run(levels.head(30), levels))
    assert far_off(both.sample, both.axes)[0] == []
