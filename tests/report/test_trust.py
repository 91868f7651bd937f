"""What the renderings say of trust: findings with what they explain, notes, remedy, fairness, checks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

import observatory
from observatory import report
from observatory.model import Report

SVG = "<svg xmlns='http://www.w3.org/2000/svg'/>"


@pytest.fixture(scope="module")
def found() -> Iterator[Report]:
    rng = np.random.default_rng(0)
    people = pd.DataFrame(
        {"sex": rng.choice(["female", "male"], 2000), "<b>|x": rng.choice(["no", "yes", "~"], 2000), "age": 1.0}
    )
    people["age"] = rng.integers(18, 90, 2000)
    people["hours"] = np.where(people["sex"] == "male", 40, rng.integers(10, 40, 2000))
    first = people.iloc[:800]
    sample = first[(first["sex"] == "male") | (rng.random(800) < 0.3)]
    with observatory.open() as obs:
        yield obs.report(sample.reset_index(drop=True), people.iloc[800:], "<b>|x", llm=False)


def test_findings_stand_above_those_that_they_explain(found: Report) -> None:
    (own, explained), *_ = report.trust.findings(found.bias)
    assert own.columns == ("sex",)
    assert {f.explained_by for f in explained} == {own.id}


def test_text_and_markdown_hold_all_parts(found: Report) -> None:
    weights = report.trust.weighting(found.bias)
    assert weights is not None
    assert found.bias.fairness is not None
    for said in (report.text(found), report.markdown(found).replace("\\", "")):
        assert weights.statement in said
        assert all(text in said for text in found.bias.fairness.statements)
        assert all(note.statement in said for note in found.bias.notes)
        assert all(text in said for text in found.bias.checks.values())
        assert "difference before" in said


def test_markdown_escapes_names_of_the_data(found: Report) -> None:
    trust = report.markdown(found).split("## Can I trust it?")[1].split("## What does it look like?")[0]
    assert "x is spread" in trust
    assert "<b>" not in trust
    assert "|x" not in trust.replace("\\|x", "")


def test_the_page_holds_pictures_of_findings_and_weights(found: Report) -> None:
    plain = report.html(found, lambda _: SVG)
    drawn = report.html(found, lambda _: SVG, lambda _: SVG, lambda _: SVG)
    assert drawn.count("<img") > plain.count("<img") == len(found.charts)
    assert "What was looked for" in drawn
    assert "<b>|x" not in drawn


def test_without_a_reference_the_open_questions_are_listed() -> None:
    with observatory.open() as obs:
        alone = obs.report("penguins", llm=False)
    assert report.trust.weighting(alone.bias) is None
    for said in (report.text(alone), report.markdown(alone), report.html(alone, lambda _: SVG)):
        assert "hat only a reference could tell".lower() in said.lower()
