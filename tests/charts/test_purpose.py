"""What a chart is for, and the first page of a table: each purpose gets a chart that serves it, or a sentence."""

import json

import pandas as pd
import pytest

from observatory.charts import check, draw, recommend
from observatory.charts.drawing.palette import CATEGORIES
from observatory.charts.rules.facts import is_outcome
from observatory.charts.spec.reading import parse
from observatory.errors import RuleUnsatisfiable
from observatory.model import FieldProfile, Profile, TopValue, Wish, WishedField

TASKS = ["value", "summary", "trend", "distribution", "relation", "part"]


def amount(name: str, least: float = 1.0) -> FieldProfile:
    return FieldProfile(name, "quantitative", "measure", "DOUBLE", 0, 400, least, 900.0, 320.0, 150.0, {"0.5": 310.0})


def levels(name: str, *values: str) -> FieldProfile:
    top = tuple(TopValue(value, 300) for value in values)
    return FieldProfile(name, "nominal", "dimension", "VARCHAR", 0, len(values), top=top)


STAFF = Profile(
    1200,
    (
        amount("Salary"),
        amount("Change", -900.0),
        levels("Gender", "f", "m"),
        levels("Team", "a", "b", "c", "d"),
        levels("Hired", "yes", "no"),
        levels("Town", *(f"town {i}" for i in range(30))),
        FieldProfile("Start", "temporal", "time", "DATE", 0, 900, "2012-01-01", "2020-12-31"),
    ),
)


def wish(*names: str, **more) -> Wish:
    return Wish(tuple(WishedField(name) for name in names), **more)


def test_parts_of_a_whole_are_sums_and_counts():
    for names in (
        ["Gender", "Salary"],
        ["Gender"],
        ["Gender", "Team"],
        ["Start", "Team"],
        ["Team", "Gender", "Salary"],
    ):
        for chart in recommend(STAFF, wish(*names, task="part")):
            assert not {e.aggregate for e in parse(chart.spec).encodings} & {"mean", "median"}
    first = recommend(STAFF, wish("Gender", "Salary", task="part"))[0]
    assert first.spec["title"] == "Total Salary by Gender"
    shares = recommend(STAFF, wish("Gender", "Team", task="part"))[0]
    assert shares.spec["title"] == "Share of rows by Team and Gender"
    assert shares.spec["encoding"]["y"]["stack"] == "normalize"
    assert shares.summary == "Share of rows by Team and Gender, as bars (1,200 rows)."


@pytest.mark.parametrize(
    ("task", "names", "words"),
    [
        ("part", ["Salary"], "No chart of these fields shows parts of a whole"),
        ("part", ["Salary", "Change"], "No chart of these fields shows parts of a whole"),
        ("trend", ["Gender"], "No chart of these fields shows a trend"),
        ("trend", ["Gender", "Salary"], "No chart of these fields shows a trend"),
        ("relation", ["Team"], "No chart of these fields shows a relation"),
    ],
)
def test_a_purpose_that_no_chart_serves_is_said(task, names, words):
    with pytest.raises(RuleUnsatisfiable, match=words) as caught:
        recommend(STAFF, wish(*names, task=task))
    assert caught.value.hint


def test_parts_below_zero_are_never_stacked():
    for chart in recommend(STAFF, wish("Gender", "Change", task="part")):
        assert not any(e.aggregate == "sum" for e in parse(chart.spec).encodings)


def test_a_trend_and_a_distribution_come_first_when_asked_for():
    assert parse(recommend(STAFF, wish("Start", "Salary", task="trend"))[0].spec).mark == "line"
    assert parse(recommend(STAFF, wish("Team", "Salary", task="distribution"))[0].spec).mark == "boxplot"
    assert parse(recommend(STAFF, wish("Salary", "Change", task="relation"))[0].spec).mark == "point"


@pytest.mark.parametrize("task", TASKS)
def test_a_chart_for_a_purpose_read_back_breaks_the_same_rules(task):
    for chart in recommend(STAFF, wish("Start", "Team", task=task)):
        judgement = check(chart.spec, STAFF, task=task)
        assert judgement.hard == ()
        assert judgement.cost == chart.cost


@pytest.mark.parametrize("task", TASKS)
def test_a_page_for_a_purpose_has_charts_of_many_fields(task):
    charts = recommend(STAFF, Wish(task=task))
    assert len(charts) == 5
    assert len({chart.fields for chart in charts}) >= 4


def test_shares_are_drawn_from_counts_that_the_text_tells(tabulate):
    frame = pd.DataFrame({"team": list("aaabbbbb") * 9, "sex": list("fmfmfmfm") * 9})
    table, profile = tabulate(frame)
    chart = recommend(profile, wish("team", "sex", task="part"))[0]
    drawing = draw(chart.spec, table, profile)
    spec = drawing.chart.to_dict()
    assert spec["encoding"]["y"]["title"] == "share of rows"
    assert spec["encoding"]["y"]["axis"]["format"] == ".0%"
    assert "number of rows" in [tip["title"] for tip in spec["encoding"]["tooltip"]]
    assert "number of rows is greatest for b" in drawing.alt


def test_the_page_opens_with_outcomes_between_groups():
    charts = recommend(STAFF)
    first, second = charts[:2]
    assert {frozenset(first.fields), frozenset(second.fields)} == {
        frozenset({"Hired", "Gender"}),
        frozenset({"Hired", "Team"}),
    }
    for chart in (first, second):
        assert chart.spec["encoding"]["color"]["field"] == "Hired"
    assert len({chart.fields for chart in charts}) == len(charts)
    assert len({parse(chart.spec).mark for chart in charts}) >= 2
    assert [chart.cost for chart in charts] == sorted(chart.cost for chart in charts)


def test_without_an_outcome_no_chart_is_blamed_for_its_absence():
    profile = Profile(1200, tuple(f for f in STAFF.fields if f.name != "Hired"))
    charts = recommend(profile)
    assert not any(v.rule == "no_outcome" for chart in charts for v in chart.violations)
    assert {e.field for e in parse(charts[0].spec).encodings} & {"Gender", "Team", "Start"}


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (levels("a", "yes", "no"), True),
        (levels("a", "Ja", "Nein"), True),
        (levels("a", "0", "1"), True),
        (levels("a", "f", "m"), False),
        (levels("a", "1", "2"), False),
        (levels("a", "yes", "no", "maybe"), False),
        (FieldProfile("a", "nominal", "dimension", "BOOLEAN", 0, 2), True),
        (FieldProfile("a", "nominal", "dimension", "BOOLEAN", 0, 1), False),
    ],
)
def test_an_outcome_says_yes_or_no(field, expected):
    assert is_outcome(field) is expected


def test_a_pie_shows_as_many_slices_as_are_asked_for(tabulate):
    frame = pd.DataFrame({"town": [f"town {i}" for i in range(30) for _ in range(2 + i)]})
    table, profile = tabulate(frame)
    chart = recommend(profile, wish("town", mark="arc", limit=5))[0]
    assert chart.spec["title"] == "Number of rows by town: the 5 largest"
    spec = draw(chart.spec, table, profile).chart.to_dict()
    rows = next(iter(json.loads(json.dumps(spec["datasets"])).values()))
    assert {row["v_color"] for row in rows} == {f"town {i}" for i in range(25, 30)}
    scale = spec["encoding"]["color"]["scale"]
    assert scale["domain"] == [f"town {i}" for i in range(25, 30)]
    assert scale["range"] == list(CATEGORIES[:5])
    with pytest.raises(RuleUnsatisfiable, match="slices"):
        recommend(profile, wish("town", mark="arc", limit=9))
