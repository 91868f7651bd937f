"""What a language model is doing right now."""

from __future__ import annotations

from dataclasses import dataclass

from observatory.model.record import Record


@dataclass(frozen=True)
class EngineLive(Record):
    """What a model is doing and has done since it was started; None is what cannot be known, as of a server elsewhere.

    `waiting` and `answering` are questions right now; `answered`, `failed` and `cancelled` are all that have ended.
    `prompt_tokens` were sent, and `cached_tokens` of them had been read before, so that they cost nothing.
    `tokens_per_second` is what was written in the last minute divided by a minute (or by the time since the start),
    `last_tokens_per_second` the speed of the last answer while it was being written, `first_token_seconds` from its
    question to its first word; `last_minute` are the tokens written in each second, the present one last. `drafted`
    tokens were proposed by speculative decoding and `accepted` of them kept.
    `resident` is in bytes, `context` in tokens, `uptime` in seconds.
    """

    model: str | None = None
    quantization: str | None = None
    resident: int | None = None
    context: int | None = None
    slots: int | None = None
    threads: int | None = None
    draft: str | None = None
    restarts: int | None = None
    waiting: int = 0
    answering: int = 0
    answered: int = 0
    failed: int = 0
    cancelled: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    written_tokens: int = 0
    tokens_per_second: float = 0.0
    last_tokens_per_second: float | None = None
    first_token_seconds: float | None = None
    drafted: int | None = None
    accepted: int | None = None
    uptime: float = 0.0
    last_minute: tuple[int, ...] = ()

    @property
    def cached_share(self) -> float:
        """The share of the prompts that had been read before.

        >>> EngineLive(prompt_tokens=200, cached_tokens=150).cached_share
        0.75
        """
        return self.cached_tokens / self.prompt_tokens if self.prompt_tokens else 0.0
