"""A measurement of the engine in the background: how far it is, what came of it, and a way to end it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from observatory.errors import LLMError, ObservatoryError
from observatory.llm.bench import EngineBench, Progress
from observatory.llm.switch import Stopped

Measure = Callable[[Progress, bool], EngineBench]


class BenchRun:
    """Runs `measure`, which is given a way to tell what it does and how far it is, and whether to measure anyway.

    >>> run = BenchRun(lambda progress, anyway: progress("one answer", 0.5))
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

    def start(self, *, anyway: bool = False) -> None:
        """Begin, unless it is running; a busy machine is refused unless `anyway`."""
        if not self.is_running:
            self._stopped.clear()
            self.step, self.share, self.error = "how busy other programs are", 0.0, None
            self._thread = threading.Thread(target=self._run, args=(anyway,), name="bench", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End it after what is being measured; figures of an earlier run stay."""
        self._stopped.set()

    def wait(self) -> None:
        """Wait for its end."""
        if self._thread is not None:
            self._thread.join()

    def _run(self, anyway: bool) -> None:
        try:
            self.result = self._measure(self._progress, anyway)
        except Stopped:
            self.share = 0.0
        except LLMError as error:
            self.error = error

    def _progress(self, step: str, share: float) -> None:
        if self._stopped.is_set():
            raise Stopped
        self.step, self.share = step, share
