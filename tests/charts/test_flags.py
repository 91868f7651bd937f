"""Findings as facts, and what they do to rankings: without any, nothing changes."""

import pandas as pd
import pytest

from observatory.charts import check, recommend
from observatory.charts.rules.facts import wish_facts
from observatory.charts.rules.flags import Flags, Group, flags
from observatory.charts.rules.interest import quietness
from observatory.model import Effect, FieldProfile, Finding, Profile, TopValue, Wish, WishedField


def finding(columns, direction, **more) -> Finding:
    kind = {"duplicates": "rows", "outliers": "rows", "missing": "missing"}.get(direction, "region")
    known = {
        "id": "f1",
        "kind": kind,
        "columns": tuple(columns),
        "where": None,
        "direction": direction,
        "rows": None,
        "n": 40,
        "sample_share": 0.04,
        "reference_share": 0.3 if kind == "region" else None,
        "interval": (0.03, 0.05),
        "effect": Effect("Cohen's h", -0.7),
        "p": 0.0,
        "q": 0.0,
        "severity": "high",
        "evidence": "reference" if kind == "region" else "internal",
        "detector": "cells",
        "statement": "",
        "evidence_sql": "",
    }
    return Finding(**(known | more))


def category(name: str, distinct: int = 4) -> FieldProfile:
    top = tuple(TopValue(f"{name}{i}", 250) for i in range(distinct))
    return FieldProfile(name, "nominal", "dimension", "VARCHAR", 0, distinct, top=top)


def measured(name: str) -> FieldProfile:
    return FieldProfile(
        name, "quantitative", "measure", "DOUBLE", 0, 300, 1.0, 90.0, mean=40.0, sd=20.0, quantiles={"0.5": 40.0}
    )


PROFILE = Profile(
    1000, (category("region"), category("sex", 2), category("town", 60), measured("pay"), measured("age"))
)
UNDER = finding(["region"], "under")
LOST = finding(["pay", "region"], "missing", severity="medium")
FAR = finding(["pay"], "outliers")
COPIES = finding([f.name for f in PROFILE.fields], "duplicates")


def wish(*names: str) -> Wish:
    return Wish(fields=tuple(WishedField(name) for name in names))


def rules_of(spec, findings) -> set[str]:
    found = check(spec, PROFILE, findings=findings)
    assert found.cost == sum(v.weight * v.count for v in found.soft)
    return {v.rule for v in found.soft}


def bars(dimension: str, measure: dict) -> dict:
    return {
        "mark": "bar",
        "encoding": {"x": {"field": dimension, "type": "nominal"}, "y": {"type": "quantitative", **measure}},
    }


COUNT = {"aggregate": "count"}
MEAN = {"aggregate": "mean", "field": "pay"}


def test_no_name_becomes_a_fact():
    hostile = "a). :- not x. b(1"
    profile = Profile(10, (category(hostile), measured("x\ny")))
    found = flags([finding([hostile], "under"), finding(["x\ny", hostile], "missing")], profile)
    facts = found.facts((hostile, "x\ny"))
    assert facts == (
        "attribute((field,covered),f0,260).",
        "attribute((field,scarce),f0,40).",
        "attribute((field,lost),f1,f0).",
    )
    assert found.facts(("x\ny",)) == ("attribute((field,lost),f0,elsewhere).",)


def test_findings_become_flags():
    many = flags([UNDER, LOST, FAR, COPIES], PROFILE, {"age": 10.0})
    assert many.groups == (Group(("region",), 40, pytest.approx(0.26), True),)
    assert many.lost == (("pay", "region"),)
    assert many.far == (("pay", 0.04),)
    assert many.heaps == (("age", 9),)
    assert many.copies == 0.04
    assert hash(many) == hash(flags(many, PROFILE))


def test_what_says_nothing_of_a_chart_is_no_flag():
    unknown = finding(["elsewhere"], "under")
    alone = finding(["region"], "under", evidence="internal", reference_share=None)
    structural = finding(["pay", "region"], "missing", severity="low")
    assert flags([unknown, alone, structural], PROFILE, {"age": 0.0, "elsewhere": 5.0}) == Flags()


def test_a_finding_about_two_fields_counts_where_both_are_shown():
    pair = flags([finding(["region", "sex"], "over")], PROFILE)
    assert pair.facts(("region",)) == ()
    assert len(pair.facts(("sex", "region"))) == 2


