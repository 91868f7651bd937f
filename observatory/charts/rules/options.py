"""A chart with its faults as facts for the repairer: what was written, and what may stand there instead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from observatory.charts.rules.facts import chart_type
from observatory.charts.rules.nearest import nearest_names, nearest_word
from observatory.charts.rules.view_facts import (
    KNOWN_SCALES,
    Scene,
    encoding_words,
    field_lines,
    known_word,
    part_facts,
)
from observatory.charts.spec.parts import Part
from observatory.charts.spec.view import AGGREGATES, CHANNELS, MARKS, SCALES, STACKS, TIME_UNITS, TYPES, Encoding
from observatory.model import Profile

ABSENT = "absent"
PROPERTIES = ("channel", "type", "aggregate", "binning", "time_unit", "stack", "sort_by", "field", "scale", "zero")
_WRITTEN = re.compile(r"^(?:attribute\(\((?:encoding|mark,type|scale|view,limit)\b|entity\((?:encoding|scale),)")
_WAS = re.compile(r"was\((\w+),(\w+),(\w+)\)")
_UNKNOWN = re.compile(r"attribute\(\(field,known\),(\w+),no\)")
_DRAWN = {"aggregate": AGGREGATES, "channel": CHANNELS, "mark": MARKS, "scale": SCALES, "stack": STACKS, "type": TYPES}


@dataclass(frozen=True)
class Options:
    """A part to be repaired as facts, the names of its fields (`names[0]` is `f0`), and what was written."""

    text: str
    names: tuple[str, ...]
    before: Mapping[tuple[str, str], str]


def options_of(
    part: Part,
    profile: Profile,
    scene: Scene,
    *,
    task: str | None = None,
    likely: Sequence[str] = (),
    more: Sequence[str] = (),
    broken: Sequence[tuple[str, str]] = (),
) -> Options:
    """What was written and what may stand there instead; `more` fields may be added, `likely` ones replace others.

    `broken` are the rules that the part breaks, with the places.
    """
    facts = part_facts(part, profile, task, None, scene)
    instead = {index: _instead(part, index, profile, likely, broken) for index in range(len(part.view.encodings))}
    wanted = [*facts.names, *(name for names in instead.values() for name in names), *more]
    names = tuple(dict.fromkeys(wanted))
    lines = [line for line in facts.text.split("\n") if not _WRITTEN.match(line)]
    for place, name in enumerate(names):
        if place >= len(facts.names):
            lines += field_lines(part, name, f"f{place}", profile, scene)
        lines.append(f"natural(f{place},{_natural(name, part, profile)}).")
    lines += _was_mark(part)
    for index, encoding in enumerate(part.view.encodings):
        lines += _was(index, encoding, part, names)
        for distance, name in enumerate(instead[index]):
            entity = f"f{names.index(name)}"
            lines += [f"option(field,e{index},{entity}).", f"distance(field,e{index},{entity},{distance})."]
    lines += [f"candidate(f{names.index(name)})." for name in more]
    text = "\n".join(lines)
    before = {(entity, key): value for key, entity, value in _WAS.findall(text)}
    before |= {(entity, "known"): "no" for entity in _UNKNOWN.findall(text)}
    return Options(text, names, before)


def _instead(
    part: Part, index: int, profile: Profile, likely: Sequence[str], broken: Sequence[tuple[str, str]]
) -> tuple[str, ...]:
    """The fields that may stand instead of one: nearest names, fields with a time, or what other layers have there."""
    encoding = part.view.encodings[index]
    mine = {rule for rule, place in broken if place == f"e{index}"}
    if encoding.field is None:
        return ()
    if "unknown_field" in mine:
        visible = [f.name for f in profile.fields] if part.rows.visible is None else list(part.rows.visible)
        near = nearest_names(encoding.field, [*visible, *(d.name for d in part.rows.derived)])
        alike = [f.name for f in profile.fields if encoding.type in (f.type, chart_type(f)) and f.role != "identifier"]
        return near or tuple(dict.fromkeys([*(n for n in likely if n in alike), *alike[:2]]))[:3]
    if "time_unit_not_time" in mine:
        return tuple(f.name for f in profile.fields if f.type == "temporal")[:2]
    return tuple(n for n in likely if n != encoding.field)[:2] if "layer_axes" in mine else ()


def _natural(name: str, part: Part, profile: Profile) -> str:
    known = next((f for f in profile.fields if f.name == name), None)
    if known is not None and part.rows.made(name) is None:
        return chart_type(known)
    shown = next((e.type for e in part.view.encodings if e.field == name and e.type in TYPES), "nominal")
    made = part.rows.made(name)
    return made.type if made is not None and made.type is not None else shown


def _was_mark(part: Part) -> Iterator[str]:
    view = part.view
    yield f"was(mark,m0,{known_word(view.mark, MARKS)})."
    yield f"was(limit,v0,{view.limit or ABSENT})."
    near = None if view.mark in MARKS else nearest_word("mark", view.mark, MARKS)
    if near is not None:
        yield f"option(mark,m0,{near}). distance(mark,m0,{near},0)."


def _was(index: int, encoding: Encoding, part: Part, names: tuple[str, ...]) -> Iterator[str]:
    entity = f"e{index}"
    words = encoding_words(encoding, part.view)
    words["field"] = None if encoding.field is None else f"f{names.index(encoding.field)}"
    words["scale"] = known_word(encoding.scale, KNOWN_SCALES)
    words["zero"] = None if encoding.zero is None else "true" if encoding.zero else "false"
    for key in (*PROPERTIES, "drop"):
        yield f"was({key},{entity},{ABSENT if words.get(key) is None else words[key]})."
    for key in ("shows", "constant"):
        if words[key] is not None:
            yield f"was({key},{entity},{words[key]})."
    written = {"aggregate": encoding.aggregate, "time_unit": encoding.time_unit, "scale": encoding.scale}
    written |= {"channel": encoding.channel, "stack": encoding.stack, "type": encoding.type}
    for key, word in written.items():
        if word is None or words[key] != "unknown":
            continue
        near = nearest_word(key, word, _DRAWN.get(key, TIME_UNITS))
        if near is not None:
            yield f"option({key},{entity},{near}). distance({key},{entity},{near},0)."
