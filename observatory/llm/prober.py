"""Asking an engine for tokens and taking the time, and what the machine could do at best."""

from __future__ import annotations

import contextlib
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from observatory.llm.asker import Asker, asking
from observatory.llm.engine import Engine
from observatory.llm.machine import physical_cores

if TYPE_CHECKING:
    import openai

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
_SPIN = "while True: pass"


class Prober:
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
        self._engine = engine
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
        together(batch, ask)
        return sum(read) / (time.monotonic() - began)

    def decode(self, batch: int, tokens: int) -> float:
        """Tokens per second of writing `batch` answers at once, counted while all of them are being written."""
        times: list[list[float]] = [[] for _ in range(batch)]

        def ask(n: int) -> None:
            times[n] += self._token_times(self.words(4), tokens, {"cache_prompt": False, "ignore_eos": True})

        together(batch, ask)
        began, ended = max(t[0] for t in times), min(t[-1] for t in times)
        return sum(began < t <= ended for ts in times for t in ts) / (ended - began)

    def first_token(self) -> tuple[float, float]:
        """Seconds to the first token after a prefix of about 700 tokens: never seen, and seen before."""
        prefix, took = self.words(_PREFIX_WORDS), []
        for question in ("\nFirst question:", "\nAnother one:"):
            began = time.monotonic()
            took.append(self._token_times(prefix + question, 1, {})[0] - began)
        return took[0], took[1]

    def users(self, n: int, tokens: int, system: str = "") -> float:
        """Tokens per second, read and written, of `n` users who ask two questions each, all at once."""
        before = self._engine.live()

        def ask(user: int) -> None:
            with asking(Asker(f"user {user}")):
                for _ in range(2):
                    question = {"role": "user", "content": self.words(_PROMPT_WORDS)}
                    messages = [{"role": "system", "content": system}, question] if system else [question]
                    self._engine.client().complete(messages, max_tokens=tokens)

        began = time.monotonic()
        together(n, ask)
        took, now = time.monotonic() - began, self._engine.live()
        read = now.prompt_tokens - before.prompt_tokens
        return (read + now.written_tokens - before.written_tokens) / took

    def prefix_reuse(self, users: int) -> float:
        """The share of a prefix of about 700 tokens that users who ask at once need not read: one had read it."""
        prefix = {"role": "system", "content": self.words(_PREFIX_WORDS)}

        def ask(user: int) -> None:
            with asking(Asker(f"user {user}")):
                self._engine.client().complete([prefix, {"role": "user", "content": f"Question {user}?"}], max_tokens=2)

        ask(users)
        before = self._engine.live()
        together(users, ask)
        now = self._engine.live()
        return (now.cached_tokens - before.cached_tokens) / (now.prompt_tokens - before.prompt_tokens)

    def wording(self, tokens: int) -> float:
        """Tokens per second of answers that take up words of their question, as those about a table do."""
        fields = "\n".join(f"- {word}_{other}: numbers" for word in _WORDS[:4] for other in _WORDS[4:7])
        task = "Write each field above as a JSON object with the keys name and type, in the same order."
        speeds = []
        for n in range(3):
            content = f"Table {n} has these fields:\n{fields}\n{task}"
            self._engine.client().complete([{"role": "user", "content": content}], max_tokens=tokens)
            speeds.append(self._engine.live().last_tokens_per_second or 0.0)
        return sorted(speeds)[1]

    def _token_times(self, prompt: str, tokens: int, options: dict[str, Any]) -> list[float]:
        """When each token came; lines are not parsed, for that would take the time of a core from the engine."""
        with self._client.completions.with_streaming_response.create(
            model=self._model, prompt=prompt, max_tokens=tokens, temperature=0, stream=True, extra_body=options
        ) as reply:
            return [time.monotonic() for line in reply.iter_lines() if '"finish_reason":null' in line]


def together(n: int, ask: Callable[[int], None]) -> None:
    """Ask `n` times at once, with 0 to n - 1, and wait for all."""
    threads = [threading.Thread(target=ask, args=(i,)) for i in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@contextlib.contextmanager
def busy_core() -> Iterator[None]:
    """Another process that keeps a core busy for as long as the block runs."""
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
        together(len(parts), lambda n: parts[n].max())
        best = min(best, time.monotonic() - began)
    return mebibytes * 2**20 / best
