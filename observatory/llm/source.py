"""Where the language model comes from: the local engine, a server at a URL, or nowhere."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from observatory.errors import LLMError, ModelDownloadFailed, ModelNotFound
from observatory.llm import models
from observatory.llm.client import LLM, OpenAIClient
from observatory.llm.engine import Engine
from observatory.model import EngineLive, EngineStatus
from observatory.settings import Settings

_PROBE_SECONDS = 3.0
_PROBE_AGAIN_SECONDS = 10.0
_PULL_AGAIN_SECONDS, _PULL_AGAIN_AT_MOST = 30.0, 600.0  # after a download that failed; doubles each time
Pull = Callable[..., Path]


class Source(Protocol):
    """Something that gives a language model, or says why it cannot."""

    def status(self) -> EngineStatus:
        """How the model is, at once."""
        ...

    def wait(self, timeout: float | None = None) -> EngineStatus:
        """The status, after waiting at most `timeout` seconds for a model that is being made ready."""
        ...

    def client(self) -> LLM | None:
        """The model; None unless it is ready."""
        ...

    def live(self) -> EngineLive | None:
        """What the model is doing right now; None where there is none, or nothing is known of it."""
        ...

    def close(self) -> None:
        """Give everything back; may be called again."""
        ...


def open_llm(settings: Settings) -> Source:
    """The source that the settings ask for; a local one begins, in the background, when it is first asked for.

    >>> open_llm(Settings(llm="off")).status().state
    'off'
    """
    if settings.llm == "off":
        return NoLLM()
    if settings.llm_base_url:
        return RemoteLLM(settings)
    return LocalLLM(settings)


class NoLLM:
    """No language model."""

    def status(self) -> EngineStatus:
        """Off."""
        return EngineStatus("off", None, "No language model is used: texts come from templates.")

    def wait(self, timeout: float | None = None) -> EngineStatus:  # noqa: ARG002
        """Off, without waiting."""
        return self.status()

    def client(self) -> None:
        """None."""

    def live(self) -> None:
        """None."""

    def close(self) -> None:
        """Nothing to give back."""


class GivenLLM:
    """A model that the caller brought along."""

    def __init__(self, llm: LLM) -> None:
        self._llm = llm

    def status(self) -> EngineStatus:
        """Ready."""
        return EngineStatus("ready", self._llm.name, "The model is ready.")

    def wait(self, timeout: float | None = None) -> EngineStatus:  # noqa: ARG002
        """Ready, without waiting."""
        return self.status()

    def client(self) -> LLM:
        """The model."""
        return self._llm

    def live(self) -> None:
        """None: the model is the caller's."""

    def close(self) -> None:
        """The model is the caller's."""


class RemoteLLM:
    """A model at an OpenAI-compatible URL; whether it answers is asked in the background, at most every few seconds."""

    def __init__(self, settings: Settings) -> None:
        url, key, model = settings.llm_base_url, settings.llm_api_key, settings.llm_model
        self._client = OpenAIClient(url, key, model, settings.llm_timeout)
        self._prober = OpenAIClient(url, key, model, _PROBE_SECONDS)
        self._status = EngineStatus("starting", model or None, f"{url} is being asked.")
        self._probe: threading.Thread | None = None
        self._probed_at = float("-inf")
        self._lock = threading.Lock()

    def status(self) -> EngineStatus:
        """What the last look at the server found."""
        with self._lock:
            running = self._probe is not None and self._probe.is_alive()
            if not running and time.monotonic() - self._probed_at > _PROBE_AGAIN_SECONDS:
                self._probe = threading.Thread(target=self._look, name="model probe", daemon=True)
                self._probe.start()
        return self._status

    def wait(self, timeout: float | None = None) -> EngineStatus:
        """The status, after the look that is under way."""
        self.status()
        if self._probe is not None:
            self._probe.join(timeout)
        return self._status

    def client(self) -> LLM | None:
        """The model, unless the last look found the server down."""
        return None if self.status().state == "down" else self._client

    def live(self) -> EngineLive:
        """What this side of the connection sees."""
        return replace(self._client.meter.live(), model=self._status.model)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
        self._prober.close()

    def _look(self) -> None:
        model = self._client.name or None
        try:
            listed = self._prober.models()
            self._status = EngineStatus("ready", model or next(iter(listed), None), "The model is ready.")
        except LLMError as exc:
            self._status = EngineStatus("down", model, f"{exc.message} {exc.hint}")
        self._probed_at = time.monotonic()


