"""The smallest repair of a chart, in words, in the chart's own JSON, valid when it is judged again."""

import copy
import json
from pathlib import Path

import pytest

import observatory
from observatory.charts import check
from observatory.charts.rules.nearest import nearest_names
from observatory.model import FieldProfile, Profile

ROOT = Path(__file__).parents[2]
PROFILE = Profile(
    400,
    (
        FieldProfile("town", "nominal", "dimension", "VARCHAR", 0, 5),
        FieldProfile("village", "nominal", "dimension", "VARCHAR", 0, 300),
        FieldProfile("Fare", "quantitative", "measure", "DOUBLE", 0, 200, min=1.0, max=90.0),
        FieldProfile("age", "quantitative", "measure", "DOUBLE", 0, 90, min=0.0, max=90.0),
        FieldProfile("price", "quantitative", "measure", "DOUBLE", 0, 200, min=0.0, max=90.0),
        FieldProfile("day", "temporal", "time", "DATE", 0, 300, min="2020-01-01", max="2021-01-01"),
    ),
)
TOWN, FARE = {"field": "town", "type": "nominal"}, {"field": "Fare", "type": "quantitative"}
AGE, COUNT = {"field": "age", "type": "quantitative"}, {"aggregate": "count", "type": "quantitative"}
MEAN = {**FARE, "aggregate": "mean"}


def chart(mark, **encoding):
    return {"mark": mark, "encoding": encoding}


def best(spec):
    return check(spec, PROFILE, repair=True).repairs[0]


@pytest.mark.parametrize(
    ("spec", "edit"),
    [
        (chart("bar", x=AGE, y=FARE), "Change the mark from bar to point."),
        (chart("scatter", x=AGE, y=FARE), "Change the mark from scatter to point."),
        (chart("bar", x=TOWN, y=FARE), "Take the mean of “Fare”."),
        (chart("bar", x={**AGE, "type": "quantitative"}, y=COUNT), "Put “age” into bins."),
        (chart("bar", x=TOWN, y={**MEAN, "scale": {"zero": False}}), "Start the y axis at zero."),
        (chart("bar", x=TOWN, y={**MEAN, "scale": {"domain": [5, 9]}}), "Start the y axis at zero."),
        (chart("bar", y={**TOWN, "field": "village"}, x=MEAN), "Show the 20 largest of “village”."),
        (chart("tick", x={"field": "pric", "type": "quantitative"}), "Read “pric” as “price”."),
        (chart("point", x=FARE, y=AGE, colour=TOWN), "Put “town” on color instead of colour."),
        (chart("bar", x=TOWN, y={**FARE, "aggregate": "avg"}), "Take the mean of “Fare”."),
        (chart("bar", x=TOWN, y={**COUNT, "stack": "percent"}, color=TOWN), "Stack to shares of the whole."),
        (chart("point", x={**FARE, "type": "numerical"}, y=AGE), "Draw “Fare” as quantitative instead of numerical."),
        (chart("bar", x={**TOWN, "bin": True}, y=COUNT), "Take “town” out of bins."),
        (
            chart("text", x=TOWN, y={"field": "day", "type": "temporal", "timeUnit": "month"}),
            "Put the number of rows on text.",
        ),
    ],
)
def test_one_edit_mends_one_fault(spec, edit):
    found = best(spec)
    assert found.edits == (edit,)
    assert check(found.spec, PROFILE).hard == ()


def edits(spec):
    return [repair.edits for repair in check(spec, PROFILE, repair=True).repairs]


def test_the_nearest_name_comes_first_and_the_words_say_it():
    assert edits(chart("bar", x={**TOWN, "field": "Town_"}, y=COUNT)) == [("Read “Town_” as “town”.",)]
    found = edits(chart("bar", x=TOWN, y={**FARE, "field": "fares"}))
    assert found[0] == ("Read “fares” as “Fare”.", "Take the mean of “Fare”.")
    assert not any("Count" in edit for repair in found for edit in repair)


