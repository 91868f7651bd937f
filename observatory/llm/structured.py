"""Answers that are JSON of a schema, from servers each of which has its own way of being asked for that.

Which way a server obeys is probed once: it is told to greet, under a schema that leaves it one answer only, which is no
greeting. A server that refuses a way, or takes no notice of it, is asked in the next one; the last way needs no help of
the server, only a model that reads. The way is remembered until an answer shows that it no longer works. Every answer
is checked against its schema whichever way it came, and one that is not valid is asked for once more.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from observatory.errors import LLMError, LLMInvalidReply, LLMUnavailable
from observatory.llm.dialect import is_too_long
from observatory.llm.extract import extract

Schema = Mapping[str, Any]
Messages = Sequence[Mapping[str, str]]
Ask = Callable[[Messages, int, Mapping[str, Any]], tuple[str, str | None]]

_ONLY_ANSWER = "quartz-41"
_PROBE_SCHEMA = {
    "type": "object",
    "properties": {"code": {"type": "string", "enum": [_ONLY_ANSWER]}},
    "required": ["code"],
    "additionalProperties": False,
}
_PROBE_TOKENS = 128
_LONGEST_PROBLEM, _LONGEST_SHOWN = 400, 2000  # characters of a bad answer that go back to the model
_REFUSED, _BROKEN = (400, 415, 422), (500, 501)


@dataclass(frozen=True)
class Mode:
    """A way to ask for JSON: what it adds to a question, and whether the schema must be told in words too."""

    name: str
    options: Callable[[Schema], dict[str, Any]]
    tells_schema: bool = False


def _response_format(schema: Schema, *, strict: bool) -> dict[str, Any]:
    described = {"name": "reply", "schema": dict(schema), "strict": strict}
    return {"response_format": {"type": "json_schema", "json_schema": described}}


PLAIN = Mode("plain", lambda _: {}, tells_schema=True)
MODES = (
    Mode("json_schema", lambda s: _response_format(s, strict=True)),  # OpenAI, vLLM, llama.cpp, SGLang, Ollama
    Mode("json_schema_loose", lambda s: _response_format(s, strict=False)),  # OpenAI, for schemas it finds not strict
    Mode("json_object_schema", lambda s: {"response_format": {"type": "json_object", "schema": dict(s)}}),  # llama-cpp
    Mode("structured_outputs", lambda s: {"extra_body": {"structured_outputs": {"json": dict(s)}}}),  # vLLM
    Mode("guided_json", lambda s: {"extra_body": {"guided_json": dict(s)}}),  # vLLM before 0.12
    Mode("json_object", lambda _: {"response_format": {"type": "json_object"}}, tells_schema=True),
    PLAIN,
)
OBEYS = MODES[0]  # of our own engine, which need not be probed


class Structured:
    """Asks one server for JSON; `ask` sends messages, at most so many tokens, and options of the request.

    `patience` is in seconds: later than that after the question, an answer that is not valid is not asked for again.
    `mode` is how the server gives JSON, if that is known.
    """

    def __init__(self, ask: Ask, patience: float = 30.0, mode: Mode | None = None) -> None:
        self._ask, self._patience, self._mode = ask, patience, mode
        self._lock = threading.Lock()

    def mode(self) -> Mode:
        """The first way that the server obeys, probed unless it is known; raises what a question raises."""
        with self._lock:
            if self._mode is None:
                self._mode = next((mode for mode in MODES if self._obeys(mode)), PLAIN)
            return self._mode

    def complete(self, messages: Messages, schema: Schema, max_tokens: int) -> str:
        """JSON text that is valid under the schema; raises LLMInvalidReply, LLMUnavailable, LLMTimeout."""
        found = self.mode()
        for mode in MODES[MODES.index(found) :]:
            try:
                return self._complete(mode, messages, schema, max_tokens)
            except LLMInvalidReply as exc:
                if mode is PLAIN or not _may_be_the_mode(exc):
                    raise
                self._doubt(mode)
        raise AssertionError("the last way answers or raises")

    def _complete(self, mode: Mode, messages: Messages, schema: Schema, max_tokens: int) -> str:
        """The answer in one way; asked for once more, in the way that then works, if it is not valid."""
        began, text, ended = time.monotonic(), "", None
        try:
            text, ended = self._send(mode, messages, schema, max_tokens)
            return extract(text, schema, ended)
        except LLMInvalidReply as exc:
            late = time.monotonic() - began > self._patience
            if late or ended == "length" or _status(exc) is not None:
                raise
            problem = str(exc.__cause__ or exc)[:_LONGEST_PROBLEM]
        self._doubt(mode)
        answered = {"role": "assistant", "content": text[:_LONGEST_SHOWN] or "(nothing)"}
        again = {"role": "user", "content": _prompt("again", problem=problem)}
        text, ended = self._send(self.mode(), [*messages, answered, again], schema, max_tokens)
        return extract(text, schema, ended)

    def _send(self, mode: Mode, messages: Messages, schema: Schema, max_tokens: int) -> tuple[str, str | None]:
        told = list(messages)
        if mode.tells_schema:
            words = _prompt("schema", schema=json.dumps(schema, ensure_ascii=False))
            told[-1] = {**told[-1], "content": f"{told[-1]['content']}\n\n{words}"}
        return self._ask(told, max_tokens, mode.options(schema))

    def _obeys(self, mode: Mode) -> bool:
        """Whether the server gives the one answer that a schema leaves; in plain words it is enough that it answers."""
        question = [{"role": "user", "content": _prompt("probe")}]
        if mode is PLAIN:
            self._send(mode, question, _PROBE_SCHEMA, _PROBE_TOKENS)
            return True
        try:
            text, _ = self._send(mode, question, _PROBE_SCHEMA, _PROBE_TOKENS)
            extract(text, _PROBE_SCHEMA)
        except LLMInvalidReply:
            return False
        except LLMUnavailable as exc:
            if _status(exc) not in _BROKEN:
                raise
            return False
        return True

    def _doubt(self, mode: Mode) -> None:
        """Forget a way that the server no longer obeys; it may be another server by now."""
        with self._lock:
            if self._mode is mode and not self._obeys(mode):
                self._mode = None


def _status(exc: LLMError) -> int | None:
    """The HTTP status of the refusal behind an error; None where the server did not refuse."""
    return getattr(exc.__cause__, "status_code", None)


def _may_be_the_mode(exc: LLMInvalidReply) -> bool:
    """Whether the server refused the way in which it was asked, and not the question."""
    from openai import APIStatusError

    refusal = exc.__cause__
    return isinstance(refusal, APIStatusError) and refusal.status_code in _REFUSED and not is_too_long(refusal)


@cache
def _template(name: str) -> str:
    return files("observatory.llm").joinpath(f"prompts/{name}.md").read_text(encoding="utf-8").strip()


def _prompt(name: str, **slots: str) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda slot: slots[slot[1]], _template(name))
