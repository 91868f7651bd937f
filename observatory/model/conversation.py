"""A conversation over a data set: changes to a chart that were asked for in words, and turns with what was computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from observatory.model.chart import Filter
from observatory.model.insight import Exchange, Sentence, Visualization
from observatory.model.profile import Scalar
from observatory.model.record import Record

EditOp = Literal[
    "mark",
    "group",
    "color",
    "panels",
    "measure",
    "aggregate",
    "time_unit",
    "bin",
    "drop",
    "filter",
    "unfilter",
    "sort",
    "limit",
    "stack",
    "scale",
    "title",
    "swap",
    "orient",
    "paint",
    "line_at",
]


@dataclass(frozen=True)
class ChartEdit(Record):
    """One change to a chart: what is changed, to which value, of which field; a `filter` says which rows stay.

    `value` None takes the thing away again: a limit, a sort order, a title, a line at the mean.
    """

    op: EditOp
    value: str | int | None = None
    field: str | None = None
    filter: Filter | None = None


@dataclass(frozen=True)
class Numbers(Record):
    """What a chart draws, as a table: its groups, its measure, and `n`, how many rows each number stands for.

    `aggregate` None means that the rows are shown as they are. `rows` hold one value for each of `groups`, then the
    measure, then `n`. `left_out` rows lack a value that the chart needs, of `total` that its filters leave. `times` are
    the groups that run along time; `limited` says that only the first groups of all are shown, `has_zero` that
    nothing lies below zero, so that ratios mean something.
    """

    groups: tuple[str, ...]
    measure: str
    aggregate: str | None
    rows: tuple[tuple[Scalar, ...], ...]
    total: int
    left_out: int = 0
    times: tuple[str, ...] = ()
    limited: bool = False
    has_zero: bool = True


@dataclass(frozen=True)
class Turn(Record):
    """One question of a conversation and its answer: the chart, its numbers, what they say, and what to beware of.

    `kind` says how the question was taken: on its own, as a change of the chart before, as one about what that chart
    shows, or as one for reasons, which no chart gives. `suggestions` are follow-ups that can be answered.
    """

    question: str
    kind: Literal["new", "follow-up", "about", "why"]
    answer: Visualization
    numbers: Numbers | None = None
    sentences: tuple[Sentence, ...] = ()
    caveats: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    dropped: int = 0
    sent: tuple[Exchange, ...] = ()
