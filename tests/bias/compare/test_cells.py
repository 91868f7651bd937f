"""A group that was thinned is found with its bounds and direction, once; what was not thinned stays quiet."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pandas as pd
import pytest

from observatory.bias.detect import steps
from observatory.bias.run import Run
from observatory.model import BiasOptions
from observatory.profile import profile


@pytest.fixture
def report(table):
    """The report once cells and marginals have been looked at, the first two detectors."""

    def make(frame, reference=None, marginals=None, **options):
        sample = table(frame)
        other = None if reference is None else table(reference)
        run = Run(sample, profile(sample), other, marginals, options=BiasOptions(**options))
        return list(islice(steps(run), 2))[-1]

    return make


def test_thinned_level_is_one_finding_with_its_numbers(report, drawn, population):
    sample = drawn(population["sex"] == "female", 0.4)
    found = report(sample, population).findings
    assert len(found) == 1
    women = found[0]
    assert (women.columns, women.where, women.direction) == (("sex",), "(\"sex\" = 'female')", "under")
    assert women.n == (sample["sex"] == "female").sum()
    assert women.sample_share == pytest.approx(women.n / 3000)
    assert women.reference_share == pytest.approx((population["sex"] == "female").mean())
    assert women.interval[0] < women.sample_share < women.interval[1] < women.reference_share
    assert women.effect.name == "Cohen's h"
    assert women.effect.value < -0.1
    assert women.p <= women.q <= 0.05
    assert women.evidence == "reference"
    assert women.statement.startswith("sex = female is 30 % of this sample and 51 % of the reference (95 % CI 28")


def test_lost_range_is_found_to_its_edges(unexplained, drawn, population):
    old = population["age"] >= 60
    found = unexplained(drawn(old, 0.3), population)
    assert [f.columns for f in found] == [("age",)]
    inside = population.query("age >= 58 and age <= 62")
    assert found[0].where in {f'("age" >= {k})' for k in sorted(set(inside["age"]))}


def test_levels_of_one_direction_are_one_finding(unexplained, drawn, population):
    found = unexplained(drawn(population["region"].isin(["C", "F"]), 0.0), population)
    assert len(found) == 1
    assert found[0].where == "(\"region\" IN ('C', 'F'))"
    assert found[0].n == 0
    assert found[0].remedy["collect"] > 0
    assert "weight" not in found[0].remedy


def test_crossing_is_named_by_both_fields(unexplained, drawn, population):
    found = unexplained(drawn((population["sex"] == "female") & (population["age"] < 35), 0.2), population)
    assert [set(f.columns) for f in found] == [{"sex", "age"}]
    assert found[0].direction == "under"
    assert found[0].statement.startswith("Women with age under 3")


def test_swollen_level_is_over(report, drawn, population):
    found = report(drawn(population["region"] != "G", 0.3), population).findings
    assert [(f.where, f.direction) for f in found] == [("(\"region\" = 'G')", "over")]
    assert found[0].remedy["weight"] < 1


def test_missing_values_are_a_level_of_their_own(report, drawn, population):
    sample = drawn()
    sample.loc[np.random.default_rng(0).random(len(sample)) < 0.3, "sex"] = None
    found = report(sample, population).findings
    assert [(f.where, f.direction, f.kind) for f in found] == [('("sex" IS NULL)', "missing", "missing")]


def test_two_mechanisms_are_two_findings(report, drawn, population):
    inside = (population["sex"] == "female") | (population["region"] == "A")
    found = report(drawn(inside, 0.35), population).findings
    assert {f.columns for f in found} >= {("sex",)} or {f.columns for f in found} == {("sex", "region")}
    rng = np.random.default_rng(3)
    keep = np.where(population["sex"] == "female", 0.4, 1) * np.where(population["region"] == "A", 0.4, 1)
    both = population[rng.random(len(population)) < keep].sample(3000, random_state=1)
    assert {f.columns for f in report(both, population).findings} == {("sex",), ("region",)}


@pytest.mark.parametrize("seed", range(6))
def test_fair_sample_is_quiet(report, drawn, population, seed):
    assert report(drawn(seed=seed), population).findings == ()


def test_reference_that_is_the_sample_is_quiet(report, population):
    assert report(population, population).findings == ()


def test_predicates_run_on_both_tables_and_count_what_is_said(report, drawn, population, table):
    inside = (population["sex"] == "female") & (population["age"] < 40)
    sample = drawn(inside, 0.2)
    for finding in report(sample, population).findings:
        ours, theirs = table(sample), table(population)
        assert ours.query(f"SELECT count(*) AS n FROM t WHERE ({finding.where})")["n"][0] == finding.n
        there = theirs.query(f"SELECT count(*) AS n FROM t WHERE ({finding.where})")["n"][0]
        assert there / len(population) == pytest.approx(finding.reference_share)
        assert len(ours.query(finding.evidence_sql))


def test_fields_that_do_not_match_are_noted(report, drawn, population):
    sample = drawn().rename(columns={"region": "area"})
    reference = population.assign(age=population["age"].astype(str) + " years")
    notes = {(n.kind, n.columns) for n in report(sample, reference).notes}
    assert {("unmatched", ("area", "region")), ("types", ("age",))} <= notes


def test_nothing_in_common_is_said(report, population):
    made = report(pd.DataFrame({"colour": ["red", "blue"] * 50}), population)
    assert made.findings == ()
    assert any(n.kind == "reference" for n in made.notes)


def test_marginals_find_levels_and_say_what_they_cannot_see(report, drawn, population):
    shares = pd.DataFrame(
        {"field": ["sex", "sex", "planet"], "value": ["female", "male", "Mars"], "share": [0.51, 0.49, 1.0]}
    )
    made = report(drawn(population["sex"] == "female", 0.4), marginals=shares)
    assert [(f.where, f.direction, f.evidence) for f in made.findings] == [
        ("(\"sex\" = 'female')", "under", "marginals")
    ]
    assert {("unmatched", ("planet",)), ("marginals", ())} <= {(n.kind, n.columns) for n in made.notes}
    assert report(drawn(), marginals=shares).findings == ()


def test_marginals_read_bands_of_a_number(report, drawn, population):
    bands = {"18-34": 17 / 72, "35-64": 30 / 72, "65+": 25 / 72}
    shares = pd.DataFrame({"field": "age", "value": list(bands), "share": list(bands.values())})
    found = report(drawn(population["age"] >= 65, 0.3), marginals=shares).findings
    assert [(f.where, f.direction) for f in found] == [('("age" >= 65)', "under")]
    assert report(drawn(), marginals=shares).findings == ()


def test_marginals_that_do_not_add_up_are_not_used(report, drawn):
    shares = pd.DataFrame({"field": ["sex", "sex"], "value": ["female", "male"], "share": [0.9, 0.9]})
    made = report(drawn(), marginals=shares)
    assert made.findings == ()
    assert any("add up to 1.8" in n.statement for n in made.notes)


def test_a_second_departure_of_the_same_field_is_not_swallowed(unexplained, drawn, population):
    sample = drawn(population["region"] != "E", 0.5)
    sample.loc[np.random.default_rng(0).random(len(sample)) < 0.1, "region"] = None
    found = unexplained(sample, population)
    assert {(f.where, f.direction) for f in found} == {
        ('("region" IS NULL)', "missing"),
        ("(\"region\" = 'E')", "over"),
    }


def test_what_a_finding_explains_is_said_below_it(report, drawn, population):
    """Women are rarer in the crew: without the crew there are more of them, and that is why."""
    people = population.assign(job=np.where(population["region"].isin(["A", "B"]), "crew", "guest"))
    women = (people["job"] == "guest") & (np.random.default_rng(0).random(len(people)) < 0.4)
    people["sex"] = np.where(women, "female", "male")
    people = people[["job", "sex", "income"]]
    sample = people[people["job"] == "guest"].sample(3000, random_state=1)
    made = report(sample, people)
    assert [(f.columns, f.explained_by) for f in made.findings] == [(("job",), None), (("sex",), "f1")]
    child = made.findings[1]
    assert child.severity == "low"
    assert child.remedy is None
    assert child.p <= child.q <= 0.05
    assert child.statement.startswith("sex = female is 39 % of this sample and 23 %")
    assert child.statement.endswith("): explained by job = crew.")
    assert made.verdict.startswith("Found 1 group out of step")
    assert made.remedy["weigh_by"] == ["job"]


def test_explained_findings_come_last_and_are_few(report, drawn, population):
    rng = np.random.default_rng(0)
    people = population.assign(**{f"v{i}": np.where(population["age"] > 60, "x", "y") for i in range(6)})
    for i in range(6):
        people[f"v{i}"] = people[f"v{i}"].where(rng.random(len(people)) < 0.7, "z")
    sample = people[(people["age"] <= 60) | (rng.random(len(people)) < 0.2)].sample(3000, random_state=1)
    found = report(sample, people).findings
    below = [f.explained_by for f in found]
    assert below == sorted(below, key=lambda parent: parent is not None)
    assert max(sum(b == f.id for b in below) for f in found) <= 4


def test_same_name_for_other_values_is_a_note(report):
    rng = np.random.default_rng(0)
    people = {"class": rng.choice(["1st", "2nd", "3rd"], 500), "weight": rng.normal(70, 5, 500)}
    cars = {"class": rng.choice(["suv", "compact", "bus", "van"], 900), "weight": rng.normal(7000, 500, 900)}
    shared = [pd.DataFrame(d).assign(sex=rng.choice(["f", "m"], len(d["class"]))) for d in (people, cars)]
    made = report(*shared)
    assert made.findings == ()
    (note,) = (n for n in made.notes if n.kind == "values")
    assert note.columns == ("class", "weight")
    assert "1st" in note.statement
    assert "in the reference" in note.statement
    assert note.needs.endswith(".")
    assert note.needs.startswith("To compare it")
    lone = report(*(frame[["class"]] for frame in shared))
    assert {"values", "reference"} <= {n.kind for n in lone.notes}


@pytest.mark.parametrize("kept", [["c"], ["a"], ["c", "d"]])
def test_groups_that_are_absent_are_not_taken_for_other_values(unexplained, kept):
    reference = pd.DataFrame({"x": np.random.default_rng(0).choice(list("abc"), 3000, p=[0.7, 0.28, 0.02])})
    assert unexplained(pd.DataFrame({"x": kept * 150}), reference)


def test_whole_numbers_are_compared_with_real_ones(unexplained, drawn, population):
    real = population.assign(age=population["age"] + 0.5)
    found = unexplained(drawn(population["age"] >= 60, 0.2), real)
    assert ("age",) in [f.columns for f in found]


def test_a_missing_level_is_worded_as_missing(report, drawn, population):
    sample = drawn()
    sample.loc[np.random.default_rng(0).random(len(sample)) < 0.3, "sex"] = None
    assert report(sample, population).findings[0].statement.startswith("sex is missing in 3")


def test_needs_are_whole_sentences(report, drawn, population):
    made = report(drawn().rename(columns={"region": "area"}), population)
    needs = {n.columns: n.needs for n in made.notes}
    assert needs[("area", "region")] == (
        "To compare it, the reference needs the field area. To compare it, the sample needs the field region."
    )
