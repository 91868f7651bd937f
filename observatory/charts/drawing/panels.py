"""Panels and plots beside each other: what fits under and beside them, and all of them as wide as a single chart."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from typing import Any

from observatory.charts.drawing.titles import line
from observatory.charts.spec.parts import CONCATS
from observatory.charts.spec.words import lines

GAP = 12
TITLE_LIMIT = 480
ROOM = 320
"""Pixels for plots beside each other on the narrowest card of a page."""
_LETTER, _AXIS, _LEGEND = 6, 70, 100
_NARROW_LINE, _NARROW_LINES = 40, 3
_LEGENDS = ("color", "shape", "size", "opacity", "strokeDash")
_FLAT = {"labelAngle": 0, "labelLimit": 160, "labelOverlap": "greedy"}


def fitted(encoding: Mapping[str, Any], width: int, n_across: int = 1) -> dict[str, Any]:
    """The channels of panels of `width` pixels: names that do not fit under one are slanted, the legend is beneath.

    >>> kinds = {"type": "nominal", "sort": ["Chinstrap", "Gentoo"], "axis": {"labelLimit": 160}}
    >>> [fitted({"x": kinds}, width)["x"]["axis"]["labelAngle"] for width in (75, 200)]
    [-45, 0]
    """
    known = dict(encoding)
    n_columns = max(3, width * n_across // _LEGEND)
    for name in _LEGENDS:
        if isinstance(known.get(name), Mapping) and "legend" in known[name]:
            known[name] = known[name] | {"legend": known[name]["legend"] | {"orient": "bottom", "columns": n_columns}}
    under = {"titleLimit": width + GAP, **_under(known.get("x"), width)}
    beside = {"labelLimit": 70 if width * n_across < TITLE_LIMIT else 160}
    for axis, look in (("x", under), ("y", beside)):
        if isinstance(known.get(axis), Mapping) and isinstance(known[axis].get("axis"), Mapping):
            known[axis] = known[axis] | {"axis": known[axis]["axis"] | look}
    return known


def _under(x: Any, width: int) -> dict[str, Any]:
    """How title, names and numbers stand under a panel; years lie flat."""
    if not isinstance(x, Mapping) or not isinstance(x.get("axis"), Mapping):
        return {}
    title = _title_lines(x["axis"].get("title", x.get("title")), width + GAP)
    known = {"title": title} if isinstance(title, list) or "title" in x["axis"] else {}
    counted = {"values", "tickMinStep", "format"} & set(x["axis"])
    if x.get("type") == "quantitative" and not counted and "bin" not in x:
        known["tickCount"] = max(3, width // 40)
    return known | (_names(x, width) if x.get("type") in ("nominal", "ordinal") else {})


def _title_lines(title: Any, width: int) -> Any:
    """A title in two lines, broken behind a space, hyphen or underscore, where that makes it fit.

    >>> _title_lines("flipper_length_mm", 87), _title_lines(["flipper_", "length_mm"], 240)
    (['flipper_', 'length_mm'], 'flipper_length_mm')
    """
    whole = "".join(title) if isinstance(title, list) else title
    if not isinstance(whole, str) or len(whole) * _LETTER <= width:
        return whole
    ends = [match.end() for match in re.finditer(r"[\s_-]+", whole)]
    broken = [(max(end, len(whole) - end), end) for end in ends if 0 < end < len(whole)]
    longest, end = min(broken, default=(width, 0))
    return [line(whole[:end]), line(whole[end:])] if longest * _LETTER <= width else whole


def _names(x: Mapping[str, Any], width: int) -> dict[str, Any]:
    names = [str(name) for name in x.get("sort", ())]
    fits = max((len(name) for name in names), default=0) * _LETTER < width / max(len(names), 1)
    if fits or "format" in x["axis"]:
        return _FLAT
    dense = len(names) * 2 * _LETTER > width
    return {"labelAngle": -45, "labelLimit": 80, "labelOverlap": "greedy" if dense else False}


def narrow_title(text: str) -> list[str]:
    """A title in lines that are no wider than panels on the narrowest page, cut with … after three of them.

    >>> narrow_title("body_mass_g against flipper_length_mm by species and island")
    ['body_mass_g against flipper_length_mm by', 'species and island']
    """
    found = textwrap.wrap(text, _NARROW_LINE)
    if len(found) > _NARROW_LINES:
        found = [*found[: _NARROW_LINES - 1], f"{found[_NARROW_LINES - 1][: _NARROW_LINE - 1].rstrip()}…"]
    return [line(part) for part in found]


def widened(spec: dict[str, Any], whole: int) -> dict[str, Any]:
    """A drawn chart whose panels, or plots beside each other, are together as wide as a single chart of `whole` pixels.

    >>> panels = {"facet": {"columns": 2, "sort": ["a", "b", "c", "d"]}}
    >>> widened({"mark": "bar", "encoding": panels, "width": 116}, 640)["width"]
    314
    >>> [plot["width"] for plot in widened({"hconcat": [{"width": 150}] * 2}, 640)["hconcat"]]
    [285, 285]
    """
    key = next((key for key in CONCATS if key in spec), None)
    if key is not None:
        n = 1 if key == "vconcat" else min(len(spec[key]), spec.get("columns", len(spec[key])))
        each = (whole - _AXIS * (n - 1)) // max(n, 1)
        plots = [plot | {"width": each} if isinstance(plot.get("width"), int) else plot for plot in spec[key]]
        return spec | {key: [widened(plot, each) for plot in plots]}
    n = _n_across(spec)
    if n is None:
        return spec
    width = max(20, (whole - GAP * (n - 1)) // n)
    if "spec" in spec:
        return _titled(spec | {"spec": _unit(spec["spec"], width, n)})
    return _titled(_unit(spec, width, n))


def _n_across(spec: Mapping[str, Any]) -> int | None:
    """How many panels of a chart stand side by side; None for a chart without panels."""
    facets = spec if "spec" in spec else spec.get("encoding", {})
    facet = facets.get("facet", {})
    by = facet if "spec" in spec and "field" not in facet else facets
    if "column" in by or "row" in by:
        return max(1, len(by.get("column", {}).get("sort", ())))
    n = facets.get("columns", facet.get("columns"))
    return n if isinstance(n, int) else None


def _unit(spec: Mapping[str, Any], width: int, n_across: int) -> dict[str, Any]:
    """A unit or layers of panels in another width."""
    known = dict(spec) | ({"width": width} if "width" in spec else {})
    if "encoding" in known:
        known["encoding"] = fitted(known["encoding"], width, n_across)
    if "layer" in known:
        known["layer"] = [_unit(layer, width, n_across) for layer in known["layer"]]
    return known


def _titled(spec: dict[str, Any]) -> dict[str, Any]:
    """The same with its title in the size and the lines of a single chart."""
    title = spec.get("title")
    if not isinstance(title, Mapping) or title.get("limit", TITLE_LIMIT) >= TITLE_LIMIT:
        return spec
    words = [line(part) for part in lines(" ".join(title["text"]))]
    return spec | {"title": {**title, "text": words, "limit": TITLE_LIMIT, "fontSize": 14}}
