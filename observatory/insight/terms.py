"""The things a question wants to see: fields and counts, with their aggregate, part in the sentence and time unit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from observatory.insight.bins import binned
from observatory.insight.linking import Mention
from observatory.insight.words import STOP, Token, name_words, vocabulary
from observatory.model import FieldProfile, Profile

AGGREGATES = {
    "mean": vocabulary("average avg mean typical averaged averages means"),
    "sum": vocabulary("total sum overall combined cumulative totals"),
    "median": vocabulary("median medians"),
    "stdev": vocabulary("deviation stdev"),
    "max": vocabulary(
        "maximum max maximal highest hottest largest biggest greatest oldest longest tallest heaviest latest best"
    ),
    "min": vocabulary(
        "minimum min minimal lowest coldest smallest least youngest shortest cheapest lightest earliest worst"
    ),
}
_AGGREGATE = {word: name for name, words in AGGREGATES.items() for word in words}
SUPERLATIVES = (AGGREGATES["max"] | AGGREGATES["min"]) - {"maximum", "max", "maximal", "minimum", "min", "minimal"}
_GROUP = vocabulary("by per each every across among within for between over")
_RELATING = vocabulary("relationship relation correlation association link")
_DETERMINERS = vocabulary(
    "the a an different various distinct attribute variable column field all its their of each every"
)
_COLOUR = re.compile(
    r"\b(?:split|colou?red|colou?r|group(?:ed|ing)?|stack(?:ed)?|broken\s+down|divided|separated|hue)"
    r"\s+(?:it\s+|them\s+)?(?:by|into|based\s+on)"
    r"(?:\s+(?:the|attribute|each|different))*\s*$|\bbased\s+on(?:\s+the)?\s*$",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"\b(?:the\s+)?(?:total\s+)?(?:number|amount|count|counts|frequency|frequencies)\s+of\b|\bhow\s+many\b"
    r"|\bcount(?:s|ing)?\b"
    r"|\b(?:the\s+)?(?:total\s+)?numbers?\b|\b(?:frequency|frequencies)\b|\bhow\s+often\b|\bmost\s+common\b",
    re.IGNORECASE,
)
_EXTENSIVE = vocabulary("sales sale revenue amount quantity profit volume units spend spending production total")
_UNITS: tuple[tuple[str, str], ...] = (
    (r"week\s?days?|days?\s+of\s+(?:the\s+)?week", "day"),
    (r"years?|yearly|annual(?:ly)?", "year"),
    (r"quarters?|quarterly", "yearquarter"),
    (r"months?\s+of\s+(?:the\s+)?year|calendar\s+months?", "month"),
    (r"months?", "month"),
    (r"monthly", "yearmonth"),
    (r"weeks?|weekly", "yearweek"),
    (r"days?|daily", "yearmonthdate"),
    (r"hours?|hourly", "hours"),
)
_OVER_TIME = re.compile(
    r"\b(?:over|through|across|with|in)\s+(?:the\s+)?(?:time|years|months|days)\b|\btrends?\b|\btimeline\b"
    r"|\b(?:has|have)\b[^.?!]*\b(?:become|got|gotten|grown|risen|fallen|shrunk|improved|worsened)\b"
    r"|\bhow\s+(?:has|have|had|did)\b.*\b(?:chang|develop|evolv|grow|grew)\w*|\bevolution\b|\bevolved?\b",
    re.IGNORECASE,
)
_RUNS = re.compile(r"\b(?:running|cumulat\w+|accumulat\w+|month[\s-]+(?:over|on|to)[\s-]+month)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Term:
    """A field, or the rows (`field` None) to be counted, as the question asks for it."""

    field: FieldProfile | None
    aggregate: str | None
    start: int
    group: bool = False
    colour: bool = False
    counted: bool = False
    axis: str | None = None
    time_unit: str | None = None
    bin: bool | float = False

    @property
    def measured(self) -> bool:
        """Whether the term is a quantity: aggregated, a count, or a plain measure."""
        if self.aggregate is not None or self.field is None:
            return True
        return self.field.type == "quantitative" and self.field.role == "measure" and not self.bin


def extensive(field: FieldProfile) -> bool:
    """Whether the field is of the kind people add up, such as sales, rather than average."""
    return bool(_EXTENSIVE & set(name_words(field.name)))


def is_aggregate(word: str) -> bool:
    """Whether a word asks for an average, total or extreme.

    >>> is_aggregate("heaviest"), is_aggregate("heavy")
    (True, False)
    """
    return word.lower() in _AGGREGATE


def over_time(text: str) -> bool:
    """Whether the question asks how something went over time."""
    return _OVER_TIME.search(text) is not None


def terms(
    text: str, question: Sequence[Token], mentions: Sequence[Mention], profile: Profile, taken: frozenset[int],
    *, ranked: bool,
) -> list[Term]:  # fmt: skip
    """The terms of a question in the order of its words; `ranked`: superlatives say an order, not an aggregate.

    >>> from observatory.insight.words import tokens
    >>> from observatory.insight.linking import field_mentions
    >>> fields = (FieldProfile("Fare", "quantitative", "measure", "DOUBLE", 0, 9),
    ...           FieldProfile("Sex", "nominal", "dimension", "VARCHAR", 0, 2))
    >>> p = Profile(9, fields); q = tokens("average fare for each sex")
    >>> found = terms("average fare for each sex", q, field_mentions(q, p), p, frozenset(), ranked=False)
    >>> [(t.field.name, t.aggregate, t.group) for t in found]
    [('Fare', 'mean', False), ('Sex', None, True)]
    """
    counts = _counts(text, question, mentions, taken)
    aggregates = _aggregates(question, mentions, taken, counts, ranked)
    found: list[Term] = []
    lone = not any(grouped(question, m) for m in mentions if not m.contrast)
    for i, mention in enumerate(mentions):
        names = aggregates.get(i, [])
        counted = not mention.contrast and any(_follows(question, end, mention) for _, end in counts)
        plain = Term(mention.field, None, mention.start, counted=counted)
        plain = replace(
            plain,
            group=not names and (grouped(question, mention) or (mention.contrast and lone)),
            colour=_COLOUR.search(text[: question[mention.start].start]) is not None,
            bin=binned(question, mention) and mention.field.type == "quantitative",
        )
        found.extend(replace(plain, aggregate=name) for name in names) if names else found.append(plain)
    found = _with_counts(found, counts, question)
    found = _with_time(found, text, question, profile, taken)
    return [replace(t, axis=_axis(text, question, t)) for t in sorted(found, key=lambda t: t.start)]


def _counts(
    text: str, question: Sequence[Token], mentions: Sequence[Mention], taken: frozenset[int]
) -> list[tuple[int, int]]:
    """Spans of tokens that ask for a number of rows."""
    inside = {i for m in mentions for i in range(m.start, m.end)} | taken
    spans = []
    for match in _COUNT.finditer(text):
        span = [i for i, t in enumerate(question) if t.start >= match.start() and t.end <= match.end()]
        named = bool(span) and span[0] - 1 in inside and len(span) == 1  # “grade number”
        if span and not named and not set(span) & inside:
            spans.append((span[0], span[-1] + 1))
    return spans


def _follows(question: Sequence[Token], end: int, mention: Mention) -> bool:
    between = question[end : mention.start]
    return end <= mention.start <= end + 3 and all(t.lower in _DETERMINERS or t.lower == "unique" for t in between)


def _aggregates(
    question: Sequence[Token], mentions: Sequence[Mention], taken: frozenset[int], counts: Sequence[tuple[int, int]],
    ranked: bool,
) -> dict[int, list[str]]:  # fmt: skip
    """The aggregates of each mention: words such as “average” before it, with nothing else named between."""
    found: dict[int, list[str]] = {}
    inside = {i for m in mentions for i in range(m.start, m.end)}
    counting = {i for start, end in counts for i in range(start, end)}
    for i, token in enumerate(question):
        name = _AGGREGATE.get(token.lower)
        superlative = ranked and token.lower in SUPERLATIVES
        if name is None or superlative or i in taken or (i in inside and token.lower != "oldest") or i in counting:
            continue
        after = [(k, m) for k, m in enumerate(mentions) if m.start > i]
        if after and _reaches(question, i, after[0][1]):
            found.setdefault(after[0][0], []).append(name)
            continue
        before = [(k, m) for k, m in enumerate(mentions) if m.end <= i]
        on_average = i > 0 and question[i - 1].lower == "on"
        if before and (i - before[-1][1].end <= 1 or (on_average and _can(before[-1][1].field, name))):
            found.setdefault(before[-1][0], []).append(name)
    return {k: [n for n in names if _can(mentions[k].field, n)] for k, names in found.items()}


def _reaches(question: Sequence[Token], i: int, mention: Mention) -> bool:
    between = [t.lower for t in question[i + 1 : mention.start]]
    if len(between) > 5 or {"by", "per", "each", "every"} & set(between):
        return False
    gap = [question[k + 1].start - question[k].end for k in range(i, mention.start)]
    return all(g <= 2 for g in gap)


def _can(field: FieldProfile, aggregate: str) -> bool:
    return field.type == "quantitative" or (aggregate in ("min", "max") and field.type == "temporal")


def grouped(question: Sequence[Token], mention: Mention) -> bool:
    """Whether the words before say “for each”, “by”, “in different”."""
    i, different = mention.start - 1, False
    while i >= 0 and mention.start - i <= 4 and question[i].lower in _DETERMINERS:
        different |= question[i].lower in ("different", "various", "each", "every")
        i -= 1
    if different:
        return True
    if i >= 0 and question[i].lower == "between":
        return mention.field.type in ("nominal", "ordinal") and question[i - 1].lower not in _RELATING
    return i >= 0 and question[i].lower in _GROUP - {"for", "between"}


def _with_counts(found: list[Term], counts: Sequence[tuple[int, int]], question: Sequence[Token]) -> list[Term]:
    """Adds the counts; “number of points” is the field itself where that is a measure."""
    kept = list(found)
    for start, end in counts:
        near = [t for t in kept if t.counted and t.field is not None and end <= t.start <= end + 3]
        distinct = {"different", "distinct", "unique"} & {t.lower for t in question[end : end + 2]}
        measure = next((t for t in near if t.measured and not distinct), None)
        if measure is not None:
            added = any(t.lower == "total" for t in question[start:end]) and measure.aggregate is None
            if added:
                kept[kept.index(measure)] = replace(measure, aggregate="sum", group=False)
            continue
        grouped = [t for t in kept if t.group and t not in near]
        if near and len(kept) == 1 and _kinds(question, end, near[0]):
            kept = [replace(near[0], aggregate="distinct", counted=False)]
            continue
        if near and grouped and (distinct or _kinds(question, end, near[0])):
            kept.remove(near[0])
            kept.append(replace(near[0], aggregate="distinct", counted=False, group=False))
        elif not any(t.field is None or t.aggregate == "distinct" for t in kept):
            kept.append(Term(None, "count", start))
    return kept


def _kinds(question: Sequence[Token], end: int, term: Term) -> bool:
    """Whether “how many countries are there” asks for the different values of a field, not for rows."""
    after = [t.lower for t in question[end : end + 5]]
    plural = question[term.start].lower.endswith("s") and question[end - 1].lower == "many"
    named = term.field is not None and term.field.type in ("nominal", "ordinal")
    return named and plural and bool({"are", "were", "exist", "does", "do"} & set(after[1:]))


def _with_time(
    found: list[Term], text: str, question: Sequence[Token], profile: Profile, taken: frozenset[int]
) -> list[Term]:
    """Gives a time field its unit, and adds the time field that “per month” or “over time” asks for."""
    times = sorted((f for f in profile.fields if is_time(f)), key=lambda f: f.type != "temporal")
    named = [t for t in found if t.field is not None and is_time(t.field) and t.aggregate is None]
    for pattern, unit in _UNITS:
        for match in re.finditer(rf"\b(?:{pattern})\b", text, re.IGNORECASE):
            at = next((i for i, t in enumerate(question) if t.start <= match.start() < t.end), -1)
            if at in taken or not (times or named) or not _asks_unit(question, at, match.group()):
                continue
            unit = "yearmonth" if unit == "month" and (over_time(text) or _RUNS.search(text)) else unit
            if named:
                near = min(named, key=lambda t: abs(t.start - at))
                return [replace(t, time_unit=_unit(t.field, unit), group=True) if t is near else t for t in found]
            if any(t.start <= at < t.start + 2 and t.field and question[t.start].kind == "word" for t in found):
                return found
            return [*found, Term(times[0], None, at, group=True, time_unit=_unit(times[0], unit))]
    if over_time(text) and not named:
        years = [f for f in profile.fields if f.role == "time"] or [
            f for f in profile.fields if "year" in name_words(f.name)
        ]
        chosen = times or years
        if chosen and all(t.field is not chosen[0] for t in found):
            return [*found, Term(chosen[0], None, len(question), group=True)]
    return found


def is_time(field: FieldProfile) -> bool:
    """Whether a field says when."""
    return field.type == "temporal" or field.role == "time" or bool({"date", "year"} & set(name_words(field.name)))


def _unit(field: FieldProfile | None, unit: str) -> str | None:
    """A unit only where the field holds times, not mere numbers of years."""
    return unit if field is not None and field.type == "temporal" else None


def _asks_unit(question: Sequence[Token], at: int, said: str) -> bool:
    if said.lower().endswith("ly") or "week" in said.lower():
        return True
    before = [t.lower for t in question[max(0, at - 3) : at] if t.lower not in ("the", "a", "an")][-2:]
    asked = question[0].lower in ("which", "what", "when") and any(t.lower in SUPERLATIVES for t in question[:at])
    if asked or before[-1:] == ["which"] or before == ["in", "what"]:
        return True
    return bool(before) and (before[-1] in (_GROUP | {"into"}) - {"for", "between"} or "by" in before)


def _axis(text: str, question: Sequence[Token], term: Term) -> str | None:
    """The axis the question puts the term on: “x axis age”, “age on the x-axis”."""
    if term.start >= len(question):
        return None
    before = text[: question[term.start].start]
    said = re.search(
        r"\b([xy])[\s-]*axis\s*(?:is|as|for|shows?|be|:|=)?\s*(?:the\s+)?(?:(?:total|average|mean|number|sum|of|the)\s+)*$",
        before,
        re.IGNORECASE,
    )
    if said:
        return said[1].lower()
    after = text[question[term.start].start :]
    words = rf"^\W*(?:[\w.]+\W+){{1,{3}}}?(?:in|on|as|for)\s+(?:the\s+)?([xy])[\s-]*axis\b"
    said = re.match(words, after, re.IGNORECASE)
    return said[1].lower() if said else None


def _plain(word: str) -> str:
    """A word without what is contracted into it: “what's” is what, “don't” is do."""
    return re.sub(r"(?:n['’]t|['’](?:s|re|ve|d|ll))$", "", word)


def entity_words(question: Sequence[Token], mentions: Sequence[Mention], taken: frozenset[int]) -> list[str]:
    """Words that name no field and are no common word: what the question may have meant and did not find."""
    inside = {i for m in mentions for i in range(m.start, m.end)} | taken
    return [
        t.text
        for i, t in enumerate(question)
        if i not in inside
        and t.kind in ("word", "quoted")
        and _plain(t.lower) not in STOP
        and t.lower not in _AGGREGATE
    ]
