"""Work in steps, done in the background: what is known so far, whether it is done, and a way to pause it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Job(Generic[T]):
    """Runs an iterator to its end in a thread of its own and keeps its last value.

    `stop` pauses it after the step being worked on; `start` and `wait` go on from there. An error of a step ends the
    job and is raised by `wait`.

    >>> job = Job(lambda: iter([1, 2, 3]))
    >>> job.wait(), job.done
    (3, True)
    """

    def __init__(self, steps: Callable[[], Iterator[T]]) -> None:
        self._steps = steps
        self._iterator: Iterator[T] | None = None
        self._thread: threading.Thread | None = None
        self._paused = threading.Event()
        self._news = threading.Condition()
        self.latest: T | None = None
        self.error: BaseException | None = None
        self.done = False

    @property
    def running(self) -> bool:
        """Whether a step is being worked on."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Begin, or go on after `stop`; nothing happens while it runs or when it is done."""
        with self._news:
            self._paused.clear()
            if not self.done and not self.running:
                self._thread = threading.Thread(target=self._run, name="job", daemon=True)
                self._thread.start()

    def again(self) -> None:
        """Begin anew after an error; the last value stays until there is another."""
        with self._news:
            if self.error is not None and self._thread is None:
                self._iterator, self.error, self.done = None, None, False
        self.start()

    def stop(self) -> None:
        """Pause after the step being worked on."""
        self._paused.set()

    def rest(self) -> None:
        """Pause, and wait until the step being worked on has ended."""
        self.stop()
        with self._news:
            self._news.wait_for(lambda: self._thread is None)

    def first(self, enough: Callable[[T], bool]) -> T:
        """Start, and wait for a value that is `enough`, or for the last one."""
        self.start()
        with self._news:
            self._news.wait_for(lambda: self._stands_still() or (self.latest is not None and enough(self.latest)))
        return self._value()

    def wait(self) -> T:
        """Start, and wait for the last value."""
        while not self.done:
            self.first(lambda _: False)
        return self._value()

    def _value(self) -> T:
        if self.error is not None:
            raise self.error
        assert self.latest is not None, "a job has at least one step"
        return self.latest

    def _stands_still(self) -> bool:
        return self.done or self._thread is None

    def _run(self) -> None:
        try:
            if self._iterator is None:
                self._iterator = self._steps()
            while True:
                value = next(self._iterator)
                with self._news:
                    self.latest = value
                    self._news.notify_all()
                if self._paused.is_set():
                    break
        except StopIteration:
            self.done = True
        except BaseException as error:  # whoever waits is told
            self.error, self.done = error, True
        finally:
            with self._news:
                self._thread = None
                self._news.notify_all()
