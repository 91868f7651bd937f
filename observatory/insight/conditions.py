"""Conditions that a question puts on the rows: comparisons, ranges, years and values."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from observatory.insight.clauses import covered
from observatory.insight.linking import Mention
from observatory.insight.words import Token, name_words, number, stem
from observatory.model import FieldProfile, Filter, Profile

Op = Literal["equal", "lt", "lte", "gt", "gte", "range", "oneOf"]

_VALUE = (
    r"(\"[^\"]+\"|'[^']+'|\d{4}[-/]\d{1,2}(?:[-/]\d{1,2})?(?![-/\d])"
    r"|[-−]?\$?\d+(?:,\d{3})*(?:\.\d+)?(?:\s?(?:k|m|million|thousand)\b)?%?)"
)
_MORE = (
    r"(?P<gt>(?:more|greater|higher|larger|bigger|older|longer|later|heavier|taller|faster|above|over|after|past"
    r"|exceed(?:s|ing)?)"
    r"(?:\s+than)?|>)"
)
_LESS = (
    r"(?P<lt>(?:less|fewer|lower|smaller|younger|shorter|earlier|lighter|cheaper|slower|below|under|before|beneath)"
    r"(?:\s+than)?|<)"
)
_GTE = (
    r"(?P<gte>at\s+least|no\s+(?:less|fewer|lower|younger)\s+than|not\s+less\s+than|minimum\s+of|since|from"
    r"|starting\s+in|>=|≥)"
)
_LTE = (
    r"(?P<lte>at\s+most|no\s+(?:more|greater|higher|older)\s+than|not\s+more\s+than|maximum\s+of|up\s+to|until|till"
    r"|through|<=|≤)"
)
_COMPARISON = re.compile(
    rf"(?<![\w-])(?:{_GTE}|{_LTE}|{_MORE}|{_LESS})\s+(?:the\s+|year\s+)?{_VALUE}(?!\w)", re.IGNORECASE
)
_RANGE = re.compile(
    rf"(?<!\w)(?:between|from|aged?|in\s+the\s+range(?:\s+of)?|in\s+range)\s+{_VALUE}\s*(?:and|to|until|through|-)\s*{_VALUE}",
    re.IGNORECASE,
)
_OR_MORE = re.compile(
    rf"(?<![\w.]){_VALUE}\s+(?:years?\s+)?(?:or|and)\s+(?:(?P<gte>more|older|above|over|higher|later|greater|up|onwards?)|"
    r"(?P<lte>less|fewer|younger|below|under|lower|earlier))\b",
    re.IGNORECASE,
)
_BELOW = rf"(?:less|lower|smaller|fewer|younger|earlier|below|under|before)(?:\s+than)?\s+{_VALUE}"
_ABOVE = rf"(?:more|greater|higher|larger|bigger|older|later|above|over|after)(?:\s+than)?\s+{_VALUE}"
_OR = r"\s+or\s+(?:is\s+|are\s+)?"
_OUTSIDE = re.compile(rf"(?<![\w-])(?:{_BELOW}{_OR}{_ABOVE}|{_ABOVE}{_OR}{_BELOW})(?!\w)", re.IGNORECASE)
_ONWARD = re.compile(r"(?<![\w.])((?:1[5-9]|20)\d\d)\s+(?P<gte>on|onwards?)\b", re.IGNORECASE)
_YEAR = re.compile(
    r"\b(?:in|of|for|during|year|on)\s+(?:the\s+)?(?:year\s+)?"
    r"((?:1[5-9]|20)\d\d(?:-\d\d(?:-\d\d)?)?)\b(?![-/]|\s*(?:rows|or\b|on\b))",
    re.IGNORECASE,
)
_IMPLIED = {
    "older": "age", "younger": "age", "aged": "age", "cheaper": "price", "heavier": "weight", "lighter": "weight",
    "taller": "height",
}  # fmt: skip
_TIMES = re.compile(r"^(?:before|after|since|until|till|earlier|later|through|starting|past)", re.IGNORECASE)


@dataclass(frozen=True)
class Condition:
    """A filter, the tokens that say it, and whether it is meant the other way round."""

    filter: Filter | None
    tokens: frozenset[int]
    problem: str = ""


def comparisons(
    text: str, question: Sequence[Token], mentions: Sequence[Mention], profile: Profile, taken: frozenset[int]
) -> list[Condition]:
    """Ranges first, then comparisons, then years; no token says two of them.

    >>> from observatory.insight.words import tokens
    >>> from observatory.insight.linking import field_mentions
    >>> age = FieldProfile("Age", "quantitative", "measure", "DOUBLE", 0, 88, 0.42, 80.0)
    >>> p = Profile(891, (age,)); q = "passengers older than 60"
    >>> comparisons(q, tokens(q), field_mentions(tokens(q), p), p, frozenset())[0].filter
    Filter(field='Age', op='gt', value=60, negated=False)
    """
    found: list[Condition] = []
    used = set(taken)
    for pattern in (_OUTSIDE, _RANGE, _OR_MORE, _ONWARD, _COMPARISON, _YEAR):
        for match in pattern.finditer(text):
            span = covered(question, match.start(), match.end())
            if not span or span & used:
                continue
            condition = _condition(match, span, question, mentions, profile)
            if condition is not None:
                found.append(condition)
                used |= condition.tokens
    return found


def _condition(
    match: re.Match[str],
    span: frozenset[int],
    question: Sequence[Token],
    mentions: Sequence[Mention],
    profile: Profile,
) -> Condition | None:
    values = [v for v in match.groups() if v and re.search(r"\d", v)]
    values = [v.strip("\"'") for v in values]
    ops = [name for name, said in match.groupdict().items() if said]
    op: Op = "range" if match.re in (_RANGE, _OUTSIDE) else ops[0] if ops else "equal"  # type: ignore[assignment]
    field = _subject(match.group(), span, question, mentions, profile, values, op)
    if field is None:
        said = " ".join(match.group().split())
        if match.re is _YEAR or (op in ("gte", "lte") and re.match(r"(from|through)\b", said, re.IGNORECASE)):
            return None
        return Condition(None, span, f"I could not tell which field “{said}” is about, so all rows are shown.")
    made = predicate(field, op, values)
    if made is not None and match.re is _OUTSIDE:
        made = replace(made, negated=True)
    return None if made is None else Condition(made, span)


def _subject(
    said: str, span: frozenset[int], question: Sequence[Token], mentions: Sequence[Mention], profile: Profile,
    values: Sequence[str], op: Op,
) -> FieldProfile | None:  # fmt: skip
    """The field compared: one the word implies, else the nearest named, else the only one that fits."""
    first, last = min(span), max(span)
    inside = {i for m in mentions for i in range(m.start, m.end)}
    said_before = {question[i].lower for i in range(max(0, first - 2), first) if i not in inside}
    if said_before & {"it", "they", "count", "number"} or _counts_rows(last, mentions):
        return None
    able = [m for m in mentions if comparable(m.field, values)]
    implied = next((_IMPLIED[question[i].lower] for i in sorted(span) if question[i].lower in _IMPLIED), None)
    if implied:
        named = [f for f in profile.fields if comparable(f, values) and _has_word(f, implied)]
        if named:
            return named[0]
    dates = any(re.match(r"\d{4}[-/]", v) for v in values)
    if dates or _TIMES.match(said) or (op == "equal" and len(values) == 1) or all(_is_year(v) for v in values):
        times = [f for f in profile.fields if _is_time(f) and comparable(f, values)]
        near = [m.field for m in able if _is_time(m.field)]
        if near or times:
            return (near or times)[0]
        if op == "equal":
            return None
    before = [m for m in able if m.end <= first and first - m.end <= 6]
    after = [m for m in able if m.start > last and m.start - last <= 3]
    if after and after[0].start == last + 1 and not _TIMES.match(said):
        return after[0].field
    if before:
        return before[-1].field
    if after and question[after[0].start - 1].lower not in ("by", "per", "each"):
        return after[0].field
    fitting = [f for f in profile.fields if f.role == "measure" and comparable(f, values) and _holds(f, values)]
    ages = [f for f in fitting if _has_word(f, "age")]
    return ages[0] if ages else fitting[0] if len(fitting) == 1 else None


def _counts_rows(last: int, mentions: Sequence[Mention]) -> bool:
    """“more than 2 students” is about how many rows there are, not about the number that tells students apart."""
    return any(m.start == last + 1 and m.field.role == "identifier" for m in mentions)


def comparable(field: FieldProfile, values: Sequence[str]) -> bool:
    """Whether the field can be compared with these values."""
    if any(re.match(r"\d{4}[-/]", v) for v in values):
        return field.type == "temporal"
    if field.type == "temporal":
        return all(_is_year(v) for v in values)
    return field.type == "quantitative" or _numeric(field)


def _numeric(field: FieldProfile) -> bool:
    return bool(field.top) and all(number(str(item.value)) is not None for item in field.top)


def _is_year(value: str) -> bool:
    return re.fullmatch(r"(?:1[5-9]|20)\d\d", value) is not None


def _is_time(field: FieldProfile) -> bool:
    return field.type == "temporal" or field.role == "time" or _has_word(field, "year")


def _has_word(field: FieldProfile, word: str) -> bool:
    return stem(word) in {stem(w) for w in name_words(field.name)}


def _holds(field: FieldProfile, values: Sequence[str]) -> bool:
    numbers = [number(v) for v in values]
    low, high = field.min, field.max
    if not isinstance(low, (int, float)) or not isinstance(high, (int, float)):
        return False
    return all(n is not None and low <= n <= high for n in numbers)


def predicate(field: FieldProfile, op: Op, values: Sequence[str]) -> Filter | None:
    """The filter of a field for values as they were written; a year of a temporal field is its whole year.

    >>> day = FieldProfile("day", "temporal", "time", "DATE", 0, 9)
    >>> predicate(day, "equal", ["2010"])
    Filter(field='day', op='range', value=['2010-01-01', '2010-12-31'], negated=False)
    """
    if field.type == "temporal":
        return _time_predicate(field, op, values)
    read = [_typed(field, v) for v in values]
    if any(v is None for v in read):
        return None
    return Filter(field.name, op, sorted(read) if op == "range" else read[0])


def _typed(field: FieldProfile, value: str) -> Any:
    """The value as the field holds it: a number where it holds numbers."""
    if field.type != "quantitative" and field.top and isinstance(field.top[0].value, str):
        return value
    found = number(value)
    if found is None:
        return None
    return int(found) if found.is_integer() else found


def _time_predicate(field: FieldProfile, op: Op, values: Sequence[str]) -> Filter:
    first = [_edges(v)[0] for v in values]
    last = [_edges(v)[1] for v in values]
    if op == "range":
        return Filter(field.name, "range", [first[0], last[1]])
    if op == "equal":
        return Filter(field.name, "range", [first[0], last[0]])
    return Filter(field.name, op, last[0] if op in ("gt", "lte") else first[0])


def _edges(value: str) -> tuple[str, str]:
    """The first and the last day of a year, a month or a day."""
    if _is_year(value):
        return f"{value}-01-01", f"{value}-12-31"
    day = _iso(value)
    if day.count("-") == 2:
        return day, day
    year, month = (int(part) for part in day.split("-"))
    return f"{day}-01", f"{day}-{calendar.monthrange(year, month)[1] if 1 <= month <= 12 else 1:02d}"


def _iso(value: str) -> str:
    return "-".join(part.zfill(2) for part in value.replace("/", "-").split("-"))
