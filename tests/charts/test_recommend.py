"""What is recommended: the charts that textbooks draw, in their order, at the cost that the rules say."""

import itertools
import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import vl_convert

from observatory.charts import check, compare, recommend
from observatory.charts.rules.distinct import distinct, essence
from observatory.charts.rules.facts import wish_facts
from observatory.charts.rules.solver import Answer, every, top_k
from observatory.charts.spec.reading import parse
from observatory.charts.spec.vegalite import to_spec
from observatory.charts.spec.view import CHANNELS, View
from observatory.errors import ChartInvalidSpec, FieldNotFound, RuleUnsatisfiable
from observatory.model import FieldProfile, Filter, Profile, TopValue, Wish, WishedField

Tabulate = Callable[[pd.DataFrame], tuple[Any, Profile]]
PANEL = json.loads((Path(__file__).parent / "panel.json").read_text(encoding="utf-8"))
STORAGE = {"quantitative": "DOUBLE", "temporal": "DATE", "nominal": "VARCHAR", "ordinal": "VARCHAR"}
HOSTILE = [
    "Sepal Width",
    "größe",
    'a "b"',
    "it's",
    "🐧",
    "a). :- not x. b(1",
    "<script>alert(1)</script>",
    "a.b[0]:Q",
    "f0",
    "x\ny",
]


def panel_profile(rows: int = PANEL["rows"], distinct: dict | None = None) -> Profile:
    fields = []
    for name, field in PANEL["fields"].items():
        data = {"name": name, "storage": STORAGE[field["type"]], "missing": 0, **field}
        data["distinct"] = (distinct or {}).get(name, field["distinct"])
        fields.append(FieldProfile.from_dict(data))
    return Profile(rows, tuple(fields))


def wished(text: str) -> WishedField:
    aggregate, name = re.fullmatch(r"(?:(\w+)\()?(\w+)\)?", text).groups()
    return WishedField(name, aggregate)


def wish_for(*names: str, **more) -> Wish:
    return Wish(tuple(wished(name) for name in names), **more)


def notation(spec: dict) -> str:
    """A chart in one line: `bar x:region y:mean(price)`."""
    view: View = parse(spec)
    parts = [view.mark]
    for e in sorted(view.encodings, key=lambda e: CHANNELS.index(e.channel)):
        function = e.aggregate or e.time_unit or ("bin" if e.bin else e.scale)
        parts.append(f"{e.channel}:{f'{function}({e.field})' if function and e.field else function or e.field}")
    return " ".join(parts) + (f" top {view.limit}" if view.limit else "")


@pytest.mark.parametrize("request_", PANEL["requests"], ids=lambda r: " ".join([*r["fields"], r.get("task", "")]))
def test_the_textbook_chart_comes_first(request_):
    profile = panel_profile(request_.get("rows", PANEL["rows"]), request_.get("distinct"))
    charts = recommend(profile, wish_for(*request_["fields"], task=request_.get("task"), mark=request_.get("mark")))
    assert [notation(chart.spec) for chart in charts[: len(request_["first"])]] == request_["first"]


@pytest.mark.parametrize(
    "names", [["price"], ["region", "price"], ["day", "price", "sex"], ["price", "weight", "region", "sex"]]
)
def test_five_distinct_charts_in_the_order_of_cost_which_is_the_sum_of_the_rules(names):
    profile = panel_profile()
    charts = recommend(profile, wish_for(*names))
    assert [chart.rank for chart in charts] == [1, 2, 3, 4, 5]
    assert [chart.cost for chart in charts] == sorted(chart.cost for chart in charts)
    assert len({json.dumps(chart.spec, sort_keys=True) for chart in charts}) == 5
    for chart in charts:
        assert chart.cost == sum(v.weight * v.count for v in chart.violations)
        assert set(chart.fields) == set(names)
        assert all(v.description and v.where for v in chart.violations)


