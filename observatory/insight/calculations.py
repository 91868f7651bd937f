"""What a question wants computed of groups: shares, rates, ratios, differences, running totals and changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from observatory.insight.clauses import superlative
from observatory.insight.contrast import is_contrast
from observatory.insight.linking import yes_of
from observatory.insight.terms import Term, extensive, is_time
from observatory.insight.words import Token, name_words
from observatory.model import Calculation, Filter, Profile, Wish, WishedField

_SHARE = re.compile(
    r"\b(?:shares?|percentages?|percent|per\s+cent|proportions?|fractions?|rates?|likel(?:y|ihood)|chances?)\b|%",
    re.IGNORECASE,
)
_OF_TOTAL = re.compile(r"\b(?:of|in)\s+(?:the\s+)?(?:\w+['’]s\s+)?(?:total|all|overall|whole)\b", re.IGNORECASE)
_GROUPED = re.compile(r"\b(?:by|per|each|every|across|within|among|between|over)\b", re.IGNORECASE)
_RUNNING = re.compile(r"\b(?:running|rolling|cumulative(?:ly)?|cumulated|accumulat\w+)\b", re.IGNORECASE)
_CHANGE = re.compile(
    r"(?<!from )\b(?P<unit>day|week|month|quarter|year)[\s-]+(?:over|on|to|by)[\s-]+(?P=unit)\b"
    r"|\bfrom\s+(?:one|each)\s+\w+\s+to\s+the\s+next\b"
    r"|\b(?:compared|relative)\s+(?:to|with)\s+the\s+(?:previous|prior|last|preceding)\b"
    r"|\bchange\w*\s+(?:from|since)\s+the\s+(?:previous|prior|last|preceding)\b",
    re.IGNORECASE,
)
_RATIO = re.compile(r"\bratios?\b|\bdivided\s+by\b", re.IGNORECASE)
_MINUS = re.compile(r"\bminus\b|\s[-−]\s|\bless\s+(?!than)", re.IGNORECASE)
_DIFFERENCE = re.compile(
    r"\b(?:difference|gap|spread)\s+between\b|\bdiffers?\s+from\b|\bdifferent\s+from\b", re.IGNORECASE
)


def calculated(text: str, words: Sequence[Token], wish: Wish, found: Sequence[Term], profile: Profile) -> Wish:
    """The wish with the calculation that its question asks for; the wish itself where it asks for none."""
    dims = [f for f in wish.fields if f.aggregate is None and not _is_number(f, profile)]
    names = {part for t in found if t.field is not None for part in name_words(t.field.name)}
    said = " ".join(t.text for t in words if t.lower not in names)
    pair = _pair(text, words, found)
    if pair is not None:
        return _of_two(wish, pair)
    measure = next((f for f in wish.fields if f not in dims), WishedField(None, "count"))
    if not dims or wish.mark in ("arc", "point", "boxplot") or len(dims) > 2:
        return wish
    if _CHANGE.search(text) or _RUNNING.search(said):
        kind = "change" if _CHANGE.search(text) else "running total"
        return _with(wish, dims, measure, Calculation(kind)) if _runs(dims[0], profile) else wish  # type: ignore[arg-type]
    if not _SHARE.search(said):
        return wish
    named = [t for t in found if not t.measured and t.field is not None and not t.counted]
    shown = {d.field for d in dims}
    dims += [WishedField(t.field.name, channel="color") for t in named if t.field and t.field.name not in shown][:1]
    rate = _rate(text, wish, dims, measure, profile)
    return rate if rate is not None else _share(text, words, wish, dims[:2], measure, found)


def _is_number(item: WishedField, profile: Profile) -> bool:
    if item.field is None:
        return True
    field = profile.field(item.field)
    return field.type == "quantitative" and field.role == "measure" and not item.bin


def _runs(item: WishedField, profile: Profile) -> bool:
    """Whether a field has an order along which something adds up or changes."""
    return item.field is not None and (is_time(profile.field(item.field)) or bool(item.bin))


def _summed(measure: WishedField) -> WishedField:
    """Parts of a whole are sums or counts."""
    return replace(measure, aggregate="count" if measure.field is None else "sum", bin=None)


def _with(wish: Wish, dims: Sequence[WishedField], measure: WishedField, made: Calculation) -> Wish:
    return replace(wish, fields=(*dims, replace(_summed(measure), calculation=made)))


def _rate(text: str, wish: Wish, dims: Sequence[WishedField], measure: WishedField, profile: Profile) -> Wish | None:
    """The share of the rows of each group that are something: an outcome that is named, or a value."""
    if measure.field is not None and measure.aggregate != "count":
        return None
    outcomes = [d for d in dims if d.field is not None and yes_of(profile.field(d.field)) is not None]
    rest = [d for d in dims if d not in outcomes[-1:]]
    if outcomes and not rest:
        return wish
    if outcomes:
        name = str(outcomes[-1].field)
        part = Filter(name, "equal", yes_of(profile.field(name)))
        return _rated(wish, rest, wish.filters, part)
    shown = {d.field for d in dims}
    said = [f for f in wish.filters if f.op in ("equal", "oneOf") and f.field not in shown and _named(f, profile)]
    several = any(f.op == "oneOf" and f.field in shown for f in wish.filters)
    compared = several or _GROUPED.search(text) or is_contrast(text) or superlative(text)
    if not said or _OF_TOTAL.search(text) or not compared:
        return None
    kept = tuple(f for f in wish.filters if f is not said[-1])
    return _rated(wish, dims, kept, said[-1])


def _named(filter: Filter, profile: Profile) -> bool:
    return profile.field(filter.field).type in ("nominal", "ordinal")


def _rated(wish: Wish, dims: Sequence[WishedField], filters: tuple[Filter, ...], part: Filter) -> Wish:
    rate = WishedField(None, "count", calculation=Calculation("rate", part=part))
    dims = dims[:2]
    mark = None if wish.mark == "bar" and wish.task == "part" else wish.mark
    return replace(wish, fields=(*dims, rate), filters=filters, mark=mark, task=None)


def _share(
    text: str, words: Sequence[Token], wish: Wish, dims: Sequence[WishedField], measure: WishedField,
    found: Sequence[Term],
) -> Wish:  # fmt: skip
    """The part that each group is of all, or of the group that “within each” names."""
    if len(dims) == 1:
        return replace(_with(wish, dims, measure, Calculation("share of total")), task=None)
    inner = [t for t in found if t.field is not None and _is_within(text, words, t)]
    first = next((d for d in dims for t in inner if t.field is not None and d.field == t.field.name), dims[0])
    ordered = (replace(first, channel=None), *(replace(d, channel="color") for d in dims if d is not first))
    shared = _with(wish, ordered, measure, Calculation("share of group"))
    return replace(shared, mark="bar" if wish.mark in (None, "bar") else wish.mark, task=None)


def _is_within(text: str, words: Sequence[Token], term: Term) -> bool:
    before = text[: words[term.start].start] if term.start < len(words) else ""
    return re.search(r"\b(?:within|in|inside|for|by|of)\s+(?:each|every|the)?\s*$", before, re.IGNORECASE) is not None


# ── two numbers ──


def _pair(text: str, words: Sequence[Token], found: Sequence[Term]) -> tuple[str, Term, Term] | None:
    """The two numbers that a question sets off against each other, and how."""
    numbers = [t for t in found if t.field is not None and t.field.type == "quantitative" and t.field.role == "measure"]
    for first, second in pairwise(numbers):
        if first.field is second.field or second.start >= len(words):
            continue
        between = text[words[first.start].start : words[second.start].start]
        before = text[: words[first.start].start]
        groups = [t for t in found if t not in (first, second) and not t.measured]
        if re.search(r"\bratios?\s+(?:of|between)\b[^,.;]*$", before, re.IGNORECASE) or (
            _RATIO.search(between) or (groups and re.search(r"\bper\s+(?:the\s+)?$", between, re.IGNORECASE))
        ):
            return "ratio", first, second
        if _MINUS.search(between):
            return "difference", first, second
        if _DIFFERENCE.search(before[-60:]) or _DIFFERENCE.search(between):
            return "difference", first, second
    return None


def _of_two(wish: Wish, pair: tuple[str, Term, Term]) -> Wish:
    kind, first, second = pair
    if first.field is None or second.field is None:
        return wish
    names = {first.field.name, second.field.name}
    adds = all(extensive(t.field) for t in (first, second) if t.field is not None)
    wanted = first.aggregate or second.aggregate
    aggregate = (
        wanted if wanted in ("mean", "sum", "median", "min", "max") else "sum" if kind == "ratio" or adds else "mean"
    )
    dims = tuple(f for f in wish.fields if f.field not in names and f.field is not None and f.aggregate is None)
    item = WishedField(first.field.name, aggregate, calculation=Calculation(kind, second.field.name))  # type: ignore[arg-type]
    mark = None if wish.mark == "point" else wish.mark
    return replace(wish, fields=(*dims, item), mark=mark, task=None) if dims else wish
