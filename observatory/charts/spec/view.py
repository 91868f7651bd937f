"""A chart as a value: one view, its mark and what each channel shows; the vocabulary is Vega-Lite's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

from observatory.model import TIME_UNITS as TIME_UNIT_WORDS
from observatory.model import FieldType, Filter

MARKS = ("point", "bar", "line", "area", "tick", "rect", "arc", "boxplot", "text", "rule", "errorbar", "errorband")
CHANNELS = (
    "x",
    "y",
    "x2",
    "y2",
    "xOffset",
    "yOffset",
    "color",
    "size",
    "shape",
    "opacity",
    "strokeDash",
    "text",
    "detail",
    "row",
    "column",
    "theta",
)
AGGREGATES = ("count", "mean", "median", "sum", "min", "max", "distinct", "stdev", "variance", "q1", "q3")
TIME_UNITS = tuple(TIME_UNIT_WORDS)
STACKS = ("zero", "normalize", "center", "none")
SCALES = ("linear", "log", "symlog", "sqrt", "pow")
INTERVALS = ("ci", "stderr", "stdev", "iqr")
TYPES = get_args(FieldType)


@dataclass(frozen=True)
class Encoding:
    """What one channel shows; `bin` is the most bins; `sort` is as in Vega-Lite; None leaves it to Vega-Lite.

    A channel shows a field, the number of rows (`aggregate` is "count" and `field` None), or the constant `datum`.
    Only for drawing: the ends of its axis, the width of its bins, and the field, aggregate and direction (descending)
    that its groups stand in the order of.
    """

    channel: str
    field: str | None
    type: str
    aggregate: str | None = None
    bin: int | None = None
    time_unit: str | None = None
    sort: str | tuple[Any, ...] | None = None
    stack: str | None = None
    scale: str | None = None
    zero: bool | None = None
    title: str | None = None
    format: str | None = None
    datum: Any = None
    domain: tuple[float, float] | None = None
    step: float | None = None
    order: tuple[str | None, str, bool] | None = None

    @property
    def is_group(self) -> bool:
        """Whether the channel keeps rows apart rather than summarising them."""
        return self.aggregate is None


@dataclass(frozen=True)
class View:
    """A single Vega-Lite chart; `limit` keeps the first groups in the order of their measure.

    `interval` adds a layer of error bars, or a band along a line, around a mean: the extent that Vega-Lite calls "ci"
    (95 % of the mean), "stderr", "stdev" or "iqr".
    """

    mark: str
    encodings: tuple[Encoding, ...]
    filters: tuple[Filter, ...] = ()
    limit: int | None = None
    descending: bool = True
    title: str | None = None
    interval: str | None = None

    def on(self, channel: str) -> Encoding | None:
        """The encoding of a channel, or None."""
        return next((e for e in self.encodings if e.channel == channel), None)

    def sorted_by_measure(self, encoding: Encoding) -> bool:
        """Whether a channel is sorted by the length along the other axis."""
        return isinstance(encoding.sort, str) and encoding.sort.lstrip("-") in ("x", "y") and encoding.channel in "xy"

    def measured(self) -> tuple[Encoding, Encoding] | None:
        """The category that is ranked and the number that ranks it, where there are such."""
        axes = [e for e in (self.on("x"), self.on("y"), self.on("color"), self.on("theta")) if e is not None]
        dimensions = [e for e in axes if e.is_group and e.type in ("nominal", "ordinal")]
        measures = [e for e in axes if e.type == "quantitative" and not e.bin and e not in dimensions]
        return (dimensions[0], measures[0]) if dimensions and measures else None

    def averaged(self) -> Encoding | None:
        """The mean on an axis, around which an interval may be drawn."""
        return next((e for e in self.encodings if e.channel in "xy" and e.aggregate == "mean"), None)


def is_discrete(encoding: Encoding) -> bool:
    """Whether a channel shows categories."""
    return encoding.type in ("nominal", "ordinal") and not encoding.aggregate and not encoding.time_unit
