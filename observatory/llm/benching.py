"""A measurement of the engine in the background: how far it is, what came of it, and a way to end it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from observatory.errors import LLMError, ObservatoryError
from observatory.llm.bench import EngineBench
from observatory.llm.switch import Stopped

Progress = Callable[[str, float], None]
Measure = Callable[[Progress], EngineBench]


class BenchRun:
    """Runs `measure`, which is told how to say what it measures next and what share is done, and ends at that.

    >>> run = BenchRun(lambda progress: progress("one answer", 0.5))
    >>> run.start()
    >>> run.wait()
    >>> run.step, run.share
    ('one answer', 0.5)
    """

    def __init__(self, measure: Measure) -> None:
        self._measure = measure
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()
        self.step, self.share = "", 0.0
        self.result: EngineBench | None = None
        self.error: ObservatoryError | None = None

    @property
    def is_running(self) -> bool:
        """Whether it is being measured."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Begin, unless it is running."""
        if not self.is_running:
            self._stopped.clear()
            self.step, self.share, self.error = "the engine is being started", 0.0, None
            self._thread = threading.Thread(target=self._run, name="bench", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End it after what is being measured; figures of an earlier run stay."""
        self._stopped.set()

    def wait(self) -> None:
        """Wait for its end."""
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            self.result = self._measure(self._progress)
        except Stopped:
            self.share = 0.0
        except LLMError as error:
            self.error = error

    def _progress(self, step: str, share: float) -> None:
        if self._stopped.is_set():
            raise Stopped
        self.step, self.share = step, share
