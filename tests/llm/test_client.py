"""The client against servers that misbehave in every way; each failure is one plain sentence."""

import http.server
import json
import time
from collections.abc import Callable
from email.message import Message
from typing import Any

import pytest

from observatory.errors import LLMError, LLMInvalidReply, LLMTimeout, LLMUnavailable
from observatory.llm import OpenAIClient, ScriptedLLM

QUESTION = [{"role": "user", "content": "Which mark?"}]
SCHEMA = {"type": "object", "properties": {"mark": {"enum": ["bar"]}}, "required": ["mark"]}


def completion(content: str | None, finish_reason: str = "stop") -> str:
    choice = {"index": 0, "finish_reason": finish_reason, "message": {"role": "assistant", "content": content}}
    return json.dumps({"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]})


def chunk(content: str) -> bytes:
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": None}
    head = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return f"data: {json.dumps(head)}\n\n".encode()


class FakeServer(http.server.ThreadingHTTPServer):
    """Answers every question with the same bytes and remembers what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), FakeHandler)
        self.status, self.kind, self.body = 200, "application/json", completion("hello").encode()
        self.delay, self.length = 0.0, None
        self.asked: list[dict[str, Any]] = []
        self.headers: list[Message] = []

    def client(self, **options: Any) -> OpenAIClient:
        options = {"model": "m", "timeout": 5.0, **options}
        return OpenAIClient(f"http://127.0.0.1:{self.server_port}/v1", "key", **options)


class FakeHandler(http.server.BaseHTTPRequestHandler):
    server: FakeServer

    def do_POST(self) -> None:
        self.server.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.server.headers.append(self.headers)
        self.answer(self.server.status, self.server.kind, self.server.body)

    def do_GET(self) -> None:
        listed = {"object": "list", "data": [{"id": n, "object": "model"} for n in ("first", "second")]}
        self.answer(200, "application/json", json.dumps(listed).encode())

    def answer(self, status: int, kind: str, body: bytes) -> None:
        time.sleep(self.server.delay)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(self.server.length or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture
def server(serve: Callable[[FakeServer], FakeServer]) -> FakeServer:
    return serve(FakeServer())


def test_a_question_is_asked_so_that_its_answer_is_always_the_same(server: FakeServer):
    assert server.client().complete(QUESTION, max_tokens=7) == "hello"
    asked = {"model": "m", "messages": QUESTION, "max_tokens": 7, "temperature": 0, "seed": 0}
    assert server.asked == [{**asked, "stream": True, "stream_options": {"include_usage": True}}]
    assert server.headers[0]["Authorization"] == "Bearer key"


def test_no_model_named_takes_the_first_that_the_server_lists(server: FakeServer):
    client = server.client(model="")
    client.complete(QUESTION)
    assert (client.name, server.asked[0]["model"]) == ("first", "first")


@pytest.mark.parametrize(
    ("content", "ended", "says"),
    [
        ("bar", "stop", "not the JSON"),
        ('{"mark": "ba', "length", "cut off"),
        ("{}", "stop", "lacks"),
        ("[1]", "stop", "lacks"),
    ],
)
def test_an_answer_that_is_not_of_the_schema_is_refused(server: FakeServer, content: str, ended: str, says: str):
    server.body = completion(content, ended).encode()
    with pytest.raises(LLMInvalidReply, match=says):
        server.client().complete(QUESTION, schema=SCHEMA)


@pytest.mark.parametrize(
    "body", [completion(""), completion(" \n"), completion(None), '{"choices": []}', "{}", "[]", '"x"', "null"]
)
def test_an_answer_without_content_is_refused(server: FakeServer, body: str):
    server.body = body.encode()
    with pytest.raises(LLMInvalidReply):
        server.client().complete(QUESTION)


@pytest.mark.parametrize(
    ("kind", "body"), [("text/html", b"<html>"), ("application/json", b"{garbage"), ("application/json", b"\xff")]
)
def test_an_answer_that_cannot_be_read_is_refused(server: FakeServer, kind: str, body: bytes):
    server.kind, server.body = kind, body
    with pytest.raises(LLMInvalidReply):
        server.client().complete(QUESTION)


@pytest.mark.parametrize(
    ("status", "error", "says"),
    [
        (400, LLMInvalidReply, "context is too small"),
        (401, LLMUnavailable, "refused the key"),
        (403, LLMUnavailable, "refused the key"),
        (404, LLMUnavailable, "no model called “m”"),
        (429, LLMUnavailable, "overloaded"),
        (500, LLMUnavailable, "overloaded"),
        (503, LLMUnavailable, "not ready"),
    ],
)
def test_a_refusal_of_the_server_becomes_one_sentence(
    server: FakeServer, status: int, error: type[LLMError], says: str
):
    server.status, server.body = status, b'{"error": {"message": "the context is too small"}}'
    with pytest.raises(error, match=says) as caught:
        server.client().complete(QUESTION)
    assert caught.value.hint
    assert len(server.asked) == 1


def test_a_slow_answer_is_a_timeout(server: FakeServer):
    server.delay = 0.5
    with pytest.raises(LLMTimeout, match=r"0\.1 seconds"):
        server.client(timeout=0.1).complete(QUESTION)


def test_a_connection_that_is_refused_is_an_unavailable_model(server: FakeServer):
    server.server_close()
    with pytest.raises(LLMUnavailable):
        server.client().complete(QUESTION)


def test_a_connection_that_breaks_is_an_unavailable_model(server: FakeServer):
    server.length = 10_000
    with pytest.raises(LLMUnavailable):
        server.client().complete(QUESTION)


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(server: FakeServer, monkeypatch: pytest.MonkeyPatch):
    for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    assert server.client().complete(QUESTION) == "hello"


def test_a_stream_gives_the_answer_piece_by_piece(server: FakeServer):
    server.kind, server.body = "text/event-stream", chunk("good ") + chunk("") + chunk("day") + b"data: [DONE]\n\n"
    assert list(server.client().stream(QUESTION)) == ["good ", "day"]
    assert server.asked[0]["stream"] is True


def test_a_stream_that_breaks_gives_what_came_and_then_the_error(server: FakeServer):
    server.kind, server.body, server.length = "text/event-stream", chunk("good "), 10_000
    pieces = server.client().stream(QUESTION)
    assert next(pieces) == "good "
    with pytest.raises(LLMUnavailable):
        next(pieces)


def test_a_stream_of_garbage_is_refused(server: FakeServer):
    server.kind, server.body = "text/event-stream", b"data: {garbage\n\n"
    with pytest.raises(LLMInvalidReply):
        list(server.client().stream(QUESTION))


# ── scripted ─────────────────────────────────────────────────────────────────────────────────────


def test_a_script_is_followed_in_order_and_remembers_the_questions():
    model = ScriptedLLM(["one", LLMTimeout("Too slow."), "two words"])
    assert model.complete(QUESTION, schema=SCHEMA, max_tokens=9) == "one"
    with pytest.raises(LLMTimeout):
        model.complete(QUESTION)
    assert "".join(model.stream(QUESTION)).strip() == "two words"
    assert [(call.schema, call.max_tokens) for call in model.history] == [(SCHEMA, 9), (None, 256), (None, 256)]


def test_a_script_that_is_over_is_an_unavailable_model():
    with pytest.raises(LLMUnavailable):
        ScriptedLLM().complete(QUESTION)
