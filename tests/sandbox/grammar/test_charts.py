"""Charts as Altair writes them pass as they are, and are drawn."""

from __future__ import annotations

import json
from typing import Any

import altair as alt
import pandas as pd
import pytest
import vl_convert

from observatory.sandbox.grammar import accept

FRAME = pd.DataFrame(
    {
        "day": pd.date_range("2024-01-01", periods=24, freq="7D"),
        "kind": list("abc") * 8,
        "n": [float(i % 7) for i in range(24)],
        "m": [i * 1.5 for i in range(24)],
    }
)


def base() -> alt.Chart:
    return alt.Chart(FRAME)


def dots() -> alt.Chart:
    return (
        base()
        .mark_point(filled=True)
        .encode(x="n:Q", y=alt.Y("m:Q").scale(zero=False), color="kind:N", tooltip=["n", "m"])
    )


def interactive() -> Any:
    brush = alt.selection_interval(encodings=["x"])
    pick = alt.selection_point(fields=["kind"], bind="legend", on="pointerover", clear="dblclick")
    colour = alt.when(brush).then(alt.Color("kind:N")).otherwise(alt.value("lightgray"))
    upper = dots().encode(color=colour, opacity=alt.condition(pick, alt.value(1), alt.value(0.2)))
    lower = base().mark_bar().encode(x="count()", y=alt.Y("kind:N").sort("-x")).transform_filter(brush)
    return (upper.add_params(brush, pick) & lower).resolve_scale(color="independent")


def sliders() -> Any:
    cut = alt.param(name="cut", value=3, bind=alt.binding_range(min=0, max=10, step=1, name="Cut "))
    size = alt.param(name="dot", value=30, bind=alt.binding_range(min=1, max=200))
    kind = alt.selection_point(fields=["kind"], bind=alt.binding_select(options=[None, "a"], labels=["all", "a"]))
    shown = alt.condition("datum.n > cut", alt.value("steelblue"), alt.value("#ccc"))
    return base().mark_circle(size=alt.expr(size.name)).encode(x="n", y="m", color=shown).add_params(cut, size, kind)


def layered() -> Any:
    line = base().mark_line(point=True, interpolate="monotone").encode(x="yearmonth(day):T", y="mean(n):Q")
    rule = base().mark_rule(color="firebrick", strokeDash=[4, 2]).encode(y="mean(n):Q", size=alt.value(2))
    text = (
        base()
        .mark_text(align="left", dx=5, fontWeight="bold")
        .encode(x=alt.datum("2024-02-01", type="temporal"), text=alt.value("a"))
    )
    return (line + rule + text).properties(title=alt.Title("A", subtitle=["b", "c"], anchor="start"), width=300)


def computed() -> Any:
    return (
        base()
        .transform_calculate(double="datum.n * 2", month="month(datum.day)")
        .transform_window(rank="rank()", sort=[alt.SortField("n", order="descending")], groupby=["kind"])
        .transform_joinaggregate(total="sum(n)", groupby=["kind"])
        .transform_filter(alt.datum.rank < 5)
        .transform_filter(alt.FieldOneOfPredicate("kind", ["a", "b"]))
        .transform_fold(["n", "double"], as_=["what", "value"])
        .mark_bar()
        .encode(
            x=alt.X("value:Q").bin(maxbins=10),
            y="count()",
            color="what:N",
            column=alt.Column("kind:N").header(labelAngle=0),
        )
    )


def statistics() -> Any:
    curve = base().transform_density("m", as_=["m", "density"], groupby=["kind"], extent=[0, 40]).mark_area(opacity=0.4)
    fit = base().mark_line().transform_regression("n", "m", method="poly", order=2)
    smooth = base().mark_line().transform_loess("n", "m", bandwidth=0.5)
    boxes = base().mark_boxplot(extent="min-max", median={"color": "red"}).encode(x="kind:N", y="m:Q")
    bars = base().mark_errorbar(extent="ci").encode(x="kind:N", y="m:Q")
    shown = curve.encode(x="m:Q", y="density:Q", color="kind:N")
    return shown | (fit.encode(x="n:Q", y="m:Q") + smooth.encode(x="n:Q", y="m:Q")) | (boxes + bars)


