"""A property may be computed where whatever comes of it is a number in its range, one of its words, or text to read."""

from __future__ import annotations

from typing import Any

import pytest

from observatory.errors import ChartInvalidSpec
from observatory.sandbox.grammar import accept

X = {"field": "a", "type": "quantitative"}
PARAMS: list[dict[str, Any]] = [
    {"name": "s", "value": 3, "bind": {"input": "range", "min": 1, "max": 9}},
    {"name": "dark", "value": True, "bind": {"input": "checkbox"}},
    {"name": "typed", "bind": {"input": "text"}},
    {"name": "tenfold", "expr": "s * 10"},
    {"name": "ink", "expr": "dark ? 'black' : 'white'"},
]


def mark(key: str, text: str) -> dict[str, Any]:
    return {"params": PARAMS, "mark": {"type": "text", key: {"expr": text}}, "encoding": {"x": X}}


def kept(chart: dict[str, Any]) -> dict[str, Any]:
    accepted = accept(chart).spec
    assert accept(accepted).spec == accepted
    return accepted


@pytest.mark.parametrize(
    ("key", "text", "held"),
    [
        ("size", "s * 20", "clamp(s * 20, 0, 1e+06)"),
        ("size", "tenfold", "clamp(tenfold, 0, 1e+06)"),
        ("size", "datum.a", "clamp(datum.a, 0, 1e+06)"),
        ("size", "clamp(s, 1, 5)", "clamp(s, 1, 5)"),
        ("size", "clamp(s, -1, 5)", "clamp(clamp(s, -1, 5), 0, 1e+06)"),
        ("opacity", "s", "clamp(s, 0, 1)"),
        ("size", "s", "s"),
        ("x", "width / 2", "clamp(width / 2, -10000, 10000)"),
        ("text", "datum.class", "datum.class"),
        ("text", "typed", "typed"),
        ("align", "datum.hwy > 30 ? 'right' : 'left'", "datum.hwy > 30 ? 'right' : 'left'"),
        ("fontWeight", "datum.a > 3 ? 'bold' : 'normal'", "datum.a > 3 ? 'bold' : 'normal'"),
        ("color", "dark ? 'black' : ink", "dark ? 'black' : ink"),
        ("color", "ink", "ink"),
        ("shape", "s > 3 ? 'circle' : 'square'", "s > 3 ? 'circle' : 'square'"),
        ("tooltip", "dark ? 'yes' : 'no'", "dark ? 'yes' : 'no'"),
        ("tooltip", "round(s)", "clamp(round(s), -1e+300, 1e+300)"),
    ],
)
def test_what_is_surely_fit_may_be_computed(key: str, text: str, held: str) -> None:
    assert kept(mark(key, text))["mark"][key] == {"expr": held}


@pytest.mark.parametrize(
    ("key", "text"),
    [
        *(("color", text) for text in ("datum.a", "typed", "'url(' + s", "dark ? 'red' : 'url(http://a.b)'", "s")),
        *(("color", text) for text in ("dark ? 'red' : datum.a", "['red'][0]", "lower('RED')", "s > 3 || 'red'")),
        *(("shape", text) for text in ("datum.a", "typed", "s > 3 ? 'circle' : 'image'")),
        *(("cursor", text) for text in ("datum.a", "s > 3 ? 'pointer' : 'url(http://a.b)'")),
        *(("tooltip", text) for text in ("datum.a", "typed", "'' + s", "{a: datum.a}['a']")),
        *(("font", "datum.a"), ("font", "dark ? 'a' : 'a; src: url(b)'"), ("style", "datum.a"), ("type", "datum.a")),
        *(
            ("href", ""),
            ("url", "datum.a"),
            ("strokeDash", "[typed, s]"),
            ("interpolate", "datum.a"),
            ("clip", "datum.a"),
        ),
        *(("description", "datum.a"), ("baseline", "dark ? 'top' : 'image'"), ("align", "s * 2")),
        *(("size", text) for text in ("event.view", "data('a')", "1), (2", "s; 1", "", "height()", "parent.a")),
        *(("text", text) for text in ("event.view", "datum.constructor", "join([datum, 1])", "warn(1)")),
    ],
)
def test_all_else_is_refused(key: str, text: str) -> None:
    if key == "href":
        assert "href" not in accept(mark(key, text)).spec["mark"]
        return
    with pytest.raises(ChartInvalidSpec):
        accept(mark(key, text))


def test_guides_titles_and_values_may_be_computed() -> None:
    axis = {"titleFontSize": {"expr": "width / 20"}, "tickCount": {"expr": "1e9 * s"}}
    chart = {
        "params": PARAMS,
        "title": {"text": {"expr": "'r ' + s"}},
        "mark": "text",
        "encoding": {"x": X | {"axis": axis}, "text": {"value": {"expr": "datum.a + 'x'"}}},
    }
    found = kept(chart)
    assert found["title"] == chart["title"]
    assert found["encoding"]["x"]["axis"]["tickCount"] == {"expr": "clamp(1e9 * s, 0, 500)"}
    assert found["encoding"]["text"] == {"value": {"expr": "datum.a + 'x'"}}


@pytest.mark.parametrize("whole", ["hconcat", "concat", "vconcat"])
def test_plots_beside_each_other_have_no_one_width(whole: str) -> None:
    with pytest.raises(ChartInvalidSpec, match="“width” in an expression"):
        accept({whole: [{"mark": {"type": "point", "x": {"expr": "width / 2"}}}]})


def test_what_is_around_a_plot_is_not_computed_of_its_size() -> None:
    for chart in ({"padding": {"expr": "width"}}, {"config": {"padding": {"expr": "width * 2"}}}):
        with pytest.raises(ChartInvalidSpec):
            accept({"mark": "bar"} | chart)


