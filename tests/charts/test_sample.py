"""Charts of a sample of rows say on the picture itself how many rows of how many they show."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from observatory.charts import draw
from observatory.charts.drawing.picture import svg
from observatory.charts.spec.reading import parse
from observatory.charts.spec.vegalite import to_spec
from observatory.model import Effect, Finding

NUMBER = {"type": "quantitative"}
POINTS = {"mark": "point", "encoding": {"x": {"field": "a", **NUMBER}, "y": {"field": "b", **NUMBER}}}
TICKS = {"mark": "tick", "encoding": {"x": {"field": "c", **NUMBER}}}
BARS = {"mark": "bar", "encoding": {"x": {"field": "a", "bin": True, **NUMBER}, "y": {"aggregate": "count", **NUMBER}}}
RULE = {"mark": "rule", "encoding": {"y": {"field": "b", "aggregate": "mean", **NUMBER}}}
ALL, SOME = "2,000 of 3,000 rows, drawn at random.", "2,000 of 2,500 rows, drawn at random."


@pytest.fixture
def numbers(tabulate):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({name: rng.normal(0, 1, 3_000) for name in "abc"})
    frame.loc[:499, "c"] = np.nan
    return tabulate(frame)


def missing() -> Finding:
    return Finding(
        *("f", "missing", ("c",), None, "missing", None, 500, 0.2, None, (0.1, 0.3), Effect("share", 0.2), None, None),
        *("high", "internal", "missing", "c is often missing.", "SELECT 1"),
    )


def subtitle(chart: dict) -> list[str]:
    return chart.get("title", {}).get("subtitle", [])


@pytest.mark.parametrize(
    "spec", [POINTS, POINTS | {"title": "Mine"}, {"layer": [POINTS, RULE]}, {"layer": [RULE, POINTS]}]
)
def test_the_picture_of_a_sample_says_how_many_rows_it_shows(numbers, spec):
    drawing = draw(spec, *numbers)
    assert subtitle(drawing.chart.to_dict()) == [ALL]
    assert drawing.said == drawing.caveat == ALL
    assert ALL in drawing.alt
    assert ALL in svg(drawing.chart)


def test_a_sample_is_said_before_findings_and_rows_left_out(numbers):
    drawing = draw(TICKS, *numbers, findings=[missing()])
    assert subtitle(drawing.chart.to_dict()) == [SOME, "c is often missing."]
    assert drawing.said == f"{SOME} c is often missing."
    assert drawing.caveat == f"{drawing.said} 500 rows are left out, where c is missing."


def test_charts_beside_each_other_say_their_own_samples(numbers):
    drawing = draw({"hconcat": [POINTS, TICKS, BARS]}, *numbers)
    chart = drawing.chart.to_dict()
    assert [subtitle(plot) for plot in chart["hconcat"]] == [[ALL], [SOME], []]
    assert subtitle(chart) == []
    assert drawing.said == f"{ALL} {SOME}"
    assert drawing.caveat.startswith(drawing.said)
    assert drawing.caveat.count("drawn at random") == 2


def test_a_chart_of_all_rows_says_nothing(numbers):
    drawing = draw(BARS, *numbers)
    assert (drawing.said, drawing.caveat) == ("", "")
    assert subtitle(drawing.chart.to_dict()) == []


def test_a_sample_is_of_the_rows_that_a_limit_leaves(tabulate):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"kind": ["a"] * 2_600 + ["b"] * 400, "n": rng.normal(9, 1, 3_000)})
    encoding = {"y": {"field": "kind", "type": "nominal"}, "x": {"field": "n", **NUMBER}}
    view = replace(parse({"mark": "tick", "encoding": encoding}), limit=1)
    drawing = draw(to_spec(view), *tabulate(frame))
    assert drawing.said == "2,000 of 2,600 rows, drawn at random."


def test_box_plots_say_how_many_far_rows_they_leave_out(tabulate):
    frame = pd.DataFrame({"n": [*range(-500, 500)] * 3 + [9_000] * 400 + [-9_000] * 200})
    drawing = draw({"mark": "boxplot", "encoding": {"x": {"field": "n", **NUMBER}}}, *tabulate(frame))
    assert drawing.said == "500 of 600 rows beyond the whiskers, drawn at random."
    assert subtitle(drawing.chart.to_dict()) == [drawing.said]
    few = draw({"mark": "boxplot", "encoding": {"x": {"field": "n", **NUMBER}}}, *tabulate(frame[:-150]))
    assert few.said == ""
