"""One view over the rows that SQL gave for it: a mark, or the layers of a box plot or of an interval, and its size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from observatory.charts.drawing.boxes import box_layers
from observatory.charts.drawing.channels import channel
from observatory.charts.drawing.highlight import HIGHLIGHT, highlighted
from observatory.charts.drawing.intervals import interval_layers, said
from observatory.charts.drawing.marks import mark
from observatory.charts.drawing.query import Drawn, Query, boxed, column
from observatory.charts.drawing.summaries import summaries_of
from observatory.charts.drawing.tooltips import tooltips
from observatory.charts.spec.view import Encoding, View, is_discrete
from observatory.errors import ChartInvalidSpec
from observatory.model import Profile, Table

HEIGHT = 280
PAGE_WIDTH = 640
_STEP = 22


@dataclass(frozen=True)
class Piece:
    """A view, what was drawn of it, and its Vega-Lite: body, facets, and the parameter of its legend."""

    view: View
    drawn: Drawn
    rows: pd.DataFrame
    body: Mapping[str, Any]
    facets: Mapping[str, Any]
    parameter: Mapping[str, Any] | None


def piece(
    view: View,
    table: Table,
    profile: Profile,
    options: Mapping[str, Any] | None = None,
    parameter: str = HIGHLIGHT,
) -> Piece:
    """The drawn view; `options` are those of a written mark, `parameter` names what a click on the legend chooses."""
    view = summaries_of(table).worded(summarised(view))
    query = Query(view, table, profile)
    if view.mark == "boxplot" and boxed(view) is None:
        raise ChartInvalidSpec("A box plot needs a number on an axis.", "Put a number on the x or y axis.")
    if view.mark == "boxplot":
        drawn, beyond = query.boxes()
        rows = pd.concat([drawn.rows, beyond], ignore_index=True)
    else:
        drawn = query.run()
        rows = drawn.rows
    encoding: dict[str, Any] = {}
    for e in view.encodings:
        encoding |= channel(e, view, drawn)
    details = [encoding.pop(name) for name in list(encoding) if name.startswith("detail")]
    encoding |= {"detail": details} if details else {}
    facets: dict[str, Any] = {name: encoding.pop(name) for name in ("row", "column") if name in encoding}
    mean = view.averaged()
    if view.mark == "boxplot":
        body: dict[str, Any] = {"layer": box_layers(encoding, view)}
    elif view.interval is not None and mean is not None:
        rows = rows.assign(**{f"{column(mean)}_said": said(rows, column(mean))})
        encoding["tooltip"] = tooltips(view, rows)
        body = {"layer": interval_layers(mark(view, drawn, options), encoding, mean.channel)}
    else:
        encoding["tooltip"] = tooltips(view, rows)
        body = {"mark": mark(view, drawn, options), "encoding": encoding}
    body, bound = highlighted(body, view, drawn, parameter)
    return Piece(view, drawn, rows, body, facets, bound)


def summarised(view: View) -> View:
    """An error bar or band as the mean that it stands around; other views as they are."""
    if view.mark not in ("errorbar", "errorband") or view.averaged() is not None:
        return view
    number = next((e for e in (view.on("y"), view.on("x")) if e is not None and _is_number(e)), None)
    if number is None:
        raise ChartInvalidSpec("An error bar or band needs a number on an axis.", "Put a number on the x or y axis.")
    mean = replace(number, aggregate="mean", scale=number.scale)
    encodings = tuple(mean if e is number else e for e in view.encodings)
    return replace(view, encodings=encodings, interval=view.interval or "stderr")


def _is_number(e: Encoding) -> bool:
    return e.type == "quantitative" and e.field is not None and not e.bin and not e.aggregate


def framed(drawn: Piece) -> dict[str, Any]:
    """The body with its facets and its size: as wide as its place, or with facets as many panels as fit a row."""
    body, facets, levels = dict(drawn.body), dict(drawn.facets), drawn.drawn.levels
    size = panel_size(drawn)
    if not facets:
        return body | size
    if "layer" in body:
        if "row" not in facets:
            wrapped = facets["column"]
            return {"facet": wrapped, "columns": _per_row(levels), "spec": body | size}
        return {"facet": facets, "spec": body | size}
    if "row" not in facets:
        facets = {"facet": facets["column"] | {"columns": _per_row(levels)}}
    return body | {"encoding": {**body["encoding"], **facets}} | size


def _per_row(levels: Mapping[str, tuple[str, ...]]) -> int:
    return min(max(len(levels.get("column", ())), 1), 4)


def panel_size(drawn: Piece) -> dict[str, Any]:
    """The width and height of a chart, or of each of its panels."""
    n_columns, n_rows = (len(drawn.drawn.levels.get(c, ())) for c in ("column", "row"))
    if "row" in drawn.facets:
        width = max(90, PAGE_WIDTH // max(n_columns, 1))
        return {"width": width, "height": max(60, 3 * HEIGHT // 2 // max(n_rows, 1))}
    if "column" in drawn.facets:
        width = PAGE_WIDTH // min(max(n_columns, 2), 4)
        return {"width": width, "height": HEIGHT if n_columns <= 4 else HEIGHT // 2}
    return {"width": "container", "height": height(drawn)}


def height(drawn: Piece) -> int:
    """Rows of a vertical list of categories keep their height, up to sixty."""
    y = drawn.view.on("y")
    if y is None or not is_discrete(y) or column(y) not in drawn.rows:
        return HEIGHT
    each = _STEP * max(1, len(drawn.drawn.levels.get("yOffset", ())) * 2 // 3)
    return max(HEIGHT, each * len(set(drawn.rows[column(y)])))
