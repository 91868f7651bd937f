"""From one model to another, in the background: the old one answers until the new one can.

A model of the registry is fetched if it is missing. Where memory holds both, the new engine is started beside the old
one, which is stopped when the new one is ready and the last answer of the old one is written. Where it does not, the
old one is stopped first, and started again if the new one fails.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from observatory.errors import LLMError, LLMUnavailable, ModelNotFound
from observatory.llm import models
from observatory.llm.machine import available_bytes
from observatory.model import EngineLive, EngineStatus
from observatory.settings import Settings

Pull = Callable[..., Path]
Tell = Callable[[EngineStatus], None]
_LOOK_SECONDS = 0.2
_RESIDENT_PER_BYTE = 2  # an engine holds about twice its file: 1.9-2.1 GB for one of 1.1 GB and 8192 tokens of context


class Stopped(Exception):
    """The model that is being made ready is no longer wanted."""


class Runs(Protocol):
    """What is asked of an engine here."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def wait(self, timeout: float | None = None) -> EngineStatus: ...
    def live(self) -> EngineLive: ...


class Switch:
    """A change to the model of that name; `work` is told how to tell its progress, and when to raise Stopped.

    >>> switch = Switch("tiny", lambda tell, stopped: tell(EngineStatus("starting", "tiny", "Loading.")))
    >>> switch.wait().state
    'ready'
    """

    def __init__(self, name: str, work: Callable[[Tell, threading.Event], None]) -> None:
        self.name = name
        self._work = work
        self._stopped = threading.Event()
        self._status = EngineStatus("starting", name, "The model is being looked for.")
        self._thread = threading.Thread(target=self._run, name="switch of model", daemon=True)
        self._thread.start()

    @property
    def is_under_way(self) -> bool:
        """Whether the new model is still being made ready."""
        return self._thread.is_alive()

    def status(self) -> EngineStatus:
        """How far it is: ready when it is done, off when it was stopped, down when it failed."""
        return self._status

    def stop(self) -> None:
        """End it soon; the old model stays."""
        self._stopped.set()

    def wait(self, timeout: float | None = None) -> EngineStatus:
        """The status, after waiting at most `timeout` seconds for the end."""
        self._thread.join(timeout)
        return self._status

    def _run(self) -> None:
        try:
            self._work(self._tell, self._stopped)
        except Stopped:
            self._tell(EngineStatus("off", self.name, "It was stopped; a download goes on where it stopped."))
        except (LLMError, ModelNotFound) as exc:
            self._tell(EngineStatus("down", self.name, f"{exc.message} {exc.hint}".strip()))
        else:
            self._tell(EngineStatus("ready", self.name, "The model is ready."))

    def _tell(self, status: EngineStatus) -> None:
        self._status = status


class Changing:
    """The half of a source that changes its model, one change at a time."""

    def __init__(self) -> None:
        self._switch: Switch | None = None
        self._switching = threading.Lock()

    def coming(self) -> EngineStatus | None:
        """The model that is being made ready in place of the present one, or that failed to."""
        switch = self._switch
        return None if switch is None or switch.status().state in ("ready", "off") else switch.status()

    def stay(self) -> None:
        """End a change that is under way, or forget one that failed."""
        switch, self._switch = self._switch, None
        if switch is not None:
            switch.stop()
            switch.wait()

    def _change(self, name: str, work: Callable[[Tell, threading.Event], None]) -> None:
        with self._switching:
            if self._switch is not None and self._switch.is_under_way:
                raise LLMUnavailable(
                    f"The model {self._switch.name} is being made ready.", "Wait for it, or stop it first."
                )
            self._switch = Switch(name, work)


def model_file(name: str, settings: Settings, pull: Pull, tell: Tell, stopped: threading.Event) -> Path:
    """The verified file of a model, downloaded if it is missing; a file that is wrong is not replaced unasked.

    Raises Stopped, and what `models.path` and `models.pull` raise.
    """
    folder = settings.models.expanduser()
    if (folder / models.find(name).file).exists():
        tell(EngineStatus("starting", name, "The model file is being verified."))
        return models.path(name, folder)
    tell(EngineStatus("downloading", name, "The model is being downloaded.", 0.0))

    def progress(done: int, total: int) -> None:
        if stopped.is_set():
            raise Stopped
        detail = f"The model is being downloaded: {done / 1e6:.0f} of {total / 1e6:.0f} MB."
        tell(EngineStatus("downloading", name, detail, done / total))

    return pull(name, folder, progress, hub=settings.model_hub)


def replace_engine(
    new: Runs, old: Runs | None, *, beside: bool, take: Callable[[], None], tell: Tell, stopped: threading.Event
) -> None:
    """Start `new`, `take` it into use once it is ready, and let `old` end its answers; `tell` says what happens.

    Without room for both (`beside` false) the old one ends first. Raises Stopped or LLMUnavailable, with the old one
    running as before.
    """
    name = new.wait(0).model
    if old is not None and not beside:
        tell(EngineStatus("starting", name, "The model before it makes room, since memory does not hold both."))
        old.stop()
    tell(EngineStatus("starting", name, "The model is being loaded."))
    try:
        new.start()
        _wait_until_ready(new, stopped)
    except (Stopped, LLMUnavailable):
        new.stop()
        if old is not None and not beside:
            old.start()
        raise
    take()
    if old is not None and beside:
        while _is_busy(old) and not stopped.wait(_LOOK_SECONDS):
            pass
        old.stop()


def _is_busy(engine: Runs) -> bool:
    live = engine.live()
    return live.answering + live.waiting > 0


def _wait_until_ready(engine: Runs, stopped: threading.Event) -> None:
    while (status := engine.wait(_LOOK_SECONDS)).state == "starting":
        if stopped.is_set():
            raise Stopped
    if status.state != "ready":
        raise LLMUnavailable(status.detail, "The model before it goes on.")


def holds_both(new: str, old: str | None, available: int | None = None) -> bool:
    """Whether memory holds an engine of the model `new` beside the one that runs `old`.

    What is `available` (bytes, by default of this machine) counts the file of the old model, which must stay.

    >>> holds_both("qwen2.5-coder-1.5b-instruct", "qwen2.5-coder-0.5b-instruct", available=8 * models.GIB)
    True
    >>> holds_both("qwen2.5-coder-1.5b-instruct", "qwen2.5-coder-0.5b-instruct", available=2 * models.GIB)
    False
    """
    registry = models.registry()
    needed = _RESIDENT_PER_BYTE * registry[new].bytes
    kept = registry[old].bytes if old in registry else 0
    return (available_bytes() if available is None else available) >= needed + kept
