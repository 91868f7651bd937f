"""A question whose answer is one number: the number in words, and a chart of the group it belongs to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from observatory.insight.assemble import asks_share
from observatory.insight.linking import yes_of
from observatory.insight.wording import AGGREGATES, filter_words, number_words
from observatory.model import Calculation, FieldProfile, Filter, Profile, Wish, WishedField

Count = Callable[[Wish], float | None]
"""The one number that a wish comes down to, over all rows; None where there is none."""


RANGES = ("lt", "lte", "gt", "gte", "range")
"""The conditions that a number is on one side of another, or between two."""


@dataclass(frozen=True)
class InContext:
    """What is drawn instead of one number, and the number in words; empty words where it could not be computed."""

    wish: Wish
    said: str = ""


def in_context(wish: Wish, question: str, profile: Profile, count: Count | None) -> InContext | None:
    """A chart for a wish of one number, and the number; None where the wish is of more than one.

    A group is shown among the others of its field, an amount as a distribution, and what has neither by the category
    with the fewest values.

    >>> from observatory.model import TopValue
    >>> top = (TopValue("none", 3), TopValue("some", 6))
    >>> job = FieldProfile("job", "nominal", "dimension", "VARCHAR", 0, 2, top=top)
    >>> wish = Wish((WishedField(None, "count"),), filters=(Filter("job", "equal", "none"),))
    >>> found = in_context(wish, "How many have no job?", Profile(9, (job,)), lambda wish: 3.0)
    >>> [f.field for f in found.wish.fields], found.said
    (['job', None], 'The number of rows where job is none is 3.')
    """
    rate = _rate(wish, question, profile)
    if rate is not None:
        return InContext(rate, _rate_said(wish, rate, count))
    if len(wish.fields) != 1 or wish.fields[0].aggregate is None or wish.fields[0].bin:
        return None
    measure = wish.fields[0]
    value = count(wish) if count is not None else None
    said = "" if value is None else f"{_subject(measure, wish.filters)} is {number_words(value)}."
    if (
        value is not None
        and measure.field is None
        and asks_share(question)
        and (part := _part_said(wish, value, count))
    ):
        whole = (WishedField(wish.filters[-1].field, None, True), measure)
        return InContext(Wish(whole, None, None, wish.filters[:-1]), part)
    group = next((f for f in reversed(wish.filters) if _is_group(f, profile)), None)
    if group is not None:
        filters = tuple(f for f in wish.filters if f is not group)
        return InContext(Wish((WishedField(group.field), measure), None, None, filters), said)
    if measure.field is not None and measure.aggregate != "distinct":
        alone = (WishedField(measure.field, None, True), WishedField(None, "count"))
        is_number = profile.field(measure.field).type == "quantitative"
        return InContext(Wish(alone if is_number else (WishedField(measure.field),), None, None, wish.filters), said)
    group_by = telling(profile, wish)
    return None if group_by is None else InContext(replace(wish, fields=(WishedField(group_by.name), measure)), said)


def _is_group(filter: Filter, profile: Profile) -> bool:
    """Whether a condition is on one value of a field with others, few enough to stand beside it."""
    field = profile.field(filter.field)
    return filter.op == "equal" and field.type in ("nominal", "ordinal") and 1 < field.distinct <= 30


def telling(profile: Profile, wish: Wish) -> FieldProfile | None:
    """The category with the fewest values that nothing is said about."""
    used = {f.field for f in wish.fields} | {f.field for f in wish.filters}
    fields = [f for f in profile.fields if f.type in ("nominal", "ordinal") and f.role == "dimension"]
    return min(
        (f for f in fields if f.name not in used and 1 < f.distinct <= 12), key=lambda f: f.distinct, default=None
    )


def _subject(measure: WishedField, filters: tuple[Filter, ...]) -> str:
    words = "The number of rows"
    if measure.aggregate == "distinct":
        words = f"The number of different values of {measure.field}"
    elif measure.field is not None:
        words = f"The {AGGREGATES.get(measure.aggregate or '', measure.aggregate)} of {measure.field}"
    return f"{words} where {filter_words(filters)}" if filters else words


# ── the share of a group ──


def _rate(wish: Wish, question: str, profile: Profile) -> Wish | None:
    """“What share of the third class survived?”: the share of each class."""
    dims = [f.field for f in wish.fields if f.field is not None]
    counted = all(f.field is None or f.aggregate is None for f in wish.fields)
    if len(dims) != 1 or not counted or not asks_share(question) or any(f.calculation for f in wish.fields):
        return None
    yes = yes_of(profile.field(str(dims[0])))
    group = next((f for f in reversed(wish.filters) if _is_group(f, profile) and f.field != dims[0]), None)
    if yes is None or group is None:
        return None
    part = Calculation("rate", part=Filter(str(dims[0]), "equal", yes))
    filters = tuple(f for f in wish.filters if f is not group)
    return Wish((WishedField(group.field), WishedField(None, "count", calculation=part)), None, None, filters)


def _rate_said(wish: Wish, rate: Wish, count: Count | None) -> str:
    made = rate.fields[1].calculation
    if count is None or made is None or made.part is None:
        return ""
    rows = WishedField(None, "count")
    some = count(Wish((rows,), filters=(*wish.filters, made.part)))
    every = count(Wish((rows,), filters=(*wish.filters, Filter(made.part.field, "valid", True))))
    if not every or some is None:
        return ""
    of = f"Of the {number_words(every)} rows where {filter_words(wish.filters)}"
    return f"{of}, {number_words(some)} ({100 * some / every:.1f} %) have {made.part.field} {made.part.value}."


def _part_said(wish: Wish, n: float, count: Count | None) -> str:
    """“What share weighs more than 5 kg?”: of the rows with a value, in the words of the last condition."""
    if count is None or not wish.filters or wish.filters[-1].op not in RANGES:
        return ""
    part = wish.filters[-1]
    known = (*wish.filters[:-1], Filter(part.field, "valid", True))
    every = count(Wish((WishedField(None, "count"),), filters=known))
    if not every:
        return ""
    of = f"Of the {number_words(every)} rows where {filter_words(known)}"
    return f"{of}, {number_words(n)} ({100 * n / every:.1f} %) are those where {filter_words([part])}."
