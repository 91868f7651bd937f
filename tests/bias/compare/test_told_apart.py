"""Classifiers tell sample from reference when they differ, and say by what; alike, they cannot."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from observatory.bias.classify import auc, ranks, tree_places
from observatory.bias.coded import Side
from observatory.bias.compare.cells import cells
from observatory.bias.compare.compared import compared
from observatory.bias.compare.told_apart import MODELS, told_apart
from observatory.bias.merge import merge
from observatory.bias.run import Run
from observatory.model import BiasOptions
from observatory.profile import profile


@pytest.fixture
def run(table):
    def make(frame, reference=None, **options):
        ours, theirs = table(frame), None if reference is None else table(reference)
        return Run(ours, profile(ours), theirs, options=BiasOptions(**options))

    return make


def test_area_under_the_curve_is_that_of_all_pairs():
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 6, 40) / 5 + 0.2, rng.integers(0, 6, 30) / 5
    made = auc(a, b)
    pairs = (a[:, None] > b).mean() + (a[:, None] == b).mean() / 2
    assert made["auc"] == pytest.approx(pairs)
    assert made["interval"][0] < pairs < made["interval"][1]
    assert auc(np.ones(5), np.ones(5))["p"] == 1


def test_levels_are_ranked_by_how_much_commoner_they_are():
    codes = [np.repeat([1, 2, 3], n) for n in ([10, 80, 10], [60, 20, 20])]
    axis = type("Axis", (), {"ordered": False, "n_codes": 5})()
    (rank,) = ranks(tuple(Side((c,), np.ones(100)) for c in codes), [axis])
    assert rank[1] < rank[3] < rank[2]


def test_thinned_group_is_told_by_all_models_and_its_field_is_named(run, drawn, population):
    out = told_apart(run(drawn(population["age"] > 60, 0.2), population))
    claims = out.claims["told_apart"]
    assert all(claims[m]["auc"] > 0.55 and claims[m]["p"] < 1e-4 for m in MODELS)
    assert claims["fields"][0]["field"] == "age"
    assert "The forest goes mostly by age." in out.check
    assert out.notes == ()  # the finding of cells says it
    assert len(out.families["models"]) == 3


def test_tree_leaves_bear_out_the_finding_of_cells(run, drawn, population):
    given = run(drawn(population["age"] > 60, 0.2), population)
    (found,) = merge(given, [f for f, _ in cells(given).found], told_apart(given).witnesses)
    assert (found.columns, found.witnesses) == (("age",), ("decision tree",))


@pytest.mark.parametrize("seed", range(3))
def test_fair_sample_cannot_be_told_apart(run, drawn, population, seed):
    out = told_apart(run(drawn(seed=seed), population, random_state=seed))
    assert out.found == ()
    assert out.claims["told_apart"]["decision tree"]["p"] > 0.001
    assert abs(out.claims["told_apart"]["random forest"]["auc"] - 0.5) < 0.05
    assert out.witnesses == ()


def test_sorted_files_are_shuffled_first(run, population):
    ordered = population.sort_values(["region", "age"])
    out = told_apart(run(ordered.iloc[::2], ordered.iloc[1::2]))
    assert abs(out.claims["told_apart"]["random forest"]["auc"] - 0.5) < 0.05


def test_reference_that_is_the_sample_is_not_told_apart(run, population):
    out = told_apart(run(population.head(2000), population.head(2000)))
    assert "cannot tell" in out.notes[0].statement


def test_nodes_of_a_tree_hold_missing_values_alone_or_not_at_all(run, drawn, population):
    sample = drawn(population["age"] > 60, 0.2)
    sample.loc[np.random.default_rng(0).random(len(sample)) < 0.3, ["sex", "income"]] = None
    both = compared(run(sample, population))
    places = tree_places((both.sample, both.reference), both.axes)
    assert places
    assert all(0 not in codes or codes == (0,) for _, sets in places for codes in sets)


@pytest.mark.parametrize("n", [0, 1, 3])
def test_few_rows_or_one_column_say_nothing(run, population, n):
    assert told_apart(run(population.head(n), population)).claims == {}
    assert told_apart(run(population[["sex"]].head(100), population[["sex"]])).found == ()


def test_hostile_names_and_infinities_do_no_harm(run, population):
    spoiled = population.rename(columns={"sex": "table", "region": '"long"--93', "age": "rowid", "code": "n"})
    spoiled["income"] = spoiled["income"].where(spoiled["income"] < 60_000, np.inf)
    out = told_apart(run(spoiled[spoiled["table"] == "male"].head(2000), spoiled))
    assert out.claims["told_apart"]["fields"][0]["field"] == "table"


def test_missing_by_two_fields_together_is_a_note(run, population):
    sample = population.head(6000).copy()
    inside = (sample["sex"] == "female") & (sample["age"] >= 60)
    rate = np.where(inside, 0.7, 0.08)
    sample["income"] = sample["income"].where(np.random.default_rng(0).random(6000) > rate)
    out = told_apart(run(sample))
    (note,) = out.notes
    assert (note.kind, set(note.columns)) == ("missing", {"income", "sex", "age"})
    assert note.statement.startswith("income is missing for 7")
    assert out.claims["missing_told_apart"]["income"]["auc"] > 0.6


def test_missing_by_one_field_or_by_chance_needs_no_note(run, population):
    for seed in range(2):
        rng = np.random.default_rng(seed)
        sample = population.sample(4000, random_state=seed).reset_index(drop=True)
        sample["income"] = sample["income"].where(rng.random(4000) > np.where(sample["region"] == "A", 0.5, 0.1))
        sample["sex"] = sample["sex"].where(rng.random(4000) > 0.2)
        out = told_apart(run(sample))
        assert out.notes == ()
        assert out.claims["missing_told_apart"]["income"]["p"] < 1e-6
        assert out.claims["missing_told_apart"]["sex"]["p"] > 1e-4


def test_wide_and_long_tables_are_got_through(run):
    rng = np.random.default_rng(0)
    wide = pd.DataFrame({f"v{i}": rng.choice(["a", "b", None], 300) for i in range(120)})
    assert told_apart(run(wide, wide)).found == ()
    long = pd.DataFrame({"a": [f"v{i % 900}" for i in range(3000)], "b": rng.normal(size=3000)})
    assert told_apart(run(long, long)).found == ()
