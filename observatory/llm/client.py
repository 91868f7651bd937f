"""The one seam to a language model, and its client for any OpenAI-compatible server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, Protocol

from observatory.errors import LLMError, LLMInvalidReply, LLMTimeout, LLMUnavailable
from observatory.llm.dialect import Dialect, is_too_long, is_unknown_model, reason
from observatory.llm.meter import Meter
from observatory.llm.structured import Mode, Structured
from observatory.llm.wire import Answer, Wire

if TYPE_CHECKING:
    import openai  # imported where a client is made: it takes a second, and most runs ask no model

Message = Mapping[str, str]
_LIST_SECONDS = 5.0
_MOST_NAMES = 8


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

    `timeout` is in seconds and holds for a whole answer; `model` empty takes the first that the server lists. What the
    server does not take is found out and remembered: parameters (`dialect`) and ways to ask for JSON (`structured`).

    >>> OpenAIClient("http://127.0.0.1:9/v1", model="tiny").name
    'tiny'
    """

    def __init__(
        self,
        base_url: str,
        api_key: str = "",
        model: str = "",
        timeout: float = 60.0,
        meter: Meter | None = None,
        mode: Mode | None = None,
    ) -> None:
        self.base_url, self.api_key = base_url, api_key
        self.meter = Meter() if meter is None else meter
        self._model = model
        self._timeout = timeout
        self._wire = Wire(base_url, api_key, timeout, self.meter)
        self._dialect = Dialect()
        self._structured = Structured(self._answer, timeout / 2, mode)

    @property
    def name(self) -> str:
        """The model that is asked; empty until the server was asked for its first one."""
        return self._model

    @property
    def mode(self) -> str:
        """How the server gives JSON of a schema, probed if it is not known yet; raises what a question raises."""
        return self._structured.mode().name

    def models(self) -> list[str]:
        """Names of the models that the server lists; raises LLMUnavailable where it has no list."""
        with _plain_errors(self._timeout):
            said = self._wire.get("/models", min(self._timeout, _LIST_SECONDS))
        listed = said.get("data") if isinstance(said, dict) else None
        return [m["id"] for m in listed or () if isinstance(m, dict) and isinstance(m.get("id"), str)]

    def complete(
        self, messages: Sequence[Message], *, schema: Mapping[str, Any] | None = None, max_tokens: int = 256
    ) -> str:
        """The answer; with a schema, JSON text that is valid under it."""
        if schema is not None:
            return self._structured.complete(messages, schema, max_tokens)
        return self._answer(messages, max_tokens, {})[0]

    def stream(self, messages: Sequence[Message], *, max_tokens: int = 256) -> Iterator[str]:
        """The answer piece by piece; leaving the loop ends the rest of it at the server."""
        with self._errors(), self._ask(messages, max_tokens) as answer:
            yield from answer

    def post(self, path: str, **body: Any) -> Any:
        """What the server says to JSON at a path of its own, beside the protocol (llama.cpp's `/slots`)."""
        with _plain_errors(self._timeout):
            return self._wire.post(self.base_url.removesuffix("/v1") + path, body)

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    def _answer(
        self, messages: Sequence[Message], max_tokens: int, options: Mapping[str, Any]
    ) -> tuple[str, str | None]:
        """The text of an answer and why it ended; `options` go into the request."""
        with self._errors(), self._ask(messages, max_tokens, options) as answer:
            text = "".join(answer)
        if not text.strip():
            raise LLMInvalidReply("The model gave an empty answer.", "Ask again in other words.")
        return text, answer.ended

    def _ask(self, messages: Sequence[Message], max_tokens: int, options: Mapping[str, Any] | None = None) -> Answer:
        """Ask in the server's own dialect; what it refuses and can be done without is learnt, and it is asked again."""
        import openai

        while True:
            request = self._dialect.adapted(self._request(messages, max_tokens) | dict(options or {}))
            try:
                return self._wire.ask(request)
            except (openai.BadRequestError, openai.UnprocessableEntityError) as exc:
                if not self._dialect.learns(request, reason(exc)):
                    raise

    def _request(self, messages: Sequence[Message], max_tokens: int) -> dict[str, Any]:
        self._model = self._model or self._first_listed()
        return {
            "model": self._model,
            "messages": [dict(message) for message in messages],
            "max_tokens": max_tokens,
            "temperature": 0,
            "seed": 0,
            "stream_options": {"include_usage": True},
        }

    def _first_listed(self) -> str:
        """The first model of the list that can talk."""
        hint = "Set OBSERVATORY_LLM_MODEL to the name of the model to ask."
        try:
            listed = self.models()
        except LLMUnavailable as exc:
            if getattr(exc.__cause__, "status_code", None) in (404, 405, 501):
                raise LLMUnavailable("The model's server does not say which models it has.", hint) from exc.__cause__
            raise
        talking = [name for name in listed if "embed" not in name.lower()]
        if not listed:
            raise LLMUnavailable("The model's server lists no model.", hint)
        return (talking or listed)[0]

    @contextmanager
    def _errors(self) -> Iterator[None]:
        import openai

        try:
            with _plain_errors(self._timeout):
                yield
        except LLMError as exc:
            refusal = exc.__cause__
            if not isinstance(refusal, openai.APIStatusError):
                raise
            if refusal.status_code in (401, 403) and not self.api_key:
                raise LLMUnavailable("The model's server asks for a key.", "Set OBSERVATORY_LLM_API_KEY.") from refusal
            if is_unknown_model(refusal):
                raise self._unknown_model() from refusal
            raise

    def _unknown_model(self) -> LLMUnavailable:
        """Which models there are, the nearest first; without a list, only that this one is not known."""
        try:
            names = self.models()
        except LLMError:
            names = []
        if not names or self._model in names:
            return LLMUnavailable("The model's server knows no such model or address.", "Check OBSERVATORY_LLM_MODEL.")
        names.sort(key=lambda name: -SequenceMatcher(None, self._model.lower(), name.lower()).ratio())
        listed = ", ".join(names[:_MOST_NAMES]) + (" …" if len(names) > _MOST_NAMES else "")
        return LLMUnavailable(
            f"The model's server has no model called “{self._model}”.",
            f"Set OBSERVATORY_LLM_MODEL to one that it has: {listed}.",
        )


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
    if is_too_long(exc):
        return LLMInvalidReply(
            f"The question is too long for the model: {reason(exc)[:200]}",
            "Ask about fewer fields, or use a model that reads more at once.",
        )
    return LLMInvalidReply(f"The model's server refused the question: {reason(exc)[:200]}", "Ask for less at once.")


def _unavailable(message: str) -> LLMUnavailable:
    return LLMUnavailable(message, "Ask again in a moment; until then texts come from templates.")


def _timeout_error(timeout: float) -> LLMTimeout:
    return LLMTimeout(f"The model did not finish its answer in {timeout:g} seconds.", "Set OBSERVATORY_LLM_TIMEOUT.")
