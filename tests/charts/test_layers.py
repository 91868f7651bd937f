"""Composite charts: every part from its own query over all rows, their axes one, and nothing half drawn."""

import pandas as pd
import pytest

from observatory.charts import draw, summarize
from observatory.charts.drawing.picture import svg
from observatory.errors import ChartInvalidSpec, FieldNotFound

CLASS = {"field": "class", "type": "nominal"}
FARE = {"field": "fare", "type": "quantitative"}
MEAN = FARE | {"aggregate": "mean"}
COUNT = {"aggregate": "count", "type": "quantitative"}


def ship() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "class": ["1st"] * 5 + ["2nd"] * 6 + ["3rd"] * 9,
            "fare": [80.0, 90, 70, 60, 75, *range(20, 26), *range(5, 14)],
            "sex": ["f", "m"] * 10,
            "age": [float(20 + i) for i in range(19)] + [None],
        }
    )


def frames_of(drawing) -> dict[str, pd.DataFrame]:
    return {name: pd.DataFrame(rows) for name, rows in drawing.chart.to_dict()["datasets"].items()}


def layers(*parts: dict, **more) -> dict:
    return {"layer": [{"mark": mark, "encoding": encoding} for mark, encoding in parts], **more}


def test_a_rule_stands_at_the_mean_of_all_rows(tabulate):
    frame = ship()
    spec = layers(("bar", {"x": CLASS, "y": MEAN}), ("rule", {"y": MEAN}))
    drawing = draw(spec, *tabulate(frame))
    bars, rule = frames_of(drawing).values()
    assert bars.set_index("v_x")["v_y"].to_dict() == frame.groupby("class")["fare"].mean().to_dict()
    assert rule["v_y"].tolist() == [frame["fare"].mean()]
    assert drawing.alt.endswith("With a line at the mean fare.")
    assert drawing.chart.to_dict()["layer"][1]["encoding"]["y"]["title"] == "mean fare"


def test_labels_on_bars_are_the_same_numbers(tabulate):
    frame = ship()
    spec = {
        "encoding": {"y": CLASS | {"sort": "-x"}, "x": COUNT},
        "layer": [{"mark": "bar"}, {"mark": "text", "encoding": {"text": COUNT}}],
    }
    drawing = draw(spec, *tabulate(frame))
    bars, labels = frames_of(drawing).values()
    assert labels["v_text"].tolist() == bars["v_x"].tolist()
    shown = drawing.chart.to_dict()["layer"]
    assert shown[0]["encoding"]["y"]["sort"] == shown[1]["encoding"]["y"]["sort"] == ["3rd", "2nd", "1st"]
    assert shown[1]["mark"]["align"] == "left"
    said = "Number of rows by class, as bars, with labels"
    assert summarize(spec, tabulate(frame)[1]) == f"{said} of the number of rows (20 rows)."


@pytest.mark.parametrize(("datum", "words"), [(30, "a line at 30"), (30.5, "a line at 30.5")])
def test_a_rule_stands_at_a_constant(tabulate, datum, words):
    spec = layers(
        ("point", {"x": {"field": "age", "type": "quantitative"}, "y": FARE}), ("rule", {"y": {"datum": datum}})
    )
    drawing = draw(spec, *tabulate(ship()))
    rule = drawing.chart.to_dict()["layer"][1]
    assert rule["encoding"]["y"]["datum"] == datum
    assert len(frames_of(drawing)["rows1"]) == 1
    assert words in drawing.alt


def test_a_constant_date_is_a_local_time(tabulate):
    frame = ship().assign(day=pd.date_range("2020-01-01", periods=20))
    day = {"field": "day", "type": "temporal"}
    spec = layers(("line", {"x": day, "y": FARE}), ("rule", {"x": {"datum": {"year": 2020, "month": 1, "date": 9}}}))
    drawing = draw(spec, *tabulate(frame))
    assert drawing.chart.to_dict()["layer"][1]["encoding"]["x"]["datum"] == "2020-01-09T00:00:00"


def test_numbers_in_a_heat_map_are_legible(tabulate):
    cells = {"x": CLASS, "y": {"field": "sex", "type": "nominal"}}
    spec = layers(("rect", cells | {"color": COUNT}), ("text", cells | {"text": COUNT}))
    colour = draw(spec, *tabulate(ship())).chart.to_dict()["layer"][1]["encoding"]["color"]
    assert colour["condition"]["value"] == "white"
    assert colour["condition"]["test"]["field"] == "v_text"


def test_layers_of_panels_share_one_frame(tabulate):
    frame = ship()
    inner = layers(("bar", {"x": CLASS, "y": MEAN}), ("rule", {"y": MEAN}))
    spec = {"facet": {"field": "sex", "type": "nominal"}, "columns": 2, "spec": inner}
    drawing = draw(spec, *tabulate(frame))
    rows = next(iter(frames_of(drawing).values()))
    rules = rows[rows["layer"] == 1].set_index("v_column")["v_y"]
    assert rules.to_dict() == frame.groupby("sex")["fare"].mean().to_dict()
    assert svg(drawing.chart).count("mean fare") >= 1