@pytest.mark.parametrize(
    "names",
    [
        ["price"],
        ["region", "price"],
        ["town"],
        ["year", "weight"],
        ["price", "income", "sex"],
        ["region", "sex", "price"],
        ["year", "country"],
        ["country", "price"],
        ["grade", "sex"],
    ],
)
def test_a_recommended_chart_read_back_breaks_the_same_rules(names):
    profile = panel_profile()
    for chart in recommend(profile, wish_for(*names)):
        judgement = check(chart.spec, profile)
        assert judgement.hard == ()
        assert {(v.rule, v.count) for v in judgement.soft} == {(v.rule, v.count) for v in chart.violations}


def test_the_cheapest_charts_are_those_of_a_full_enumeration():
    """The oracle: every chart of the space, sorted by cost."""
    profile, dice = panel_profile(), random.Random(0)
    names = [name for name in PANEL["fields"] if name != "town"]
    wishes = [wish_for(*dice.sample(names, dice.choice([1, 2, 2]))) for _ in range(24)]
    for wish in wishes:
        facts = wish_facts(profile, wish)
        weighed = sorted(sum_of_weights(answer) for answer in every(facts))
        found = top_k(facts, 5)
        assert [answer.cost for answer in found] == weighed[:5]
        assert [sum_of_weights(answer) for answer in found] == weighed[:5]


def sum_of_weights(answer) -> int:
    from observatory.charts.rules.base import rules

    return sum(rules()[rule].weight for rule, _ in answer.preferences)


@pytest.mark.parametrize(
    "names",
    [["price"], ["region"], ["income", "price"], ["country", "price"], ["day", "price", "sex"], ["sex", "grade"]],
)
def test_five_charts_that_a_person_calls_different_whenever_there_are_five(names):
    """Charts that differ in no more than sorting, scale, interval or limit count as one."""
    facts = wish_facts(panel_profile(), wish_for(*names))
    there: dict[object, list[int]] = {}
    for answer in every(facts):
        there.setdefault(essence(answer), []).append(sum_of_weights(answer))
    found = distinct(facts, 5)
    assert len({essence(answer) for answer in found}) == len(found) == min(5, len(there))
    cheapest = sorted(min(costs) for costs in there.values())
    assert [answer.cost for answer in found] == cheapest[: len(found)]


def test_a_mean_over_few_rows_shows_its_interval_unless_it_was_asked_for_alone():
    profile = panel_profile(60)
    first = recommend(profile, wish_for("region", "price", task="summary"))[0]
    assert parse(first.spec).interval == "ci"
    assert "interval" in {v.rule for v in first.violations}
    assert parse(recommend(profile, wish_for("region", "mean(price)", task="summary"))[0].spec).interval is None
    assert parse(recommend(panel_profile(), wish_for("region", "price"))[0].spec).interval is None


def test_years_lie_in_the_bands_of_a_heat_map():
    spec = recommend(panel_profile(), wish_for("year", "country", mark="rect"))[0].spec
    assert notation(spec) == "rect x:year y:country color:count"
    assert spec["encoding"]["x"]["type"] == "ordinal"


def test_no_chart_is_the_mirror_of_another():
    for names in itertools.combinations(["price", "weight", "region", "day"], 2):
        answers = every(wish_facts(panel_profile(), wish_for(*names)))
        upright = {tuple(sorted((key, owner, value) for _, key, owner, value in a.attributes)) for a in answers}
        assert len(upright) == len(answers)
        shapes = [
            frozenset((k, o, {"x": "axis", "y": "axis"}.get(v, v)) for _, k, o, v in a.attributes if o[0] != "s")
            for a in answers
        ]
        plain = [
            s for s, a in zip(shapes, answers) if not any(o[0] == "s" and v == "log" for _, _, o, v in a.attributes)
        ]
        assert len(set(plain)) == len(plain)