def test_a_line_keeps_its_series_and_no_field_hides_where_nothing_shows_it():
    names = {"field": "village", "type": "nominal"}
    line = edits(chart("line", x={"field": "day", "type": "temporal"}, y=FARE, color=names))
    bar = edits(chart("bar", x=TOWN, y=COUNT, color=names))
    assert line[0] == ("Put “village” on detail instead of color.",)
    assert bar[0] == ("Leave “village” out on color.",)


def test_the_mean_of_a_line_over_names_is_drawn_as_bars():
    found = edits(chart("line", x=TOWN, y=FARE))
    assert ("Change the mark from line to bar.", "Take the mean of “Fare”.") in found
    assert not any("Count" in edit for repair in found for edit in repair)


def test_a_pie_of_means_becomes_bars_with_both_axes():
    found = edits(chart("arc", theta=MEAN, color=TOWN))
    assert any(len(repair) == 3 and repair[0] == "Change the mark from arc to bar." for repair in found)


def test_a_line_without_an_axis_gets_one():
    found = check(chart("line", y=FARE), Profile(300, PROFILE.fields), repair=True).repairs
    assert ("Put “day” on the x axis.",) in [repair.edits for repair in found]


def test_repairs_are_the_same_each_time():
    spec = chart("scatter", x={"field": "agee", "type": "quantitative"}, y=FARE, size=TOWN)
    assert len({json.dumps([r.spec for r in check(spec, PROFILE, repair=True).repairs]) for _ in range(5)}) == 1


def test_what_is_not_edited_stays_as_it_was():
    spec = {
        "title": "Fares",
        "config": {"bar": {"color": "teal"}},
        "mark": {"type": "bar", "opacity": 0.5},
        "encoding": {
            "x": {**AGE, "title": "Age", "axis": {"format": "d"}},
            "y": FARE,
            "tooltip": [{"field": "town"}],
        },
    }
    kept = copy.deepcopy(spec)
    found = best(spec)
    assert spec == kept
    assert found.spec == {**kept, "mark": {"type": "point", "opacity": 0.5}}


def test_a_layer_is_mended_where_it_stands():
    spec = {"encoding": {"x": TOWN}, "layer": [chart("bar", y=MEAN), chart("scatter", y=MEAN)]}
    found = best(spec)
    assert found.edits == ("In layer 2: change the mark from scatter to point.",)
    assert found.spec["layer"] == [spec["layer"][0], {**spec["layer"][1], "mark": "point"}]


def test_a_layer_takes_the_axis_of_the_one_beside_it():
    spec = {"layer": [chart("bar", x=TOWN, y=MEAN), chart("point", x=AGE, y=FARE)]}
    found = best(spec)
    assert found.edits == ("In layer 2: show “town” instead of “age”.",)
    assert found.spec["layer"][1]["encoding"]["x"] == TOWN


def test_means_that_are_stacked_stand_side_by_side():
    spec = chart("bar", x=TOWN, y=MEAN, color={"field": "sex", "type": "nominal"})
    sex = FieldProfile("sex", "nominal", "dimension", "VARCHAR", 0, 2)
    found = check(spec, Profile(400, (*PROFILE.fields, sex)), repair=True).repairs[0]
    assert found.edits == ("Put the bars of “sex” side by side.",)
    assert found.spec["encoding"]["xOffset"] == {"field": "sex", "type": "nominal"}


def test_the_charts_of_a_concat_are_mended_together():
    spec = {"hconcat": [chart("pie", theta=COUNT, color=TOWN), chart("bar", x=AGE, y=FARE)]}
    found = best(spec)
    assert len(found.edits) == 2
    assert [part["mark"] for part in found.spec["hconcat"]] == ["arc", "point"]


def test_a_facet_of_too_many_levels_is_taken_apart():
    spec = {"facet": {"field": "village", "type": "nominal"}, "columns": 4, "spec": chart("point", x=AGE, y=FARE)}
    found = best(spec)
    assert "facet" not in found.spec
    assert check(found.spec, PROFILE).valid


