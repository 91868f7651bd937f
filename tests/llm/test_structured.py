"""JSON of a schema from servers that each obey another way, or none: it is valid, or there is one plain error."""

from __future__ import annotations

import http.server
import json
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from observatory.errors import LLMInvalidReply, LLMTimeout, LLMUnavailable
from observatory.llm import Engine, OpenAIClient

QUESTION = [{"role": "system", "content": "You choose marks."}, {"role": "user", "content": "Which mark?"}]
SCHEMA = {
    "type": "object",
    "properties": {"mark": {"enum": ["bar", "line"]}, "top": {"type": "integer", "maximum": 20}},
    "required": ["mark", "top"],
    "additionalProperties": False,
}
Answer = tuple[int, Any]
Face = Callable[[dict[str, Any]], Answer]


def says(text: str | None, ended: str = "stop") -> Answer:
    choice = {"index": 0, "finish_reason": ended, "message": {"role": "assistant", "content": text}}
    return 200, {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}


def refuses(message: str, status: int = 400, **more: str) -> Answer:
    return status, {"error": {"message": message, **more}}


def under(schema: dict[str, Any]) -> str:
    """What constrained decoding gives: always valid, and the first choice there is."""
    properties = schema["properties"].items()
    return json.dumps({name: kind["enum"][0] if "enum" in kind else 5 for name, kind in properties})


def talks(request: dict[str, Any]) -> Answer:
    """A model that reads: it answers under the schema if its words ask for one, with words around it."""
    words = request["messages"][-1]["content"]
    if "<schema>" not in words:
        return says("Hello, how are you?")
    return says(f"Sure!\n```json\n{under(json.loads(words.split('<schema>')[1].split('</schema>')[0]))}\n```\nBye.")


def format_of(request: dict[str, Any]) -> dict[str, Any]:
    return request.get("response_format") or {}


# ── faces of servers: each takes one way to be asked, and refuses the others or takes no notice of them ────────────


def openai_like(request: dict[str, Any]) -> Answer:
    kind = format_of(request)
    return says(under(kind["json_schema"]["schema"])) if kind.get("type") == "json_schema" else talks(request)


def not_strict(request: dict[str, Any]) -> Answer:
    described = format_of(request).get("json_schema", {})
    return refuses("Invalid schema: strict is not possible") if described.get("strict") else openai_like(request)


def json_object_with_schema(request: dict[str, Any]) -> Answer:
    kind = format_of(request)
    if kind.get("type") == "json_schema":
        return refuses("'response_format.type' must be one of 'text', 'json_object'", 422)
    return says(under(kind["schema"])) if "schema" in kind else talks(request)


def vllm(request: dict[str, Any]) -> Answer:
    if "structured_outputs" in request:
        return says(under(request["structured_outputs"]["json"]))
    return refuses("Unknown response_format") if format_of(request) else talks(request)


def old_vllm(request: dict[str, Any]) -> Answer:
    return says(under(request["guided_json"])) if "guided_json" in request else talks(request)


def only_json_object(request: dict[str, Any]) -> Answer:
    kind = format_of(request)
    if kind and kind != {"type": "json_object"}:
        return refuses("response_format json_schema is not supported", 500)
    if not kind and set(request) & {"guided_json", "structured_outputs"}:
        return refuses("Extra inputs are not permitted", 422)
    return talks(request)


def no_format_at_all(request: dict[str, Any]) -> Answer:
    extra = set(request) & {"response_format", "guided_json", "structured_outputs"}
    return refuses("Unrecognized request argument supplied: response_format") if extra else talks(request)


