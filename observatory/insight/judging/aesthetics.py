"""Whether a chart can be read: titles, axes, legends, room, and marks that do not hide each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from observatory.insight.judging.faults import fault
from observatory.insight.judging.seen import Seen, definitions, part, units
from observatory.model import Fault

if TYPE_CHECKING:
    from observatory.charts.spec.view import Encoding

_SMALL, _LARGE, _ROOM, _LETTERS, _SPECKS = 110, 2_500, 7, 8, 5
_LEGENDS = ("color", "fill", "stroke", "size", "shape", "opacity", "strokeDash")
_HIDDEN, _BURIED = 0.5, 0.8


def aesthetics(seen: Seen) -> Iterator[Fault]:
    """What makes the chart hard to read."""
    if not seen.spec.get("title") and len(seen.views) < 2:
        yield fault("no_title")
    yield from _guides(seen)
    yield from _room(seen)
    yield from _hidden(seen)
    yield from _letters(seen)


def _guides(seen: Seen) -> Iterator[Fault]:
    """Axes and legends that are taken away though nothing else says the same."""
    placed = {name for channel, _, name in definitions(seen.spec) if channel in ("x", "y", "row", "column", "text")}
    written = {channel for channel, _, _ in definitions(seen.spec)}
    for channel, definition, name in definitions(seen.spec):
        shows = name is not None or "aggregate" in definition
        if channel in ("x", "y") and shows and "text" not in written:
            yield from _axis(channel, definition)
        hidden = "legend" in definition and definition["legend"] is None
        if channel in _LEGENDS and shows and hidden and name not in placed and "text" not in written:
            yield fault("no_legend", channel=channel)


def _axis(channel: str, definition: Mapping[str, Any]) -> Iterator[Fault]:
    axis = part(definition, "axis")
    if ("axis" in definition and definition["axis"] is None) or axis.get("labels") is False:
        yield fault("no_axis", channel=channel)
    elif ("title" in axis and not axis["title"]) or ("title" in definition and not definition["title"]):
        explained = definition.get("type") in ("nominal", "temporal") or "timeUnit" in definition
        yield fault("no_axis_title", 0.2 if explained else None, channel=channel)


def _room(seen: Seen) -> Iterator[Fault]:
    """The size that is written, and what has to fit into it."""
    for unit in units(seen.spec):
        for key, way, channel in (("width", "wide", "x"), ("height", "high", "y")):
            size = unit.get(key)
            if not isinstance(size, (int, float)) or isinstance(size, bool):
                continue
            n = seen.levels(channel)
            if (size < _SMALL and n * 20 > size) or size < _SMALL / 2:
                yield fault("too_small", size=int(size), way=way)
            elif size > _LARGE:
                yield fault("too_large", size=int(size), way=way)
            elif n > 10 and size / n < _ROOM:
                yield fault("thin_marks", n=n, size=int(size))


def _hidden(seen: Seen) -> Iterator[Fault]:
    for view, plotted in seen.counts():
        hidden = plotted.n_looked_at - plotted.n_places
        dots = view.mark in ("point", "tick") and not any(e.aggregate for e in view.encodings)
        axes = [e for e in view.encodings if e.channel in ("x", "y")]
        if dots and len(axes) == len(view.encodings) == 2 and all(is_category(e, seen) for e in axes):
            if hidden > _HIDDEN * plotted.n_looked_at:
                yield fault("dots_on_dots", n=plotted.n_looked_at, places=plotted.n_places)
        elif dots and plotted.n_looked_at > 100 and hidden > _HIDDEN * plotted.n_looked_at:
            points = 3.0 if hidden > _BURIED * plotted.n_looked_at else None
            yield fault("hidden_points", points, n=plotted.n_looked_at, hidden=hidden)


def is_category(e: Encoding, seen: Seen) -> bool:
    """Whether a channel shows categories, and no amount or time."""
    field = seen.field(e.field)
    return e.type in ("nominal", "ordinal") and field is not None and field.type in ("nominal", "ordinal")


def _letters(seen: Seen) -> Iterator[Fault]:
    """Letters of a written size that nobody can read."""
    looks = [part(definition, key) for _, definition, _ in definitions(seen.spec) for key in ("axis", "legend")]
    config = part(seen.spec, "config")
    looks += [part(config, "axis"), part(config, "legend")]
    sizes = [look[key] for look in looks for key in ("labelFontSize", "titleFontSize") if key in look]
    small = [size for size in sizes if isinstance(size, (int, float)) and size < _LETTERS]
    if small:
        yield fault("small_letters", 4.0 if min(small) < _SPECKS else None, size=int(min(small)))
