"""Any Vega-Lite chart is read in parts with all that they inherit, and never run."""

import copy
import json
import random
from contextlib import suppress
from pathlib import Path

import pytest

from observatory.charts.spec.expression import condition_of
from observatory.charts.spec.parts import MOST_PARTS
from observatory.charts.spec.reading import Reading, parse, read
from observatory.charts.spec.vegalite import to_spec
from observatory.charts.spec.view import Encoding, View
from observatory.errors import ChartInvalidSpec
from observatory.model import Filter

CORPUS = Path(__file__).parents[2] / "benchmarks" / "charts"
HOSTILE = ('say "hi"', "it's", "a.b[0]", "new\nline", "a). :- not x. b(1", "größe", "{{7*7}}", "\\")
X, Y = {"field": "a", "type": "nominal"}, {"field": "b", "type": "quantitative"}


def corpus(name):
    return [chart["spec"] for chart in json.loads((CORPUS / f"{name}.json").read_text(encoding="utf-8"))["charts"]]


def channels(part):
    return {e.channel: e.field for e in part.view.encodings}


def test_layers_inherit_encoding_and_filters_and_say_where_they_stand():
    spec = {
        "transform": [{"filter": "datum.a === 'x'"}],
        "encoding": {"x": X},
        "layer": [{"mark": "bar", "encoding": {"y": Y}}, {"mark": "rule", "transform": [{"filter": "datum.b > 1"}]}],
    }
    reading = read(spec)
    bar, rule = reading.parts
    assert reading.composition == "layer"
    assert (bar.path, channels(bar)) == (("layer", 0), {"x": "a", "y": "b"})
    assert rule.view.filters == (Filter("a", "equal", "x"), Filter("b", "gt", 1))
    assert bar.sources == ((("encoding", "x"),), (("layer", 0, "encoding", "y"),))


def test_a_definition_inside_a_layer_is_merged_with_the_one_around_it():
    spec = {"encoding": {"y": Y}, "layer": [{"mark": "line", "encoding": {"y": {"aggregate": "mean"}}}]}
    (encoding,) = read(spec).parts[0].view.encodings
    assert (encoding.field, encoding.aggregate) == ("b", "mean")


def test_the_facet_operator_is_read_as_channels():
    unit = {"mark": "bar", "encoding": {"x": X, "y": Y}}
    by_row = read({"facet": {"row": {"field": "c", "type": "nominal"}}, "spec": unit})
    wrapped = read({"facet": {"field": "c", "type": "nominal"}, "columns": 2, "spec": unit})
    assert (by_row.composition, channels(by_row.parts[0])["row"]) == ("facet", "c")
    assert channels(wrapped.parts[0])["column"] == "c"
    assert wrapped.parts[0].path == ("spec",)


def test_parts_of_concats_and_repeats():
    concat = read({"hconcat": [{"mark": "bar", "encoding": {"x": X}}, {"mark": "tick", "encoding": {"x": Y}}]})
    repeat = read(
        {
            "repeat": ["b", "c"],
            "spec": {"mark": "tick", "encoding": {"x": {"field": {"repeat": "repeat"}, "type": "Q"}}},
        }
    )
    assert [part.view.mark for part in concat.parts] == ["bar", "tick"]
    assert [channels(part) for part in repeat.parts] == [{"x": "b"}, {"x": "c"}]
    assert repeat.parts[0].view.encodings[0].type == "quantitative"


def test_unknown_words_stay_as_they_are_written():
    (part,) = read({"mark": "scatter", "encoding": {"hue": {"field": "a", "type": "category"}}}).parts
    assert part.view == View("scatter", (Encoding("hue", "a", "category"),))


@pytest.mark.parametrize("extent", ["ci", "stderr", "stdev", "iqr"])
@pytest.mark.parametrize("mark", ["bar", "line", "point"])
def test_a_view_with_an_interval_comes_back_as_one_view(mark, extent):
    view = View(mark, (Encoding("x", "a", "ordinal"), Encoding("y", "b", "quantitative", "mean")), interval=extent)
    assert parse(to_spec(view)) == view
    (part,) = read(to_spec(view)).parts
    assert (part.view, read(to_spec(view)).composition) == (view, "single")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_come_back(name):
    view = View("bar", (Encoding("x", name, "nominal"), Encoding("y", None, "quantitative", "count")))
    assert parse(to_spec(view)) == view
    assert read(to_spec(view)).parts[0].view == view


def test_simple_expressions_are_filters_and_others_are_noted_and_never_run():
    spec = {
        "mark": "bar",
        "encoding": {"x": X},
        "transform": [
            {"filter": "datum.year > 2000 && datum['it''s'] != 1 && (datum[\"b c\"] === 'x && y')"},
            {"filter": "year(datum.date) == 2000"},
            {"filter": "fetch('http://example.org')"},
        ],
    }
    reading = read(spec)
    rows = reading.parts[0].rows
    assert rows.filters == (Filter("year", "gt", 2000), Filter("b c", "equal", "x && y"))
    assert (rows.rows_known, rows.levels_known, len(reading.notes)) == (False, False, 3)


