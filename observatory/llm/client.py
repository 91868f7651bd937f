"""The one seam to a language model, and its client for any OpenAI-compatible server."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from observatory.errors import LLMError, LLMInvalidReply, LLMTimeout, LLMUnavailable
from observatory.llm.meter import Meter
from observatory.llm.wire import Wire

if TYPE_CHECKING:
    import openai  # imported where a client is made: it takes a second, and most runs ask no model

Message = Mapping[str, str]


class LLM(Protocol):
    """A language model that answers a list of `{"role", "content"}` messages."""

    @property
    def name(self) -> str: ...

    def complete(
        self, messages: Sequence[Message], *, schema: Mapping[str, Any] | None = None, max_tokens: int = 256
    ) -> str:
        """The answer; JSON text of the schema if one is given. Raises LLMUnavailable, LLMTimeout, LLMInvalidReply."""
        ...

    def stream(self, messages: Sequence[Message], *, max_tokens: int = 256) -> Iterator[str]:
        """The answer piece by piece; raises the same errors, at any piece."""
        ...


class OpenAIClient:
    """A model behind an OpenAI-compatible URL; the same question gets the same answer (temperature 0, seed 0).

    `timeout` is in seconds and holds for a whole answer; `model` empty takes the first that the server lists.

    >>> OpenAIClient("http://127.0.0.1:9/v1", model="tiny").name
    'tiny'
    """

    def __init__(
        self, base_url: str, api_key: str = "", model: str = "", timeout: float = 60.0, meter: Meter | None = None
    ) -> None:
        self.base_url, self.api_key = base_url, api_key
        self.meter = Meter() if meter is None else meter
        self._model = model
        self._timeout = timeout
        self._wire = Wire(base_url, api_key, timeout, self.meter)

    @property
    def name(self) -> str:
        """The model that is asked; empty until the server was asked for its first one."""
        return self._model

    def models(self) -> list[str]:
        """Names of the models that the server lists."""
        with _plain_errors(self._timeout):
            listed = self._wire.get("/models")
        models = listed.get("data") if isinstance(listed, dict) else None
        return [str(model["id"]) for model in models or () if isinstance(model, dict) and "id" in model]

    def complete(
        self, messages: Sequence[Message], *, schema: Mapping[str, Any] | None = None, max_tokens: int = 256
    ) -> str:
        """The answer; with a schema, JSON text whose type and required keys are those of the schema."""
        with (
            _plain_errors(self._timeout),
            self._wire.ask(self._request(messages, max_tokens) | _format(schema)) as answer,
        ):
            text = "".join(answer)
        if not text.strip():
            raise LLMInvalidReply("The model gave an empty answer.", "Ask again in other words.")
        return text if schema is None else _json_of(text, schema, answer.ended)

    def stream(self, messages: Sequence[Message], *, max_tokens: int = 256) -> Iterator[str]:
        """The answer piece by piece; leaving the loop ends the rest of it at the server."""
        with _plain_errors(self._timeout), self._wire.ask(self._request(messages, max_tokens)) as answer:
            yield from answer

    def post(self, path: str, **body: Any) -> Any:
        """What the server says to JSON at a path of its own, beside the protocol (llama.cpp's `/slots`)."""
        with _plain_errors(self._timeout):
            return self._wire.post(self.base_url.removesuffix("/v1") + path, body)

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    def _request(self, messages: Sequence[Message], max_tokens: int) -> dict[str, Any]:
        if not self._model:
            self._model = next(iter(self.models()), "")
        return {
            "model": self._model,
            "messages": [dict(message) for message in messages],
            "max_tokens": max_tokens,
            "temperature": 0,
            "seed": 0,
        }


def _format(schema: Mapping[str, Any] | None) -> dict[str, Any]:
    if schema is None:
        return {}
    described = {"name": "reply", "schema": dict(schema), "strict": True}
    return {"response_format": {"type": "json_schema", "json_schema": described}}


def _json_of(text: str, schema: Mapping[str, Any], ended: str | None) -> str:
    try:
        value = json.loads(text)
    except ValueError as exc:
        why = "was cut off" if ended == "length" else "is not the JSON that was asked for"
        raise LLMInvalidReply(f"The model's answer {why}.", "Ask again, or use a larger model.") from exc
    missing = [] if not isinstance(value, dict) else [key for key in schema.get("required", ()) if key not in value]
    if missing or (schema.get("type") == "object" and not isinstance(value, dict)):
        raise LLMInvalidReply("The model's answer lacks what was asked for.", "Ask again, or use a larger model.")
    return text


@contextmanager
def _plain_errors(timeout: float) -> Iterator[None]:
    import openai

    try:
        yield
    except openai.APITimeoutError as exc:
        raise _timeout_error(timeout) from exc
    except openai.APIConnectionError as exc:
        raise _unavailable("The model cannot be reached or stopped in the middle of its answer.") from exc
    except openai.APIStatusError as exc:
        raise _status_error(exc) from exc
    except (openai.OpenAIError, ValueError) as exc:
        raise LLMInvalidReply("The model's server gave an answer that cannot be read.", "Ask again.") from exc


def _status_error(exc: openai.APIStatusError) -> LLMError:
    if exc.status_code in (401, 403):
        return LLMUnavailable("The model's server refused the key.", "Set OBSERVATORY_LLM_API_KEY.")
    if exc.status_code == 404:
        return LLMUnavailable("The model's server knows no such model or address.", "Check OBSERVATORY_LLM_MODEL.")
    if exc.status_code == 429 or exc.status_code >= 500:
        return _unavailable("The model's server is overloaded or not ready yet.")
    reason = str((exc.body or {}).get("message", "") if isinstance(exc.body, dict) else "") or exc.message
    return LLMInvalidReply(f"The model's server refused the question: {reason[:200]}", "Ask for less at once.")


def _unavailable(message: str) -> LLMUnavailable:
    return LLMUnavailable(message, "Ask again in a moment; until then texts come from templates.")


def _timeout_error(timeout: float) -> LLMTimeout:
    return LLMTimeout(f"The model did not finish its answer in {timeout:g} seconds.", "Set OBSERVATORY_LLM_TIMEOUT.")
