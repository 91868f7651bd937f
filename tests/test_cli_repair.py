"""The command that repairs chart code: every attempt and the final code, as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from observatory.cli import main

BROKEN = "import seaborn as sns\nsns.barplot(data=data, x='Class', y='hwy', estimator='median')\n"


@pytest.fixture
def code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("OBSERVATORY_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setenv("OBSERVATORY_LLM", "off")
    path = tmp_path / "broken.py"
    path.write_text(BROKEN)
    return path


def test_code_of_another_library_becomes_code_that_runs(capsys: pytest.CaptureFixture[str], code: Path) -> None:
    assert main(["repair", str(code), "cars", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(a["source"], a["ok"]) for a in found["attempts"]] == [("person", False), ("rules", True)]
    assert found["ok"]
    assert found["spec"]["encoding"]["y"]["aggregate"] == "median"
    assert main(["repair", str(code), "cars"]) == 0
    said = capsys.readouterr().out
    assert "1. as given\n   The module “seaborn” cannot be imported" in said
    assert "2. changed by rule" in said
    assert said.rstrip().endswith(found["code"].rstrip())
    code.write_text(found["code"])
    assert main(["run-code", str(code), "cars"]) == 0


def test_code_that_means_no_chart_is_the_fault_of_the_input(capsys: pytest.CaptureFixture[str], code: Path) -> None:
    code.write_text("print('hello')")
    with pytest.raises(SystemExit, match="2"):
        main(["repair", str(code), "cars", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert not found["ok"]
    assert found["attempts"][-1]["error"] == "The code names no field of this table."


def test_a_file_that_is_not_there_is_said_so(capsys: pytest.CaptureFixture[str], code: Path) -> None:
    assert main(["repair", str(code.with_name("none.py")), "cars", "--json"]) == 2
    assert set(json.loads(capsys.readouterr().out)["error"]) == {"type", "message", "hint"}
