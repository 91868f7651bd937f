"""Charts in words: a mean with its interval and bars side by side read as one chart."""

from __future__ import annotations

import pandas as pd
import pytest

from benchmarks.nl2vis import plotted
from observatory.insight.wording import channels, chart_words, flat, mark_of, question_for, sorted_words
from observatory.model import Profile

SEX = {"field": "Sex", "type": "nominal", "sort": "-y"}
FARE = {"field": "Fare", "type": "quantitative"}
MEAN = FARE | {"aggregate": "mean"}


def around(mark: str, interval: str) -> dict:
    layers = [
        {"mark": mark, "encoding": {"y": MEAN}},
        {"mark": {"type": interval, "extent": "ci"}, "encoding": {"y": FARE}},
    ]
    return {"encoding": {"x": SEX}, "layer": layers}


@pytest.mark.parametrize(
    ("mark", "interval", "words"),
    [
        ("point", "errorbar", "dot plot of mean Fare by Sex with error bars"),
        ("bar", "errorbar", "bar chart of mean Fare by Sex with error bars"),
        ("line", "errorband", "line chart of mean Fare by Sex with a band around it"),
    ],
)
def test_a_mean_with_its_interval_is_one_chart(mark: str, interval: str, words: str) -> None:
    spec = around(mark, interval)
    assert [(s.channel, s.words) for s in channels(spec)] == [("x", "Sex"), ("y", "mean Fare")]
    assert mark_of(spec) == mark
    assert chart_words(spec) == words
    assert question_for(spec, Profile(0, ())) == "How does mean Fare differ by Sex?"
    assert sorted_words(spec) == ", sorted from high to low"


def test_bars_side_by_side_name_their_colour_once() -> None:
    count, port = {"aggregate": "count", "type": "quantitative"}, {"field": "Port", "type": "nominal"}
    spec = {"mark": "bar", "encoding": {"x": SEX, "y": count, "color": port, "xOffset": port}}
    assert chart_words(spec) == "grouped bar chart of number of rows by Sex and Port"
    assert question_for(spec, Profile(0, ())) == "How is Port divided within each Sex?"


def test_a_spec_without_encoding_is_read() -> None:
    assert flat({"layer": "none"}) == ("", {})
    assert flat({"encoding": 3, "layer": [None, {"mark": {"type": "bar"}}]}) == ({"type": "bar"}, {})


def test_the_benchmark_plots_the_mean_of_a_chart_with_an_interval() -> None:
    frame = pd.DataFrame({"Sex": ["f", "f", "m"], "Fare": [1.0, 3.0, 9.0]})
    assert plotted(around("bar", "errorbar"), frame)[["x", "y"]].values.tolist() == [["m", 9.0], ["f", 2.0]]
