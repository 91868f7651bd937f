"""`observatory engine`: a model for any OpenAI client, and figures that are refused on a busy machine."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from observatory import cli
from observatory.errors import LLMUnavailable
from observatory.llm import OpenAIClient, bench
from observatory.llm.bench import EngineBench, Speculation, Speed, refuse_when_busy

SMALL = "smollm2-135m-instruct"


class Load:
    """Other programs that keep so many cores busy."""

    cores = 0.0

    def __init__(self, *_: int) -> None:
        """Look at nothing."""

    def since_last(self) -> tuple[float, float]:
        return 1.0, self.cores


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> type[Load]:
    monkeypatch.setattr(bench, "OtherLoad", Load)
    monkeypatch.setattr(bench, "_LOOK_SECONDS", 0.0)
    return Load


FOUND = EngineBench(
    model="m", threads=2, load_time=1.0, speeds=(Speed(1, 80.0, 30.0),), busy_decode=15.0, busy_threads=1,
    busy_decode_fixed=12.0, first_token_uncached=9.0, first_token_cached=0.5, resident=10**9, bandwidth=3e10,
    roofline_share=0.9, other_cores=0.05, load_average=0.1, users_speedup=1.3, prefix_reuse=0.98,
)  # fmt: skip


@pytest.mark.parametrize(("cores", "refused"), [(0.0, False), (0.4, False), (0.6, True), (2.0, True)])
def test_a_busy_machine_is_refused(load: type[Load], monkeypatch: pytest.MonkeyPatch, cores: float, refused: bool):
    monkeypatch.setattr(load, "cores", cores)
    if not refused:
        refuse_when_busy()
        return
    with pytest.raises(LLMUnavailable, match=f"keep {cores} cores busy") as error:
        refuse_when_busy()
    assert "--anyway" in error.value.hint


def test_a_somewhat_busy_machine_is_flagged_in_the_figures():
    assert FOUND.to_dict()["is_disturbed"] is False
    assert "disturbed" not in FOUND.table()
    disturbed = EngineBench.from_dict({**FOUND.to_dict(), "other_cores": 0.3})
    assert disturbed.to_dict()["is_disturbed"] is True
    assert "disturbed: measure again" in disturbed.table()


def test_speculative_decoding_is_told_with_what_it_cost_and_gained():
    with_draft = EngineBench.from_dict(FOUND.to_dict() | {"speculation": Speculation("ngram", 30, 33, 40, 10, 10**9)})
    assert "33.0 tokens/s with ngram, 30.0 without; 25% of 40 accepted; 1.00 GB" in with_draft.table()
    assert "speculative" not in FOUND.table()


def test_a_refusal_is_exit_3_and_one_document(
    load: type[Load], monkeypatch: pytest.MonkeyPatch, models_folder: Path, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("OBSERVATORY_MODELS", str(models_folder))
    monkeypatch.setattr(load, "cores", 1.3)
    assert cli.main(["engine", "bench", "--model", SMALL, "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["error"]["message"].startswith("Other programs keep 1.3 cores busy")


@pytest.mark.parametrize(
    ("arguments", "code"), [(("--model", "gpt-5"), 2), (("--model", SMALL, "--port", "99999999"), 2)]
)
def test_what_cannot_be_served_is_said_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
    models_folder: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    code: int,
):
    monkeypatch.setenv("OBSERVATORY_MODELS", str(models_folder))
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    assert cli.main(["engine", *arguments]) == code
    for number, handler in zip((signal.SIGINT, signal.SIGTERM), handlers, strict=True):
        signal.signal(number, handler)
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.engine
def test_it_serves_any_client_that_has_the_key_until_it_is_told_to_end(models_folder: Path):
    command = [sys.executable, "-m", "observatory", "engine", "--model", SMALL, "--json"]
    environment = {**os.environ, "OBSERVATORY_MODELS": str(models_folder), "OBSERVATORY_ENGINE_CONTEXT": "512"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as served:
        assert served.stdout is not None
        told = first_document(served.stdout)
        question = [{"role": "user", "content": "Say hello."}]
        assert OpenAIClient(told["base_url"], told["api_key"], timeout=60).complete(question, max_tokens=4)
        with pytest.raises(LLMUnavailable, match="refused the key"):
            OpenAIClient(told["base_url"], "wrong", SMALL).complete(question)
        served.send_signal(signal.SIGTERM)
        assert served.wait(20) == 0
        assert served.stdout.read() == ""
    with pytest.raises(LLMUnavailable):
        OpenAIClient(told["base_url"], told["api_key"], SMALL).complete(question)


def first_document(lines: Any) -> dict[str, Any]:
    """The one JSON document that a program prints while it goes on."""
    text = ""
    for line in lines:
        text += line
        if line == "}\n":
            break
    document: dict[str, Any] = json.loads(text)
    return document
