"""Measuring the engine: tokens per second, the first token with and without its prefix in the cache, and memory.

Figures follow the literature on inference: prefill and decode apart, in tokens per second of all answers together.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from observatory.errors import LLMUnavailable
from observatory.llm.engine import Engine
from observatory.llm.machine import OtherLoad, physical_cores, resident_bytes
from observatory.llm.prober import Prober, busy_core, memory_bandwidth
from observatory.llm.recovery import draft_of
from observatory.model import Record
from observatory.settings import Settings

BATCHES = (1, 2, 4, 8)
_QUIET_CORES = 0.1  # with more than this taken by other programs, figures are flagged
_BUSY_CORES = 0.5  # with more, nothing is measured unless asked for anyway
_LOOK_SECONDS = 2.0
_USERS = 4
_ROUNDS = 5  # what memory delivers may halve within minutes on a shared machine, so it is read next to each decoding
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Speed(Record):
    """Tokens per second of `batch` answers together: reading prompts (prefill) and writing (decode)."""

    batch: int
    prefill: float
    decode: float


@dataclass(frozen=True)
class Speculation(Record):
    """Speculative decoding: answers that take up words of their question, without and with it, in tokens per second.

    `drafted` tokens were proposed and `accepted` of them kept; `resident` is the memory of the process in bytes.
    """

    draft: str
    without: float
    decode: float
    drafted: int
    accepted: int
    resident: int


@dataclass(frozen=True)
class EngineBench(Record):
    """What a model does on this machine.

    Times are in seconds, memory in bytes, bandwidth in bytes per second. `busy_decode` is for one answer of an engine
    that was started while one other process kept a core busy, and therefore took `busy_threads`; `busy_decode_fixed`
    is the same for the engine with `threads` that all other figures are of. `roofline_share` is the decode speed over
    bandwidth / model size: the median of five readings of both, one next to the other; `bandwidth` is their median.
    `other_cores` is how many cores other programs took meanwhile. `users_speedup` is how many times the tokens per
    second of one user four users get together, prompts included, and `prefix_reuse` the share of a prefix that four
    users need not read when one had read it.
    """

    model: str
    threads: int
    load_time: float
    speeds: tuple[Speed, ...]
    busy_decode: float
    busy_threads: int
    busy_decode_fixed: float
    first_token_uncached: float
    first_token_cached: float
    resident: int
    bandwidth: float
    roofline_share: float
    other_cores: float
    load_average: float
    users_speedup: float
    prefix_reuse: float
    speculation: Speculation | None = None

    @property
    def is_disturbed(self) -> bool:
        """Whether other programs took so much that the figures say less than the machine can do."""
        return self.other_cores > _QUIET_CORES

    def to_dict(self) -> dict[str, Any]:
        """All figures, and whether they were disturbed."""
        return super().to_dict() | {"is_disturbed": self.is_disturbed}

    def table(self) -> str:
        """The figures as text."""
        lines = [
            f"{self.model}, {self.threads} threads",
            "",
            "batch   prefill   decode   tokens/s, all answers together",
        ]
        lines += [f"{s.batch:5d} {s.prefill:9.1f} {s.decode:8.1f}" for s in self.speeds]
        ratio = self.first_token_uncached / self.first_token_cached
        advice = "  (disturbed: measure again when the machine is idle)" if self.is_disturbed else ""
        return "\n".join(
            [
                *lines,
                "",
                f"decode, one core busy  {self.busy_decode:6.1f} tokens/s, threads chosen at the start: "
                f"{self.busy_threads}; with {self.threads}: {self.busy_decode_fixed:.1f} tokens/s",
                f"first token            {self.first_token_uncached:6.2f} s, after a prefix that was seen before "
                f"{self.first_token_cached:.2f} s: {ratio:.0f} times faster",
                f"loaded in              {self.load_time:6.1f} s, {self.resident / 1e9:.2f} GB of memory",
                f"memory bandwidth       {self.bandwidth / 1e9:6.1f} GB/s, decode at {self.roofline_share:.0%} of it",
                f"four users             {self.users_speedup:6.2f} times the tokens/s of one; of a prefix that one had "
                f"read, they read {1 - self.prefix_reuse:.0%} again",
                *_speculation_lines(self.speculation),
                f"other programs         {self.other_cores:6.2f} cores, load {self.load_average:.2f}{advice}",
            ]
        )


def _speculation_lines(found: Speculation | None) -> list[str]:
    if found is None:
        return []
    share = f"{found.accepted / found.drafted:.0%} of {found.drafted} accepted" if found.drafted else "none proposed"
    return [
        f"speculative decoding   {found.decode:6.1f} tokens/s with {found.draft}, {found.without:.1f} without; "
        f"{share}; {found.resident / 1e9:.2f} GB of memory"
    ]


def refuse_when_busy() -> None:
    """Raise LLMUnavailable if other programs keep more than half a core busy in the next two seconds."""
    load = OtherLoad()
    time.sleep(_LOOK_SECONDS)
    cores = load.since_last()[1]
    if cores > _BUSY_CORES:
        raise LLMUnavailable(
            f"Other programs keep {cores:.1f} cores busy, so nothing measured now would say what the machine can do.",
            "Try again when it is idle, or add --anyway.",
        )


def measure(
    model_path: Path,
    settings: Settings,
    *,
    batches: Sequence[int] = BATCHES,
    tokens: int = 48,
    draft: str = "off",
    anyway: bool = True,
    progress: Progress = lambda *_: None,
) -> EngineBench:
    """Start engines of its own and measure them for a few minutes; raises LLMUnavailable.

    Speculative decoding is measured beside the rest if `draft` names one. Unless `anyway`, a busy machine is refused.
    `progress` is told what is measured next and what share is done; what it raises ends the engines and comes out.
    """
    if not anyway:
        progress("how busy other programs are", 0.0)
        refuse_when_busy()
    settings = replace(settings, engine_context=max(settings.engine_context, 4096), engine_draft=draft)
    problem = draft_of(settings)[1]
    if problem:
        raise LLMUnavailable(problem, "Choose off, ngram or a model that is downloaded: observatory models list.")
    plain = replace(settings, engine_draft="off")
    progress("one answer while a core is busy", 0.05)
    with busy_core(), _running(Engine(model_path, plain, slots=max(batches))) as chosen:
        prober = Prober(chosen)
        prober.decode(1, 8)
        busy, threads = prober.decode(1, tokens), chosen.config.threads
    fixed = Engine(model_path, plain, slots=max(batches), threads=settings.engine_threads or physical_cores())
    progress("how long loading takes", 0.15)
    began = time.monotonic()
    with _running(fixed):
        bench = _measured(fixed, time.monotonic() - began, batches, tokens, progress)
        progress("speculative decoding", 0.9)
        without = Prober(fixed).wording(2 * tokens) if draft != "off" else 0.0
    bench = replace(bench, busy_decode=busy, busy_threads=threads)
    return bench if draft == "off" else replace(bench, speculation=_speculation(model_path, settings, without, tokens))


def _speculation(model_path: Path, settings: Settings, without: float, tokens: int) -> Speculation:
    engine = Engine(model_path, settings, threads=settings.engine_threads or physical_cores())
    with _running(engine):
        if engine.config.draft == "off":
            raise LLMUnavailable(engine.status().detail, "Choose another draft model.")
        decode = Prober(engine).wording(2 * tokens)
        live = engine.live()
        return Speculation(
            settings.engine_draft, without, decode, live.drafted or 0, live.accepted or 0, live.resident or 0
        )


@contextlib.contextmanager
def _running(engine: Engine) -> Iterator[Engine]:
    engine.start()
    try:
        status = engine.wait()
        if status.state != "ready":
            raise LLMUnavailable(status.detail, "Choose another model.")
        yield engine
    finally:
        engine.stop()


def _measured(engine: Engine, load_time: float, batches: Sequence[int], tokens: int, progress: Progress) -> EngineBench:
    """The figures of an engine with a fixed number of threads."""

    def speed(batch: int) -> Speed:
        progress(f"answers at once: {batch}", 0.2 + 0.4 * batches.index(batch) / len(batches))
        return Speed(batch, prober.prefill(batch), prober.decode(batch, tokens))

    prober = Prober(engine)
    prober.decode(1, 8)
    load = OtherLoad(engine.pid or 0)
    speeds = tuple(speed(batch) for batch in batches)
    progress("the first word, with and without what was read before", 0.6)
    uncached, cached = prober.first_token()
    progress("four users", 0.7)
    alone, together, again = (prober.users(users, tokens) for users in (1, _USERS, 1))
    reuse = prober.prefix_reuse(_USERS)
    others = load.since_last()[1]
    progress("one answer while a core is busy", 0.8)
    with busy_core():
        busy = prober.decode(1, tokens)
    progress("the memory", 0.85)
    bandwidth, share = _roofline(engine, prober, tokens)
    return EngineBench(
        model=engine.config.name,
        threads=engine.config.threads,
        load_time=load_time,
        speeds=speeds,
        busy_decode=busy,
        busy_threads=engine.config.threads,
        busy_decode_fixed=busy,
        first_token_uncached=uncached,
        first_token_cached=cached,
        resident=resident_bytes(engine.pid or 0),
        bandwidth=bandwidth,
        roofline_share=share,
        other_cores=others,
        load_average=os.getloadavg()[0],
        users_speedup=2 * together / (alone + again),
        prefix_reuse=reuse,
    )


def _roofline(engine: Engine, prober: Prober, tokens: int) -> tuple[float, float]:
    """What the memory delivers in bytes per second, and the share of it that decoding one answer takes."""
    size = Path(engine.config.model).stat().st_size
    pairs = [
        (prober.decode(1, tokens) * size, memory_bandwidth(engine.config.batch_threads, repeats=2))
        for _ in range(_ROUNDS)
    ]
    return statistics.median(read for _, read in pairs), statistics.median(used / read for used, read in pairs)
