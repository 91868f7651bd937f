"""What is counted of each view of a chart before it is judged: rows, marks, places, ends and labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from observatory.charts.drawing.query import Drawn, Query, boxed, column
from observatory.charts.spec.reading import Part, read
from observatory.charts.spec.view import View, is_discrete
from observatory.errors import ObservatoryError
from observatory.model import Plotted, Profile, Table

_DOTS = ("point", "tick", "text")


def counted(spec: Mapping[str, Any], table: Table, profile: Profile) -> tuple[Plotted | None, ...]:
    """What is counted of each part of a chart, in the order of `read(spec).parts`; None where it cannot be.

    All rows are counted in SQL; only of more than 2,000 unaggregated marks a fixed sample is compared.
    Raises ChartInvalidSpec for what is no chart.
    """
    return tuple(_counted(part, table, profile) for part in read(spec).parts)


def _counted(part: Part, table: Table, profile: Profile) -> Plotted | None:
    if not part.rows.exact:
        return None
    view = part.view
    try:
        query = Query(view, table, profile)
        drawn = query.boxes()[0] if view.mark == "boxplot" and boxed(view) is not None else query.run()
    except ObservatoryError:
        return None
    return _plotted(view, drawn)


def _plotted(view: View, drawn: Drawn) -> Plotted:
    rows = drawn.rows
    summed = [e for e in view.encodings if e.aggregate == "sum"]
    is_summary = any(e.aggregate for e in view.encodings)
    if is_summary and "n" in rows:
        rows = rows[rows["n"].notna()]
    n_marks = len(rows) if is_summary or drawn.averaged or view.mark == "boxplot" else drawn.n_shown
    return Plotted(
        n_rows=drawn.n_rows,
        n_left_out=drawn.n_left_out,
        n_marks=n_marks,
        n_places=_n_places(view, rows),
        n_looked_at=len(rows),
        extent=_extents(view, rows),
        levels={c: len(levels) for c, levels in drawn.levels.items()},
        longest={c: max(map(len, levels), default=0) for c, levels in drawn.levels.items()},
        follows_rows=_follows(rows, column(summed[0])) if summed else None,
    )


def _n_places(view: View, rows: pd.DataFrame) -> int:
    """Different places: of dots by all that they show, of lines, bars and slices by what they stand for."""
    numbers = [e for e in view.encodings if e.type == "quantitative" and not e.bin and not is_discrete(e)]
    upright = [column(e) for e in numbers if e.channel in ("y", "theta")]
    heights = [] if view.mark in _DOTS else upright or [column(e) for e in numbers]
    places = [column(e) for e in view.encodings if column(e) in rows and column(e) not in heights]
    return len(rows[list(dict.fromkeys(places))].drop_duplicates()) if places else len(rows)


def _extents(view: View, rows: pd.DataFrame) -> dict[str, tuple[float, ...]]:
    found: dict[str, tuple[float, ...]] = {}
    for e in view.encodings:
        name = column(e)
        if name in rows and e.type == "quantitative" and pd.api.types.is_numeric_dtype(rows[name]):
            values = rows[name].dropna()
            if len(values):
                found[e.channel] = (float(values.min()), float(values.max()))
    return found


def _follows(rows: pd.DataFrame, name: str) -> float | None:
    """Pearson's correlation of a sum with the number of rows in it, over four groups or more."""
    if "n" not in rows or name not in rows or len(rows) < 4:
        return None
    pairs = rows[[name, "n"]].astype(float).dropna()
    if len(pairs) < 4 or pairs[name].std() == 0 or pairs["n"].std() == 0:
        return None
    return float(pairs[name].corr(pairs["n"]))
