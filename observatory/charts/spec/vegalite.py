"""A view written as Vega-Lite JSON."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from observatory.charts.spec.view import Encoding, View
from observatory.model import Filter
from observatory.quoting import vega_field

MEASURE, RANK = "observatory_measure", "observatory_rank"
FAINT = {"type": "line", "strokeWidth": 1, "opacity": 0.4}
"""The mark of many lines of one colour, told apart by `detail`."""
DATE_PARTS = ("year", "month", "date", "hours", "minutes", "seconds")


def to_spec(view: View) -> dict[str, Any]:
    """The view as Vega-Lite JSON.

    >>> to_spec(View("bar", (Encoding("x", "a.b", "nominal"),)))
    {'mark': 'bar', 'encoding': {'x': {'field': 'a\\\\.b', 'type': 'nominal'}}}

    A view with an `interval` has two layers that share all but the mean.
    """
    spec: dict[str, Any] = {"title": view.title} if view.title else {}
    transform = [{"filter": predicate(f)} for f in view.filters] + _limit_transform(view)
    spec |= {"transform": transform} if transform else {}
    encoding = {e.channel: _definition(e) for e in view.encodings}
    mean = view.averaged()
    if view.interval is None or mean is None:
        mark = dict(FAINT) if view.mark == "line" and view.on("detail") else view.mark
        return spec | {"mark": mark, "encoding": encoding}
    shown = {mean.channel: encoding.pop(mean.channel)}
    around = {mean.channel: {key: value for key, value in shown[mean.channel].items() if key != "aggregate"}}
    interval = {"type": "errorband" if view.mark in ("line", "area") else "errorbar", "extent": view.interval}
    layers = [{"mark": view.mark, "encoding": shown}, {"mark": interval, "encoding": around}]
    return spec | {"encoding": encoding, "layer": layers}


def _definition(encoding: Encoding) -> dict[str, Any]:
    definition: dict[str, Any] = {}
    if encoding.datum is not None:
        definition["datum"] = encoding.datum
    if encoding.field is not None:
        definition["field"] = vega_field(encoding.field)
    definition |= {} if encoding.channel in ("x2", "y2") else {"type": encoding.type}
    definition |= {"aggregate": encoding.aggregate} if encoding.aggregate else {}
    if encoding.bin:
        definition["bin"] = {"step": encoding.step} if encoding.step else {"maxbins": encoding.bin}
    definition |= {"timeUnit": encoding.time_unit} if encoding.time_unit else {}
    if encoding.sort is not None:
        definition["sort"] = list(encoding.sort) if isinstance(encoding.sort, tuple) else encoding.sort
    definition |= {"stack": None if encoding.stack == "none" else encoding.stack} if encoding.stack else {}
    scale = ({"type": encoding.scale} if encoding.scale else {}) | (
        {} if encoding.zero is None else {"zero": encoding.zero}
    )
    definition |= {"scale": scale} if scale else {}
    definition |= {"title": encoding.title} if encoding.title else {}
    if encoding.format:
        definition["axis" if encoding.channel in ("x", "y") else "legend"] = {"format": encoding.format}
    return definition


def predicate(filter: Filter) -> dict[str, Any] | str:
    """A filter as a Vega-Lite predicate.

    >>> predicate(Filter("a", "lt", 2, negated=True))
    {'not': {'field': 'a', 'lt': 2}}

    Rows with a value are found by an expression: Vega-Lite's own `valid` takes texts for invalid.
    """
    if filter.op == "valid":
        value = f"datum[{json.dumps(filter.field, ensure_ascii=False)}]"
        return f"isValid({value})" if bool(filter.value) != filter.negated else f"{value} === null"
    value = filter.value
    items = [_date_time(v) for v in value] if isinstance(value, (list, tuple)) else _date_time(value)
    kept = {"field": vega_field(filter.field), filter.op: items}
    return {"not": kept} if filter.negated else kept


_ISO = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?$")


def _date_time(value: Any) -> Any:
    """An ISO 8601 time as Vega-Lite's DateTime, anything else as it is."""
    if not isinstance(value, str) or not _ISO.match(value):
        return value
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        return value
    parts = dict(zip(DATE_PARTS, time.timetuple()[:6], strict=True))
    return {key: part for key, part in parts.items() if part or key in DATE_PARTS[:3]}


def _limit_transform(view: View) -> list[dict[str, Any]]:
    """The first groups, or rows, by their measure: a running rank, ties in the order of the names."""
    ranked = view.measured()
    if view.limit is None or ranked is None:
        return []
    group, measure = ranked
    name, order = vega_field(group.field or ""), "descending" if view.descending else "ascending"
    by: dict[str, Any] = {"op": measure.aggregate or "sum", "as": MEASURE}
    if measure.field is not None:
        by["field"] = vega_field(measure.field)
    sort = [{"field": MEASURE, "order": order}, {"field": name, "order": "ascending"}]
    known = {"filter": {"field": MEASURE, "valid": True}}  # nothing is less than any number to Vega
    return [
        {"joinaggregate": [by], "groupby": [name]},
        *([] if view.descending or measure.aggregate == "count" else [known]),
        {"window": [{"op": "dense_rank", "as": RANK}], "sort": sort},
        {"filter": {"field": RANK, "lte": view.limit}},
    ]
