"""What one channel of a Vega-Lite chart shows, as it is written: unknown words stay, for the rules to name."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

from observatory.charts.spec.view import CHANNELS, Encoding
from observatory.quoting import vega_name

LONGEST = 200
COLOURS = ("color", "fill", "stroke")
SILENT = ("tooltip", "key", "href", "url", "description", "order")
"""Channels that change nothing of what is judged."""
PLACES = ("longitude", "latitude", "longitude2", "latitude2")
"""Channels of a map."""
UNJUDGED = (
    *("xError", "yError", "xError2", "yError2", "radius", "radius2", "theta2", *PLACES),
    *("strokeWidth", "angle", "fillOpacity", "strokeOpacity", "time"),
)
_MARK_NAMES = {"circle": "point", "square": "point"}
_AGGREGATE_NAMES = {"average": "mean"}
_TYPE_LETTERS = {"q": "quantitative", "t": "temporal", "o": "ordinal", "n": "nominal"}
_CONSTANT = ("x", "y", "x2", "y2", "text")


def mark_of(mark: Any) -> str:
    """The name of a mark as it is written; circles and squares are points.

    >>> mark_of({"type": "circle"}), mark_of("scatter"), mark_of(None)
    ('point', 'scatter', 'none')
    """
    name = mark.get("type") if isinstance(mark, Mapping) else mark
    return word(_MARK_NAMES.get(name, name) if isinstance(name, str) else name) or "none"


def word(value: Any) -> str | None:
    """A word as it is written, or what stands in its place cut to a line; None stays None."""
    if value is None:
        return None
    return value[:LONGEST] if isinstance(value, str) else type(value).__name__


def shown(channel: str, definition: Any) -> list[tuple[tuple[str | int, ...], Any]]:
    """The parts of a definition that show something, each with its path inside: itself, a condition, or items.

    >>> shown("color", {"condition": {"field": "a"}, "value": "red"})
    [(('condition',), {'field': 'a'})]
    """
    if isinstance(definition, list) and channel == "detail":
        return [((place,), item) for place, item in enumerate(definition[:20])]
    if not isinstance(definition, Mapping) or _shows(definition):
        return [((), definition)]
    condition = definition.get("condition")
    for path, item in _conditions(condition):
        if isinstance(item, Mapping) and _shows(item):
            return [(path, item)]
    constant = "value" in definition or condition is not None
    if constant and (channel in _CONSTANT or channel not in (*CHANNELS, *COLOURS)):
        return [((), {"datum": definition.get("value", "condition"), "type": "quantitative"})]
    return [] if constant else [((), definition)]


def _conditions(condition: Any) -> list[tuple[tuple[str | int, ...], Any]]:
    if isinstance(condition, list):
        return [(("condition", place), item) for place, item in enumerate(condition[:20])]
    return [(("condition",), condition)]


def _shows(definition: Mapping[str, Any]) -> bool:
    return any(definition.get(key) is not None for key in ("field", "aggregate", "datum"))


def encoding_of(channel: str, definition: Any) -> Encoding:
    """The encoding of a channel; a definition that is no object shows nothing.

    >>> encoding_of("fill", {"field": "a\\\\.b", "type": "N"}).field
    'a.b'
    """
    known: Mapping[str, Any] = definition if isinstance(definition, Mapping) else {}
    ends = channel in ("x2", "y2")
    aggregate, field = _aggregate(known.get("aggregate")), known.get("field")
    bins, unit = _bins(known.get("bin")), _time_unit(known.get("timeUnit"))
    scale, axis = known.get("scale"), known.get("axis") or known.get("legend")
    title = known.get("title")
    counted = aggregate == "count" or not isinstance(field, str)
    return Encoding(
        channel="color" if channel in COLOURS else word(channel) or "",
        field=None if counted else vega_name(str(field)),
        type=_type(known.get("type")) or ("quantitative" if ends else _default_type(known, aggregate, bins, unit)),
        aggregate=aggregate,
        bin=bins,
        time_unit=unit,
        sort=_sort(known.get("sort")),
        stack=_stack(known),
        scale=word(scale.get("type")) if isinstance(scale, Mapping) else _no_scale(scale),
        zero=_zero(scale) if isinstance(scale, Mapping) else None,
        title=title if isinstance(title, str) else None,
        format=axis["format"] if isinstance(axis, Mapping) and isinstance(axis.get("format"), str) else None,
        datum=_datum(known.get("datum")),
    )


def _no_scale(scale: Any) -> str | None:
    """A scale that is text, with its quotes: Vega-Lite has none of that name."""
    return f'"{scale[:LONGEST]}"' if isinstance(scale, str) else None


def _aggregate(aggregate: Any) -> str | None:
    if isinstance(aggregate, Mapping):
        return next((op for op in ("argmax", "argmin") if op in aggregate), "object")
    return _AGGREGATE_NAMES.get(aggregate, word(aggregate)) if isinstance(aggregate, str) else word(aggregate)


def _bins(bins: Any) -> int | None:
    if isinstance(bins, Mapping):
        most = bins.get("maxbins", 10)
        whole = isinstance(most, int) and not isinstance(most, bool) and most > 0
        return min(most, 1000) if whole else 10
    return 10 if bins is True or bins == "binned" else None


def _time_unit(unit: Any) -> str | None:
    name = unit.get("unit") if isinstance(unit, Mapping) else unit
    return name.removeprefix("binned").removeprefix("utc")[:LONGEST] if isinstance(name, str) else word(name)


def _type(kind: Any) -> str | None:
    return _TYPE_LETTERS.get(kind.lower(), kind[:LONGEST]) if isinstance(kind, str) else word(kind)


def _default_type(known: Mapping[str, Any], aggregate: str | None, bins: int | None, unit: str | None) -> str:
    """The type that Vega-Lite gives a channel without one."""
    datum, sort, scale = known.get("datum"), known.get("sort"), known.get("scale")
    if aggregate or bins or (isinstance(datum, (int, float)) and not isinstance(datum, bool)):
        return "quantitative"
    if unit or isinstance(datum, Mapping):
        return "temporal"
    if isinstance(scale, Mapping) and scale.get("type") in ("log", "pow", "sqrt", "symlog", "linear"):
        return "quantitative"
    return "ordinal" if isinstance(sort, list) else "nominal"


def _sort(sort: Any) -> str | tuple[Any, ...] | None:
    if isinstance(sort, Mapping) and isinstance(sort.get("encoding"), str):
        return ("-" if sort.get("order") == "descending" else "") + str(sort["encoding"])
    return (
        tuple(sort)
        if isinstance(sort, Sequence) and not isinstance(sort, str)
        else word(sort)
        if isinstance(sort, str)
        else None
    )


def _stack(known: Mapping[str, Any]) -> str | None:
    stack = known.get("stack")
    if "stack" in known and (stack is None or stack is False):
        return "none"
    return "zero" if stack is True else word(stack)


def _zero(scale: Mapping[str, Any]) -> bool | None:
    """Whether the axis starts at zero: a written domain decides before a written zero."""
    domain = scale.get("domain")
    ends = domain if isinstance(domain, list) and len(domain) == 2 else (scale.get("domainMin"), scale.get("domainMax"))
    low, high = (float(end) if _is_number(end) else 0.0 for end in ends)
    low, high = (min(low, high), max(low, high)) if low and high else (low, high)
    if low > 0 or high < 0:
        return False
    return scale["zero"] if isinstance(scale.get("zero"), bool) else None


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _datum(datum: Any) -> Any:
    """A constant as a value: a number, a text, or the words of a date."""
    if isinstance(datum, Mapping):
        return " ".join(f"{key} {value}" for key, value in list(datum.items())[:8] if isinstance(value, (int, str)))[
            :LONGEST
        ]
    return datum[:LONGEST] if isinstance(datum, str) else datum if isinstance(datum, (int, float)) else None