def test_the_whole_table_gives_a_varied_page_without_identifiers_and_constants():
    fields = (
        *panel_profile().fields,
        FieldProfile("id", "nominal", "identifier", "VARCHAR", 0, 1461),
        FieldProfile("note", "nominal", "text", "VARCHAR", 0, 1400),
        FieldProfile("same", "nominal", "dimension", "VARCHAR", 0, 1),
        FieldProfile("none", "nominal", "dimension", "VARCHAR", 1461, 0),
    )
    charts = recommend(Profile(1461, fields))
    shown = {name for chart in charts for name in chart.fields}
    assert len(charts) == 5
    assert not shown & {"id", "note", "same", "none"}
    assert len({chart.fields for chart in charts}) == 5
    assert len({parse(chart.spec).mark for chart in charts}) >= 3
    assert [chart.cost for chart in charts] == sorted(sum(v.weight * v.count for v in c.violations) for c in charts)


def test_one_column_alone_still_gives_five_charts():
    profile = Profile(200, (panel_profile().field("price"),))
    charts = recommend(profile)
    assert len({json.dumps(chart.spec) for chart in charts}) == 5


@pytest.mark.parametrize("fields", [(), (FieldProfile("id", "nominal", "identifier", "VARCHAR", 0, 9),)])
def test_a_table_without_a_field_to_draw_gives_no_chart(fields):
    assert recommend(Profile(9, fields)) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_names_of_fields_never_reach_the_rules(name):
    plain = panel_profile()
    fields = tuple(FieldProfile(**(vars(f) | {"name": name if f.name == "price" else f.name})) for f in plain.fields)
    hostile = recommend(Profile(plain.n_rows, fields), Wish((WishedField("region"), WishedField(name))))
    usual = recommend(plain, wish_for("region", "price"))
    assert [chart.cost for chart in hostile] == [chart.cost for chart in usual]
    assert all(name in chart.fields for chart in hostile)
    assert name not in wish_facts(Profile(plain.n_rows, fields), Wish((WishedField(name),))).text or name == "f0"


@pytest.mark.parametrize(
    "statistics",
    [
        {"min": 5e9, "max": 5e18, "mean": 1e12, "sd": 1e12, "quantiles": {"0.5": 5e9}},
        {"min": float("-inf"), "max": float("inf"), "mean": None, "sd": None},
        {"min": 0.0, "max": 1.0, "mean": 0.4, "sd": 0.1, "quantiles": {"0.5": 0.39}},
        {"min": float("nan"), "max": float("nan"), "mean": float("nan"), "sd": float("nan")},
        {"min": 3, "max": 3, "mean": 3.0, "sd": 0.0, "quantiles": {"0.5": 3}},
        {},
    ],
)
def test_awkward_statistics_are_whole_numbers_in_the_rules(statistics):
    field = FieldProfile("a", "quantitative", "measure", "DOUBLE", 0, 40, **statistics)
    charts = recommend(Profile(10**12, (field,)), wish_for("a"))
    assert notation(charts[0].spec) == "bar x:bin(a) y:count"


def test_what_is_wished_is_kept():
    profile = panel_profile()
    wish = Wish((WishedField("region", channel="y"), WishedField("price", aggregate="max", channel="x")), mark="bar")
    assert [notation(chart.spec) for chart in recommend(profile, wish)] == ["bar x:max(price) y:region"]
    wish = Wish((WishedField("day", time_unit="year"), WishedField(None, "count")))
    assert all("year(day)" in notation(chart.spec) for chart in recommend(profile, wish))
    wish = Wish((WishedField("price", bin=True), WishedField("sex", channel="color")))
    assert all("bin(price)" in notation(c.spec) and "color:sex" in notation(c.spec) for c in recommend(profile, wish))


