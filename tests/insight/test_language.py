"""Other languages, questions without an answer, and tables wider than a prompt: what is not known is not made up."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from observatory.errors import LLMTimeout
from observatory.insight import visualize
from observatory.insight.language import language_of
from observatory.insight.wording import flat
from observatory.llm import ScriptedLLM
from observatory.model import EngineStatus, Profile

Recommend = Callable[..., Any]
READY = EngineStatus("ready", "scripted")
WISH = {
    "filters": [],
    "chart": "bar chart",
    "x": "City",
    "y": "number of rows",
    "color": "none",
    "sort": "none",
    "top": 0,
}


def fields(answer: Any) -> set[str | None]:
    return {e.get("field") for e in flat(answer.spec)[1].values()} - {None}


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Wie hoch ist das durchschnittliche Gehalt je Abteilung?", "German"),
        ("¿Cuál es el salario promedio por departamento?", "Spanish"),
        ("Quel est le salaire moyen par département ?", "French"),
        ("每个部门的平均工资是多少", "Chinese"),
        ("Какая средняя зарплата по отделам?", "Russian"),
        ("What is the average salary by department?", None),
        ("average Salary in New York by Department", None),
        ("top 3", None),
        ("", None),
    ],
)
def test_a_language_is_told_by_its_small_words(staff: Profile, question: str, language: str | None) -> None:
    assert language_of(question, staff) == language


def test_without_a_model_only_english_is_read_and_that_is_said(staff: Profile, staff_charts: Recommend) -> None:
    answer = visualize(staff, "Wie viele Leute gibt es in der Firma?", staff_charts, None, status=EngineStatus("off"))
    assert any("German" in w and "English" in w for w in answer.warnings)
    assert any("You can ask" in w for w in answer.warnings)
    assert answer.explanation.startswith("Not an answer")


def test_names_of_fields_count_in_any_language(staff: Profile, staff_charts: Recommend) -> None:
    answer = visualize(staff, "Wie hoch ist das Salary je Department?", staff_charts, None, status=EngineStatus("off"))
    assert fields(answer) == {"Salary", "Department"}


def test_a_model_puts_the_question_into_english_and_the_page_says_how(staff: Profile, staff_charts: Recommend) -> None:
    llm = ScriptedLLM([json.dumps({"english": "How many people are there in each city?"}), json.dumps(WISH)])
    answer = visualize(staff, "¿Cuántas personas hay en cada ciudad?", staff_charts, llm, status=READY)
    assert fields(answer) == {"City"}
    assert "Read as: “How many people are there in each city?”" in answer.warnings


@pytest.mark.parametrize("reply", ["{}", "no", json.dumps({"english": ""}), LLMTimeout("Slow.", "Wait.")])
def test_a_translation_that_fails_leads_to_no_invented_answer(
    staff: Profile, staff_charts: Recommend, reply: Any
) -> None:
    answer = visualize(staff, "Wer ist der Präsident von dem Land?", staff_charts, ScriptedLLM([reply]), status=READY)
    assert answer.wish is None
    assert any("not an answer" in w for w in answer.warnings)


@pytest.mark.parametrize(
    "question",
    ["Who is the president?", "Write me a poem about salary", "Tell me a joke", "Write a song by department"],
)
def test_what_no_chart_answers_gets_a_sentence(staff: Profile, staff_charts: Recommend, question: str) -> None:
    answer = visualize(staff, question, staff_charts, None, status=EngineStatus("off"))
    assert answer.wish is None
    assert any("not an answer" in w for w in answer.warnings)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Why is the salary lower in Boston?", "not why"),
        ("What will the average salary be by department next year?", "yet to come"),
    ],
)
def test_causes_and_the_future_are_not_in_a_table(
    staff: Profile, staff_charts: Recommend, question: str, said: str
) -> None:
    answer = visualize(staff, question, staff_charts, None, status=EngineStatus("off"))
    assert any(said in w for w in answer.warnings)


def test_of_500_columns_the_prompt_holds_those_that_are_asked_for(
    profile_of: Callable[[pd.DataFrame], Profile],
) -> None:
    wide = pd.DataFrame({f"reading_{i}": [i + 0.5, i + 2.25] * 12 for i in range(498)})
    wide["station"], wide["pollen"] = ["a", "b"] * 12, [0.5 * i for i in range(24)]
    profile = profile_of(wide)
    from observatory.charts import recommend

    said = {**WISH, "x": "station", "y": "average of pollen"}
    llm = ScriptedLLM([json.dumps(said)])
    question = "average pollen by station where reading_321 is above 2"
    answer = visualize(profile, question, lambda wish, k: recommend(profile, wish, k), llm, status=READY)
    prompt = "\n".join(m["content"] for m in llm.history[0].messages)
    assert all(f'"{name}"' in prompt for name in ("pollen", "station", "reading_321"))
    assert len(prompt) < 6000
    assert fields(answer) == {"pollen", "station"}
    assert any("500 fields" in w for w in answer.warnings)


def test_the_order_of_the_columns_changes_no_prompt(staff: Profile, staff_charts: Recommend) -> None:
    prompts = []
    for fields_in_order in (staff.fields, staff.fields[::-1]):
        llm = ScriptedLLM([json.dumps(WISH)])
        visualize(replace(staff, fields=fields_in_order), "people by City", staff_charts, llm, status=READY)
        prompts.append(llm.history[0].messages)
    assert prompts[0] == prompts[1]
