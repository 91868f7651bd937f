"""Weights come back from the choices that follow from them, and choices without a pattern change nothing."""

from __future__ import annotations

import numpy as np
import pytest

from observatory.charts import recommend
from observatory.charts.rules.base import rules, rules_folder
from observatory.charts.rules.learn import OWN_MARGIN, OWN_STRENGTH, learn, perceptual
from observatory.charts.rules.rule_weights import LEARNED, MOST, RuleWeights, hand_set, parse_learned, shipped
from observatory.errors import RuleBadRule
from observatory.model import Choice, FieldProfile, HistogramBin, Profile, Wish, WishedField

RULES = ("bin", "colour", "size", "row", "shape")
FLAT = RuleWeights(dict.fromkeys(RULES, 3))
TRUE = {"bin": 0, "colour": 2, "size": 6, "row": 9, "shape": 14}


def drawn(n: int, *, seed: int, truth: dict[str, int] | None, task: str | None = "value") -> list[Choice]:
    """Choices between random charts: by the cost under the true weights, or by the toss of a coin."""
    rng, choices = np.random.default_rng(seed), []
    while len(choices) < n:
        one, other = ({rule: int(k) for rule, k in zip(RULES, rng.integers(0, 3, 5), strict=True) if k} for _ in "ab")
        gap = (
            rng.choice([-1, 1])
            if truth is None
            else sum(w * (one.get(r, 0) - other.get(r, 0)) for r, w in truth.items())
        )
        if gap:
            choices.append(Choice(*((other, one) if gap > 0 else (one, other)), task))
    return choices


def test_true_weights_come_back_in_their_order():
    learned = learn(drawn(300, seed=1, truth=TRUE), FLAT)
    weights = [learned.of(rule, "value") for rule in RULES]
    assert weights == sorted(weights)
    assert weights[0] == 0
    assert weights[-1] > 2 * weights[2] > 0


def test_choices_hold_for_their_task_alone():
    learned = learn(drawn(200, seed=2, truth=TRUE), FLAT)
    assert learned.every == FLAT.every
    assert set(learned.by_task) == {"value"}
    assert learned.of("shape", "summary") == learned.of("shape") == 3


def test_choices_without_a_task_hold_where_no_task_is_named():
    learned = learn(drawn(200, seed=2, truth=TRUE, task=None), FLAT)
    assert learned.of("shape") > 3
    assert learned.of("shape", "value") == 3


@pytest.mark.parametrize("seed", range(5))
def test_choices_by_chance_leave_the_weights_nearly_as_they_are(seed):
    learned = learn(drawn(300, seed=seed, truth=None), FLAT, strength=OWN_STRENGTH, margin=OWN_MARGIN)
    assert max(abs(learned.of(rule, "value") - 3) for rule in RULES) <= 1


def test_choices_that_contradict_each_other_cancel_out():
    choices = drawn(60, seed=4, truth=TRUE)
    back = [Choice(c.worse, c.better, c.task) for c in choices]
    assert learn([*choices, *back], FLAT, strength=OWN_STRENGTH, margin=OWN_MARGIN) == FLAT


def test_no_weight_is_negative_and_the_same_choices_give_the_same_weights():
    wanted = [Choice({"bin": 2}, {}, "value")] * 40
    learned = learn(wanted, FLAT, strength=0.001)
    assert learned.of("bin", "value") == 0
    many = drawn(100, seed=5, truth=TRUE)
    assert learn(many, FLAT) == learn(list(many), FLAT)


def test_the_order_of_choices_does_not_matter():
    choices = drawn(100, seed=6, truth=TRUE)
    assert learn(choices, FLAT) == learn(choices[::-1], FLAT)


def test_rules_that_may_not_move_stay():
    learned = learn(drawn(200, seed=7, truth=TRUE), FLAT, rules={"shape"})
    assert [learned.of(rule, "value") for rule in RULES[:4]] == [3, 3, 3, 3]
    assert learned.of("shape", "value") != 3


def test_rules_that_are_not_there_are_passed_over():
    assert learn([Choice({}, {"gone": 1}, "value")], FLAT) == FLAT
    assert learn([], FLAT) == FLAT


def test_one_choice_against_the_rules_changes_nothing_and_two_of_a_kind_turn_them_round():
    choice = Choice({"size": 1}, {"bin": 1}, "value")
    prior = RuleWeights({"bin": 1, "size": 4})
    one, two = (learn([choice] * n, prior, strength=OWN_STRENGTH, margin=OWN_MARGIN) for n in (1, 2))
    assert one == prior
    assert two.of("bin", "value") > two.of("size", "value")


def test_shipped_weights_are_those_of_perception_alone_and_within_bounds():
    assert shipped().every == hand_set().every
    assert set(shipped().by_task) <= {"value", "summary"}
    for weights in shipped().by_task.values():
        assert set(weights) <= set(perceptual()) <= set(rules())
        assert all(0 <= weight <= 40 for weight in weights.values())
    assert shipped().of("asked_colour", "value") > shipped().of("asked_colour")


def test_the_file_of_learned_weights_says_where_they_come_from():
    text = (rules_folder() / LEARNED).read_text(encoding="utf-8")
    assert parse_learned(text) == shipped()
    assert "Kim and Heer 2018" in text
    assert "no measure of charts in general" in text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("task_weight(value,ghost,3).", "“ghost” is no soft rule"),
        (f"task_weight(value,bin,{MOST + 1}).", "The weight of “bin” is 1001"),
        ("% fine\n\ntask_weight(value,bin).", "learned.lp, line 3: “task_weight.value,bin..” is no weight"),
        ("#script(python).", "learned.lp, line 1"),
    ],
)
def test_a_file_of_weights_that_is_wrong_says_where(text, said):
    with pytest.raises(RuleBadRule, match=said):
        parse_learned(text)


@pytest.fixture
def profile():
    bins = tuple(HistogramBin(i, i + 1, 10) for i in range(20))
    numbers = [
        FieldProfile(name, "quantitative", "measure", "DOUBLE", 0, 190, 1, 20, 10.5, 6.0, {"0.5": 10.5}, (), bins)
        for name in ("price", "weight")
    ]
    return Profile(200, (*numbers, FieldProfile("region", "nominal", "dimension", "VARCHAR", 0, 3)))


@pytest.mark.parametrize(("asked", "beside"), [("price", "weight"), ("weight", "price")])
def test_of_two_numbers_the_one_wished_first_is_asked_about(profile, asked, beside):
    fields = (WishedField(asked), WishedField(beside, channel="size"), WishedField("region"))
    charts = recommend(profile, Wish(fields, mark="point", task="value"), 5)
    assert charts[0].spec["encoding"]["size"]["field"] == beside
    assert {"beside_size"} <= {v.rule for v in charts[0].violations}


@pytest.mark.parametrize("task", ["value", "summary", "relation", None])
def test_learned_weights_leave_the_first_chart_as_it_is(profile, task):
    for names in (["price", "weight"], ["price", "weight", "region"], ["region", "price"]):
        wish = Wish(tuple(WishedField(name) for name in names), task=task)
        assert recommend(profile, wish, 1)[0].spec == recommend(profile, wish, 1, weights=hand_set())[0].spec
