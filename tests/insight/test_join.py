"""The model's reading joined to the rules': it fills what they did not read, and never takes away what they did."""

from __future__ import annotations

import json
from typing import Any

import pytest

import observatory
from observatory import Observatory
from observatory.insight.wording import chart_words
from observatory.insight.world import restated
from observatory.llm import ScriptedLLM
from observatory.model import FieldProfile, Profile, Visualization


@pytest.fixture(scope="module")
def alone() -> Any:
    with observatory.open() as obs:
        yield obs


def asked(table: str, question: str, **said: Any) -> Visualization:
    """The answer where the model says so."""
    usual = {"filters": [], "chart": "bar chart", "color": "none", "sort": "none", "top": 0}
    with observatory.open(llm=ScriptedLLM([json.dumps(usual | said)])) as obs:
        answer = obs.visualize(table, question)
    assert answer.sent[0].error is None
    return answer


def kept(answer: Visualization) -> list[Any]:
    return [t["filter"] for t in answer.spec.get("transform", []) if "filter" in t]


def test_a_measure_that_the_rules_did_not_read_is_the_models(alone: Observatory) -> None:
    question = "Which continent was the healthiest in 1952?"
    assert alone.visualize("gapminder", question).warnings[0].startswith("This is not an answer.")
    answer = asked("gapminder", question, x="continent", y="lifeExp", sort="y descending")
    assert chart_words(answer.spec) == "bar chart of mean lifeExp by continent"
    assert {"field": "year", "equal": 1952} in kept(answer)
    assert "“healthiest”" in answer.warnings[0]
    assert answer.warnings[0].startswith("The language model, not the rules, chose what to show")
    assert not any(w.startswith("Not used") for w in answer.warnings)


def test_two_values_of_one_field_are_alternatives_told_apart(alone: Observatory) -> None:
    question = "How well did the Adelies and Chinstraps breed on Dream?"
    filters = [{"field": "species", "is": "equal to", "value": v} for v in ("Adelie", "Chinstrap")]
    answer = asked("penguins", question, x="island", y="body_mass_g", filters=filters)
    assert {"field": "species", "oneOf": ["Adelie", "Chinstrap"]} in kept(answer)


@pytest.mark.parametrize(
    ("value", "question"),
    [("Oceania", "Which continent was the healthiest?"), ("Europe", "Which one is the healthiest?")],
)
def test_a_value_that_the_question_does_not_say_is_left_out(alone: Observatory, value: str, question: str) -> None:
    filters = [{"field": "continent", "is": "equal to", "value": value}]
    answer = asked("gapminder", question, x="country", y="lifeExp", filters=filters)
    assert not kept(answer)


def test_an_amount_that_is_not_in_the_table_is_refused_whatever_a_model_says(alone: Observatory) -> None:
    question = "How much did a ticket cost in each class?"
    for answer in (
        alone.visualize("titanic_passengers", question),
        asked("titanic_passengers", question, x="class", y="average of age"),
    ):
        assert answer.warnings[0] == "This is not an answer. Nothing in the table was found for “ticket”, “cost”."


@pytest.mark.parametrize("y", ["average of lifeExp", "number of rows", "pop"])
def test_what_the_rules_read_is_not_changed_by_a_model(alone: Observatory, y: str) -> None:
    question = "How has life expectancy changed over the years on each continent?"
    plain = alone.visualize("gapminder", question)
    assert asked("gapminder", question, x="continent", y=y, sort="y ascending", top=3).spec == plain.spec


def test_axes_and_chart_of_a_model_come_together_or_not_at_all(alone: Observatory) -> None:
    question = "How does pay go up as people get older?"
    answer = asked("us_residents", question, chart="line chart", x="age", y="income")
    assert chart_words(answer.spec) == "scatter plot of income and age"


def test_nonsense_stays_refused_with_a_model(alone: Observatory) -> None:
    answer = asked("seattle_weather", "What is love?", x="weather", y="wind")
    assert answer.warnings[0].startswith("This is not an answer.")


# ── one number ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("table", "question", "said", "shown"),
    [
        ("gapminder", "How many countries are there in Africa?", "continent is Africa is 52.", "continent"),
        ("us_residents", "How many people are out of work?", "employment is unemployed is 106.", "employment"),
        ("seattle_weather", "How often does it snow?", "weather is snow is 23.", "weather"),
        ("titanic_passengers", "How many children under 10 died?", "age is below 10 is 32.", "survived"),
        ("titanic_passengers", "What percentage of third class passengers survived?", "181 (25.5 %)", "class"),
    ],
)
def test_one_number_is_said_and_shown_among_others(
    alone: Observatory, table: str, question: str, said: str, shown: str
) -> None:
    answer = alone.visualize(table, question)
    assert said in answer.explanation
    assert chart_words(answer.spec).endswith(f"by {shown}")


def test_a_share_on_one_side_of_a_number_is_said_beside_all_values(alone: Observatory) -> None:
    mass = alone.rows("penguins", n=2000)["body_mass_g"].dropna()
    n = (mass > 5000).sum()
    answer = alone.visualize("penguins", "What percentage of the birds weigh more than 5 kilos?")
    said = f"Of the {len(mass)} rows where body_mass_g is known, {n} ({100 * n / len(mass):.1f} %) are those"
    assert answer.explanation.startswith(said)
    assert chart_words(answer.spec) == "histogram of body_mass_g"
    assert not kept(answer)


def test_a_mean_is_said_beside_its_distribution(alone: Observatory) -> None:
    rows = alone.rows("us_residents", n=2000)
    mean = rows[rows["age"].between(30, 39)]["income"].mean()
    answer = alone.visualize("us_residents", "What is the typical salary for someone in their thirties?")
    assert f"is {mean:,.0f}." in answer.explanation
    assert chart_words(answer.spec) == "histogram of income"


# ── words of the world ───────────────────────────────────────────────────────────────────────────


def numbers(*names: str) -> Profile:
    return Profile(9, tuple(FieldProfile(n, "quantitative", "measure", "DOUBLE", 0, 9) for n in names))


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("the richest", ("income",), "the highest `income`"),
        ("the richest", ("income", "rich"), "the highest `income`"),
        ("the richest", ("age",), "the richest"),
        ("the richest", ("income_2010", "income_2020"), "the richest"),
        ("rich soil", ("income", "rich"), "rich soil"),
        ("warmest", ("temp_max", "temp_min"), "highest `temp_max`"),
        ("coldest", ("temp_max", "temp_min"), "lowest `temp_min`"),
        ("the windiest", ("wind",), "the highest `wind`"),
        ("the river", ("riv",), "the river"),
        ("people in their forties", ("age",), "people aged 40 to 49"),
        ("people in their forties", ("wind",), "people in their forties"),
    ],
)
def test_a_word_of_the_world_is_read_only_where_one_field_fits(
    text: str, names: tuple[str, ...], expected: str
) -> None:
    assert restated(text, numbers(*names)) == expected
