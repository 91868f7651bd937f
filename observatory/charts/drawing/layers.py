"""Views that share a plot: their axes are made one, and each layer has its own rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from observatory.charts.drawing.marks import recoloured
from observatory.charts.drawing.palette import CATEGORIES, LABEL, RAMP, missing_last
from observatory.charts.drawing.panels import GAP
from observatory.charts.drawing.single import Piece, narrowed, panel_size, per_row
from observatory.charts.spec.view import View
from observatory.charts.spec.words import phrase, short

LAYER = "layer"
_ANNOTATION = CATEGORIES[5]
_QUIET = ("text", "errorbar", "errorband", "boxplot")


def layered(
    pieces: Sequence[Piece], written: Sequence[Mapping[str, Any]], resolve: Any
) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """The layers of a plot, and the rows that they are of by name; `written` are the looks each one asks for.

    With facets all rows stand in one frame, and each layer keeps its own; otherwise each layer has a frame.
    """
    bodies = [_unit(piece, pieces, looks) for piece, looks in zip(pieces, written)]
    for axis in ("x", "y"):
        if not _independent(resolve, axis):
            _share(bodies, pieces, axis)
    _list(bodies)
    names = [f"rows{index}" for index in range(len(pieces))]
    scales = {"resolve": {"scale": {a: "independent" for a in ("x", "y") if _independent(resolve, a)}}}
    kept = scales if scales["resolve"]["scale"] else {}
    if not pieces[0].facets:
        layers = [{"data": {"name": name}, **body} for name, body in zip(names, bodies)]
        return {"layer": layers, **kept, **_size(pieces)}, {n: p.rows for n, p in zip(names, pieces)}
    rows = pd.concat([piece.rows.assign(**{LAYER: index}) for index, piece in enumerate(pieces)], ignore_index=True)
    chosen = [
        {"transform": [{"filter": {"field": LAYER, "equal": i}}], **_narrowed(body, piece)}
        for i, (body, piece) in enumerate(zip(bodies, pieces))
    ]
    facets = pieces[0].facets
    wrapped = {"facet": facets.get("column"), "columns": per_row(pieces[0])}
    by = {"facet": dict(facets)} if "row" in facets else wrapped
    return {"data": {"name": "rows0"}, **by, "spacing": GAP, "spec": {"layer": chosen, **kept, **_size(pieces)}}, {
        "rows0": rows
    }


def _narrowed(body: dict[str, Any], piece: Piece) -> dict[str, Any]:
    return body | {"encoding": narrowed(body["encoding"], piece)} if "encoding" in body else body


def _independent(resolve: Any, axis: str) -> bool:
    scale = resolve.get("scale") if isinstance(resolve, Mapping) else None
    return isinstance(scale, Mapping) and scale.get(axis) == "independent"


def _size(pieces: Sequence[Piece]) -> dict[str, Any]:
    sizes = [panel_size(piece) for piece in pieces]
    return {"width": sizes[0]["width"], "height": max(size["height"] for size in sizes)}


def _unit(piece: Piece, pieces: Sequence[Piece], looks: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a layer, in a colour that tells it from the layers beneath."""
    index, view = next(i for i, other in enumerate(pieces) if other is piece), piece.view
    lit = any(other.parameter for other in pieces[:index])
    body = {key: value for key, value in piece.body.items() if not (key == "name" and lit)}
    if "mark" not in body:
        return body
    mark = dict(body["mark"])
    encoding = dict(body["encoding"])
    if "color" not in looks and view.on("color") is None:
        if view.mark == "rule" and len(pieces) > 1:
            mark["color"] = LABEL if view.on("x2") or view.on("y2") else _ANNOTATION
        elif index and view.mark not in _QUIET and _same_kind(pieces[:index], view.mark):
            mark = recoloured(mark, CATEGORIES[index % len(CATEGORIES)])
    if view.mark == "bar" and "opacity" not in looks and any(p.view.mark == "errorbar" for p in pieces):
        mark["opacity"] = 0.45
    heat = next((p for p in pieces if p.view.mark == "rect"), None)
    if view.mark == "text" and heat is not None:
        encoding["color"] = _legible(view, heat)
        mark |= {"align": "center", "baseline": "middle", "dx": 0, "dy": 0}
    return body | {"mark": mark, "encoding": encoding}


def _same_kind(before: Sequence[Piece], mark: str) -> bool:
    return any(piece.view.mark == mark for piece in before)


def _legible(view: View, heat: Piece) -> dict[str, Any]:
    """White numbers on the dark half of a heat map that shows the same numbers, dark ones elsewhere."""
    text, colour = view.on("text"), heat.view.on("color")
    dark = {"value": RAMP[-1]}
    if text is None or colour is None or (text.field, text.aggregate) != (colour.field, colour.aggregate):
        return dark
    values = pd.to_numeric(heat.rows["v_color"], errors="coerce")
    low, high = float(values.min()), float(values.max())
    if not low < high:
        return dark
    return {"condition": {"test": {"field": "v_text", "gt": low + 0.45 * (high - low)}, "value": "white"}, **dark}


def _share(bodies: Sequence[dict[str, Any]], pieces: Sequence[Piece], axis: str) -> None:
    """One title, one order of categories and one look of the axis that the layers share."""
    shown = [(p.view.on(axis), d) for p, body in zip(pieces, bodies) for d in _definitions(body, axis)]
    fields = [(e, d) for e, d in shown if e is not None and e.datum is None and "field" in d]
    if not fields:
        return
    asked = [e.title for e, _ in fields if e.title]
    named = {e.field: phrase(e) for e, _ in reversed(fields)}
    title = short(" and ".join(dict.fromkeys(asked or list(named.values())[::-1])))
    orders = [level for _, d in fields for level in d.get("sort", [])]
    for _, definition in fields:
        definition["title"] = title
        definition["axis"] = fields[0][1].get("axis", {})
        if orders:
            definition["sort"] = missing_last(dict.fromkeys(orders))


def _list(bodies: Sequence[dict[str, Any]]) -> None:
    """The legend that layers share lists what any of them draws."""
    coloured = [d for body in bodies for d in _definitions(body, "color") if "legend" in d and "domain" in d["scale"]]
    shown = {level for d in coloured for level in d["legend"].get("values", d["scale"]["domain"])}
    for d in coloured:
        levels = [level for level in d["scale"]["domain"] if level in shown]
        rest = {key: value for key, value in d["legend"].items() if key != "values"}
        d["legend"] = rest | ({"values": levels} if len(levels) < len(d["scale"]["domain"]) else {})


def _definitions(body: dict[str, Any], axis: str) -> list[dict[str, Any]]:
    """The definitions of an axis in a layer, or in the layers inside it, as copies that may be changed."""
    found = []
    for unit in body.get("layer", [body]):
        if axis in unit["encoding"]:
            unit["encoding"] = {**unit["encoding"], axis: dict(unit["encoding"][axis])}
            found.append(unit["encoding"][axis])
    return found
