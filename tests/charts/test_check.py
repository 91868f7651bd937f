"""A chart of any kind is judged by every rule that can be, with the place in words."""

import json
import random
from pathlib import Path

import altair as alt
import pandas as pd
import pytest

import observatory
from observatory.charts import check, compare, difference, why
from observatory.charts.rules.check import NOTHING_JUDGED
from observatory.charts.rules.told import read_chart, told
from observatory.errors import ChartInvalidSpec
from observatory.model import FieldProfile, Profile

ROOT = Path(__file__).parents[2]
FIELDS = (
    FieldProfile("town", "nominal", "dimension", "VARCHAR", 0, 5),
    FieldProfile("code", "nominal", "identifier", "VARCHAR", 0, 400),
    FieldProfile("price", "quantitative", "measure", "DOUBLE", 0, 200, min=1.0, max=90.0),
    FieldProfile("cost", "quantitative", "measure", "DOUBLE", 0, 200, min=1.0, max=90.0),
    FieldProfile("day", "temporal", "time", "DATE", 0, 300, min="2020-01-01", max="2021-01-01"),
)
PROFILE = Profile(400, FIELDS)
TOWN, PRICE = {"field": "town", "type": "nominal"}, {"field": "price", "type": "quantitative"}
COUNT = {"aggregate": "count", "type": "quantitative"}
HOSTILE = ('say "hi"', "it's", "a.b[0]", "new\nline", "a). :- not x. b(1", "größe", "broken(x,y).", "f0")


def corpus(name):
    return json.loads((ROOT / "benchmarks" / "charts" / f"{name}.json").read_text(encoding="utf-8"))["charts"]


def hard(spec, profile=PROFILE, **more):
    return {v.rule for v in check(spec, profile, **more).hard}


@pytest.fixture(scope="module")
def tables():
    with observatory.open() as obs:
        ids = {path.name: obs.ingest(path).id for path in sorted((ROOT / "datasets").glob("*.csv"))}
        yield {name: (obs.profile(id_), obs._store.table(id_)) for name, id_ in ids.items()}


def test_good_charts_break_no_hard_rule_and_get_no_repair(tables):
    for chart in corpus("good"):
        profile, table = tables[chart["table"]]
        found = check(chart["spec"], profile, table=table, repair=True)
        assert (chart["id"], [v.rule for v in found.hard], found.repairs) == (chart["id"], [], ())


def test_broken_charts_break_the_rule_that_is_named(tables):
    missed = []
    for chart in corpus("broken"):
        profile, table = tables[chart["table"]]
        missed += [chart["id"]] * (not hard(chart["spec"], profile, table=table) & set(chart["rules"]))
    assert len(missed) <= 0.05 * len(corpus("broken"))


def test_a_place_is_named_by_part_and_channel():
    mean = {"field": "price", "type": "quantitative", "aggregate": "mean", "scale": {"zero": False}}
    spec = {"encoding": {"x": TOWN, "y": mean}, "layer": [{"mark": "point"}, {"mark": "bar"}]}
    (found,) = check(spec, PROFILE).hard
    assert (found.rule, found.where) == ("length_not_zero", ("layer 2, y (price)",))


def test_the_cost_of_parts_adds_up():
    bar = {"mark": "bar", "encoding": {"x": TOWN, "y": COUNT}}
    one, two = check(bar, PROFILE), check({"hconcat": [bar, bar]}, PROFILE)
    assert two.cost == 2 * one.cost == sum(v.weight * v.count for v in two.soft)


def test_an_unknown_field_is_a_rule_and_no_error():
    assert hard({"mark": "tick", "encoding": {"x": {"field": "prize", "type": "quantitative"}}}) == {"unknown_field"}


def test_a_line_over_names_lacks_an_order_and_no_number():
    town = FieldProfile("town", "nominal", "dimension", "VARCHAR", 0, 5)
    miles = FieldProfile("miles", "quantitative", "measure", "BIGINT", 0, 27, min=12, max=44)
    spec = {"mark": "line", "encoding": {"x": {"field": "town"}, "y": {"field": "miles", "type": "quantitative"}}}
    told = {v.rule for v in check(spec, Profile(400, (town, miles))).hard}
    assert told == {"line_no_order", "repeated_values"}


def test_a_filter_by_an_unknown_field_is_told():
    spec = {"mark": "bar", "transform": [{"filter": "datum.yeer > 2000"}], "encoding": {"x": TOWN, "y": COUNT}}
    (found,) = check(spec, PROFILE).hard
    assert (found.rule, found.where) == ("unknown_field", ("filter (yeer)",))


def test_derived_fields_are_known_and_left_unjudged():
    ratio = {"calculate": "datum.price / datum.cost", "as": "ratio"}
    spec = {"mark": "bar", "transform": [ratio], "encoding": {"x": TOWN, "y": {"aggregate": "mean", "field": "ratio"}}}
    assert hard(spec) == set()


