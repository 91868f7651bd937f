"""The words of Draco 2, and what an encoding in them means in Vega-Lite.

Draco's facts are `entity(kind,parent,id)` and `attribute((kind,property),id,value)`. What it has no word for but a
chart needs to come back the same (units of time, sorting, the exact number of bins) travels as
`vega((kind,property),id,value)`, which Draco carries along and does not read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from observatory.charts.spec.view import Encoding, View

MARKS = ("point", "bar", "line", "area", "text", "tick", "rect")
CHANNELS = ("x", "y", "color", "size", "shape", "text", "detail")
FACETS = {"row": "row", "column": "col"}
AGGREGATES = ("count", "mean", "median", "min", "max", "stdev", "sum")
STACKS = ("zero", "center", "normalize")
SCALES = ("linear", "log", "ordinal", "categorical")
COORDINATES = ("cartesian", "polar")
TASKS = ("value", "summary")
BINS = (10, 25, 200)
PROPERTIES = {
    "root": ("number_rows", "task"),
    "field": ("name", "type", "unique", "entropy", "min", "max", "std", "freq", "interesting"),
    "view": ("coordinates",),
    "mark": ("type",),
    "encoding": ("channel", "field", "aggregate", "binning", "stack"),
    "scale": ("channel", "type", "zero"),
    "facet": ("channel", "field", "binning"),
}
CARRIED = ("type", "bin", "time_unit", "sort", "stack", "scale", "zero", "format")
_LENGTHS = ("bar", "area", "line")
_AXES = {"x": "y", "y": "x"}


def plain(words: Mapping[str, str], kind: str, polar: bool) -> Encoding:
    """What Draco's words for one encoding or facet say; `kind` is the type of the field, `words["scale"]` of its scale.

    >>> shown = plain({"channel": "col", "field": "island"}, "string", False)
    >>> shown.channel, shown.field, shown.type
    ('column', 'island', 'nominal')
    """
    channel, scale = words["channel"], words.get("scale", "")
    aggregate, bins = words.get("aggregate"), words.get("binning")
    channels = {"col": "column"} | ({"y": "theta", "x": "theta"} if polar else {})
    return Encoding(
        channel=channels.get(channel, channel),
        field=words.get("field"),
        type=_type(kind, scale, channel, aggregate, bins),
        aggregate=aggregate,
        bin=None if bins is None else int(bins),
        stack=words.get("stack"),
        scale="log" if scale == "log" else None,
        zero=True if "zero" in words else None,
    )


def _type(kind: str, scale: str, channel: str, aggregate: str | None, bins: str | None) -> str:
    """The Vega-Lite type; a category is `ordinal` to Draco wherever it is not a colour."""
    if aggregate not in (None, "min", "max"):
        return "quantitative"
    named = kind in ("string", "boolean")
    if scale == "ordinal" or (channel in FACETS.values() and not named):
        return "nominal" if named and channel != "color" else "ordinal"
    if scale == "categorical" or named or not (kind or scale or bins):
        return "nominal"
    return "temporal" if kind == "datetime" and scale != "log" else "quantitative"


def settled(mark: str, encodings: Sequence[Encoding]) -> View:
    """The view without what Vega-Lite does by itself: stacking, and scales that start at zero."""
    view = View(mark, tuple(encodings))
    kept = []
    for e in encodings:
        zero = None if e.zero and starts_at_zero(view, e) else e.zero
        stack = None if e.stack == "zero" and stacks(view, e) else e.stack
        kept.append(replace(e, zero=zero, stack=stack))
    return replace(view, encodings=tuple(kept))


def starts_at_zero(view: View, encoding: Encoding) -> bool:
    """Whether Vega-Lite starts the scale of a channel at zero unless told otherwise."""
    return (
        encoding.type == "quantitative"
        and not encoding.bin
        and encoding.scale != "log"
        and encoding.channel in ("x", "y", "theta", "size")
        and not _runs_along(view, encoding)
    )


def _runs_along(view: View, encoding: Encoding) -> bool:
    """Whether bars, areas or lines stand on this axis rather than being measured by it."""
    other = view.on(_AXES.get(encoding.channel, ""))
    if view.mark not in _LENGTHS or other is None or other.type != "quantitative" or other.bin or encoding.aggregate:
        return False
    return other.aggregate is not None or encoding.channel == "x"


def stacks(view: View, encoding: Encoding) -> bool:
    """Whether Vega-Lite stacks along a channel unless told otherwise."""
    if view.mark == "arc":
        return encoding.channel == "theta"
    on_axes = {e.field for e in view.encodings if e.channel in _AXES}
    splits = [
        e
        for e in view.encodings
        if e.channel in ("color", "detail") and e.is_group and e.field is not None and e.field not in on_axes
    ]
    return (
        view.mark in ("bar", "area")
        and bool(splits)
        and encoding.channel in _AXES
        and encoding.type == "quantitative"
        and not encoding.bin
        and not _runs_along(view, encoding)
    )
