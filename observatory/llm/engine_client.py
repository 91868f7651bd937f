"""The model of the engine, as all other code knows a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from observatory.llm.client import Message

if TYPE_CHECKING:
    from observatory.llm.engine import Engine


class EngineClient:
    """The model of an engine; each question waits for its turn and goes to the server that runs by then."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def name(self) -> str:
        """The name of the model."""
        return self._engine.config.name

    def complete(
        self, messages: Sequence[Message], *, schema: Mapping[str, Any] | None = None, max_tokens: int = 256
    ) -> str:
        """The answer; raises LLMUnavailable while the engine is not ready."""
        with self._engine.turn(messages) as model:
            return model.complete(messages, schema=schema, max_tokens=self._capped(max_tokens))

    def stream(self, messages: Sequence[Message], *, max_tokens: int = 256) -> Iterator[str]:
        """The answer piece by piece; raises LLMUnavailable while the engine is not ready."""
        with self._engine.turn(messages) as model:
            yield from model.stream(messages, max_tokens=self._capped(max_tokens))

    def _capped(self, max_tokens: int) -> int:
        return min(max_tokens, self._engine.config.max_tokens)
