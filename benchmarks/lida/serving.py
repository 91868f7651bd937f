"""One engine that two programs ask: at an address that stays the same, and with time for every answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from observatory.errors import LLMUnavailable
from observatory.llm import Engine, models
from observatory.llm.machine import physical_cores
from observatory.settings import Settings

_ANSWER_SECONDS = 600.0  # nobody's chart is to fail because the machine is busy
_LOAD_SECONDS = 300.0


@dataclass(frozen=True)
class Served:
    """The client of this project, and what any other OpenAI client needs."""

    client: Any
    base_url: str
    api_key: str
    name: str
    pid: int


@contextmanager
def served(model: str) -> Iterator[Served]:
    """A model of the registry while its engine runs; raises LLMUnavailable.

    With a fixed number of threads the engine never starts again at another address.
    """
    settings = replace(Settings.from_env(), llm_timeout=_ANSWER_SECONDS)
    engine = Engine(models.path(model, settings.models), settings, slots=2, threads=physical_cores())
    try:
        engine.start()
        status = engine.wait(_LOAD_SECONDS)
        if status.state != "ready":
            raise LLMUnavailable(status.detail, "Choose another model.")
        with engine.answering() as connection:
            address = connection.base_url, connection.api_key
        yield Served(engine.client(), *address, engine.config.name, engine.pid or 0)
    finally:
        engine.stop()
