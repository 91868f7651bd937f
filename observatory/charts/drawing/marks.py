"""How marks look: the house's sizes and colours, and the looks a written chart asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from observatory.charts.drawing.palette import ACCENT, LABEL
from observatory.charts.drawing.query import Drawn
from observatory.charts.spec.view import Encoding, View, is_discrete

_NUMBERS = (
    "opacity",
    "size",
    "strokeWidth",
    "dx",
    "dy",
    "fontSize",
    "angle",
    "thickness",
    "innerRadius",
    "cornerRadius",
)
_BOUNDS = {"opacity": (0, 1), "dx": (-200, 200), "dy": (-200, 200), "angle": (-360, 360)}
_COLOURS = ("color", "fill", "stroke")
_WORDS = {
    "align": ("left", "center", "right"),
    "baseline": ("top", "middle", "bottom"),
    "fontWeight": ("bold", "normal"),
    "fontStyle": ("italic", "normal"),
    "shape": ("circle", "square", "cross", "diamond", "triangle-up", "triangle-down"),
    "orient": ("horizontal", "vertical"),
    "interpolate": ("linear", "monotone", "step", "step-before", "step-after"),
}
_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}|[a-zA-Z]{3,24}")
_BASE: dict[str, dict[str, Any]] = {
    "area": {"opacity": 0.75},
    "tick": {"opacity": 0.5, "thickness": 1},
    "rule": {"strokeWidth": 1.5},
}

_UNSEEN = {"fillOpacity": 0, "strokeOpacity": 0}
"""Points of a line for the pointer alone, which says of a line without them where it begins wherever it is."""

_LONE = {"fillOpacity": {"expr": "datum.lone ? 1 : 0"}, "strokeOpacity": 0}
"""Points where no line reaches a value, which would not be seen without them."""


def mark(view: View, drawn: Drawn, options: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The mark of a view with its looks, and those harmless ones that a written mark asks for in its `options`."""
    clipped = {"clip": True} if any(e.domain for e in view.encodings) else {}
    look = _look(view, drawn) | clipped | safe_options(options or {})
    return recoloured(look, look["color"]) if "color" in look else look


def recoloured(look: Mapping[str, Any], colour: str) -> dict[str, Any]:
    """A mark in another colour, together with the dots on its line.

    >>> recoloured({"type": "line", "point": {"color": "#000"}}, "#fff")
    {'type': 'line', 'point': {'color': '#fff'}, 'color': '#fff'}
    """
    dots = look.get("point")
    if not isinstance(dots, Mapping) or "color" not in dots:
        return {**look, "color": colour}
    return {**look, "point": {**dots, "color": colour}, "color": colour}


def _look(view: View, drawn: Drawn) -> dict[str, Any]:
    look: dict[str, Any] = {"type": view.mark} if view.mark == "rect" else {"type": view.mark, "color": ACCENT}
    n = len(drawn.rows)
    if view.mark == "point":
        few = n <= 200
        size = 90 if view.interval else 60 if few else 30
        return look | {"filled": True, "size": size, "opacity": 1 if view.interval else 0.8 if few else 0.5}
    if view.mark == "line":
        dots = n <= 40 and (view.on("color") is not None or {"color": ACCENT})
        return look | {"strokeWidth": 2, "point": dots or _lone(view, drawn) or _unseen(view)}
    if view.mark == "area" and (lone := _lone(view, drawn)):
        return look | _BASE["area"] | {"point": lone}
    if view.mark == "bar":
        binned = any(e.bin for e in view.encodings)
        return look | ({"binSpacing": 1} if binned else {"cornerRadiusEnd": 2} | _slim(view, drawn))
    if view.mark == "text":
        return look | {"color": LABEL, "fontSize": 11} | _beside(view)
    return look | _BASE.get(view.mark, {})


def _lone(view: View, drawn: Drawn) -> dict[str, Any] | None:
    colour = {} if view.on("color") else {"color": ACCENT}
    return colour | _LONE if "lone" in drawn.rows else None


def _unseen(view: View) -> dict[str, Any] | bool:
    return view.on("detail") is not None and _UNSEEN


def _slim(view: View, drawn: Drawn) -> dict[str, Any]:
    """Few bars are drawn slimmer, so that they do not fill the chart."""
    for channel, offset, size in (("x", "xOffset", "width"), ("y", "yOffset", "height")):
        if 0 < len(drawn.levels.get(channel, ())) <= 4 and view.on(offset) is None:
            return {size: {"band": 0.6}}
    return {}


def _beside(view: View) -> dict[str, Any]:
    """A label stands beyond the end of its bar or beside its point, and in the middle of a cell."""
    across, upright = (_is_measure(view.on(channel)) for channel in "xy")
    if across:
        return {"align": "left", "dx": 5}
    return {"baseline": "bottom", "dy": -4} if upright else {}


def _is_measure(e: Encoding | None) -> bool:
    return e is not None and e.type == "quantitative" and not e.bin and not is_discrete(e)


def safe_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """The looks of a written mark that are plain numbers, colours and words; no expression, address or text.

    >>> safe_options({"type": "bar", "color": "#e377c2", "href": "javascript:x", "dx": {"expr": "1"}, "size": 60})
    {'color': '#e377c2', 'size': 60}
    """
    kept = {key: value for key, value in options.items() if _is_safe(key, value)}
    return {key: value[:8] if isinstance(value, list) else value for key, value in kept.items()}


def _is_safe(key: str, value: Any) -> bool:
    low, high = _BOUNDS.get(key, (0, 2000))
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high
    if key in _COLOURS:
        return isinstance(value, str) and _COLOUR.fullmatch(value) is not None
    if key == "strokeDash":
        return isinstance(value, list) and all(isinstance(v, (int, float)) for v in value)
    if key in ("filled", "point", "line"):
        return isinstance(value, bool)
    return (key in _NUMBERS and number) or (key in _WORDS and value in _WORDS[key])
