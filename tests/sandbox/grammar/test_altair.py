"""What Altair writes for ordinary charts passes, and what stands next door to it does not."""

from __future__ import annotations

from typing import Any

import altair as alt
import pytest

from observatory.errors import ChartInvalidSpec
from observatory.sandbox.grammar import accept

BARS: dict[str, Any] = {"mark": "bar", "encoding": {"x": {"field": "a", "type": "nominal"}}}
POINTS = alt.Chart(alt.NamedData("rows")).mark_point()
MENU, RADIO = alt.binding_select(options=["a", "b"]), alt.binding_radio(options=[None, "c"])


def kept(chart: Any) -> dict[str, Any]:
    """What is left of a chart, which must be all that there is to keep when it is looked at again."""
    accepted = accept(chart if isinstance(chart, dict) else chart.to_dict()).spec
    assert accept(accepted).spec == accepted
    return accepted


def test_a_theme_of_altair_stays() -> None:
    for theme in ("dark", "fivethirtyeight", "latimes", "ggplot2", "excel", "quartz", "vox", "carbonwhite"):
        with alt.theme.enable(theme):
            chart = POINTS.encode(x="a:Q").to_dict()
        assert kept(chart)["usermeta"] == {"embedOptions": {"theme": theme}}


@pytest.mark.parametrize(
    "usermeta",
    [
        {"embedOptions": {"theme": "url(http://a.b)"}},
        {"embedOptions": {"theme": "constructor"}},
        {"embedOptions": {"theme": "dark", "mode": "vega"}},
        {"embedOptions": {"theme": "dark"}, "more": 1},
        {"embedOptions": {"theme": {"background": "red"}}},
        {"embedOptions": {"config": "dark"}},
        {"theme": "dark"},
        "dark",
        None,
    ],
)
def test_nothing_else_is_carried_along(usermeta: Any) -> None:
    accepted = accept(BARS | {"usermeta": usermeta})
    assert accepted.spec == BARS
    assert accepted.notes == ("What the chart carried along beside itself was left out.",)


def test_a_theme_stands_on_the_whole_chart_alone() -> None:
    with pytest.raises(ChartInvalidSpec):
        accept({"layer": [BARS | {"usermeta": {"embedOptions": {"theme": "dark"}}}]})


def test_names_keep_the_backslashes_of_altair() -> None:
    assert kept(POINTS.encode(x=r"a\:b:N"))["encoding"]["x"]["field"] == r"a\:b"
    assert kept(POINTS.encode(x=r"a\.b\[0\]:N"))["encoding"]["x"]["field"] == r"a\.b\[0\]"
    for name in (r"a\b", r"a\\:\x", "a\\", r"c\onstructor"):
        with pytest.raises(ChartInvalidSpec):
            accept({"mark": "bar", "encoding": {"x": {"field": name}}})


def test_rows_are_counted_with_a_star() -> None:
    assert kept(POINTS.encode(x="count(*):Q"))["encoding"]["x"] == {"aggregate": "count", "type": "quantitative"}
    for chart in (POINTS.transform_aggregate(n="count(*)"), POINTS.transform_joinaggregate(n="count(*)")):
        (step,) = kept(chart)["transform"]
        assert step[next(iter(step))] == [{"op": "count", "as": "n"}]
    by = alt.EncodingSortField("*", op="count")
    assert kept(POINTS.encode(x=alt.X("a:N", sort=by)))["encoding"]["x"]["sort"] == {"op": "count"}


def test_each_field_of_a_selection_may_have_a_widget() -> None:
    pick = alt.selection_point(name="pick", fields=["drive", "class"], bind={"drive": MENU, "class": RADIO})
    (param,) = kept(POINTS.add_params(pick))["params"]
    assert {field: widget["input"] for field, widget in param["bind"].items()} == {"drive": "select", "class": "radio"}


@pytest.mark.parametrize(
    "bind",
    [
        {"drive": {"input": "select", "options": ["a"]}},
        {"drive": {"input": "select", "options": ["a"]}, "onclick": {"input": "text"}},
        {"drive": {"input": "image", "src": "http://a.b"}, "class": {"input": "text"}},
        {"drive": {"input": "submit", "formaction": "javascript:a"}, "class": {"input": "text"}},
        {"drive": {"input": "text", "element": "body"}, "class": {"input": "text"}},
        {"drive": "scales", "class": {"input": "text"}},
        {"drive": {"legend": "click"}, "class": {"input": "text"}},
        {"drive": {"drive": {"input": "text"}}, "class": {"input": "text"}},
        {},
    ],
)
def test_a_widget_of_a_field_is_like_any_other(bind: dict[str, Any]) -> None:
    select = {"type": "point", "fields": ["drive", "class"]}
    with pytest.raises(ChartInvalidSpec):
        accept(BARS | {"params": [{"name": "pick", "select": select, "bind": bind}]})


def test_links_are_left_out_and_that_is_said() -> None:
    accepted = accept(POINTS.encode(x="a:Q", href="url:N").properties(title="a").to_dict())
    assert set(accepted.spec["encoding"]) == {"x"}
    assert accepted.notes == ("Marks here are no links.",)
    assert accept({"mark": {"type": "bar", "href": {"expr": "open('a')"}}}).spec == {"mark": {"type": "bar"}}
    assert accept(BARS | {"config": {"bar": {"href": "javascript:a"}}}).spec == BARS | {"config": {"bar": {}}}