def looks() -> Any:
    axis = alt.Axis(
        format=".1f", labelExpr="datum.value > 3 ? datum.label : ''", tickCount={"interval": "month", "step": 1}
    )
    scale = alt.Scale(domain=["a", "b", "c"], range=["#1b9e77", "rgb(217, 95, 2)", "hsl(240, 30%, 60%)"])
    chart = (
        base()
        .mark_arc(innerRadius=40, cornerRadius=3)
        .encode(
            theta=alt.Theta("sum(n):Q").stack(True),
            color=alt.Color("kind:N", scale=scale, legend=alt.Legend(orient="bottom", title=None, columns=3)),
            order=alt.Order("sum(n):Q", sort="descending"),
        )
    )
    lines = base().mark_trail().encode(x=alt.X("day:T", axis=axis), y="n:Q", size=alt.Size("m:Q").legend(None))
    both = alt.concat(chart, lines, columns=2).configure_axis(grid=False, labelFont="Georgia, serif")
    return both.configure_view(stroke=None).configure_range(category={"scheme": "dark2"}).configure_legend(padding=4)


def panels() -> Any:
    heat = base().mark_rect().encode(x=alt.X(alt.repeat("column"), type="quantitative", bin=True), y="kind:N")
    heat = heat.encode(color=alt.Color("count()").scale(scheme="viridis", reverse=True))
    return heat.properties(width=120).repeat(column=["n", "m"]) & dots().facet("kind:N", columns=2).resolve_scale(
        x="independent"
    )


CHARTS = [dots, interactive, sliders, layered, computed, statistics, looks, panels]


@pytest.mark.parametrize("made", CHARTS, ids=lambda made: made.__name__)
def test_charts_of_altair_pass_as_they_are_and_are_drawn(made: Any) -> None:
    chart = json.loads(made().to_json())
    accepted = accept(chart)
    del chart["$schema"]
    assert accepted.spec == chart
    assert accepted.notes == ()
    assert accept(accepted.spec) == accepted
    assert "<svg" in vl_convert.vegalite_to_svg(accepted.spec, allowed_base_urls=[])


def test_what_the_chart_would_fetch_is_left_out_and_said() -> None:
    chart = {"data": {"url": "https://a.b/c.csv", "format": {"type": "csv"}}, "mark": "bar", "encoding": {}}
    accepted = accept(chart)
    assert accepted.spec == {"mark": "bar", "encoding": {}}
    assert accepted.notes == ("The rows of the data set stand for the data that the chart would fetch.",)


def test_rows_that_stand_in_the_chart_are_copied() -> None:
    rows = [{"a": 1, "b": "x"}, {"a": float("nan"), "b": None}]
    accepted = accept({"data": {"values": rows}, "mark": "bar", "encoding": {"x": {"field": "a"}}}).spec
    assert accepted["data"]["values"] == [{"a": 1, "b": "x"}, {"a": None, "b": None}]
    assert accepted["data"]["values"] is not rows


def test_a_tooltip_never_gets_a_picture() -> None:
    rows = [{"image": "http://a.b/c.png", "n": 1}]
    tips = [{"field": "image"}, {"field": "n", "title": "image"}, {"field": "n", "aggregate": "mean"}]
    chart = {"data": {"values": rows}, "mark": {"type": "bar", "tooltip": {"content": "data"}}}
    accepted = accept(chart | {"encoding": {"tooltip": tips, "x": {"field": "n", "axis": {"title": "image"}}}}).spec
    assert accepted["mark"]["tooltip"] == {"content": "encoding"}
    assert [tip.get("title") for tip in accepted["encoding"]["tooltip"]] == ["image ", "image ", None]
    assert accepted["encoding"]["x"]["axis"]["title"] == "image "


def test_all_columns_are_shown_where_all_rows_are_known() -> None:
    chart = {"data": {"values": [{"a": 1}]}, "mark": {"type": "bar", "tooltip": {"content": "data"}}}
    assert accept(chart).spec == chart
    assert accept({"mark": chart["mark"]}).spec["mark"]["tooltip"] == {"content": "encoding"}


def test_colours_of_cells_are_kept_where_they_are_known_to_be_colours() -> None:
    bare = {"color": {"field": "c", "scale": None}}
    own = {"data": {"values": [{"c": "red"}, {"c": "#00f"}]}, "mark": "point", "encoding": bare}
    assert accept(own).spec == own
    bad = accept(own | {"data": {"values": [{"c": "url(http://a.b)"}]}})
    assert "scale" not in bad.spec["encoding"]["color"]
    chosen = {
        "transform": [{"calculate": "datum.n > 0 ? 'red' : 'blue'", "as": "c"}],
        "mark": "point",
        "encoding": bare,
    }
    assert accept(chosen).spec == chosen
    assert "scale" not in accept({"mark": "point", "encoding": bare}).spec["encoding"]["color"]


def test_words_vega_lite_does_not_know_pass_for_the_rules_to_repair() -> None:
    chart = {"mark": "scatter", "encoding": {"x": {"field": "a", "type": "numerical", "aggregate": "avg"}}}
    assert accept(chart).spec == chart
