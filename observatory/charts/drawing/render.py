"""Drawing: a view and the rows that SQL gave for it, as an Altair chart with its data bound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import altair as alt
import pandas as pd

from observatory.charts.drawing.boxes import box_layers
from observatory.charts.drawing.describe import alt_text, caveat
from observatory.charts.drawing.palette import ACCENT, CONFIG, RAMP, colours
from observatory.charts.drawing.query import BINNED_MARKS, CYCLES, TRUNCATED, Drawn, Query, column
from observatory.charts.spec.reading import parse
from observatory.charts.spec.view import Encoding, View, is_discrete
from observatory.charts.spec.words import lines, phrase, short, title
from observatory.model import Profile, Table

HEIGHT = 280
_PAGE_WIDTH = 640
_STEP = 22
_TITLE_LIMIT = 480
# Pixels: the title of an upright axis must not rise above the plot, where it would push the chart's own title away.
_TITLE_LIMITS = {"x": 280, "y": 180, "color": 140}
_TIME_FORMATS = {"year": "%Y", "yearquarter": "%b %Y", "yearmonth": "%b %Y", "yearmonthdate": "%d %b %Y"}


@dataclass(frozen=True)
class Drawing:
    """A chart with its data, what must be said beside it ("" when nothing), and the text that stands in for it."""

    chart: alt.Chart | alt.LayerChart | alt.FacetChart
    caveat: str
    alt: str


def draw(spec: Mapping[str, Any], table: Table, profile: Profile) -> Drawing:
    """The chart of a Vega-Lite spec over a table, from aggregates over all rows.

    Missing categories are drawn as “(missing)”; rows without a number or time on an axis are left out, and the caveat
    says how many. Charts of single rows beyond 2,000 are drawn from a fixed random sample, and the caveat says so.
    Raises ChartInvalidSpec and FieldNotFound.
    """
    view = parse(spec)
    for name in [e.field for e in view.encodings] + [f.field for f in view.filters]:
        if name is not None:
            profile.field(name)
    query = Query(view, table, profile)
    if view.mark == "boxplot":
        drawn, beyond = query.boxes()
        rows = pd.concat([drawn.rows, beyond], ignore_index=True)
        body = _boxplot(view, drawn)
    else:
        drawn = query.run()
        rows = drawn.rows
        body = _single(view, drawn)
    chart = alt.Chart.from_dict({"data": {"name": "rows"}, "title": _title(view), **body, "config": CONFIG})
    chart.data = rows
    return Drawing(chart, caveat(view, drawn, profile), alt_text(view, drawn))


def _title(view: View) -> dict[str, Any]:
    return {"text": lines(view.title or title(view)), "anchor": "start", "fontSize": 14, "limit": _TITLE_LIMIT}


def _single(view: View, drawn: Drawn) -> dict[str, Any]:
    encoding: dict[str, Any] = {}
    for e in view.encodings:
        encoding |= _channel(e, view, drawn)
    encoding["tooltip"] = [_tooltip(e, drawn.rows) for e in view.encodings]
    return {"mark": _mark(view, drawn), **_framed(encoding, view, drawn)}


def _mark(view: View, drawn: Drawn) -> dict[str, Any]:
    look: dict[str, Any] = {"type": view.mark} if view.mark == "rect" else {"type": view.mark, "color": ACCENT}
    n = len(drawn.rows)
    if view.mark == "point":
        return look | {"filled": True, "size": 60 if n <= 200 else 30, "opacity": 0.8 if n <= 200 else 0.5}
    if view.mark == "line":
        coloured = any(e.channel == "color" for e in view.encodings)
        return look | {"strokeWidth": 2, "point": n <= 40 and (coloured or {"color": ACCENT})}
    if view.mark == "bar":
        binned = any(e.bin for e in view.encodings)
        return look | ({"binSpacing": 1} if binned else {"cornerRadiusEnd": 2} | _slim(drawn))
    extra: dict[str, dict[str, Any]] = {
        "area": {"opacity": 0.75},
        "tick": {"opacity": 0.5, "thickness": 1},
        "arc": {"innerRadius": 60},
    }
    return look | extra.get(view.mark, {})


def _slim(drawn: Drawn) -> dict[str, Any]:
    """Few bars are drawn slimmer, so that they do not fill the chart."""
    for channel, size in (("x", "width"), ("y", "height")):
        if 0 < len(drawn.levels.get(channel, ())) <= 4:
            return {size: {"band": 0.6}}
    return {}


def _channel(e: Encoding, view: View, drawn: Drawn) -> dict[str, Any]:
    """The definition of a channel over its opaque column; bins have a second one for their end."""
    definition: dict[str, Any] = {"field": column(e), "type": _type(e), "title": short(e.title or phrase(e))}
    if e.bin and view.mark in BINNED_MARKS:
        step = drawn.steps[e.channel].step
        definition["bin"] = {"binned": True, "step": step}
    if e.time_unit in TRUNCATED:
        definition["timeUnit"] = e.time_unit
    zero = False if e.bin and view.mark not in BINNED_MARKS else e.zero
    scale: dict[str, Any] = ({"type": e.scale} if e.scale else {}) | ({} if zero is None else {"zero": zero})
    if definition["type"] in ("nominal", "ordinal"):
        definition |= _discrete(e, view, drawn)
    elif e.channel == "color":
        scale["range"] = list(RAMP)
    if scale:
        definition["scale"] = definition.get("scale", {}) | scale
    if e.channel == "color":
        definition["legend"] = {"titleLimit": _TITLE_LIMITS["color"]}
    if e.channel in ("x", "y"):
        definition["axis"] = _axis(e)
        if view.mark in ("bar", "area") and _is_length(e):
            definition["stack"] = None if e.stack == "none" else e.stack or "zero"
        if e.bin and view.mark in BINNED_MARKS:
            return {e.channel: definition, f"{e.channel}2": {"field": f"{column(e)}_end"}}
    return {e.channel: definition}


def _is_length(e: Encoding) -> bool:
    """Whether a channel shows the length of bars or the height of areas: no bin, no time."""
    return e.type == "quantitative" and not e.bin and not e.format


def _type(e: Encoding) -> str:
    if e.time_unit:
        return "ordinal" if e.time_unit in CYCLES else "temporal"
    return e.type


def _discrete(e: Encoding, view: View, drawn: Drawn) -> dict[str, Any]:
    levels = drawn.levels.get(e.channel, ())
    if e.channel == "color" and view.limit is not None:
        levels = _slices(levels, drawn, e)
    if e.channel == "color":
        return {"scale": {"domain": list(levels), "range": colours(levels, ordered=_type(e) == "ordinal")}}
    if e.channel in ("x", "y") and view.sorted_by_measure(e):
        by = column(Encoding(str(e.sort).lstrip("-"), None, e.type))
        return {"sort": ranked_levels(drawn.rows, column(e), by, descending=str(e.sort).startswith("-"))}
    if e.sort == "descending":
        return {"sort": list(reversed(levels))}
    return {"sort": list(e.sort) if isinstance(e.sort, tuple) else list(levels)}


def _slices(levels: tuple[str, ...], drawn: Drawn, e: Encoding) -> tuple[str, ...]:
    """The levels that a limit leaves, in the order of all levels."""
    shown = set(drawn.rows[column(e)].astype(str))
    return tuple(level for level in levels if level in shown)


def ranked_levels(rows: pd.DataFrame, group: str, measure: str, *, descending: bool) -> list[str]:
    """The levels of a group in the order of their total, ties in the order of their names."""
    if measure not in rows:
        return [str(level) for level in rows[group].unique()]
    totals = rows.groupby(group, sort=True)[measure].sum()
    return [str(level) for level in totals.sort_values(ascending=not descending, kind="stable").index]


def _axis(e: Encoding) -> dict[str, Any]:
    axis: dict[str, Any] = {"labelLimit": 160, "titleLimit": _TITLE_LIMITS[e.channel]}
    if e.stack == "normalize":
        return axis | {"format": ".0%"}
    if e.format:
        return axis | {"format": e.format, "tickMinStep": 1}
    if _type(e) in ("nominal", "ordinal") and e.channel == "x":
        axis |= {"labelAngle": 0, "labelOverlap": "greedy"}
    return axis


def _tooltip(e: Encoding, rows: pd.DataFrame) -> dict[str, Any]:
    name = phrase(replace(e, stack=None)) if e.stack == "normalize" else e.title or phrase(e)
    tip: dict[str, Any] = {"field": column(e), "type": _type(e), "title": name}
    if tip["type"] == "quantitative":
        tip["format"] = e.format or number_format(rows[column(e)])
    elif tip["type"] == "temporal":
        tip["format"] = _TIME_FORMATS.get(
            e.time_unit or "", "%d %b %Y %H:%M" if _has_clock(rows[column(e)]) else "%d %b %Y"
        )
    return tip


def _has_clock(times: pd.Series[Any]) -> bool:
    return bool((times.dropna().astype(str).str[11:] != "00:00:00").any())


def number_format(values: pd.Series[Any]) -> str:
    """A d3 format for numbers: whole ones in full, large ones with one decimal, small ones to three figures.

    >>> number_format(pd.Series([1, 1200])), number_format(pd.Series([0.123456]))
    (',d', ',.3~g')
    """
    numbers = pd.to_numeric(values, errors="coerce").dropna()
    if (numbers % 1 == 0).all():
        return ",d"
    return ",.1f" if numbers.abs().max() >= 100 else ",.2f" if numbers.abs().max() >= 1 else ",.3~g"


def _framed(encoding: dict[str, Any], view: View, drawn: Drawn) -> dict[str, Any]:
    """The size of a chart: as wide as its place, or with facets as many panels as fit a row."""
    size: dict[str, Any] = {"width": "container", "height": _height(view, drawn)}
    column_levels, row_levels = (len(drawn.levels.get(c, ())) for c in ("column", "row"))
    if "column" in encoding and "row" not in encoding:
        facet = encoding.pop("column") | {"columns": min(max(column_levels, 1), 4)}
        size["width"] = _PAGE_WIDTH // min(max(column_levels, 2), 4)
        size["height"] = HEIGHT if column_levels <= 4 else HEIGHT // 2
        encoding["facet"] = facet
    elif "row" in encoding:
        size = {"width": _PAGE_WIDTH // max(column_levels, 1), "height": max(60, 3 * HEIGHT // 2 // max(row_levels, 1))}
    return {"encoding": encoding, **size}


def _height(view: View, drawn: Drawn) -> Any:
    """Rows of a vertical list of categories keep their height, up to sixty."""
    y = view.on("y")
    levels = len(set(drawn.rows[column(y)])) if y is not None and is_discrete(y) and column(y) in drawn.rows else 0
    return max(HEIGHT, _STEP * levels) if levels else HEIGHT


def _boxplot(view: View, drawn: Drawn) -> dict[str, Any]:
    """Box plots as layers over quartiles; with panels the layers stand inside a facet."""
    axes: dict[str, Any] = {}
    for e in view.encodings:
        axes |= _channel(e, view, drawn)
    facets = {channel: axes.pop(channel) for channel in ("row", "column") if channel in axes}
    layers = {"layer": box_layers(axes, view)}
    size: dict[str, Any] = {"width": "container", "height": _height(view, drawn)}
    if not facets:
        return {**layers, **size}
    n_columns = max(len(drawn.levels.get("column", ())), 1)
    size = {"width": max(90, _PAGE_WIDTH // n_columns), "height": HEIGHT // (2 if "row" in facets else 1)}
    return {"facet": facets, "spec": layers | size}
