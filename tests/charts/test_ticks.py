"""Ticks at times, curves of groups and bins stay few, however long the time and however many the groups."""

import pytest

import observatory
from observatory.charts.drawing.ticks import TICKS_SAID, few_ticks
from observatory.errors import ChartInvalidSpec
from observatory.model import Profile

NOTHING = Profile(0, ())


def over(*times, count="day", **more):
    time = {"field": "t", "type": "temporal", "axis": {"tickCount": count, "grid": False}, **more}
    return {"mark": "point", "data": {"values": [{"t": time} for time in times]}, "encoding": {"x": time}}


@pytest.mark.parametrize(
    "spec",
    [
        over("2024-01-01", "2026-01-01"),
        over(1.6e12, 1.7e12),
        over("1990-05-01", "2020-05-01", count={"interval": "month", "step": 1}),
        over("0100-01-01", "2020-05-01", count={"interval": "day", "step": 365}),
        over("0100-01-01", "2020-05-01", timeUnit="month"),
        over("0100-01-01", "2020-05-01", count=7),
    ],
)
def test_ticks_that_are_few_stay(spec):
    assert few_ticks(spec, NOTHING) == (spec, ())


@pytest.mark.parametrize(
    "spec",
    [
        over("1900-01-01", "2026-01-01"),
        over(-8e15, 8e15, count="month"),
        over("2024-01-01", "+275000-01-01", count="year"),
        over("2024-01-01", scale={"domain": [{"year": -200_000}, {"year": 2_000}]}),
        over("2024-01-01", "then"),
        over(),
    ],
)
def test_ticks_of_which_there_may_be_too_many_are_left_out_and_said(spec):
    few, said = few_ticks(spec, NOTHING)
    assert few["encoding"]["x"]["axis"] == {"grid": False}
    assert said == (TICKS_SAID,)


def test_the_times_of_a_data_set_are_known():
    with observatory.open() as obs:
        storms = obs.profile("atlantic_storms")
        field = next(field for field in storms.fields if field.type == "temporal")
        spec = {"mark": "bar", "encoding": {"x": {"field": field.name, "axis": {"tickCount": "year"}}}}
        assert few_ticks(spec, storms) == (spec, ())


def test_a_curve_of_each_of_many_groups_of_own_rows_is_refused():
    rows = [{"a": n, "b": f"b{n % 900}"} for n in range(1_800)]
    step = {"density": "a", "groupby": ["b"], "steps": 1_000}
    spec = {"data": {"values": rows}, "transform": [step], "mark": "line", "encoding": {"x": {"field": "value"}}}
    with observatory.open() as obs:
        with pytest.raises(ChartInvalidSpec, match="901,000"):
            obs.draw(spec, "cars")
        assert obs.draw({**spec, "transform": [{**step, "steps": 50}]}, "cars")


def test_gaps_of_few_own_rows_are_filled():
    rows = [{"x": n % 3, "y": n, "c": "ab"[n % 2]} for n in range(6)]
    encoding = {"x": {"field": "x"}, "y": {"field": "y", "impute": {"value": 0}}, "color": {"field": "c"}}
    with observatory.open() as obs:
        assert obs.draw({"data": {"values": rows}, "mark": "area", "encoding": encoding}, "cars")
