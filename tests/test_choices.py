"""A person's own choices change the charts of their task, can be seen and set by hand, and taken back."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import observatory
from observatory.charts.rules.base import rules
from observatory.charts.rules.rule_weights import shipped
from observatory.choices import MOST_CHOICES
from observatory.errors import ChartInvalidSpec, DatasetNotFound, RuleBadRule
from observatory.workbench import Observatory

FIELDS = ("part", "size")


@pytest.fixture
def obs(tmp_path: Path) -> Iterator[Observatory]:
    with observatory.open(tmp_path / "workspace") as opened:
        yield opened


@pytest.fixture
def table(obs: Observatory) -> Any:
    n = 240
    sizes = [3 + (i * 37 % 101) / 7 + 4 * (i % 3) for i in range(n)]
    return obs.ingest(pd.DataFrame({"part": [f"<part {i % 3}>" for i in range(n)], "size": sizes}), "table")


def order(obs: Observatory, table: Any, task: Any = "summary") -> list[Any]:
    return [chart.spec for chart in obs.recommend(table, FIELDS, task, k=4)]


def test_what_is_preferred_often_comes_first_for_its_task_alone(obs: Observatory, table: Any) -> None:
    before, other = order(obs, table), order(obs, table, "distribution")
    assert before[0] != before[1]
    for _ in range(8):
        obs.prefer(table, before[1], before[0], task="summary")
    assert order(obs, table)[0] == before[1]
    assert order(obs, table, "distribution") == other
    obs.reset_rule_weights()
    assert order(obs, table) == before
    assert obs.choices() == []
    assert obs.rule_weights() == shipped()


def test_a_choice_keeps_counts_of_rules_and_nothing_of_the_data(obs: Observatory, table: Any, tmp_path: Path) -> None:
    first, second, *_ = order(obs, table)
    choice = obs.prefer(table, first, second, task="summary")
    assert obs.choices() == [choice]
    assert set(choice.better) | set(choice.worse) <= set(rules())
    kept = (tmp_path / "workspace" / "choices.jsonl").read_text("utf-8")
    assert "part" not in kept
    assert "size" not in kept.replace("size_", "")


def test_a_choice_can_be_taken_back(obs: Observatory, table: Any) -> None:
    first, second, third, *_ = order(obs, table)
    obs.prefer(table, second, first)
    kept = obs.prefer(table, third, first)
    assert obs.forget_choice(0) == [kept]
    with pytest.raises(RuleBadRule, match="no such choice"):
        obs.forget_choice(1)
    with pytest.raises(RuleBadRule, match="no such choice"):
        obs.forget_choice(-1)


def test_only_the_newest_choices_are_kept(obs: Observatory, table: Any) -> None:
    record = {"better": {}, "worse": {"bin": 1}, "task": None}
    obs._store.journal("choices").change(lambda _: [record] * MOST_CHOICES)
    first, second, *_ = order(obs, table)
    newest = obs.prefer(table, first, second)
    assert len(obs.choices()) == MOST_CHOICES
    assert obs.choices()[-1] == newest


def test_a_weight_set_by_hand_counts_for_recommendation_and_check_until_it_is_removed(
    obs: Observatory, table: Any
) -> None:
    before = order(obs, table)
    broken = obs.recommend(table, FIELDS, "summary", k=1)[0].violations[0].rule
    assert obs.set_rule_weight(broken, 60).of(broken, "summary") == 60
    assert broken not in {v.rule for v in obs.recommend(table, FIELDS, "summary", k=1)[0].violations}
    assert 60 in {v.weight for v in obs.check(before[0], table, task="summary").soft}
    obs.set_rule_weight(broken, 61)
    obs.set_rule_weight(broken, None)
    assert order(obs, table) == before
    assert obs.rule_weights() == shipped()


def test_a_weight_set_by_hand_outweighs_choices_and_what_is_shipped(obs: Observatory, table: Any) -> None:
    first, second, *_ = order(obs, table)
    for _ in range(6):
        choice = obs.prefer(table, second, first, task="summary")
    rule = next(rule for rule in choice.worse if rule not in choice.better)
    assert obs.rule_weights().of(rule, "summary") > shipped().of(rule, "summary")
    assert obs.set_rule_weight(rule, 1).of(rule, "summary") == 1
    assert obs.set_rule_weight("asked_colour", 2).of("asked_colour", "value") == 2


@pytest.mark.parametrize(("rule", "weight"), [("ghost", 3), ("bin", -1), ("bin", 2.5), ("bin", True), ("bin", 10_000)])
def test_a_weight_that_makes_no_sense_is_refused_in_a_sentence(obs: Observatory, rule: str, weight: Any) -> None:
    with pytest.raises(RuleBadRule, match=f"“{rule}”"):
        obs.set_rule_weight(rule, weight)
    assert obs.rule_weights() == shipped()


def test_damaged_records_are_left_out_with_a_line_in_the_log(
    obs: Observatory, table: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    good = '{"better": {}, "worse": {"bin": 1, "rule_of_old": 2}, "task": "summary"}'
    bad = ['{"better": 3}', '{"better": {"bin": "x"}, "worse": {}}', '{"better": {}, "worse": {}, "task": "hm"}', "]["]
    (tmp_path / "workspace" / "choices.jsonl").write_text("\n".join([*bad, good]), "utf-8")
    edits = [
        '{"rule": "ghost", "weight": 3}',
        '{"rule": "bin", "weight": "much"}',
        "{}",
        '{"rule": "sum", "weight": 9}',
    ]
    (tmp_path / "workspace" / "rule_weights.jsonl").write_text("\n".join(edits), "utf-8")
    with caplog.at_level(logging.WARNING):
        assert obs.rule_weights().of("sum") == 9
    assert "“ghost” is no soft rule" in caplog.text
    assert "3 choices" in caplog.text
    assert len(obs.choices()) == 1
    assert len(order(obs, table)) == 4


def test_charts_that_cannot_be_judged_are_not_remembered(obs: Observatory, table: Any) -> None:
    first = order(obs, table)[0]
    with pytest.raises(ChartInvalidSpec):
        obs.prefer(table, first, "bar")
    with pytest.raises(DatasetNotFound):
        obs.prefer("no such table", first, first)
    with pytest.raises(ChartInvalidSpec, match="better than itself"):
        obs.prefer(table, first, dict(first))
    assert obs.choices() == []


def test_choices_outlast_the_session(tmp_path: Path) -> None:
    with observatory.open(tmp_path / "workspace") as first:
        first.set_rule_weight("colour", 8)
    with observatory.open(tmp_path / "workspace") as again:
        assert again.rule_weights().of("colour") == 8


def test_goals_are_drawn_with_a_persons_own_weights(obs: Observatory, table: Any) -> None:
    before = [goal.spec for goal in obs.explore_goals(table, llm=False)]
    for rule in ("aggregate", "count", "bin"):
        obs.set_rule_weight(rule, 90)
    assert [goal.spec for goal in obs.explore_goals(table, llm=False)] != before
