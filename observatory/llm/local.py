"""A language model on this machine: of the registry, run by the engine."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

from observatory.errors import LLMError, ModelDownloadFailed, ModelNotFound
from observatory.llm import models
from observatory.llm.client import LLM
from observatory.llm.engine import Engine
from observatory.llm.switch import Changing, Pull, Stopped, Tell, holds_both, model_file, replace_engine
from observatory.model import EngineLive, EngineStatus, ModelChoice
from observatory.settings import Settings

_PULL_AGAIN_SECONDS, _PULL_AGAIN_AT_MOST = 30.0, 600.0  # after a download that failed; doubles each time


class LocalLLM(Changing):
    """A model of the registry on this machine: downloaded if it is missing, then run by the engine.

    All of it happens in the background, from the first call of `status`, `wait` or `client` on. While the
    download fails the source is down, and tries again after half a minute, then after twice as long each time, up to
    ten minutes.
    """

    def __init__(self, settings: Settings, *, pull: Pull = models.pull) -> None:
        super().__init__()
        self._settings = settings
        self._pull = pull
        self._ended = threading.Event()  # the model of the settings is no longer wanted
        self._settled = threading.Event()
        self._engine: Engine | None = None
        self._status = EngineStatus("starting", None, "The model is being looked for.")
        self._begun = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="local model", daemon=True)

    def status(self) -> EngineStatus:
        """Of the download, then of the engine; of the next model while this one makes room for it."""
        self._begin()
        status = self._status if self._engine is None else self._engine.status()
        coming = self.coming()
        return coming if coming is not None and status.state in ("off", "down") else status

    def wait(self, timeout: float | None = None) -> EngineStatus:
        """The status, after the download and the start, or after `timeout` seconds."""
        self._begin()
        deadline = None if timeout is None else time.monotonic() + timeout
        self._settled.wait(timeout)
        changing = self._switch if self._engine is None else self._engine
        if changing is not None:
            changing.wait(None if deadline is None else max(0.0, deadline - time.monotonic()))
        return self.status()

    def client(self) -> LLM | None:
        """The model of the engine, once that is ready."""
        self._begin()
        engine = self._engine
        return engine.client() if engine is not None and engine.status().state == "ready" else None

    def live(self) -> EngineLive | None:
        """What the engine is doing, once there is one."""
        return None if self._engine is None else self._engine.live()

    def models(self) -> list[ModelChoice]:
        """The models of the registry, smallest first."""
        return models.choices(self._settings.models)

    def use(self, name: str, draft: str | None = None) -> None:
        """Change to another model of the registry, or how this one guesses ahead; this one goes on until that is ready.

        Raises ModelNotFound, LLMUnavailable.
        """
        models.find(name)
        settings = self._settings if draft is None else replace(self._settings, engine_draft=draft)
        self._begin()
        self._change(name, lambda tell, stopped: self._replace(name, settings, tell, stopped))

    def close(self) -> None:
        """End the download, a change and the engine."""
        self._ended.set()
        self.stay()
        self._begin()
        self._thread.join()
        if self._engine is not None:
            self._engine.stop()

    def _replace(self, name: str, settings: Settings, tell: Tell, stopped: threading.Event) -> None:
        if self._engine is None:
            self._ended.set()
            self._thread.join()
        file = model_file(name, settings, self._pull, tell, stopped)
        old, new = self._engine, Engine(file, settings)

        def take() -> None:
            self._engine, self._settings = new, settings

        beside = old is None or holds_both(name, old.config.name)
        replace_engine(new, old, beside=beside, take=take, tell=tell, stopped=stopped)

    def _begin(self) -> None:
        if self._begun.acquire(blocking=False):
            self._thread.start()

    def _run(self) -> None:
        if self._ended.is_set():
            self._status = EngineStatus("off", None, "The engine was never started.")
        pause = _PULL_AGAIN_SECONDS
        while not self._ended.is_set():
            again = self._prepare()
            self._settled.set()
            if not again or self._ended.wait(pause):
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
        except Stopped:
            self._status = EngineStatus("off", name, "The download was stopped; it goes on where it stopped.")
        except (LLMError, ModelNotFound) as exc:
            self._status = EngineStatus("down", name, f"{exc.message} {exc.hint}")
            return isinstance(exc, ModelDownloadFailed)
        else:
            self._start(file)
        return False

    def _file(self, name: str) -> Path:
        return model_file(name, self._settings, self._pull, self._tell, self._ended)

    def _tell(self, status: EngineStatus) -> None:
        self._status = status

    def _start(self, file: Path) -> None:
        if not self._ended.is_set():
            engine = Engine(file, self._settings)
            engine.start()
            self._engine = engine
