"""Everything the observatory says about a data set."""

from __future__ import annotations

from dataclasses import dataclass

from observatory.model.bias import BiasReport
from observatory.model.chart import RankedChart
from observatory.model.data import Dataset
from observatory.model.insight import EngineStatus, Goal, Summary
from observatory.model.profile import Profile
from observatory.model.record import Record


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
