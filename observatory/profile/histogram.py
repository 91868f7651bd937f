"""Histograms of all numbers and times over all rows, in bins that a person would choose."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from observatory.model import HistogramBin, Scalar, Table
from observatory.profile.columns import Column, stacked, stacks
from observatory.profile.statistics import Statistics

MAX_BINS = 20
_DAY = 86_400


@dataclass(frozen=True)
class Bins:
    """`n` bins of width `step` from `start`; the last is closed."""

    start: float
    step: float
    n: int

    def edge(self, i: int) -> float:
        """The lower edge of bin `i`, free of the noise of binary fractions."""
        digits = max(0, 12 - math.floor(math.log10(abs(self.start) + self.step * self.n or 1)))
        return round(self.start + i * self.step, min(digits, 300))


def nice_bins(lowest: float, highest: float, *, whole: bool) -> Bins | None:
    """At most MAX_BINS bins whose width is 1, 2, 2.5 or 5 times a power of ten; None when no width fits a float.

    Whole numbers get whole widths, and their highest value a bin of its own.

    >>> nice_bins(0, 99.5, whole=False)
    Bins(start=0.0, step=5.0, n=20)
    >>> nice_bins(1, 3, whole=True)
    Bins(start=1.0, step=1.0, n=3)
    """
    width = highest - lowest
    if width == 0:
        return Bins(lowest, 0.0, 1)
    if not math.isfinite(width) or width / MAX_BINS < 1e-290:
        return None
    power = 10.0 ** math.floor(math.log10(width / MAX_BINS))
    for factor in (1, 2, 2.5, 5, 10, 20, 25, 50):
        step = factor * power
        if whole and step != max(1, math.floor(step)):
            continue
        start = math.floor(lowest / step) * step
        n = math.floor((highest - start) / step) + 1 if whole else math.ceil((highest - start) / step)
        if n <= MAX_BINS:
            return Bins(start, step, max(1, n))
    return None


def time_bins(lowest: float, highest: float, *, days: bool) -> Bins:
    """Equal bins of whole seconds, or of whole days, since 1970."""
    unit = _DAY if days else 1
    start = math.floor(lowest / unit) * unit
    step = max(1, math.ceil((highest - start + unit) / unit / MAX_BINS)) * unit
    return Bins(start, step, math.floor((highest - start) / step) + 1)


def histograms(
    table: Table, columns: Sequence[Column], found: Mapping[str, Statistics]
) -> dict[str, tuple[HistogramBin, ...]]:
    """The histogram of each column of numbers or times that has finite values, by name."""
    bins = {column.name: its for column in columns if (its := _bins(column, found[column.name]))}
    result = {}
    for v, alike in stacks([column for column in columns if column.name in bins]):
        chosen = [bins[column.name] for column in alike]
        rows = table.query(_histogram_sql(v, alike, chosen))
        counts = dict(zip(zip(rows["f"], rows["b"]), rows["n"]))
        for f, (column, its) in enumerate(zip(alike, chosen)):
            bars = (HistogramBin(*_edges(column, its, b), int(counts.get((f, b), 0))) for b in range(its.n))
            result[column.name] = tuple(bars)
    return result


def _histogram_sql(v: Column, alike: Sequence[Column], bins: Sequence[Bins]) -> str:
    starts, steps = [b.start for b in bins], [b.step or 1.0 for b in bins]
    columns = {"start": starts, "step": steps, "last": [b.n - 1 for b in bins], "f": list(range(len(bins)))}
    frame = ", ".join(f"unnest({values}) AS {name}" for name, values in columns.items())
    place = "CAST(greatest(0, least(last, floor((x - start) / step))) AS INTEGER)"
    cells = f"(SELECT f, {v.measured} AS x FROM {stacked(alike)})"
    counted = f"SELECT f, {place} AS b, count(*) AS n FROM {cells} JOIN (SELECT {frame}) USING (f)"
    return f"{counted} WHERE x IS NOT NULL GROUP BY f, b"


def _bins(column: Column, known: Statistics) -> Bins | None:
    if known.lowest is None or known.highest is None:
        return None
    if column.family == "time":
        return time_bins(known.lowest, known.highest, days=column.is_date)
    return nice_bins(known.lowest, known.highest, whole=known.n_whole == known.present)


def _edges(column: Column, bins: Bins, i: int) -> tuple[Scalar, Scalar]:
    lower, upper = bins.edge(i), bins.edge(i + 1)
    if column.family == "time":
        return _moment(lower, column), _moment(upper, column)
    return (int(lower), int(upper)) if column.is_whole else (lower, upper)


def _moment(seconds: float, column: Column) -> str:
    text = str(np.datetime64(int(seconds), "s"))
    if column.is_date:
        return text.split("T")[0]
    return text + "+00:00" if "TIME ZONE" in column.storage else text
