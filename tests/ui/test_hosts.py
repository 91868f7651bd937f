"""A page whose name points to this machine by a trick does not reach the dashboard."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from observatory.ui.hosts import KnownHost, is_known

OWN = [
    "localhost",
    "localhost:8501",
    "127.0.0.1:8501",
    "[::1]:8501",
    "::1",
    "192.168.0.7",
    "LOCALHOST",
    "a.localhost",
    "",
]
FOREIGN = ["example.org", "example.org:8501", "localhost.example.org", "127.0.0.1.example.org", "1e1", "[x]", "xn--a"]


@pytest.mark.parametrize("host", OWN)
def test_numbers_and_localhost_are_this_machine(host: str) -> None:
    assert is_known(host, "127.0.0.1", ())


@pytest.mark.parametrize("host", FOREIGN)
@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "127.0.0.2"])
def test_other_names_are_not(host: str, address: str) -> None:
    assert not is_known(host, address, ())


def test_names_are_given_by_whoever_runs_it() -> None:
    assert is_known("tables.example.org:443", "127.0.0.1", ["tables.example.org"])
    assert is_known("any.example.org", "127.0.0.1", ["*"])
    assert is_known("example.org", "0.0.0.0", ())
    assert not is_known("example.org", "0.0.0.0", ["tables.example.org"])


def sent(kind: str, host: bytes) -> list[dict[str, Any]]:
    """What a request with this host is answered with; the dashboard behind answers nothing."""
    messages: list[dict[str, Any]] = []

    async def behind(*_: Any) -> None:
        messages.append({"type": "passed on"})

    async def send(message: Any) -> None:
        messages.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    app = KnownHost(behind, lambda: ("127.0.0.1", ()))
    scope = {"type": kind, "headers": [(b"host", host)], "method": "GET", "path": "/"}
    with ThreadPoolExecutor(1) as own:  # a browser test may have left a loop running in this thread
        own.submit(asyncio.run, app(scope, receive, send)).result()
    return messages


def test_a_foreign_name_is_told_what_to_do() -> None:
    assert sent("http", b"localhost:1") == [{"type": "passed on"}]
    start, body = sent("http", b"tables.example.org:1")
    assert start["status"] == 421
    assert b"OBSERVATORY_HOSTS=tables.example.org make run" in body["body"]
    assert b"<" not in sent("http", b"<b>x</b>")[1]["body"]


def test_a_web_socket_of_a_foreign_name_is_closed() -> None:
    assert sent("websocket", b"example.org") == [{"type": "websocket.close", "code": 1008}]
    assert sent("lifespan", b"") == [{"type": "passed on"}]
