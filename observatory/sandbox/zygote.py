"""The warm process: it has imported Altair and pandas, forks once for each chart, and ends what takes too long."""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from observatory.sandbox import child, landlock
from observatory.sandbox.layers import Limits
from observatory.sandbox.namespaces import World
from observatory.sandbox.probes import PROBES

_TICK = 0.05
_PATIENCE = ((0.25, 10), (1.0, 19))
"""Seconds of the processor after which a chart must give way to others, and how much."""


def main(requests: socket.socket, busy: int, layers: frozenset[str], limits: Limits, world: World) -> NoReturn:
    """Warm up, take the view of all files away, say what there is, and serve until the other side is gone."""
    gc.disable()  # what is imported stays, so that looking for what could go is time lost
    from observatory.sandbox import program, sealed

    sealed.warm()
    program.warm(facade="facade" in layers)
    gc.collect()
    gc.freeze()
    gc.enable()
    size = int(Path("/proc/self/statm").read_bytes().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    world.settle()
    missing = {name: reason for name, reason in (("namespaces", world.reason), ("landlock", _no_landlock())) if reason}
    requests.send(json.dumps({"missing": missing}).encode())
    held = layers - set(missing)
    Zygote(requests, busy, child.Cell(held, limits, size), world).serve()
    os._exit(0)


def _no_landlock() -> str:
    return "" if landlock.version() else "this kernel has none"


@dataclass
class Running:
    """A chart in the making: where its end is told, when it must be over, and by whom it was ended."""

    pid: int
    status: int
    deadline: float
    nice: int = 0
    ended: str = ""


class Zygote:
    """Takes requests from a socket until that is closed: a JSON head, and descriptors."""

    def __init__(self, requests: socket.socket, busy: int, cell: child.Cell, world: World) -> None:
        self._requests = requests
        self._busy = busy
        self._cell = cell
        self._world = world
        self._running: dict[int, Running] = {}

    def serve(self) -> None:
        """Answer until the other side closes the socket."""
        while True:
            watched = [self._requests.fileno(), *self._running]
            ready = select.select(watched, (), (), _TICK if self._running else None)[0]
            for fd in ready:
                if fd in self._running:
                    self._reap(fd)
                elif not self._receive():
                    return
            self._hold_to_limits()

    def _receive(self) -> bool:
        try:
            head, descriptors, _, _ = socket.recv_fds(self._requests, 4096, 4)
        except ConnectionResetError:
            return False
        if not head:
            return False
        *given, status = descriptors
        request = json.loads(head)
        pid = self._fork(request, given)
        if not self._running:
            os.write(self._busy, b"1")
        self._running[os.pidfd_open(pid)] = Running(pid, status, time.monotonic() + request["seconds"])
        for fd in given:
            os.close(fd)
        return True

    def _fork(self, request: dict[str, Any], descriptors: list[int]) -> int:
        self._world.fresh()
        pid = os.fork()
        if pid == 0:
            self._become_chart(request, descriptors)
        return pid

    def _become_chart(self, request: dict[str, Any], descriptors: list[int]) -> NoReturn:
        if "probe" in request:
            layers = self._cell.layers & {request["probe"], "no_new_privs", "namespaces"}
            child.probe(descriptors[-1], replace(self._cell, layers=layers), PROBES[request["probe"]])
        child.serve(descriptors, self._cell)

    def _reap(self, fd: int) -> None:
        """Tell how a chart's process ended: nothing of it is left then."""
        run = self._running.pop(fd)
        os.close(fd)
        _, status, usage = os.wait4(run.pid, 0)
        self._world.end_strays({other.pid for other in self._running.values()})
        cpu = usage.ru_utime + usage.ru_stime
        told = {"ended": run.ended or _ending(status, cpu, self._cell.limits), "cpu": round(cpu, 4)}
        with suppress(BrokenPipeError):
            os.write(run.status, json.dumps(told).encode())
        os.close(run.status)
        if not self._running:
            os.write(self._busy, b"0")

    def _hold_to_limits(self) -> None:
        now = time.monotonic()
        for run in self._running.values():
            if now > run.deadline and not run.ended and "clock" in self._cell.layers:
                run.ended = "clock"
                os.kill(run.pid, signal.SIGKILL)
            spent = _cpu_seconds(run.pid)
            nice = max((nice for after, nice in _PATIENCE if spent > after), default=0)
            if nice > run.nice:
                run.nice = nice
                os.setpriority(os.PRIO_PROCESS, run.pid, nice)


def _cpu_seconds(pid: int) -> float:
    """Seconds of the processor that a process has used: the clock that the kernel numbers by it."""
    return time.clock_gettime((~pid << 3) | 2)


def _ending(status: int, cpu: float, limits: Limits) -> str:
    """How a process ended, in a word: `exit`, `cpu`, `memory` for one ended from outside, or `signal N`."""
    if os.WIFEXITED(status):
        return "exit"
    number = os.WTERMSIG(status)
    if number == signal.SIGXCPU or (number == signal.SIGKILL and cpu >= limits.cpu_seconds):
        return "cpu"
    return "memory" if number == signal.SIGKILL else f"signal {number}"
