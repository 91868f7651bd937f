"""Attempts at what each layer forbids, made with that layer alone: each returns what it could do, "" for nothing."""

from __future__ import annotations

import mmap
import os
import resource
import socket
from collections.abc import Callable, Mapping

from observatory.sandbox import libc

_LARGE = 64 * 2**30


def _done(*attempts: tuple[str, Callable[[], object]]) -> str:
    """The names of those attempts that are not refused."""
    done = []
    for name, attempt in attempts:
        try:
            attempt()
        except (OSError, MemoryError):
            continue
        done.append(name)
    return ", ".join(done)


def _fork() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def _namespaces() -> str:
    seen = [name for _, name in socket.if_nameindex() if name != "lo"] + os.listdir("/")
    return ", ".join(seen) or ("" if os.getpid() == 1 else "other processes")


def _rlimits() -> str:
    bounded = resource.getrlimit(resource.RLIMIT_NPROC) == resource.getrlimit(resource.RLIMIT_FSIZE) == (0, 0)
    return _done(("64 GB of memory", lambda: mmap.mmap(-1, _LARGE))) or ("" if bounded else "files and processes")


def _no_new_privs() -> str:
    return "" if libc.prctl(libc.PR_GET_NO_NEW_PRIVS) == 1 else "new privileges"


def _landlock() -> str:
    return _done(("files", lambda: os.listdir("/")))


def _seccomp() -> str:
    return _done(("files", lambda: os.listdir("/")), ("sockets", socket.socket), ("processes", _fork))


def _audit() -> str:
    return _done(("files", lambda: os.listdir("/")), ("sockets", socket.socket), ("processes", _fork))


def _clock() -> str:
    while True:
        pass


def _guard() -> str:
    return _chart("import os\nos.getcwd()\nchart = alt.Chart(data).mark_bar()", facade=False)


def _facade() -> str:
    return _chart("chart = alt.Chart(data).mark_bar()\nchart.save('chart.json')\ndata.to_csv('rows.csv')", guard=False)


def _chart(code: str, *, guard: bool = True, facade: bool = True) -> str:
    import pandas as pd

    from observatory.sandbox import program

    answer = program.run(code, pd.DataFrame({"a": [1]}), guard=guard, facade=facade)
    return "forbidden code" if answer["ok"] else ""


PROBES: Mapping[str, Callable[[], str]] = {
    "guard": _guard,
    "facade": _facade,
    "namespaces": _namespaces,
    "rlimits": _rlimits,
    "no_new_privs": _no_new_privs,
    "landlock": _landlock,
    "seccomp": _seccomp,
    "audit": _audit,
    "clock": _clock,
}
"""The attempt at each layer of the process; that of the grammar is made where the grammar is."""
