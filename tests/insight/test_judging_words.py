"""What the words of questions and titles say is held against the chart, in the ways that people put it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import observatory
from benchmarks.evaluate import auc
from benchmarks.judging.second import second_set
from observatory.workbench import Observatory

Spec = dict[str, Any]


@pytest.fixture(scope="module")
def obs() -> Iterator[Observatory]:
    opened = observatory.open()
    yield opened
    opened.close()


def over_months(aggregate: str, name: str = "temp_max", **more: Any) -> Spec:
    x = {"field": "date", "type": "temporal", "timeUnit": "yearmonth"}
    return {
        "mark": "line",
        "encoding": {"x": x, "y": {"field": name, "type": "quantitative", "aggregate": aggregate}},
    } | more


def bars(dimension: str, name: str, aggregate: str, **more: Any) -> Spec:
    y = {"field": name, "type": "quantitative", "aggregate": aggregate}
    return {"mark": "bar", "encoding": {"x": {"field": dimension, "type": "nominal", "sort": "-y"}, "y": y}, **more}


def faults(obs: Observatory, dataset: str, spec: Spec, question: str = "") -> set[str]:
    found = obs.evaluate(dataset, spec, question, llm=False)
    return {fault.name for one in found.dimensions for fault in one.faults}


@pytest.mark.parametrize(
    ("dataset", "question", "right", "wrong"),
    [
        ("seattle_weather", "maximum temperature over time", over_months("max"), over_months("min")),
        ("penguins", "What's the heaviest penguin on every island?", bars("island", "body_mass_g", "max"),
         bars("island", "body_mass_g", "mean")),
        ("seattle_weather", "How much rain falls in each month?", over_months("mean", "precipitation"),
         over_months("min", "precipitation")),
        ("us_residents", "Do people with more education earn more?", bars("edu", "income", "median"),
         bars("gender", "income", "median")),
    ],
)  # fmt: skip
def test_the_chart_that_answers_scores_higher(
    obs: Observatory, dataset: str, question: str, right: Spec, wrong: Spec
) -> None:
    good, bad = (obs.evaluate(dataset, spec, question, llm=False).overall for spec in (right, wrong))
    assert good > 9
    assert bad < good - 0.5


def test_months_are_no_years(obs: Observatory) -> None:
    yearly = over_months("mean")
    yearly["encoding"]["x"]["timeUnit"] = "year"
    assert "unit_differs" in faults(obs, "seattle_weather", yearly, "Which month is the warmest?")
    assert "unit_differs" not in faults(obs, "seattle_weather", over_months("mean"), "Which month is the warmest?")


def test_how_much_of_something_is_no_number_of_rows_and_no_filter(obs: Observatory) -> None:
    spec = over_months("mean", "precipitation")
    found = faults(obs, "seattle_weather", spec, "How much rain falls in each month?")
    assert not found & {"count_missing", "filter_missing"}


def test_a_plural_names_the_rows_of_a_value(obs: Observatory) -> None:
    x, y = {"field": "class", "type": "nominal"}, {"aggregate": "count", "type": "quantitative"}
    everyone: Spec = {"mark": "bar", "encoding": {"x": x, "y": y}}
    question = "How many children were aboard in each class?"
    kept = {**everyone, "transform": [{"filter": "datum.age_group == 'child'"}]}
    assert "filter_missing" in faults(obs, "titanic_aboard", everyone, question)
    assert not faults(obs, "titanic_aboard", kept, question) & {"filter_missing", "filter_added", "filter_differs"}


@pytest.mark.parametrize(
    ("spec", "fault"),
    [
        (over_months("max", title="Mean daily highs"), "title_differs"),
        (over_months("mean", title="Wind in Seattle"), "title_differs"),
        (over_months("mean", title="Mean daily highs in Seattle"), None),
        (over_months("max", title="Highest temperatures, by month"), None),
    ],
)
def test_a_title_says_what_is_shown(obs: Observatory, spec: Spec, fault: str | None) -> None:
    found = faults(obs, "seattle_weather", spec) & {"title_differs", "axis_title_differs"}
    assert found == ({fault} if fault else set())


def test_the_year_of_a_title_is_that_of_the_rows(obs: Observatory) -> None:
    spec = bars("continent", "lifeExp", "median", transform=[{"filter": "datum.year == 2007"}])
    assert "title_differs" in faults(obs, "gapminder", {**spec, "title": "Length of life, 1952"})
    assert "title_differs" not in faults(obs, "gapminder", {**spec, "title": "Length of life, 2007"})
    assert "title_differs" not in faults(obs, "gapminder", {**spec, "title": "After the years 1952–2007"})


def test_points_of_two_categories_hide_how_many_there_are(obs: Observatory) -> None:
    axes = {"x": {"field": "sex", "type": "nominal"}, "y": {"field": "survived", "type": "nominal"}}
    counted = {**axes, "color": {"aggregate": "count", "type": "quantitative"}}
    assert "dots_on_dots" in faults(obs, "titanic_aboard", {"mark": "point", "encoding": axes})
    assert "dots_on_dots" not in faults(obs, "titanic_aboard", {"mark": "rect", "encoding": counted})


def test_colours_that_look_the_same_and_marks_in_the_colour_of_the_page_are_faults(obs: Observatory) -> None:
    spec = bars("sex", "body_mass_g", "mean")
    alike = {"field": "species", "type": "nominal", "scale": {"range": ["#102030", "#112131", "#ff8800"]}}
    assert "colours_alike" in faults(obs, "penguins", {**spec, "encoding": {**spec["encoding"], "color": alike}})
    hidden = {**spec, "mark": {"type": "bar", "color": "#4c78a8"}, "background": "#4C78A8"}
    assert "invisible" in faults(obs, "penguins", hidden)


@pytest.mark.parametrize("layered", [False, True])
def test_an_aggregate_that_is_not_known_is_judged_and_breaks_nothing(obs: Observatory, layered: bool) -> None:
    unit = bars("species", "body_mass_g", "avg")
    found = obs.evaluate("penguins", {"layer": [unit]} if layered else unit, "Mean body mass by species", llm=False)
    assert found.overall < 6
    assert found.on("bugs").faults


def test_a_judge_who_had_not_read_the_evaluation_is_agreed_with(obs: Observatory) -> None:
    """A part of the second set: `python benchmarks/evaluate.py --second` measures all of it."""
    some = [one for one in second_set() if one.origin % 12 == 0 and not one.dataset.startswith("nl2vis")]
    scores: dict[bool, list[float]] = {True: [], False: []}
    for one in some:
        scores[not one.kind].append(obs.evaluate(one.dataset, one.spec, one.question, llm=False).overall)
    assert len(scores[False]) >= 20
    assert auc(scores[True], scores[False]) >= 0.95
