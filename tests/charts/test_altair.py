"""Ordinary charts of Altair that ask for more than fields: themes, tests of ticks, gaps filled in what is derived."""

from __future__ import annotations

import altair as alt
import pandas as pd
import pytest

from observatory.charts import draw
from observatory.charts.drawing.bounded import known
from observatory.charts.drawing.palette import ACCENT
from observatory.charts.drawing.picture import png, svg
from observatory.errors import ChartInvalidSpec, FieldNotFound

N = 1461
FRAME = pd.DataFrame(
    {
        "date": pd.date_range("2012-01-01", periods=N),
        "degrees": [i * 7 % 40 for i in range(N)],
        "sky": ["sun", "rain", "fog"] * (N // 3),
        "place:now": ["a", "b", "c"] * (N // 3),
        "row": range(N),
    }
)
CHART = alt.Chart(alt.NamedData("rows"))
BARS = CHART.mark_bar().encode(x="sky:N", y="mean(degrees):Q").properties(title="Sky")
STEPS = CHART.mark_rect().encode(x="month:O", y="low:O", color="n:Q").to_dict()


def themed(theme: str, chart: alt.Chart = BARS) -> dict:
    with alt.theme.enable(theme):
        return chart.to_dict()


def test_a_theme_is_drawn_as_it_is_written(tabulate):
    table, profile = tabulate(FRAME)
    plain, dark = draw(themed("default"), table, profile), draw(themed("dark"), table, profile)
    assert (plain.is_themed, dark.is_themed) == (False, True)
    assert dark.caveat == "Drawn as written."
    assert dark.chart.to_dict()["usermeta"] == {"embedOptions": {"theme": "dark"}}
    assert ACCENT in svg(plain.chart)
    picture = svg(dark.chart)
    assert 'fill="#333"' in picture
    assert ACCENT not in picture
    assert png(dark.chart) != png(plain.chart)


def test_what_a_chart_says_of_its_look_stands_above_its_theme(tabulate):
    own = BARS.configure(background="#fee", bar={"color": "red"})
    picture = svg(draw(themed("dark", own), *tabulate(FRAME)).chart)
    assert 'fill="red"' in picture
    assert 'fill="#fee"' in picture
    assert 'fill="#333"' not in picture


def test_panels_of_a_theme_have_the_room_that_there_is(tabulate):
    dark = draw(themed("dark", BARS.encode(column="sky:N")), *tabulate(FRAME))
    assert set(dark.chart.to_dict()["config"]) == {"view"}
    assert 'fill="#333"' in svg(dark.chart)


def test_conditions_of_an_axis_are_about_its_ticks(tabulate):
    warm = alt.Axis(labelColor=alt.condition("datum.value > 20", alt.value("red"), alt.value("black")))
    grid = alt.Axis(gridDash={"condition": {"test": {"field": "index", "gt": 0.5}, "value": [1, 1]}, "value": []})
    bold = alt.Axis(labelFontWeight=alt.condition("datum.label == 'fog'", alt.value("bold"), alt.value("normal")))
    for x, y in ((alt.X("degrees:Q", axis=warm), alt.Y("sky:N", axis=bold)), (alt.X("row:Q", axis=grid), "degrees:Q")):
        drawn = draw(CHART.mark_tick().encode(x=x, y=y).to_dict(), *tabulate(FRAME))
        assert svg(drawn.chart).startswith("<svg")


def test_other_conditions_are_about_rows(tabulate):
    red = alt.condition("datum.value > 20", alt.value("red"), alt.value("black"))
    with pytest.raises(FieldNotFound, match="value"):
        draw(CHART.mark_tick().encode(x="degrees:Q", color=red).to_dict(), *tabulate(FRAME))


def test_a_colon_in_a_name_is_drawn(tabulate):
    drawn = draw(CHART.mark_bar().encode(x=r"place\:now:N", y="count(*):Q").to_dict(), *tabulate(FRAME))
    assert ">place:now<" in svg(drawn.chart)


def grid_of(first: dict, key: str = "low") -> dict:
    count = {"aggregate": [{"op": "count", "as": "n"}], "groupby": ["month", "low", "high"]}
    bins = {"bin": True, "field": "degrees", "as": ["low", "high"]}
    gaps = {"impute": "n", "key": key, "groupby": ["month"], "value": 0}
    return STEPS | {"transform": [first, bins, count, gaps]}


def test_gaps_of_bins_and_months_are_filled(tabulate):
    months = {"timeUnit": "month", "field": "date", "as": "month"}
    drawn = draw(grid_of(months), *tabulate(FRAME))
    assert svg(drawn.chart).count("<path") > 12 * 4


@pytest.mark.parametrize(
    "first",
    [
        {"calculate": "datum.row", "as": "month"},
        {"timeUnit": "yearmonthdatehours", "field": "date", "as": "month"},
        {"timeUnit": "year", "field": "nowhere", "as": "month"},
        {"bin": {"step": 0.01}, "field": "row", "as": "month"},
        {"bin": {"steps": [0.01], "maxbins": 5}, "field": "row", "as": "month"},
    ],
)
def test_gaps_of_what_may_have_any_number_of_values_are_not(tabulate, first):
    with pytest.raises((ChartInvalidSpec, FieldNotFound)):
        draw(grid_of(first, "row"), *tabulate(FRAME))


def test_keys_that_one_filling_adds_count_for_the_next(tabulate):
    first = {"impute": "degrees", "key": "row", "keyvals": {"start": 0, "stop": 1000}, "groupby": ["sky"], "value": 0}
    after = {"impute": "degrees", "key": "date", "keyvals": {"start": 0, "stop": 1000}, "value": 0}
    with pytest.raises(ChartInvalidSpec, match="Gaps would be filled"):
        draw(BARS.to_dict() | {"transform": [first, after | {"groupby": ["row"]}]}, *tabulate(FRAME))


def test_how_many_values_what_is_derived_may_have(tabulate):
    steps = [
        {"timeUnit": "month", "field": "date", "as": "m"},
        {"timeUnit": "utcyearmonth", "field": "date", "as": "ym"},
        {"timeUnit": {"unit": "hours", "step": 6}, "field": "date", "as": "h"},
        {"bin": {"maxbins": 30}, "field": "degrees", "as": ["lo", "hi"]},
        {"bin": {"step": 5}, "field": "degrees", "as": "five"},
        {"fold": ["degrees", "row"]},
        {"calculate": "datum.row", "as": "twice"},
        {"timeUnit": "day", "field": "date", "as": "twice"},
    ]
    about = known({"mark": "bar", "transform": steps}, tabulate(FRAME)[1])
    names = ("m", "ym", "h", "lo", "hi", "five", "key", "value", "twice", "sky")
    counts = (13, 6 * 12 + 1, 25, 35, 35, 12, 3, None, None, 4)
    assert tuple(about.n_values({"field": name}) for name in names) == counts
    assert about.n_values({"field": "date", "timeUnit": "quarter"}) == 5


def test_selections_over_repeated_plots_are_drawn(tabulate):
    brush = alt.selection_interval(encodings=["x"])
    base = CHART.mark_bar().encode(alt.X(alt.repeat("column"), type="quantitative", bin=True), alt.Y("count()"))
    whole = alt.layer(base.encode(color=alt.value("#ddd")).add_params(brush), base.transform_filter(brush))
    drawn = draw(whole.repeat(column=["degrees", "row"]).to_dict(), *tabulate(FRAME))
    assert svg(drawn.chart).startswith("<svg")
