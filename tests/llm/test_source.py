"""Where the model comes from, and what is said while it is not there."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from observatory.errors import ModelDownloadFailed
from observatory.llm import Engine, GivenLLM, NoLLM, ScriptedLLM, models, open_llm
from observatory.llm.local import LocalLLM
from observatory.llm.remote import RemoteLLM
from observatory.settings import Settings

SMALL = "smollm2-135m-instruct"
QUESTION = [{"role": "user", "content": "Say hello."}]


def eventually(fact: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Whether something becomes true in time."""
    deadline = time.monotonic() + seconds
    while not fact() and time.monotonic() < deadline:
        time.sleep(0.02)
    return fact()


def test_off_gives_no_model():
    source = open_llm(Settings(llm="off"))
    assert isinstance(source, NoLLM)
    assert (source.status().state, source.wait().state, source.client()) == ("off", "off", None)
    source.close()


def test_a_given_model_is_ready():
    model = ScriptedLLM(["Hello."])
    source = GivenLLM(model)
    assert (source.status().state, source.status().model, source.client()) == ("ready", "scripted", model)
    assert source.live() is None


# ── at a URL ─────────────────────────────────────────────────────────────────────────────────────


def test_a_url_where_nobody_listens_is_down_with_a_sentence():
    source = open_llm(Settings(llm_base_url="http://127.0.0.1:9/v1"))
    assert isinstance(source, RemoteLLM)
    assert source.status().state in ("starting", "down")
    status = source.wait(30)
    assert (status.state, source.client()) == ("down", None)
    assert "cannot be reached" in status.detail
    source.close()


@pytest.mark.parametrize("url", ["models.example/v1", "ftp://models.example", "http://"])
def test_what_is_no_web_address_is_down_with_an_example_of_one(url: str):
    source = open_llm(Settings(llm_base_url=url))
    status = source.wait(30)
    assert status.state == "down"
    assert "is not a web address" in status.detail
    source.close()


@pytest.mark.engine
def test_a_url_can_be_any_server_that_speaks_the_protocol(engine: Engine):
    with engine.answering() as server:
        settings = Settings(llm_base_url=server.base_url, llm_api_key=server.api_key, llm_timeout=60)
    source = open_llm(settings)
    status = source.wait(60)
    assert (status.state, status.model) == ("ready", SMALL)
    client = source.client()
    assert client is not None
    assert client.complete(QUESTION, max_tokens=4)
    live = source.live()
    assert live is not None
    assert (live.model, live.resident) == (SMALL, None)
    assert live.answered > 0
    source.close()


@pytest.mark.engine
def test_a_wrong_key_is_down_with_a_hint(engine: Engine):
    with engine.answering() as server:
        source = open_llm(Settings(llm_base_url=server.base_url, llm_api_key="wrong"))
    status = source.wait(60)
    assert status.state == "down"
    assert "OBSERVATORY_LLM_API_KEY" in status.detail
    source.close()


# ── on this machine ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Any]:
    """Makes local sources and closes them."""
    made: list[LocalLLM] = []

    def make(pull: Any = None, **settings: Any) -> LocalLLM:
        settings = {"models": tmp_path, "model": SMALL, **settings}
        made.append(LocalLLM(Settings(**settings), pull=pull or pytest.fail))
        return made[-1]

    yield make
    for source in made:
        source.close()
        source.close()
        assert source.status().state in {"off", "down"}


@pytest.mark.engine
def test_a_model_that_is_there_becomes_ready(local: Any, models_folder: Path):
    source = local(models=models_folder, engine_context=512)
    assert source.status().state in ("starting", "down")
    assert source.client() is None
    status = source.wait(120)
    assert (status.state, status.model) == ("ready", SMALL)
    assert source.client().complete(QUESTION, max_tokens=4)
    source.close()
    assert (source.status().state, source.client()) == ("off", None)


def test_a_missing_model_is_downloaded_and_the_status_tells_how_far(local: Any):
    asked, go_on = threading.Event(), threading.Event()

    def pull(name: str, folder: Path, progress: Any, *, hub: str) -> Path:
        progress(25, 100)
        asked.set()
        go_on.wait(30)
        raise ModelDownloadFailed("The connection broke.", "Pull again.")

    source = local(pull)
    source.status()
    asked.wait(30)
    assert (source.status().state, source.status().progress, source.client()) == ("downloading", 0.25, None)
    go_on.set()
    status = source.wait(30)
    assert (status.state, status.detail) == ("down", "The connection broke. Pull again.")


def test_a_download_that_fails_is_tried_again_after_longer_and_longer_pauses(
    local: Any, monkeypatch: pytest.MonkeyPatch
):
    pauses: list[float] = []
    found_down: list[str] = []

    def pull(name: str, folder: Path, progress: Any, *, hub: str) -> Path:
        raise ModelDownloadFailed("The connection broke.", "Pull again.")

    source = local(pull)

    def pause(seconds: float) -> bool:
        pauses.append(seconds)
        found_down.append(source.status().state)
        return len(pauses) == 7

    monkeypatch.setattr(source._ended, "wait", pause)
    source.status()
    source._thread.join(30)
    assert pauses == [30, 60, 120, 240, 480, 600, 600]
    assert set(found_down) == {"down"}
    assert source.wait(30).detail == "The connection broke. Pull again."


@pytest.mark.engine
def test_a_download_that_works_the_second_time_makes_the_model_ready(
    local: Any, models_folder: Path, monkeypatch: pytest.MonkeyPatch
):
    tries: list[str] = []

    def pull(name: str, folder: Path, progress: Any, *, hub: str) -> Path:
        tries.append(name)
        if len(tries) == 1:
            raise ModelDownloadFailed("The connection broke.", "Pull again.")
        return models_folder / models.find(name).file

    monkeypatch.setattr("observatory.llm.local._PULL_AGAIN_SECONDS", 0.2)
    source = local(pull, engine_context=512)
    assert source.wait(30).state == "down"
    assert eventually(lambda: source.status().state == "ready")
    assert len(tries) == 2


def test_closing_ends_a_download(local: Any):
    asked = threading.Event()

    def pull(name: str, folder: Path, progress: Any, *, hub: str) -> Path:
        while True:
            progress(1, 100)
            asked.set()

    source = local(pull)
    source.status()
    asked.wait(30)
    source.close()
    assert source.status().state == "off"


def test_closing_what_was_never_asked_for_starts_nothing(local: Any):
    source = local()
    source.close()
    assert (source.status().state, source.client()) == ("off", None)


def test_a_damaged_model_file_is_not_loaded_and_the_status_says_what_to_do(local: Any, tmp_path: Path):
    (tmp_path / models.find(SMALL).file).write_bytes(b"GGUF")
    status = local().wait(30)
    assert status.state == "down"
    assert f"observatory models pull {SMALL}" in status.detail


def test_an_unknown_model_is_down_and_named(local: Any):
    status = local(model="gpt-5").wait(30)
    assert status.state == "down"
    assert "gpt-5" in status.detail


@pytest.mark.engine
def test_without_a_connection_the_best_model_that_is_there_is_used(
    local: Any, models_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    file = models.find(SMALL).file
    (tmp_path / file).symlink_to(models_folder.absolute() / file)
    monkeypatch.setattr(models, "best_model", lambda _: "qwen2.5-coder-1.5b-instruct")

    def offline(name: str, folder: Path, progress: Any, *, hub: str) -> Path:
        raise ModelDownloadFailed("There is no connection.")

    status = local(offline, model="auto", engine_context=512).wait(120)
    assert (status.state, status.model) == ("ready", SMALL)