class FakeServer(http.server.ThreadingHTTPServer):
    """Answers as its face says and remembers what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), FakeHandler)
        self.face: Face = openai_like
        self.listed: Answer = (200, {"object": "list", "data": [{"id": "m", "object": "model"}]})
        self.asked: list[dict[str, Any]] = []

    def client(self, **options: Any) -> OpenAIClient:
        return OpenAIClient(f"http://127.0.0.1:{self.server_port}/v1", **{"model": "m", "timeout": 5.0, **options})


class FakeHandler(http.server.BaseHTTPRequestHandler):
    server: FakeServer

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(request)
        self.answer(*self.server.face(request))

    def do_GET(self) -> None:
        self.answer(*self.server.listed)

    def answer(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture
def server(serve: Callable[[FakeServer], FakeServer]) -> FakeServer:
    return serve(FakeServer())


@pytest.mark.parametrize(
    ("face", "mode"),
    [
        (openai_like, "json_schema"),
        (not_strict, "json_schema_loose"),
        (json_object_with_schema, "json_object_schema"),
        (vllm, "structured_outputs"),
        (old_vllm, "guided_json"),
        (only_json_object, "json_object"),
        (no_format_at_all, "plain"),
    ],
)
def test_each_server_is_asked_in_its_own_way_which_is_found_once(server: FakeServer, face: Face, mode: str):
    server.face, client = face, server.client()
    first = client.complete(QUESTION, schema=SCHEMA)
    probes = len(server.asked) - 1
    assert client.mode == mode
    assert client.complete(QUESTION, schema=SCHEMA) == first
    assert len(server.asked) == probes + 2
    Draft202012Validator(SCHEMA).validate(json.loads(first))


def test_a_server_that_takes_no_notice_of_a_schema_is_not_believed(server: FakeServer):
    server.face, client = talks, server.client()
    assert json.loads(client.complete(QUESTION, schema=SCHEMA)) == {"mark": "bar", "top": 5}
    assert "<schema>" in server.asked[-1]["messages"][-1]["content"]
    assert server.asked[-1]["messages"][0] == QUESTION[0]


def test_an_obedient_server_is_not_told_the_schema_in_words_too(server: FakeServer):
    server.client().complete(QUESTION, schema=SCHEMA, max_tokens=9)
    assert server.asked[-1]["messages"] == QUESTION
    assert server.asked[-1]["max_tokens"] == 9
    assert format_of(server.asked[-1])["json_schema"]["schema"] == SCHEMA


def test_many_threads_probe_once(server: FakeServer):
    client = server.client()
    with ThreadPoolExecutor(8) as threads:
        replies = list(threads.map(lambda _: client.complete(QUESTION, schema=SCHEMA), range(8)))
    assert len(set(replies)) == 1
    assert len(server.asked) == 9


def test_another_server_at_the_same_address_is_probed_anew(server: FakeServer):
    client = server.client()
    client.complete(QUESTION, schema=SCHEMA)
    server.face = old_vllm
    Draft202012Validator(SCHEMA).validate(json.loads(client.complete(QUESTION, schema=SCHEMA)))
    assert client.mode == "guided_json"
    server.face = no_format_at_all
    Draft202012Validator(SCHEMA).validate(json.loads(client.complete(QUESTION, schema=SCHEMA)))
    assert client.mode == "plain"


def test_one_schema_that_a_server_cannot_keep_does_not_cost_the_others_their_way(server: FakeServer):
    def face(request: dict[str, Any]) -> Answer:
        return refuses("failed to parse grammar") if "top" in json.dumps(format_of(request)) else openai_like(request)

    server.face, client = face, server.client()
    Draft202012Validator(SCHEMA).validate(json.loads(client.complete(QUESTION, schema=SCHEMA)))
    assert client.mode == "json_schema"


def test_an_answer_that_is_not_valid_is_asked_for_once_more_with_what_is_wrong(server: FakeServer):
    def face(request: dict[str, Any]) -> Answer:
        tried_before = len(request["messages"]) > len(QUESTION)
        return (
            says('{"mark": "pie", "top": 5}')
            if "top" in str(format_of(request)) and not tried_before
            else good(request)
        )

    good = openai_like
    server.face = face
    assert json.loads(server.client().complete(QUESTION, schema=SCHEMA))["mark"] == "bar"
    again = server.asked[-1]["messages"]
    assert [message["role"] for message in again] == ["system", "user", "assistant", "user"]
    assert "pie" in again[-1]["content"]


@pytest.mark.parametrize(
    "text", ["{}", "[1]", '{"mark": "pie", "top": 5}', "no JSON at all", "{'mark'", "[" * 5000, "", None]
)
def test_an_answer_that_stays_wrong_is_an_error_after_two_questions(server: FakeServer, text: str | None):
    def face(request: dict[str, Any]) -> Answer:
        return openai_like(request) if "quartz" in str(request) else says(text)

    server.face = face
    with pytest.raises(LLMInvalidReply) as caught:
        server.client().complete(QUESTION, schema=SCHEMA)
    assert caught.value.hint
    assert sum("quartz" not in str(request) for request in server.asked) == 2


def test_an_answer_that_was_cut_off_is_not_asked_for_again(server: FakeServer):
    def face(request: dict[str, Any]) -> Answer:
        return openai_like(request) if "quartz" in str(request) else says('{"mark": "ba', "length")

    server.face = face
    with pytest.raises(LLMInvalidReply, match="cut off"):
        server.client().complete(QUESTION, schema=SCHEMA)
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("answer", "error", "match"),
    [
        (refuses("maximum context length is 4096 tokens, max_tokens too large"), LLMInvalidReply, "too long"),
        (refuses("the request exceeds", type="exceed_context_size_error"), LLMInvalidReply, "too long"),
        (refuses("payload", 413), LLMInvalidReply, "too long"),
        (refuses("slow down", 429), LLMUnavailable, "overloaded"),
        (refuses("no", 401), LLMUnavailable, "asks for a key"),
        (refuses("boom", 500), LLMUnavailable, "overloaded"),
        (refuses("loading model", 503), LLMUnavailable, "not ready"),
    ],
)
def test_a_refusal_of_the_question_is_one_plain_error(server: FakeServer, answer: Answer, error: type, match: str):
    server.face = lambda request: openai_like(request) if "quartz" in str(request) else answer
    with pytest.raises(error, match=match):
        server.client().complete(QUESTION, schema=SCHEMA)
    assert sum("quartz" not in str(request) for request in server.asked) == 1


def test_a_server_that_is_down_while_it_is_probed_is_probed_again_later(server: FakeServer):
    client = server.client()
    for status in (500, 503, 429):
        server.face = lambda _, status=status: refuses("later", status)
        with pytest.raises(LLMUnavailable):
            client.complete(QUESTION, schema=SCHEMA)
    server.face = openai_like
    client.complete(QUESTION, schema=SCHEMA)
    assert client.mode == "json_schema"


def test_a_slow_server_is_a_timeout_and_is_not_asked_again(server: FakeServer):
    go_on = threading.Event()
    server.face = lambda request: openai_like(request) if go_on.wait(5) else says("")
    with pytest.raises(LLMTimeout):
        server.client(timeout=0.2).complete(QUESTION, schema=SCHEMA)
    go_on.set()
    assert len(server.asked) == 1


# ── parameters ───────────────────────────────────────────────────────────────────────────────────


def reasoning_model(request: dict[str, Any]) -> Answer:
    """As OpenAI's newer models are: another name for the limit, and no temperature."""
    if "max_tokens" in request:
        said = (
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
        )
        return refuses(said, param="max_tokens", code="unsupported_parameter")
    if "temperature" in request:
        return refuses("Unsupported value: 'temperature' does not support 0 with this model.", param="temperature")
    return openai_like(request)


