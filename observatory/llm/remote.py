"""A language model at an OpenAI-compatible URL: vLLM, Ollama, a hosted model, or the engine of another machine."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from urllib.parse import urlsplit

from observatory.errors import LLMError, LLMUnavailable, ModelNotFound
from observatory.llm.client import LLM, OpenAIClient
from observatory.llm.switch import Changing, Stopped, Tell
from observatory.model import EngineLive, EngineStatus, ModelChoice
from observatory.settings import Settings

_PROBE_SECONDS = 3.0
_PROBE_AGAIN_SECONDS = 10.0
_NO_LIST = (404, 405, 501)


class RemoteLLM(Changing):
    """A model at an OpenAI-compatible URL; whether it answers is asked in the background, at most every few seconds.

    The first look asks the model too, which tells a wrong name and how the server gives JSON.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        url, model = settings.llm_base_url, settings.llm_model
        self._client = self._connect(model, settings.llm_timeout)
        self._prober = self._connect(model, _PROBE_SECONDS)
        self._former: list[OpenAIClient] = []
        self._names: list[str] = []
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
        """What was asked from here and what came back."""
        return replace(self._client.meter.live(), model=self._client.name or None)

    def models(self) -> list[ModelChoice]:
        """The models that the server lists; empty where it does not say."""
        self.status()
        return [ModelChoice(name) for name in self._names]

    def use(self, name: str, draft: str | None = None) -> None:  # noqa: ARG002 - only an engine of ours guesses ahead
        """Ask another model of the same server from now on, once it has answered a first question."""
        if self._names and name not in self._names:
            raise ModelNotFound(name, self._names)

        def work(_tell: Tell, stopped: threading.Event) -> None:
            new = self._connect(name, self._settings.llm_timeout)
            self._former.append(new)
            ready = EngineStatus("ready", name, f"It is asked for JSON by {new.mode}.")
            if stopped.is_set():
                raise Stopped
            self._former.append(self._client)
            self._client, self._status = new, ready

        self._change(name, work)

    def close(self) -> None:
        """Close the connections."""
        for client in (self._client, self._prober, *self._former):
            client.close()

    def _connect(self, model: str, timeout: float) -> OpenAIClient:
        return OpenAIClient(self._settings.llm_base_url, self._settings.llm_api_key, model, timeout)

    def _look(self) -> None:
        client = self._client
        try:
            _require_address(self._settings.llm_base_url)
            self._names = self._listed()
            mode = client.mode  # asks the model, and so learns its name where none was set
            status = EngineStatus("ready", client.name or None, f"It is asked for JSON by {mode}.")
        except LLMError as exc:
            status = EngineStatus("down", client.name or None, f"{exc.message} {exc.hint}".strip())
        if client is self._client:
            self._status = status
        self._probed_at = time.monotonic()

    def _listed(self) -> list[str]:
        """The names that the server lists; none where it has no list, which says nothing about its models."""
        try:
            return self._prober.models()
        except LLMUnavailable as exc:
            if getattr(exc.__cause__, "status_code", None) in _NO_LIST:
                return []
            raise


def _require_address(url: str) -> None:
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise LLMUnavailable(
            f"“{url}” is not a web address.", "Set OBSERVATORY_LLM_BASE_URL to one: http://host:8000/v1."
        )
