"""The observatory's side of the process that draws pictures: starts it, bounds its time, and starts it anew."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import weakref
from typing import Any

from observatory.charts.drawing import pressing
from observatory.errors import ChartInvalidSpec

SECONDS = 60.0
_FEWER = "Draw fewer marks: aggregate the rows, or use fewer panels."


class Press:
    """One process that draws pictures, started when first asked; safe to use from many threads.

    >>> press = Press()
    >>> press.draw({"data": {"values": [{"a": 1}]}, "mark": "point"})[:4]
    b'<svg'
    >>> press.close()
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._end: weakref.finalize[Any, Any] | None = None

    def draw(self, spec: dict[str, Any], scale: float | None = None) -> bytes:
        """A chart as SVG, or as PNG with `scale` pixels for each of its own.

        Raises ValueError with what is wrong with a chart, and ChartInvalidSpec for one that takes too long or too
        much memory.
        """
        return self._done({"spec": spec, "scale": scale})

    def rasterize(self, svg: str, scale: float) -> bytes:
        """A picture that is SVG already as PNG, with `scale` pixels for each of its own; raises as `draw`."""
        return self._done({"svg": svg, "scale": scale})

    def _done(self, request: dict[str, Any]) -> bytes:
        with self._lock:
            answer = self._answer(json.dumps(request).encode())
        if answer[:1] == pressing.FAILED:
            raise ValueError(answer[1:].decode(errors="replace"))
        return answer[1:]

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._stop()

    def _answer(self, asked: bytes) -> bytes:
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        late = threading.Timer(self._seconds, process.kill)
        late.start()
        try:
            pressing.send(process.stdin, asked)
            answer = pressing.receive(process.stdout)
        except OSError:
            answer = None
        finally:
            late.cancel()
        if answer:
            return answer
        self._stop()
        raise ChartInvalidSpec("The chart takes too long or too much memory to be drawn as a picture.", _FEWER)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-s", pressing.__file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            self._end = weakref.finalize(self, _ended, self._process)
        return self._process

    def _stop(self) -> None:
        if self._end is not None:
            self._end()
        self._process = self._end = None


def _ended(process: subprocess.Popen[bytes]) -> None:
    """End a process and take back all it held."""
    process.kill()
    with process:
        pass