class _Closed(Exception):
    """The source was closed during a download."""


class LocalLLM:
    """A model of the registry on this machine: downloaded if it is missing, then run by the engine.

    All of it happens in the background, from the first call of `status`, `wait` or `client` on. While the
    download fails the source is down, and tries again after half a minute, then after twice as long each time, up to
    ten minutes.
    """

    def __init__(self, settings: Settings, *, pull: Pull = models.pull) -> None:
        self._settings = settings
        self._pull = pull
        self._closed, self._settled = threading.Event(), threading.Event()
        self._engine: Engine | None = None
        self._status = EngineStatus("starting", None, "The model is being looked for.")
        self._begun = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="local model", daemon=True)

    def status(self) -> EngineStatus:
        """Of the download, then of the engine."""
        self._begin()
        return self._status if self._engine is None else self._engine.status()

    def wait(self, timeout: float | None = None) -> EngineStatus:
        """The status, after the download and the start, or after `timeout` seconds."""
        self._begin()
        deadline = None if timeout is None else time.monotonic() + timeout
        self._settled.wait(timeout)
        if self._engine is not None:
            return self._engine.wait(None if deadline is None else max(0.0, deadline - time.monotonic()))
        return self._status

    def client(self) -> LLM | None:
        """The model of the engine, once that is ready."""
        self._begin()
        engine = self._engine
        return engine.client() if engine is not None and engine.status().state == "ready" else None

    def live(self) -> EngineLive | None:
        """What the engine is doing, once there is one."""
        return None if self._engine is None else self._engine.live()

    def close(self) -> None:
        """End the download and the engine."""
        self._closed.set()
        self._begin()
        self._thread.join()
        if self._engine is not None:
            self._engine.stop()

    def _begin(self) -> None:
        if self._begun.acquire(blocking=False):
            self._thread.start()

    def _run(self) -> None:
        if self._closed.is_set():
            self._status = EngineStatus("off", None, "The engine was never started.")
        pause = _PULL_AGAIN_SECONDS
        while not self._closed.is_set():
            again = self._prepare()
            self._settled.set()
            if not again or self._closed.wait(pause):
                break
            self._settled.clear()
            pause = min(2 * pause, _PULL_AGAIN_AT_MOST)
        self._settled.set()

    def _prepare(self) -> bool:
        """Bring the model here and start it; whether to try again, since only the download failed.

        Without a connection `auto` is content with a smaller model that is here.
        """
        auto = self._settings.model == "auto"
        name = models.best_model(self._settings.models) if auto else self._settings.model
        try:
            try:
                file = self._file(name)
            except ModelDownloadFailed:
                here = models.installed(self._settings.models) if auto else []
                if not here:
                    raise
                name = here[-1]
                file = self._file(name)
        except _Closed:
            self._status = EngineStatus("off", name, "The download was stopped; it goes on where it stopped.")
        except (LLMError, ModelNotFound) as exc:
            self._status = EngineStatus("down", name, f"{exc.message} {exc.hint}")
            return isinstance(exc, ModelDownloadFailed)
        else:
            self._start(file)
        return False

    def _file(self, name: str) -> Path:
        """The verified file of the model, downloaded if it is missing; a file that is wrong is not replaced unasked."""
        folder = self._settings.models.expanduser()
        if (folder / models.find(name).file).exists():
            self._status = EngineStatus("starting", name, "The model file is being verified.")
            return models.path(name, folder)
        self._status = EngineStatus("downloading", name, "The model is being downloaded.", 0.0)

        def progress(done: int, total: int) -> None:
            if self._closed.is_set():
                raise _Closed
            detail = f"The model is being downloaded: {done / 1e6:.0f} of {total / 1e6:.0f} MB."
            self._status = EngineStatus("downloading", name, detail, done / total)

        return self._pull(name, folder, progress, hub=self._settings.model_hub)

    def _start(self, file: Path) -> None:
        if not self._closed.is_set():
            engine = Engine(file, self._settings)
            engine.start()
            self._engine = engine
