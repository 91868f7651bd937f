"""Charts as Vega-Lite JSON, partial charts, and charts ranked by rules."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from observatory.model.record import Record

Task = Literal["value", "summary", "trend", "distribution", "relation", "part"]

TIME_UNITS = {
    "year": "year",
    "yearquarter": "quarter",
    "yearmonth": "month",
    "yearweek": "week",
    "yearmonthdate": "day",
    "yearmonthdatehours": "hour",
    "yearmonthdatehoursminutes": "minute",
    "quarter": "quarter of the year",
    "month": "month of the year",
    "week": "week of the year",
    "monthdate": "date in the year",
    "dayofyear": "day of the year",
    "date": "day of the month",
    "day": "day of the week",
    "hours": "hour of the day",
    "hoursminutes": "time of day",
    "minutes": "minute of the hour",
}
"""Vega-Lite's time units that charts here use, and their words."""


@dataclass(frozen=True)
class ChartSpec:
    """A Vega-Lite chart as JSON, without data and without URLs.

    >>> ChartSpec({"mark": "bar"}).to_dict()
    {'mark': 'bar'}
    """

    vega_lite: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """A copy of the Vega-Lite JSON."""
        return copy.deepcopy(dict(self.vega_lite))


@dataclass(frozen=True)
class Filter(Record):
    """Rows to keep: a Vega-Lite field predicate; `value` is a list for `oneOf` and `range`, and a time is ISO 8601.

    `valid` is true for the rows that have a value and false for those that have none. A `negated` filter keeps all
    other rows, as do those without a value, as Vega-Lite's `not` and the `!=` of its expressions do.
    """

    field: str
    op: Literal["equal", "lt", "lte", "gt", "gte", "range", "oneOf", "valid"]
    value: Any
    negated: bool = False


@dataclass(frozen=True)
class Calculation(Record):
    """What is made of a measure after it was summed up in groups.

    A share is of the sum over all that is shown, or over the groups that stand at one place of the axis; a rate is the
    share of the rows of a group that `part` keeps; a ratio and a difference are with the same aggregate of `other`; a
    running total and a change go along the axis.
    """

    kind: Literal["share of total", "share of group", "rate", "ratio", "difference", "running total", "change"]
    other: str | None = None
    part: Filter | None = None


@dataclass(frozen=True)
class WishedField(Record):
    """A thing to show; None is for the rules to choose; `field` None with `count` is the number of rows.

    `bin` may be the width of the bins.
    """

    field: str | None
    aggregate: str | None = None
    bin: bool | float | None = None
    time_unit: str | None = None
    channel: str | None = None
    calculation: Calculation | None = None


@dataclass(frozen=True)
class Wish(Record):
    """A partial chart; nothing wished at all asks for the best charts of the whole table.

    `sort_by` says what `sort` orders by: the measured value (None means that) or the dimension's own values.
    """

    fields: tuple[WishedField, ...] = ()
    mark: str | None = None
    task: Task | None = None
    filters: tuple[Filter, ...] = ()
    sort: Literal["ascending", "descending"] | None = None
    limit: int | None = None
    sort_by: Literal["measure", "dimension"] | None = None


@dataclass(frozen=True)
class Violation(Record):
    """A rule that a chart breaks `count` times, and where in the chart; `weight` is None for a hard rule."""

    rule: str
    description: str
    weight: int | None
    count: int
    where: tuple[str, ...] = ()


@dataclass(frozen=True)
class RankedChart(Record):
    """A chart with its rank (1 is best) and cost: the sum of `weight * count` over `violations`.

    `proven` is False when time ran out before it was sure that nothing cheaper stands before it.
    """

    rank: int
    cost: int
    spec: Mapping[str, Any]
    code: str
    fields: tuple[str, ...]
    violations: tuple[Violation, ...]
    summary: str
    proven: bool = True


@dataclass(frozen=True)
class Choice(Record):
    """Which of two charts someone preferred for a task: how often each breaks each soft rule, nothing of the data."""

    better: Mapping[str, int]
    worse: Mapping[str, int]
    task: Task | None = None


@dataclass(frozen=True)
class Repair(Record):
    """A changed chart that breaks no hard rule, what was changed in words, and what it costs."""

    spec: Mapping[str, Any]
    edits: tuple[str, ...]
    cost: int


@dataclass(frozen=True)
class ChartCheck(Record):
    """What the rules say of a chart: `valid` when no hard rule is broken; `cost` is that of the soft ones.

    `repairs` stand in the order of their number of edits, then of their cost. `notes` say what was not understood, and
    so not judged.
    """

    valid: bool
    hard: tuple[Violation, ...]
    soft: tuple[Violation, ...]
    cost: int
    repairs: tuple[Repair, ...] = ()
    notes: tuple[str, ...] = ()