@pytest.mark.parametrize("key", ["hconcat", "vconcat", "concat"])
def test_plots_beside_each_other_have_rows_of_their_own(tabulate, key):
    frame = ship()
    one = {"mark": "bar", "encoding": {"x": CLASS, "y": COUNT, "color": {"field": "sex", "type": "nominal"}}}
    two = {"mark": "bar", "encoding": {"x": {"field": "sex", "type": "nominal"}, "y": MEAN}}
    spec = {key: [one, two, one], "title": "Two views", "transform": [{"filter": "datum.fare > 10"}]}
    drawing = draw(spec, *tabulate(frame))
    kept = frame[frame["fare"] > 10]
    first, second, _ = frames_of(drawing).values()
    assert first["v_y"].sum() == len(kept)
    assert second.set_index("v_x")["v_y"].to_dict() == kept.groupby("sex")["fare"].mean().to_dict()
    assert [p["name"] for p in drawing.chart.to_dict()["params"]] == ["highlight", "highlight2"]
    assert svg(drawing.chart).startswith("<svg")
    assert drawing.alt.startswith("3 charts: Two views. Bar chart: ")
    assert summarize(spec, tabulate(frame)[1]).startswith("3 charts: Number of rows by class")


def test_a_repeated_chart_is_drawn_for_each_field(tabulate):
    unit = {
        "mark": "bar",
        "encoding": {"x": {"field": {"repeat": "repeat"}, "type": "quantitative", "bin": True}, "y": COUNT},
    }
    drawing = draw({"repeat": ["age", "fare"], "columns": 2, "spec": unit}, *tabulate(ship()))
    assert len(drawing.chart.to_dict()["concat"]) == 2
    assert drawing.caveat == "1 row is left out, where age is missing."


def test_layers_with_colours_have_one_parameter(tabulate):
    colour = {"color": {"field": "sex", "type": "nominal"}}
    spec = layers(("line", {"x": CLASS, "y": MEAN, **colour}), ("point", {"x": CLASS, "y": MEAN, **colour}))
    drawing = draw(spec, *tabulate(ship()))
    assert [p["views"] for p in drawing.chart.to_dict()["params"]] == [["highlight_view"]]
    assert svg(drawing.chart).startswith("<svg")


def test_looks_that_are_plain_are_kept_and_others_never_reach_the_chart(tabulate):
    look = {"type": "rule", "color": "firebrick", "strokeDash": [4, 4], "url": "https://example.org", "tooltip": "x"}
    mark = draw(
        layers(("bar", {"x": CLASS, "y": MEAN}), (look, {"y": {"datum": 3}})), *tabulate(ship())
    ).chart.to_dict()["layer"][1]["mark"]
    assert mark == {"type": "rule", "color": "firebrick", "strokeDash": [4, 4], "strokeWidth": 1.5}


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"mark": "geoshape", "encoding": {"x": CLASS}}, "geoshape"),
        ({"mark": "image", "encoding": {"x": CLASS, "url": CLASS}}, "image"),
        ({"mark": "bar", "encoding": {"x": CLASS}, "transform": [{"filter": "rand(datum.a)"}]}, "rand"),
        ({"mark": "bar", "encoding": {"x": CLASS}, "transform": [{"filter": {"param": "brush"}}]}, "brush"),
        ({"mark": {"type": "text", "text": {"expr": "rand(1)"}}, "encoding": {"x": CLASS}}, "expr"),
        ({"mark": "bar", "encoding": {}}, "no encoding"),
        ({"mark": "bar"}, "no encoding"),
        ({"mark": "bar", "encoding": {"x": {"field": ["a"]}}}, "no field"),
        ({"mark": "errorbar", "encoding": {"x": CLASS}}, "needs a number"),
        (3, "no JSON object"),
    ],
)
def test_what_cannot_be_drawn_whole_is_said_in_a_sentence(tabulate, part, words):
    table, profile = tabulate(ship())
    with pytest.raises(ChartInvalidSpec, match=words) as raised:
        draw({"layer": [{"mark": "bar", "encoding": {"x": CLASS, "y": COUNT}}, part]}, table, profile)
    assert raised.value.message.endswith(".")


def test_a_field_that_is_not_there_is_named(tabulate):
    table, profile = tabulate(ship())
    with pytest.raises(FieldNotFound, match="nowhere"):
        draw(
            layers(("bar", {"x": CLASS, "y": COUNT}), ("rule", {"y": {"field": "nowhere", "aggregate": "mean"}})),
            table,
            profile,
        )


def test_the_dots_on_a_line_have_its_colour(tabulate):
    parts = [("line", {"x": CLASS, "y": FARE | {"aggregate": summary}}) for summary in ("mean", "max")]
    marks = [layer["mark"] for layer in draw(layers(*parts), *tabulate(ship())).chart.to_dict()["layer"]]
    assert marks[0]["color"] != marks[1]["color"]
    assert [mark["point"]["color"] for mark in marks] == [mark["color"] for mark in marks]
    red = {"mark": {"type": "line", "color": "red"}, "encoding": parts[0][1]}
    assert draw(red, *tabulate(ship())).chart.to_dict()["mark"]["point"]["color"] == "red"
