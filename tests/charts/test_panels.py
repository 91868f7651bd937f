"""A trend of several numbers over one time: a line for each in a panel of its own, at the cost of all."""

import altair as alt
import pandas as pd
import pytest

from observatory.charts import check, draw, recommend
from observatory.model import Wish, WishedField

TREND = ("day", "high", "low")


@pytest.fixture
def weather(tabulate):
    days = pd.date_range("2012-01-01", periods=1400, freq="D")
    frame = pd.DataFrame({"day": days, "high": [20.5 + day.month for day in days]})
    frame["low"], frame["wind"] = frame["high"] - 9, frame["high"] % 7 + 0.5
    frame["kind"] = ["sun", "rain"] * 700
    return tabulate(frame)


def wish(*names, task="trend", **more):
    return Wish(tuple(WishedField(name) for name in names), task=task, **more)


def test_two_numbers_over_time_are_two_panels_of_lines(weather):
    table, profile = weather
    first, *others = recommend(profile, wish(*TREND))
    panels = first.spec["vconcat"]
    assert [panel["mark"] for panel in panels] == ["line", "line"]
    assert [panel["encoding"]["y"]["field"] for panel in panels] == ["high", "low"]
    assert {panel["encoding"]["x"]["timeUnit"] for panel in panels} == {"yearmonth"}
    assert first.spec["title"] == "high and low by day"
    assert first.fields == TREND
    assert [chart.rank for chart in (first, *others)] == [1, 2, 3, 4, 5]
    assert all(first.cost < chart.cost and "vconcat" not in chart.spec for chart in others)
    assert not draw(first.spec, table, profile).caveat


def test_panels_cost_what_they_cost_together_and_keep_every_hard_rule(weather):
    _, profile = weather
    first = recommend(profile, wish(*TREND))[0]
    found = check(first.spec, profile, task="trend")
    assert found.valid
    assert found.cost == first.cost == sum(v.weight * v.count for v in first.violations)
    single = (recommend(profile, wish("day", name))[0].cost for name in ("high", "low"))
    assert first.cost == sum(single)


def test_the_code_of_panels_makes_them(weather):
    table, profile = weather
    chart = recommend(profile, wish("day", "high", "low", "wind"))[0]
    assert len(chart.spec["vconcat"]) == 3
    assert chart.spec["title"] == "high, low and wind by day"
    names = {"data": table.query("SELECT * FROM t"), "alt": alt}
    exec(chart.code, names)
    made = names["chart"].to_dict()
    assert [panel["encoding"] for panel in made["vconcat"]] == [panel["encoding"] for panel in chart.spec["vconcat"]]


@pytest.mark.parametrize(
    "other",
    [
        wish("day", "high"),
        wish(*TREND, task="relation"),
        wish(*TREND, task=None),
        wish(*TREND, mark="point"),
        wish("day", "high", "kind"),
        wish("high", "low"),
        wish("day", "high", "high"),
        Wish((WishedField("day", channel="y"), WishedField("high"), WishedField("low")), task="trend"),
    ],
)
def test_other_wishes_have_one_picture(weather, other):
    assert not any("vconcat" in chart.spec for chart in recommend(weather[1], other))


def test_only_as_many_charts_are_given_as_are_asked_for(weather):
    assert [chart.rank for chart in recommend(weather[1], wish(*TREND), 1)] == [1]
