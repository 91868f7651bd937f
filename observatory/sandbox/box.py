"""The sandbox as its users see it: chart code in, a Vega-Lite chart out, and nothing else happens."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from observatory.errors import ChartCodeError, ChartCodeFailed, ChartCodeRejected, ChartInvalidSpec, SandboxUnavailable
from observatory.model import SandboxLayer, SandboxStatus
from observatory.sandbox.grammar import accept
from observatory.sandbox.layers import LAYERS, MOST_PRINTED, Limits, is_required, lacking
from observatory.sandbox.sealed import Frames, sealed
from observatory.sandbox.warden import Lost, Outcome, Warden

if TYPE_CHECKING:
    import pandas as pd

_WITHOUT = "Charts from the list and from Vega-Lite work all the same."
_LATER = "Try again in a while."
_LONGEST, _LONGEST_FIX = 2_000, 100_000
_MOST_NOTES, _MOST_PARTS = 20, 500_000
_PROBE_SECONDS, _CLOCK_PROBE_SECONDS = 30.0, 0.1


@dataclass(frozen=True)
class Drawn:
    """What chart code gave: a Vega-Lite chart that the grammar let pass, what to know of it, and what was printed."""

    spec: Mapping[str, Any]
    notes: tuple[str, ...]
    cpu: float
    printed: str = ""


class Sandbox:
    """Runs chart code; safe to use from many threads. Nothing is started before it is first asked for.

    `without` leaves layers out, to see that the others hold alone: for tests and measurements only.

    >>> import pandas as pd
    >>> box = Sandbox()
    >>> code = "chart = alt.Chart(data).mark_bar().encode(x='a')"
    >>> rows = pd.DataFrame({"a": [1, 2]})
    >>> box.run(code, "mine", lambda: rows).spec["mark"] if box.status().ready else {"type": "bar"}
    {'type': 'bar'}
    >>> box.close()
    """

    def __init__(self, limits: Limits | None = None, *, without: Collection[str] = ()) -> None:
        self.limits = limits or Limits()
        self._without = frozenset(without)
        self._warden: Warden | None = None
        self._status: SandboxStatus | None = None
        self._frames = Frames()
        self._lock = threading.Lock()

    def status(self) -> SandboxStatus:
        """Which layers this machine has: each is tried once, by an attempt at what it forbids.

        Where the process does not start there are no layers, and the next call tries again.
        """
        with self._lock:
            found = self._status or self._test()
            if found.layers:
                self._status = found
            return found

    def run(self, code: str, key: str, rows: Callable[[], pd.DataFrame]) -> Drawn:
        """The chart that the code makes of the rows, which are made once for each key.

        Raises ChartCodeRejected and ChartCodeFailed for code that gives no chart, and SandboxUnavailable where a
        required layer is missing.
        """
        if len(code.encode(errors="replace")) > self.limits.code:
            raise ChartCodeRejected(f"The code is longer than {self.limits.code:,} bytes.", "Keep to one chart.")
        status = self.status()
        if not status.ready:
            raise SandboxUnavailable(status.detail, _WITHOUT)
        outcome = self._outcome(code, key, rows)
        if outcome.ended != "exit":
            raise _stopped(outcome.ended, self.limits)
        answer = _read(outcome.written)
        if not answer.get("ok"):
            raise _error(answer.get("error"), _printed(answer))
        spec, notes = self._accepted(answer.get("spec"))
        return Drawn(spec, (*notes, *_texts(answer.get("notes"))), outcome.cpu, _printed(answer))

    def close(self) -> None:
        """End all that was started."""
        with self._lock:
            if self._warden is not None:
                self._warden.close()
                self._warden = None
            self._frames.close()

    def _outcome(self, code: str, key: str, rows: Callable[[], pd.DataFrame]) -> Outcome:
        """What came of the code; when the warm process is lost on the way, a new one is asked once more."""
        try:
            with ExitStack() as stack:
                frame = self._frames.open(key, rows)
                stack.callback(os.close, frame)
                text = sealed(code.encode(errors="replace"), "code")
                stack.callback(os.close, text)
                return self._asked(text, frame)
        except OSError as exc:
            raise SandboxUnavailable(f"This machine has no room for chart code: {exc.strerror}.", _LATER) from exc

    def _asked(self, text: int, frame: int) -> Outcome:
        for _ in range(2):
            warden = self._warm()
            try:
                outcome = warden.run(text, frame, self.limits.seconds)
                if not outcome.written.startswith(b'{"lost"'):
                    return outcome
            except Lost:
                self._forget(warden)
        raise SandboxUnavailable("The process that runs chart code was lost.", "Try again.")

    def _warm(self) -> Warden:
        with self._lock:
            if self._warden is None:
                self._warden = Warden(set(LAYERS) - self._without, self.limits)
            return self._warden

    def _forget(self, warden: Warden) -> None:
        with self._lock:
            if self._warden is warden:
                self._warden = None
        warden.close()

    def _accepted(self, spec: Any) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        if "grammar" in self._without:
            return spec, ()
        try:
            accepted = accept(spec)
        except ChartInvalidSpec as exc:
            raise ChartCodeRejected(exc.message, exc.hint) from exc
        return accepted.spec, accepted.notes

    # ── the test of the layers ──

    def _test(self) -> SandboxStatus:
        if sys.platform != "linux":
            return SandboxStatus(False, "Chart code runs only on Linux, which can hold it.")
        try:
            self._warden = self._warden or Warden(set(LAYERS) - self._without, self.limits)
            missing = self._warden.missing()
            tried = [name for name in LAYERS if name not in self._without and name not in missing]
            with ThreadPoolExecutor(len(tried)) as pool:
                broken = dict(zip(tried, pool.map(self._broken, tried)))
        except (Lost, OSError) as exc:
            self._warden = None
            return SandboxStatus(False, f"Chart code cannot run here: its process does not start ({exc}).")
        missing = missing | {name: f"it did not stop this: {done}" for name, done in broken.items() if done}
        lacks = lacking(missing)
        states = tuple(self._layer(name, missing) for name in LAYERS)
        if lacks:
            what = " and ".join(name.replace("_", " ") for name in lacks)
            return SandboxStatus(False, f"Chart code is not run here, for this machine lacks {what}.", states)
        return SandboxStatus(True, f"Chart code is held by {sum(s.state == 'on' for s in states)} layers.", states)

    def _layer(self, name: str, missing: Mapping[str, str]) -> SandboxLayer:
        state = "off" if name in self._without else "missing" if name in missing else "on"
        reason = f" Missing: {missing[name]}." if state == "missing" else ""
        return SandboxLayer(name, state, is_required(name, missing), f"{_sentence(LAYERS[name])}{reason}")  # type: ignore[arg-type]

    def _broken(self, name: str) -> str:
        """What an attempt at what a layer forbids could do, "" for nothing."""
        if name == "grammar":
            return _grammar_lets_pass()
        assert self._warden is not None
        outcome = self._warden.probe(name, _CLOCK_PROBE_SECONDS if name == "clock" else _PROBE_SECONDS)
        if name == "clock":
            return "" if outcome.ended == "clock" else "an endless loop"
        return str(_read(outcome.written).get("broken", f"it ended by {outcome.ended}"))


def _grammar_lets_pass() -> str:
    try:
        let_in = accept({"mark": {"type": "image", "url": "https://example.org"}, "encoding": {}})
    except ChartInvalidSpec:
        return ""
    return "an address" if "example" in json.dumps(let_in.spec) else ""


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _read(written: bytes) -> dict[str, Any]:
    """The JSON object that a process wrote; it may be made to lie, so anything else is a failure of the code."""
    if written.count(b"[") + written.count(b"{") > _MOST_PARTS:
        raise ChartCodeFailed("The chart has too many parts.", "Aggregate the rows, or use Altair's transforms.")
    try:
        answer = json.loads(written, parse_constant=_no_number)
        if b"\\ud" in written.lower():
            answer = json.loads(json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError) as exc:
        raise ChartCodeFailed("The code ended without a chart.", "Make a chart and return it from plot(data).") from exc
    if not isinstance(answer, dict):
        raise ChartCodeFailed("The code ended without a chart.", "Make a chart and return it from plot(data).")
    return answer


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def _printed(answer: Mapping[str, Any]) -> str:
    """What the code printed; the guard's own limit is kept here too, for the process may be made to lie."""
    told = answer.get("printed")
    return _text(told, MOST_PRINTED + 1) if isinstance(told, str) else ""