def no_seed(request: dict[str, Any]) -> Answer:
    return refuses("body.seed: Extra inputs are not permitted", 422) if "seed" in request else openai_like(request)


def no_count(request: dict[str, Any]) -> Answer:
    return refuses("Unrecognized argument: stream_options") if "stream_options" in request else openai_like(request)


@pytest.mark.parametrize(
    ("face", "left"),
    [
        (reasoning_model, {"max_completion_tokens", "seed", "stream_options"}),
        (no_seed, {"max_tokens", "temperature", "stream_options"}),
        (no_count, {"max_tokens", "temperature", "seed"}),
    ],
)
def test_parameters_that_a_server_refuses_are_left_out_from_then_on(server: FakeServer, face: Face, left: set[str]):
    server.face, client = face, server.client()
    client.complete(QUESTION, max_tokens=7)
    first = len(server.asked)
    client.complete(QUESTION, max_tokens=7)
    assert set(server.asked[-1]) == {"model", "messages", "stream", *left}
    assert 7 in server.asked[-1].values()
    assert (first, len(server.asked)) == (
        len({"max_tokens", "temperature", "seed", "stream_options"} - left) + 1,
        first + 1,
    )


def test_a_refusal_that_names_nothing_that_was_sent_is_not_asked_again(server: FakeServer):
    server.face = lambda _: refuses("the prompt is not allowed here")
    with pytest.raises(LLMInvalidReply, match="not allowed here"):
        server.client().complete(QUESTION)
    assert len(server.asked) == 1


# ── names of models ──────────────────────────────────────────────────────────────────────────────


def listing(*names: str) -> Answer:
    return 200, {"object": "list", "data": [{"id": name, "object": "model"} for name in names]}


@pytest.mark.parametrize(
    "answer", [refuses("The model `qwen` does not exist.", 404), refuses("qwen is not a valid model ID")]
)
def test_a_wrong_model_name_is_answered_with_the_names_there_are_nearest_first(server: FakeServer, answer: Answer):
    server.face, server.listed = lambda _: answer, listing("llama-3", "Qwen/Qwen2.5-7B", "qwen2.5")
    with pytest.raises(LLMUnavailable) as caught:
        server.client(model="qwen").complete(QUESTION, schema=SCHEMA)
    assert caught.value.message == "The model's server has no model called “qwen”."
    assert caught.value.hint.endswith("one that it has: qwen2.5, Qwen/Qwen2.5-7B, llama-3.")


@pytest.mark.parametrize("listed", [refuses("no such path", 404), (200, {}), (200, {"data": None}), (200, [])])
def test_a_server_without_a_list_is_asked_by_the_name_in_the_settings(server: FakeServer, listed: Answer):
    server.listed = listed
    assert json.loads(server.client(model="mine").complete(QUESTION, schema=SCHEMA))["mark"] == "bar"
    with pytest.raises(LLMUnavailable, match="model") as caught:
        server.client(model="").complete(QUESTION)
    assert "OBSERVATORY_LLM_MODEL" in caught.value.hint


def test_the_first_model_that_can_talk_is_taken(server: FakeServer):
    server.listed = listing("text-embedding-3", "chat-1")
    client = server.client(model="")
    client.complete(QUESTION)
    assert Counter(request["model"] for request in server.asked) == {"chat-1": 1}


# ── the real engine ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.engine
def test_the_engine_is_found_to_obey_a_schema_and_does(engine: Engine):
    with engine.answering() as ours:
        client = OpenAIClient(ours.base_url, ours.api_key, timeout=60)
    assert client.mode == "json_schema"
    Draft202012Validator(SCHEMA).validate(json.loads(client.complete(QUESTION, schema=SCHEMA, max_tokens=40)))
    client.close()
