"""Vega-Lite JSON read as a view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from observatory.charts.spec.vegalite import DATE_PARTS, MEASURE, RANK
from observatory.charts.spec.view import (
    AGGREGATES,
    CHANNELS,
    MARKS,
    STACKS,
    TIME_UNITS,
    TYPES,
    Encoding,
    View,
)
from observatory.errors import ChartInvalidSpec
from observatory.model import Filter
from observatory.quoting import vega_name

_MARK_NAMES = {"circle": "point", "square": "point"}
_AGGREGATE_NAMES = {"average": "mean"}
_IGNORED = {
    "$schema",
    "title",
    "description",
    "width",
    "height",
    "config",
    "name",
    "data",
    "background",
    "autosize",
    "padding",
}
_COMPOSITE = ("layer", "facet", "concat", "hconcat", "vconcat", "repeat", "spec")
_OPS = ("equal", "lt", "lte", "gt", "gte", "range", "oneOf")


def parse(spec: Mapping[str, Any]) -> View:
    """The view that a Vega-Lite spec draws; raises ChartInvalidSpec with what is not understood.

    >>> parse({"mark": "bar", "encoding": {"x": {"field": "a", "type": "nominal"}}}).on("x").field
    'a'
    """
    if not isinstance(spec, Mapping):
        raise ChartInvalidSpec("The chart is not a JSON object.", "Give a Vega-Lite chart.")
    composite = [key for key in _COMPOSITE if key in spec]
    if composite:
        raise ChartInvalidSpec(f"Charts with “{composite[0]}” are not understood.", "Give a single chart.")
    unknown = sorted(set(map(str, spec)) - _IGNORED - {"mark", "encoding", "transform"})
    if unknown:
        raise ChartInvalidSpec(f"“{unknown[0]}” is not understood in a chart.", "Keep to mark, encoding and transform.")
    encoding = spec.get("encoding")
    if not isinstance(encoding, Mapping) or not encoding:
        raise ChartInvalidSpec("The chart has no encoding.", "Say what each axis shows.")
    mark = _mark(spec.get("mark"))
    filters, limit, descending = _transforms(spec.get("transform", []))
    title = spec.get("title")
    encodings = tuple(_encoding(channel, d) for channel, d in encoding.items() if channel not in ("tooltip", "opacity"))
    return View(mark, encodings, filters, limit, descending, title if isinstance(title, str) else None)


def _mark(mark: Any) -> str:
    name = mark.get("type") if isinstance(mark, Mapping) else mark
    name = _MARK_NAMES.get(name, name) if isinstance(name, str) else name
    if name not in MARKS:
        raise ChartInvalidSpec(f"The mark “{name}” is not understood.", f"The marks are {', '.join(MARKS)}.")
    return str(name)


def _encoding(channel: str, definition: Any) -> Encoding:
    if channel not in CHANNELS:
        raise ChartInvalidSpec(f"The channel “{channel}” is not understood.", f"There are {', '.join(CHANNELS)}.")
    if not isinstance(definition, Mapping):
        raise ChartInvalidSpec(f"The channel {channel} is not a JSON object.")
    aggregate = _one_of(definition.get("aggregate"), AGGREGATES, "aggregate", _AGGREGATE_NAMES)
    field = definition.get("field")
    if not isinstance(field, str) and (field is not None or aggregate != "count"):
        raise ChartInvalidSpec(f"The channel {channel} shows no field.", "Give it a field or the aggregate “count”.")
    bins = definition.get("bin")
    maxbins = int(bins.get("maxbins", 10)) if isinstance(bins, Mapping) else 10 if bins is True else None
    time_unit = _one_of(definition.get("timeUnit"), TIME_UNITS, "timeUnit")
    scale = definition.get("scale") if isinstance(definition.get("scale"), Mapping) else {}
    stack = "none" if "stack" in definition and definition["stack"] in (None, False) else definition.get("stack")
    sort, axis = definition.get("sort"), definition.get("axis") or definition.get("legend")
    default = "quantitative" if aggregate or maxbins else "temporal" if time_unit else "nominal"
    title = definition.get("title")
    return Encoding(
        channel=channel,
        field=None if field is None or aggregate == "count" else vega_name(field),
        type=_one_of(definition.get("type"), TYPES, "type") or default,
        aggregate=aggregate,
        bin=maxbins,
        time_unit=time_unit,
        sort=tuple(sort) if isinstance(sort, list) else sort if isinstance(sort, str) else None,
        stack="zero" if stack is True else _one_of(stack, STACKS, "stack"),
        scale=_one_of(scale.get("type") if scale else None, ("linear", "log"), "scale"),
        zero=scale.get("zero") if scale and isinstance(scale.get("zero"), bool) else None,
        title=title if isinstance(title, str) else None,
        format=axis.get("format") if isinstance(axis, Mapping) else None,
    )


def _one_of(value: Any, words: Sequence[str], what: str, names: Mapping[str, str] | None = None) -> str | None:
    if value is None:
        return None
    word = (names or {}).get(value, value) if isinstance(value, str) else value
    if word not in words:
        raise ChartInvalidSpec(f"The {what} “{value}” is not understood.", f"There are {', '.join(words)}.")
    return str(word)


def _transforms(transform: Any) -> tuple[tuple[Filter, ...], int | None, bool]:
    filters, limit, descending = [], None, True
    for step in transform if isinstance(transform, list) else [transform]:
        if not isinstance(step, Mapping):
            raise ChartInvalidSpec("A transform is not a JSON object.")
        if "joinaggregate" in step and MEASURE in str(step):
            continue
        if "window" in step and RANK in str(step["window"]):
            descending = step["sort"][0].get("order") == "descending"
        elif isinstance(step.get("filter"), Mapping) and step["filter"].get("field") == RANK:
            limit = int(step["filter"]["lte"])
        else:
            filters.append(_filter(step.get("filter")))
    return tuple(filters), limit, descending


def _filter(predicate: Any) -> Filter:
    if isinstance(predicate, Mapping) and isinstance(predicate.get("field"), str):
        for op in _OPS:
            if op in predicate:
                value = predicate[op]
                items = [_iso(v) for v in value] if isinstance(value, list) else _iso(value)
                return Filter(vega_name(predicate["field"]), op, items)  # type: ignore[arg-type]
    raise ChartInvalidSpec("A transform is not understood.", f"Filter by a field with one of {', '.join(_OPS)}.")


def _iso(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    year, month, day, hours, minutes, seconds = (int(value.get(p, int(p in ("month", "date")))) for p in DATE_PARTS)
    time = datetime(year, month, day, hours, minutes, seconds)
    return time.date().isoformat() if (hours, minutes, seconds) == (0, 0, 0) else time.isoformat()