def _error(told: Any, printed: str) -> ChartCodeError:
    """The error that the code's process tells of; texts are cut, for nobody vouches for them."""
    given = told if isinstance(told, dict) else {}
    message, hint = (_text(str(given.get(name) or ""), _LONGEST) for name in ("message", "hint"))
    line, fix = given.get("line"), given.get("fix")
    kind = ChartCodeRejected if given.get("type") == "ChartCodeRejected" else ChartCodeFailed
    return kind(
        message or "The code failed.",
        hint,
        line=line if type(line) is int and line > 0 else None,
        fix=_text(fix, _LONGEST_FIX) if isinstance(fix, str) and fix else None,
        printed=printed,
    )


def _texts(notes: Any) -> tuple[str, ...]:
    given = notes if isinstance(notes, list) else []
    return tuple(_text(note, _LONGEST) for note in given[:_MOST_NOTES] if isinstance(note, str))


def _text(told: str, most: int) -> str:
    """A text that can be shown: cut, and without halves of letters, which no encoding has."""
    return told[:most].encode("utf-8", "replace").decode()


def _stopped(ended: str, limits: Limits) -> ChartCodeFailed:
    """What to say of a process that was ended, or ended itself, before it gave a chart."""
    if ended in ("clock", "cpu"):
        seconds = limits.seconds if ended == "clock" else limits.cpu_seconds
        return ChartCodeFailed(
            f"The code was stopped after {seconds:g} seconds.", "Look for a loop without end, or use fewer rows."
        )
    if ended == "memory":
        return ChartCodeFailed(
            f"The code was stopped: it used more than {limits.memory // 2**20} MB of memory.",
            "Filter or aggregate the rows first.",
        )
    if ended == "output":
        return ChartCodeFailed(
            f"The chart is larger than {limits.output // 10**6} MB.", "Aggregate the rows, or use Altair's transforms."
        )
    return ChartCodeFailed(f"The process of the code broke down ({ended}).", "Simplify the code and run it again.")
