"""From the terms of a question to a wish: what goes on which channel."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from observatory.insight.clauses import Direction, Order, superlative
from observatory.insight.terms import Term, extensive, is_time, over_time
from observatory.insight.words import name_words
from observatory.model import FieldProfile, Profile, Task, Wish, WishedField

_UNTELLING = "{} is an identifier: the length of its bars says nothing."
SortBy = Literal["measure", "dimension"]
_RELATION = re.compile(r"\b(?:correlat\w*|relationships?|relation|related|associat\w*|scatter\w*)\b", re.IGNORECASE)
_PART = re.compile(r"\b(?:proportions?|shares?|percentages?|fractions?|composition|breakdown)\b", re.IGNORECASE)
_DISTRIBUTION = re.compile(r"\b(?:distribut\w*|spread|histogram|vary|varies|range)\b", re.IGNORECASE)
_EACH_IN_EACH = re.compile(r"\beach\s+\w+\s+(?:in|within|of)\s+(?:each|every)\b", re.IGNORECASE)
_PROPORTION = re.compile(r"\bproportions?\b", re.IGNORECASE)
MOST_SLICES = 6
_AGAINST = re.compile(r"\b(?:vs\.?|versus|against)\b|\bcompar\w+\b.*\bover\b", re.IGNORECASE)
_RATE = re.compile(r"\b(?:rate|rates|probability|chance|percentage|share|proportion|fraction)\b", re.IGNORECASE)


def assemble(
    text: str,
    found: Sequence[Term],
    mark: str | None,
    order: Order | None,
    sort_term: Term | None,
    limit: tuple[int, Direction, frozenset[int]] | None,
    profile: Profile,
) -> tuple[Wish, list[str]]:
    """The wish for terms in the order of their words, and what could not be put in."""
    mark = mark or _implied(text, found, order)
    terms = _unique(_rates(text, found))
    if sort_term is not None and not any(t.field is sort_term.field for t in terms) and len(terms) < 2:
        terms.append(sort_term)
    if limit is not None and order is None:
        order = Order(limit[1], "measure", frozenset())
    elif order is None and superlative(text) is not None:
        order = Order(superlative(text) or "descending", "measure", frozenset())
    task = _task(text, mark)
    related = task == "relation" or (_AGAINST.search(text) is not None and all(t.measured or t.colour for t in terms))
    related = related and not re.search(r"\bcompar", text, re.IGNORECASE)
    scatter = mark == "point" or (mark is None and related and _two_numbers(terms))
    if not terms:
        return Wish(mark=None if mark == "histogram" else mark, task=task), []
    if scatter:
        fields, problems = _scatter(text, terms)
    elif mark == "histogram" or (mark is None and task == "distribution"):
        fields, problems, mark = _histogram(text, terms, mark, limit is not None, profile)
    else:
        counted = all(t.aggregate == "count" for t in terms if t.measured)
        mark = "bar" if mark is None and counted and any(t.colour for t in terms) and not over_time(text) else mark
        fields, problems = _grouped(text, terms, mark, limit is not None, profile)
    aggregated = sum(f.aggregate is not None for f in fields)
    task = None if scatter and aggregated == 1 else task
    sort, sort_by = _sort(order, sort_term, fields, mark)
    n = limit[0] if limit else None
    return Wish(tuple(fields), "point" if scatter else mark, task, (), sort, n, sort_by), problems


def _implied(text: str, found: Sequence[Term], order: Order | None) -> str | None:
    """The chart that other words imply: a pie of proportions, bars where an axis is to be sorted."""
    dims = [t.field for t in found if not t.measured and t.field is not None]
    counted = bool(found) and all(t.field is None for t in found if t.measured)
    if _PROPORTION.search(text) and counted and len(dims) == 1 and dims[0].distinct <= MOST_SLICES:
        return "arc"
    sorted_axis = order is not None and order.target in ("x", "y") and not any(is_time(f) for f in dims)
    return "bar" if sorted_axis and dims and not over_time(text) else None


def asks_share(text: str) -> bool:
    """Whether a part of a whole is asked for.

    >>> asks_share("What share of the women survived?"), asks_share("How many survived?")
    (True, False)
    """
    return _PART.search(text) is not None or _RATE.search(text) is not None


def _unique(found: Sequence[Term]) -> list[Term]:
    """Each thing once: the aggregated mention of a field stands for the plain one, the grouped for the merely named."""
    kept: list[Term] = []
    for term in found:
        same = [t for t in kept if t.field is term.field]
        if any(t.aggregate == term.aggregate for t in same):
            i = next(k for k, t in enumerate(kept) if t.field is term.field and t.aggregate == term.aggregate)
            if (term.group, term.colour) > (kept[i].group, kept[i].colour):
                kept[i] = replace(kept[i], group=term.group, colour=term.colour)
            kept[i] = replace(kept[i], time_unit=kept[i].time_unit or term.time_unit, bin=kept[i].bin or term.bin)
        elif term.field is None or not same:
            kept.append(term)
        elif term.aggregate is not None:
            kept = [t for t in kept if t not in same or t.aggregate is not None or t.group]
            kept.append(term)
        elif term.group:
            kept.append(term)
    return kept


def _rates(text: str, found: Sequence[Term]) -> list[Term]:
    """“survival rate”: the mean of a field of zeros and ones."""
    if not _RATE.search(text):
        return list(found)
    return [
        Term(t.field, "mean", t.start, axis=t.axis)
        if t.field is not None and t.aggregate is None and not t.group and _binary(t.field)
        else t
        for t in found
    ]


def _binary(field: FieldProfile) -> bool:
    return field.distinct == 2 and field.min in (0, False) and field.max in (1, True) and field.min is not None


def _task(text: str, mark: str | None) -> Task | None:
    if mark == "point" or _RELATION.search(text):
        return "relation"
    if mark == "arc" or _PART.search(text):
        return "part"
    if over_time(text) or mark in ("line", "area"):
        return "trend"
    if mark in ("histogram", "boxplot") or _DISTRIBUTION.search(text):
        return "distribution"
    return "summary" if mark in ("bar", "rect") else None


def _two_numbers(terms: Sequence[Term]) -> bool:
    numbers = [t for t in terms if t.measured or (t.field is not None and t.field.mean is not None)]
    return len(numbers) >= 2 and len(terms) <= 3


def _wished(term: Term, channel: str | None = None, aggregate: str | None = None) -> WishedField:
    name = term.field.name if term.field is not None else None
    return WishedField(name, aggregate or term.aggregate, True if term.bin else None, term.time_unit, channel)


def _scatter(text: str, terms: Sequence[Term]) -> tuple[list[WishedField], list[str]]:
    """Two numbers as x and y; where both are aggregates, one mark for each group."""
    summed = [t for t in terms if t.aggregate is not None]
    others = [t for t in terms if t.aggregate is None]
    colour = next((t for t in others if t.colour), None)
    if len(summed) >= 2:
        group = colour or next((t for t in others if t.group), others[0] if others else None)
        pair, rest = summed[:2], [group] if group else []
    elif summed and others:
        first = next((t for t in others if t.group), others[0])
        pair, rest = [first, summed[0]], [t for t in others if t is not first][:1]
    else:
        axes = [t for t in others if not t.colour and not (t.group and len(others) > 2)]
        axes = sorted(axes, key=lambda t: not t.measured) if len(axes) > 2 else axes
        pair, rest = axes[:2], [t for t in others if t not in axes[:2]][:1]
    if len(pair) < 2:
        return [_wished(t) for t in (*pair, *rest)], []
    if pair[1].axis == "x" or pair[0].axis == "y" or (_AGAINST.search(text) and not summed):
        pair = [pair[1], pair[0]]
    fields = [_wished(pair[0], "x"), _wished(pair[1], "y"), *(_wished(t, "color" if t.colour else None) for t in rest)]
    return fields, _left_out(terms, [*pair, *rest])


def _histogram(
    text: str, terms: Sequence[Term], mark: str | None, ranked: bool, profile: Profile
) -> tuple[list[WishedField], list[str], str | None]:
    """A binned count of the first number; of a field of categories, a bar for each."""
    counted = [t for t in terms if t.field is not None]
    first = next((t for t in counted if t.field is not None and t.field.type == "quantitative"), None)
    groups = [t for t in counted if t is not first and (t.group or t.colour or not t.measured)]
    others = [t for t in counted if t is not first and t not in groups]
    if first is None or (mark is None and (groups or first.aggregate)):
        fields, problems = _grouped(text, terms, "bar" if mark == "histogram" else mark, ranked, profile)
        return fields, problems, "bar" if mark == "histogram" else None
    if mark is None:
        return [_wished(t, aggregate=None) for t in (first, *others[:1])], [], None
    if others or (groups and not groups[0].group and not groups[0].colour):
        fields, problems = _grouped(text, terms, "bar", ranked, profile)
        return fields, problems, "bar"
    fields = [WishedField(first.field.name if first.field else None, None, True), WishedField(None, "count")]
    fields += [_wished(t, "color") for t in groups[:1]]
    return fields, [], "bar"


def _grouped(
    text: str, terms: Sequence[Term], mark: str | None, ranked: bool, profile: Profile | None
) -> tuple[list[WishedField], list[str]]:
    """Dimensions first, then one measure: what bars, lines, areas, pies and open questions want."""
    dims = [t for t in terms if not t.measured]
    measures = [t for t in terms if t.measured]
    grouped_numbers = [t for t in measures if t.group and t.aggregate is None and t.field is not None]
    if grouped_numbers and (len(measures) > 1 or not dims):
        dims += grouped_numbers
        measures = [t for t in measures if t not in grouped_numbers]
    if not dims and len(measures) > 1 and mark in ("bar", "arc", "line", "area"):
        dims, measures = _first_as_dimension(text, measures)
    grouped = any(d.group for d in dims)
    parts = all(t.field is None for t in measures) or _RATE.search(text) is not None
    dims = sorted(
        dims, key=lambda t: (t.axis == "y", t.colour, grouped and (t.counted or (parts and not t.group)), t.start)
    )
    if not measures and len(dims) >= 2 and mark in ("bar", "arc"):
        number = next((t for t in dims if _is_number(t.field)), None)
        number = number or next((t for t in dims[1:] if not t.group and t.field and t.field.mean is not None), None)
        if number is not None:
            dims, measures = [t for t in dims if t is not number], [number]
    if ranked and not dims and measures and profile is not None:
        label = _label(profile)
        dims = [Term(label, None, 0)] if label else []
    if any(t.counted for t in dims) and any(d.group and not d.colour for d in dims) and len(dims) > 1:
        dims = [d for d in dims if d.group or not d.counted]
    if len(dims) > 1 and _EACH_IN_EACH.search(text):
        dims = [dims[1], dims[0], *dims[2:]]
    chosen = [*dims[: 1 if mark == "arc" else 2], *measures[: 2 if mark is None and not dims else 1]]
    fields = [_wished(t, *_place(t, i, mark)) for i, t in enumerate(dims[: 1 if mark == "arc" else 2])]
    height = "y" if _upright(terms) else None
    n = 2 if mark is None and not dims else 1
    raw = mark in ("boxplot", "tick")
    fields += [
        _wished(term, height, None if raw else _aggregate(term, dims, profile, ranked, mark)) for term in measures[:n]
    ]
    problems = [_UNTELLING.format(t.field.name) for t in measures[:n] if t.field is not None and _is_number(t.field)]
    if not measures and dims and (mark in ("bar", "arc", "line", "area", "rect") or len(dims) == 1):
        fields.append(WishedField(None, "count", channel=height))
    return fields, problems + _left_out(terms, chosen)


def _is_number(field: FieldProfile | None) -> bool:
    """Whether a field is an identifier made of numbers, which a chart that names it is to show."""
    return field is not None and field.role == "identifier" and field.mean is not None


def _upright(terms: Sequence[Term]) -> bool:
    return any(t.axis for t in terms)


def _place(term: Term, i: int, mark: str | None) -> tuple[str | None]:
    if i == 0:
        return (term.axis or None,)
    return ("color" if mark in ("bar", "line", "area") or term.colour else None,)


def _first_as_dimension(text: str, measures: Sequence[Term]) -> tuple[list[Term], list[Term]]:
    """Two plain numbers in a bar chart: the first, or the one after “over”, is what the bars stand for."""
    plain = [t for t in measures if t.aggregate is None and t.field is not None]
    if not plain:
        return [], list(measures)
    on_x = next((t for t in plain if t.axis == "x"), plain[-1] if _AGAINST.search(text) else plain[0])
    return [on_x], [t for t in measures if t is not on_x]


def _aggregate(term: Term, dims: Sequence[Term], profile: Profile | None, ranked: bool, mark: str | None) -> str | None:
    """A plain measure in groups of several rows each is summed or averaged; the rules choose otherwise.

    The slices of a pie are parts of a sum; of identifiers there is no sum, but a greatest one.
    """
    if _is_number(term.field) and term.aggregate is None:
        return "max"
    if term.aggregate is not None or term.field is None or term.field.type != "quantitative":
        return term.aggregate
    grouped = [t.field for t in dims if (t.group or ranked) and t.field is not None]
    if grouped and profile is not None and all(f.distinct < profile.n_rows for f in grouped):
        return "sum" if mark == "arc" or extensive(term.field) else "mean"
    return None


def _label(profile: Profile) -> FieldProfile | None:
    """The field that tells the rows apart for a reader: a name, a title, else text with many values."""
    texts = [f for f in profile.fields if f.type == "nominal" and f.distinct > 1]
    named = [f for f in texts if {"name", "title", "label"} & set(name_words(f.name))]
    return max(named or texts, key=lambda f: f.distinct, default=None)


def _sort(
    order: Order | None, sort_term: Term | None, fields: Sequence[WishedField], mark: str | None
) -> tuple[Direction | None, SortBy | None]:
    if order is None:
        return None, None
    if order.target in ("x", "y"):
        flipped = any(f.channel == "x" and f.aggregate for f in fields) and mark != "point"
        return order.direction, "dimension" if (order.target == "x") != flipped else "measure"
    if order.target == "field" and sort_term is not None and sort_term.field is not None:
        name = sort_term.field.name
        places = [i for i, f in enumerate(fields) if f.field == name]
        if not places and not {"name", "names"} & set(name_words(name)):
            return None, None
        if not places:
            return order.direction, "dimension"
        return order.direction, "dimension" if places[0] == 0 and not fields[0].aggregate else "measure"
    return order.direction, "dimension" if order.target == "dimension" else "measure"


def _left_out(terms: Sequence[Term], chosen: Sequence[Term]) -> list[str]:
    left = [t.field.name for t in terms if t not in chosen and t.field is not None]
    shown = {t.field.name for t in chosen if t.field is not None}
    names = [n for n in dict.fromkeys(left) if n not in shown]
    return [f"Not shown, to keep it one chart: {', '.join(names)}."] if names else []
