"""What a person wrote of axes, bins and orders is drawn; what is not drawn is said, and never passed on."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from observatory.charts import draw, recommend
from observatory.errors import ChartInvalidSpec
from observatory.model import Wish

GROUPS = {"field": "group", "type": "nominal"}
PAY = {"field": "pay", "type": "quantitative"}
LEFT_OUT = "of the written chart are not drawn."


@pytest.fixture
def people(tabulate):
    """Three groups: by their total pay a, b, c; by their mean c, b, a; by their greatest age b, c, a."""
    rows = [("a", 10, 20)] * 9 + [("b", 20, 60)] * 4 + [("c", 30, 40)] * 2
    return tabulate(pd.DataFrame(rows, columns=["group", "pay", "age"]).assign(day=pd.Timestamp("2020-01-01")))


def bar(x: dict, y: dict, **more) -> dict:
    return {"mark": "bar", "encoding": {"x": x, "y": y}, **more}


def encoding(drawing) -> dict:
    return drawing.chart.to_dict()["encoding"]


def test_an_axis_runs_between_the_ends_that_are_written(people) -> None:
    point = {"mark": "point", "encoding": {"x": PAY | {"scale": {"domain": [5, 25]}}, "y": GROUPS}}
    drawing = draw(point, *people)
    assert encoding(drawing)["x"]["scale"] == {"domain": [5, 25], "nice": False}
    assert drawing.chart.to_dict()["mark"]["clip"] is True
    assert drawing.caveat == "2 values lie beyond the written axis."


@pytest.mark.parametrize(
    "scale",
    [
        {"domain": [5, 5]},
        {"domain": ["a", "b"]},
        {"domain": [1, 2, 3]},
        {"domain": {"param": "brush"}},
        {"domain": [0, 10], "type": "log"},
    ],
)
def test_ends_that_cannot_be_drawn_are_said(people, scale: dict) -> None:
    drawing = draw({"mark": "point", "encoding": {"x": PAY | {"scale": scale}, "y": GROUPS}}, *people)
    assert "domain" not in encoding(drawing)["x"].get("scale", {})
    assert drawing.caveat == f"Scales {LEFT_OUT}"


def test_bins_are_as_wide_as_written(people) -> None:
    count = {"aggregate": "count", "type": "quantitative"}
    drawing = draw(bar({"field": "age", "type": "quantitative", "bin": {"step": 7}}, count), *people)
    assert encoding(drawing)["x"]["bin"]["step"] == 7
    assert not drawing.caveat
    with pytest.raises(ChartInvalidSpec, match="too many"):
        draw(bar({"field": "age", "type": "quantitative", "bin": {"step": 1e-6}}, count), *people)


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ({"field": "pay", "op": "sum", "order": "descending"}, ["a", "b", "c"]),
        ({"field": "pay", "op": "mean", "order": "descending"}, ["c", "b", "a"]),
        ({"field": "age", "op": "max", "order": "descending"}, ["b", "c", "a"]),
        ({"field": "age", "order": "ascending"}, ["a", "c", "b"]),
        ({"op": "count", "order": "ascending"}, ["c", "b", "a"]),
    ],
)
def test_groups_stand_in_the_order_that_is_written(people, sort: dict, order: list[str]) -> None:
    drawing = draw(bar(GROUPS | {"sort": sort}, PAY | {"aggregate": "sum"}), *people)
    assert encoding(drawing)["x"]["sort"] == order
    assert not drawing.caveat


@pytest.mark.parametrize("sort", [{"field": "none"}, {"field": "age", "op": "ci0"}, {"field": "day", "op": "max"}])
def test_an_order_that_is_not_known_is_said(people, sort: dict) -> None:
    assert draw(bar(GROUPS | {"sort": sort}, PAY | {"aggregate": "sum"}), *people).caveat == f"Orders {LEFT_OUT}"


def test_what_is_not_drawn_is_said_in_one_sentence_and_goes_no_further(people) -> None:
    colour = GROUPS | {"scale": {"range": ["EVIL"]}, "legend": {"orient": "EVIL"}}
    spec = {
        "mark": {"type": "bar", "href": "EVIL"},
        "encoding": {
            "x": GROUPS | {"axis": {"labelAngle": 4321, "title": "Team"}},
            "y": PAY | {"aggregate": "mean", "EVIL": 1},
            "color": colour,
            "tooltip": {"field": "EVIL"},
        },
        "params": [{"name": "EVIL", "select": "point"}],
        "config": {"EVIL": 1},
        "width": 7654,
        "data": {"url": "EVIL"},
    }
    drawing = draw(spec, *people)
    drawn = json.dumps(drawing.chart.to_dict())
    assert drawing.caveat == (
        "Links, hover texts, axis labels, other options, colours, legends, sizes, interactions, themes and own data "
        + LEFT_OUT
    )
    assert not any(word in drawn for word in ("EVIL", "7654", "4321"))
    assert encoding(drawing)["x"]["title"] == "Team"


def test_of_the_house_s_own_charts_nothing_is_left_out(people) -> None:
    table, profile = people
    for chart in recommend(profile, Wish(), 8):
        assert LEFT_OUT not in draw(chart.spec, table, profile).caveat


def test_a_frame_as_altair_writes_it_is_no_theme(people) -> None:
    config = {"view": {"continuousWidth": 300, "continuousHeight": 300}}
    assert not draw(bar(GROUPS, PAY | {"aggregate": "mean"}, config=config, data={"name": "d"}), *people).caveat
