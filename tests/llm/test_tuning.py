"""How many threads decode: the choice itself, when it is made anew, and what an engine does then."""

import queue
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from observatory.errors import LLMUnavailable
from observatory.llm import Engine
from observatory.llm import engine as engine_module
from observatory.llm.machine import OtherLoad
from observatory.llm.process import ServerConfig
from observatory.llm.tuning import Tuning, decode_threads
from observatory.settings import Settings

STEP = 5.0


@pytest.mark.parametrize(
    ("cores", "busy", "threads"),
    [
        (1, 0.0, 1),
        (1, 1.0, 1),
        (2, 0.0, 2),
        (2, 0.49, 2),
        (2, 0.5, 1),
        (2, 1.0, 1),
        (2, 9.0, 1),
        (4, 0.2, 4),
        (4, 1.1, 3),
        (4, 2.6, 1),
        (8, 1.0, 7),
    ],
)
def test_threads_are_the_cores_that_others_leave_free(cores: int, busy: float, threads: int):
    assert decode_threads(cores, busy) == threads


# ── when ─────────────────────────────────────────────────────────────────────────────────────────


def advised(tuning: Tuning, threads: int, loads: list[float]) -> list[int]:
    return [tuning.advise(threads, STEP, busy) for busy in loads]


def test_a_load_must_persist_for_half_a_minute():
    assert advised(Tuning(2), 2, [1.0] * 7) == [2, 2, 2, 2, 2, 1, 1]


def test_a_load_that_comes_and_goes_changes_nothing():
    assert advised(Tuning(2), 2, ([1.0] * 5 + [0.0]) * 10) == [2] * 60


def test_a_load_that_goes_for_good_gives_the_core_back():
    assert advised(Tuning(2), 1, [0.0] * 6)[-1] == 2


def test_a_load_between_gets_the_threads_for_its_mean():
    assert advised(Tuning(8), 8, [1.0, 3.0] * 3)[-1] == 6


def test_two_changes_are_two_minutes_apart():
    tuning = Tuning(2)
    assert advised(tuning, 2, [1.0] * 6)[-1] == 1
    tuning.changed()
    assert advised(tuning, 1, [0.0] * 24) == [1] * 23 + [2]


def test_others_are_all_but_this_process():
    load = OtherLoad()
    sum(n * n for n in range(300_000))
    seconds, busy = load.since_last()
    assert seconds > 0
    assert busy >= 0


# ── what the engine does ─────────────────────────────────────────────────────────────────────────


class Machine:
    """Stands for the processes and the load of a machine: `servers` that were started, and what others do now."""

    def __init__(self, busy: float = 0.0) -> None:
        self.busy = busy
        self.servers: queue.Queue[FakeServer] = queue.Queue()
        self.loads_model = threading.Event()
        self.loads_model.set()

    def server(self) -> "FakeServer":
        """The next server that the engine starts."""
        return self.servers.get(timeout=30)

    def since_last(self) -> tuple[float, float]:
        return STEP, self.busy


class FakeServer:
    """A server without a process; its watcher looks once for each of `loads`, and None ends it."""

    address, api_key, pid, copies = "http://127.0.0.1:9", "key", 1, ()

    def __init__(self, machine: Machine, config: ServerConfig) -> None:
        self.machine, self.threads = machine, config.threads
        self.loads: queue.Queue[float | None] = queue.Queue()
        self.over, self.is_watched = threading.Event(), False
        machine.servers.put(self)

    def wait_until_healthy(self) -> bool:
        return self.machine.loads_model.wait(30)

    def ends_within(self, seconds: float) -> bool:
        if self.is_watched:
            self.loads.task_done()
        self.is_watched = True
        load = self.loads.get()
        self.machine.busy = load or 0.0
        return load is None

    def under(self, *loads: float) -> None:
        for load in loads:
            self.loads.put(load)

    def wait(self, timeout: float | None = None) -> bool:
        return self.over.wait(timeout)

    def stop(self) -> None:
        self.over.set()
        self.loads.put(None)

    def refused_draft(self) -> str:
        return ""

    def last_words(self) -> str:
        return "it ended"


