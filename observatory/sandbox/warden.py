"""The observatory's side of the warm process: starts it, hands it code and rows, and takes what comes back."""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from io import FileIO
from pathlib import Path
from typing import Any

from observatory.sandbox.layers import Limits

_PACKAGES = Path(__file__).parents[2]
_START = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from observatory.sandbox.launcher import main; main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])"
)
AT_ONCE = 64
_GRACE = 10.0
_SLOWEST_START = 60.0


class Lost(Exception):
    """The warm process is gone, and with it what was asked of it."""


@dataclass(frozen=True)
class Outcome:
    """What a chart's process wrote, how it ended (`exit`, `clock`, `cpu`, `memory`, `output`, `signal N`), and its
    seconds of the processor.
    """

    written: bytes
    ended: str
    cpu: float


class Warden:
    """One warm process; safe to use from many threads."""

    def __init__(self, layers: Collection[str], limits: Limits) -> None:
        self._limits = limits
        asked = json.dumps({"layers": sorted(layers), "limits": asdict(limits)})
        self._lock = threading.Lock()
        with ExitStack() as undone, ExitStack() as theirs_only:
            self._requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            theirs_only.callback(theirs.close)
            undone.callback(self._requests.close)
            life, ours = os.pipe()
            theirs_only.callback(os.close, life)
            undone.callback(os.close, ours)
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-s", "-c", _START, str(_PACKAGES), str(theirs.fileno()), str(life), asked],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=_environment(),
                pass_fds=(theirs.fileno(), life),
                start_new_session=True,
            )
            undone.pop_all()
        self._let_go = weakref.finalize(self, os.close, ours)
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self._missing: dict[str, str] | None = None

    def missing(self) -> dict[str, str]:
        """The layers that this machine does not have, and why; waits until the process is warm. Raises Lost."""
        with self._lock:
            if self._missing is None:
                self._requests.settimeout(_SLOWEST_START)
                try:
                    news = self._requests.recv(65536)
                except OSError as exc:
                    raise Lost(str(exc)) from exc
                if not news:
                    raise Lost("it ended while it started")
                self._requests.settimeout(None)
                self._missing = json.loads(news)["missing"]
            return self._missing

    def run(self, code: int, rows: int, seconds: float) -> Outcome:
        """What the code behind a descriptor gave over the rows behind another; Lost where the process is gone."""
        return self._ask({"seconds": seconds}, [code, rows])

    def probe(self, layer: str, seconds: float) -> Outcome:
        """What an attempt at what a layer forbids gave, as JSON `{"broken": what could be done}`."""
        return self._ask({"seconds": seconds, "probe": layer}, [])

    def _ask(self, head: dict[str, Any], descriptors: Sequence[int]) -> Outcome:
        with self._places, ExitStack() as stack:
            (taken, their_result), (status, their_status) = _pipe(stack), _pipe(stack)
            try:
                with self._lock, their_result, their_status:
                    given = [*descriptors, their_result.fileno(), their_status.fileno()]
                    socket.send_fds(self._requests, [json.dumps(head).encode()], given)
            except OSError as exc:
                raise Lost(str(exc)) from exc
            return self._collect(taken, status.fileno(), time.monotonic() + head["seconds"] + _GRACE)

    def _collect(self, result: FileIO, status: int, until: float) -> Outcome:
        """What is written until the process has ended; where it is more than may be, nobody listens any longer."""
        written = bytearray()
        watched = select.poll()
        for fd in (place := result.fileno(), status):
            watched.register(fd, select.POLLIN)
        while True:
            ready = [fd for fd, _ in watched.poll(max(0.0, until - time.monotonic()) * 1_000)]
            if not ready:
                raise Lost("it does not answer")
            if place in ready:
                chunk = result.read(1 << 20) or b""
                written += chunk
                if not chunk or len(written) > self._limits.output:
                    watched.unregister(place)
                    result.close()
            else:
                break
        told = os.read(status, 4096)
        if not told:
            raise Lost("it ended")
        ending = json.loads(told)
        is_too_long = len(written) > self._limits.output
        return Outcome(bytes(written), "output" if is_too_long else ending["ended"], ending["cpu"])

    def close(self) -> None:
        """End the process and all that it has started."""
        self._let_go()
        with self._lock:
            self._requests.close()
        self._process.wait(_GRACE)


def _pipe(stack: ExitStack) -> tuple[FileIO, FileIO]:
    """The end of a new pipe to read from and the one to write to, both closed with the stack."""
    read, write = os.pipe()
    return stack.enter_context(FileIO(read, "rb")), stack.enter_context(FileIO(write, "wb"))


def _environment() -> dict[str, str]:
    """What the warm process may know of ours: the time zone, and that it shall not start threads."""
    zone = os.environ.get("TZ") or (":/etc/localtime" if Path("/etc/localtime").exists() else "UTC")
    alone = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {"TZ": zone, "PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "ARROW_DEFAULT_MEMORY_POOL": "system", **alone}