def test_filters_sorting_and_limits_are_passed_through():
    filters = (Filter("sex", "equal", "f"), Filter("day", "range", ["2013-01-01", "2014-06-30"]))
    wish = wish_for("team", "price", filters=filters, sort="ascending", limit=3)
    spec = recommend(panel_profile(), wish)[0].spec
    assert spec["transform"][:2] == [
        {"filter": {"field": "sex", "equal": "f"}},
        {
            "filter": {
                "field": "day",
                "range": [{"year": 2013, "month": 1, "date": 1}, {"year": 2014, "month": 6, "date": 30}],
            }
        },
    ]
    assert spec["encoding"]["y"]["sort"] == "x"
    assert (parse(spec).limit, parse(spec).descending, parse(spec).filters) == (3, False, filters)
    by_name = recommend(panel_profile(), wish_for("team", "price", sort="descending", sort_by="dimension"))[0]
    assert by_name.spec["encoding"]["y"]["sort"] == "descending"


def test_many_levels_are_never_proposed_as_colours():
    for chart in recommend(panel_profile(), wish_for("price", "weight", "country")):
        assert "color:country" not in notation(chart.spec)


@pytest.mark.parametrize("task", [None, "trend"])
def test_very_many_series_over_time_are_thin_lines_that_the_pointer_names(task):
    """142 countries in 12 years: too many for colours, panels and the rows of a heat map."""
    profile = panel_profile(1704, {"country": 142, "year": 12})
    first = recommend(profile, wish_for("country", "price", "year", task=task))[0]
    assert notation(first.spec) == "line x:year y:price detail:country"
    assert first.spec["mark"]["strokeWidth"] == 1
    assert first.spec["mark"]["opacity"] < 0.5
    assert "a line for each country" in first.summary
    coloured = recommend(profile, wish_for("country", "price", "year", "region", task=task))[0]
    assert notation(coloured.spec) == "line x:year y:price color:region detail:country"
    monthly = recommend(panel_profile(90_000, {"country": 31}), wish_for("country", "price", "day", task=task))[0]
    assert notation(monthly.spec) == "line x:yearmonth(day) y:mean(price) detail:country"
    for few in (12, 24):
        charts = recommend(panel_profile(distinct={"country": few}), wish_for("country", "price", "year", task=task))
        assert not any("detail" in notation(chart.spec) for chart in charts)


def test_lines_of_more_points_than_are_drawn_take_a_coarser_unit():
    charts = recommend(panel_profile(900_000, {"country": 200}), wish_for("country", "price", "day"))
    lines = [notation(chart.spec) for chart in charts if "detail" in notation(chart.spec)]
    assert lines
    assert all("x:year(day)" in line for line in lines)


def test_views_survive_the_way_through_json():
    for names in (["town", "price"], ["price", "weight", "region"], ["year", "weight"], ["town", "year", "price"]):
        for chart in recommend(panel_profile(), wish_for(*names)):
            assert to_spec(parse(chart.spec)) == chart.spec


def test_what_cannot_be_is_said_in_a_sentence():
    with pytest.raises(RuleUnsatisfiable, match="pie"):
        recommend(panel_profile(), wish_for("price", "weight", mark="arc"))
    with pytest.raises(RuleUnsatisfiable, match="without values"):
        recommend(Profile(5, (FieldProfile("a", "nominal", "dimension", "VARCHAR", 5, 0),)), wish_for("a"))
    with pytest.raises(RuleUnsatisfiable, match="at most"):
        recommend(panel_profile(), wish_for(*list(PANEL["fields"])[:6]))
    with pytest.raises(FieldNotFound, match="prize"):
        recommend(panel_profile(), wish_for("prize"))
    with pytest.raises(ChartInvalidSpec, match="sunburst"):
        recommend(panel_profile(), wish_for("price", mark="sunburst"))


def test_why_one_chart_stands_above_another_is_said_in_words():
    first, second, *_ = recommend(panel_profile(), wish_for("region", "price"))
    assert compare(first, second) == (
        "It costs 2 less. Against the other: A box plot has to be explained and hides the shape (+3)."
    )