class Rig:
    """An engine on a machine that is made up."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.machine = Machine()
        self.engines: list[Engine] = []
        monkeypatch.setattr(engine_module, "ServerProcess", lambda config: FakeServer(self.machine, config))
        monkeypatch.setattr(engine_module, "OtherLoad", lambda *_: self.machine)
        monkeypatch.setattr(engine_module, "physical_cores", lambda: 2)
        monkeypatch.setattr(engine_module, "_LOOK_SECONDS", 0.0)

    def start(self, *, busy: float = 0.0, **settings: Any) -> tuple[Engine, FakeServer]:
        self.machine.busy = busy
        self.engines.append(Engine(Path("model.gguf"), Settings(**settings)))
        self.engines[-1].start()
        assert self.engines[-1].wait(30).state == "ready"
        return self.engines[-1], self.machine.server()


@pytest.fixture
def rig(monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    rig = Rig(monkeypatch)
    yield rig
    rig.machine.loads_model.set()
    for engine in rig.engines:
        engine.stop()


@pytest.mark.parametrize(("busy", "threads"), [(0.0, 2), (1.0, 1)])
def test_the_load_at_the_start_decides(rig: Rig, busy: float, threads: int):
    engine, server = rig.start(busy=busy)
    assert server.threads == threads
    assert engine.config.batch_threads == 2


def test_a_load_that_lasts_starts_the_engine_again_and_it_is_ready_again(rig: Rig):
    engine, first = rig.start()
    first.under(*[1.0] * 6)
    second = rig.machine.server()
    assert (first.threads, second.threads, first.over.is_set()) == (2, 1, True)
    assert engine.wait(30).state == "ready"
    assert engine.config.threads == 1
    second.under(*[0.0] * 24)
    assert rig.machine.server().threads == 2


def test_nothing_is_started_again_while_an_answer_is_written(rig: Rig):
    engine, first = rig.start()
    with engine.answering():
        first.under(*[1.0] * 40)
        first.loads.join()
        assert engine.status().state == "ready"
        assert not first.over.is_set()
    first.under(1.0)
    assert rig.machine.server().threads == 1


def test_a_question_asked_meanwhile_waits_for_the_next_server(rig: Rig):
    engine, first = rig.start()
    rig.machine.loads_model.clear()
    first.under(*[1.0] * 6)
    rig.machine.server()
    status = engine.status()
    assert status.state == "starting"
    assert "suit" in status.detail
    threading.Timer(0.1, rig.machine.loads_model.set).start()
    with engine.answering():
        assert engine.status().state == "ready"


def test_a_question_does_not_wait_for_ever(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(engine_module, "_PATIENCE_SECONDS", 0.05)
    engine, first = rig.start()
    rig.machine.loads_model.clear()
    first.under(*[1.0] * 6)
    rig.machine.server()
    with pytest.raises(LLMUnavailable, match="starts again"), engine.answering():
        pass


def test_an_engine_can_be_stopped_while_it_changes(rig: Rig):
    engine, first = rig.start()
    rig.machine.loads_model.clear()
    first.under(*[1.0] * 6)
    second = rig.machine.server()
    threading.Timer(0.1, rig.machine.loads_model.set).start()
    engine.stop()
    assert (engine.status().state, second.over.is_set()) == ("off", True)


def test_a_number_that_was_set_is_kept(rig: Rig):
    engine, server = rig.start(busy=1.0, engine_threads=2)
    assert (server.threads, engine.config.batch_threads) == (2, 2)
    assert not server.is_watched


def test_a_crash_keeps_the_number_and_counts_as_a_crash(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(engine_module, "_RESTART_SECONDS", (0.0,))
    engine, first = rig.start(busy=1.0)
    first.stop()
    second = rig.machine.server()
    assert second.threads == 1
    assert engine.wait(30).state == "ready"
    second.stop()
    with engine._changed:
        assert engine._changed.wait_for(lambda: engine.status().state == "down", 30)
    assert "it ended" in engine.status().detail
