"""A Vega-Lite chart as the Altair code that makes it; every name out of the data is a Python string literal."""

from __future__ import annotations

import keyword
import math
from collections.abc import Mapping, Sequence
from typing import Any

from observatory.charts.spec.channel import encoding_of
from observatory.charts.spec.parts import CONCATS, IGNORED
from observatory.charts.spec.reading import read
from observatory.charts.spec.view import CHANNELS, MARKS
from observatory.errors import ChartInvalidSpec

_OWN = ("mark", "encoding", "transform", "layer", "facet", "repeat", "spec", *CONCATS)
_LEFT_OUT = ("$schema", "data", "datasets", "config", "params", "selection", "usermeta")
_MARKS = (*MARKS, "circle", "square", "trail", "image", "geoshape")
_CHANNELS = (
    *CHANNELS,
    *("tooltip", "order", "facet", "fill", "stroke", "theta2", "radius", "radius2", "angle", "key", "href", "url"),
    *("fillOpacity", "strokeOpacity", "strokeWidth", "xError", "yError", "xError2", "yError2", "description"),
    *("latitude", "longitude", "latitude2", "longitude2"),
)
_UNTYPED = ("x2", "y2", "theta2", "radius2", "xError", "yError", "xError2", "yError2", "latitude2", "longitude2")
_WINDOWS = {"window": "WindowFieldDef", "joinaggregate": "JoinAggregateFieldDef", "aggregate": "AggregatedFieldDef"}
_DEEPEST = 8


def altair_code(spec: Mapping[str, Any]) -> str:
    """Altair code whose `chart.to_dict()` is the spec again; `data` is the table as a DataFrame.

    The data, interactions and configuration of the spec are left out, and a channel without a type gets the one that
    Vega-Lite gives it. Raises ChartInvalidSpec for what has no place in the code.

    >>> print(altair_code({"mark": "bar", "encoding": {"x": {"field": "it's", "type": "nominal"}}}))
    import altair as alt
    <BLANKLINE>
    chart = (
        alt.Chart(data)
        .mark_bar()
        .encode(
            x=alt.X(field="it's", type='nominal'),
        )
    )
    <BLANKLINE>
    """
    read(spec)
    return code_of(spec)


def code_of(spec: Mapping[str, Any]) -> str:
    """The code of a spec that was read before, or made by `to_spec`: what `altair_code` gives, without a check.

    >>> "mark_bar" in code_of({"mark": "bar"})
    True
    """
    return "\n".join(["import altair as alt", "", "chart = (", *_indented(_chart(spec, "data")), ")", ""])


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _chart(spec: Any, data: str, deep: int = 0) -> list[str]:
    """The lines of a chart, or of a part of one, which gets its data from the whole."""
    if deep > _DEEPEST:
        raise ChartInvalidSpec(f"Parts nested deeper than {_DEEPEST} times have no code.", "Give a flatter chart.")
    if not isinstance(spec, Mapping):
        raise ChartInvalidSpec("A part of the chart is not a JSON object.", "Give a Vega-Lite chart.")
    given = {str(key): value for key, value in spec.items() if key not in (*_OWN, *_LEFT_OUT)}
    unknown = sorted(set(given) - IGNORED - {"projection"})
    if unknown:
        raise ChartInvalidSpec(f"“{unknown[0][:60]}” is not understood in a chart.", "Leave it out.")
    key = next((key for key in (*CONCATS, "layer") if key in spec), None)
    if key is not None:
        lines = _several(key, spec[key], data, deep)
        return lines + _encoded(spec.get("encoding")) + _transforms(spec.get("transform")) + _properties(given)
    if "facet" in spec or "repeat" in spec:
        # Altair wants the data beneath a facet, and moves them up itself.
        return _chart(spec.get("spec"), "data", deep + 1) + _panels(spec, given)
    title = given.pop("title") if isinstance(given.get("title"), str) else None
    named = [data] if data else []
    lines = [f"alt.Chart({', '.join([*named, *([f'title={title!r}'] if title is not None else [])])})"]
    lines += [*_transforms(spec.get("transform")), f".{_mark(spec.get('mark'))}", *_encoded(spec.get("encoding"))]
    return lines + _properties(given)


def _several(key: str, parts: Any, data: str, deep: int) -> list[str]:
    """Charts in layers or side by side."""
    if not isinstance(parts, list) or not parts:
        raise ChartInvalidSpec(f"“{key}” holds no charts.", "Give it a list of charts.")
    lines = [f"alt.{key}("]
    for part in parts:
        inner = _chart(part, "", deep + 1)
        lines += _indented([*inner[:-1], f"{inner[-1]},"])
    return [*lines, *_indented(["data=data,"] if data else []), ")"]


