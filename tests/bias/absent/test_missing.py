"""Missing values that depend on a group are found, once; those that do not stay quiet."""

from __future__ import annotations

import numpy as np
import pandas as pd


def test_missing_by_group_names_both_shares(report, drawn):
    sample = drawn()
    chance = np.random.default_rng(0).random(len(sample))
    sample["income"] = sample["income"].where(chance > np.where(sample["region"] == "A", 0.3, 0.09))
    found = report(sample).findings
    assert [(f.kind, f.direction, f.columns) for f in found] == [("missing", "missing", ("income", "region"))]
    assert found[0].where == '("income" IS NULL) AND ("region" = \'A\')'
    assert found[0].n == (sample["income"].isna() & (sample["region"] == "A")).sum()
    assert "income is missing for 3" in found[0].statement
    assert "of region = A" in found[0].statement


def test_missing_by_a_range_of_a_number(report, drawn):
    sample = drawn()
    chance = np.random.default_rng(0).random(len(sample))
    sample["code"] = "x"
    sample["code"] = sample["code"].where(~((sample["age"] > 70) & (chance < 0.4)), None)
    assert [f.columns for f in report(sample).findings] == [("code", "age")]


def test_missing_at_random_is_quiet(report, drawn):
    for seed in range(3):
        sample = drawn(seed=seed)
        lost = np.random.default_rng(seed).random(sample.shape) < 0.1
        assert report(sample.mask(lost)).findings == ()


def test_skipped_question_is_said_to_look_structural(report, drawn):
    sample = drawn()
    sample["income"] = sample["income"].where(sample["sex"] == "male")
    found = report(sample).findings
    assert [f.columns for f in found] == [("income", "sex")]
    assert "does not apply there" in found[0].statement
    assert found[0].severity == "low"


def test_fields_missing_in_the_same_rows_are_one_finding_and_said_once(report, drawn):
    sample = drawn()
    lost = (sample["region"] == "A") & (np.random.default_rng(0).random(len(sample)) < 0.5)
    sample.loc[lost, ["income", "age"]] = None
    made = report(sample)
    assert [f.columns for f in made.findings] == [("age", "income", "region")]
    assert "together" not in {n.kind for n in made.notes}


def test_fields_missing_together_for_no_reason_are_one_note(report, drawn):
    sample = drawn()
    rng = np.random.default_rng(0)
    sample.loc[rng.random(len(sample)) < 0.2, ["income", "age"]] = None
    note = next(n for n in report(sample).notes if n.kind == "together")
    assert set(note.columns) == {"age", "income"}
    assert "are missing in the same rows (" in note.statement


def test_what_a_reference_lacks_as_often_is_not_called_unexplained(report, population):
    frame = population.assign(income=population["income"].where(population["region"] != "A"))
    sample, reference = frame.iloc[:3000].reset_index(drop=True), frame.iloc[3000:].reset_index(drop=True)
    assert "unexplained" not in {n.kind for n in report(sample, reference).notes}


def test_missing_as_in_the_reference_is_not_of_the_sample(report, population):
    spoiled = population.copy()
    lost = (spoiled["region"] == "A") & (np.random.default_rng(0).random(len(spoiled)) < 0.5)
    spoiled["sex"] = spoiled["sex"].where(~lost)
    assert report(spoiled.sample(3000, random_state=1), spoiled).findings == ()


def test_missing_by_group_explains_missing_against_the_reference(report, drawn, population):
    sample = drawn()
    chance = np.random.default_rng(0).random(len(sample))
    sample["age"] = sample["age"].where(chance > np.where(sample["region"] == "A", 0.6, 0.05))
    found = {f.columns: f for f in report(sample, population).findings}
    assert found[("age",)].explained_by == found[("age", "region")].id


def test_empty_field_is_a_note(report, drawn):
    made = report(drawn().assign(nothing=None))
    assert made.findings == ()
    assert ("empty", ("nothing",)) in {(n.kind, n.columns) for n in made.notes}


def test_fields_that_overlap_in_part_are_both_said(report, drawn):
    sample = drawn()
    men, chance = sample["sex"] == "male", np.random.default_rng(0).random(len(sample))
    sample["income"] = sample["income"].where(~men)
    sample["age"] = sample["age"].where(~(men & (chance < 0.3)))
    assert {f.columns for f in report(sample).findings} == {("income", "sex"), ("age", "sex")}


def test_only_fields_that_pass_the_control_are_named_to_compare_by(report):
    """With few rows Cramér's V passes .1 by chance; the fields here are independent but for two."""
    strays = 0
    for seed in range(5):
        rng = np.random.default_rng(seed)
        frame = pd.DataFrame({f"g{i}": rng.choice(list("abcd"), 240) for i in range(8)})
        frame["twin"] = frame["g0"].where(rng.random(240) < 0.95, "a")
        frame["lost"] = pd.Series(rng.random(240)).where(~((frame["g0"] == "b") & (rng.random(240) < 0.7)))
        (found,) = report(frame).findings
        named = {found.columns[-1], *found.remedy["compare_by"]}
        assert {"g0", "twin"} <= named
        strays += len(named) - 2
    assert strays <= 2  # of 35 independent ones; by V alone more than a third


def test_neighbouring_bins_and_several_levels_are_one_group(report, drawn):
    sample, chance = drawn(), np.random.default_rng(0).random(3000)
    by_age = sample.assign(code=sample["code"].fillna("x").where(~((sample["age"] >= 54) & (chance < 0.3))))
    (found,) = report(by_age).findings
    inside = by_age.query(f"age >= {found.where.split('>= ')[1].split(')')[0]}")
    assert abs(len(inside) / 3000 - 0.5) < 0.07
    by_region = sample.assign(income=sample["income"].where(~(sample["region"].isin(["B", "D"]) & (chance < 0.3))))
    (found,) = report(by_region).findings
    assert "IN ('B', 'D')" in found.where or "IN ('D', 'B')" in found.where


def test_two_fields_missing_in_one_group_are_one_story(report, drawn):
    sample, rng = drawn(), np.random.default_rng(0)
    for name in ("income", "age"):
        sample[name] = sample[name].where(~((sample["region"] == "A") & (rng.random(3000) < 0.4)))
    found = [f for f in report(sample).findings if f.direction == "missing"]
    assert [f.explained_by for f in found] == [None, found[0].id]


def test_missing_everywhere_alike_is_a_note(report, drawn):
    sample = drawn()
    sample["income"] = sample["income"].where(np.random.default_rng(1).random(3000) > 0.2)
    made = report(sample)
    assert made.findings == ()
    assert [n.columns for n in made.notes if n.kind == "unexplained"] == [("income", "code")]
