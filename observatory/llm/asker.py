"""On whose behalf a language model is asked, so that askers get equal turns and nothing is worked out for the gone.

The asker stands in a context variable: code that asks needs no parameter for it. A thread begins without one.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from observatory.errors import LLMCancelled


@dataclass(frozen=True, eq=False)
class Asker:
    """Somebody who asks: a session of the dashboard, a command, a thread of a program. `cancel` says that they left.

    >>> asker = Asker("session 1")
    >>> with asking(asker):
    ...     current().id
    'session 1'
    >>> asker.cancel()
    >>> asker.check()
    Traceback (most recent call last):
    observatory.errors.LLMCancelled: The question was dropped, for whoever asked it has left.
    """

    id: str
    cancelled: threading.Event = field(default_factory=threading.Event)

    def cancel(self) -> None:
        """Drop the questions that wait, and end the answers that are being written; may be called from any thread."""
        self.cancelled.set()

    def check(self) -> None:
        """Raise LLMCancelled if the asker has left."""
        if self.cancelled.is_set():
            raise LLMCancelled("The question was dropped, for whoever asked it has left.", "Ask again.")


_ASKER: ContextVar[Asker | None] = ContextVar("asker", default=None)


def current() -> Asker:
    """The asker of this context; where nobody was named, each thread asks for itself.

    >>> current().id.startswith("thread ")
    True
    """
    return _ASKER.get() or Asker(f"thread {threading.get_ident()}")


@contextmanager
def asking(asker: Asker) -> Iterator[Asker]:
    """Ask on behalf of this asker for as long as the block runs."""
    token = _ASKER.set(asker)
    try:
        yield asker
    finally:
        _ASKER.reset(token)
