"""Editing: what people say of a chart changes just that of it, and what cannot be is said."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

import observatory
from observatory.errors import LLMTimeout
from observatory.insight.wording import flat, mark_of
from observatory.llm import ScriptedLLM
from observatory.model import Visualization
from observatory.workbench import Observatory

AGE = {"field": "age", "type": "quantitative"}
MEAN_AGE = {
    "mark": "bar",
    "encoding": {"x": {"field": "class", "type": "ordinal"}, "y": {**AGE, "aggregate": "mean"}},
}
COUNT = {
    "title": "Number of rows by class",
    "mark": "bar",
    "encoding": {
        "x": {"field": "class", "type": "ordinal", "title": "class"},
        "y": {"aggregate": "count", "type": "quantitative", "title": "number of rows"},
    },
}
COUNT_BY_SEX = {
    "mark": "bar",
    "encoding": {**COUNT["encoding"], "color": {"field": "sex", "type": "nominal"}},  # type: ignore[dict-item]
    "transform": [{"filter": {"field": "survived", "equal": "yes"}}],
}
PIE = {
    "mark": "arc",
    "encoding": {
        "color": {"field": "class", "type": "ordinal"},
        "theta": {"aggregate": "count", "type": "quantitative"},
    },
}
HISTOGRAM = {
    "mark": "bar",
    "encoding": {"x": {**AGE, "bin": {"maxbins": 20}}, "y": {"aggregate": "count", "type": "quantitative"}},
}
LIFE = {
    "mark": "line",
    "encoding": {
        "x": {"field": "year", "type": "quantitative", "scale": {"zero": False}, "axis": {"format": "d"}},
        "y": {"field": "lifeExp", "type": "quantitative", "aggregate": "mean"},
    },
}
POP = {
    "mark": "bar",
    "encoding": {
        "y": {"field": "country", "type": "nominal"},
        "x": {"field": "pop", "type": "quantitative", "aggregate": "mean"},
    },
    "transform": [{"filter": {"field": "continent", "equal": "Asia"}}],
}
RAIN = {
    "mark": "line",
    "encoding": {
        "x": {"field": "date", "type": "temporal", "timeUnit": "yearmonth"},
        "y": {"field": "precipitation", "type": "quantitative", "aggregate": "mean"},
    },
}
BILLS = {
    "mark": {"type": "point", "opacity": 0.4},
    "encoding": {
        "x": {"field": "flipper_length_mm", "type": "quantitative"},
        "y": {"field": "body_mass_g", "type": "quantitative"},
        "color": {"field": "species", "type": "nominal"},
    },
}
TITANIC, GAPMINDER, SEATTLE, PENGUINS = "titanic_passengers", "gapminder", "seattle_weather", "penguins"

CASES: list[tuple[str, Mapping[str, Any], str, tuple[str, ...]]] = [
    (TITANIC, MEAN_AGE, "make it a line", ("mark: bar → line",)),
    (TITANIC, MEAN_AGE, "show it as points", ("mark: bar → points",)),
    (TITANIC, MEAN_AGE, "box plot please", ("mark: bar → box plot",)),
    (TITANIC, MEAN_AGE, "a histogram instead", ("a histogram of age",)),
    (TITANIC, MEAN_AGE, "points instead of bars", ("mark: bar → points",)),
    (TITANIC, MEAN_AGE, "only women", ("only rows where sex is female",)),
    (TITANIC, MEAN_AGE, "what about women?", ("only rows where sex is female",)),
    (TITANIC, MEAN_AGE, "only survivors", ("only rows where survived is yes",)),
    (TITANIC, MEAN_AGE, "without survivors", ("only rows where survived is no",)),
    (TITANIC, MEAN_AGE, "older than 60", ("only rows where age is above 60",)),
    (TITANIC, MEAN_AGE, "people under 18 only", ("only rows where age is below 18",)),
    (TITANIC, MEAN_AGE, "exclude 3rd class", ("only rows where class is not 3rd",)),
    (TITANIC, MEAN_AGE, "only first and second class", ("only rows where class is 1st or 2nd",)),
    (TITANIC, MEAN_AGE, "leave out missing values", ("only rows where age is not missing",)),
    (TITANIC, MEAN_AGE, "by sex", ("x: class → sex",)),
    (TITANIC, MEAN_AGE, "by sex too", ("coloured by sex",)),
    (TITANIC, MEAN_AGE, "also by sex", ("coloured by sex",)),
    (TITANIC, MEAN_AGE, "by class and sex", ("coloured by sex",)),
    (TITANIC, MEAN_AGE, "colour by survived", ("coloured by survived",)),
    (TITANIC, MEAN_AGE, "split into small charts by sex", ("a small chart for each sex",)),
    (TITANIC, MEAN_AGE, "use the median", ("y: mean age → median age",)),
    (TITANIC, MEAN_AGE, "and the maximum?", ("y: mean age → greatest age",)),
    (TITANIC, MEAN_AGE, "count instead", ("y: mean age → number of rows",)),
    (TITANIC, MEAN_AGE, "log scale", ("age: a logarithmic scale, as points",)),
    (TITANIC, MEAN_AGE, "swap the axes", ("axes swapped",)),
    (TITANIC, MEAN_AGE, "horizontal bars", ("horizontal: axes swapped",)),
    (TITANIC, MEAN_AGE, "sort high to low", ("sorted from high to low",)),
    (TITANIC, MEAN_AGE, "sort from the lowest to the highest", ("sorted from low to high",)),
    (TITANIC, MEAN_AGE, "sort by class", ("class in alphabetical order",)),
    (TITANIC, MEAN_AGE, "top 2", ("only the 2 largest of class",)),
    (TITANIC, MEAN_AGE, "the bottom two", ("only the 2 smallest of class",)),
    (TITANIC, MEAN_AGE, "add the average line", ("a line at the mean age of all rows shown",)),
    (TITANIC, MEAN_AGE, "make it blue", ("colour of the marks: blue",)),
    (TITANIC, MEAN_AGE, "bigger title: Young and old", ("title: “Young and old”",)),
    (TITANIC, MEAN_AGE, "call it “Women first”", ("title: “Women first”",)),
    (
        TITANIC,
        MEAN_AGE,
        "make it a line, only women and use the median",
        ("mark: bar → line", "y: mean age → median age", "only rows where sex is female"),
    ),
    (
        TITANIC,
        MEAN_AGE,
        "horizontal, sorted high to low, coloured by sex",
        ("coloured by sex", "horizontal: axes swapped", "sorted from high to low"),
    ),
    (TITANIC, COUNT, "as a pie", ("mark: bar → pie",)),
    (TITANIC, COUNT, "as a share", ("as shares of the whole, in a pie",)),
    (TITANIC, COUNT, "colour by survived, as a share", ("coloured by survived", "as shares of the whole")),
    (TITANIC, COUNT, "the median age", ("y: number of rows → median age",)),
    (TITANIC, PIE, "what about age?", ("mean age, as bars: it has no whole to take parts of",)),
    (TITANIC, COUNT_BY_SEX, "side by side", ("bars side by side",)),
    (TITANIC, COUNT_BY_SEX, "in percent", ("as shares of the whole",)),
    (TITANIC, COUNT_BY_SEX, "remove the colour", ("without the colours of sex",)),
    (TITANIC, COUNT_BY_SEX, "without sex", ("without the colours of sex",)),
    (TITANIC, COUNT_BY_SEX, "undo the filter", ("no longer only rows where survived yes",)),
    (TITANIC, COUNT_BY_SEX, "remove the filter on survived", ("no longer only rows where survived yes",)),
    (TITANIC, COUNT_BY_SEX, "everyone again", ("no longer only rows where survived yes",)),
    (TITANIC, HISTOGRAM, "by sex", ("coloured by sex",)),
    (TITANIC, HISTOGRAM, "10 bins", ("age in at most 10 bins",)),
    (TITANIC, HISTOGRAM, "as a box plot", ("mark: bar → box plot",)),
    (GAPMINDER, LIFE, "only 1990 on", ("only rows where year is from 1990 on",)),
    (GAPMINDER, LIFE, "from 1970 to 1990", ("only rows where year is 1970 to 1990",)),
    (GAPMINDER, LIFE, "in the 1970s", ("only rows where year is 1970 to 1979",)),
    (GAPMINDER, LIFE, "by continent", ("coloured by continent",)),
    (GAPMINDER, LIFE, "only France and India", ("only rows where country is France or India",)),
    (GAPMINDER, LIFE, "without Asia and Europe", ("only rows where continent is not Asia or Europe",)),
    (GAPMINDER, LIFE, "same for gdp per capita", ("y: mean lifeExp → mean gdpPercap",)),
    (GAPMINDER, LIFE, "the total population", ("y: mean lifeExp → total pop",)),
    (GAPMINDER, LIFE, "as bars", ("mark: line → bar",)),
    (GAPMINDER, POP, "top 5", ("only the 5 largest of country",)),
    (GAPMINDER, POP, "in 2007", ("only rows where year is 2007",)),
    (GAPMINDER, POP, "only Africa", ("only rows where continent is Africa",)),
    (SEATTLE, RAIN, "by year", ("x: date (month) → date (year)",)),
    (SEATTLE, RAIN, "by day of the week", ("x: date (month) → date (day of the week)",)),
    (SEATTLE, RAIN, "quarterly", ("x: date (month) → date (quarter)",)),
    (SEATTLE, RAIN, "only 2014", ("only rows where date is 2014",)),
    (SEATTLE, RAIN, "wind instead", ("y: mean precipitation → mean wind",)),
    (SEATTLE, RAIN, "as an area, since 2014", ("mark: line → area", "only rows where date is from 2014 on")),
    (PENGUINS, BILLS, "colour by island", ("colour: species → island",)),
    (PENGUINS, BILLS, "only Gentoo", ("only rows where species is Gentoo",)),
    (PENGUINS, BILLS, "compare Adelie and Gentoo", ("only rows where species is Adelie or Gentoo",)),
    (PENGUINS, BILLS, "small charts by species", ("a small chart for each species",)),
    (PENGUINS, BILLS, "swap x and y", ("axes swapped",)),
]


@pytest.fixture(scope="module")
def obs() -> Iterator[Observatory]:
    with observatory.open() as opened:
        yield opened


@pytest.mark.parametrize(("dataset", "spec", "instruction", "changes"), CASES, ids=[case[2] for case in CASES])
def test_an_instruction_changes_what_it_says(
    obs: Observatory, dataset: str, spec: Mapping[str, Any], instruction: str, changes: tuple[str, ...]
) -> None:
    before = copy.deepcopy(spec)
    answer = obs.edit(dataset, spec, instruction)
    assert answer.changes == changes
    assert answer.warnings == ()
    assert spec == before
    assert obs.draw(answer.spec, dataset).alt
    assert answer.spec != spec
    assert answer.attempts[-1].spec == answer.spec


IMPOSSIBLE = [
    (MEAN_AGE, "make it 3D", "no third dimension"),
    (MEAN_AGE, "animate it", "do not move"),
    (MEAN_AGE, "by unicorn", "No field is called “unicorn”. There are: name, class, sex, age, survived."),
    (MEAN_AGE, "by surived", "x: class → survived"),
    (MEAN_AGE, "as a share", "parts of a total, and a mean has none"),
    (MEAN_AGE, "undo the filter", "it shows all rows"),
    (MEAN_AGE, "remove the colour", "no colour"),
    (MEAN_AGE, "by month", "no field of dates"),
    (MEAN_AGE, "the total sex", "is no number, so it has no"),
    (MEAN_AGE, "frobnicate", "“frobnicate”"),
    (COUNT, "use the mean", "counts rows, so say of which field"),
    (COUNT_BY_SEX, "make it blue", "The colours show “sex”"),
    (MEAN_AGE, "as bars", "shows that already"),
]


@pytest.mark.parametrize(("spec", "instruction", "said"), IMPOSSIBLE, ids=[case[1] for case in IMPOSSIBLE])
def test_what_cannot_be_is_said_and_the_chart_stays(
    obs: Observatory, spec: Mapping[str, Any], instruction: str, said: str
) -> None:
    answer = obs.edit(TITANIC, spec, instruction)
    assert said in " ".join((*answer.warnings, *answer.changes))
    assert answer.changes or answer.spec == spec


def test_what_an_instruction_does_not_speak_of_stays_as_it_is_written(obs: Observatory) -> None:
    """Opacity, a written domain and a second layer are nothing that a wish could express."""
    mean = {**AGE, "aggregate": "mean"}
    own = {
        "title": "Mine",
        "layer": [
            {"mark": {"type": "bar", "opacity": 0.5, "cornerRadius": 3}, "encoding": {"y": mean}},
            {"mark": {"type": "text", "dy": -8}, "encoding": {"y": mean, "text": {**mean, "format": ".1f"}}},
        ],
        "encoding": {"x": {"field": "class", "type": "ordinal", "scale": {"paddingInner": 0.4}}},
        "transform": [{"filter": "datum.age > 1"}],
    }
    answer = obs.edit(TITANIC, own, "only women")
    added = {"filter": {"field": "sex", "equal": "female"}}
    assert answer.spec == {**own, "transform": [added, {"filter": "datum.age > 1"}]}
    assert "“Mine” is kept" in " ".join(answer.warnings)


def test_charts_side_by_side_are_changed_alike(obs: Observatory) -> None:
    answer = obs.edit(TITANIC, {"hconcat": [MEAN_AGE, COUNT]}, "by sex")
    assert [part["encoding"]["x"]["field"] for part in answer.spec["hconcat"]] == ["sex", "sex"]


def test_a_generated_title_follows_the_chart(obs: Observatory) -> None:
    assert obs.edit(TITANIC, COUNT, "only women").spec["title"] == "Number of rows by class, sex female"


def test_bounds_on_a_field_go_together_and_values_replace_each_other(obs: Observatory) -> None:
    recent = obs.edit(GAPMINDER, LIFE, "since 1970").spec
    kept = obs.edit(GAPMINDER, recent, "until 1990").spec["transform"]
    assert [step["filter"] for step in kept] == [{"field": "year", "lte": 1990}, {"field": "year", "gte": 1970}]
    assert obs.edit(GAPMINDER, recent, "only 2007").spec["transform"] == [{"filter": {"field": "year", "equal": 2007}}]


def test_comparing_with_the_others_lifts_the_condition_and_colours(obs: Observatory) -> None:
    women = obs.edit(TITANIC, MEAN_AGE, "only women").spec
    answer = obs.edit(TITANIC, women, "compare that with men")
    assert "transform" not in answer.spec
    assert flat(answer.spec)[1]["color"]["field"] == "sex"


def test_an_edit_that_the_rules_refuse_is_mended_so_that_it_keeps_what_was_asked(obs: Observatory) -> None:
    """A pie cannot show means, so it shows sums, and that is said."""
    answer = obs.edit(TITANIC, MEAN_AGE, "as a pie")
    assert mark_of(answer.spec) == "arc"
    assert flat(answer.spec)[1]["theta"]["aggregate"] == "sum"
    assert "parts of a sum" in answer.warnings[0]


def modelled(obs: Observatory, reply: str | Exception, instruction: str) -> tuple[Visualization, ScriptedLLM]:
    llm = ScriptedLLM([reply])
    with observatory.open(obs.settings.workspace, llm=llm) as own:
        return own.edit(TITANIC, MEAN_AGE, instruction), llm


def test_the_model_reads_what_the_rules_do_not(obs: Observatory) -> None:
    reply = json.dumps({"changes": [{"what": "colour by", "field": "sex", "to": "none"}]})
    answer, llm = modelled(obs, reply, "tell ladies and gentlemen apart")
    assert answer.changes == ("coloured by sex",)
    assert [a.source for a in answer.attempts] == ["llm", "rules"]
    assert answer.sent[0].reply == reply
    schema = llm.history[0].schema or {}
    assert "sex" in schema["properties"]["changes"]["items"]["properties"]["field"]["enum"]


def test_the_model_is_not_asked_where_the_rules_understand(obs: Observatory) -> None:
    answer, llm = modelled(obs, "{}", "make it a line")
    assert answer.changes == ("mark: bar → line",)
    assert llm.history == []


@pytest.mark.parametrize("reply", [LLMTimeout("Too slow."), "garbage", '{"changes": 3}', '{"changes": []}'])
def test_a_model_that_fails_leaves_the_chart_as_it_was(obs: Observatory, reply: str | Exception) -> None:
    answer, _ = modelled(obs, reply, "tell ladies and gentlemen apart")
    assert answer.spec == MEAN_AGE
    assert answer.changes == ()
    assert answer.warnings


def test_names_of_people_never_reach_the_model(obs: Observatory) -> None:
    _, llm = modelled(obs, '{"changes": []}', "tell ladies and gentlemen apart")
    assert "Allen" not in json.dumps(llm.history[0].messages)
    assert "Allen" not in json.dumps(llm.history[0].schema)
