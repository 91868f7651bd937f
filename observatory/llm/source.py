"""Where the language model comes from: the local engine, a server at a URL, or nowhere."""

from __future__ import annotations

from typing import Protocol

from observatory.errors import LLMUnavailable
from observatory.llm.client import LLM
from observatory.llm.local import LocalLLM
from observatory.llm.remote import RemoteLLM
from observatory.model import EngineLive, EngineStatus, ModelChoice
from observatory.settings import Settings


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
        """What the model is doing right now; None where that cannot be known."""
        ...

    def models(self) -> list[ModelChoice]:
        """The models that could be used instead, and the one that is."""
        ...

    def use(self, name: str, draft: str | None = None) -> None:
        """Begin to change to another model; `coming` says how far that is. Raises ModelNotFound, LLMUnavailable.

        `draft` is how it guesses ahead (as the setting `engine_draft`), by default as before.
        """
        ...

    def coming(self) -> EngineStatus | None:
        """The model that is being made ready in place of the present one, or that failed to; None without one."""
        ...

    def stay(self) -> None:
        """Stay with the present model: end a change that is under way, and forget one that failed."""
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


class _Fixed:
    """A source whose model cannot be changed."""

    def live(self) -> None:
        """Not known."""

    def models(self) -> list[ModelChoice]:
        """None to choose from."""
        return []

    def use(self, name: str, draft: str | None = None) -> None:  # noqa: ARG002
        """Never possible here."""
        raise LLMUnavailable("The language model cannot be changed here.", "Open it with OBSERVATORY_LLM=engine.")

    def coming(self) -> None:
        """None, ever."""

    def stay(self) -> None:
        """Nothing to end."""


class NoLLM(_Fixed):
    """No language model."""

    def status(self) -> EngineStatus:
        """Off."""
        return EngineStatus("off", None, "No language model is used: texts come from templates.")

    def wait(self, timeout: float | None = None) -> EngineStatus:  # noqa: ARG002
        """Off, without waiting."""
        return self.status()

    def client(self) -> None:
        """None."""

    def close(self) -> None:
        """Nothing to give back."""


class GivenLLM(_Fixed):
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

    def close(self) -> None:
        """The model is the caller's."""
