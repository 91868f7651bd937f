"""Lines over time where a group has no rows: counts and sums are 0 there, means are missing, and nothing is bridged."""

import re

import numpy as np
import pandas as pd
import pytest

from observatory.charts import draw
from observatory.charts.drawing.gaps import filled
from observatory.charts.drawing.picture import svg
from observatory.charts.spec.view import Encoding, View

MONTHS = pd.date_range("2012-01-01", "2013-12-01", freq="MS")


def weather() -> pd.DataFrame:
    """Sun in every month, snow in January, February and December only, each twice."""
    rows = [(day, "sun", 20.0) for day in MONTHS for _ in range(2)]
    rows += [(day, "snow", -1.0) for day in MONTHS if day.month in (1, 2, 12) for _ in range(2)]
    return pd.DataFrame(rows, columns=["date", "weather", "degrees"])


def chart(aggregate: str, *, mark: str = "line", unit: str | None = "yearmonth", scale: str | None = None) -> dict:
    x = {"field": "date", "type": "temporal"} | ({"timeUnit": unit} if unit else {})
    y = {"aggregate": aggregate, "type": "quantitative"} | ({} if aggregate == "count" else {"field": "degrees"})
    y |= {"scale": {"type": scale}} if scale else {}
    return {"mark": mark, "encoding": {"x": x, "y": y, "color": {"field": "weather", "type": "nominal"}}}


def drawn(spec: dict, frame: pd.DataFrame, tabulate) -> pd.DataFrame:
    return pd.DataFrame(draw(spec, *tabulate(frame)).chart.to_dict()["datasets"].popitem()[1])


def snow(rows: pd.DataFrame) -> list[float | None]:
    values = rows[rows["v_color"] == "snow"].sort_values("v_x", kind="stable")["v_y"]
    return [None if pd.isna(value) else float(value) for value in values]


@pytest.mark.parametrize("mark", ["line", "area"])
@pytest.mark.parametrize(("aggregate", "value"), [("count", 2.0), ("sum", -2.0), ("distinct", 1.0)])
def test_a_month_without_rows_counts_and_adds_up_to_nothing(tabulate, mark, aggregate, value):
    rows = drawn(chart(aggregate, mark=mark), weather(), tabulate)
    assert snow(rows) == [value if day.month in (1, 2, 12) else 0.0 for day in MONTHS]
    assert not rows.isna().any(axis=None)


def test_a_mean_leaves_a_gap_where_it_has_no_rows(tabulate):
    rows = drawn(chart("mean"), weather()[lambda f: f["date"] < "2013-03-01"], tabulate)
    assert snow(rows) == [-1.0, -1.0, *[None] * 9, -1.0, -1.0, -1.0]


@pytest.mark.parametrize("mark", ["line", "area"])
def test_a_line_breaks_around_a_value_that_stands_alone_and_shows_it_as_a_dot(tabulate, mark):
    rows = drawn(chart("mean", mark=mark), weather(), tabulate)
    assert snow(rows) == [-1.0 if day.month in (1, 2, 12) else None for day in MONTHS]
    assert rows[rows["lone"]][["v_x", "v_color"]].values.tolist() == [["2013-12-01T00:00:00", "snow"]]
    drawing = draw(chart("mean", mark=mark), *tabulate(weather()))
    dots = re.findall(r"<path aria-label=[^>]*>", svg(drawing.chart).partition("layer_1")[2])
    assert sum('fill-opacity="1"' in dot for dot in dots) == 1


def test_lines_without_lone_values_have_no_dots_for_them(tabulate):
    rows = drawn(chart("mean"), weather()[lambda f: f["date"] < "2013-03-01"], tabulate)
    assert "lone" not in rows


def test_a_series_with_a_step_of_its_own_keeps_its_line(tabulate):
    frame = weather()[lambda f: (f["weather"] == "sun") | (f["date"].dt.month == 1)]
    more = frame[frame["date"].dt.month.isin([4, 7, 10])].assign(weather="snow")
    rows = drawn(chart("mean"), pd.concat([frame, more]), tabulate)
    assert len(snow(rows)) == 8
    assert not rows.isna().any(axis=None)


def test_months_of_the_year_stand_beside_each_other_in_the_order_of_the_year(tabulate):
    rows = drawn(chart("mean", unit="month"), weather(), tabulate)
    assert rows[rows["lone"]]["v_x"].tolist() == ["Dec"]


def test_times_that_no_series_has_keep_their_step(tabulate):
    quarterly = weather()[lambda f: f["date"].dt.month.isin([1, 4, 10])]
    rows = drawn(chart("count"), quarterly, tabulate)
    assert sorted({int(text[5:7]) for text in rows["v_x"]}) == [1, 4, 7, 10]


def test_bars_and_logarithms_have_no_zeros_added(tabulate):
    assert len(drawn(chart("count", mark="bar"), weather(), tabulate)) == 30
    assert len(drawn(chart("count", scale="log"), weather(), tabulate)) == 30


def test_cycles_and_single_times_are_those_of_any_series(tabulate):
    by_month = drawn(chart("count", unit="month"), weather(), tabulate)
    assert len(by_month) == 24
    assert len(drawn(chart("count", unit=None), weather(), tabulate)) == 48


def test_years_of_months_are_not_filled_with_what_is_still_to_come():
    view = View(
        "line",
        (
            Encoding("x", "date", "temporal", time_unit="month"),
            Encoding("y", None, "quantitative", "count"),
            Encoding("color", "date", "temporal", time_unit="year"),
        ),
    )
    rows = pd.DataFrame({"v_x": ["Jan", "Feb", "Jan"], "v_y": [4, 5, 6], "v_color": ["2012", "2012", "2013"]})
    assert filled(rows, view, 5_000).equals(rows)


def test_more_times_than_are_drawn_and_strange_times_stay_as_they_are():
    view = View("line", (Encoding("x", "d", "temporal", time_unit="yearmonthdate"), Encoding("y", None, "", "count")))
    far = pd.DataFrame({"v_x": ["0001-01-01T00:00:00", "0001-01-02T00:00:00", "9999-01-01T00:00:00"], "v_y": 1})
    assert filled(far, view, 5_000).equals(far)
    odd = pd.DataFrame({"v_x": ["infinity", "2001-01-01T00:00:00"], "v_y": 1})
    assert filled(odd, view, 5_000).equals(odd)
    assert filled(odd[:0], view, 5_000).empty


@pytest.mark.parametrize(
    "unit", ["year", "yearquarter", "yearmonth", "yearweek", "yearmonthdate", "yearmonthdatehours"]
)
def test_every_time_that_is_there_stays(tabulate, unit):
    rng = np.random.default_rng(0)
    frame = weather().assign(date=lambda f: f["date"] + pd.to_timedelta(rng.integers(0, 40, len(f)), "h"))
    bare = drawn(chart("count", unit=unit, mark="point"), frame, tabulate)
    line = drawn(chart("count", unit=unit), frame, tabulate)
    assert line["v_y"].sum() == bare["v_y"].sum() == len(frame)
    assert set(bare["v_x"]) <= set(line["v_x"])
