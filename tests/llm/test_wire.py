"""An answer ends in time: at its deadline, at its cap, and when whoever asked has left, whatever the server does."""

import contextlib
import http.server
import json
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from observatory.errors import LLMCancelled, LLMInvalidReply, LLMTimeout, LLMUnavailable
from observatory.llm import OpenAIClient
from observatory.llm.asker import Asker, asking

QUESTION = [{"role": "user", "content": "Which mark?"}]


def chunk(content: str, **more: object) -> bytes:
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": None}
    head = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return f"data: {json.dumps(head | more)}\n\n".encode()


class Talker(http.server.ThreadingHTTPServer):
    """Sends `n_pieces` pieces, then says nothing for as long as it is listened to, or ends if `hangs` is false."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), TalkerHandler)
        self.n_pieces, self.pause, self.hangs = 2, 0.0, True
        self.last = b"data: [DONE]\n\n"
        self.left, self.stopped = threading.Event(), threading.Event()

    def client(self, timeout: float) -> OpenAIClient:
        return OpenAIClient(f"http://127.0.0.1:{self.server_port}/v1", "key", "m", timeout)


class TalkerHandler(http.server.BaseHTTPRequestHandler):
    server: Talker

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        try:
            for n in range(self.server.n_pieces):
                self.wfile.write(chunk(f"{n} "))
                time.sleep(self.server.pause)
            while self.server.hangs and not self.server.stopped.wait(0.02):
                self.connection.setblocking(False)
                try:
                    if self.connection.recv(1) == b"":
                        raise ConnectionResetError
                except BlockingIOError:
                    continue
            self.wfile.write(self.server.last)
        except ConnectionError:
            self.server.left.set()

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture
def talker(serve: Callable[[Talker], Talker]) -> Iterator[Talker]:
    server = serve(Talker())
    yield server
    server.stopped.set()


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """What the first question loads takes seconds, which no test means."""
    with contextlib.suppress(LLMUnavailable):
        OpenAIClient("http://127.0.0.1:9/v1", model="m").complete(QUESTION)


@pytest.mark.parametrize("n_pieces", [0, 2], ids=["before the first word", "in the middle"])
def test_the_deadline_holds_while_the_server_sends_nothing(talker: Talker, n_pieces: int):
    talker.n_pieces = n_pieces
    began = time.monotonic()
    with pytest.raises(LLMTimeout, match=r"0\.5 seconds"):
        talker.client(0.5).complete(QUESTION)
    assert time.monotonic() - began < 2
    assert talker.left.wait(2)


def test_the_deadline_holds_while_the_server_goes_on_and_on(talker: Talker):
    talker.n_pieces, talker.pause = 10_000, 0.05
    with pytest.raises(LLMTimeout):
        list(talker.client(0.5).stream(QUESTION, max_tokens=100_000))
    assert talker.left.wait(2)


def test_an_answer_ends_at_its_cap_where_the_server_knows_none(talker: Talker):
    talker.n_pieces = 100_000
    assert talker.client(20).complete(QUESTION, max_tokens=5).split() == ["0", "1", "2", "3", "4"]
    assert talker.left.wait(5)


def test_json_that_is_cut_off_at_the_cap_is_no_answer(talker: Talker):
    talker.n_pieces = 100_000
    with pytest.raises(LLMInvalidReply):
        talker.client(20).complete(QUESTION, schema={"type": "object"}, max_tokens=5)


def test_leaving_in_the_middle_closes_the_connection(talker: Talker):
    pieces = talker.client(20).stream(QUESTION)
    assert next(pieces) == "0 "
    pieces.close()
    assert talker.left.wait(1)


@pytest.mark.parametrize("n_pieces", [0, 2], ids=["before the first word", "in the middle"])
def test_an_asker_who_leaves_ends_the_answer_at_once(talker: Talker, n_pieces: int):
    talker.n_pieces = n_pieces
    asker, client = Asker("session"), talker.client(20)
    threading.Timer(0.3, asker.cancel).start()
    began = time.monotonic()
    with asking(asker), pytest.raises(LLMCancelled):
        client.complete(QUESTION)
    assert time.monotonic() - began < 1.3
    assert talker.left.wait(1)
    assert (client.meter.live().cancelled, client.meter.live().answering) == (1, 0)


def test_who_has_left_asks_nothing(talker: Talker):
    asker, client = Asker("session"), talker.client(20)
    asker.cancel()
    with asking(asker), pytest.raises(LLMCancelled):
        client.complete(QUESTION)
    assert client.meter.live().answering == 0


def test_what_the_server_says_of_an_answer_is_counted(talker: Talker):
    talker.hangs = False
    usage = {"prompt_tokens": 40, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 30}}
    timings = {"cache_n": 30, "prompt_n": 10, "predicted_n": 2, "predicted_per_second": 8.0}
    drafted = {"draft_n": 6, "draft_n_accepted": 3}
    talker.last = chunk("", usage=usage, timings=timings | drafted, choices=[]) + talker.last
    client = talker.client(20)
    client.complete(QUESTION)
    live = client.meter.live()
    assert (live.answered, live.failed, live.cancelled, live.answering) == (1, 0, 0, 0)
    assert (live.prompt_tokens, live.cached_tokens, live.written_tokens) == (40, 30, 2)
    assert (live.cached_share, live.last_tokens_per_second) == (0.75, 8.0)
    assert (live.drafted, live.accepted) == (6, 3)
    assert live.first_token_seconds is not None


def test_a_server_that_counts_nothing_is_counted_by_what_it_sent(talker: Talker):
    talker.hangs = False
    client = talker.client(20)
    client.complete(QUESTION)
    assert (client.meter.live().written_tokens, client.meter.live().prompt_tokens) == (2, 0)


def test_an_answer_that_fails_counts_as_failed(talker: Talker):
    talker.last, talker.hangs = b"data: {garbage\n\n", False
    client = talker.client(20)
    with pytest.raises(LLMInvalidReply):
        client.complete(QUESTION)
    assert (client.meter.live().failed, client.meter.live().answered) == (1, 0)
