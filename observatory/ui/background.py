"""Work done in the background for sessions: shared by those that ask the same, ended when all of them have left."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from observatory.errors import LLMCancelled, LLMError
from observatory.llm.asker import Asker, asking

_LOOK_SECONDS = 2.0  # between two looks at who has left
_PATIENT_LOOKS = 2  # as many looks in a row find a session gone: a browser that reconnects is away for a moment
_AGAIN_SECONDS = 30.0  # after the language model failed
_KEPT = 500


@dataclass(eq=False)
class _Job:
    asker: Asker
    future: Future[Any] = field(default_factory=Future)
    sessions: dict[str, int] = field(default_factory=dict)  # and for how many looks each has been gone
    queued: Future[None] | None = None
    ended_at: float = 0.0

    def do(self, work: Callable[[], Any]) -> None:
        """Do the work on behalf of the session that began it."""
        try:
            with asking(self.asker):
                result = work()
        except Exception as exc:
            self.ended_at = time.monotonic()
            self.future.set_exception(exc)
        else:
            self.future.set_result(result)

    def stop(self) -> None:
        """Drop the work while it waits for a worker; let it find out that it is no longer wanted while it is done."""
        self.asker.cancel()
        if self.queued is not None and self.queued.cancel():
            self.future.set_exception(LLMCancelled("The work was stopped before it began.", "Ask again."))


class Background:
    """Works of all sessions; `is_here` says of a session whether it still is.

    >>> background = Background(2, is_here=lambda session: True)
    >>> background.begin("sum", lambda: 1 + 1, "session 1").result()
    2
    """

    def __init__(
        self,
        workers: int,
        is_here: Callable[[str], bool],
        *,
        look: float = _LOOK_SECONDS,
        again: float = _AGAIN_SECONDS,
    ) -> None:
        self._pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="background")
        self._is_here = is_here
        self._look, self._again = look, again
        self._jobs: dict[Hashable, _Job] = {}
        self._lock = threading.Lock()
        self._watcher: threading.Thread | None = None

    def begin(self, key: Hashable, work: Callable[[], Any], session: str) -> Future[Any]:
        """The work under this key, begun unless it is under way or done.

        It is begun anew if it was stopped, and where the language model failed, half a minute later.
        """
        with self._lock:
            job = self._jobs.get(key)
            if job is None or self._is_stale(job):
                self._jobs.pop(key, None)
                job = self._jobs[key] = self._started(work, session)
                self._drop_oldest()
            job.sessions[session] = 0
            if self._watcher is None or not self._watcher.is_alive():
                self._watcher = threading.Thread(target=self._watch, name="who has left", daemon=True)
                self._watcher.start()
            return job.future

    def stop(self, key: Hashable) -> None:
        """End the work under this key for everybody: a question that waits is dropped, an answer ended."""
        with self._lock:
            job = self._jobs.get(key)
        if job is not None:
            job.stop()

    def _started(self, work: Callable[[], Any], session: str) -> _Job:
        job = _Job(Asker(session))
        job.queued = self._pool.submit(job.do, work)
        return job

    def _is_stale(self, job: _Job) -> bool:
        if job.asker.cancelled.is_set():
            return True
        if not job.future.done() or not isinstance(job.future.exception(), LLMError):
            return False
        return time.monotonic() - job.ended_at >= self._again

    def _drop_oldest(self) -> None:
        for key in [key for key, job in self._jobs.items() if job.future.done()][: max(0, len(self._jobs) - _KEPT)]:
            del self._jobs[key]

    def _watch(self) -> None:
        """Stop what nobody waits for any more, until nothing is under way."""
        while True:
            time.sleep(self._look)
            with self._lock:
                under_way = [job for job in self._jobs.values() if not job.future.done()]
                if not under_way:
                    self._watcher = None
                    return
                for job in under_way:
                    for session, gone in job.sessions.items():
                        job.sessions[session] = 0 if self._is_here(session) else gone + 1
            for job in under_way:
                if all(gone >= _PATIENT_LOOKS for gone in job.sessions.values()):
                    job.stop()
