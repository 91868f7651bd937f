"""The process between the observatory and the warm one: it makes the namespaces, and watches memory from outside."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
from contextlib import suppress
from pathlib import Path

from observatory.sandbox import libc, namespaces, zygote
from observatory.sandbox.layers import Limits
from observatory.sandbox.namespaces import World, children_of

_LOOK = 0.02
_ROOM = 64 * 2**20


def main(requests: int, life: int, asked: str) -> None:
    """Start the warm process over the socket `requests`, and end it when the other end of `life` is closed.

    `asked` is JSON: `{"layers": [names], "limits": {…}}`.
    """
    given = json.loads(asked)
    layers, limits = frozenset(given["layers"]), Limits(**given["limits"])
    world = namespaces.leave() if "namespaces" in layers else World("left out")
    busy, told = os.pipe()
    pid = os.fork()
    if pid == 0:
        libc.prctl(libc.PR_SET_PDEATHSIG, signal.SIGKILL)
        os.close(life)
        os.close(busy)
        with socket.socket(fileno=requests) as taken:
            zygote.main(taken, told, layers, limits, world)
    os.close(requests)
    os.close(told)
    _watch(pid, life, busy, limits if "clock" in layers else None)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _watch(pid: int, life: int, busy: int, limits: Limits | None) -> None:
    """Look at the memory of charts while there are any, until the observatory or the warm process is gone."""
    is_busy = False
    while True:
        ready = select.select((life, busy), (), (), _LOOK if is_busy and limits else None)[0]
        if life in ready:
            return
        if busy in ready:
            news = os.read(busy, 4096)
            if not news:
                return
            is_busy = news.endswith(b"1")
        if is_busy and limits:
            _hold_to_memory(pid, limits)


def _hold_to_memory(pid: int, limits: Limits) -> None:
    """End each chart that has grown over its limit, and the largest one when all together are over theirs.

    One that gave back what it was forked with makes no room for the others.
    """
    own = _anonymous(pid)
    grown = sorted((sum(max(0, _anonymous(p) - own) for p in _tree(child)), child) for child in children_of(pid))
    total = sum(size for size, _ in grown)
    for size, child in reversed(grown):
        if size > limits.memory + _ROOM or total > limits.total_memory:
            total -= size
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)


def _tree(pid: int) -> list[int]:
    return [pid, *(p for child in children_of(pid) for p in _tree(child))]


def _anonymous(pid: int) -> int:
    """Bytes of memory of a process that stand in no file; 0 for one that is gone."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
    return 0
