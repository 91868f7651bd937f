"""The real engine with the small model, through the workbench: shallow words, nothing untrue, a chart each time."""

from __future__ import annotations

import pytest

import observatory
from observatory.insight import facts, ground
from observatory.llm import Engine

pytestmark = pytest.mark.engine


def test_what_a_small_model_says_is_true_or_not_shown(engine: Engine) -> None:
    with observatory.open(llm=engine.client()) as obs:
        summary = obs.summarize("penguins")
        known = facts.known(obs.profile("penguins"), obs.detect_bias("penguins").findings)
    assert summary.sentences
    worded = [sentence.text for sentence in summary.sentences if sentence.source == "llm"]
    assert list(ground.check(worded, known).accepted) == worded


def test_goals_and_answers_of_a_small_model_can_be_drawn(engine: Engine) -> None:
    with observatory.open(llm=engine.client()) as obs:
        goals = obs.explore_goals("penguins", 3)
        answer = obs.visualize("penguins", "What is the mean body mass for each species?")
        specs = [*(goal.spec for goal in goals), answer.spec]
        pictures = [obs.picture(spec, "penguins") for spec in specs]
    assert len(goals) == 3
    assert all(picture.startswith("<svg") for picture in pictures)
    assert answer.spec["encoding"]["y"]["field"] == "body_mass_g"
