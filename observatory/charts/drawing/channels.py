"""Channels of a drawn chart: definitions over opaque columns, with their axes, legends, orders and scales."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd

from observatory.charts.drawing.palette import RAMP, colours, missing_last
from observatory.charts.drawing.query import BINNED_MARKS, Drawn, column
from observatory.charts.drawing.units import CYCLES, TRUNCATED
from observatory.charts.spec.view import Encoding, View
from observatory.charts.spec.words import phrase, short

# Pixels: the title of an upright axis must not rise above the plot, where it would push the chart's own title away.
_TITLE_LIMITS = {"x": 280, "y": 180, "color": 140}
FEW_YEARS = 12
_LEGENDS = ("color", "size", "shape", "opacity", "strokeDash")
_OFFSETS = ("xOffset", "yOffset")
_DATE_PARTS = {"year": 1970, "month": 1, "date": 1, "hours": 0, "minutes": 0, "seconds": 0}


def channel(e: Encoding, view: View, drawn: Drawn) -> dict[str, Any]:
    """The definition of a channel over its opaque column; bins have a second one for their end."""
    if e.datum is not None:
        return {e.channel: _constant(e)}
    definition: dict[str, Any] = {"field": column(e)}
    if e.channel in ("x2", "y2"):
        return {e.channel: definition}
    definition |= {"type": drawn_type(e), "title": short(e.title or phrase(e))}
    if e.channel in ("text", *_OFFSETS) or e.channel.startswith("detail"):
        return {e.channel: definition | _plain(e, view, drawn)}
    if e.bin and view.mark in BINNED_MARKS:
        definition["bin"] = {"binned": True, "step": drawn.steps[e.channel].step}
    if e.time_unit in TRUNCATED:
        definition["timeUnit"] = e.time_unit
    definition |= _scaled(e, view, drawn)
    if e.channel in _LEGENDS:
        form = {"format": e.format} if e.format else {}
        definition["legend"] = {"titleLimit": _TITLE_LIMITS["color"], "symbolOpacity": 1, **form, **_listed(e, drawn)}
    if e.channel in ("x", "y"):
        definition["axis"] = _axis(e, drawn)
        if view.mark in ("bar", "area") and is_length(e):
            definition["stack"] = _stack(e, view)
        if e.bin and view.mark in BINNED_MARKS:
            return {e.channel: definition, f"{e.channel}2": {"field": f"{column(e)}_end"}}
    return {e.channel: definition}


def _listed(e: Encoding, drawn: Drawn) -> dict[str, Any]:
    """The levels that a legend lists where not all of its scale are drawn, as after a filter."""
    levels = drawn.levels.get(e.channel, ())
    if drawn_type(e) not in ("nominal", "ordinal") or column(e) not in drawn.rows:
        return {}
    shown = _slices(levels, drawn, e)
    return {"values": list(shown)} if 0 < len(shown) < len(levels) else {}


def _constant(e: Encoding) -> dict[str, Any]:
    """A value that is no field; a date stands there as a local time, which does not shift with the time zone."""
    value, kind = e.datum, e.type
    if isinstance(value, dict):
        year, month, day, hours, minutes, seconds = (int(value.get(p, least)) for p, least in _DATE_PARTS.items())
        value = datetime(year, month, day, hours, minutes, seconds).isoformat()
    elif kind == "temporal" and isinstance(value, str) and len(value) == 10:
        value = f"{value}T00:00:00"
    definition: dict[str, Any] = {"datum": value, "type": kind}
    return definition | ({"title": e.title} if e.title else {})


def _plain(e: Encoding, view: View, drawn: Drawn) -> dict[str, Any]:
    if e.channel in _OFFSETS:
        return _discrete(e, view, drawn) if drawn_type(e) in ("nominal", "ordinal") else {}
    if e.channel == "text" and drawn_type(e) == "quantitative":
        return {"format": e.format or number_format(drawn.rows[column(e)])}
    return {}


def _scaled(e: Encoding, view: View, drawn: Drawn) -> dict[str, Any]:
    zero = False if e.bin and view.mark not in BINNED_MARKS else e.zero
    scale: dict[str, Any] = ({"type": e.scale} if e.scale else {}) | ({} if zero is None else {"zero": zero})
    definition: dict[str, Any] = {}
    if drawn_type(e) in ("nominal", "ordinal"):
        definition = _discrete(e, view, drawn)
    elif e.channel == "color":
        scale["range"] = list(RAMP)
    elif e.sort == "descending":
        scale["reverse"] = True
    if e.scale == "log" and e.domain is None:
        scale["nice"] = False
    if e.domain is not None:
        scale = {name: value for name, value in scale.items() if name != "zero"} | {
            "domain": list(e.domain),
            "nice": False,
        }
    if scale:
        definition["scale"] = definition.get("scale", {}) | scale
    return definition


def _stack(e: Encoding, view: View) -> str | None:
    if e.stack is None and any(view.on(name) for name in _OFFSETS):
        return None
    return None if e.stack == "none" else e.stack or "zero"


def is_length(e: Encoding) -> bool:
    """Whether a channel shows the length of bars or the height of areas: no bin, no time."""
    return e.type == "quantitative" and not e.bin and not e.format


def drawn_type(e: Encoding) -> str:
    """The type a channel is drawn with: rounds of time are categories in order, stretches of time lie on an axis."""
    if e.time_unit:
        return "ordinal" if e.time_unit in CYCLES else "temporal"
    return e.type


def _discrete(e: Encoding, view: View, drawn: Drawn) -> dict[str, Any]:
    levels = drawn.levels.get(e.channel, ())
    if e.channel in ("color", "shape") and view.limit is not None:
        levels = _slices(levels, drawn, e)
    if e.channel == "shape":
        return {"scale": {"domain": list(levels)}}
    if e.channel == "color":
        return {"scale": {"domain": list(levels), "range": colours(levels, ordered=drawn_type(e) == "ordinal")}}
    if e.channel in ("x", "y") and view.sorted_by_measure(e):
        by = column(Encoding(str(e.sort).lstrip("-"), None, e.type))
        return {"sort": ranked_levels(drawn.rows, column(e), by, descending=str(e.sort).startswith("-"))}
    if e.sort == "descending":
        return {"sort": missing_last(reversed(levels))}
    return {"sort": list(e.sort) if isinstance(e.sort, tuple) else list(levels)}


def _slices(levels: tuple[str, ...], drawn: Drawn, e: Encoding) -> tuple[str, ...]:
    """The levels that a limit leaves, in the order of all levels."""
    shown = set(drawn.rows[column(e)].astype(str))
    return tuple(level for level in levels if level in shown)


def ranked_levels(rows: pd.DataFrame, group: str, measure: str, *, descending: bool) -> list[str]:
    """The levels of a group in the order of their total, ties in the order of their names; what is missing is last."""
    if measure not in rows:
        return missing_last(str(level) for level in rows[group].unique())
    totals = rows.groupby(group, sort=True)[measure].sum()
    return missing_last(str(level) for level in totals.sort_values(ascending=not descending, kind="stable").index)


def _axis(e: Encoding, drawn: Drawn) -> dict[str, Any]:
    axis: dict[str, Any] = {"labelLimit": 160, "titleLimit": _TITLE_LIMITS[e.channel]}
    if e.channel == "x":
        axis["labelSeparation"] = 8
    if e.stack == "normalize":
        return axis | {"format": ".0%"}
    if e.format and drawn_type(e) in ("nominal", "ordinal"):
        return axis | {"format": e.format} | (_flat() if e.channel == "x" else {})
    if e.format:
        years = sorted(set(drawn.rows[column(e)].dropna().tolist())) if column(e) in drawn.rows else []
        return axis | {"format": e.format} | ({"values": years} if len(years) <= FEW_YEARS else {"tickMinStep": 1})
    if e.scale == "log":
        return axis | {"tickCount": 5, "format": "~s"}
    if e.aggregate in ("count", "distinct"):
        return axis | {"tickMinStep": 1}
    if drawn_type(e) in ("nominal", "ordinal") and e.channel == "x":
        axis |= _flat()
    return axis


def _flat() -> dict[str, Any]:
    return {"labelAngle": 0, "labelOverlap": "greedy"}


def number_format(values: pd.Series[Any]) -> str:
    """A d3 format for numbers: whole ones in full, large ones with one decimal, small ones to three figures.

    >>> number_format(pd.Series([1, 1200])), number_format(pd.Series([0.123456]))
    (',d', ',.3~g')
    """
    numbers = pd.to_numeric(values, errors="coerce").dropna()
    if (numbers % 1 == 0).all():
        return ",d"
    return ",.1f" if numbers.abs().max() >= 100 else ",.2f" if numbers.abs().max() >= 1 else ",.3~g"
