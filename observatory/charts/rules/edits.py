"""The edits of a repair in words."""

from __future__ import annotations

from dataclasses import replace

from observatory.charts.rules.options import ABSENT
from observatory.charts.rules.patch import Change
from observatory.charts.spec.parts import Part
from observatory.charts.spec.view import Encoding

_CHANNELS = {"x": "the x axis", "y": "the y axis", "row": "rows of panels", "column": "columns of panels"}
_AGGREGATES = {"mean": "mean", "sum": "sum", "median": "median", "min": "least", "max": "greatest", "stdev": "spread"}
_STACKS = {"normalize": "Stack to shares of the whole", "zero": "Stack from zero", "center": "Stack around the middle"}


def edit_words(part: Part, change: Change, before: str = "") -> tuple[str, ...]:
    """Each edit of a part as a sentence; `before` says which part it is of, where there are several.

    >>> from observatory.charts.spec.view import View
    >>> edit_words(Part((), View("bar", ())), Change((("mark", "m0", "point"),), {("m0", "mark"): "bar"}, {}, ()))
    ('Change the mark from bar to point.',)
    """
    order = ("mark", "field")
    edits = sorted(change.edits, key=lambda e: (order.index(e[0]) if e[0] in order else 9, e))
    return tuple(f"In {before}: {_lower(s)}" if before else s for s in (_sentence(e, part, change) for e in edits))


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _sentence(edit: tuple[str, str, str], part: Part, change: Change) -> str:
    key, entity, value = edit
    if key == "mark":
        written = part.view.mark if part.view.mark != "none" else "nothing"
        return f"Change the mark from {written[:40]} to {value}."
    if key == "limit":
        ranked = next((e for e in part.view.encodings if e.type in ("nominal", "ordinal") and e.field), None)
        return f"Show the {value} largest of {_quoted(ranked.field if ranked else None)}."
    if key == "add":
        return f"Put the number of rows on {_channel(value)}."
    if key == "beside":
        return f"Put the bars of {_quoted(change.names[int(change.after[entity, 'field'][1:])])} side by side."
    if key.startswith("show"):
        return f"Put {_quoted(change.names[int(change.after[entity, 'field'][1:])])} on {_channel(value)}."
    if key == "field" and (change.before[entity, key], "known") not in change.before:
        shown = part.view.encodings[int(entity[1:])].field
        return f"Show {_quoted(change.names[int(value[1:])])} instead of {_quoted(shown)}."
    encoding = part.view.encodings[int(entity[1:])]
    if key != "field" and encoding.field is not None:
        after = change.after.get((entity, "field"), change.before.get((entity, "field"), ABSENT))
        encoding = encoding if after == ABSENT else replace(encoding, field=change.names[int(after[1:])])
    return _of_channel(key, value, encoding, change)


def _of_channel(key: str, value: str, encoding: Encoding, change: Change) -> str:
    name = _quoted(encoding.field) if encoding.field else "the number of rows" if encoding.aggregate == "count" else ""
    channel = encoding.channel[:40]
    what = name or f"the channel {channel}"
    absent = value == ABSENT
    if key == "field":
        return f"Read {name} as {_quoted(change.names[int(value[1:])])}."
    if key == "drop":
        return f"Leave {what} out on {_channel(channel)}." if name else f"Leave the channel {channel} out."
    if key == "channel":
        return f"Put {what} on {_channel(value)} instead of {_channel(channel)}."
    if key == "type":
        return f"Draw {what} as {value} instead of {encoding.type[:40]}."
    if key == "aggregate":
        return _aggregated(value, name, channel, encoding)
    if key == "binning":
        return f"Take {name} out of bins." if absent else f"Put {name} into bins."
    if key == "time_unit":
        unit = str(encoding.time_unit)[:40]
        return f"Do not group {name} by {unit}." if absent else f"Group {name} by {value} instead of {unit}."
    return _of_scale(key, value, name, channel, encoding)


def _of_scale(key: str, value: str, name: str, channel: str, encoding: Encoding) -> str:
    if key == "stack":
        return f"{_STACKS[value]}." if value in _STACKS else f"Do not stack {name or 'the marks'}."
    if key == "sort_by":
        return (
            f"Sort {name} by {_channel(value)}."
            if value != ABSENT
            else f"Do not sort {name} by {str(encoding.sort).lstrip('-')[:40]}."
        )
    if key == "scale":
        kind = "linear" if value == ABSENT else "logarithmic" if value == "log" else value
        if value == ABSENT and (encoding.type in ("nominal", "ordinal", "temporal") or encoding.bin):
            return f"Leave the {str(encoding.scale)[:40]} scale of {name} out."
        return f"Use a {kind} scale for {name}."
    axis = f"the {channel} axis" if channel in ("x", "y") else f"the scale of {channel}"
    return f"Start {axis} at zero." if value == "true" or encoding.zero is False else f"Do not force {axis} to zero."


def _aggregated(value: str, name: str, channel: str, encoding: Encoding) -> str:
    if value == ABSENT:
        return f"Show {name} itself, without the {str(encoding.aggregate)[:40]}."
    if value == "count":
        return (
            f"Count the rows on {_channel(channel)} instead of {name}."
            if name
            else f"Count the rows on {_channel(channel)}."
        )
    if value == "distinct":
        return f"Count the different values of {name}."
    return f"Take the {_AGGREGATES.get(value, value)} of {name}."


def _quoted(name: str | None) -> str:
    return f"“{(name or '')[:80]}”"


def _channel(channel: str) -> str:
    return _CHANNELS.get(channel, channel)
