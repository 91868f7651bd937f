"""One view over the rows that SQL gave for it: a mark, or the layers of a box plot or of an interval, and its size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from observatory.charts.drawing.boxes import box_layers
from observatory.charts.drawing.channels import channel
from observatory.charts.drawing.gaps import lone
from observatory.charts.drawing.highlight import HIGHLIGHT, highlighted
from observatory.charts.drawing.intervals import interval_layers, said
from observatory.charts.drawing.marks import mark
from observatory.charts.drawing.panels import GAP, fitted
from observatory.charts.drawing.query import Drawn, Query, boxed, column
from observatory.charts.drawing.summaries import summaries_of
from observatory.charts.drawing.tooltips import tooltips
from observatory.charts.drawing.units import CYCLES
from observatory.charts.spec.view import Encoding, View, is_discrete
from observatory.errors import ChartInvalidSpec
from observatory.model import Profile, Table

HEIGHT = 280
_STEP = 22
_PANELS, _TALLEST = 244, 200


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
        drawn = _with_lone(query.run(), view)
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


def _with_lone(drawn: Drawn, view: View) -> Drawn:
    """The same with the rows marked that no line reaches, where there are any."""
    levels = next((drawn.levels[e.channel] for e in (view.on("x"), view.on("y")) if e and e.time_unit in CYCLES), ())
    alone = lone(drawn.rows, view, levels)
    return replace(drawn, rows=drawn.rows.assign(lone=alone)) if alone.any() else drawn


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
    body, facets = dict(drawn.body), dict(drawn.facets)
    size = panel_size(drawn)
    if not facets:
        return body | size
    if "layer" in body:
        body["layer"] = [unit | {"encoding": narrowed(unit["encoding"], drawn)} for unit in body["layer"]]
        if "row" in facets:
            return {"facet": facets, "spacing": GAP, "spec": body | size}
        return {"facet": facets["column"], "columns": per_row(drawn), "spacing": GAP, "spec": body | size}
    facets = {name: definition | {"spacing": GAP} for name, definition in facets.items()}
    if "row" not in facets:
        facets = {"facet": facets["column"] | {"columns": per_row(drawn)}}
    return body | {"encoding": {**narrowed(body["encoding"], drawn), **facets}} | size


def narrowed(encoding: Mapping[str, Any], drawn: Piece) -> dict[str, Any]:
    """The channels of a panel in the room that it has on a page."""
    return fitted(encoding, panel_size(drawn)["width"])


def per_row(drawn: Piece) -> int:
    """How many panels stand side by side: at most three."""
    n = len(drawn.drawn.levels.get("column", ()))
    return 2 if n == 4 else min(max(n, 1), 3)


def panel_size(drawn: Piece) -> dict[str, Any]:
    """The width and height of a chart, or of each of its panels, which together fit the narrowest card of a page."""
    if not drawn.facets:
        return {"width": "container", "height": height(drawn)}
    n_columns, n_rows = (len(drawn.drawn.levels.get(c, ())) for c in ("column", "row"))
    y = drawn.view.on("y")
    whole = _PANELS - (40 if y is not None and is_discrete(y) else 0)
    across = max(n_columns, 1) if "row" in drawn.facets else per_row(drawn)
    down = n_rows if "row" in drawn.facets else -(-n_columns // across)
    tall = max(60 if "row" in drawn.facets else 90, HEIGHT // max(down, 1))
    return {"width": max(20, (whole - GAP * (across - 1)) // across), "height": min(tall, _TALLEST)}


def height(drawn: Piece) -> int:
    """Rows of a vertical list of categories keep their height, up to sixty."""
    y = drawn.view.on("y")
    if y is None or not is_discrete(y) or column(y) not in drawn.rows:
        return HEIGHT
    each = _STEP * max(1, len(drawn.drawn.levels.get("yOffset", ())) * 2 // 3)
    return max(HEIGHT, each * len(set(drawn.rows[column(y)])))
