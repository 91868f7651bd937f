"""A group that was thinned is found with its bounds and direction, once; what was not thinned stays quiet."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest


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
    assert {("unmatched", ("area",)), ("unmatched", ("region",)), ("types", ("age",))} <= notes


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
