"""A click on a legend: what has that colour stays, the rest grows faint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from observatory.charts.drawing.channels import drawn_type
from observatory.charts.drawing.query import Drawn, column
from observatory.charts.spec.view import View

FAINT = 0.12
HIGHLIGHT = "highlight"


def highlighted(
    body: Mapping[str, Any], view: View, drawn: Drawn, parameter: str
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The body, and a point parameter bound to its legend where categories have colours; its name is of no field.

    Marks keep their own opacity while nothing is chosen. The view that the parameter belongs to gets a name.
    """
    colour = view.on("color")
    if colour is None or colour.field is None or drawn_type(colour) not in ("nominal", "ordinal") or view.on("opacity"):
        return dict(body), None
    if len(drawn.levels.get("color", ())) < 2:
        return dict(body), None
    select = {"type": "point", "fields": [column(colour)]}
    bound = {"name": parameter, "select": select, "bind": "legend", "views": [f"{parameter}_view"]}
    named = {"name": f"{parameter}_view"}
    if "layer" not in body:
        return named | _faint(body, parameter), bound
    layers = [_faint(layer, parameter) for layer in body["layer"]]
    return {**body, "layer": [named | layers[0], *layers[1:]]}, bound


def _faint(unit: Mapping[str, Any], parameter: str) -> dict[str, Any]:
    base = float(unit["mark"].get("opacity", 1))
    opacity = {"condition": {"param": parameter, "value": base}, "value": round(base * FAINT, 3)}
    return {**unit, "encoding": {**unit["encoding"], "opacity": opacity}}
