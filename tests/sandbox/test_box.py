"""What goes into the sandbox and what comes out, on a machine that can hold code; elsewhere nothing is run."""

from __future__ import annotations

import json
import os
import resource
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from observatory.errors import ChartCodeError, ChartCodeFailed, ChartCodeRejected, SandboxUnavailable
from observatory.sandbox import box as boxes
from observatory.sandbox.box import Drawn, Sandbox
from observatory.sandbox.layers import LAYERS, Limits
from observatory.sandbox.warden import Outcome

HONEST = "chart = alt.Chart(data).mark_bar().encode(x='group:N', y='mean(value):Q')"
Run = Callable[[str], Drawn]


@pytest.fixture
def run(box: Sandbox, rows: pd.DataFrame) -> Run:
    """Code over the rows; where the machine cannot hold it, the refusal stands for every answer."""
    return lambda code: box.run(code, "rows", lambda: rows)


def fails(run: Run, box: Sandbox, code: str) -> str:
    """What is said of code that gives no chart."""
    with pytest.raises(ChartCodeError if box.status().ready else SandboxUnavailable) as caught:
        run(code)
    return str(caught.value) if box.status().ready else ""


def test_every_layer_of_a_linux_machine_is_tried_and_told(box: Sandbox) -> None:
    status = box.status()
    assert [layer.name for layer in status.layers] == list(LAYERS)
    lacking = [layer.name for layer in status.layers if layer.required and layer.state != "on"]
    assert status.ready == (not lacking)


def test_code_gives_a_chart_without_the_rows_of_the_data(box: Sandbox, run: Run) -> None:
    if not box.status().ready:
        assert "lacks" in box.status().detail
        return
    assert run(HONEST).spec["encoding"]["y"] == {"aggregate": "mean", "field": "value", "type": "quantitative"}
    assert "data" not in run(HONEST).spec


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("while True:\n    pass", "stopped after 2 seconds"),
        ("chart = alt.Chart(data).mark_bar().encode(x=['a' * 10 ** 9])", ""),
        ("n = 10 ** 9\ny = np.ones(n)\n" + HONEST, "memory"),
        ("chart = 1", "chart"),
        ("raise SystemExit", ""),
        ("import os\nos.getcwd()\n" + HONEST, "os"),
        ("def plot(data):\n    return plot(data)", ""),
    ],
)
def test_code_without_a_chart_is_told_in_plain_words(box: Sandbox, run: Run, code: str, said: str) -> None:
    message = fails(run, box, code)
    assert "Traceback" not in message
    assert not box.status().ready or said in message


def test_code_that_is_too_long_is_refused_unread(box: Sandbox, run: Run) -> None:
    with pytest.raises(ChartCodeRejected, match="longer than"):
        run("#" * 200_000)


def test_many_at_once_do_not_disturb_each_other(box: Sandbox, run: Run) -> None:
    codes = [HONEST, "while True:\n    pass"] * 6
    with ThreadPoolExecutor(len(codes)) as pool:
        ended = [pool.submit(run, code) for code in codes]
        answers = [one.exception() or one.result().spec["mark"] for one in ended]
    honest, hostile = answers[::2], answers[1::2]
    if box.status().ready:
        assert honest == [{"type": "bar"}] * 6
        assert all(isinstance(answer, ChartCodeFailed) for answer in hostile)
    else:
        assert all(isinstance(answer, SandboxUnavailable) for answer in answers)


def test_a_killed_warm_process_is_started_again(rows: pd.DataFrame) -> None:
    made = Sandbox()
    if made.status().ready:
        made.run(HONEST, "rows", lambda: rows)
        assert made._warden is not None
        os.kill(made._warden._process.pid, signal.SIGKILL)
        made._warden._process.wait()
        assert made.run(HONEST, "rows", lambda: rows).spec["mark"] == {"type": "bar"}
    made.close()


def test_closing_leaves_no_process(rows: pd.DataFrame) -> None:
    made = Sandbox()
    ready = made.status().ready
    if ready:
        assert made._warden is not None
        pid = made._warden._process.pid
        made.close()
        assert not Path(f"/proc/{pid}").exists()
    assert made.status().ready == ready