def test_repairs_are_few_different_and_valid():
    for spec in (chart("bar", x=AGE, y=FARE), chart("line", x=TOWN, y=MEAN), chart("arc", theta=MEAN, color=TOWN)):
        repairs = check(spec, PROFILE, repair=True).repairs
        assert 1 <= len(repairs) <= 3
        assert len({repair.edits for repair in repairs}) == len(repairs)
        assert [len(r.edits) for r in repairs] == sorted(len(r.edits) for r in repairs)
        for repair in repairs:
            judged = check(repair.spec, PROFILE)
            assert (judged.valid, judged.cost) == (True, repair.cost)


def test_a_chart_without_a_fault_gets_no_repair_and_nothing_is_repaired_unasked():
    assert check(chart("bar", x=TOWN, y=COUNT), PROFILE, repair=True).repairs == ()
    assert check(chart("scatter", x=AGE, y=FARE), PROFILE).repairs == ()


def test_broken_charts_of_the_corpus_are_mended_in_two_edits():
    charts = json.loads((ROOT / "benchmarks" / "charts" / "broken.json").read_text(encoding="utf-8"))["charts"][::9]
    with observatory.open() as obs:
        ids = {name: obs.ingest(ROOT / "datasets" / name).id for name in {c["table"] for c in charts}}
        mended = [obs.check(c["spec"], ids[c["table"]], repair=True).repairs for c in charts]
    assert sum(bool(repairs) and len(repairs[0].edits) <= 2 for repairs in mended) >= 0.95 * len(charts)


@pytest.mark.parametrize("name", ["a). :- not x. b(1", 'say "hi"', "new\nline", "a.b[0]"])
def test_hostile_names_are_read_and_repaired(name):
    field = FieldProfile(name, "quantitative", "measure", "DOUBLE", 0, 200, min=1.0, max=90.0)
    spec = chart("tick", x={"field": name[:-1] + "!", "type": "quantitative"})
    (found,) = check(spec, Profile(400, (field,)), repair=True).repairs[:1]
    assert found.edits[0].endswith(f"as “{name}”.")
    assert check(found.spec, Profile(400, (field,))).valid


def test_nearest_names_look_past_case_and_spaces():
    names = ["Fare paid", "age", "town", "Body Mass"]
    assert nearest_names("fare_paid", names)[0] == "Fare paid"
    assert nearest_names("body_mass_g", names)[0] == "Body Mass"
    assert nearest_names("zzz", names) == ()


@pytest.mark.parametrize(
    ("spec", "edits"),
    [
        ({"mark": {"type": "bar", "encoding": {"x": TOWN, "y": MEAN}}}, ["Move the encoding out of the mark."]),
        ({"mark": "bar", "encodings": {"x": TOWN, "y": MEAN}}, ["Read “encodings” as “encoding”."]),
        (
            {"mark": "bar", "encode": {"x": TOWN, "y": FARE}},
            ["Read “encode” as “encoding”.", "Take the mean of “Fare”."],
        ),
        (
            chart("histogram", x=AGE),
            ["Change the mark from histogram to bar.", "Put “age” into bins and the number of rows on the y axis."],
        ),
        (chart("bar", x=TOWN, y={**FARE, "field": "count"}), ["Count the rows on the y axis instead of “count”."]),
        (chart("bar", x=TOWN, y={**FARE, "field": "*"}), ["Count the rows on the y axis instead of “*”."]),
    ],
)
def test_what_is_plainly_meant_is_kept(spec, edits):
    found = best(spec)
    assert list(found.edits) == edits
    assert set(found.spec) == {"mark", "encoding"}
    assert check(found.spec, PROFILE).hard == ()


@pytest.mark.parametrize(
    "predicate", ["datum.pric > 1", "datum['pric'] > 1 && datum.age < 9", {"field": "pric", "gt": 1}]
)
def test_a_misspelt_field_is_read_in_the_filter_too(predicate):
    spec = {**chart("bar", x=TOWN, y=COUNT), "transform": [{"filter": predicate}]}
    found = best(spec)
    assert found.edits == ("Read “pric” as “price”.",)
    assert check(found.spec, PROFILE).hard == ()


def test_a_misspelt_field_that_is_summarised_stays_a_number():
    found = best(chart("bar", x=TOWN, y={**MEAN, "field": "fares"}))
    assert found.spec["encoding"]["y"] == {"field": "Fare", "type": "quantitative", "aggregate": "mean"}
