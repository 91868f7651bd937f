"""Each rule has a sentence, a weight and two charts: one that breaks it and one that keeps it."""

import json

import pytest

from observatory.charts.rules.base import document, parse, program, rules, rules_folder
from observatory.charts.rules.check import Judge, check, scenes_of
from observatory.charts.rules.explain import violations
from observatory.charts.rules.facts import Facts
from observatory.charts.rules.solver import judge
from observatory.charts.rules.view_facts import part_facts
from observatory.charts.spec.reading import read
from observatory.errors import RuleBadRule
from observatory.model import FieldProfile, Profile

_DEFAULTS = {"storage": "", "missing": 0}


def example_of(rule: str, side: str) -> dict:
    return json.loads((rules_folder() / "examples" / f"{rule}.json").read_text(encoding="utf-8"))[side]


def broken_by(example: dict) -> set[str]:
    fields = tuple(FieldProfile.from_dict({"name": name, **_DEFAULTS, **f}) for name, f in example["fields"].items())
    quiet = (
        {name: f.get("quiet", 0) for name, f in example["fields"].items()} if example.get("task") == "open" else None
    )
    profile = Profile(example["rows"], fields)
    reading, broken = read(example["chart"]), set()
    for part, scene in zip(reading.parts, scenes_of(reading, Judge(profile)), strict=True):
        facts = part_facts(part, profile, example.get("task"), quiet, scene)
        answer = judge(Facts(facts.text + example.get("also", ""), facts.names))
        broken |= {v.rule for v in violations(answer.broken + answer.preferences, answer, facts)}
    return broken


@pytest.mark.parametrize("rule", list(rules()))
def test_the_example_that_breaks_a_rule_breaks_it(rule):
    assert rule in broken_by(example_of(rule, "breaks"))


@pytest.mark.parametrize("rule", list(rules()))
def test_the_example_that_keeps_a_rule_keeps_it_and_every_hard_rule(rule):
    broken = broken_by(example_of(rule, "keeps"))
    assert rule not in broken
    assert not {name for name in broken if rules()[name].kind == "hard"}


@pytest.mark.parametrize("rule", [rule for rule in rules().values() if rule.kind == "soft"], ids=lambda rule: rule.name)
def test_a_chart_that_breaks_a_soft_rule_keeps_the_hard_ones(rule):
    broken = broken_by(example_of(rule.name, "breaks"))
    assert not {name for name in broken if rules()[name].kind == "hard"}


def test_there_are_enough_rules_and_every_one_has_a_sentence():
    hard = [rule for rule in rules().values() if rule.kind == "hard"]
    soft = [rule for rule in rules().values() if rule.kind == "soft"]
    assert len(hard) >= 20
    assert len(soft) >= 35
    assert all(rule.reason.endswith(".") and rule.reason[0].isupper() and rule.source for rule in rules().values())
    assert all(rule.weight is not None and rule.weight > 0 for rule in soft)


def test_every_rule_derives_its_own_name_and_no_other():
    heads = {"hard": "broken", "soft": "preference"}
    for rule in rules().values():
        assert f"{heads[rule.kind]}({rule.name}," in rule.source
        others = rule.source.count(f"{heads[rule.kind]}(") - rule.source.count(f"{heads[rule.kind]}({rule.name},")
        assert others == 0


def test_the_examples_are_those_of_the_rules():
    assert {path.stem for path in (rules_folder() / "examples").glob("*.json")} == set(rules())


def test_the_readme_is_in_step_with_the_rules():
    assert (rules_folder() / "README.md").read_text(encoding="utf-8") == document()


def test_a_soft_rule_without_weight_is_refused():
    with pytest.raises(RuleBadRule, match="bin"):
        parse("", "% @soft(bin) Why.\npreference(bin,E) :- bin(E).", "")


def test_a_weight_without_rule_is_refused():
    with pytest.raises(RuleBadRule, match="ghost"):
        parse("", "", "preference_weight(ghost,3).\n")


def test_a_rule_in_the_wrong_file_is_refused():
    with pytest.raises(RuleBadRule, match="hard"):
        parse("", "% @hard(bin) Why.\nbroken(bin,E) :- bin(E).", "")


def test_no_rule_text_holds_a_name_twice():
    for part in ("hard", "soft"):
        names = [line.split("(")[1].split(")")[0] for line in program(part).splitlines() if line.startswith("% @")]
        assert len(names) == len(set(names))


def test_the_cost_of_a_judgement_is_the_sum_of_its_rules():
    judgement = check(
        {"mark": "arc", "encoding": {"theta": {"aggregate": "count"}, "color": {"field": "a", "type": "nominal"}}},
        Profile(90, (FieldProfile("a", "nominal", "dimension", "VARCHAR", 0, 3),)),
    )
    assert judgement.hard == ()
    assert judgement.cost == sum(v.weight * v.count for v in judgement.soft) == 8
