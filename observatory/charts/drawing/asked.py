"""What a written channel asks of its drawing: the ends of its axis, the width of its bins, the order of its groups."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any, TypeGuard

from observatory.charts.spec.view import Encoding, View, is_discrete
from observatory.model import Profile
from observatory.quoting import vega_name

ORDERS = ("count", "sum", "mean", "min", "max")
_NUMBERS = (
    "INT",
    "BIGINT",
    "SMALLINT",
    "TINYINT",
    "HUGEINT",
    "UBIGINT",
    "UINTEGER",
    "USMALLINT",
    "UTINYINT",
    "DOUBLE",
    "FLOAT",
    "DECIMAL",
    "BOOL",
)


def domain(e: Encoding, known: Mapping[str, Any], mark: str) -> tuple[float, float] | None:
    """The two numbers between which a written axis runs, or None; a log axis cannot run through zero, nor a box be cut.

    >>> domain(Encoding("y", "a", "quantitative"), {"scale": {"domain": [0, 50]}}, "bar")
    (0, 50)
    """
    scale = known.get("scale")
    ends = scale.get("domain") if isinstance(scale, Mapping) else None
    if mark == "boxplot" or e.channel not in ("x", "y") or e.time_unit or (e.type != "quantitative" and not e.bin):
        return None
    if not isinstance(ends, list) or len(ends) != 2 or not all(map(_is_number, ends)) or ends[0] == ends[1]:
        return None
    return None if e.scale == "log" and min(ends) <= 0 else (ends[0], ends[1])


def step(e: Encoding, known: Mapping[str, Any]) -> float | None:
    """The width of bins that is written, or None.

    >>> step(Encoding("x", "a", "quantitative", bin=10), {"bin": {"step": 5}})
    5
    """
    bins = known.get("bin")
    width = bins.get("step") if e.bin and isinstance(bins, Mapping) else None
    return width if _is_number(width) and width > 0 else None


def order(
    e: Encoding, known: Mapping[str, Any], view: View, names: Collection[str]
) -> tuple[str | None, str, bool] | None:
    """The field, aggregate and direction that groups are sorted by, where that is not the length that is shown.

    `names` are the fields of numbers. As in Vega-Lite the aggregate is the mean where none is written.

    >>> sort = {"field": "b", "op": "max", "order": "descending"}
    >>> order(Encoding("x", "a", "nominal"), {"sort": sort}, View("bar", ()), ["a", "b"])
    ('b', 'max', True)
    """
    sort = known.get("sort")
    if not isinstance(sort, Mapping) or "encoding" in sort or e.channel not in ("x", "y", "row", "column"):
        return None
    by = view.on(str(e.sort).lstrip("-")) if e.sort is not None else None
    op = {"average": "mean", None: "mean"}.get(sort.get("op"), sort.get("op")) if _is_word(sort.get("op")) else None
    if by is not None and (sort.get("op") is None or op == (by.aggregate or "sum")):
        return None
    name = vega_name(sort["field"]) if isinstance(sort.get("field"), str) else None
    if op not in ORDERS or not is_discrete(e) or (name not in names and (name is not None or op != "count")):
        return None
    return name, op, sort.get("order") == "descending"


def numbers(profile: Profile) -> set[str]:
    """The fields whose values can be summed up as numbers."""
    kinds = ((field.name, field.type, field.storage.upper()) for field in profile.fields)
    return {name for name, kind, storage in kinds if kind == "quantitative" or storage.startswith(_NUMBERS)}


def _is_word(op: Any) -> bool:
    return op is None or isinstance(op, str)


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
