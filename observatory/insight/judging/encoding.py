"""Whether each channel shows its field as what it is: type, colours, ends of the scale, and nothing twice."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from observatory.insight.judging.faults import fault
from observatory.insight.judging.seen import Seen, definitions, part
from observatory.insight.words import name_words, vocabulary
from observatory.model import Fault, FieldProfile

_MANY = 12
_RAINBOWS = ("rainbow", "sinebow", "turbo", "jet", "spectral", "hsv")
_SETS = vocabulary(
    "category10 category20 category20b category20c tableau10 tableau20 accent dark2 paired pastel1 pastel2 set1 set2 "
    "set3 observable10"
)
_RAMPS = vocabulary(
    "blues greens greys oranges purples reds viridis magma inferno plasma cividis bluegreen bluepurple goldgreen "
    "goldorange goldred greenblue orangered purplebluegreen purpleblue purplered redpurple yellowgreenblue yellowgreen "
    "yelloworangebrown yelloworangered tealblues teals warmgreys browns"
)
_HEX = re.compile(r"#[0-9a-f]{6}$")
_NEAR = 30
_COLOURS = ("color", "fill", "stroke")
_PAIRS = (
    *({"color", "xOffset"}, {"color", "yOffset"}, {"color", "shape"}, {"color", "strokeDash"}, {"color", "text"}),
    *({"x", "x2"}, {"y", "y2"}, {"x", "text"}, {"y", "text"}, {"theta", "text"}),
)
_RANKED = vocabulary("rank place position")
"""Amounts of which the least is the first, so that an axis may well run backwards."""
_FULL, _SPECK = 0.15, 0.07


def encoding(seen: Seen) -> Iterator[Fault]:
    """Types against the data, colours against the types, and the ends of the scales."""
    yield from _types(seen)
    yield from _repeats(seen)
    yield from _schemes(seen)
    yield from _ranges(seen)
    yield from _scales(seen)
    yield from _shuffled(seen)


def _types(seen: Seen) -> Iterator[Fault]:
    said: set[tuple[str, str]] = set()
    for _, e, field in seen.encodings():
        if e.aggregate or e.bin or (field.name, e.channel) in said or e.channel in ("text", "detail"):
            continue
        said.add((field.name, e.channel))
        yield from _type(e.type, bool(e.time_unit), e.channel, field)


def _type(kind: str, has_unit: bool, channel: str, field: FieldProfile) -> Iterator[Fault]:
    n = field.distinct
    if kind in ("nominal", "ordinal") and n > _MANY and not has_unit:
        if field.type == "quantitative" and field.role not in ("time", "identifier"):
            yield fault("number_as_category", field=field.name, n=n, channel=channel)
        elif field.type == "temporal" or (field.role == "time" and kind == "nominal" and n > 2 * _MANY):
            yield fault("time_as_category", field=field.name, n=n, channel=channel)
    if kind == "quantitative" and field.type == "nominal" and _is_numeric(field) and field.role != "identifier":
        yield fault("category_as_number", field=field.name, n=n, channel=channel, type="nominal")
    if kind == "quantitative" and field.type == "ordinal" and field.role != "time" and _is_numeric(field):
        yield fault("category_as_number", 1.5, field=field.name, n=n, channel=channel, type="ordinal")
    if kind == "quantitative" and field.type == "temporal":
        yield fault("time_as_number", field=field.name, channel=channel)


def _is_numeric(field: FieldProfile) -> bool:
    return any(word in field.storage.upper() for word in ("INT", "DOUBLE", "FLOAT", "DECIMAL"))


def _repeats(seen: Seen) -> Iterator[Fault]:
    """One field on several channels; those of a pair that belongs together are one."""
    for view in seen.views:
        places: dict[tuple[object, ...], list[str]] = defaultdict(list)
        for e in view.encodings:
            if e.field is not None or e.aggregate == "count":
                places[(e.field, e.aggregate, e.bin, e.time_unit)].append(e.channel)
        for (name, *_), channels in places.items():
            if len(channels) < 2 or any(set(channels) <= pair for pair in _PAIRS):
                continue
            coloured = len(channels) == 2 and "color" in channels and set(channels) & {"x", "y"}
            points = (
                0.5
                if coloured and name
                else 4.0
                if len(channels) > 2 and not any(set(channels) - {"x", "y"} <= p for p in _PAIRS)
                else 1.5
            )
            listed = ", ".join(channels)
            yield fault("said_again", points, field=name or "the number of rows", n=len(channels), channels=listed)


def _schemes(seen: Seen) -> Iterator[Fault]:
    """Colours that say order where there is none, or none where there is one."""
    for channel, definition, name in definitions(seen.spec):
        scheme = _scheme(definition)
        if channel not in _COLOURS or not scheme:
            continue
        field, kind = seen.field(name), definition.get("type")
        is_amount = kind == "quantitative" or bool(definition.get("aggregate")) or kind == "temporal"
        words: dict[str, Any] = {"field": name or "The number of rows", "scheme": scheme}
        if is_amount and scheme.split("-")[0] in _RAINBOWS:
            yield fault("rainbow", **words)
        elif is_amount and scheme.split("-")[0] in _SETS:
            yield fault("category_scheme", **words)
        elif kind == "nominal" and scheme.split("-")[0] in _RAMPS and field is not None and field.distinct > 2:
            yield fault("ramp_for_categories", 0.5 if field.type == "ordinal" else None, **words)


def _ranges(seen: Seen) -> Iterator[Fault]:
    """Written colours of categories that look the same."""
    for channel, definition, _ in definitions(seen.spec):
        listed = part(definition, "scale").get("range")
        if (
            channel not in _COLOURS
            or definition.get("type") not in ("nominal", "ordinal")
            or not isinstance(listed, list)
        ):
            continue
        colours = [str(colour).lower() for colour in listed]
        for place, one in enumerate(colours):
            other = next((o for o in colours[place + 1 :] if is_same_colour(one, o)), None)
            if other is not None:
                yield fault("colours_alike", one=one, other=other)
                break


def is_same_colour(one: str, other: str) -> bool:
    """Whether two colours are the same to the eye: the same word, or close in red, green and blue.

    >>> is_same_colour("#7b3294", "#7b3295"), is_same_colour("#7b3294", "#008837"), is_same_colour("red", "blue")
    (True, False, False)
    """
    if not (_HEX.match(one) and _HEX.match(other)):
        return one == other
    pairs = ((int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return sum(abs(a - b) for a, b in pairs) < _NEAR


def _scheme(definition: Any) -> str:
    named = part(definition, "scale").get("scheme", "")
    return str(named.get("name", "") if isinstance(named, dict) else named).lower()


def _scales(seen: Seen) -> Iterator[Fault]:
    """Scales that cut values off, squeeze them, or run backwards."""
    extents: dict[str, tuple[float, ...]] = {}
    for _, plotted in seen.counts():
        for channel, ends in plotted.extent.items():
            known = extents.get(channel, ends)
            extents[channel] = (min(known[0], ends[0]), max(known[1], ends[1]))
    stacked = seen.marks() & {"bar", "area", "arc"} and any(
        e.channel == "color" for v in seen.views for e in v.encodings
    )
    for channel, definition, name in definitions(seen.spec):
        scale = part(definition, "scale")
        backwards = (
            channel == "x" and definition.get("sort") == "descending" and _is_course(definition, seen.field(name))
        )
        if channel in ("x", "y") and (scale.get("reverse") is True or backwards):
            lengths = channel == "y" and bool(seen.marks() & {"bar", "area"})
            if not _RANKED & set(name_words(name or "")):
                yield fault("reversed_scale", 5.0 if lengths or backwards else None, channel=channel)
        written = _ends(scale)
        if written is not None and channel in extents and channel in ("x", "y") and not stacked:
            yield from _fit(channel, written, extents[channel])


def _shuffled(seen: Seen) -> Iterator[Fault]:
    """Times in the order of an amount; the rule sorted_time knows those that are dates."""
    known = {v.rule for v in seen.check.soft}
    asked = seen.asked is not None and seen.asked.wish.sort is not None
    for _, e, field in seen.encodings():
        by_amount = isinstance(e.sort, str) and e.sort.lstrip("-") in ("x", "y", "color")
        is_time = bool(e.time_unit) or field.role == "time"
        if e.channel in ("x", "y") and is_time and by_amount and not asked and "sorted_time" not in known:
            yield fault("time_shuffled", field=field.name)


def _is_course(definition: Any, field: FieldProfile | None) -> bool:
    is_time = "timeUnit" in definition or (field is not None and field.role == "time")
    return is_time or definition.get("type") in ("temporal", "quantitative")


def _ends(scale: Any) -> tuple[float | None, float | None] | None:
    domain = scale.get("domain")
    ends = domain if isinstance(domain, list) and len(domain) == 2 else [scale.get("domainMin"), scale.get("domainMax")]
    numbers = [end if isinstance(end, (int, float)) and not isinstance(end, bool) else None for end in ends]
    return (numbers[0], numbers[1]) if any(end is not None for end in numbers) else None


def _fit(channel: str, ends: tuple[float | None, float | None], extent: tuple[float, ...]) -> Iterator[Fault]:
    least, most = extent
    low, high = (least if ends[0] is None else ends[0]), (most if ends[1] is None else ends[1])
    low, high = min(low, high), max(low, high)
    slack = 1e-9 * max(abs(least), abs(most), 1.0)
    words: dict[str, Any] = {"channel": channel, "low": f"{low:g}", "high": f"{high:g}"}
    if least < low - slack or most > high + slack:
        yield fault("cut_off", **words, least=f"{least:g}", most=f"{most:g}")
    elif high > low and most > least and (most - min(least, 0 if low == 0 else least)) / (high - low) < _FULL:
        points = 4.0 if (most - least) / (high - low) < _SPECK else None
        yield fault("squeezed", points, **words, share=round(100 * (most - least) / (high - low)))