def _panels(spec: Mapping[str, Any], given: dict[str, Any]) -> list[str]:
    """The call that repeats a chart for each level of a field, or for several fields."""
    columns = given.pop("columns", None)
    more = [] if columns is None else [f"columns={_literal(columns)}"]
    outer = [*_transforms(spec.get("transform")), *_properties(given)]
    key = "facet" if "facet" in spec else "repeat"
    by = spec[key]
    is_grid = isinstance(by, Mapping) and "field" not in by and not ("aggregate" in by or "bin" in by)
    if key == "repeat":
        sides = _arguments(by) if isinstance(by, Mapping) else f"repeat={_literal(by)}"
        return [f".repeat({', '.join([sides, *more])})", *outer]
    items = by.items() if is_grid else [("facet", by)]
    shown = [f"{side}={_definition(str(side), definition)}" for side, definition in items]
    return [f".facet({', '.join([*shown, *more])})", *outer]


def _mark(mark: Any) -> str:
    name, options = (mark.get("type"), mark) if isinstance(mark, Mapping) else (mark, {})
    if name not in _MARKS:
        raise ChartInvalidSpec(f"The mark “{str(name)[:60]}” is not understood.", f"The marks are {', '.join(MARKS)}.")
    return f"mark_{name}({_arguments({key: value for key, value in options.items() if key != 'type'})})"


def _encoded(encoding: Any) -> list[str]:
    if encoding is None or encoding == {}:
        return []
    if not isinstance(encoding, Mapping):
        raise ChartInvalidSpec("The encoding is not a JSON object.", "Say what each axis shows.")
    lines = [f"{channel}={_definition(str(channel), definition)}," for channel, definition in encoding.items()]
    return [".encode(", *_indented(lines), ")"]


def _definition(channel: str, definition: Any) -> str:
    """A channel as the object that Altair has for it: of a field, of a constant, or of a list of fields."""
    if channel not in _CHANNELS:
        raise ChartInvalidSpec(f"The channel “{channel[:60]}” is not understood.", f"There are {', '.join(CHANNELS)}.")
    if isinstance(definition, list) and channel in ("tooltip", "detail", "order"):
        return f"[{', '.join(_definition(channel, item) for item in definition)}]"
    if not isinstance(definition, Mapping):
        raise ChartInvalidSpec(f"The channel {channel} is not a JSON object.")
    kind = "Datum" if "datum" in definition else "Value" if "value" in definition else ""
    known = dict(definition)
    if channel in _UNTYPED:
        known.pop("type", None)
    elif not kind:
        known.setdefault("type", encoding_of(channel, definition).type)
    return f"alt.{channel[0].upper()}{channel[1:]}{kind}({_arguments(known)})"


def _properties(given: Mapping[str, Any]) -> list[str]:
    return [f".properties({_arguments(given)})"] if given else []


def _transforms(steps: Any) -> list[str]:
    """The transforms in their order; where one has no short form, all stand as they are."""
    if not steps:
        return []
    listed = steps if isinstance(steps, list) else [steps]
    known = [_transform(step) for step in listed]
    if all(known):
        return [f".{step}" for step in known]
    return [".properties(", *_indented(["transform=[", *_indented([f"{_literal(s)}," for s in listed]), "]"]), ")"]


def _transform(step: Any) -> str:
    """The call of one transform, "" where there is no short form."""
    if not isinstance(step, Mapping):
        raise ChartInvalidSpec("A transform is not a JSON object.", "Leave it out.")
    if set(step) == {"filter"}:
        return f"transform_filter({_literal(step['filter'])})"
    if set(step) == {"calculate", "as"}:
        return f"transform_calculate({_arguments({'as_': step['as'], 'calculate': step['calculate']})})"
    key = next((key for key in _WINDOWS if key in step), "")
    if not key or not isinstance(step[key], list) or not set(step) <= {key, "groupby", "sort", "frame"}:
        return ""
    definitions = ", ".join(f"alt.{_WINDOWS[key]}(**{_literal(item)})" for item in step[key])
    sort = ", ".join(f"alt.SortField(**{_literal(item)})" for item in step.get("sort", []))
    more = [f"sort=[{sort}]"] if "sort" in step else []
    more += [f"{name}={_literal(step[name])}" for name in ("groupby", "frame") if name in step]
    return f"transform_{key}({', '.join([f'{key}=[{definitions}]', *more])})"


def _arguments(values: Mapping[str, Any]) -> str:
    """Keyword arguments; keys that are no Python names are passed as a dictionary."""
    named = {key: value for key, value in values.items() if str(key).isidentifier() and not keyword.iskeyword(str(key))}
    others = {key: value for key, value in values.items() if key not in named}
    shown = [f"{key}={_literal(value)}" for key, value in named.items()]
    return ", ".join(shown + ([f"**{_literal(others)}"] if others else []))


def _literal(value: Any) -> str:
    """A JSON value as a Python literal; a reference to an interaction has no place in the code.

    >>> print(_literal({"a": [1, "it's", None]}))
    {'a': [1, "it's", None]}
    """
    if isinstance(value, Mapping):
        if "param" in value:
            raise ChartInvalidSpec("What an interaction selects has no place in the code.", "Leave it out.")
        return f"{{{', '.join(f'{str(key)!r}: {_literal(item)}' for key, item in value.items())}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_literal(item) for item in value)}]"
    if value is None or type(value) in (str, bool, int) or (type(value) is float and math.isfinite(value)):
        return repr(value)
    raise ChartInvalidSpec(f"A {type(value).__name__} is no value of a chart.", "Use JSON values.")
