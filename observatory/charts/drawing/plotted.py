"""The numbers that a chart draws, as a small table: its groups, its measure, and how many rows each stands for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from observatory.charts.drawing.computed import computed
from observatory.charts.drawing.describe import group_label, groups_shown
from observatory.charts.drawing.known import is_beyond
from observatory.charts.drawing.query import Drawn, Query, boxed, column
from observatory.charts.drawing.single import summarised
from observatory.charts.drawing.units import CYCLES
from observatory.charts.spec.groups import leading, plots
from observatory.charts.spec.reading import read
from observatory.charts.spec.view import Encoding, View
from observatory.charts.spec.words import phrase
from observatory.model import Numbers, Profile, Scalar, Table

_MOST = 1_000


def plotted(spec: Mapping[str, Any], table: Table, profile: Profile) -> Numbers | None:
    """The numbers of a chart, from SQL over all rows; None where it shows several measures or computed fields.

    Shares are of the rows or the total along the axis, in [0, 1]. For two plain numbers against each other there is
    one row, their correlation (Pearson's r). Raises ChartInvalidSpec and FieldNotFound.
    """
    reading = read(spec)
    drawn = plots(reading.parts)
    if len(drawn) != 1 or reading.brings_rows:
        return None
    if is_beyond(spec, reading):
        return computed(spec, leading(drawn[0]).view, table, profile)
    view = summarised(leading(drawn[0]).view)
    query = Query(view, table, profile)
    if view.mark == "boxplot":
        number = boxed(view)
        return None if number is None else _boxes(view, number, query)
    measures = [e for e in view.encodings if e.aggregate]
    if not measures:
        return _correlated(view, query)
    if len({(e.field, e.aggregate) for e in measures}) > 1:
        return None
    return _summed(view, measures[0], query.run(), _has_zero(measures[0], profile))


def _boxes(view: View, number: Encoding, query: Query) -> Numbers:
    drawn, _ = query.boxes()
    groups = [e for e in groups_shown(view, drawn.rows) if e != number]
    rows: tuple[tuple[Scalar, ...], ...] = tuple(
        (*(group_label(e, row) for e in groups), float(row["mid"]), int(row["n"])) for _, row in drawn.rows.iterrows()
    )
    names = tuple(phrase(e) for e in groups)
    words, zero = f"median {number.field}", _has_zero(number, query.profile)
    return Numbers(names, words, "median", rows[:_MOST], drawn.n_rows, drawn.n_left_out, has_zero=zero)


def _correlated(view: View, query: Query) -> Numbers | None:
    pair = [e for e in (view.on("x"), view.on("y")) if e is not None and e.type == "quantitative" and not e.bin]
    if len(pair) != 2 or view.mark != "point":
        return None
    x, y = (column(e) for e in pair)
    found = query.table.query(
        f"{query.kept} SELECT corr({x}, {y}) AS r, count(*) AS n, (SELECT count(*) FROM base) AS total FROM shown"
    ).iloc[0]
    total, n = int(found["total"]), int(found["n"])
    value = None if pd.isna(found["r"]) else float(found["r"])
    return Numbers((), f"correlation of {pair[0].field} and {pair[1].field}", "corr", ((value, n),), total, total - n)


def _summed(view: View, measure: Encoding, drawn: Drawn, has_zero: bool) -> Numbers:
    """The drawn rows in the order of the chart, with their labels."""
    frame, name = drawn.rows, column(measure)
    groups = groups_shown(view, frame)
    values = pd.to_numeric(frame[name], errors="coerce")
    counts = frame.get("n", values)
    aggregate, words = measure.aggregate, phrase(measure)
    if measure.stack == "normalize":
        axes = [column(e) for e in groups if e.channel in ("x", "y", "row", "column")]
        whole = values.groupby([frame[a] for a in axes], dropna=False).transform("sum") if axes else values.sum()
        values, aggregate = values / whole, "share"
    places = {column(e): {label: i for i, label in enumerate(drawn.levels.get(e.channel, ()))} for e in groups}
    order = sorted(range(len(frame)), key=lambda i: [places[c].get(str(frame[c].iloc[i]), 0) for c in places])
    rows = tuple(
        (*(group_label(e, frame.iloc[i]) for e in groups), _number(values.iloc[i]), int(_number(counts.iloc[i]) or 0))
        for i in order
    )
    times = tuple(phrase(e) for e in groups if _is_time(e))
    names = tuple(phrase(e) for e in groups)
    return Numbers(
        names, words, aggregate, rows[:_MOST], drawn.n_rows, drawn.n_left_out, times, view.limit is not None, has_zero
    )


def _has_zero(measure: Encoding, profile: Profile) -> bool:
    """Whether a ratio of two values means something: degrees below zero and years have no zero to start from."""
    field = next((f for f in profile.fields if f.name == measure.field), None)
    return field is None or (isinstance(field.min, (int, float)) and field.min >= 0 and field.role != "time")


def _is_time(e: Encoding) -> bool:
    """Whether a channel runs from earlier to later; the months of a year come round again."""
    return (e.type == "temporal" and e.time_unit not in CYCLES) or e.format == "d"


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)
