"""One run of the engine's server as a child process, with a key of its own."""

from __future__ import annotations

import contextlib
import ctypes
import importlib.metadata
import json
import os
import re
import secrets
import selectors
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict, dataclass, field
from pathlib import Path

_SERVER = Path(__file__).with_name("server.py")
_STOP_SECONDS = 2.0
_MOST_SAID = 2**20
_REFUSED_DRAFT = r"failed to initialize speculative decoding context: (.*)"
_REASONS = (  # what llama.cpp prints when it cannot start
    r"error loading model: (?:llama_model_loader: )?(.*)",
    r"(couldn't bind HTTP server socket, .*)",
    r"(failed to allocate .*|unable to allocate .*|.*std::bad_alloc.*)",
)
_OPENMP = "libgomp.so.1"
# Threads that wait for each other spin this many times before they sleep: few enough to lose little when another
# program takes a core, and enough to lose nothing when none does.
_SPIN = {"GOMP_SPINCOUNT": "1000"}


@dataclass(frozen=True)
class ServerConfig:
    """What a server is told: `context` and `max_tokens` in tokens, `slots` answers at once, `nice` as in `nice(1)`.

    One answer is decoded by `threads`; prompts and answers side by side are computed by `batch_threads`. `draft` says
    how tokens are proposed: `off`, `ngram`, or the path of a smaller model. Port 0 takes any that is free,
    and an empty key a random one.
    """

    model: str
    name: str
    context: int
    threads: int
    batch_threads: int
    slots: int = 4
    max_tokens: int = 2048
    nice: int = 0
    draft: str = "off"
    port: int = 0
    api_key: str = field(default="", repr=False)


class ServerProcess:
    """A server that lives until `stop`, or until this process is gone.

    Start it in a thread that outlives it: Linux ends the child together with the thread that made it.
    """

    def __init__(self, config: ServerConfig) -> None:
        self.api_key = config.api_key or secrets.token_urlsafe(24)
        self.address = self._error = ""
        self.copies: list[str] = []
        self._said = tempfile.TemporaryFile()  # noqa: SIM115
        self._openmp = _bundled_openmp()
        self._stopping, self._reading = threading.Lock(), threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(_SERVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
            env=self._environment(),
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        self._tell({**asdict(config), "api_key": self.api_key, "parent": os.getpid()})

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def wait_until_healthy(self) -> bool:
        """Block until the model is loaded (True, `address` is set) or the server has given up (False)."""
        with self._reading:
            line = "" if self._stdout.closed else self._stdout.readline()
        answer = json.loads(line) if line else {}
        self.address, self._error = answer.get("address", ""), answer.get("error", "")
        self.copies = answer.get("copies", [])
        return bool(self.address)

    def ends_within(self, seconds: float) -> bool:
        """Whether the process ends in the next seconds; sleeps until then, where `wait` would look again and again."""
        with self._reading, selectors.DefaultSelector() as selector:
            if self._stdout.closed:
                return True
            selector.register(self._stdout, selectors.EVENT_READ)  # at its end when the process is
            return bool(selector.select(seconds)) and self.wait()

    def wait(self, timeout: float | None = None) -> bool:
        """Whether the process has ended, after waiting for that for at most `timeout` seconds."""
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self) -> None:
        """End the process; may be called again, and from any thread."""
        with self._stopping:
            with contextlib.suppress(BrokenPipeError):
                self._stdin.close()
            if not self.wait(_STOP_SECONDS):
                self._process.kill()
                self._process.wait()
            with self._reading:
                self._stdout.close()
            self._said.close()
            if self._openmp is not None:
                self._openmp.cleanup()

    def last_words(self) -> str:
        """Why the process ended, as far as it said so."""
        code = self._process.poll()
        if code is not None and code < 0:
            return f"it was ended by signal {-code}"
        with self._stopping:
            if self._said.closed:
                return "it was stopped"
            return self._reason(_REASONS) or self._error or f"it ended with code {code}"

    def refused_draft(self) -> str:
        """Why a server that is healthy decodes without the draft model it was given; empty if it does not."""
        with self._stopping:
            return "" if self._said.closed else self._reason((_REFUSED_DRAFT,))

    def _reason(self, patterns: tuple[str, ...]) -> str:
        """What the process said, by the first pattern that is found; its place in the file is left as it is."""
        said = os.pread(self._said.fileno(), _MOST_SAID, 0).decode(errors="replace")
        return next((match[1] for pattern in patterns if (match := re.search(pattern, said))), "")

    def _environment(self) -> dict[str, str]:
        environment = {**_SPIN, **os.environ}
        if self._openmp is not None:
            folders = [self._openmp.name, os.environ.get("LD_LIBRARY_PATH", "")]
            environment["LD_LIBRARY_PATH"] = os.pathsep.join(filter(None, folders))
        return environment

    def _tell(self, config: dict[str, object]) -> None:
        with contextlib.suppress(BrokenPipeError):  # it ended already; its missing answer will say so
            self._stdin.write(json.dumps(config) + "\n")
            self._stdin.flush()


def _bundled_openmp() -> tempfile.TemporaryDirectory[str] | None:
    """A folder with the OpenMP that xllamacpp needs and does not bring, if the system has none: scikit-learn's."""
    try:
        ctypes.CDLL(_OPENMP)
    except OSError:
        folder = tempfile.TemporaryDirectory(prefix="observatory-engine-")
        bundled = Path(str(importlib.metadata.distribution("scikit-learn").locate_file("scikit_learn.libs")))
        for library in sorted(bundled.glob("libgomp-*"))[:1]:
            Path(folder.name, _OPENMP).symlink_to(library)
        return folder
    return None
