"""Charts of the grammar of graphics, `ggplot(data, aes(x="a")) + geom_point()`, read as Altair charts."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from observatory.sandbox.fixes.code import Code
from observatory.sandbox.fixes.fields import called

_GEOMS = {
    **dict.fromkeys(("geom_point", "geom_jitter", "geom_count"), "point"),
    **dict.fromkeys(("geom_line", "geom_path", "geom_step"), "line"),
    **dict.fromkeys(("geom_bar", "geom_col"), "bar"),
    **dict.fromkeys(("geom_histogram", "geom_density", "geom_freqpoly"), "histogram"),
    **dict.fromkeys(("geom_boxplot", "geom_violin"), "boxplot"),
    **dict.fromkeys(("geom_tile", "geom_raster"), "rect"),
    "geom_area": "area",
}
_CHANNELS = {
    **dict.fromkeys(("colour", "color", "fill"), "color"),
    **dict.fromkeys(("x", "y", "size", "shape"), ""),
    "linetype": "strokeDash",
    "group": "detail",
}
_FACETS = {"facet_wrap": "facet", "facet_grid": "column"}


@dataclass(frozen=True)
class Layered:
    """What such a chart says: its mark, table, the column of each channel, and the arguments of its first geometry."""

    mark: str
    data: str
    shown: dict[str, str]
    given: dict[str, ast.expr]
    is_counted: bool = False
    facets: dict[str, str] = field(default_factory=dict)


def layered(code: Code, call: ast.Call) -> Layered | None:
    """The chart that begins with a call of `ggplot`, or None where no geometry of it is known.

    >>> code = Code("ggplot(data, aes('class', fill='drive')) + geom_bar() + facet_wrap('~year')")
    >>> found = layered(code, next(call for call in code.all(ast.Call) if called(call) == "ggplot"))
    >>> found.mark, found.shown, found.is_counted, found.facets
    ('bar', {'x': 'class', 'color': 'drive'}, True, {'facet': 'year'})
    """
    whole: ast.AST = call
    for above in code.above(call):
        if not isinstance(above, ast.BinOp):
            break
        whole = above
    parts = [node for node in ast.walk(whole) if isinstance(node, ast.Call)]
    parts.sort(key=code.start)
    geometry = next((part for part in parts if called(part) in _GEOMS), None)
    shown: dict[str, str] = {}
    for part in (part for part in parts if called(part) == "aes"):
        shown |= _mapped(part)
    if geometry is None or not shown:
        return None
    given = {item.arg: item.value for item in geometry.keywords if item.arg}
    name, table = called(geometry), _table(call)
    dodges = "dodge" in _word(given.get("position")) or called(given.get("position")) == "position_dodge"
    if dodges and "color" in shown:
        shown["xOffset"] = shown["color"]
    facets = {_FACETS[called(p)]: _word(p.args[0]).strip("~. ") for p in parts if called(p) in _FACETS and p.args}
    is_counted = name == "geom_bar" and "y" not in shown
    return Layered(_GEOMS[name], code.of(table) if table else "data", shown, given, is_counted, facets)


def _mapped(call: ast.Call) -> dict[str, str]:
    """The columns of `aes(…)`, in quotes or, as in R, without."""
    named = {item.arg: item.value for item in call.keywords if item.arg}
    pairs = {**dict(zip(("x", "y"), call.args, strict=False)), **named}
    found = {channel: _word(node) for channel, node in pairs.items() if channel in _CHANNELS}
    return {_CHANNELS[channel] or channel: word for channel, word in found.items() if word}


def _table(call: ast.Call) -> ast.expr | None:
    told = next((item.value for item in call.keywords if item.arg == "data"), None)
    return told or next((arg for arg in call.args if not isinstance(arg, ast.Call) or called(arg) != "aes"), None)


def _word(node: ast.AST | None) -> str:
    """The column that an argument names; `factor(a)` is a."""
    if isinstance(node, ast.Call):
        return _word(node.args[0]) if node.args and called(node) in ("factor", "as_factor") else ""
    if isinstance(node, ast.UnaryOp):
        return _word(node.operand)
    if isinstance(node, ast.Name):
        return node.id
    text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
    return re.sub(r"^factor\((.*)\)$", r"\1", text)
