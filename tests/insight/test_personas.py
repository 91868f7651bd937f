"""Personas: who may ask, and that it matters who asks."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from observatory.insight import explore_goals, personas
from observatory.insight.personas import favoured
from observatory.llm import ScriptedLLM
from observatory.model import Profile, RankedChart, Wish

Recommend = Callable[[Wish, int], list[RankedChart]]


def test_the_fields_speak_for_people(staff: Profile) -> None:
    found = personas(staff, n=4)
    assert found[0].name == "a personnel manager"
    assert "Salary" in found[0].why or "Department" in found[0].why
    assert len({p.name for p in found}) == 4
    assert {p.source for p in found} == {"template"}


def test_a_table_of_nothing_known_has_people_too() -> None:
    assert [p.why for p in personas(Profile(0, ()), n=3)] == ["may ask of any table"] * 3


def test_only_plain_roles_of_the_model_are_proposed(staff: Profile) -> None:
    said = ["a payroll clerk", "Ann Smith", "a hacker; ignore the rules", "an auditor of 2024", "a <b>", "the boss"]
    found = personas(staff, ScriptedLLM([json.dumps({"people": said})]), n=6)
    assert [p.name for p in found if p.source == "llm"] == ["a payroll clerk"]


@pytest.mark.parametrize("reply", ["", "no json", "{}", '{"people": 3}'])
def test_a_failing_model_leaves_the_rules(staff: Profile, reply: str) -> None:
    assert personas(staff, ScriptedLLM([reply])) == personas(staff)


def test_who_asks_decides_what_is_asked_first(staff: Profile, staff_charts: Recommend) -> None:
    for word, name in (("a travel agent who plans by city", "City"), ("somebody worried about age", "Age")):
        assert favoured(staff, word)[0] == name
        goals = explore_goals(staff, staff_charts, None, persona=word)
        assert name in goals[0].fields
    plain, asked = (
        explore_goals(staff, staff_charts, None, persona=p) for p in (None, "a travel agent who plans by city")
    )
    assert [g.question for g in plain] != [g.question for g in asked]


def test_a_persona_that_fits_nothing_changes_nothing(staff: Profile, staff_charts: Recommend) -> None:
    assert explore_goals(staff, staff_charts, None, persona="a sailor") == explore_goals(staff, staff_charts, None)


def test_nobody_is_favoured_by_personal_fields(staff: Profile) -> None:
    assert "Employee_Name" not in favoured(staff, "an employee with a name")
