"""One answer of an OpenAI-compatible server, read piece by piece, that can be ended at any time.

An answer is read by a loop of its own in the background, so that its deadline and its end hold also while the server
sends nothing at all. Ending it closes its connection, upon which llama.cpp and vLLM stop computing.
"""

from __future__ import annotations

import asyncio
import json
import queue
import threading
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urlsplit

from observatory.errors import LLMCancelled, LLMInvalidReply, LLMTimeout
from observatory.llm import asker
from observatory.llm.meter import Meter, Usage

if TYPE_CHECKING:
    import openai  # imported where a wire is made: it takes a second, and most runs ask no model

_CONNECT_SECONDS = 5.0
_LOOK_SECONDS = 0.1  # between two looks at whether the asker has left
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_OPEN, _END = object(), object()
_EXTRA: ContextVar[Mapping[str, Any] | None] = ContextVar("extra", default=None)
_T = TypeVar("_T")


@contextmanager
def extra(**fields: Any) -> Iterator[None]:
    """Send these fields, which the protocol does not know, with every question of the block: llama.cpp's `id_slot`."""
    _EXTRA.set(fields)
    try:
        yield
    finally:
        _EXTRA.set(None)  # not a reset: a stream may be closed in another context than it was begun in


class Wire:
    """The connection to a server; `timeout` is in seconds and holds for a whole answer.

    Errors are those of the openai library, LLMTimeout and LLMCancelled; `meter` counts what comes.
    """

    def __init__(self, base_url: str, api_key: str, timeout: float, meter: Meter) -> None:
        import openai

        self.timeout, self.meter = timeout, meter
        self._client = openai.AsyncOpenAI(
            base_url=base_url,
            api_key=api_key or "none",
            timeout=openai.Timeout(timeout, connect=min(timeout, _CONNECT_SECONDS)),
            max_retries=0,
            # A server may close an idle connection just when the next question is sent on it.
            default_headers={"Connection": "close"},
            # A proxy of the environment cannot reach this machine's own loopback address.
            http_client=openai.DefaultAsyncHttpxClient(trust_env=urlsplit(base_url).hostname not in _LOOPBACK),
        )

    def ask(self, request: Mapping[str, Any]) -> Answer:
        """The answer to a request of chat completions, once the server begins to send it."""
        return Answer(self._client, request, self.timeout, self.meter)

    def get(self, path: str, timeout: float | None = None) -> Any:
        """What lies at a path of the server, as JSON."""
        client = self._client if timeout is None else self._client.with_options(timeout=timeout)
        return _run(client.get(path, cast_to=object))

    def post(self, url: str, body: Mapping[str, Any]) -> Any:
        """What the server says to JSON at a full URL."""
        return _run(self._client.post(url, body=dict(body), cast_to=object))

    def close(self) -> None:
        """Close the connections."""
        _run(self._client.close())


class Answer:
    """The pieces of one answer, in a `with` block whose end closes the connection; `ended` says why it ended."""

    def __init__(self, client: openai.AsyncOpenAI, request: Mapping[str, Any], timeout: float, meter: Meter) -> None:
        self.ended: str | None = None
        self._most = int(request.get("max_tokens") or request.get("max_completion_tokens") or 0)
        self._usage = self._timings = None
        self._asker = asker.current()
        self._asker.check()
        self._box: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._mark = meter.begin()
        sent = {"stream": True, **request}
        sent["extra_body"] = {**(_EXTRA.get() or {}), **sent.get("extra_body", {})}
        self._reading = asyncio.run_coroutine_threadsafe(_read(client, sent, timeout, self._box.put), _loop())
        self._take()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._reading.cancel()
        self._mark.end("cancelled")

    def __iter__(self) -> Iterator[str]:
        """The pieces; ends with `ended` “length” at the cap of tokens, also where the server knows no cap."""
        n_pieces = 0
        while (chunk := self._take()) is not _END:
            text, ended = _piece(chunk)
            self.ended = ended or self.ended
            self._usage, self._timings = chunk.get("usage") or self._usage, chunk.get("timings") or self._timings
            if text and n_pieces == self._most > 0:
                self.ended = "length"
                self._reading.cancel()
                break
            if text:
                n_pieces += 1
                self._mark.piece()
                yield text
        self._mark.end("answered", Usage.read(self._usage, self._timings))

    def _take(self) -> Any:
        """The next thing that came, as soon as it comes; ends everything where it is an error or the asker has left."""
        while True:
            try:
                self._asker.check()
                item = self._box.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                continue
            except LLMCancelled:
                self.__exit__()
                raise
            if isinstance(item, Exception):
                self._mark.end("failed")
                raise item
            return item


async def _read(client: openai.AsyncOpenAI, request: dict[str, Any], timeout: float, put: Any) -> None:
    """Put `_OPEN`, each piece as a dictionary, and `_END`; or an exception in the place of one of them."""
    try:
        async with (
            asyncio.timeout(timeout),
            client.chat.completions.with_streaming_response.create(**request) as reply,
        ):
            put(_OPEN)
            if "text/event-stream" in reply.headers.get("content-type", ""):
                async for chunk in await reply.parse():
                    put(chunk.model_dump())
            else:  # a server that knows no streams
                put(json.loads(await _whole(reply)))
            put(_END)
    except TimeoutError:
        put(LLMTimeout(f"The model did not finish its answer in {timeout:g} seconds.", "Set OBSERVATORY_LLM_TIMEOUT."))
    except Exception as exc:  # raised again where the answer is read
        put(exc)


async def _whole(reply: Any) -> bytes:
    import openai

    try:
        content: bytes = await reply.read()
    except Exception as exc:  # the transport's own errors, which openai turns into this one in all other places
        raise openai.APIConnectionError(request=reply.http_request) from exc
    return content


def _piece(chunk: Any) -> tuple[str, str | None]:
    """The text in a piece and why the answer ends with it; a server that is no language model may send anything."""
    try:
        choice = chunk["choices"][0] if chunk["choices"] or "usage" not in chunk else {}
        said = choice.get("delta") or choice.get("message") or {}
        return str(said.get("content") or ""), choice.get("finish_reason")
    except (TypeError, KeyError, IndexError, AttributeError) as exc:
        raise LLMInvalidReply(
            "The server did not answer as a language model does.", "Check OBSERVATORY_LLM_BASE_URL."
        ) from exc


def _run(work: Coroutine[Any, Any, _T]) -> _T:
    return asyncio.run_coroutine_threadsafe(work, _loop()).result()


_loops: list[asyncio.AbstractEventLoop] = []
_beginning = threading.Lock()


def _loop() -> asyncio.AbstractEventLoop:
    """The loop that reads all answers, begun with the first."""
    with _beginning:
        if not _loops:
            _loops.append(asyncio.new_event_loop())
            threading.Thread(target=_loops[0].run_forever, name="model wire", daemon=True).start()
        return _loops[0]