def test_rows_are_made_once_for_a_key(box: Sandbox, rows: pd.DataFrame) -> None:
    made: list[int] = []

    def make() -> pd.DataFrame:
        made.append(1)
        return rows

    for _ in range(3):
        try:
            box.run(HONEST, "counted", make)
        except SandboxUnavailable:
            made.append(1)
            break
    assert made == [1]


def test_a_machine_without_a_required_layer_runs_nothing(rows: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Sandbox()
    monkeypatch.setattr(made, "_broken", lambda name: "sockets" if name == "seccomp" else "")
    with pytest.raises(SandboxUnavailable, match="seccomp"):
        made.run(HONEST, "rows", lambda: rows)
    assert not made.status().ready
    made.close()


def test_other_systems_run_nothing(rows: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boxes.sys, "platform", "darwin")
    with pytest.raises(SandboxUnavailable, match="Linux"):
        Sandbox().run(HONEST, "rows", lambda: rows)


@pytest.mark.parametrize(
    "written",
    [
        *(b"", b"[]", b"{", b"NaN", b'{"ok": true}', b'{"ok": true, "spec": 1}', b"[" * 100_000, b"\xff"),
        *(b'{"error": []}', b'{"ok": true, "spec": {"mark": {"type": "image", "url": "http://example.org"}}}'),
    ],
)
def test_what_a_process_forges_is_an_error_of_the_code(
    written: bytes, box: Sandbox, rows: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(box, "_outcome", lambda *_: Outcome(written, "exit", 0.0))
    with pytest.raises(ChartCodeError if box.status().ready else SandboxUnavailable):
        box.run(HONEST, "rows", lambda: rows)


def test_texts_of_a_process_can_be_shown(run: Run, box: Sandbox, rows: pd.DataFrame, monkeypatch: Any) -> None:
    said = fails(run, box, "raise ValueError('half \\ud800 of a letter')")
    assert said.encode() == said.encode(errors="replace")
    told = {"message": "\ud800" * 9_000, "hint": "\udfff", "fix": "\ud800" * 900_000, "line": True}
    monkeypatch.setattr(box, "_outcome", lambda *_: Outcome(json.dumps({"error": told}).encode(), "exit", 0.0))
    with pytest.raises(ChartCodeError if box.status().ready else SandboxUnavailable) as caught:
        box.run(HONEST, "rows", lambda: rows)
    shown = caught.value.to_dict()
    assert len(shown["message"]) <= 2_000
    assert len(json.dumps(shown, ensure_ascii=False).encode()) < 110_000


def test_a_machine_without_namespaces_runs_code(box: Sandbox, rows: pd.DataFrame) -> None:
    made = Sandbox(without=("namespaces",))
    has_landlock = any(layer.name == "landlock" and layer.state == "on" for layer in box.status().layers)
    assert not has_landlock or made.run(HONEST, "rows", lambda: rows).spec["mark"] == {"type": "bar"}
    made.close()


def test_many_open_files_are_no_hindrance_and_too_many_are_told(run: Run, box: Sandbox) -> None:
    if not box.status().ready:
        return
    bounds = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(1_400, bounds[1]), bounds[1]))
    held: list[int] = []
    try:
        held += [os.open(os.devnull, os.O_RDONLY) for _ in range(min(1_100, bounds[1] - 300))]
        assert run(HONEST).spec["mark"] == {"type": "bar"}
        with suppress(OSError):
            while True:
                held.append(os.open(os.devnull, os.O_RDONLY))
        with pytest.raises(SandboxUnavailable, match="no room"):
            run(HONEST)
    finally:
        for fd in held:
            os.close(fd)
        resource.setrlimit(resource.RLIMIT_NOFILE, bounds)
    before = len(os.listdir("/proc/self/fd"))
    assert run(HONEST).spec["mark"] == {"type": "bar"}
    assert len(os.listdir("/proc/self/fd")) == before


def test_limits_are_those_that_are_given(rows: pd.DataFrame) -> None:
    made = Sandbox(Limits(seconds=0.5, cpu_seconds=5))
    with pytest.raises(ChartCodeFailed if made.status().ready else SandboxUnavailable) as caught:
        made.run("while True:\n    pass", "rows", lambda: rows)
    assert not made.status().ready or "0.5 seconds" in caught.value.message
    made.close()
