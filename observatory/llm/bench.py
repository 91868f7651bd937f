"""Measuring the engine: tokens per second, the first token with and without its prefix in the cache, and memory.

Figures follow the literature on inference: prefill and decode apart, in tokens per second of all answers together.
"""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from observatory.errors import LLMUnavailable
from observatory.llm.engine import Engine
from observatory.llm.machine import OtherLoad, physical_cores, resident_bytes
from observatory.model import Record
from observatory.settings import Settings

if TYPE_CHECKING:
    import openai

BATCHES = (1, 2, 4, 8)
_WORDS = (
    "amount",
    "bridge",
    "city",
    "data",
    "edge",
    "field",
    "group",
    "height",
    "income",
    "jump",
    "key",
    "line",
    "month",
)
_PROMPT_WORDS, _PREFIX_WORDS = 120, 690
_QUIET_CORES = 0.1  # with more than this taken by other programs, figures are flagged
_SPIN = "while True: pass"


@dataclass(frozen=True)
class Speed(Record):
    """Tokens per second of `batch` answers together: reading prompts (prefill) and writing (decode)."""

    batch: int
    prefill: float
    decode: float


@dataclass(frozen=True)
class EngineBench(Record):
    """What a model does on this machine.

    Times are in seconds, memory in bytes, bandwidth in bytes per second. `busy_decode` is for one answer of an engine
    that was started while one other process kept a core busy, and therefore took `busy_threads`; `busy_decode_fixed`
    is the same for the engine with `threads` that all other figures are of. `roofline_share` is the decode speed over
    bandwidth / model size; `other_cores` is how many cores other programs took meanwhile.
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

    @property
    def is_disturbed(self) -> bool:
        """Whether other programs took so much that the figures say less than the machine can do."""
        return self.other_cores > _QUIET_CORES

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
                f"other programs         {self.other_cores:6.2f} cores, load {self.load_average:.2f}{advice}",
            ]
        )


def measure(model_path: Path, settings: Settings, *, batches: Sequence[int] = BATCHES, tokens: int = 48) -> EngineBench:
    """Start engines of its own and measure them for about a minute; raises LLMUnavailable."""
    settings = replace(settings, engine_context=max(settings.engine_context, 4096))
    with _busy_core(), _running(Engine(model_path, settings, slots=max(batches))) as chosen:
        prober = _Prober(chosen)
        prober.decode(1, 8)
        busy, threads = prober.decode(1, tokens), chosen.config.threads
    fixed = Engine(model_path, settings, slots=max(batches), threads=settings.engine_threads or physical_cores())
    began = time.monotonic()
    with _running(fixed):
        bench = _measured(fixed, time.monotonic() - began, batches, tokens)
    return replace(bench, busy_decode=busy, busy_threads=threads)


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


def _measured(engine: Engine, load_time: float, batches: Sequence[int], tokens: int) -> EngineBench:
    """The figures of an engine with a fixed number of threads."""
    prober = _Prober(engine)
    prober.decode(1, 8)
    load = OtherLoad(engine.pid or 0)
    speeds = tuple(Speed(b, prober.prefill(b), prober.decode(b, tokens)) for b in batches)
    uncached, cached = prober.first_token()
    others = load.since_last()[1]
    with _busy_core():
        busy = prober.decode(1, tokens)
    bandwidth = memory_bandwidth(engine.config.batch_threads)
    size = Path(engine.config.model).stat().st_size
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
        roofline_share=speeds[0].decode * size / bandwidth,
        other_cores=others,
        load_average=os.getloadavg()[0],
    )


class _Prober:
    """Asks the server of an engine for tokens, and takes the time."""

    def __init__(self, engine: Engine) -> None:
        import openai

        with engine.answering() as client:
            self._client: openai.OpenAI = openai.OpenAI(
                base_url=client.base_url,
                api_key=client.api_key,
                max_retries=0,
                default_headers={"Connection": "close"},
                http_client=openai.DefaultHttpxClient(trust_env=False),
            )
        self._model = engine.config.name
        self._random = random.Random(0)  # noqa: S311

    def words(self, n: int) -> str:
        """A text of `n` words that was never asked before."""
        return " ".join(self._random.choices(_WORDS, k=n))

    def prefill(self, batch: int) -> float:
        """Tokens per second of reading `batch` prompts at once."""
        prompts = [self.words(_PROMPT_WORDS) for _ in range(batch)]
        read: list[int] = []

        def ask(n: int) -> None:
            reply = self._client.completions.create(
                model=self._model, prompt=prompts[n], max_tokens=1, extra_body={"cache_prompt": False}
            )
            read.append(reply.usage.prompt_tokens if reply.usage else 0)

        began = time.monotonic()
        _together(batch, ask)
        return sum(read) / (time.monotonic() - began)

    def decode(self, batch: int, tokens: int) -> float:
        """Tokens per second of writing `batch` answers at once, counted while all of them are being written."""
        times: list[list[float]] = [[] for _ in range(batch)]

        def ask(n: int) -> None:
            times[n] += self._token_times(self.words(4), tokens, {"cache_prompt": False, "ignore_eos": True})

        _together(batch, ask)
        began, ended = max(t[0] for t in times), min(t[-1] for t in times)
        return sum(began < t <= ended for ts in times for t in ts) / (ended - began)

    def first_token(self) -> tuple[float, float]:
        """Seconds to the first token after a prefix of about 700 tokens: never seen, and seen before."""
        prefix, took = self.words(_PREFIX_WORDS), []
        for question in ("\nFirst question:", "\nAnother one:"):
            began = time.monotonic()
            took.append(self._token_times(prefix + question, 1, {})[0] - began)
        return took[0], took[1]

    def _token_times(self, prompt: str, tokens: int, options: dict[str, Any]) -> list[float]:
        """When each token came; lines are not parsed, for that would take the time of a core from the engine."""
        with self._client.completions.with_streaming_response.create(
            model=self._model, prompt=prompt, max_tokens=tokens, temperature=0, stream=True, extra_body=options
        ) as reply:
            return [time.monotonic() for line in reply.iter_lines() if '"finish_reason":null' in line]


def _together(n: int, ask: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=ask, args=(i,)) for i in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@contextlib.contextmanager
def _busy_core() -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-S", "-c", _SPIN])
    try:
        time.sleep(0.5)
        yield
    finally:
        process.kill()
        process.wait()


def memory_bandwidth(threads: int | None = None, *, mebibytes: int = 512, repeats: int = 4) -> float:
    """Bytes per second that all threads together read from memory: the best of some repeats.

    >>> memory_bandwidth(1, mebibytes=1, repeats=1) > 0
    True
    """
    parts = np.array_split(np.ones(mebibytes * 2**17), threads or physical_cores())
    best = float("inf")
    for _ in range(repeats):
        began = time.monotonic()
        _together(len(parts), lambda n: parts[n].max())
        best = min(best, time.monotonic() - began)
    return mebibytes * 2**20 / best
