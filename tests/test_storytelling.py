"""What the workbench and the shell say of a data set in words and pictures, without a model and with one."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import observatory
from observatory.cli import main
from observatory.llm import ScriptedLLM

BARS = {"mark": "bar", "encoding": {"x": {"field": "shape"}, "y": {"field": "weight_kg", "aggregate": "mean"}}}
PARCELS = pd.DataFrame({"shape": ["round", "flat", "long"] * 20, "weight_kg": [0.5 + i % 7 for i in range(60)]})


def test_meanings_explanations_and_personas_say_what_the_model_was_sent() -> None:
    meant = {"shape": {"meaning": "category", "description": "Shape."}, "weight_kg": {"meaning": "weight"}}
    told = {"sentences": ["The chart shows the mean weight_kg for each shape."]}
    model = ScriptedLLM([json.dumps(reply) for reply in (meant, told, {"people": ["a postman"]})])
    with observatory.open(llm=model) as obs:
        dataset = obs.ingest(PARCELS, name="parcels")
        enriched, explained = obs.enrich(dataset), obs.explain(dataset, BARS)
        assert [f.source for f in enriched.fields] == ["llm", "template"]
        assert explained.text == told["sentences"][0]
        assert "a postman" in [p.name for p in obs.personas(dataset)]
        assert [len(found.sent) for found in (enriched, explained)] == [1, 1]


def test_without_a_model_all_of_it_is_there() -> None:
    with observatory.open() as obs:
        dataset = obs.ingest(PARCELS, name="parcels")
        assert obs.enrich(dataset).fields[1].semantic_type == "weight"
        assert "mean of weight_kg" in obs.explain(dataset, BARS).transformation
        assert len(obs.personas(dataset)) == 3


@pytest.mark.parametrize(("name", "begins"), [("page.svg", b"<svg"), ("page.png", b"\x89PNG")])
def test_the_shell_writes_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, begins: bytes
) -> None:
    monkeypatch.setenv("OBSERVATORY_LLM", "off")
    table, out = tmp_path / "parcels.csv", tmp_path / name
    PARCELS.to_csv(table, index=False)
    assert main(["infographic", str(table), "-o", str(out), "-n", "1", "--style", "paper"]) == 0
    assert out.read_bytes().startswith(begins)
    assert capsys.readouterr().out.strip() == f"Wrote {out}"


def test_a_page_of_another_kind_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "parcels.csv"
    PARCELS.to_csv(table, index=False)
    assert main(["infographic", str(table), "-o", str(tmp_path / "page.gif"), "--json"]) == 2
    assert ".svg or .png" in json.loads(capsys.readouterr().out)["error"]["hint"]