def storms() -> Profile:
    name = FieldProfile("name", "nominal", "dimension", "VARCHAR", 0, 231)
    status = FieldProfile("status", "nominal", "dimension", "VARCHAR", 0, 9)
    date = FieldProfile("date", "temporal", "time", "TIMESTAMP", 0, 3276, "2010-01-01", "2024-12-31")
    wind = FieldProfile("wind", "quantitative", "measure", "BIGINT", 0, 31, 10.0, 160.0, 50.0, 25.0, {"0.5": 45.0})
    return Profile(4616, (name, status, date, wind))


def test_hundreds_of_names_have_a_line_each_over_time():
    best = recommend(storms(), Wish((WishedField("name"), WishedField("date"), WishedField("wind"))))[0]
    assert best.spec["mark"]["type"] == "line"
    assert best.spec["encoding"]["detail"]["field"] == "name"


def test_of_hundreds_of_names_the_largest_are_parted_by_colour():
    best = recommend(storms(), Wish((WishedField("name"), WishedField("status"))))[0]
    assert best.spec["mark"] in ("bar", {"type": "bar"})
    assert best.spec["encoding"]["color"]["field"] == "status"
    assert "the 20 largest" in best.summary


def test_the_reason_why_nothing_fits_is_one_that_a_person_can_act_on():
    names = FieldProfile("name", "nominal", "dimension", "VARCHAR", 0, 1309)
    others = tuple(FieldProfile(n, "nominal", "dimension", "VARCHAR", 0, 3) for n in ("class", "sex"))
    with pytest.raises(RuleUnsatisfiable) as told:
        recommend(Profile(1309, (names, *others)), Wish(tuple(WishedField(n) for n in ("name", "class", "sex"))))
    assert "only one thing" not in told.value.message


def test_summaries_of_single_rows_are_no_charts_of_their_own():
    assert essence(Answer(1, (("encoding", "aggregate", "e0", "mean"),), (("mean_of_one", "e0"),), ())) == frozenset()


def test_one_number_is_a_histogram_before_it_is_a_box():
    ranked = recommend(storms(), Wish((WishedField("wind"),)))
    marks = [str(chart.spec["mark"]) for chart in ranked]
    assert "bar" in marks[0]
    assert ranked[0].cost < next(c.cost for c, mark in zip(ranked, marks, strict=True) if "boxplot" in mark)


def test_counts_that_are_all_alike_are_not_shown_on_a_first_page():
    years = tuple(TopValue(1952 + 5 * i, 142) for i in range(12))
    fields = (
        FieldProfile("year", "quantitative", "time", "BIGINT", 0, 12, 1952, 2007, top=years),
        FieldProfile("continent", "nominal", "place", "VARCHAR", 0, 5, top=(TopValue("Africa", 624),)),
        FieldProfile("lifeExp", "quantitative", "measure", "DOUBLE", 0, 1626, 23.0, 83.0, 59.0, 12.0, {"0.5": 61.0}),
    )
    ranked = recommend(Profile(1704, fields), k=5)
    costs = {("year" in chart.fields and "Number" in chart.summary): chart.cost for chart in reversed(ranked)}
    assert ranked[0].summary.startswith("Mean lifeExp by year")
    assert costs.get(True, 99) > costs[False] + 5
    alone = recommend(Profile(1704, fields), Wish((WishedField("year"),)))[0]
    assert any(v.rule == "even_count" for v in alone.violations)


def test_a_longitude_lies_along_the_horizontal_axis():
    def place(name: str) -> FieldProfile:
        return FieldProfile(name, "quantitative", "place", "DOUBLE", 0, 400, -60.0, 60.0, 10.0, 20.0, {"0.5": 10.0})

    wind = FieldProfile("wind", "quantitative", "measure", "DOUBLE", 0, 300, 10.0, 160.0, 50.0, 25.0, {"0.5": 45.0})
    profile = Profile(400, (place("latitude"), place("Longitude"), wind))
    for names in (("latitude", "Longitude"), ("Longitude", "latitude"), ("latitude", "wind", "Longitude")):
        encoding = recommend(profile, Wish(tuple(WishedField(name) for name in names)))[0].spec["encoding"]
        assert encoding["x"]["field"] == "Longitude"
        assert encoding["y"]["field"] == "latitude"


