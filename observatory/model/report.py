"""Everything the observatory says about a data set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from observatory.model.bias import BiasReport
from observatory.model.chart import RankedChart, Task
from observatory.model.data import Dataset
from observatory.model.insight import EngineStatus, Goal, Summary
from observatory.model.profile import Profile
from observatory.model.record import Record


@dataclass(frozen=True)
class PinnedChart(Record):
    """A chart that somebody chose for the report: their note, what it shows, its caveat and its alternative text.

    `weighted` names the population that its rows are weighted to, as `Observatory.draw` takes it.
    """

    spec: Mapping[str, Any]
    note: str
    task: Task | None
    summary: str
    caveat: str
    alt: str
    code: str
    weighted: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Report(Record):
    """Everything the observatory says about a data set, in one value."""

    dataset: Dataset
    profile: Profile
    bias: BiasReport
    charts: tuple[RankedChart, ...]
    summary: Summary
    goals: tuple[Goal, ...]
    engine: EngineStatus
    pinned: tuple[PinnedChart, ...] = ()
