"""Prompts that begin alike are read once: which slot of the server has read what, and copies for the other slots.

A slot goes on from what it read last, so a question goes to the free slot that has read most of it. Where another slot
has read more, its state is copied: a few milliseconds in place of seconds. Copies lie in memory of the server.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from observatory.errors import LLMError
from observatory.llm.client import Message

_WORTH_CHARACTERS = 400  # about 100 tokens: reading them takes longer than copying them
Act = Callable[[int, str, str], Any]


def prompt_text(messages: Sequence[Message]) -> str:
    """A text that begins alike where the prompts made of the messages begin alike.

    >>> prompt_text([{"role": "system", "content": "Be brief."}])
    'system: Be brief.'
    """
    return "\n".join(f"{message.get('role')}: {message.get('content')}" for message in messages)


@dataclass
class _Copy:
    name: str
    text: str = ""
    used: int = 0


class Prefixes:
    """The slots of one run of a server; `act(slot, "save" or "restore", name of a copy)` raises LLMError.

    >>> prefixes = Prefixes(slots=2, copies=["a"], act=lambda slot, action, copy: print(slot, action, copy))
    >>> question = "facts of a table " * 40
    >>> prefixes.keep(0, question + "Which mark?")
    0 save a
    >>> prefixes.choose(question + "Which field?", [0, 1])
    0
    >>> prefixes.prepare(1, question + "Which field?")
    1 restore a
    """

    def __init__(self, slots: int, copies: Sequence[str], act: Act) -> None:
        self._act = act
        self._read = [""] * slots
        self._used = [0] * slots
        self._copies = [_Copy(name) for name in copies]
        self._n_uses = 0
        self._lock = threading.Lock()

    def choose(self, text: str, free: Sequence[int]) -> int:
        """The free slot that has read most of a prompt; among equals the one that was used least lately."""
        return max(free, key=lambda slot: (_shared(text, self._read[slot]), -self._used[slot]))

    def prepare(self, slot: int, text: str) -> None:
        """Before a prompt: give the slot the best copy, if that spares it reading much."""
        with self._lock:
            if not self._copies:
                return
            best = max(self._copies, key=lambda copy: _shared(text, copy.text))
            if _shared(text, best.text) < _shared(text, self._read[slot]) + _WORTH_CHARACTERS:
                return
            self._read[slot] = best.text
            best.used = self._use()
            if not self._did(slot, "restore", best.name):
                self._read[slot] = best.text = ""

    def keep(self, slot: int, text: str) -> None:
        """After its answer: the slot has read the prompt, which is copied if no copy has most of it."""
        with self._lock:
            self._read[slot] = text
            self._used[slot] = self._use()
            known = max((_shared(text, copy.text) for copy in self._copies), default=len(text))
            if len(text) - known < _WORTH_CHARACTERS:
                return
            oldest = min(self._copies, key=lambda copy: copy.used)
            oldest.text = text if self._did(slot, "save", oldest.name) else ""
            oldest.used = self._use()

    def forget(self, slot: int) -> None:
        """What the slot has read is not known: its answer was ended."""
        with self._lock:
            self._read[slot] = ""

    def _did(self, slot: int, action: str, name: str) -> bool:
        try:
            self._act(slot, action, name)
        except LLMError:
            return False
        return True

    def _use(self) -> int:
        self._n_uses += 1
        return self._n_uses


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin alike with."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
