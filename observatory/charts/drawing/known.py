"""What can be drawn of a chart that somebody wrote; what cannot is said in a sentence, and nothing is half drawn."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from observatory.charts.drawing.asked import domain, numbers, order, step
from observatory.charts.spec.reading import Part, Reading, demand_words
from observatory.charts.spec.view import (
    INTERVALS,
    MARKS,
    Encoding,
    View,
)
from observatory.errors import ChartInvalidSpec
from observatory.model import Profile

_FORMAT = re.compile(r"[+(]?[$]?[,]?(\.\d{1,2})?[~]?[defgrs%]")
_CONSTANTS = ("color", "fill", "opacity", "size")


def is_beyond(spec: Mapping[str, Any], reading: Reading) -> bool:
    """Whether a chart holds rows of its own, or asks for more than aggregates of fields: it is drawn as it is written.

    >>> from observatory.charts.spec.reading import read
    >>> spec = {"mark": "bar", "encoding": {"x": {"field": "b"}}, "transform": [{"calculate": "1", "as": "b"}]}
    >>> is_beyond(spec, read(spec)), is_beyond({"mark": "bar"}, read({"mark": "bar"}))
    (True, False)
    """
    made = {d.name for d in reading.derived}
    parts = any(_is_beyond(spec, part, made) for part in reading.parts)
    return bool(not reading.refused and (reading.beyond or parts or _has_expression(spec)))


def _is_beyond(spec: Mapping[str, Any], part: Part, made: Collection[str]) -> bool:
    fields = [e.field for e in part.view.encodings] + [f.field for f in part.view.filters]
    is_ordered = part.ordered and part.view.mark in ("line", "area")
    if is_ordered or not part.rows.exact or any(name in made for name in fields):
        return True
    written = [(e, definition(spec, sources)) for e, sources in zip(part.view.encodings, part.sources)]
    in_pixels = any(e.datum is not None and "value" in known for e, known in written)
    repeated = any(isinstance(known.get("datum"), Mapping) and "repeat" in known["datum"] for _, known in written)
    channels = [e.channel for e in part.view.encodings if e.channel != "detail"]
    return in_pixels or repeated or len(set(channels)) < len(channels) or not _has_words(part.view)


def _has_words(view: View) -> bool:
    try:
        demand_words(view)
    except ChartInvalidSpec:
        return view.mark not in MARKS
    return True


def demand_drawable(reading: Reading, profile: Profile) -> None:
    """Raise ChartInvalidSpec or FieldNotFound for a chart that would not be drawn whole."""
    for note in reading.refused:
        said = f"{note.removesuffix('judged.')}drawn." if note.endswith("judged.") else note
        raise ChartInvalidSpec(said, "Leave it out, or draw the parts alone.")
    if not reading.parts:
        raise ChartInvalidSpec("The chart has nothing to draw.", "Give it a mark and an encoding.")
    for part in reading.parts:
        _demand_words(part.view)
        _demand_numbers(part.view, profile)
        for name in [e.field for e in part.view.encodings] + [f.field for f in part.view.filters]:
            if name is not None:
                profile.field(name)


def _has_expression(spec: Any) -> bool:
    """Whether a look or a condition is computed; data and interactions are not looked into, they are not drawn."""
    todo = [spec]
    while todo:
        node = todo.pop()
        if isinstance(node, Mapping):
            if "expr" in node or "signal" in node or "test" in node:
                return True
            todo += [value for key, value in node.items() if key not in ("data", "datasets", "params", "transform")]
        elif isinstance(node, list):
            todo += node
    return False


def _demand_words(view: View) -> None:
    if not view.encodings and view.mark in MARKS:
        raise ChartInvalidSpec("A part of the chart has no encoding.", "Say what each axis shows.")
    if view.mark == "none":
        raise ChartInvalidSpec("The chart has no mark.", f"There are {', '.join(MARKS)}.")
    demand_words(view)
    for e in view.encodings:
        if e.field is None and e.aggregate != "count" and not _is_constant(e.datum):
            raise ChartInvalidSpec(f"The channel {e.channel} shows no field.", "Give it a field or a count.")


def _demand_numbers(view: View, profile: Profile) -> None:
    """Bins, boxes and second positions need something that they stand on."""
    for e in view.encodings:
        if e.bin and e.field is not None and not _holds_numbers(e, profile):
            raise ChartInvalidSpec(f"Only numbers fall into bins, and “{e.field}” is none.", "Leave the bins out.")
        if e.field is not None and _is_timed(e) and _counts_no_years(e.field, profile):
            raise ChartInvalidSpec(
                f"Only dates, times and whole years lie on a scale of time, and “{e.field}” holds other numbers.",
                "Give it the type quantitative.",
            )
        if view.mark in ("bar", "area") and _is_endless(view, e):
            raise ChartInvalidSpec(
                f"{view.mark.capitalize()}s cannot be drawn on a logarithmic scale: they have no zero to start from.",
                "Use points, or a linear scale.",
            )
        if e.channel == "shape" and e.type not in ("nominal", "ordinal"):
            raise ChartInvalidSpec("Shapes show categories, not numbers.", "Show the number by size or colour.")
        if e.channel in ("x2", "y2") and view.on(e.channel[0]) is None:
            raise ChartInvalidSpec(f"The channel {e.channel} needs the channel {e.channel[0]}.", "Add it.")


def _is_timed(e: Encoding) -> bool:
    return e.time_unit is not None or (e.type == "temporal" and not e.bin and e.aggregate in (None, "min", "max"))


def _counts_no_years(name: str, profile: Profile) -> bool:
    return name in numbers(profile) and profile.field(name).role != "time"


def _is_endless(view: View, e: Encoding) -> bool:
    """Whether a channel is a length on a logarithmic axis, which has no zero, and has no other end either."""
    if e.channel not in ("x", "y") or e.scale != "log" or e.type != "quantitative" or e.bin or view.on(f"{e.channel}2"):
        return False
    other = view.on("y" if e.channel == "x" else "x")
    return e.aggregate is not None or other is None or other.aggregate is None


def _holds_numbers(e: Encoding, profile: Profile) -> bool:
    field = profile.field(e.field or "")
    return field.type == "quantitative" or not any(
        word in field.storage.upper() for word in ("CHAR", "BOOL", "DATE", "TIME")
    )


def _is_constant(value: Any) -> bool:
    if isinstance(value, Mapping):
        return bool(value) and all(isinstance(part, int) and not isinstance(part, bool) for part in value.values())
    return isinstance(value, (str, int, float, bool))


def inside(spec: Any, path: Sequence[str | int]) -> Any:
    """What stands at a path in a chart, or None.

    >>> inside({"layer": [{"mark": "bar"}]}, ("layer", 0, "mark"))
    'bar'
    """
    for key in path:
        if isinstance(spec, list) and isinstance(key, int) and key < len(spec):
            spec = spec[key]
        elif isinstance(spec, Mapping):
            spec = spec.get(key)
        else:
            return None
    return spec


def looks(spec: Mapping[str, Any], part: Part) -> dict[str, Any]:
    """What a written part asks for of its marks: their options, and constants on channels of looks."""
    unit = inside(spec, part.unit)
    mark = unit.get("mark") if isinstance(unit, Mapping) else None
    encoding = unit.get("encoding") if isinstance(unit, Mapping) else None
    constants = {
        "color" if channel == "fill" else channel: definition["value"]
        for channel, definition in (encoding.items() if isinstance(encoding, Mapping) else ())
        if channel in _CONSTANTS and isinstance(definition, Mapping) and set(definition) == {"value"}
    }
    return (dict(mark) if isinstance(mark, Mapping) else {}) | constants


def definition(spec: Mapping[str, Any], sources: Sequence[Sequence[str | int]]) -> dict[str, Any]:
    """What is written of a channel, the inner definitions over the outer ones."""
    found = [inside(spec, source) for source in sources]
    return {key: value for known in found if isinstance(known, Mapping) for key, value in known.items()}


def written_view(spec: Mapping[str, Any], part: Part, names: Collection[str]) -> View:
    """The view of a part with what only drawing needs: the format of its text, the extent of its error bars, and more.

    `names` are the fields of numbers. Raises ChartInvalidSpec for a constant that is no value of an axis.
    """
    encodings: list[Encoding] = []
    for e, sources in zip(part.view.encodings, part.sources or ((),) * len(part.view.encodings)):
        known = definition(spec, sources)
        details = [other for other in encodings if other.channel.startswith("detail")]
        channel = f"detail{len(details)}" if e.channel == "detail" and details else e.channel
        form = known.get("format") if e.channel == "text" else None
        year = e.format == "d" and not e.aggregate and not e.bin
        written = form if isinstance(form, str) and _FORMAT.fullmatch(form) else "d" if year else None
        datum = known.get("datum", e.datum)
        if isinstance(datum, Mapping) and not _is_constant(datum):
            raise ChartInvalidSpec(f"The constant on the channel {e.channel} is no date.", "Give year, month and date.")
        counts = e.aggregate is not None and e.aggregate not in ("min", "max")
        kind = "quantitative" if e.bin or counts else e.type
        fresh = replace(
            e, channel=channel, type=kind, format=written, datum=datum, title=e.title or _guide_title(known)
        )
        by = order(e, known, part.view, names)
        fresh = replace(fresh, sort=None if by else e.sort, order=by, step=step(e, known))
        encodings.append(replace(fresh, domain=domain(fresh, known, part.view.mark)))
    extent = looks(spec, part).get("extent")
    interval = part.view.interval
    if part.view.mark in ("errorbar", "errorband") and interval is None:
        interval = extent if extent in INTERVALS else "stderr"
    return replace(part.view, encodings=tuple(encodings), interval=interval)


def _guide_title(known: Mapping[str, Any]) -> str | None:
    guides = [known.get(name) for name in ("axis", "legend", "header")]
    titles = [guide.get("title") for guide in guides if isinstance(guide, Mapping)]
    return next((title for title in titles if isinstance(title, str) and title), None)
