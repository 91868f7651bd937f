"""Vega-Lite JSON read as views: leniently, for what is in any chart, or strictly, as the one view that it draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from observatory.charts.spec.channel import mark_of, word
from observatory.charts.spec.nesting import demand_shallow
from observatory.charts.spec.parts import COMPOSITE, IGNORED, Composition, Inherited, Part, Walk
from observatory.charts.spec.transform import Derived
from observatory.charts.spec.vegalite import MEASURE, RANK
from observatory.charts.spec.view import (
    AGGREGATES,
    CHANNELS,
    INTERVALS,
    MARKS,
    SCALES,
    STACKS,
    TIME_UNITS,
    TYPES,
    View,
)
from observatory.errors import ChartInvalidSpec

__all__ = ["Part", "Reading", "parse", "read"]


@dataclass(frozen=True)
class Reading:
    """What a chart consists of, which fields its transforms make, and in `notes` what was not understood.

    `brings_rows` says that it holds rows of its own. `beyond` are the notes on what can be drawn only as it is written,
    and `refused` those on what cannot be drawn.
    """

    parts: tuple[Part, ...]
    composition: Composition
    derived: tuple[Derived, ...] = ()
    notes: tuple[str, ...] = ()
    brings_rows: bool = False
    beyond: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def read(spec: Mapping[str, Any]) -> Reading:
    """Any Vega-Lite chart; unknown words stay as they are written. Raises ChartInvalidSpec for what is no chart, and
    for one without end.

    >>> [part.view.mark for part in read({"layer": [{"mark": "bar"}, {"mark": "scatter"}]}).parts]
    ['bar', 'scatter']
    """
    demand_shallow(spec)
    if not any(key in spec for key in ("mark", "encoding", *COMPOSITE)):
        raise ChartInvalidSpec("This is no Vega-Lite chart: it has no mark.", "Give a chart with a mark and encoding.")
    one = _interval_view(spec)
    walk = Walk(spec.get("datasets"))
    parts = tuple(walk.parts(spec, Inherited()))
    composition = walk.composition or "single"
    if one is not None and len(parts) == 2:
        parts, composition = (_joined(parts[0], one),), "single"
    made = {d.name: d for part in parts for d in part.rows.derived if d.name not in (MEASURE, RANK)}
    notes = dict(walk.notes) | {note: "written" for part in parts for note in part.rows.notes}
    beyond, refused = (tuple(n for n, reach in notes.items() if reach == kind) for kind in ("written", "never"))
    return Reading(parts, composition, tuple(made.values()), tuple(notes), walk.brings_rows, beyond, refused)


def _interval_view(spec: Mapping[str, Any]) -> str | None:
    """The extent of the error bars or band that `to_spec` layers over a mean, or None."""
    layers = spec.get("layer")
    if not isinstance(layers, list) or len(layers) != 2 or not isinstance(spec.get("encoding"), Mapping):
        return None
    if not all(isinstance(layer, Mapping) and set(layer) == {"mark", "encoding"} for layer in layers):
        return None
    (mean, around), marks = [layer["encoding"] for layer in layers], [layer["mark"] for layer in layers]
    if not all(isinstance(side, Mapping) and len(side) == 1 for side in (mean, around)) or set(mean) != set(around):
        return None
    (channel,) = mean
    first, second = mean[channel], around[channel]
    same = isinstance(first, Mapping) and isinstance(second, Mapping) and first.get("field") == second.get("field")
    if channel not in ("x", "y") or not same or first.get("aggregate") != "mean" or second.get("aggregate") is not None:
        return None
    extent = (
        marks[1].get("extent")
        if mark_of(marks[1]) in ("errorbar", "errorband") and isinstance(marks[1], Mapping)
        else None
    )
    return extent if extent in INTERVALS and mark_of(marks[0]) in MARKS else None


def _joined(mean: Part, extent: str) -> Part:
    return replace(mean, path=(), layer=None, view=replace(mean.view, interval=extent))


# ── strictly ──


def parse(spec: Mapping[str, Any]) -> View:
    """The view that a Vega-Lite spec draws; raises ChartInvalidSpec with what is not understood.

    >>> parse({"mark": "bar", "encoding": {"x": {"field": "a", "type": "nominal"}}}).on("x").field
    'a'
    """
    if not isinstance(spec, Mapping):
        raise ChartInvalidSpec("The chart is not a JSON object.", "Give a Vega-Lite chart.")
    composite = [key for key in COMPOSITE if key in spec]
    if composite and _interval_view(spec) is None:
        raise ChartInvalidSpec(f"Charts with “{composite[0]}” are not understood.", "Give a single chart.")
    unknown = sorted(set(map(str, spec)) - IGNORED - {"mark", "encoding", "transform", "layer"})
    if unknown:
        raise ChartInvalidSpec(
            f"“{unknown[0][:60]}” is not understood in a chart.", "Keep to mark, encoding and transform."
        )
    encoding = spec.get("encoding")
    if not isinstance(encoding, Mapping) or not encoding:
        raise ChartInvalidSpec("The chart has no encoding.", "Say what each axis shows.")
    for channel, definition in encoding.items():
        _check_channel(channel, definition)
    if not composite:
        _one_of("mark", mark_of(spec.get("mark")), MARKS)
    parts = read(spec).parts
    demand_words(parts[0].view if parts else View("none", ()))
    rows = parts[0].rows
    if not rows.exact:
        raise ChartInvalidSpec("A transform is not understood.", "Filter by a field and a constant.")
    title = spec.get("title")
    return replace(parts[0].view, title=title if isinstance(title, str) else None)


def _check_channel(channel: Any, definition: Any) -> None:
    if channel in ("tooltip", "opacity") and not (isinstance(definition, Mapping) and "field" in definition):
        return
    if channel not in CHANNELS and channel != "tooltip":
        raise ChartInvalidSpec(f"The channel “{word(channel)}” is not understood.", f"There are {', '.join(CHANNELS)}.")
    if not isinstance(definition, Mapping):
        raise ChartInvalidSpec(f"The channel {channel} is not a JSON object.")
    if "condition" in definition:
        raise ChartInvalidSpec(f"The condition on the channel {channel} is not understood.", "Leave the condition out.")
    shows = definition.get("aggregate") == "count" or definition.get("datum") is not None or "value" in definition
    if channel != "tooltip" and not isinstance(definition.get("field"), str) and not shows:
        raise ChartInvalidSpec(f"The channel {channel} shows no field.", "Give it a field or the aggregate “count”.")


def demand_words(view: View) -> None:
    """Raise ChartInvalidSpec for a mark, channel, type or other word of a view that is not in the vocabulary."""
    _one_of("mark", view.mark, MARKS)
    for e in view.encodings:
        _one_of("channel", e.channel, CHANNELS)
        _one_of("type", e.type, TYPES)
        _one_of("aggregate", e.aggregate, AGGREGATES)
        _one_of("timeUnit", e.time_unit, TIME_UNITS)
        _one_of("stack", e.stack, STACKS)
        _one_of("scale", e.scale, SCALES)


def _one_of(what: str, name: str | None, words: Sequence[str]) -> None:
    if name is not None and name not in words:
        raise ChartInvalidSpec(f"The {what} “{name}” is not understood.", f"There are {', '.join(words)}.")
