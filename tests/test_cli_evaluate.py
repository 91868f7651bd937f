"""The command that judges a chart: six scores as JSON and as text, and plain words for a file that is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from observatory.cli import main

CHART = {"mark": "line", "encoding": {"x": {"field": "species"}, "y": {"field": "body_mass_g", "aggregate": "mean"}}}


@pytest.fixture
def chart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    monkeypatch.setenv("OBSERVATORY_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setenv("OBSERVATORY_LLM", "off")
    path = tmp_path / "chart.json"
    path.write_text(json.dumps(CHART))
    return str(path)


def test_six_scores_as_json_and_as_text(capsys: pytest.CaptureFixture[str], chart: str) -> None:
    question = ("--question", "What is the mean body mass of each species?")
    assert main(["evaluate", chart, "penguins", *question, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    scores = {one["dimension"]: one["score"] for one in found["dimensions"]}
    assert len(scores) == 6
    assert min(scores, key=lambda name: scores[name]) == "type"
    assert main(["evaluate", chart, "penguins"]) == 0
    said = capsys.readouterr().out
    assert f"Overall {found['overall']:g} of 10" in said
    assert "A line joins neighbours" in said


def test_a_file_that_is_no_chart_is_the_fault_of_the_input(capsys: pytest.CaptureFixture[str], chart: str) -> None:
    Path(chart).write_text("[1]")
    assert main(["evaluate", chart, "penguins", "--json"]) == 2
    assert set(json.loads(capsys.readouterr().out)["error"]) == {"type", "message", "hint"}
