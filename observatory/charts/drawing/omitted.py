"""What a written chart asks for that is not drawn, in one sentence."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from observatory.charts.drawing.asked import domain, order, step
from observatory.charts.drawing.known import definition, inside
from observatory.charts.drawing.marks import safe_options
from observatory.charts.spec.channel import COLOURS
from observatory.charts.spec.reading import Part, Reading
from observatory.charts.spec.view import Encoding

_AROUND = {
    "width": "sizes",
    "height": "sizes",
    "autosize": "sizes",
    "padding": "sizes",
    "background": "themes",
    "usermeta": "themes",
    "view": "themes",
    "params": "interactions",
    "selection": "interactions",
    "datasets": "own data",
}
_CHANNELS = {"tooltip": "hover texts", "href": "links", "url": "links", "order": "orders"}
_UNSEEN = ("type", "extent", "text", "tooltip", "clip", "aria", "description", "name")
_DRAWN = ("field", "type", "aggregate", "bin", "timeUnit", "sort", "stack", "title", "datum", "value", "scale")
_GUIDES = {"axis": "axis labels", "legend": "legends", "header": "panel labels"}


def omitted(spec: Mapping[str, Any], reading: Reading, names: Collection[str]) -> str:
    """What of a written chart is left out, "" when nothing; `names` are the fields of numbers.

    >>> from observatory.charts.spec.reading import read
    >>> y = {"field": "a", "type": "nominal", "axis": {"labelAngle": 45}}
    >>> spec = {"mark": "bar", "encoding": {"y": y}, "params": [{"name": "p"}]}
    >>> omitted(spec, read(spec), ["a"])
    'Axis labels and interactions of the written chart are not drawn.'
    """
    words = _words(spec, reading, names)
    if not words:
        return ""
    said = f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]
    return f"{said[:1].upper()}{said[1:]} of the written chart are not drawn."


def asks_for_more(spec: Mapping[str, Any], reading: Reading, names: Collection[str]) -> bool:
    """Whether a written chart asks for looks or interactions that would be left out.

    A size is no such wish, and neither is an order or the ends of a scale: those that can be drawn are drawn.

    >>> from observatory.charts.spec.reading import read
    >>> spec = {"mark": "bar", "encoding": {"x": {"field": "a", "type": "nominal"}}}
    >>> asks_for_more(spec | {"params": []}, read(spec), []), asks_for_more(spec | {"width": 9}, read(spec), [])
    (True, False)
    """
    return bool(set(_words(spec, reading, names)) - {"sizes", "orders", "scales"})


def _words(spec: Mapping[str, Any], reading: Reading, names: Collection[str]) -> list[str]:
    found = [
        word
        for part in reading.parts
        for word in (*_looks(spec, part), *_channels(spec, part, names), *_frame(spec, part))
    ]
    return list(dict.fromkeys(found))


def _frame(spec: Mapping[str, Any], part: Part) -> Iterator[str]:
    """What stands around marks and channels, from the whole chart down to the unit."""
    for place in range(len(part.unit) + 1):
        unit = inside(spec, part.unit[:place])
        if not isinstance(unit, Mapping):
            continue
        yield from (word for key, word in _AROUND.items() if key in unit)
        config, data = unit.get("config"), unit.get("data")
        view = config.get("view") if isinstance(config, Mapping) else None
        plain = isinstance(view, Mapping) and set(view) <= {"continuousWidth", "continuousHeight"}
        if isinstance(config, Mapping) and set(config) - ({"view"} if plain else set()):
            yield "themes"
        if isinstance(data, Mapping) and ("url" in data or "values" in data):
            yield "own data"


def _looks(spec: Mapping[str, Any], part: Part) -> Iterator[str]:
    unit = inside(spec, part.unit)
    mark = unit.get("mark") if isinstance(unit, Mapping) else None
    written = {key: value for key, value in mark.items() if key not in _UNSEEN} if isinstance(mark, Mapping) else {}
    kept = safe_options(written)
    for key in [key for key in written if key not in kept]:
        yield "colours" if key in COLOURS else "links" if key == "href" else "looks of marks"
    encoding = unit.get("encoding") if isinstance(unit, Mapping) else None
    for channel, known in encoding.items() if isinstance(encoding, Mapping) else ():
        if channel in _CHANNELS:
            yield _CHANNELS[channel]
        elif isinstance(known, Mapping) and "value" in known and not safe_options({channel: known["value"]}):
            yield "colours" if channel in COLOURS else "looks of marks"


def _channels(spec: Mapping[str, Any], part: Part, names: Collection[str]) -> Iterator[str]:
    for e, sources in zip(part.view.encodings, part.sources):
        known = definition(spec, sources)
        yield from _scale(e, known, part.view.mark)
        if isinstance(known.get("bin"), Mapping) and set(known["bin"]) - {
            "maxbins",
            *(["step"] if step(e, known) else []),
        }:
            yield "bin options"
        if isinstance(known.get("sort"), Mapping) and e.sort is None and order(e, known, part.view, names) is None:
            yield "orders"
        for key, word in _GUIDES.items():
            if key in known and not _is_drawn(known[key], e):
                yield word
        for key in known:
            if key not in (*_DRAWN, *_GUIDES) and not (key == "format" and e.channel == "text"):
                yield "interactions" if key == "condition" else "other options"


def _scale(e: Encoding, known: Mapping[str, Any], mark: str) -> Iterator[str]:
    scale = known.get("scale", {})
    drawn = {"type", "zero", *(["domain"] if domain(e, known, mark) else [])}
    left = set(scale) - drawn if isinstance(scale, Mapping) else {"domain"}
    if left:
        yield "colours" if e.channel == "color" else "scales" if "domain" in left else "options of scales"


def _is_drawn(guide: Any, e: Encoding) -> bool:
    """Whether an axis or legend asks for no more than a title, or years as they are written."""
    year = isinstance(guide, Mapping) and guide.get("format") == "d" and not e.aggregate and not e.bin
    return isinstance(guide, Mapping) and not set(guide) - {"title", *(["format"] if year else [])}
