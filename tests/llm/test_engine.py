"""The real engine with the small model: what it answers, whom it answers, and how it lives and dies."""

import contextlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from observatory.errors import LLMCancelled, LLMInvalidReply, LLMUnavailable
from observatory.llm import Engine, prober, process
from observatory.llm.asker import Asker, asking
from observatory.llm.bench import measure
from observatory.settings import Settings

pytestmark = pytest.mark.engine

STORY = [{"role": "user", "content": "Write a long story about a dragon."}]
SCHEMA = {
    "type": "object",
    "properties": {"mark": {"enum": ["bar", "line"]}, "year": {"type": "integer", "minimum": 1990, "maximum": 2030}},
    "required": ["mark", "year"],
    "additionalProperties": False,
}


def eventually(fact: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Whether something becomes true in time."""
    deadline = time.monotonic() + seconds
    while not fact() and time.monotonic() < deadline:
        time.sleep(0.02)
    return fact()


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def raising(error: Exception) -> Callable[..., object]:
    """A function that fails."""

    def fail(*_: object) -> object:
        raise error

    return fail


def kill_soon(engine: Engine) -> None:
    pid = engine.pid
    assert pid is not None
    threading.Timer(0.3, os.kill, (pid, signal.SIGKILL)).start()


def ask(engine: Engine, method: str, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """One raw request to the server, as a web page or another program would make it."""
    with engine.answering() as client:
        connection = http.client.HTTPConnection(urlsplit(client.base_url).netloc, timeout=30)
    try:
        connection.request(method, path, headers=headers)
        reply = connection.getresponse()
        return reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read()
    finally:
        connection.close()


# ── answers ──────────────────────────────────────────────────────────────────────────────────────


def test_it_answers_and_the_same_question_gets_the_same_answer(engine: Engine):
    question = [{"role": "user", "content": "Say hello."}]
    answers = {engine.client().complete(question, max_tokens=12) for _ in range(2)}
    assert len(answers) == 1
    assert answers.pop().strip()


def test_with_a_schema_every_answer_is_json_of_that_schema(engine: Engine):
    for topic in ("sales", "rain", "bread", "trains"):
        answer = json.loads(engine.client().complete([{"role": "user", "content": topic}], schema=SCHEMA))
        assert set(answer) == {"mark", "year"}
        assert answer["mark"] in {"bar", "line"}
        assert 1990 <= answer["year"] <= 2030


def test_answers_side_by_side_are_those_of_one_after_the_other(engine: Engine):
    questions = [[{"role": "user", "content": f"Name {n} animals."}] for n in range(1, 5)]
    alone = [engine.client().complete(question, max_tokens=8) for question in questions]
    together = [""] * len(questions)

    def answer(n: int) -> None:
        together[n] = engine.client().complete(questions[n], max_tokens=8)

    threads = [threading.Thread(target=answer, args=(n,)) for n in range(len(questions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [bool(text) for text in together] == [bool(text) for text in alone]


def test_a_stream_is_the_answer_in_pieces(engine: Engine):
    whole = engine.client().complete(STORY, max_tokens=16)
    pieces = list(engine.client().stream(STORY, max_tokens=16))
    assert len(pieces) > 4
    assert "".join(pieces).strip()[:20] == whole.strip()[:20]


def test_leaving_a_stream_frees_the_engine(engine: Engine):
    for _ in range(6):
        pieces = engine.client().stream(STORY, max_tokens=1500)
        next(pieces)
        pieces.close()
    assert engine.client().complete([{"role": "user", "content": "Say hello."}], max_tokens=4)


def test_four_users_with_a_prefix_that_one_of_them_had_read_do_not_read_it_again(engine: Engine):
    facts = " ".join(random.Random(3).choices(["city", "income", "height", "month", "group"], k=200))

    def ask(n: int) -> None:
        question = [{"role": "system", "content": facts}, {"role": "user", "content": f"Question {n}?"}]
        with asking(Asker(f"user {n}")):
            engine.client().complete(question, max_tokens=4)

    before = engine.live()
    ask(0)
    first = engine.live()
    assert first.prompt_tokens - before.prompt_tokens > 200
    users = [threading.Thread(target=ask, args=(n,)) for n in range(1, 5)]
    for user in users:
        user.start()
    for user in users:
        user.join()
    live = engine.live()
    cached, read = live.cached_tokens - first.cached_tokens, live.prompt_tokens - first.prompt_tokens
    assert live.answered == first.answered + 4
    assert cached / read > 0.9


def test_who_leaves_frees_the_engine(engine: Engine):
    asker = Asker("leaves")

    def ask(question: list[dict[str, str]]) -> None:
        with asking(asker), contextlib.suppress(LLMCancelled):
            engine.client().complete(question, max_tokens=1800)

    leaving = [threading.Thread(target=ask, args=([*STORY, {"role": "user", "content": str(n)}],)) for n in range(4)]
    for thread in leaving:
        thread.start()
    assert eventually(lambda: engine.live().answering == 4)
    asker.cancel()
    began = time.monotonic()
    for thread in leaving:
        thread.join()
    assert engine.live().answering == 0
    for n in range(4):  # one for each slot: the answers that were left would take a slot for 1,800 tokens
        with asking(Asker(f"stays {n}")):
            engine.client().complete([{"role": "user", "content": f"Say {n}."}], max_tokens=1)
    assert time.monotonic() - began < 10


def test_a_question_longer_than_the_context_is_refused_in_one_sentence(engine: Engine):
    with pytest.raises(LLMInvalidReply, match="context") as refused:
        engine.client().complete([{"role": "user", "content": "word " * 2500}])
    assert "\n" not in str(refused.value)
    assert refused.value.hint


def test_what_it_does_is_told_live(engine: Engine):
    live = engine.live()
    assert (live.model, live.quantization, live.context, live.slots) == (engine.config.name, "Q4_1", 2048, 4)
    assert (live.draft, live.restarts, live.waiting, live.answering) == ("off", 0, 0, 0)
    assert (live.resident or 0) > 80e6
    assert live.answered > 0
    assert live.written_tokens > 0
    assert (live.last_tokens_per_second or 0) > 0
    assert type(live).from_dict(live.to_dict()) == live


# ── safety ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ["/v1/models", "/slots", "/props", "/metrics", "/v1/chat/completions"])
def test_without_the_key_nothing_is_told(engine: Engine, path: str):
    assert ask(engine, "GET", path)[0] == 401


@pytest.mark.parametrize("path", ["/", "/index.html"])
def test_there_is_no_web_page(engine: Engine, path: str):
    status, headers, _ = ask(engine, "GET", path)
    assert status >= 400
    assert "html" not in headers["content-type"]


def test_slots_and_their_prompts_are_closed_even_to_the_key(engine: Engine):
    with engine.answering() as client:
        assert ask(engine, "GET", "/slots", Authorization=f"Bearer {client.api_key}")[0] == 501


@pytest.mark.parametrize("method", ["OPTIONS", "GET"])
def test_a_foreign_web_page_is_not_let_in(engine: Engine, method: str):
    asks = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    headers = ask(engine, method, "/health", **asks)[1]
    assert headers.get("access-control-allow-origin") not in {"*", "http://evil.example"}
    assert headers.get("access-control-allow-credentials", "false") == "false"


def test_it_listens_on_this_machine_only(engine: Engine):
    with engine.answering() as client:
        assert urlsplit(client.base_url).hostname == "127.0.0.1"


def test_the_key_is_not_where_other_users_can_read_it(engine: Engine):
    with engine.answering() as client:
        key = client.api_key.encode()
    assert len(key) >= 32
    assert key not in Path(f"/proc/{engine.pid}/cmdline").read_bytes()
    assert key not in Path(f"/proc/{engine.pid}/environ").read_bytes()


# ── life and death ───────────────────────────────────────────────────────────────────────────────


def test_an_engine_killed_in_the_middle_of_an_answer_says_so_and_comes_back(engine: Engine):
    client = engine.client()
    kill_soon(engine)
    with pytest.raises(LLMUnavailable, match=r"^The engine stopped in the middle of the answer and starts again\.$"):
        client.complete(STORY, max_tokens=1800)
    assert engine.status().state == "starting"
    with pytest.raises(LLMUnavailable):
        client.complete(STORY)
    assert engine.wait(120).state == "ready"
    assert client.complete([{"role": "user", "content": "Say hello."}], max_tokens=4)


def test_an_engine_killed_in_the_middle_of_a_stream_says_so(engine: Engine):
    assert engine.wait(120).state == "ready"
    kill_soon(engine)
    with pytest.raises(LLMUnavailable, match="middle of the answer"):
        list(engine.client().stream(STORY, max_tokens=1800))
    assert engine.wait(120).state == "ready"


def test_a_stopped_engine_is_off_and_can_be_started_again(engine: Engine):
    assert engine.wait(120).state == "ready"
    pid = engine.pid
    assert pid is not None
    for _ in range(2):
        engine.stop()
        assert (engine.status().state, engine.pid) == ("off", None)
    assert not is_alive(pid)
    with pytest.raises(LLMUnavailable):
        engine.client().complete(STORY)
    engine.start()
    engine.start()
    assert engine.wait(120).state == "ready"
    assert engine.client().complete(STORY, max_tokens=2)


def test_an_engine_can_be_stopped_while_it_starts(engine: Engine, engine_settings: Settings):
    early = Engine(Path(engine.config.model), engine_settings)
    early.start()
    early.stop()
    assert early.status().state == "off"


@pytest.mark.parametrize("content", [b"", b"GGUF", random.Random(0).randbytes(100_000)], ids=["empty", "stub", "noise"])
def test_a_file_that_is_no_model_leaves_the_engine_down_with_a_sentence(tmp_path: Path, content: bytes):
    file = tmp_path / "model.gguf"
    file.write_bytes(content)
    engine = Engine(file, Settings())
    engine.start()
    status = engine.wait(60)
    assert status.state == "down"
    assert "failed to load model" in status.detail
    with pytest.raises(LLMUnavailable):
        engine.client().complete(STORY)
    engine.stop()


def test_more_context_than_memory_holds_is_cut_and_that_is_said(engine: Engine):
    greedy = Engine(Path(engine.config.model), Settings(engine_context=50_000_000))
    greedy.start()
    status = greedy.wait(120)
    greedy.stop()
    assert status.state == "ready"
    assert "It keeps 4,096 tokens of context, for memory did not hold more." in status.detail


def test_a_port_that_is_taken_is_said_in_one_sentence(engine: Engine):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        late = Engine(Path(engine.config.model), Settings(engine_context=512), port=taken.getsockname()[1])
        late.start()
        status = late.wait(60)
        late.stop()
    assert status.state == "down"
    assert "port" in status.detail


def test_a_draft_model_that_is_not_here_leaves_an_engine_without_one(engine: Engine):
    plain = Engine(Path(engine.config.model), Settings(models=Path("nowhere"), engine_draft=engine.config.name))
    assert plain.config.draft == "off"


def test_speculative_decoding_counts_what_was_proposed(engine: Engine, engine_settings: Settings):
    question = [{"role": "user", "content": "Write the numbers from 1 to 30 with commas."}]
    drafting = Engine(Path(engine.config.model), replace(engine_settings, engine_draft=engine.config.name), threads=1)
    drafting.start()
    assert drafting.wait(120).state == "ready"
    assert drafting.client().complete(question, max_tokens=24)
    live = drafting.live()
    drafting.stop()
    assert live.draft == engine.config.name
    assert live.drafted
    assert 0 < (live.accepted or 0) <= live.drafted


def test_a_draft_model_of_another_vocabulary_is_told_from_what_the_server_says(engine: Engine):
    server = process.ServerProcess(engine.config)
    try:
        assert server.wait_until_healthy()
        assert server.refused_draft() == ""
        said = b"E srv load_model: failed to initialize speculative decoding context: the vocabulary is another one\n"
        os.write(server._said.fileno(), said)
        assert server.refused_draft() == "the vocabulary is another one"
    finally:
        server.stop()


def test_a_system_without_openmp_uses_the_one_that_scikit_learn_brings(
    engine: Engine, engine_settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(process.ctypes, "CDLL", raising(OSError("no such library")))
    other = Engine(Path(engine.config.model), engine_settings)
    other.start()
    assert other.wait(120).state == "ready"
    assert "scikit_learn.libs/libgomp" in Path(f"/proc/{other.pid}/maps").read_text()
    other.stop()


PARENT = """
import sys, time
from pathlib import Path
from observatory.llm import Engine, process, prober
from observatory.llm.bench import measure
from observatory.settings import Settings
engine = Engine(Path(sys.argv[1]), Settings(engine_context=512))
engine.start()
if sys.argv[2] == "ready":
    engine.wait()
while engine._server is None:
    time.sleep(0.01)
print(engine._server.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("when", ["ready", "starting"])
def test_no_orphan_is_left_when_the_parent_is_killed(engine: Engine, when: str):
    command = [sys.executable, "-c", PARENT, engine.config.model, when]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert is_alive(child)
        parent.kill()
        assert eventually(lambda: not is_alive(child), 10)


# ── bench ────────────────────────────────────────────────────────────────────────────────────────


def test_the_bench_measures_every_batch_and_prints_a_table(
    engine: Engine, engine_settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(prober, "_PROMPT_WORDS", 20)
    monkeypatch.setattr(prober, "_PREFIX_WORDS", 200)
    bench = measure(Path(engine.config.model), engine_settings, batches=(1, 2), tokens=8, draft="ngram")
    assert [speed.batch for speed in bench.speeds] == [1, 2]
    assert all(speed.prefill > 0 and speed.decode > 0 for speed in bench.speeds)
    assert bench.first_token_cached < bench.first_token_uncached
    assert bench.resident > bench.load_time > 0
    assert type(bench).from_dict(bench.to_dict()) == bench
    assert bench.model in bench.table()
    assert 1 <= bench.busy_threads <= bench.threads
    assert min(bench.busy_decode, bench.busy_decode_fixed, bench.users_speedup) > 0
    assert bench.prefix_reuse > 0.9
    assert bench.speculation is not None
    assert bench.speculation.draft == "ngram"
    assert min(bench.speculation.without, bench.speculation.decode) > 0
