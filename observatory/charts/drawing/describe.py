"""A drawn chart in words: the text that stands in for it, and what must be said beside it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pandas as pd

from observatory.charts.drawing.query import MOST_ROWS, Drawn, column
from observatory.charts.spec.view import Encoding, View
from observatory.charts.spec.words import phrase, title
from observatory.model import Profile

_KINDS = {
    "point": "Scatter plot",
    "bar": "Bar chart",
    "line": "Line chart",
    "area": "Area chart",
    "tick": "Strip of ticks",
    "rect": "Heat map",
    "arc": "Pie chart",
    "boxplot": "Box plot",
}


def caveat(view: View, drawn: Drawn, profile: Profile) -> str:
    """What the picture does not show: a sample, rows left out, averages; "" when it shows everything."""
    said = []
    n_complete = drawn.n_rows - drawn.n_left_out
    if drawn.n_rows == 0:
        return "No row is left to draw."
    if drawn.sampled is not None:
        said.append(f"{drawn.sampled:,} of {n_complete:,} rows, drawn at random.")
    if drawn.averaged:
        said.append(f"Each point is the mean of the rows in a short stretch of time ({n_complete:,} rows in all).")
    if drawn.n_left_out:
        noun = "row is" if drawn.n_left_out == 1 else "rows are"
        said.append(f"{drawn.n_left_out:,} {noun} left out, where {_needed(view, profile)} is missing.")
    if drawn.sampled is None and len(drawn.rows) >= MOST_ROWS:
        said.append(f"Only the first {MOST_ROWS:,} marks are drawn.")
    return " ".join(said)


def _needed(view: View, profile: Profile) -> str:
    names = [e.field for e in view.encodings if e.field and e.type in ("quantitative", "temporal")]
    incomplete = [name for name in names if profile.field(name).missing]
    return " or ".join(dict.fromkeys(incomplete or names))


def alt_text(view: View, drawn: Drawn) -> str:
    """One or two sentences with the numbers of the chart, for those who cannot see it."""
    opening = f"{_KINDS[view.mark]}: {view.title or title(view)}."
    if drawn.rows.empty:
        return f"{opening} There is nothing to draw."
    if view.mark == "boxplot":
        return f"{opening} {_extremes(view, drawn.rows, 'mid', 'median')}"
    measures = [e for e in view.encodings if e.aggregate and e.type == "quantitative"]
    if measures and any(e.is_group for e in view.encodings):
        return f"{opening} {_extremes(view, drawn.rows, column(measures[0]), phrase(replace(measures[0], stack=None)))}"
    return f"{opening} {_ranges(view, drawn.rows)}"


def _extremes(view: View, rows: pd.DataFrame, measure: str, words: str) -> str:
    values = pd.to_numeric(rows[measure], errors="coerce").dropna()
    if values.empty:
        return "All values are missing."
    groups = [e for e in view.encodings if e.is_group and column(e) in rows]
    numbers = pd.to_numeric(rows[measure], errors="coerce")
    high, low = rows.iloc[int(numbers.argmax())], rows.iloc[int(numbers.argmin())]
    if len(values) == 1 or not groups:
        return f"The {words} is {figure(values.iloc[0])}."
    return (
        f"Of {len(values):,} groups the {words} is greatest for {_group(groups, high)} ({figure(high[measure])}) "
        f"and least for {_group(groups, low)} ({figure(low[measure])})."
    )


def _group(groups: list[Encoding], row: pd.Series[Any]) -> str:
    return ", ".join(_label(e, row) for e in groups)


def _label(e: Encoding, row: pd.Series[Any]) -> str:
    value = row[column(e)]
    if e.bin and f"{column(e)}_end" in row:
        return f"{figure(value)} to {figure(row[f'{column(e)}_end'])}"
    if e.time_unit == "year":
        return str(value)[:4]
    if e.time_unit in ("yearmonth", "yearquarter"):
        return str(value)[:7]
    if e.format and isinstance(value, float):
        return f"{value:.0f}"
    return figure(value) if isinstance(value, float) else str(value).removesuffix("T00:00:00")


def _ranges(view: View, rows: pd.DataFrame) -> str:
    parts = []
    for e in view.encodings:
        values = rows[column(e)].dropna()
        if e.type in ("quantitative", "temporal") and len(values):
            low, high = values.sort_values().index[[0, -1]]
            parts.append(f"{e.field} from {_label(e, rows.loc[low])} to {_label(e, rows.loc[high])}")
    return f"{len(rows):,} marks, {' and '.join(parts)}." if parts else f"{len(rows):,} marks."


def figure(value: float) -> str:
    """A number as people write it.

    >>> figure(1234567), figure(0.01234), figure(32.204)
    ('1,234,567', '0.0123', '32.2')
    """
    if not math.isfinite(value):
        return "unknown"
    if float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:,.1f}" if abs(value) >= 10 else f"{value:.3g}"
