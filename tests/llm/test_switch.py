"""Changing the model: the old one answers until the new one can, and stays if the new one cannot."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from observatory.errors import LLMUnavailable, ModelDownloadFailed, ModelNotFound
from observatory.llm import GivenLLM, NoLLM, ScriptedLLM, models
from observatory.llm.local import LocalLLM
from observatory.llm.remote import RemoteLLM
from observatory.model import EngineLive, EngineStatus
from observatory.settings import Settings

SMALL, MIDDLE, LARGE = list(models.registry())
QUESTION = [{"role": "user", "content": "Say hello."}]


class FakeEngine:
    """An engine without a server: ready at once, unless its model is one that fails or takes its time."""

    running: list[str]
    fails: set[str]
    busy: set[str]
    gate: threading.Event

    def __init__(self, path: Path, _settings: Settings) -> None:
        self.config = SimpleNamespace(name=path.stem)
        self._status = EngineStatus("off", path.stem, "Not started.")

    def start(self) -> None:
        self.running.append(self.config.name)
        state = "down" if self.config.name in self.fails else "ready"
        self._status = EngineStatus(state, self.config.name, "It does not fit into memory.")

    def stop(self) -> None:
        if self.config.name in self.running:
            self.running.remove(self.config.name)
        self._status = EngineStatus("off", self.config.name, "Stopped.")

    def status(self) -> EngineStatus:
        return self._status

    def wait(self, timeout: float | None = None) -> EngineStatus:
        if not self.gate.is_set() and self._status.state == "ready":
            self.gate.wait(timeout)
            return EngineStatus("starting", self.config.name)
        return self._status

    def live(self) -> EngineLive:
        return EngineLive(answering=int(self.config.name in self.busy))

    def client(self) -> ScriptedLLM:
        return ScriptedLLM(["Hello."], name=self.config.name)


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> type[FakeEngine]:
    FakeEngine.running, FakeEngine.fails, FakeEngine.busy, FakeEngine.gate = [], set(), set(), threading.Event()
    FakeEngine.gate.set()
    monkeypatch.setattr("observatory.llm.local.Engine", FakeEngine)
    return FakeEngine


def pull(name: str, folder: Path, progress: Callable[[int, int], None], *, hub: str) -> Path:
    progress(1, 2)
    return folder / f"{name}.gguf"


@pytest.fixture
def local(tmp_path: Path, engines: type[FakeEngine]) -> Iterator[Callable[..., LocalLLM]]:
    """Makes local sources that run the small model, and closes them."""
    made: list[LocalLLM] = []

    def make(pull: Any = pull, model: str = SMALL) -> LocalLLM:
        made.append(LocalLLM(Settings(models=tmp_path, model=model), pull=pull))
        made[-1].wait(10)
        return made[-1]

    yield make
    engines.gate.set()
    engines.busy.clear()
    for source in made:
        source.close()
    assert engines.running == []


def changed(source: Any, name: str) -> EngineStatus:
    """What became of a change."""
    source.use(name)
    status: EngineStatus = source._switch.wait(10)
    return status


def test_a_changed_model_answers_in_place_of_the_old_one(local: Callable[..., LocalLLM], engines: type[FakeEngine]):
    source = local()
    assert changed(source, LARGE).state == "ready"
    client = source.client()
    assert client is not None
    assert (client.name, source.status().model, source.coming()) == (LARGE, LARGE, None)
    assert engines.running == [LARGE]


def test_the_old_model_answers_while_the_new_one_is_downloaded_and_loaded(
    local: Callable[..., LocalLLM], engines: type[FakeEngine]
):
    asked, go_on = threading.Event(), threading.Event()

    def slow(name: str, folder: Path, progress: Callable[[int, int], None], *, hub: str) -> Path:
        if name == LARGE:
            progress(30, 100)
            asked.set()
            go_on.wait(10)
        return folder / f"{name}.gguf"

    source = local(slow)
    source.use(LARGE)
    asked.wait(10)
    coming = source.coming()
    assert coming is not None
    assert (coming.state, coming.model, coming.progress) == ("downloading", LARGE, 0.3)
    assert (source.status().state, source.client().name) == ("ready", SMALL)
    with pytest.raises(LLMUnavailable, match="is being made ready"):
        source.use(MIDDLE)
    engines.gate.clear()
    go_on.set()
    while LARGE not in engines.running:
        source._switch.wait(0.01)
    assert source.client().name == SMALL
    engines.gate.set()
    assert source._switch.wait(10).state == "ready"
    assert source.client().name == LARGE


@pytest.mark.parametrize("both_fit", [True, False])
def test_a_model_that_cannot_run_leaves_the_old_one_running(
    local: Callable[..., LocalLLM], engines: type[FakeEngine], monkeypatch: pytest.MonkeyPatch, both_fit: bool
):
    monkeypatch.setattr("observatory.llm.local.holds_both", lambda new, old: both_fit)
    engines.fails.add(LARGE)
    source = local()
    status = changed(source, LARGE)
    assert (status.state, status.detail) == ("down", "It does not fit into memory. The model before it goes on.")
    assert source.coming() == status
    assert (source.status().state, source.client().name, engines.running) == ("ready", SMALL, [SMALL])
    source.stay()
    assert source.coming() is None
    assert changed(source, MIDDLE).state == "ready"


@pytest.mark.parametrize("error", [ModelDownloadFailed("No connection.", "Try again."), LLMUnavailable("No.", "")])
def test_a_model_that_cannot_be_fetched_leaves_the_old_one_running(local: Callable[..., LocalLLM], error: Exception):
    def fails(name: str, folder: Path, progress: Any, *, hub: str) -> Path:
        if name == LARGE:
            raise error
        return folder / f"{name}.gguf"

    source = local(fails)
    assert changed(source, LARGE).state == "down"
    assert (source.status().state, source.client().name) == ("ready", SMALL)


def test_without_memory_for_both_the_old_model_ends_before_the_new_one_begins(
    local: Callable[..., LocalLLM], engines: type[FakeEngine], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("observatory.llm.local.holds_both", lambda new, old: False)
    source = local()
    engines.gate.clear()
    source.use(LARGE)
    while engines.running != [LARGE]:
        source._switch.wait(0.01)
    assert (source.status().state, source.status().model, source.client()) == ("starting", LARGE, None)
    engines.gate.set()
    source._switch.wait(10)
    assert (source.status().state, source.client().name) == ("ready", LARGE)


def test_the_old_model_ends_its_answers_first(local: Callable[..., LocalLLM], engines: type[FakeEngine]):
    source = local()
    engines.busy.add(SMALL)
    source.use(LARGE)
    while source.status().model != LARGE:
        source._switch.wait(0.01)
    assert engines.running == [SMALL, LARGE]
    engines.busy.clear()
    source._switch.wait(10)
    assert engines.running == [LARGE]


def test_a_change_that_is_stopped_leaves_the_old_model(local: Callable[..., LocalLLM], engines: type[FakeEngine]):
    asked = threading.Event()

    def endless(name: str, folder: Path, progress: Callable[[int, int], None], *, hub: str) -> Path:
        while name == LARGE:
            progress(1, 100)
            asked.set()
        return folder / f"{name}.gguf"

    source = local(endless)
    source.use(LARGE)
    asked.wait(10)
    source.stay()
    assert (source.coming(), source.client().name, engines.running) == (None, SMALL, [SMALL])


def test_another_model_can_be_chosen_while_the_first_one_is_still_being_fetched(local: Callable[..., LocalLLM]):
    asked = threading.Event()

    def endless(name: str, folder: Path, progress: Callable[[int, int], None], *, hub: str) -> Path:
        while name == LARGE:
            progress(1, 100)
            asked.set()
        return folder / f"{name}.gguf"

    source = LocalLLM(Settings(models=Path("nowhere"), model=LARGE), pull=endless)
    source.status()
    asked.wait(10)
    assert changed(source, SMALL).state == "ready"
    assert (source.wait(10).state, source.client().name) == ("ready", SMALL)
    source.close()


def test_a_model_that_is_not_in_the_registry_is_refused_with_the_nearest_name(local: Callable[..., LocalLLM]):
    with pytest.raises(ModelNotFound) as caught:
        local().use("smollm2-135m")
    assert SMALL in caught.value.hint


def test_the_models_to_choose_from_say_whether_they_are_here(local: Callable[..., LocalLLM], tmp_path: Path):
    with (tmp_path / f"{MIDDLE}.gguf").open("wb") as file:
        file.truncate(models.find(MIDDLE).bytes)
    assert {choice.name: choice.is_installed for choice in local().models()} == {
        SMALL: False,
        MIDDLE: True,
        LARGE: False,
    }


@pytest.mark.parametrize("source", [NoLLM(), GivenLLM(ScriptedLLM())])
def test_where_there_is_nothing_to_choose_a_change_is_refused(source: NoLLM | GivenLLM):
    assert (source.models(), source.coming()) == ([], None)
    with pytest.raises(LLMUnavailable):
        source.use(SMALL)


# ── at a URL ─────────────────────────────────────────────────────────────────────────────────────


class FakeClient:
    """A server that has two models, one of which fails."""

    closed: list[str]

    def __init__(self, url: str, key: str, model: str, timeout: float) -> None:
        self.name = model or "first"

    @property
    def mode(self) -> str:
        if self.name == "broken":
            raise LLMUnavailable("It is broken.", "Take another.")
        return "json_schema"

    def models(self) -> list[str]:
        return ["first", "second", "broken"]

    def close(self) -> None:
        self.closed.append(self.name)


@pytest.fixture
def remote(monkeypatch: pytest.MonkeyPatch) -> Iterator[RemoteLLM]:
    FakeClient.closed = []
    monkeypatch.setattr("observatory.llm.remote.OpenAIClient", FakeClient)
    source = RemoteLLM(Settings(llm_base_url="http://127.0.0.1:9/v1"))
    assert source.wait(10).state == "ready"
    yield source
    source.close()


def test_another_model_of_the_server_is_used_once_it_answers(remote: RemoteLLM):
    assert [choice.name for choice in remote.models()] == ["first", "second", "broken"]
    assert changed(remote, "second").state == "ready"
    assert (remote.status().model, remote.client().name) == ("second", "second")


def test_a_model_that_does_not_answer_is_not_used(remote: RemoteLLM):
    assert changed(remote, "broken").detail == "It is broken. Take another."
    assert (remote.status().state, remote.client().name) == ("ready", "first")


def test_a_model_that_the_server_does_not_list_is_refused(remote: RemoteLLM):
    with pytest.raises(ModelNotFound, match="secnd") as caught:
        remote.use("secnd")
    assert "second" in caught.value.hint


@pytest.mark.engine
def test_a_real_model_takes_the_place_of_another(models_folder: Path, tmp_path: Path):
    file = f"{SMALL}.gguf"
    (tmp_path / file).symlink_to(models_folder.absolute() / file)
    source = LocalLLM(Settings(models=tmp_path, model=SMALL, engine_context=512), pull=pytest.fail)
    assert source.wait(120).state == "ready"
    old = source._engine.pid
    source.use(SMALL)
    assert source._switch.wait(120).state == "ready"
    assert source._engine.pid not in (None, old)
    assert source.client().complete(QUESTION, max_tokens=4)
    source.close()