@pytest.mark.parametrize("names", [(), ("region",), ("region", "pay"), ("pay", "age"), ("region", "sex", "pay")])
def test_without_findings_the_ranking_is_the_same(names):
    assert recommend(PROFILE, wish(*names), 5, findings=()) == recommend(PROFILE, wish(*names), 5)
    facts = wish_facts(PROFILE, wish(*names))
    assert Flags().mark(facts) == facts


@pytest.mark.parametrize(
    ("chart", "told", "rule"),
    [
        (bars("region", COUNT), UNDER, "coverage_count"),
        (bars("region", MEAN), LOST, "missing_group"),
        (bars("sex", MEAN), LOST, "flagged_hidden"),
        (bars("sex", MEAN), FAR, "outlier_mean"),
        (bars("sex", COUNT), COPIES, "duplicated_count"),
        (bars("region", MEAN), UNDER, "mean_of_few_uncertain"),
        (bars("sex", MEAN), finding(["pay"], "under"), "flagged_hidden"),
    ],
)
def test_a_finding_costs_the_charts_that_it_is_about(chart, told, rule):
    assert rule in rules_of(chart, [told])
    assert rule not in rules_of(chart, [])
    assert rule not in rules_of(bars("town", COUNT), [UNDER, LOST, FAR])


def test_shares_within_a_group_need_no_caveat():
    shares = bars("region", {"aggregate": "count", "stack": "normalize"})
    shares["encoding"]["color"] = {"field": "sex", "type": "nominal"}
    assert "coverage_count" not in rules_of(shares, [UNDER])


def test_what_another_finding_explains_is_no_flag_beside_it():
    child = finding(["sex"], "over", id="f2", explained_by="f1")
    told = flags([UNDER, child], PROFILE)
    assert told.groups[1].through == ("region",)
    assert "attribute((field,covered),f0,260)." in told.facts(("sex",))
    assert [fact for fact in told.facts(("sex", "region")) if "f0" in fact] == []
    shares = bars("sex", {"aggregate": "count", "stack": "normalize"})
    shares["encoding"]["color"] = {"field": "region", "type": "nominal"}
    assert "coverage_count" in rules_of(shares, [UNDER, finding(["sex"], "over", id="f2")])


def test_far_values_turn_a_mean_into_a_median():
    plain, flagged = (recommend(PROFILE, wish("pay", "sex"), 8, findings=told) for told in ((), [FAR]))

    def first(charts, aggregate):
        told = (c.rank for c in charts if any(e.get("aggregate") == aggregate for e in c.spec["encoding"].values()))
        return next(told, 99)

    assert plain[0].rank == first(plain, "mean")
    assert first(flagged, "median") < first(flagged, "mean")


def test_a_group_of_too_few_rows_gets_its_mean_with_an_interval():
    plain, flagged = (recommend(PROFILE, wish("pay", "region"), 1, findings=told)[0] for told in ((), [UNDER]))
    assert "layer" not in plain.spec
    assert [layer["mark"] for layer in flagged.spec["layer"]] == ["bar", {"type": "errorbar", "extent": "ci"}]


def test_bins_finer_than_heaps_are_told():
    histogram = bars("x", COUNT)
    histogram["encoding"]["x"] = {"field": "age", "type": "quantitative", "bin": {"maxbins": 20}}
    told = check(histogram, PROFILE, findings=flags((), PROFILE, {"age": 10.0}))
    assert "heaped_bins" in {v.rule for v in told.soft}
    fine = check(histogram, PROFILE, findings=flags((), PROFILE, {"age": 1.0}))
    assert "heaped_bins" not in {v.rule for v in fine.soft}


def test_an_open_page_shows_the_group_that_a_finding_is_about():
    quiet = {**dict.fromkeys(("region", "sex", "town"), 3), "pay": 0}
    told = flags([finding(["town"], "under"), LOST], PROFILE)
    assert told.heard(quiet) == {"region": 3, "sex": 3, "town": 1, "pay": 0}
    page = recommend(PROFILE, Wish(), 4, findings=[finding(["town"], "under")])
    assert any("town" in chart.fields for chart in page)
    assert all(chart.cost == sum(v.weight * v.count for v in chart.violations) for chart in page)
    assert set(quietness(PROFILE)) == {f.name for f in PROFILE.fields}


def test_a_table_with_findings_still_gets_charts(tabulate):
    _, profile = tabulate(pd.DataFrame({"a": list("xy") * 50, "b": range(100)}))
    told = [finding(["a"], "over"), finding(["b"], "outliers"), finding(["a", "b"], "duplicates")]
    assert recommend(profile, Wish(fields=(WishedField("a"), WishedField("b"))), 5, findings=told)
