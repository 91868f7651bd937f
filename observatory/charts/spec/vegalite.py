"""The part of Vega-Lite that the rules judge and the renderer draws: one view, read into values and written back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from observatory.errors import ChartInvalidSpec
from observatory.model import FieldType, Filter
from observatory.quoting import vega_field, vega_name

MARKS = ("point", "bar", "line", "area", "tick", "rect", "arc", "boxplot")
CHANNELS = ("x", "y", "color", "size", "shape", "row", "column", "theta")
AGGREGATES = ("count", "mean", "median", "sum", "min", "max")
TIME_UNITS = ("year", "yearquarter", "yearmonth", "yearmonthdate", "quarter", "month", "day", "hours")
STACKS = ("zero", "normalize", "none")
TYPES = get_args(FieldType)
MEASURE, RANK = "observatory_measure", "observatory_rank"
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
_DATE_PARTS = ("year", "month", "date", "hours", "minutes", "seconds")


@dataclass(frozen=True)
class Encoding:
    """What one channel shows; `bin` is the most bins; `sort` is as in Vega-Lite; None leaves it to Vega-Lite."""

    channel: str
    field: str | None
    type: str
    aggregate: str | None = None
    bin: int | None = None
    time_unit: str | None = None
    sort: str | tuple[Any, ...] | None = None
    stack: str | None = None
    scale: str | None = None
    zero: bool | None = None
    title: str | None = None
    format: str | None = None

    @property
    def is_group(self) -> bool:
        """Whether the channel keeps rows apart rather than summarising them."""
        return self.aggregate is None


@dataclass(frozen=True)
class View:
    """A single Vega-Lite chart; `limit` keeps the first groups in the order of their measure."""

    mark: str
    encodings: tuple[Encoding, ...]
    filters: tuple[Filter, ...] = ()
    limit: int | None = None
    descending: bool = True
    title: str | None = None

    def on(self, channel: str) -> Encoding | None:
        """The encoding of a channel, or None."""
        return next((e for e in self.encodings if e.channel == channel), None)

    def sorted_by_measure(self, encoding: Encoding) -> bool:
        """Whether a channel is sorted by the length along the other axis."""
        return isinstance(encoding.sort, str) and encoding.sort.lstrip("-") in ("x", "y") and encoding.channel in "xy"

    def measured(self) -> tuple[Encoding, Encoding] | None:
        """The category that is ranked and the number that ranks it, where there are such."""
        axes = [e for e in (self.on("x"), self.on("y"), self.on("color"), self.on("theta")) if e is not None]
        dimensions = [e for e in axes if e.is_group and e.type in ("nominal", "ordinal")]
        measures = [e for e in axes if e.type == "quantitative" and not e.bin and e not in dimensions]
        return (dimensions[0], measures[0]) if dimensions and measures else None


def is_discrete(encoding: Encoding) -> bool:
    """Whether a channel shows categories."""
    return encoding.type in ("nominal", "ordinal") and not encoding.aggregate and not encoding.time_unit


def to_spec(view: View) -> dict[str, Any]:
    """The view as Vega-Lite JSON.

    >>> to_spec(View("bar", (Encoding("x", "a.b", "nominal"),)))
    {'mark': 'bar', 'encoding': {'x': {'field': 'a\\\\.b', 'type': 'nominal'}}}
    """
    spec: dict[str, Any] = {"title": view.title} if view.title else {}
    transform = [{"filter": _predicate(f)} for f in view.filters] + _limit_transform(view)
    spec |= {"transform": transform} if transform else {}
    spec |= {"mark": view.mark, "encoding": {e.channel: _definition(e) for e in view.encodings}}
    return spec


def _definition(encoding: Encoding) -> dict[str, Any]:
    definition: dict[str, Any] = {}
    if encoding.field is not None:
        definition["field"] = vega_field(encoding.field)
    definition["type"] = encoding.type
    definition |= {"aggregate": encoding.aggregate} if encoding.aggregate else {}
    definition |= {"bin": {"maxbins": encoding.bin}} if encoding.bin else {}
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


def _predicate(filter: Filter) -> dict[str, Any]:
    value = filter.value
    items = [_date_time(v) for v in value] if isinstance(value, (list, tuple)) else _date_time(value)
    return {"field": vega_field(filter.field), filter.op: items}


_ISO = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?$")


def _date_time(value: Any) -> Any:
    """An ISO 8601 time as Vega-Lite's DateTime, anything else as it is."""
    if not isinstance(value, str) or not _ISO.match(value):
        return value
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        return value
    parts = dict(zip(_DATE_PARTS, time.timetuple()[:6], strict=True))
    return {key: part for key, part in parts.items() if part or key in _DATE_PARTS[:3]}


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
    return [
        {"joinaggregate": [by], "groupby": [name]},
        {"window": [{"op": "dense_rank", "as": RANK}], "sort": sort},
        {"filter": {"field": RANK, "lte": view.limit}},
    ]


# ── reading ──────────────────────────────────────────────────────────────────────────────────────


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
    year, month, day, hours, minutes, seconds = (int(value.get(p, int(p in ("month", "date")))) for p in _DATE_PARTS)
    time = datetime(year, month, day, hours, minutes, seconds)
    return time.date().isoformat() if (hours, minutes, seconds) == (0, 0, 0) else time.isoformat()
