"""Which fields an instruction speaks of, and what it wants with each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from observatory.insight.editing.phrases import blank
from observatory.insight.editing.restricting import LEFT_OUT, Named, restricted
from observatory.insight.linking import Mention, field_mentions
from observatory.insight.terms import AGGREGATES
from observatory.insight.wording import channels, mark_of, parts
from observatory.insight.words import Token, tokens, vocabulary
from observatory.model import TIME_UNITS, ChartEdit, FieldProfile, Filter, Profile

_UNITS: tuple[tuple[str, str], ...] = (
    (r"days?\s+of\s+(?:the\s+)?week|week\s?days?", "day"),
    (r"(?:months?\s+of\s+(?:the\s+)?year|calendar\s+months?)", "month"),
    (r"hours?\s+of\s+(?:the\s+)?day", "hours"),
    (r"years?", "year"),
    (r"quarters?", "yearquarter"),
    (r"months?", "yearmonth"),
    (r"weeks?", "yearweek"),
    (r"days?", "yearmonthdate"),
)
_ADVERBS = {"yearly": "year", "annual": "year", "annually": "year", "quarterly": "yearquarter", "monthly": "yearmonth",
            "weekly": "yearweek", "daily": "yearmonthdate"}  # fmt: skip
_BY = r"(?:by|per|for\s+(?:each|every)|each|every|across|in|into|as)\s+(?:the\s+)?"
_UNIT_RES = [
    *((re.compile(rf"(?<!\w){_BY}(?:{said})(?!\w)", re.IGNORECASE), unit) for said, unit in _UNITS),
    *((re.compile(rf"(?<!\w){word}(?!\w)", re.IGNORECASE), unit) for word, unit in _ADVERBS.items()),
]
_PANELS = re.compile(
    r"\b(?:small\s+(?:charts?|multiples)|panels?|facet(?:s|ed|ting)?|trellis|separate(?:\s+charts?|d)?|(?:one|a)\s+(?:small\s+)?chart|charts?)"
    r"\s*(?:(?:in|up)to\s+small\s+charts\s+)?(?:by|per|for(?:\s+each|\s+every)?|each)?(?:\s+(?:the|each|every))*\s*$",
    re.IGNORECASE,
)
_COLOUR = re.compile(
    r"\b(?:colou?r(?:ed|s|ing)?|hue|stack(?:ed)?|split|divided?|br(?:oken|eak)(?:\s+it)?\s+down|grouped|separated|distinguish\w*|legend)"
    r"(?:\s+(?:it|them|this|that|up|the\s+\w+))*\s*(?:by|into|in|for|per|shows?|=|:)?(?:\s+(?:the|each|every))*\s*$",
    re.IGNORECASE,
)
_GROUP = re.compile(
    r"\b(?:by|per|for\s+(?:each|every)|across|each|every|within|over|between)(?:\s+(?:the|each|every|a|different))*\s*$",
    re.IGNORECASE,
)
_ALSO = re.compile(r"^\W*(?:too|also|as\s+well|in\s+addition|additionally|besides)\b", re.IGNORECASE)
_ALSO_BEFORE = re.compile(r"\b(?:also|additionally|in\s+addition|further|plus|add)\b[^;,.]*$", re.IGNORECASE)
_REPLACED = re.compile(r"\b(?:instead\s+of|rather\s+than|replace|in\s+place\s+of)(?:\s+the)?\s*$", re.IGNORECASE)
_SUMMARY_WORDS = vocabulary(
    "average avg mean typical averages total totals sum overall median medians maximum max minimum min highest lowest "
    "deviation stdev youngest oldest"
)
_PLAIN_AGGREGATES = {word: name for name, words in AGGREGATES.items() for word in words & _SUMMARY_WORDS}
_COUNT = re.compile(
    r"(?<!\w)(?:the\s+)?(?:counts?|number\s+of\s+(?:rows|records|cases|people|passengers|days|entries)|how\s+many|numbers?(?=\s*(?:$|[;,.?!]|instead)))(?!\w)",
    re.IGNORECASE,
)
_ONLY = re.compile(r"\b(?:only|just)(?:\s+(?:the|those|who|that|which|have|has|with))*\s*$", re.IGNORECASE)
_TRUE, _FALSE = vocabulary("yes true 1 y t"), vocabulary("no false 0 n f")


def named(text: str, profile: Profile, spec: Mapping[str, Any]) -> Named:
    """The rows and fields that a text speaks of, as edits of a chart.

    >>> fields = (FieldProfile("Sex", "nominal", "dimension", "VARCHAR", 0, 2),)
    >>> [(e.op, e.field) for e in named("by sex too", Profile(9, fields), {"mark": "bar"}).edits]
    [('color', 'Sex')]
    """
    found = restricted(text, profile, spec)
    _units(found, profile, spec)
    _fields(found, profile, spec)
    return found


def _units(found: Named, profile: Profile, spec: Mapping[str, Any]) -> None:
    """Units of time, where there are dates and no field bears the name of the unit."""
    dates = [f for f in profile.fields if f.type == "temporal"]
    for pattern, unit in _UNIT_RES:
        match = pattern.search(found.left)
        if match is None or any(m.coverage > 0.99 for m in field_mentions(tokens(match[0]), profile)):
            continue
        if not dates:
            found.take(match.start(), match.end())
            found.problems.append(f"There is no field of dates to take the {TIME_UNITS[unit]} of.")
            continue
        runs = mark_of(spec) in ("line", "area") or any(s.time_unit for s in channels(spec))
        chosen = "month" if unit == "yearmonth" and not runs else unit
        found.take(match.start(), match.end(), ChartEdit("time_unit", chosen, None))


def _fields(found: Named, profile: Profile, spec: Mapping[str, Any]) -> None:
    """Fields in the order in which they are named, each with what is wanted of it; then summaries of no field."""
    words = tokens(found.left)
    mentions = [m for m in field_mentions(words, profile) if not _is_aggregate_alone(words, m)]
    used: set[int] = set()
    for mention in mentions:
        start, end = words[mention.start].start, words[mention.end - 1].end
        before, after = _phrase(found.left, start), found.left[end:]
        if not _REPLACED.search(before):
            at, name = _aggregate_before(words, mention, used)
            listed = re.search(r"\b(?:and|,)\s*(?:the\s+)?$", before) and found.edits and found.edits[-1].op == "group"
            wanted = _wanted(mention.field, name, before, after, spec, profile)
            found.edits += [_added(e) if listed and e.op == "group" else e for e in wanted]
            used |= at
        used |= set(range(mention.start, mention.end))
    counted = _COUNT.search(found.left)
    if counted and not any(e.op == "measure" for e in found.edits):
        found.edits.append(ChartEdit("measure"))
    if counted:
        used |= {i for i, t in enumerate(words) if counted.start() <= t.start < counted.end()}
    alone = [i for i, t in enumerate(words) if i not in used and t.lower in _PLAIN_AGGREGATES]
    if alone and not any(e.op in ("measure", "aggregate") for e in found.edits):
        found.edits.append(ChartEdit("aggregate", _PLAIN_AGGREGATES[words[alone[0]].lower]))
    for i in sorted(used | set(alone)):
        found.left = blank(found.left, words[i].start, words[i].end)


def _is_aggregate_alone(words: Sequence[Token], mention: Mention) -> bool:
    """“the maximum” is no temp_max."""
    lone = mention.end - mention.start == 1 and mention.coverage < 0.99
    return lone and words[mention.start].lower in _PLAIN_AGGREGATES


def _phrase(text: str, end: int) -> str:
    """The text before a place, as far back as the sentence goes on."""
    return re.split(r"[;.?!]|,\s", text[:end])[-1]


def _aggregate_before(words: Sequence[Token], mention: Mention, used: set[int]) -> tuple[set[int], str | None]:
    for i in range(mention.start - 1, max(-1, mention.start - 4), -1):
        if i in used or words[i].lower in ("by", "per", "and", "for", "with"):
            break
        if words[i].lower in _PLAIN_AGGREGATES:
            return {i}, _PLAIN_AGGREGATES[words[i].lower]
    return set(), None


def _wanted(
    held: FieldProfile, aggregate: str | None, before: str, after: str, spec: Mapping[str, Any], profile: Profile
) -> list[ChartEdit]:
    """What an instruction wants of a field, by the words around it and by what the chart shows now."""
    edit = ChartEdit("group", field=held.name)
    shown = {s.field for s in channels(spec)}
    if aggregate is not None:
        return [replace(edit, op="measure", value=aggregate)]
    if (_ONLY.search(before) or LEFT_OUT.search(before)) and (sides := _yes_and_no(held)):
        return [ChartEdit("filter", filter=Filter(held.name, "equal", sides[0 if _ONLY.search(before) else 1]))]
    if LEFT_OUT.search(
        re.sub(r"\b(?:colou?rs?|panels?|split|legend|axis)\s*(?:by|of|for)?\s*(?:the\s+)?$", "", before)
    ):
        return [replace(edit, op="drop")]
    if _PANELS.search(before):
        return [replace(edit, op="panels")]
    if _COLOUR.search(before):
        return [replace(edit, op="color")]
    measures = _is_measure(held)
    if _GROUP.search(before):
        also = _ALSO.search(after) or _ALSO_BEFORE.search(before)
        runs = _runs(spec, profile) and not re.match(r"\W*instead\b", after, re.IGNORECASE)
        return [_added(edit) if also or runs else edit]
    if measures:
        return [] if held.name in shown and not _ALSO.search(after) else [replace(edit, op="measure")]
    if held.name in shown:
        return []
    also = _ALSO.search(after) or _ALSO_BEFORE.search(before)
    return [_added(edit) if also or _runs(spec, profile) else edit]


def _added(edit: ChartEdit) -> ChartEdit:
    """Further groups beside those that a chart has."""
    return replace(edit, op="color", value="too")


def _yes_and_no(held: FieldProfile) -> tuple[Any, Any] | None:
    """The values of a field that stand for yes and no, where it has just these: “only survivors” are the yes."""
    values = {str(t.value).lower(): t.value for t in held.top if t.value is not None}
    yes, no = [v for k, v in values.items() if k in _TRUE], [v for k, v in values.items() if k in _FALSE]
    return (yes[0], no[0]) if len(yes) == len(no) == 1 and held.distinct == 2 else None


def _is_measure(held: FieldProfile) -> bool:
    return held.type == "quantitative" and held.role == "measure"


def _runs(spec: Mapping[str, Any], profile: Profile) -> bool:
    """Whether the axis of a chart has an order that another group must not break: times, bins, plain numbers."""
    _, groups = parts(spec)
    along = [s for s in groups if s.channel in ("x", "y")]
    names = {f.name for f in profile.fields if f.type == "temporal" or f.role == "time"}
    plain = mark_of(spec) == "point" and not any(s.aggregate for s in channels(spec))
    return plain or any(s.time_unit or s.bin or s.field in names for s in along)
