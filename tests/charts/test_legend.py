"""Legends list what is drawn, while colours and shapes stay what they are; what is missing is last everywhere."""

import pandas as pd
import pytest

from observatory.charts import draw
from observatory.charts.drawing.picture import svg

FRAME = pd.DataFrame({"sex": ["f", "m", "m", None, "f", "m"] * 5, "mass": range(30), "length": range(30)})
MALES = {"transform": [{"filter": "datum.sex === 'm'"}]}
NUMBER, SEX = {"type": "quantitative"}, {"field": "sex", "type": "nominal"}
COUNT = {"aggregate": "count", "type": "quantitative"}


def points(**channels: dict) -> dict:
    axes = {"x": {"field": "mass", **NUMBER}, "y": {"field": "length", **NUMBER}}
    return {"mark": "point", "encoding": axes | channels}


def encoding(spec: dict, tabulate) -> dict:
    return draw(spec, *tabulate(FRAME)).chart.to_dict()["encoding"]


@pytest.mark.parametrize("channel", ["color", "shape"])
def test_a_legend_lists_what_a_filter_leaves_and_the_scale_keeps_every_level(tabulate, channel):
    whole = encoding(points(**{channel: SEX}), tabulate)[channel]
    left = encoding(points(**{channel: SEX}) | MALES, tabulate)[channel]
    assert "values" not in whole["legend"]
    assert left["legend"]["values"] == ["m"]
    assert left["scale"] == whole["scale"]
    assert whole["scale"]["domain"] == ["f", "m", "(missing)"]


def test_colours_and_shapes_of_one_field_have_one_legend(tabulate):
    picture = svg(draw(points(color=SEX, shape=SEX) | MALES, *tabulate(FRAME)).chart)
    assert picture.count('"Symbol legend titled') == 1
    assert ">(missing)<" not in picture


def test_the_legend_of_layers_lists_what_any_of_them_draws(tabulate):
    base = points(color=SEX)
    layers = [base | MALES, base | {"transform": [{"filter": "datum.sex === 'f'"}]}]
    drawn = draw({"layer": layers}, *tabulate(FRAME)).chart.to_dict()["layer"]
    assert [layer["encoding"]["color"]["legend"]["values"] for layer in drawn] == [["f", "m"]] * 2


@pytest.mark.parametrize("axes", ["xy", "yx"])
@pytest.mark.parametrize("sign", ["", "-"])
def test_what_is_missing_is_the_last_bar_whatever_its_length(tabulate, axes, sign):
    group, measure = axes
    spec = {"mark": "bar", "encoding": {group: SEX | {"sort": f"{sign}{measure}"}, measure: COUNT}}
    assert encoding(spec, tabulate)[group]["sort"] == (["m", "f"] if sign else ["f", "m"]) + ["(missing)"]


@pytest.mark.parametrize("sort", ["descending", {"field": "mass", "op": "min", "order": "descending"}])
def test_what_is_missing_is_last_in_every_other_order(tabulate, sort):
    spec = {"mark": "bar", "encoding": {"x": SEX | {"sort": sort}, "y": COUNT}}
    assert encoding(spec, tabulate)["x"]["sort"] == ["m", "f", "(missing)"]


def test_a_pie_has_a_hole_only_where_one_is_written(tabulate):
    def radius(mark) -> int | None:
        drawn = draw({"mark": mark, "encoding": {"theta": COUNT, "color": SEX}}, *tabulate(FRAME))
        return drawn.chart.to_dict()["mark"].get("innerRadius")

    assert radius("arc") is None
    assert radius({"type": "arc", "innerRadius": 40}) == 40
