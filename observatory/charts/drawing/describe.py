"""A drawn chart in words: the text that stands in for it, and what must be said beside it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pandas as pd

from observatory.charts.drawing.intervals import LEAST
from observatory.charts.drawing.query import MOST_FAR, MOST_ROWS, Drawn, column
from observatory.charts.drawing.units import CYCLES
from observatory.charts.spec.view import Encoding, View, is_discrete
from observatory.charts.spec.words import INTERVALS, phrase, title
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
    "text": "Table of text",
    "rule": "Rules",
    "errorbar": "Error bars",
    "errorband": "Error band",
}

_CUT = {
    "year": slice(4),
    "yearmonth": slice(7),
    "yearquarter": slice(7),
    "yearmonthdatehours": slice(16),
    "yearmonthdatehoursminutes": slice(16),
    "monthdate": slice(5, 10),
    "dayofyear": slice(5, 10),
    "hoursminutes": slice(11, 16),
}
"""Which part of a moment, as text, names a unit of time."""


def sample(drawn: Drawn) -> str:
    """How many rows of how many are drawn, "" for all of them; it is to stand on the picture itself."""
    if drawn.n_far > MOST_FAR:
        return f"{MOST_FAR:,} of {drawn.n_far:,} rows beyond the whiskers, drawn at random."
    return "" if drawn.sampled is None else f"{drawn.sampled:,} of {drawn.n_shown:,} rows, drawn at random."


def caveat(view: View, drawn: Drawn, profile: Profile) -> str:
    """What the picture does not show, beside a `sample`: rows left out, averages; "" when it shows everything."""
    said = []
    n_complete = drawn.n_rows - drawn.n_left_out
    if drawn.n_rows == 0:
        return "No row is left to draw."
    if drawn.averaged:
        said.append(f"Each point is the mean of the rows in a short stretch of time ({n_complete:,} rows in all).")
    if drawn.n_left_out:
        noun = "row is" if drawn.n_left_out == 1 else "rows are"
        said.append(f"{drawn.n_left_out:,} {noun} left out, where {_needed(view, profile)} is missing.")
    few = _without_interval(view, drawn)
    if few:
        noun = "group has" if few == 1 else "groups have"
        said.append(f"{few:,} {noun} fewer than {LEAST} rows, and so no interval.")
    beyond = _beyond(view, drawn)
    if beyond:
        said.append(f"{beyond:,} {'value lies' if beyond == 1 else 'values lie'} beyond the written axis.")
    if drawn.sampled is None and len(drawn.rows) >= MOST_ROWS:
        said.append(f"Only the first {MOST_ROWS:,} marks are drawn.")
    return " ".join(said)


def _beyond(view: View, drawn: Drawn) -> int:
    """How many values lie outside the ends that are written of an axis."""
    ends = [(column(e), min(e.domain), max(e.domain)) for e in view.encodings if e.domain and column(e) in drawn.rows]
    return sum(int((~drawn.rows[name].dropna().between(low, high)).sum()) for name, low, high in ends)


def _without_interval(view: View, drawn: Drawn) -> int:
    mean = view.averaged()
    bound = f"{column(mean)}_low" if mean is not None else ""
    return int(drawn.rows[bound].isna().sum()) if view.interval is not None and bound in drawn.rows else 0


def _needed(view: View, profile: Profile) -> str:
    names = [e.field for e in view.encodings if e.field and e.type in ("quantitative", "temporal")]
    incomplete = [name for name in names if profile.field(name).missing]
    return " or ".join(dict.fromkeys(incomplete or names))


def alt_text(view: View, drawn: Drawn) -> str:
    """A few sentences with the numbers of the chart, for those who cannot see it."""
    opening = f"{kind(view)}: {view.title or title(view)}{_interval(view)}."
    if drawn.rows.empty:
        return f"{opening} There is nothing to draw."
    if view.mark == "boxplot":
        return f"{opening} {_extremes(view, drawn.rows, 'mid', 'median')}"
    measures = [e for e in view.encodings if e.aggregate and e.type == "quantitative"]
    if not measures:
        return f"{opening} {_ranges(view, drawn.rows)}"
    if not any(e.is_group and e.datum is None for e in view.encodings):
        return f"{opening} {' '.join(_single(e, drawn.rows) for e in measures)}"
    name, words = column(measures[0]), phrase(replace(measures[0], stack=None))
    said = [opening, _extremes(view, drawn.rows, name, words), _course(view, drawn.rows, name)]
    return " ".join(part for part in said if part)


def kind(view: View) -> str:
    """The kind of a chart.

    >>> kind(View("point", (Encoding("x", "a", "nominal"), Encoding("y", "b", "quantitative", "mean"))))
    'Dot plot'
    """
    if view.mark == "point" and any(e.aggregate for e in view.encodings):
        return "Dot plot"
    if view.mark == "bar" and any(e.channel in ("xOffset", "yOffset") for e in view.encodings):
        return "Grouped bar chart"
    return _KINDS[view.mark]


def _interval(view: View) -> str:
    if view.interval is None:
        return ""
    if view.mark in ("errorbar", "errorband"):
        return f", {INTERVALS[view.interval]}"
    return f", with {'a band' if view.mark in ('line', 'area') else 'error bars'}: {INTERVALS[view.interval]}"


def _single(e: Encoding, rows: pd.DataFrame) -> str:
    value = pd.to_numeric(rows[column(e)], errors="coerce").iloc[0]
    return f"The {phrase(e)} is {figure(float(value))}."


def _extremes(view: View, rows: pd.DataFrame, measure: str, words: str) -> str:
    values = pd.to_numeric(rows[measure], errors="coerce").dropna()
    if values.empty:
        return "All values are missing."
    groups = groups_shown(view, rows)
    if len(values) == 1 or not groups:
        return f"The {words} is {figure(values.iloc[0])}."
    numbers = pd.to_numeric(rows[measure], errors="coerce")
    high, low = rows.iloc[int(numbers.argmax())], rows.iloc[int(numbers.argmin())]
    return (
        f"Of {len(values):,} groups the {words} is greatest for {_group(groups, high)} ({figure(high[measure])}) "
        f"and least for {_group(groups, low)} ({figure(low[measure])})."
    )


def groups_shown(view: View, rows: pd.DataFrame) -> list[Encoding]:
    """The channels that keep groups apart, each field once."""
    found = [e for e in view.encodings if e.is_group and e.datum is None and column(e) in rows]
    return list({(e.field, e.bin, e.time_unit): e for e in reversed(found)}.values())[::-1]


def _course(view: View, rows: pd.DataFrame, measure: str) -> str:
    """Where one line begins and ends: a change below a twentieth of its range is none."""
    along = view.on("x")
    groups = groups_shown(view, rows)
    if view.mark not in ("line", "area") or along is None or len(groups) != 1 or along.field != groups[0].field:
        return ""
    values = pd.to_numeric(rows[measure], errors="coerce")
    ends = rows[values.notna()]
    if len(ends) < 2 or along.time_unit in CYCLES or is_discrete(along):
        return ""
    ends = ends.sort_values(column(along)).iloc[[0, -1]]
    first, last = (float(value) for value in ends[measure])
    change = last - first
    small = abs(change) < (values.max() - values.min()) / 20
    end = "about there" if small else "higher" if change > 0 else "lower"
    begin, final = (group_label(along, ends.iloc[i]) for i in (0, 1))
    return f"It begins at {figure(first)} ({begin}) and ends {end}, at {figure(last)} ({final})."


def _group(groups: list[Encoding], row: pd.Series[Any]) -> str:
    return ", ".join(group_label(e, row) for e in groups)


def group_label(e: Encoding, row: pd.Series[Any]) -> str:
    """The group of a channel that a drawn row stands for, in words."""
    value = row[column(e)]
    if e.bin and f"{column(e)}_end" in row:
        return f"{figure(value)} to {figure(row[f'{column(e)}_end'])}"
    if e.time_unit in _CUT:
        return str(value)[_CUT[e.time_unit]].replace("T", " ")
    if e.format and isinstance(value, float):
        return f"{value:.0f}"
    return figure(value) if isinstance(value, float) else str(value).removesuffix("T00:00:00")


def _ranges(view: View, rows: pd.DataFrame) -> str:
    parts = []
    for e in view.encodings:
        if e.field is None or column(e) not in rows:
            continue
        values = rows[column(e)].dropna()
        if e.type in ("quantitative", "temporal") and len(values):
            low, high = values.sort_values().index[[0, -1]]
            parts.append(f"{e.field} from {group_label(e, rows.loc[low])} to {group_label(e, rows.loc[high])}")
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