def test_a_param_that_is_declared_twice_is_not_known() -> None:
    twice = [{"name": "ink", "value": "red"}, {"name": "paint", "expr": "ink"}, {"name": "ink", "value": "url(#a)"}]
    for name in ("ink", "paint"):
        with pytest.raises(ChartInvalidSpec):
            accept({"params": twice, "mark": {"type": "bar", "color": {"expr": name}}})


def test_a_title_of_an_axis_is_not_computed() -> None:
    for text in ("datum.a", "dark ? 'image' : 'a'"):
        with pytest.raises(ChartInvalidSpec):
            accept({"params": PARAMS, "mark": "bar", "encoding": {"x": X | {"axis": {"title": {"expr": text}}}}})


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("strokeDash", "[s, 2]"),
        ("fontWeight", "dark ? 'bold' : 400"),
        ("fontWeight", "dark ? 'bold' : s > 3 ? 'normal' : s * 0 < 1 ? 300 : 500"),
        ("dx", "datum.a > 10 ? 5 : -s"),
        ("size", "3"),
    ],
)
def test_what_lies_between_known_ends_is_not_held(key: str, text: str) -> None:
    assert kept(mark(key, text))["mark"][key] == {"expr": text}


@pytest.mark.parametrize(
    ("key", "text"),
    [
        *(("strokeDash", text) for text in ("[-s, 2]", "[s * 2, 2]", "[datum.a]", "['a']", "[1e9]", "[[1]]", "[s" * 9)),
        *(("strokeDash", text) for text in (f"[{'1,' * 20}1]", "s", "[dark ? 1 : 'a']", "[1][0]")),
        *(("fontWeight", text) for text in ("dark ? 'bold' : 4000", "dark ? 'heavy' : 400", "dark ? 'bold' : datum.a")),
    ],
)
def test_a_list_or_a_word_that_may_be_something_else_is_refused(key: str, text: str) -> None:
    with pytest.raises(ChartInvalidSpec):
        accept(mark(key, text))


def test_a_globe_may_be_turned() -> None:
    turn = {"name": "turn", "value": 0, "bind": {"input": "range", "min": -180, "max": 180}}
    spin = {"type": "orthographic", "rotate": {"expr": "[-turn, 0, 0]"}}
    chart = {"params": [turn], "data": {"sphere": True}, "mark": "geoshape", "projection": spin}
    assert kept(chart)["projection"] == spin
    for rotate in ("[turn * 2, 0]", "[turn]", "[turn, 0, 0, 0]"):
        with pytest.raises(ChartInvalidSpec):
            accept(chart | {"projection": spin | {"rotate": {"expr": rotate}}})


def _chosen_column(select, **more):
    menu = {"input": "radio", "options": ["a", "b"]}
    return {
        "mark": "point",
        "params": [{"name": "p", "select": {"type": "point", **select}, "bind": menu, **more}],
        "transform": [{"calculate": "datum[p.column]", "as": "x"}],
        "encoding": {"x": {"field": "x", "type": "quantitative"}},
    }


@pytest.mark.parametrize("first", ["a", [{"column": "b"}]])
def test_a_menu_chooses_the_column(first):
    assert accept(_chosen_column({"fields": ["column"]}, value=first))


@pytest.mark.parametrize(
    ("select", "more"),
    [
        ({"fields": ["column"], "on": "click"}, {}),
        ({"fields": ["column", "other"]}, {}),
        ({"fields": ["other"]}, {}),
        ({"fields": ["column"]}, {"value": [{"column": "constructor"}]}),
        ({"fields": ["column"]}, {"bind": {"input": "text"}}),
    ],
)
def test_what_a_menu_does_not_offer_chooses_no_column(select, more):
    with pytest.raises(ChartInvalidSpec, match="compute the name"):
        accept(_chosen_column(select, **more))


def _transformed(step):
    return {"mark": "point", "transform": [step], "encoding": {"x": {"field": "w", "type": "quantitative"}}}


def _window(op, frame):
    return {"window": [{"op": op, "field": "a", "as": "w"}], "frame": frame}


@pytest.mark.parametrize(
    ("op", "frame"), [("median", [-3, 3]), ("median", [None, None]), ("mean", [None, 0]), ("distinct", [None, None])]
)
def test_a_window_that_slides_or_is_narrow_passes(op, frame):
    assert accept(_transformed(_window(op, frame)))


@pytest.mark.parametrize(("op", "frame"), [("median", [None, 0]), ("q1", [-5_000, 5_000]), ("ci0", [-9, 9])])
def test_a_wide_window_that_is_sorted_anew_for_each_row_is_refused(op, frame):
    with pytest.raises(ChartInvalidSpec, match="too wide"):
        accept(_transformed(_window(op, frame)))


@pytest.mark.parametrize(("limit", "kept"), [({}, 100), ({"limit": 0}, 100), ({"limit": 7}, 7)])
def test_a_pivot_makes_only_so_many_columns(limit, kept):
    step = {"pivot": "a", "value": "b", "groupby": ["c"], **limit}
    assert accept(_transformed(step)).spec["transform"][0]["limit"] == kept


@pytest.mark.parametrize("extent", ["extent", "extentMajor", "extentMinor"])
def test_a_graticule_goes_round_the_world_and_no_further(extent):
    def drawn(edge):
        graticule = {extent: [[-edge, -90], [edge, 90]], "step": [10, 10]}
        return {"data": {"graticule": graticule}, "mark": "geoshape", "projection": {"type": "mercator"}}

    assert accept(drawn(180))
    with pytest.raises(ChartInvalidSpec):
        accept(drawn(1e9))
