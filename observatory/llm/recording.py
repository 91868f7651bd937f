"""A language model that keeps what it was sent and what it answered, so that people can read it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from observatory.errors import LLMError
from observatory.llm.client import LLM, Message
from observatory.model import Exchange


class RecordingLLM:
    """Another model, with every question to it and every answer of it in `exchanges`, in order.

    >>> from observatory.llm.scripted import ScriptedLLM
    >>> model = RecordingLLM(ScriptedLLM(["Hello."]))
    >>> model.complete([{"role": "user", "content": "Hi"}])
    'Hello.'
    >>> model.exchanges[0].messages[0]["content"], model.exchanges[0].reply
    ('Hi', 'Hello.')
    """

    def __init__(self, llm: LLM) -> None:
        self._llm = llm
        self.exchanges: list[Exchange] = []

    @property
    def name(self) -> str:
        """The name of the model."""
        return self._llm.name

    def complete(
        self, messages: Sequence[Message], *, schema: Mapping[str, Any] | None = None, max_tokens: int = 256
    ) -> str:
        """The model's answer; raises what the model raises."""
        began = time.monotonic()
        try:
            reply = self._llm.complete(messages, schema=schema, max_tokens=max_tokens)
        except LLMError as exc:
            self._keep(messages, "", began, exc.message)
            raise
        self._keep(messages, reply, began)
        return reply

    def stream(self, messages: Sequence[Message], *, max_tokens: int = 256) -> Iterator[str]:
        """The model's answer piece by piece; kept when it ends, whole or not."""
        began, pieces, error = time.monotonic(), list[str](), None
        try:
            for piece in self._llm.stream(messages, max_tokens=max_tokens):
                pieces.append(piece)
                yield piece
        except LLMError as exc:
            error = exc.message
            raise
        finally:
            self._keep(messages, "".join(pieces), began, error)

    def _keep(self, messages: Sequence[Message], reply: str, began: float, error: str | None = None) -> None:
        sent = tuple(dict(message) for message in messages)
        self.exchanges.append(Exchange(self.name, sent, reply, time.monotonic() - began, error))
