"""Goals: different questions about the table, each with a valid chart of just its fields."""

from __future__ import annotations

import json
from collections.abc import Callable

import pandas as pd
import pytest

from observatory.charts import check, recommend
from observatory.errors import LLMUnavailable
from observatory.insight import explore_goals
from observatory.insight.wording import flat
from observatory.llm import ScriptedLLM
from observatory.model import Goal, Profile, RankedChart, Wish

Recommend = Callable[[Wish, int], list[RankedChart]]


@pytest.fixture
def drafts(staff: Profile, staff_charts: Recommend) -> list[Goal]:
    return explore_goals(staff, staff_charts, None)


def test_goals_differ_in_fields_and_kind(drafts: list[Goal]) -> None:
    assert len(drafts) == 5
    assert [g.index for g in drafts] == list(range(5))
    assert len({g.question for g in drafts}) == 5
    assert len({g.visualization.split(" of ")[0] for g in drafts}) >= 3
    assert len({name for g in drafts for name in g.fields}) >= 4


def test_each_goal_has_a_valid_chart_of_its_fields_and_true_facts(staff: Profile, drafts: list[Goal]) -> None:
    for goal in drafts:
        assert not check(goal.spec, staff).hard
        assert {e["field"] for e in flat(goal.spec)[1].values() if "field" in e} == set(goal.fields)
        assert all(name in goal.question and name in goal.visualization for name in goal.fields)
        assert goal.question.endswith("?")
        assert goal.code
        assert goal.source == "template"


def test_no_goal_is_about_an_identifier(drafts: list[Goal]) -> None:
    assert all("Employee_Name" not in g.fields for g in drafts)


def test_one_call_words_all_goals(staff: Profile, staff_charts: Recommend) -> None:
    drafts = explore_goals(staff, staff_charts, None, persona="a union representative")
    words = [f"What can be said of {' and '.join(g.fields)}?" for g in drafts]
    model = ScriptedLLM([json.dumps({"questions": words})])
    goals = explore_goals(staff, staff_charts, model, persona="a union representative")
    assert [g.question for g in goals] == words
    assert {g.source for g in goals} == {"llm"}
    assert [g.spec for g in goals] == [g.spec for g in drafts]
    assert len(model.history) == 1
    assert "union representative" in model.history[0].messages[-1]["content"]


@pytest.mark.parametrize(
    "lie",
    [
        "Why does {fields} increase?",
        "Does {fields} rise because of something?",
        "What about {fields} for the 42 best?",
        "What is {fields}.",
        "What is the title of the chart of {fields}?",
        "What about the weather?",
        "Is {fields} at https://example.org?",
        "Does {fields} go with Employee_Name?",
        "",
    ],
)
def test_a_question_that_presumes_or_strays_is_replaced_by_the_template(
    staff: Profile, staff_charts: Recommend, drafts: list[Goal], lie: str
) -> None:
    words = [lie.format(fields=" and ".join(g.fields)) for g in drafts]
    goals = explore_goals(staff, staff_charts, ScriptedLLM([json.dumps({"questions": words})]))
    assert [(g.question, g.source) for g in goals] == [(g.question, "template") for g in drafts]


@pytest.mark.parametrize("failure", [LLMUnavailable("Down."), "nonsense", '{"questions": "x"}', '{"questions": []}'])
def test_without_an_answer_the_templates_stand(
    staff: Profile, staff_charts: Recommend, drafts: list[Goal], failure: str | Exception
) -> None:
    assert explore_goals(staff, staff_charts, ScriptedLLM([failure])) == drafts


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"x": [1.0, 2.0, 4.0]}),
        pd.DataFrame({"constant": ["same"] * 5}),
        pd.DataFrame({"none": [None] * 4, "id": ["a1", "b2", "c3", "d4"]}),
        pd.DataFrame({'a"; <b>': ["u", "v"] * 10, "größe": [1.5, 2.5, 3.0, 9.0] * 5}),
    ],
    ids=["one field", "constant", "nothing", "hostile names"],
)
def test_poor_tables_give_few_goals_and_no_error(
    profile_of: Callable[[pd.DataFrame], Profile], frame: pd.DataFrame
) -> None:
    profile = profile_of(frame)
    goals = explore_goals(profile, lambda w, k: recommend(profile, w, k), None)
    assert all(not check(g.spec, profile).hard for g in goals)


def test_the_main_measure_by_each_group_comes_early(drafts: list[Goal]) -> None:
    pairs = [set(g.fields) for g in drafts]
    assert {"Salary", "Sex"} in pairs
    assert {"Salary", "Department"} in pairs or {"Salary", "City"} in pairs


def test_an_outcome_by_group_is_the_first_goal(profile_of: Callable[[pd.DataFrame], Profile]) -> None:
    frame = pd.DataFrame(
        {
            "sex": ["female", "male", "male"] * 20,
            "deck": ["low", "mid", "high", "low"] * 15,
            "age": [20.5 + (7 * i) % 43 for i in range(60)],
            "survived": ["yes", "no", "no", "no", "yes"] * 12,
        }
    )
    profile = profile_of(frame)
    goals = explore_goals(profile, lambda w, k: recommend(profile, w, k), None)
    assert "survived" in goals[0].fields
    questions = {g.question for g in goals}
    assert questions & {f"How is survived divided within each {group}?" for group in ("sex", "deck")}
    assert not any("deck" in g.fields and "sex" in g.fields for g in goals[:2])