def test_what_filters_leave_is_counted_with_the_table(tabulate):
    frame = pd.DataFrame({"year": [1, 1, 2, 2] * 50, "town": [f"t{i}" for i in range(200)], "n": range(200)})
    table, profile = tabulate(frame)
    unique = FieldProfile("town", "nominal", "dimension", "VARCHAR", 0, 200)
    profile = Profile(200, tuple(unique if f.name == "town" else f for f in profile.fields))
    spec = {"mark": "bar", "encoding": {"y": TOWN, "x": {"field": "n", "type": "quantitative"}}}
    few = {**spec, "transform": [{"filter": "datum.n < 20"}]}
    none = {**spec, "transform": [{"filter": {"field": "n", "gt": 999}}]}
    assert "axis_levels" in hard(spec, profile, table=table)
    assert hard(few, profile, table=table) == set()
    assert hard(few, profile) == set()
    assert "empty_field" in hard(none, profile, table=table)


def test_layers_with_different_kinds_of_axis_are_told():
    days = {"field": "day", "type": "temporal"}
    price = {"field": "price", "type": "quantitative", "aggregate": "mean"}
    layers = [
        {"mark": "bar", "encoding": {"x": TOWN, "y": price}},
        {"mark": "line", "encoding": {"x": days, "y": price}},
    ]
    assert hard({"layer": layers}) == {"layer_axes"}


def test_annotations_in_layers_are_no_faults():
    mean = {"field": "price", "type": "quantitative", "aggregate": "mean"}
    layers = [
        {"mark": "bar", "encoding": {"x": TOWN, "y": mean}},
        {"mark": "rule", "encoding": {"y": mean}},
        {"mark": "rule", "encoding": {"y": {"datum": 7}}},
        {"mark": "text", "encoding": {"x": TOWN, "y": mean, "text": mean}},
    ]
    assert hard({"layer": layers}) == set()


def test_an_altair_chart_is_taken_and_its_data_are_not():
    frame = pd.DataFrame({"town": ["a"], "price": [1.0]})
    found = check(alt.Chart(frame).mark_bar().encode(x="town:N", y="count()"), PROFILE)
    assert found.valid
    assert any("own data" in note for note in found.notes)


def test_expressions_and_addresses_are_noted():
    spec = {"data": {"url": "http://example.org/x.csv"}, "mark": "bar", "encoding": {"x": TOWN, "y": COUNT}}
    found = check({**spec, "transform": [{"filter": "alert(1)"}]}, PROFILE)
    assert found.valid
    assert len(found.notes) == 2


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_change_no_verdict(name):
    field = FieldProfile(name, "nominal", "dimension", "VARCHAR", 0, 5)
    written = name.replace("\\", "\\\\").replace(".", "\\.").replace("[", "\\[").replace("]", "\\]")
    spec = {"mark": "bar", "encoding": {"x": {"field": written, "type": "nominal"}, "y": COUNT}}
    assert check(spec, Profile(400, (field,))).hard == ()
    for words in ({"mark": name}, {"mark": "bar", "encoding": {name: COUNT}}):
        found = check({**spec, **words}, Profile(400, (field,)))
        assert {v.rule for v in found.hard} & {"unknown_mark", "unknown_channel"}


def test_an_empty_table_and_one_of_thousands_of_fields():
    spec = {"mark": "bar", "encoding": {"x": TOWN, "y": COUNT}}
    assert hard(spec, Profile(0, ())) == {"unknown_field"}
    many = tuple(FieldProfile(f"town{i}", "nominal", "dimension", "VARCHAR", 0, 5) for i in range(5_000))
    found = check(spec, Profile(400, many), repair=True)
    assert [v.rule for v in found.hard] == ["unknown_field"]
    assert found.repairs[0].edits[0].startswith("Read “town” as “town")


@pytest.mark.parametrize("spec", [None, [], 3, "bar", {}, object()])
def test_what_is_no_chart_is_refused(spec):
    with pytest.raises(ChartInvalidSpec):
        check(spec, PROFILE)


def test_the_difference_of_two_charts_adds_up_to_that_of_their_costs(tables):
    chosen = random.Random(7)
    checks = []
    for chart in chosen.sample(corpus("good"), 24):
        profile, table = tables[chart["table"]]
        checks.append(check(chart["spec"], profile, table=table))
    for one in checks:
        other = chosen.choice(checks)
        told = difference(one, other)
        assert sum(gap for _, gap in told) == other.cost - one.cost
        assert all(gap and sentence.endswith(".") for sentence, gap in told)
        assert len(why(one, other)) <= 140
        assert compare(one, other)


BARS = {"mark": "bar", "encoding": {"x": TOWN, "y": COUNT}}
MEAN = PRICE | {"aggregate": "mean"}
MONTHLY = {"field": "day", "type": "temporal", "timeUnit": "yearmonth"}


def soft(spec, **more):
    return {(v.rule, v.count) for v in check(spec, PROFILE, **more).soft}


