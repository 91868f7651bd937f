"""A language model for tests: it says what it is told to and remembers what it was asked."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from observatory.errors import LLMUnavailable
from observatory.llm.client import Message


@dataclass(frozen=True)
class Call:
    """One question that was asked of a ScriptedLLM."""

    messages: tuple[Message, ...]
    schema: Mapping[str, Any] | None
    max_tokens: int


class ScriptedLLM:
    """Gives the queued replies in turn; an exception in the queue is raised; an empty queue raises LLMUnavailable.

    >>> model = ScriptedLLM(["Hello."])
    >>> model.complete([{"role": "user", "content": "Hi"}])
    'Hello.'
    >>> model.history[0].messages
    ({'role': 'user', 'content': 'Hi'},)
    """

    def __init__(self, replies: Iterable[str | Exception] = (), name: str = "scripted") -> None:
        self.name = name
        self.replies = deque(replies)
        self.history: list[Call] = []

    def complete(
        self, messages: Sequence[Message], *, schema: Mapping[str, Any] | None = None, max_tokens: int = 256
    ) -> str:
        """The next reply."""
        self.history.append(Call(tuple(messages), schema, max_tokens))
        if not self.replies:
            raise LLMUnavailable("The script has no reply left.", "Queue one more reply.")
        reply = self.replies.popleft()
        if isinstance(reply, Exception):
            raise reply
        return reply

    def stream(self, messages: Sequence[Message], *, max_tokens: int = 256) -> Iterator[str]:
        """The next reply, word by word."""
        for word in self.complete(messages, max_tokens=max_tokens).split(" "):
            yield word + " "
