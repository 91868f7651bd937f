"""The shell: JSON of the promised shape on stdout, plain sentences and exit codes when something is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from observatory import bootstrap
from observatory.cli import main
from observatory.errors import ChartCodeFailed
from observatory.model import SandboxLayer, SandboxStatus
from observatory.sandbox.box import Drawn


@pytest.fixture(autouse=True)
def private(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OBSERVATORY_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setenv("OBSERVATORY_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("OBSERVATORY_LLM", "off")


@pytest.fixture
def table(tmp_path: Path) -> str:
    rows = "\n".join(f"{'red' if i % 3 else 'blue'},{i % 11 + 0.5},{2000 + i % 20}-01-01" for i in range(300))
    path = tmp_path / "paint.csv"
    path.write_text(f"colour,drops,day\n{rows}\n")
    return str(path)


def printed(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict:
    assert main([*arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def exit_code(*arguments: str) -> int:
    try:
        return main([*arguments])
    except SystemExit as stopped:
        return int(stopped.code or 0)


def test_profile(capsys: pytest.CaptureFixture[str], table: str) -> None:
    found = printed(capsys, "profile", table)
    assert found["n_rows"] == 300
    assert [(f["name"], f["type"]) for f in found["fields"]] == [
        ("colour", "nominal"),
        ("drops", "quantitative"),
        ("day", "temporal"),
    ]


def test_bias_has_the_keys_of_the_contract(capsys: pytest.CaptureFixture[str], table: str) -> None:
    found = printed(capsys, "bias", table, "--seed", "1")
    assert {"findings", "notes", "remedy", "claims"} <= set(found)
    assert "needs_reference" in found["claims"]


def test_bias_against_a_reference_finds_the_missing_group(
    capsys: pytest.CaptureFixture[str], table: str, tmp_path: Path
) -> None:
    reference = tmp_path / "reference.csv"
    rows = "\n".join(f"{'red' if i % 2 else 'blue'},{i % 11 + 0.5}" for i in range(600))
    reference.write_text(f"colour,drops\n{rows}\n")
    first = printed(capsys, "bias", table, "--reference", str(reference))["findings"][0]
    assert first["columns"] == ["colour"]
    assert first["evidence"] == "reference"


def test_charts_explain_their_cost(capsys: pytest.CaptureFixture[str], table: str) -> None:
    charts = printed(capsys, "charts", table, "--field", "colour", "--field", "drops", "-k", "3")["charts"]
    assert [chart["rank"] for chart in charts] == [1, 2, 3]
    for chart in charts:
        assert chart["cost"] == sum(v["weight"] * v["count"] for v in chart["violations"])
        assert "data" not in chart["spec"]


def test_a_table_without_a_chart_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("a,b\n1,2\n")
    assert main(["charts", str(tmp_path / "one.csv")]) == 0
    assert "Nothing here can be drawn" in capsys.readouterr().out


def test_goals(capsys: pytest.CaptureFixture[str], table: str) -> None:
    found = printed(capsys, "goals", table, "-n", "3")
    assert [goal["index"] for goal in found["goals"]] in ([0, 1, 2], [1, 2, 3])
    assert found["engine"]["state"] == "off"
    assert {goal["source"] for goal in found["goals"]} == {"template"}


def test_ask(capsys: pytest.CaptureFixture[str], table: str) -> None:
    found = printed(capsys, "ask", table, "What is the mean drops by colour?")
    assert found["question"] == "What is the mean drops by colour?"
    assert found["spec"]["mark"]
    assert found["attempts"]


def test_an_answer_is_written_as_script_and_notebook(
    capsys: pytest.CaptureFixture[str], table: str, tmp_path: Path
) -> None:
    script, notebook = tmp_path / "a.py", tmp_path / "a.ipynb"
    printed(capsys, "ask", table, "mean drops by colour", "--script", str(script), "--notebook", str(notebook))
    assert "chart.save(" in script.read_text("utf-8")
    assert json.loads(notebook.read_text("utf-8"))["nbformat"] == 4
    assert main(["ask", table, "mean drops by colour", "--script", str(tmp_path / "no" / "a.py")]) == 2


def test_scan_reads_like_a_report_and_writes_a_page(
    capsys: pytest.CaptureFixture[str], table: str, tmp_path: Path
) -> None:
    page = tmp_path / "report.html"
    assert main(["scan", table, "--html", str(page)]) == 0
    out = capsys.readouterr().out
    for heading in ("WHAT IS IT?", "CAN I TRUST IT?", "WHAT DOES IT LOOK LIKE?", "WHAT SHOULD I ASK?"):
        assert heading in out
    html = page.read_text("utf-8")
    assert "data:image/svg+xml;base64," in html
    assert "http://" not in html.replace("http://www.w3.org", "")
    assert "<script" not in html


def test_report_in_each_format(table: str, tmp_path: Path) -> None:
    for suffix in (".html", ".md", ".json"):
        assert main(["report", table, "-o", str(tmp_path / f"out{suffix}")]) == 0
        assert (tmp_path / f"out{suffix}").stat().st_size > 500


def test_models_list(capsys: pytest.CaptureFixture[str]) -> None:
    models = printed(capsys, "models", "list")["models"]
    assert "smollm2-135m-instruct" in {model["name"] for model in models}
    assert not any(model["installed"] for model in models)


@pytest.mark.parametrize(
    ("arguments", "code", "kind"),
    [
        (("profile", "nowhere.csv"), 2, "UnreadableFile"),
        (("profile", "nowhere"), 2, "DatasetNotFound"),
        (("scan", "TABLE", "--html", "/nowhere/at/all.html"), 2, "ObservatoryError"),
        (("charts", "TABLE", "--field", "colr"), 2, "FieldNotFound"),
        (("charts", "TABLE", "-k", "0"), 2, "ObservatoryError"),
        (("models", "path", "smollm2-135m-instruct"), 3, "LLMUnavailable"),
        (("models", "pull", "nonsense"), 2, "ModelNotFound"),
    ],
)
def test_errors_are_json_with_an_exit_code(
    capsys: pytest.CaptureFixture[str], table: str, arguments: tuple[str, ...], code: int, kind: str
) -> None:
    error = printed(capsys, *(table if a == "TABLE" else a for a in arguments), code=code)["error"]
    assert error["type"] == kind
    assert error["message"].endswith((".", "”."))
    assert error["hint"]


def test_an_error_without_json_is_one_line_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profile", "nowhere.csv"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in err


def test_a_busy_port_is_said_before_anything_starts(capsys: pytest.CaptureFixture[str]) -> None:
    import socket

    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        assert main(["serve", "--port", str(busy.getsockname()[1])]) == 3
    assert "in use" in capsys.readouterr().err


def test_a_workspace_that_cannot_be_written_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("OBSERVATORY_WORKSPACE", str(tmp_path / "file"))
    assert main(["serve"]) == 3
    assert "file" in capsys.readouterr().err


def test_an_alignment_says_how_a_reference_is_read(
    capsys: pytest.CaptureFixture[str], table: str, tmp_path: Path
) -> None:
    rows = "\n".join(f"{'RBG'[i % 3]}" for i in range(600))
    (tmp_path / "shop.csv").write_text(f"paint\n{rows}\n")
    matches = tmp_path / "matches.json"
    levels = {"R": "red", "B": "blue", "G": "green"}
    matches.write_text(json.dumps({"matches": [{"field": "colour", "theirs": "paint", "levels": levels}]}))
    shop = ("--reference", str(tmp_path / "shop.csv"))
    found = printed(capsys, "bias", table, *shop, "--align", str(matches))
    assert {"colour"} == {c for f in found["findings"] if f["detector"] == "cells" for c in f["columns"]}
    assert "“paint” of the reference is read as “colour”" in found["notes"][0]["statement"]
    assert "none" in printed(capsys, "bias", table, "--align", str(matches), code=2)["error"]["message"]
    matches.write_text("{")
    assert "not JSON" in printed(capsys, "bias", table, *shop, "--align", str(matches), code=2)["error"]["message"]
    matches.write_text('{"color": "paint"}')
    assert "colour" in printed(capsys, "bias", table, *shop, "--align", str(matches), code=2)["error"]["hint"]


def test_bias_reads_well_and_report_takes_what_bias_takes(
    capsys: pytest.CaptureFixture[str], table: str, tmp_path: Path
) -> None:
    reference = tmp_path / "reference.csv"
    rows = "\n".join(f"{'red' if i % 2 else 'blue'},{i % 11 + 0.5}" for i in range(600))
    reference.write_text(f"colour,drops\n{rows}\n")
    given = ["--reference", str(reference), "--target", "colour"]
    assert main(["bias", table, *given]) == 0
    said = capsys.readouterr().out
    assert said.index("Found 1 group") < said.index("colour = ") < said.index("WHAT TO DO") < said.index("LOOKED FOR")
    page = tmp_path / "out.html"
    assert main(["report", table, *given, "-o", str(page)]) == 0
    assert "What to do" in page.read_text("utf-8")
    assert "How colour is spread" in page.read_text("utf-8")


@pytest.mark.parametrize(
    "wrong",
    [
        ["--seed", "-1"],
        ["--target", "nope"],
        ["--reference", "/nowhere.csv"],
        ["--align", "/nowhere.json"],
        ["--weights", "w.csv"],
        ["--plan", "p.csv"],
    ],
)
def test_bias_says_what_is_wrong_with_its_arguments(
    capsys: pytest.CaptureFixture[str], table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    error = printed(capsys, "bias", table, *wrong, code=2)["error"]
    assert error["message"]
    assert error["hint"]


def test_a_chart_is_checked_and_repaired(capsys: pytest.CaptureFixture[str], table: str, tmp_path: Path) -> None:
    drops = {"field": "drops", "type": "quantitative", "aggregate": "mean", "scale": {"zero": False}}
    chart = {"mark": "bar", "encoding": {"x": {"field": "colour", "type": "nominal"}, "y": drops}}
    spec = tmp_path / "chart.json"
    spec.write_text(json.dumps(chart))
    found = printed(capsys, "check", str(spec), table, "--repair")
    assert {"valid", "hard", "soft", "cost", "repairs"} <= set(found)
    assert [v["rule"] for v in found["hard"]] == ["length_not_zero"]
    assert found["cost"] == sum(v["weight"] * v["count"] for v in found["soft"])
    assert found["repairs"][0]["edits"] == ["Start the y axis at zero."]
    assert main(["check", str(spec), table, "--repair", "--task", "summary"]) == 0
    shown = capsys.readouterr().out
    assert "their axis starts at zero.  [y (drops)]" in shown
    assert "Start the y axis at zero." in shown


@pytest.mark.parametrize("content", ["{", "[1]", "{}", "\x00\xff", "[" * 100_000])
def test_a_file_that_is_no_chart_is_said(
    capsys: pytest.CaptureFixture[str], table: str, tmp_path: Path, content: str
) -> None:
    spec = tmp_path / "chart.json"
    spec.write_text(content)
    error = printed(capsys, "check", str(spec), table, code=2)["error"]
    assert error["type"] == "ChartInvalidSpec"
    assert error["message"].endswith(".")
    assert main(["check", str(tmp_path / "none.json"), table]) == 2
    assert "cannot be read" in capsys.readouterr().err


class ScriptedSandbox:
    """A sandbox that runs nothing: bars for all code but what divides by zero, and what is printed with either."""

    layers = (
        SandboxLayer("seccomp", "on", True, "Few calls."),
        SandboxLayer("landlock", "missing", False, "No file."),
        SandboxLayer("guard", "on", False, "Known words."),
    )

    def status(self) -> SandboxStatus:
        return SandboxStatus(True, "Chart code is held by 2 layers.", self.layers)

    def run(self, code: str, key: str, rows: Callable[[], Any]) -> Drawn:
        printed = "hello" if "print" in code else ""
        if "/ 0" in code:
            raise ChartCodeFailed("It divides by zero.", "Check it.", line=1, printed=printed)
        return Drawn({"mark": "bar"}, ("It saw a sample.",) if "noted" in code else (), 0.01, printed)

    def close(self) -> None: ...


@pytest.mark.parametrize(
    ("code", "expected", "document"),
    [
        ("chart = 1", 0, {"ok": True, "spec": {"mark": "bar"}}),
        ("print(1)  # noted", 0, {"ok": True, "notes": ["It saw a sample."], "printed": "hello"}),
        ("print(1 / 0)", 2, {"ok": False, "printed": "hello"}),
    ],
)
def test_code_gives_its_chart_and_what_it_printed(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    table: str,
    tmp_path: Path,
    code: str,
    expected: int,
    document: dict,
) -> None:
    monkeypatch.setattr(bootstrap, "_sandbox", lambda settings: ScriptedSandbox())
    file = tmp_path / "chart.py"
    file.write_text(code)
    assert exit_code("run-code", str(file), table) == expected
    found = json.loads(capsys.readouterr().out)
    assert document.items() <= found.items()
    assert set(found) == {*document, "spec" if found["ok"] else "error"}
    if not found["ok"]:
        assert found["error"]["line"] == 1
        assert "printed" not in found["error"]


def test_code_that_cannot_be_run_is_one_document_too(
    capsys: pytest.CaptureFixture[str], table: str, tmp_path: Path
) -> None:
    assert exit_code("run-code", str(tmp_path / "none.py"), table) == 2
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is False
    assert "cannot be read" in found["error"]["message"]


def test_the_help_names_both_ways_to_give_a_chart(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("run-code", "--help") == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "plot(data) returns an Altair chart, or that leaves one in chart" in told


def test_layers_are_told_with_which_must_be_there(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "_sandbox", lambda settings: ScriptedSandbox())
    assert main(["sandbox"]) == 0
    lines = [line.split("  ") for line in capsys.readouterr().out.splitlines()]
    assert [[word.strip() for word in line if word] for line in lines] == [
        ["Chart code is held by 2 layers."],
        ["on", "required", "seccomp", "Few calls."],
        ["missing", "one of the two", "landlock", "No file."],
        ["on", "guard", "Known words."],
    ]


def test_edit_changes_a_chart_in_plain_words(capsys: pytest.CaptureFixture[str], table: str, tmp_path: Path) -> None:
    spec = tmp_path / "chart.json"
    encoding = {"x": {"field": "colour", "type": "nominal"}, "y": {"aggregate": "count", "type": "quantitative"}}
    spec.write_text(json.dumps({"mark": "bar", "encoding": encoding}), "utf-8")
    found = printed(capsys, "edit", str(spec), table, "sort high to low")
    assert found["changes"] == ["sorted from high to low"]
    assert found["spec"]["encoding"]["x"]["sort"] == "-y"
    assert printed(capsys, "edit", str(tmp_path / "none.json"), table, "x", code=2)["error"]["hint"]
