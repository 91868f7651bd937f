"""A peer in an environment of its own, asked through a pipe: one JSON request a line, one answer a line."""

from __future__ import annotations

import json
import subprocess
from typing import Any


class Piped:
    """Our side of the pipe; `guide` is the file that says how the peer's environment is made."""

    def __init__(self, process: subprocess.Popen[str], guide: str) -> None:
        self._process, self._guide = process, guide

    def ask(self, do: str, **request: Any) -> dict[str, Any]:
        """One answer; raises RuntimeError when the peer is gone."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"do": do, **request}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"The peer's environment gave no answer: is it made as {self._guide} says?")
        return json.loads(line)