@pytest.mark.parametrize("task", [None, "summary", "part"])
def test_labels_of_bars_cost_nothing_that_the_bars_do_not(task):
    label = {"mark": {"type": "text", "dy": -5}, "encoding": BARS["encoding"] | {"text": COUNT}}
    assert soft({"layer": [BARS, label]}, task=task) == soft(BARS, task=task)
    shared = {"encoding": BARS["encoding"], "layer": [{"mark": "bar"}, {"mark": "text", "encoding": {"text": COUNT}}]}
    assert soft(shared, task=task) == soft(BARS, task=task)


def test_labels_cost_what_they_add():
    label = {"mark": "text", "encoding": BARS["encoding"] | {"text": MEAN}}
    assert soft({"layer": [BARS, label]}) == soft(BARS) | {("aggregate", 1)}
    many = FieldProfile("town", "nominal", "dimension", "VARCHAR", 0, 50)
    crowded = check({"layer": [BARS, label]}, Profile(400, (many, *FIELDS[1:])))
    assert "label_crowd" in {v.rule for v in crowded.soft}


def test_text_at_other_places_is_a_chart_of_its_own():
    elsewhere = {"mark": "text", "encoding": {"x": TOWN, "y": MEAN, "text": COUNT}}
    assert {rule for rule, _ in soft({"layer": [BARS, elsewhere]})} >= {"two_summaries", "amount_not_bar"}
    assert {rule for rule, _ in soft({"layer": [elsewhere, BARS]})} >= {"two_summaries", "amount_not_bar"}
    apart = {"hconcat": [BARS, {"mark": "text", "encoding": BARS["encoding"] | {"text": COUNT}}]}
    assert "count_twice" in {rule for rule, _ in soft(apart)}


def lines(*units):
    return {"layer": [{"mark": "line", "encoding": {"x": MONTHLY | {"timeUnit": unit}, "y": MEAN}} for unit in units]}


def test_months_of_any_year_share_no_axis_with_those_of_one():
    spec = lines("yearmonth", "month")
    found = check(spec, PROFILE, repair=True)
    assert [(v.rule, v.where) for v in found.hard] == [("layer_axes", ("layer 2, x (day)",))]
    assert found.repairs[0].edits == ("In layer 2: group “day” by yearmonth instead of month.",)
    assert found.repairs[0].spec["layer"][1]["encoding"]["x"]["timeUnit"] == "yearmonth"
    assert hard(lines("day", "month")) == hard(lines("hours", "yearmonthdate")) == {"layer_axes"}
    assert hard(lines("yearmonth", "year", "yearmonthdate")) == hard(lines("month", "monthdate")) == set()


def test_two_scales_on_one_axis_are_said_to_mislead():
    other = {"field": "cost", "type": "quantitative", "aggregate": "mean"}
    layers = [{"mark": "line", "encoding": {"x": MONTHLY, "y": y}} for y in (MEAN, other)]
    apart = {"layer": layers, "resolve": {"scale": {"y": "independent"}}}
    found = check(apart, PROFILE)
    assert found.valid
    assert [(v.rule, v.where) for v in found.soft if v.rule == "dual_axis"] == [("dual_axis", ("layer 2, y (cost)",))]
    assert soft(apart) - soft({"layer": layers}) == {("dual_axis", 1)}
    for other_way in (
        {"layer": layers, "resolve": {"scale": {"color": "independent"}}},
        {**apart, "layer": layers[:1]},
    ):
        assert "dual_axis" not in {rule for rule, _ in soft(other_way)}
    assert not {rule for rule, _ in soft({"vconcat": layers, "resolve": apart["resolve"]})} & {"dual_axis"}
    assert hard({"layer": layers, "resolve": {"scale": "odd"}}) == hard({"layer": layers, "resolve": []}) == set()


PLACE = {"longitude": {"field": "price", "type": "quantitative"}, "latitude": {"field": "cost", "type": "quantitative"}}


@pytest.mark.parametrize("more", [{"projection": {"type": "mercator"}}, {}])
def test_a_map_is_noted_and_breaks_no_rule(more):
    found = check({"mark": "circle", "encoding": PLACE, **more}, PROFILE, repair=True)
    assert (found.hard, found.soft, found.repairs) == ((), (), ())
    assert found.notes == (NOTHING_JUDGED, "Maps are not judged.")
    assert told(found).splitlines() == ["No part of the chart could be judged.", "Note: Maps are not judged."]


def test_a_deep_chart_is_not_called_invalid_json_nor_praised(tmp_path):
    deep = {"mark": "bar"}
    for _ in range(40):
        deep = {"layer": [deep]}
    assert told(check(deep, PROFILE)).startswith("No part of the chart could be judged.")
    file = tmp_path / "deep.json"
    file.write_text('{"layer":[' * 30_000 + "]}" * 30_000, encoding="utf-8")
    with pytest.raises(ChartInvalidSpec, match="too deeply"):
        read_chart(str(file))
