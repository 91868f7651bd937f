"""Summaries: facts first; of the model's sentences only those that hold."""

from __future__ import annotations

import json

import pytest

from observatory.errors import LLMTimeout
from observatory.insight import summarize
from observatory.llm import ScriptedLLM
from observatory.model import Profile


def test_without_a_model_the_facts_speak(staff: Profile) -> None:
    summary = summarize(staff, (), None, title="Staff")
    assert summary.sentences[0].text == "The table has 60 rows and 7 fields."
    assert {s.source for s in summary.sentences} == {"template"}
    assert summary.dropped == 0
    assert any(f.startswith("HIRE_DATE runs from 2001-03-01 to") for f in summary.facts)


def test_true_sentences_are_shown_and_lies_are_counted(staff: Profile) -> None:
    said = [
        "This table lists 60 staff with Department, City and Salary.",
        "Salary increases with Age.",
        "The mean Age is 99.",
    ]
    summary = summarize(staff, (), ScriptedLLM([json.dumps({"sentences": said})]), title="Staff")
    worded = [s.text for s in summary.sentences if s.source == "llm"]
    assert worded == said[:1]
    assert summary.dropped == 2
    assert any(s.source == "template" for s in summary.sentences)


@pytest.mark.parametrize("failure", [LLMTimeout("Too slow."), "no json", '{"sentences": 3}', '{"sentences": []}', "{}"])
def test_a_failing_model_leaves_the_facts(staff: Profile, failure: str | Exception) -> None:
    summary = summarize(staff, (), ScriptedLLM([failure]), title="Staff")
    assert summary == summarize(staff, (), None, title="Staff")


def test_the_names_of_people_never_reach_the_model(staff: Profile) -> None:
    model = ScriptedLLM(["{}"])
    summarize(staff, (), model, title="Staff")
    assert "Person" not in json.dumps([dict(m) for m in model.history[0].messages])


def test_an_empty_table_has_a_summary() -> None:
    assert (
        summarize(Profile(0, ()), (), None, title="Nothing").sentences[0].text == "The table has 0 rows and 0 fields."
    )


def test_a_sentence_that_says_nothing_is_dropped(staff: Profile) -> None:
    said = ["The table has 7 fields, with specific data for each field.", "The data has 60 rows."]
    summary = summarize(staff, (), ScriptedLLM([json.dumps({"sentences": said})]), title="Staff")
    assert summary.dropped == 2
    assert {s.source for s in summary.sentences} == {"template"}
