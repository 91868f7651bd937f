"""What holds chart code, and what a run of it gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from observatory.model.record import Record


@dataclass(frozen=True)
class SandboxLayer(Record):
    """One thing that keeps chart code from doing harm, and whether this machine has it.

    It is `on` when it was tried and held, `missing` when the machine does not have it, and `off` when whoever made the
    sandbox left it out. Chart code runs only where no required layer is missing.
    """

    name: str
    state: Literal["on", "off", "missing"]
    required: bool
    detail: str


@dataclass(frozen=True)
class SandboxStatus(Record):
    """Whether chart code may run here, in a sentence, and layer by layer."""

    ready: bool
    detail: str
    layers: tuple[SandboxLayer, ...] = ()


@dataclass(frozen=True)
class CodeRun(Record):
    """What chart code gave: a chart, or an error of the shape `{"type", "message", "hint", "line", "fix"}`.

    `line` is where in the code it failed, counted from 1, or None. `fix` is the whole code with a suggested change, or
    None. `notes` say what a reader must know of the chart, such as that it was computed from a sample of rows, and
    `printed` is what the code printed, cut after 4,000 letters.
    """

    code: str
    ok: bool
    spec: Mapping[str, Any] | None = None
    error: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    printed: str = ""
