"""Questions about missing values, and about things and amounts that a table does not hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd
import pytest

import observatory
from observatory import Observatory
from observatory.charts import recommend
from observatory.insight import visualize
from observatory.insight.sheet import MAX_FIELDS
from observatory.llm import ScriptedLLM
from observatory.model import EngineStatus, Profile

READY = EngineStatus("ready", "scripted")


@pytest.fixture(scope="module")
def obs() -> Iterator[Observatory]:
    with observatory.open() as found:
        yield found


@pytest.mark.parametrize(
    ("table", "question", "said"),
    [
        ("penguins", "Which columns have missing values?", "Of 8 fields, 5 lack values: sex in 11 rows (3.2 %)"),
        ("penguins", "In how many records is anything unknown?", "11 of the 344 rows lack at least one value."),
        (
            "titanic_passengers",
            "Don't we know the age of some women?",
            "age is missing in 78 of the 466 rows where sex",
        ),
        ("titanic_passengers", "In which class is the age missing most often?", "3rd 29.3 % (208 of 709), 1st 12.1 %"),
        ("penguins", "How many birds lack a bill length?", "bill_length_mm is missing in 2 of the 344 rows (0.6 %)."),
        ("gapminder", "Is the data complete?", "No value is missing: all 6 fields have one in each of the 1,704 rows."),
        ("gapminder", "For which years is the population not known?", "No row lacks a value of pop."),
    ],
)
def test_what_is_missing_is_counted(obs: Observatory, table: str, question: str, said: str) -> None:
    answer = obs.visualize(table, question)
    assert said in answer.explanation
    assert answer.spec
    assert not any(w.startswith("This is not an answer") for w in answer.warnings)


def test_the_rows_without_a_value_are_drawn(obs: Observatory) -> None:
    wish = obs.visualize("titanic_passengers", "Is the age unknown for more people in some classes?").wish
    assert wish is not None
    assert [f.field for f in wish.fields] == ["class", None]
    assert [(f.field, f.op, f.value) for f in wish.filters] == [("age", "valid", False)]


@pytest.mark.parametrize(
    "question",
    [
        "I don't know which class had the oldest people",
        "mean age by class, ignoring missing values",
        "number of passengers by class whose age is not missing",
    ],
)
def test_what_does_not_ask_for_missing_values_is_answered_as_it_was(obs: Observatory, question: str) -> None:
    answer = obs.visualize("titanic_passengers", question)
    assert "is missing" not in answer.explanation
    assert "class" in str(answer.spec["encoding"])


@pytest.mark.parametrize(
    ("table", "question", "said"),
    [
        ("gapminder", "life expectancy in Russia by year", "“Russia”."),
        ("gapminder", "average gdp per capita in the Soviet Union", "“Soviet Union”."),
        ("gapminder", "mean population of Kenia since 1970", "“Kenia”. The nearest: Kenya"),
        ("penguins", "How heavy are the penguins from Antarctica?", "“Antarctica”."),
    ],
)
def test_a_thing_that_the_table_does_not_hold_is_no_answer(
    obs: Observatory, table: str, question: str, said: str
) -> None:
    answer = obs.visualize(table, question)
    assert answer.warnings[0].startswith(f"This is not an answer. Nothing in the table is called {said}")
    assert answer.explanation.startswith("Not an answer")


@pytest.mark.parametrize(
    ("table", "question"),
    [
        ("seattle_weather", "How windy was it in Seattle by month?"),
        ("gapminder", "life expectancy by year in Excel"),
        ("gapminder", "population of Kenya in January"),
        ("gapminder", "Show Life Expectancy By Continent for Gapminder"),
        ("penguins", "mean body mass of Gentoo penguins for each sex"),
        ("titanic_passengers", "share of survivors of the Titanic by sex"),
    ],
)
def test_a_name_that_is_no_thing_of_the_rows_is_no_reason_to_refuse(
    obs: Observatory, table: str, question: str
) -> None:
    assert not any("is called" in w for w in obs.visualize(table, question).warnings)


@pytest.mark.parametrize(
    ("table", "question"),
    [
        ("titanic_passengers", "What did the voyage cost on average for each class?"),
        ("penguins", "the typical swimming speed by species"),
        ("penguins", "average wealth of each island"),
    ],
)
def test_an_average_of_what_is_not_there_is_no_answer(obs: Observatory, table: str, question: str) -> None:
    assert (
        obs.visualize(table, question).warnings[0].startswith("This is not an answer. Nothing in the table was found")
    )


def test_a_field_kept_from_the_model_is_no_warning_but_a_table_too_wide_is(
    staff: Profile, profile_of: Callable[[pd.DataFrame], Profile]
) -> None:
    assert not _told(staff, "average salary by department")
    columns = {f"amount_{i}": [1.5 * i + k for k in range(12)] for i in range(MAX_FIELDS + 3)}
    wide = profile_of(pd.DataFrame({"kind": ["a", "b", "c"] * 4, **columns}))
    assert _told(wide, "mean amount_3 by kind") == [
        "The table has 29 fields, too many to show the model: 4 were left out."
    ]


def _told(profile: Profile, question: str) -> list[str]:
    """What is said of the width of the table where a model is asked."""
    wish = '{"filters": [], "chart": "bar chart", "x": "number of rows", "y": "number of rows", "color": "none", '
    model = ScriptedLLM([wish + '"sort": "none", "top": 0}'])
    answer = visualize(profile, question, lambda w, k: recommend(profile, w, k), model, status=READY)
    return [w for w in answer.warnings if "fields" in w]
