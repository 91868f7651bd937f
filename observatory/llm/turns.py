"""Who is answered next: as many answers at once as the engine has slots, and all askers wait equally long.

Of the askers that wait, the one with the fewest answers under way comes next, then the one whose last turn is longest
ago; within one asker the first question comes first. A session with ten questions thus holds up one with a single
question by one answer at most.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from observatory.errors import LLMUnavailable
from observatory.llm import asker as askers
from observatory.llm.asker import Asker

_LOOK_SECONDS = 0.1  # between two looks at whether an asker that waits has left
_REMEMBERED = 1000  # askers whose last turn is known


@dataclass(eq=False)
class _Question:
    asker: Asker
    choose: Callable[[Sequence[int]], int]
    slot: int | None = field(default=None)


class Turns:
    """Hands out `slots` slots; at most `longest` questions wait for one, each for at most `patience` seconds.

    >>> turns = Turns(slots=2, longest=8, patience=1.0)
    >>> with turns.turn() as slot:
    ...     slot, turns.answering, turns.waiting
    (0, 1, 0)
    """

    def __init__(self, slots: int, longest: int, patience: float) -> None:
        self._free = list(range(slots))
        self._longest, self._patience = longest, patience
        self._waiting: list[_Question] = []
        self._answering: list[_Question] = []
        self._last_turn: dict[str, int] = {}
        self._n_turns = 0
        self._changed = threading.Condition()

    @property
    def waiting(self) -> int:
        """How many questions wait."""
        return len(self._waiting)

    @property
    def answering(self) -> int:
        """How many questions are being answered."""
        return len(self._answering)

    @contextmanager
    def turn(self, choose: Callable[[Sequence[int]], int] = min) -> Iterator[int]:
        """Wait for a slot, one that `choose` takes of the free ones, and keep it for the block.

        Raises LLMUnavailable if too many wait or the wait is too long, and LLMCancelled once the asker has left.
        """
        question = _Question(askers.current(), choose)
        question.asker.check()
        slot = self._wait(question)
        try:
            yield slot
        finally:
            with self._changed:
                self._answering.remove(question)
                self._free.append(slot)
                self._hand_out()

    def _wait(self, question: _Question) -> int:
        deadline = time.monotonic() + self._patience
        with self._changed:
            if len(self._waiting) >= self._longest and not self._free:
                raise LLMUnavailable(
                    f"The language model has {self._longest} questions waiting, as many as it takes.",
                    "Ask again in a minute.",
                )
            self._waiting.append(question)
            self._hand_out()
            try:
                while question.slot is None:
                    self._changed.wait(_LOOK_SECONDS)
                    if question.slot is None:
                        self._check(question, deadline)
            except BaseException:
                self._waiting.remove(question)
                raise
            return question.slot

    def _check(self, question: _Question, deadline: float) -> None:
        question.asker.check()
        if time.monotonic() > deadline:
            raise LLMUnavailable(
                f"The language model had no time for the question in {self._patience:g} seconds.",
                "Others are asking too: ask again in a minute.",
            )

    def _hand_out(self) -> None:
        """Give free slots to those who are next."""
        while self._free and self._waiting:
            question = min(self._waiting, key=self._place)
            self._waiting.remove(question)
            self._answering.append(question)
            question.slot = question.choose(sorted(self._free))
            self._free.remove(question.slot)
            self._remember(question.asker)
        self._changed.notify_all()

    def _place(self, question: _Question) -> tuple[int, int]:
        """The place of a question in the queue, smallest first; `min` keeps the order of asking among equals."""
        under_way = sum(other.asker.id == question.asker.id for other in self._answering)
        return under_way, self._last_turn.get(question.asker.id, -1)

    def _remember(self, asker: Asker) -> None:
        self._n_turns += 1
        self._last_turn.pop(asker.id, None)
        self._last_turn[asker.id] = self._n_turns
        if len(self._last_turn) > _REMEMBERED:
            del self._last_turn[next(iter(self._last_turn))]
