"""Which rows to collect, jointly, and what more rows of one group would change."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pandas as pd
import pytest

from observatory.bias import Run, collection_plan, prospect, steps, what_if
from observatory.errors import ObservatoryError
from observatory.profile import profile


@pytest.fixture
def found(table):
    """A run and its findings about groups, which come first."""

    def make(frame, reference=None, **given):
        sample, other = table(frame), None if reference is None else table(reference)
        run = Run(sample, profile(sample), other, **given)
        *_, report = islice(steps(run), 2)
        return run, report.findings

    return make


def test_the_plan_for_one_group_is_its_need_less_the_tolerance(found, drawn, population):
    sample = drawn(population["sex"] == "female", 0.2)
    plan = collection_plan(*found(sample, population), tolerance=0.01)
    assert plan["group"].tolist() == ["sex = female"]
    share = (population["sex"] == "female").mean() * 0.99
    have, need = plan["have"][0], plan["need"][0]
    assert have == (sample["sex"] == "female").sum()
    assert (have + need) / (len(sample) + need) == pytest.approx(share, abs=1e-3)


def test_a_joint_plan_brings_every_combination_of_groups_to_its_share(found, population):
    old_women = (population["sex"] == "female") & (population["age"] > 60)
    kept = (~old_women | (np.arange(len(population)) % 4 == 0)) & (population["region"] != "H")
    sample = population[kept].sample(3000, random_state=1)
    run, findings = found(sample, population)
    plan = collection_plan(run, findings, tolerance=0.05)
    n = len(sample) + plan["need"].sum()
    assert len(plan) == 3
    for where, have, need in zip(plan["where"], plan["have"], plan["need"]):
        there = run.reference.query(f"SELECT avg(({where})::INT) AS s FROM t")["s"][0]
        assert (have + need + 1) / n >= 0.95 * there
    assert "region = H" in plan["group"].tolist()


def test_fields_asked_for_reach_every_level_with_the_least_rows(found, drawn, population):
    sample = drawn(population["sex"] == "female", 0.2)
    run, _ = found(sample, population)
    plan = collection_plan(run, (), ["sex"], 0.05)
    share = (population["sex"] == "female").mean()
    have = (sample["sex"] == "female").sum()
    least = (0.95 * share * len(sample) - have) / (1 - 0.95 * share)
    assert plan["need"].sum() == pytest.approx(np.ceil(least), abs=1)


def test_several_fields_need_no_more_rows_than_the_one_that_needs_most(found, drawn, population):
    run, _ = found(drawn(population["sex"] == "female", 0.2), population)
    alone = collection_plan(run, (), ["sex"], 0.05)["need"].sum()
    both = collection_plan(run, (), ["sex", "code"], 0.05)
    assert both["need"].sum() == pytest.approx(alone, abs=2)
    assert both["where"].str.contains("\"sex\" = 'female'", regex=False).all()


def test_marginals_make_a_plan_too(found, drawn, population):
    shares = pd.DataFrame({"field": ["sex", "sex"], "value": ["female", "male"], "share": [0.51, 0.49]})
    run, findings = found(drawn(population["sex"] == "female", 0.2), marginals=shares)
    plan = collection_plan(run, findings)
    assert plan["group"].tolist() == ["sex is female"]
    assert plan["need"][0] > 500


def test_a_sample_that_agrees_needs_nothing(found, drawn, population):
    assert collection_plan(*found(drawn(), population)).empty
    run, _ = found(population.head(2000), population.head(2000))
    assert collection_plan(run, (), ["sex", "region"]).empty


def test_a_tolerance_of_nothing_is_refused(found, drawn, population):
    with pytest.raises(ObservatoryError, match="tolerance"):
        collection_plan(*found(drawn(), population), tolerance=0)


def test_what_if_the_need_was_collected_the_finding_is_gone(found, drawn, population):
    run, findings = found(drawn(population["sex"] == "female", 0.1), population)
    known = prospect(run, findings, findings[0].id)
    now, then = what_if(known, 0), what_if(known, what_if(known, 0).need)
    assert [c.stays for c in now.findings] == [True]
    assert [c.stays for c in then.findings] == [False]
    assert now.share == now.share_before == pytest.approx(findings[0].sample_share)
    assert then.share == pytest.approx(findings[0].reference_share, abs=1e-3)
    assert then.design_effect < now.design_effect == now.design_effect_before
    assert then.effective_n > now.effective_n
    assert then.n == 3000 + then.n_more
    assert then.statement.startswith("sex = female: 51 % of ")
    assert "0 of 1 finding stay" in then.statement


def test_too_many_more_make_the_group_too_large(found, drawn, population):
    run, findings = found(drawn(population["sex"] == "female", 0.1), population)
    far = what_if(prospect(run, findings, findings[0].id), 20_000)
    assert far.findings[0].effect > 0.1
    assert far.findings[0].stays


def test_new_rows_are_like_those_of_the_reference_in_other_fields(found, population):
    sample = population[(population["region"] != "H") & ((population["sex"] == "male") | (population["age"] < 40))]
    run, findings = found(sample.sample(3000, random_state=1), population)
    region = next(f for f in findings if f.columns == ("region",))
    known = prospect(run, findings, region.id)
    more = what_if(known, 300)
    assert more.share == pytest.approx(300 / 3300)
    others = [c for c in more.findings if c.finding != region.id]
    assert others
    inside = run.reference.query(f"SELECT avg(({findings[0].where})::INT) AS s FROM t WHERE {region.where}")["s"][0]
    first = next(c for c in others if c.finding == findings[0].id)
    assert first.share == pytest.approx((findings[0].n + 300 * inside) / 3300)


def test_a_group_of_ones_own_is_a_predicate(found, drawn, population):
    run, findings = found(drawn(population["sex"] == "female", 0.1), population)
    more = what_if(prospect(run, findings, '"age" > 80 AND "sex" = \'female\''), 100)
    assert more.n_more == 100
    assert more.share > more.share_before


def test_what_if_without_findings_still_answers(found, drawn, population):
    run, findings = found(drawn(), population)
    more = what_if(prospect(run, findings, "\"sex\" = 'male'"), 10)
    assert more.findings == ()
    assert more.design_effect == 1