def test_filters_of_an_expression():
    spec = {"mark": "bar", "transform": [{"filter": "datum.year > 2000 && (datum['b c'] === 'x && y')"}]}
    part = read(spec).parts[0]
    assert part.view.filters == (Filter("year", "gt", 2000), Filter("b c", "equal", "x && y"))
    assert part.rows.exact


def test_derived_fields_and_what_is_known_of_them():
    spec = {
        "mark": "bar",
        "transform": [
            {"calculate": "datum.a + 1", "as": "more"},
            {"fold": ["low", "high"], "as": ["which", "amount"]},
            {"aggregate": [{"op": "mean", "field": "amount", "as": "m"}], "groupby": ["which"]},
        ],
    }
    reading = read(spec)
    made = {d.name: d for d in reading.derived}
    assert (made["which"].type, made["which"].distinct) == ("nominal", 2)
    assert made["amount"].of == ("low", "high")
    assert made["m"].type == "quantitative"
    assert reading.parts[0].rows.visible == ("which", "m")
    assert not reading.parts[0].rows.exact


def test_a_rank_that_is_filtered_is_a_limit():
    window = {"window": [{"op": "rank", "as": "place"}], "sort": [{"field": "b", "order": "descending"}]}
    spec = {"mark": "bar", "encoding": {"x": X}, "transform": [window, {"filter": "datum.place <= 10"}]}
    assert read(spec).parts[0].view.limit == 10


def test_what_is_not_understood_is_said():
    spec = {
        "data": {"url": "http://example.org/x.csv"},
        "params": [{"name": "p"}],
        "wobble": 1,
        "mark": "bar",
        "encoding": {"x": X, "angle": Y},
        "transform": [{"teleport": 1}],
    }
    notes = " ".join(read(spec).notes)
    for word in ("own data", "Interactions", "wobble", "angle", "teleport"):
        assert word in notes


def test_too_many_parts_and_too_deep_ones_are_said():
    many = read({"layer": [{"mark": "bar", "encoding": {"x": X}}] * 10_000})
    deep = {"mark": "bar"}
    for _ in range(30):
        deep = {"layer": [deep]}
    assert len(many.parts) == MOST_PARTS
    assert "first 24 parts" in many.notes[-1]
    assert read(deep).parts == ()
    assert "deeper than 12" in read(deep).notes[-1]


@pytest.mark.parametrize("spec", [None, [], "bar", 3, {}, {"data": {}}])
def test_what_is_no_chart_is_refused(spec):
    with pytest.raises(ChartInvalidSpec):
        read(spec)


JUNK = (None, True, -1, 1e308, float("nan"), "", "x" * 5_000, [], {}, [None], {"a": 1}, {"field": ["x"]}, "\x00")


def mutated(spec, random):
    """A copy of a chart with up to three things in it replaced by junk."""
    spec = copy.deepcopy(spec)
    for _ in range(random.randint(1, 3)):
        holders = [spec]
        for holder in holders:
            inner = holder.values() if isinstance(holder, dict) else holder
            holders += [item for item in inner if isinstance(item, (dict, list)) and item]
        holder = random.choice([h for h in holders if h])
        key = random.choice(list(holder)) if isinstance(holder, dict) else random.randrange(len(holder))
        holder[key] = copy.deepcopy(random.choice(JUNK))
    return spec


def test_mutated_charts_are_read_or_refused():
    chosen = random.Random(4)
    for spec in [*corpus("good"), *corpus("broken")]:
        for reader, kind in ((read, Reading), (parse, View)):
            with suppress(ChartInvalidSpec):
                assert isinstance(reader(mutated(spec, chosen)), kind)


def test_all_charts_of_the_corpus_are_read():
    assert all(read(spec).parts for spec in [*corpus("good"), *corpus("broken")])


@pytest.mark.parametrize(
    ("scale", "zero"),
    [
        ({"domain": [200, 100]}, False),
        ({"domainMin": 20}, False),
        ({"domainMax": -3}, False),
        ({"domainMax": 30}, None),
    ],
)
def test_a_written_end_says_whether_the_axis_starts_at_zero(scale, zero):
    spec = {"mark": "bar", "encoding": {"y": {"field": "a", "type": "quantitative", "scale": scale}}}
    assert read(spec).parts[0].view.encodings[0].zero is zero


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("datum.a == 'x' || datum.a == 'y'", ["x", "y"]),
        ("(datum['a'] == 1) || (datum.a === 2 || 3 == datum.a)", [1, 2, 3]),
        ("datum.a == 'x || y'", None),
        ("datum.a == 'x' || datum.b == 'y'", None),
        ("(datum.a == 'x' && datum.a == 'y') || datum.a == 'z'", None),
        ("datum.a == 'x' && datum.a == 'y' || datum.a == 'z'", None),
        ("!(datum.a == 'x' || datum.a == 'y')", None),
        ("datum.a != 'x' || datum.a == 'y'", None),
        ("datum.a == 'x' || datum.a == null", None),
        ("datum.a == 'x' ||", None),
        ("(" * 900 + "datum.a == 1 || datum.a == 2" + ")" * 900, None),
    ],
)
def test_alternatives_of_one_field_are_one_of_its_values(expression, values):
    found = [f for f in condition_of(expression).filters if f.op == "oneOf"]
    assert [f.value for f in found] == ([] if values is None else [values])
