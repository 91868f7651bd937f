"""What a question asks for beyond its terms: bins of a width, a relation, whether there is any, what is compared."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from observatory.insight.assemble import asks_share
from observatory.insight.bins import bin_width
from observatory.insight.contrast import MORE, two_years
from observatory.insight.linking import yes_of
from observatory.insight.one_number import RANGES
from observatory.insight.terms import Term, extensive, is_time
from observatory.insight.words import name_words
from observatory.model import Calculation, FieldProfile, Filter, Profile, Wish, WishedField

_TWICE = re.compile(r"\b(?:higher|lower) `([^`]+)`.*\b(?:higher|lower) `([^`]+)`", re.IGNORECASE)


_COMPARATIVE = re.compile(rf"\b{MORE}\b", re.IGNORECASE)


def related(text: str, wish: Wish, found: Sequence[Term]) -> Wish:
    """“Do people in richer countries live longer?”: two comparatives ask how one number goes with the other."""
    twice = _TWICE.search(text)
    numbers = {t.field.name: None for t in found if t.field is not None and t.field.type == "quantitative"}
    names = list(numbers) if len(_COMPARATIVE.findall(text)) > 1 and " than " not in text else []
    if twice is not None and twice[1] != twice[2]:
        names = [twice[1], twice[2]]
    if len(names) != 2 or any(t.aggregate for t in found):
        return wish
    return Wish((WishedField(names[0], channel="x"), WishedField(names[1], channel="y")), "point", None, wish.filters)


_END = re.compile(
    r"\b(?:first|last|latest|earliest|lately|recent(?:ly)?|ago|start(?:ed)?|began|begin)\b", re.IGNORECASE
)
_ANY = re.compile(r"^\s*(?:were|was|are|is|have|has|had|did|do)\b[^.?!]*\b(?:there|any|ever)\b", re.IGNORECASE)


def existing(text: str, wish: Wish, profile: Profile) -> Wish:
    """“Were there any with wind above 9?” asks how many; “when”, in which months; “when last”, along all of them."""
    if wish.fields or not wish.filters:
        return wish
    times = [f for f in profile.fields if f.type == "temporal"]
    rows = WishedField(None, "count")
    if _ANY.search(text) or (asks_share(text) and wish.filters[-1].op in RANGES):
        return replace(wish, fields=(rows,))
    if re.match(r"\s*when\b", text, re.IGNORECASE) and len(times) == 1:
        unit = "yearmonth" if _END.search(text) else "month"
        return replace(wish, fields=(WishedField(times[0].name, time_unit=unit), rows))
    return wish


def wide(wish: Wish, text: str, profile: Profile) -> Wish:
    """Bins of the width that is asked for: of the first number, which is counted in them."""
    width = bin_width(text)
    numbers = [f for f in wish.fields if f.field is not None and profile.field(f.field).type == "quantitative"]
    chosen = next((f for f in numbers if f.bin), next((f for f in numbers if f.aggregate is None), None))
    if width is None or chosen is None:
        return wish
    binned = replace(chosen, bin=width)
    alone = (WishedField(None, "count"),) if len(wish.fields) == 1 else ()
    return replace(wish, fields=(*(binned if f is chosen else f for f in wish.fields), *alone))


def readable(text: str, wish: Wish) -> Wish:
    """Bars where a share of some rows, or in each group, is asked for: what is to be compared stands side by side."""
    dims = [f for f in wish.fields if f.field is not None and f.aggregate is None]
    counted = all(f.aggregate in (None, "count") and not f.bin for f in wish.fields)
    split = asks_share(text) and wish.mark is None and counted and bool(dims) and (bool(wish.filters) or len(dims) > 1)
    return replace(wish, mark="bar") if split else wish


def compared_values(wish: Wish) -> Wish:
    """One number of several values of a field, such as “the pay in Boston and Chicago”: a number for each of them."""
    several = [f.field for f in wish.filters if f.op == "oneOf" and not f.negated]
    alone = bool(wish.fields) and all(f.aggregate for f in wish.fields) and wish.mark not in ("point", "boxplot")
    return replace(wish, fields=(WishedField(several[0]), *wish.fields)) if alone and several else wish


def completed(text: str, wish: Wish, profile: Profile) -> Wish:
    """The wish with what its question implies of rows that exist, of what matters for them, and of their time."""
    return timed(text, mattered(text, existing(text, wish, profile), profile), profile)


_MATTERED = re.compile(
    r"\b(?:do|does|did|would)\b[^.?!;]*\b(?:matter|make\s+(?:a|any)\s+difference|affect|influence|depend|help)\b",
    re.IGNORECASE,
)


def mattered(text: str, wish: Wish, profile: Profile) -> Wish:
    """“Did the class matter for being saved?”: the share of each class that was, not how many were."""
    outcome = next((f for f in wish.filters if f.op == "equal" and f.value == yes_of(profile.field(f.field))), None)
    dims = tuple(f for f in wish.fields if f.field is not None and f.aggregate is None)
    counted = all(f.field is None or f in dims for f in wish.fields) and all(f.calculation is None for f in wish.fields)
    if outcome is None or not dims or not counted or _MATTERED.search(text) is None:
        return wish
    rate = WishedField(None, "count", calculation=Calculation("rate", part=outcome))
    return replace(wish, fields=(*dims, rate), task=None, filters=tuple(f for f in wish.filters if f is not outcome))


_NOT_SHOWN = re.compile(r"Not shown, to keep it one chart: (.*)\.")


def shown_after_all(warning: str, names: Collection[str]) -> bool:
    """Whether a warning says of fields that they are not shown, which they are once all is read.

    >>> shown_after_all("Not shown, to keep it one chart: age.", {"age", "class"})
    True
    """
    said = _NOT_SHOWN.fullmatch(warning)
    return said is not None and set(said[1].split(", ")) <= set(names)


# ── over time ──

_GETS = re.compile(
    r"\b(?:did|do|does|is|are|was|were)\b[^.?!;]*\bget(?:s|ting)?\s+(?:any\s+|much\s+)?\w+", re.IGNORECASE
)
_STOCK = frozenset(("population", "pop", "inhabitants"))


def timed(text: str, wish: Wish, profile: Profile) -> Wish:
    """The wish along the one field of time, where it sets two years against each other or asks what became of a number.

    The people of one year are those of the next: their number is added up within a time, not over all of them.
    """
    times = [f for f in profile.fields if is_time(f)]
    if len(times) != 1 or not (wish.fields or wish.filters):
        return wish
    time, years = times[0], two_years(text)
    if years is not None:
        return _of_years(text, wish, profile, time, years)
    if any(f.field == time.name for f in wish.fields) or len(wish.fields) > 2 or wish.mark in ("point", "boxplot"):
        return wish
    number = next((f for f in wish.fields if f.field and profile.field(f.field).type == "quantitative"), None)
    if number is None or any(f.bin for f in wish.fields):
        return wish
    one_time = any(f.field == time.name and f.op == "equal" for f in wish.filters)
    stock = number.aggregate == "sum" and _STOCK & set(name_words(str(number.field))) and not one_time
    became = _GETS.search(text) and _COMPARATIVE.search(text) and len(wish.fields) == 1
    return replace(wish, fields=(WishedField(time.name), *wish.fields)) if stock or became else wish


def _of_years(text: str, wish: Wish, profile: Profile, time: FieldProfile, years: tuple[int, int]) -> Wish:
    """The mean of the number, or how many rows there are, in each of two years."""
    numbers = [
        f for f in wish.fields if f.field and profile.field(f.field).type == "quantitative" and f.field != time.name
    ]
    counted = any(f.aggregate == "count" for f in wish.fields) or re.search(r"\b(?:more|fewer)\b", text, re.IGNORECASE)
    names = {str(year) for year in years}
    taken = [f for f in wish.filters if f.field != time.name and _names(f) <= names]
    numbers = numbers or [WishedField(f.field) for f in taken if profile.field(f.field).type == "quantitative"][:1]
    filters = tuple(f for f in wish.filters if f.field != time.name and f not in taken)
    if not numbers and not (counted and (filters or wish.fields)):
        return wish
    number = replace(numbers[0], channel=None, bin=None) if numbers else WishedField(None, "count")
    if number.aggregate is None:
        number = replace(number, aggregate="sum" if extensive(profile.field(str(number.field))) else "mean")
    if time.type == "temporal":
        first = WishedField(time.name, time_unit="year")
        between = Filter(time.name, "range", [f"{years[0] + 1}-01-01", f"{years[1] - 1}-12-31"], negated=True)
        both = Filter(time.name, "range", [f"{years[0]}-01-01", f"{years[1]}-12-31"])
        kept = (both, between) if years[1] - years[0] > 1 else (both,)
    else:
        first, kept = WishedField(time.name), (Filter(time.name, "oneOf", list(years)),)
    dims = [f for f in wish.fields if f.field not in (None, time.name) and f not in numbers and f.aggregate is None][:1]
    return Wish((first, *dims, number), None, None, (*filters, *kept))


def _names(filter: Filter) -> set[str]:
    values = filter.value if isinstance(filter.value, list) else [filter.value]
    return {str(value) for value in values}
