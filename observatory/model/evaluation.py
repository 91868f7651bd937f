"""What is thought of a chart on LIDA's six dimensions, what was counted of its rows, and charts that go further."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from observatory.model.chart import RankedChart
from observatory.model.insight import Exchange
from observatory.model.record import Record

Dimension = Literal["bugs", "transformation", "compliance", "type", "encoding", "aesthetics"]


@dataclass(frozen=True)
class Plotted(Record):
    """What is counted of one view of a chart over a table.

    Filters leave `n_rows`, of which `n_left_out` lack a value that is needed. The other rows become `n_marks`, which
    stand at `n_places` different positions with different colours; `n_looked_at` marks were compared. `extent` has the
    ends of the numbers on each channel, `levels` the number of categories and `longest` the length of the longest
    label. `follows_rows` is the correlation of a sum with the number of its rows, over the marks.
    """

    n_rows: int
    n_left_out: int
    n_marks: int
    n_places: int
    n_looked_at: int
    extent: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    levels: Mapping[str, int] = field(default_factory=dict)
    longest: Mapping[str, int] = field(default_factory=dict)
    follows_rows: float | None = None


@dataclass(frozen=True)
class Fault(Record):
    """What is wrong with a chart: a sentence with its evidence, what mends it, and the points that it costs."""

    name: str
    reason: str
    mend: str
    points: float


@dataclass(frozen=True)
class DimensionScore(Record):
    """How a chart does on one dimension, from 1 to 10: `reasons` say why, `mends` what would help.

    `comment` is a checked sentence of the language model, "" without one; no score depends on it.
    """

    dimension: Dimension
    score: float
    faults: tuple[Fault, ...]
    reasons: tuple[str, ...]
    mends: tuple[str, ...] = ()
    comment: str = ""


@dataclass(frozen=True)
class Evaluation(Record):
    """A chart judged on LIDA's six dimensions; `overall` is half their mean and half the lowest of them.

    `notes` say what could not be judged; `dropped` counts comments of the model that did not hold.
    """

    overall: float
    dimensions: tuple[DimensionScore, ...]
    question: str = ""
    notes: tuple[str, ...] = ()
    dropped: int = 0
    sent: tuple[Exchange, ...] = ()

    def on(self, dimension: Dimension) -> DimensionScore:
        """The score on one dimension."""
        return next(d for d in self.dimensions if d.dimension == dimension)


@dataclass(frozen=True)
class Further(Record):
    """A chart that goes further than another: the question it answers and what it adds."""

    question: str
    reason: str
    chart: RankedChart