def test_bars_are_not_parted_by_a_number():
    rain = FieldProfile("rain", "quantitative", "measure", "DOUBLE", 0, 111, 0.0, 56.0, 3.0, 6.0, {"0.5": 0.0})
    wish = Wish((WishedField("date"), WishedField("wind"), WishedField("rain")))
    for chart in recommend(Profile(4616, (*storms().fields, rain)), wish):
        assert chart.spec["mark"] != "bar"
    fixed = Wish((WishedField("date"), WishedField("wind"), WishedField("rain", channel="color")), mark="bar")
    assert recommend(Profile(4616, (*storms().fields, rain)), fixed)[0].spec["encoding"]["color"]["field"] == "rain"


def test_filters_leave_fewer_values_where_the_table_is_at_hand(tabulate: Tabulate) -> None:
    frame = pd.DataFrame(
        {"job": [f"job {i % 12}" for i in range(48)], "dept": [50 if i % 12 < 3 else 60 for i in range(48)]}
    )
    table, known = tabulate(frame)
    wish = Wish((WishedField("job"), WishedField(None, "count")), mark="arc", filters=(Filter("dept", "equal", 50),))
    with pytest.raises(RuleUnsatisfiable):
        recommend(known, wish, 1)
    assert recommend(known, wish, 1, table=table)[0].spec["mark"] == "arc"


def test_months_in_the_order_of_their_bars_are_no_line_of_time(tabulate: Tabulate) -> None:
    _, known = tabulate(pd.DataFrame({"day": pd.date_range("2020-01-01", periods=90, freq="11D"), "n": range(90)}))
    fields = (WishedField("day", time_unit="month"), WishedField("n", "mean"))
    sorted_by = recommend(known, Wish(fields, mark="bar", sort="descending"), 1)[0].spec["encoding"]
    assert (sorted_by["x"]["type"], sorted_by["x"]["sort"]) == ("ordinal", "-y")
    assert recommend(known, Wish(fields, mark="bar"), 1)[0].spec["encoding"]["x"]["type"] == "temporal"


def test_the_lowest_groups_have_a_value(tabulate: Tabulate) -> None:
    frame = pd.DataFrame({"name": list("abcdefghijkl"), "age": [None] * 6 + [6.0, 5, 4, 3, 2, 1], "n": range(12)})
    _, known = tabulate(frame)
    fields = (WishedField("name"), WishedField("age", "mean"))
    (chart,) = recommend(known, Wish(fields, mark="bar", sort="ascending", limit=3), 1)
    assert parse(chart.spec).limit == 3
    steps = [step for step in chart.spec["transform"] if "filter" in step]
    assert steps[0]["filter"] == {"field": "observatory_measure", "valid": True}
    svg = vl_convert.vegalite_to_svg(
        {**chart.spec, "data": {"values": frame.astype(object).where(frame.notna(), None).to_dict("records")}}
    )
    assert [name in svg for name in (">l<", ">k<", ">j<", ">a<")] == [True, True, True, False]


def test_groups_of_one_row_each_have_no_error_bars(tabulate: Tabulate) -> None:
    """Eight rows of each name, of which a filter leaves one: a mean of one row varies over nothing."""
    frame = pd.DataFrame({"name": [f"n{i % 20}" for i in range(160)], "year": [i // 20 for i in range(160)]})
    table, known = tabulate(frame.assign(age=range(160)))
    wish = Wish((WishedField("name"), WishedField("age")), "bar", filters=(Filter("year", "equal", 2),))
    assert "error" in json.dumps(recommend(known, wish, 1)[0].spec)
    assert "error" not in json.dumps(recommend(known, wish, 1, table=table)[0].spec)
