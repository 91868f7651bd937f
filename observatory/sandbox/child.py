"""One chart's process: it gives up every right, then runs the code, writes one JSON value and ends."""

from __future__ import annotations

import json
import mmap
import os
import resource
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from observatory.sandbox import landlock, libc, seccomp
from observatory.sandbox.layers import Limits

CODE, FRAME, RESULT = 3, 4, 5
"""The descriptors of a chart's process: the code, the rows as an Arrow stream, and where the result goes."""
NOBODY = 65534
_HIGH = 64
_SAFE_EVENTS = frozenset(
    {
        *("compile", "exec", "import", "sys._getframe", "sys._getframemodulename", "sys.unraisablehook"),
        *("object.__getattr__", "object.__setattr__", "object.__delattr__", "code.__new__", "function.__new__"),
        *("builtins.id", "array.__new__", "time.sleep"),
    }
)
"""What Python, pandas and Altair do in an innocent chart, as names of audit events."""


@dataclass(frozen=True)
class Cell:
    """How a chart is held: its layers, its limits, and the bytes of addresses that the process has to begin with."""

    layers: frozenset[str]
    limits: Limits
    size: int


def serve(descriptors: Sequence[int], cell: Cell) -> NoReturn:
    """Run the code behind the first of three descriptors over the rows behind the second, and end.

    The result goes to the third: what `program.run` gives, or `{"lost": reason}` where a layer could not be put on.
    """
    try:
        _keep(descriptors)
        code = os.pread(CODE, cell.limits.code, 0).decode(errors="replace")
        rows = mmap.mmap(FRAME, 0, prot=mmap.PROT_READ)
        lock(cell)
    except BaseException as exc:  # whatever happens, this process must not go on as the one it was forked from
        _end(json.dumps({"lost": f"{type(exc).__name__}: {exc}"[:500]}).encode())
    try:
        answer = _run(code, rows, cell)
    except BaseException:
        answer = b"{}"
    _end(answer)


def probe(result: int, cell: Cell, attempt: Callable[[], str]) -> NoReturn:
    """Put on the layers of the cell, and say what an attempt gave: "" where it was stopped."""
    try:
        _keep([result, result, result])
        lock(cell)
        broken = attempt()
    except BaseException as exc:
        broken = f"{type(exc).__name__}: {exc}"[:200]
    _end(json.dumps({"broken": broken}).encode())


def _keep(descriptors: Sequence[int]) -> None:
    """These descriptors from `CODE` on and no other, and a session of its own: signals to a group leave a world."""
    os.setsid()
    libc.prctl(libc.PR_SET_PDEATHSIG, signal.SIGKILL)
    for place, fd in enumerate(descriptors):
        os.dup2(fd, _HIGH + place)
    for place in range(len(descriptors)):
        os.dup2(_HIGH + place, CODE + place)
    libc.close_all_but(frozenset(range(CODE, CODE + len(descriptors))))


def lock(cell: Cell) -> None:
    """Give up, layer by layer, every right that a chart does not need; raises OSError where that fails.

    Namespaces are entered before, by the process that this one was forked from.
    """
    if "rlimits" in cell.layers:
        _bound(cell)
    if os.geteuid() == 0 and "namespaces" not in cell.layers:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        libc.prctl(libc.PR_SET_PDEATHSIG, signal.SIGKILL)
    unprivileged = "no_new_privs" in cell.layers
    if unprivileged:
        libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)
        libc.drop_capabilities()
    if "landlock" in cell.layers:
        landlock.restrict()
    if "seccomp" in cell.layers:
        seccomp.install(seccomp.program(() if unprivileged else ("capset",)))
    if not unprivileged:
        libc.drop_capabilities()
    if "audit" in cell.layers:
        sys.addaudithook(_refuse)


def _bound(cell: Cell) -> None:
    limits = cell.limits
    bounds = {
        resource.RLIMIT_CPU: (limits.cpu_seconds, limits.cpu_seconds + 1),
        resource.RLIMIT_AS: (cell.size + limits.memory,) * 2,
        resource.RLIMIT_FSIZE: (0, 0),
        resource.RLIMIT_NOFILE: (RESULT + 1, RESULT + 1),
        resource.RLIMIT_NPROC: (0, 0),
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_MEMLOCK: (0, 0),
        resource.RLIMIT_MSGQUEUE: (0, 0),
    }
    for kind, bound in bounds.items():
        resource.setrlimit(kind, bound)


def _refuse(event: str, _arguments: Any) -> None:
    if event not in _SAFE_EVENTS:
        raise PermissionError(f"chart code may not do this: {event}")


def _run(code: str, rows: mmap.mmap, cell: Cell) -> bytes:
    import pyarrow as pa

    from observatory.sandbox import program, sealed

    data = sealed.frame(pa.py_buffer(rows))
    answer = program.run(code, data, guard="guard" in cell.layers, facade="facade" in cell.layers)
    return json.dumps(answer, allow_nan=False).encode()


def _end(answer: bytes) -> NoReturn:
    try:
        left = memoryview(answer)
        while left:
            left = left[os.write(RESULT, left) :]
    finally:
        os._exit(0)
