"""Charts in words: data, encodings, transformation; of the model only what says the same."""

from __future__ import annotations

import json
from typing import Any

import pytest

from observatory.insight import explain_chart
from observatory.llm import ScriptedLLM
from observatory.model import Profile

BARS = {
    "mark": "bar",
    "encoding": {
        "x": {"field": "Department", "type": "nominal", "sort": "-y"},
        "y": {"field": "Salary", "aggregate": "mean", "type": "quantitative"},
    },
}


def test_the_three_parts_of_a_chart_are_said(staff: Profile) -> None:
    found = explain_chart(BARS, staff)
    assert "all 60 rows" in found.data
    assert "Department (a category with 3 values)" in found.data
    assert "the length stands for the mean of Salary" in found.encodings
    assert found.transformation.startswith(
        "Rows are grouped by Department, and of each group the mean of Salary is taken"
    )
    assert "high to low" in found.transformation


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({**BARS, "transform": [{"filter": {"field": "Sex", "equal": "F"}}]}, "the rows where Sex is F"),
        ({**BARS, "transform": [{"filter": {"not": {"field": "Age", "lt": 30}}}]}, "not so that Age is below 30"),
        ({"facet": {"field": "City"}, "spec": BARS}, "the panel stands for City"),
        (
            {"layer": [BARS, {"mark": "rule", "encoding": {"y": {"field": "Age"}}}]},
            "Of a line, the height stands for Age",
        ),
        (
            {"mark": "point", "encoding": {"x": {"field": "Age"}, "y": {"field": "Salary"}}},
            "each row is drawn as it is",
        ),
        ({"mark": "bar", "encoding": {"x": {"field": "Age", "bin": True}, "y": {"aggregate": "count"}}}, "Age in bins"),
        ({"mark": "line", "encoding": {"x": {"field": "HIRE_DATE", "timeUnit": "year"}}}, "the year of HIRE_DATE"),
        (
            {"mark": "bar", "transform": [{"calculate": "1", "as": "one"}], "encoding": {"x": {"field": "one"}}},
            "computed",
        ),
        ({"mark": "rect"}, "It draws a cell."),
        (
            {"hconcat": [BARS, {"mark": "tick", "encoding": {"x": {"field": "City"}}}]},
            "City (a category with 3 values)",
        ),
    ],
)
def test_charts_of_every_kind_are_said(staff: Profile, spec: dict[str, Any], said: str) -> None:
    assert said in explain_chart(spec, staff).text


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("The chart shows the mean Salary for each Department.", True),
        ("The chart compares the average Salary of each Department.", True),
        ("The chart shows the median Salary for each Department.", False),
        ("The chart shows the mean Age for each Department.", False),
        ("Sales has the highest mean Salary.", False),
        ("The mean Salary of each Department is 40000.", False),
        ("Salary differs because of the Department.", False),
        ("See https://example.org for the mean Salary by Department.", False),
    ],
)
def test_the_model_may_only_say_the_same(staff: Profile, said: str, shown: bool) -> None:
    found = explain_chart(BARS, staff, ScriptedLLM([json.dumps({"sentences": [said]})]))
    assert (found.text == said) is shown
    assert found.dropped == (not shown)
    assert found.data == explain_chart(BARS, staff).data
