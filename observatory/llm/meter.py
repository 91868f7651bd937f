"""Counting what a model does: questions, tokens, and how fast they come."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from observatory.model import EngineLive

_WINDOW_SECONDS = 60.0
End = Literal["answered", "failed", "cancelled"]


@dataclass(frozen=True)
class Usage:
    """Tokens of one answer, as its server counted them; None is what it did not say. `speed` is in tokens per second.

    >>> Usage.read({"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 8}}, None)
    Usage(prompt=9, cached=8, written=2, speed=None, drafted=None, accepted=None)
    """

    prompt: int | None = None
    cached: int | None = None
    written: int | None = None
    speed: float | None = None
    drafted: int | None = None
    accepted: int | None = None

    @classmethod
    def read(cls, usage: object, timings: object) -> Usage:
        """From `usage` of the OpenAI protocol and `timings` of llama.cpp; anything may be missing or wrong."""
        said, times = _mapping(usage), _mapping(timings)
        fresh, cached = _count(times, "prompt_n"), _count(times, "cache_n")
        if fresh is None:
            cached = _count(_mapping(said.get("prompt_tokens_details")), "cached_tokens")
        written, speed = _count(times, "predicted_n"), times.get("predicted_per_second")
        return cls(
            prompt=_count(said, "prompt_tokens") if fresh is None else fresh + (cached or 0),
            cached=cached,
            written=_count(said, "completion_tokens") if written is None else written,
            speed=float(speed) if isinstance(speed, (int, float)) and (written or 0) > 1 else None,
            drafted=_count(times, "draft_n"),
            accepted=_count(times, "draft_n_accepted"),
        )


class Meter:
    """What a model has done so far; all methods may be called from any thread.

    >>> meter = Meter()
    >>> mark = meter.begin()
    >>> mark.piece()
    >>> mark.end("answered", Usage(prompt=10, cached=4, written=1))
    >>> meter.live().answered, meter.live().cached_share
    (1, 0.4)
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._lock = threading.Lock()
        self._answering = 0
        self._ended: dict[End, int] = {"answered": 0, "failed": 0, "cancelled": 0}
        self._prompt = self._cached = self._written = 0
        self._drafted: int | None = None
        self._accepted: int | None = None
        self._last_speed: float | None = None
        self._first_token: float | None = None
        self._pieces: deque[float] = deque()

    def begin(self) -> Mark:
        """A question is sent; the mark is told what comes of it."""
        with self._lock:
            self._answering += 1
        return Mark(self, self._clock)

    def drop(self, end: End) -> None:
        """A question ended before it was sent."""
        with self._lock:
            self._ended[end] += 1

    def live(self) -> EngineLive:
        """The figures right now."""
        with self._lock:
            now = self._clock()
            self._forget(now)
            window = min(_WINDOW_SECONDS, max(now - self._began, 1.0))
            return EngineLive(
                answering=self._answering,
                answered=self._ended["answered"],
                failed=self._ended["failed"],
                cancelled=self._ended["cancelled"],
                prompt_tokens=self._prompt,
                cached_tokens=self._cached,
                written_tokens=self._written,
                tokens_per_second=len(self._pieces) / window,
                last_tokens_per_second=self._last_speed,
                first_token_seconds=self._first_token,
                drafted=self._drafted,
                accepted=self._accepted,
                uptime=now - self._began,
                last_minute=self._per_second(now),
            )

    def _piece(self, now: float) -> None:
        with self._lock:
            self._pieces.append(now)
            self._forget(now)

    def _end(self, end: End, usage: Usage, first_token: float | None, speed: float | None) -> None:
        with self._lock:
            self._answering -= 1
            self._ended[end] += 1
            self._prompt += usage.prompt or 0
            self._cached += usage.cached or 0
            self._written += usage.written or 0
            self._last_speed = usage.speed or speed or self._last_speed
            self._first_token = self._first_token if first_token is None else first_token
            if usage.drafted is not None:
                self._drafted = (self._drafted or 0) + usage.drafted
                self._accepted = (self._accepted or 0) + (usage.accepted or 0)

    def _per_second(self, now: float) -> tuple[int, ...]:
        """The pieces of each second of the last minute, the present second last."""
        ages = Counter(int(now - piece) for piece in self._pieces)
        return tuple(ages[age] for age in reversed(range(int(_WINDOW_SECONDS))))

    def _forget(self, now: float) -> None:
        while self._pieces and self._pieces[0] <= now - _WINDOW_SECONDS:
            self._pieces.popleft()


class Mark:
    """One question on its way to its answer; a piece counts as a token, which it is for llama.cpp and vLLM."""

    def __init__(self, meter: Meter, clock: Callable[[], float]) -> None:
        self._meter, self._clock = meter, clock
        self._asked = clock()
        self._first: float | None = None
        self._last = self._asked
        self._n_pieces = 0
        self._has_ended = False

    def piece(self) -> None:
        """A piece of the answer came."""
        self._last = self._clock()
        self._first = self._last if self._first is None else self._first
        self._n_pieces += 1
        self._meter._piece(self._last)

    def end(self, end: End, usage: Usage | None = None) -> None:
        """The answer ended; only the first call counts."""
        if self._has_ended:
            return
        self._has_ended = True
        first = self._first
        speed = None
        if first is not None and self._n_pieces > 1 and self._last > first:
            speed = (self._n_pieces - 1) / (self._last - first)
        told = usage or Usage()
        if told.written is None:
            told = Usage(told.prompt, told.cached, self._n_pieces, told.speed, told.drafted, told.accepted)
        self._meter._end(end, told, None if first is None else first - self._asked, speed)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _count(values: Mapping[str, Any], key: str) -> int | None:
    value = values.get(key)
    return value if isinstance(value, int) and value >= 0 else None
