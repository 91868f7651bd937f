"""Plain words for groups of rows: "women over 60", "Sex is female", "Age is 18 to 34", "Age is missing"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_SEX_FIELDS = {"sex", "gender"}
_SEX_WORDS = {"female": "women", "f": "women", "woman": "women", "women": "women"} | {
    "male": "men",
    "m": "men",
    "man": "men",
    "men": "men",
}
_MAX_LEVELS = 4
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Condition:
    """One field held to some levels, to a range of half-open bounds (None is no bound), or to be missing.

    `whole`: the values are whole numbers, so "under 35" can be said as "to 34".
    """

    field: str
    levels: tuple[str, ...] = ()
    low: str | None = None
    high: str | None = None
    whole: bool = False
    rest: bool = False
    missing: bool = False


def share(value: float) -> str:
    """A share in per cent, with as many digits as it needs.

    >>> share(0.314), share(0.0312), share(0.00004), share(0), share(1), share(0.9996)
    ('31 %', '3.1 %', 'less than 0.1 %', '0 %', '100 %', 'more than 99.9 %')
    """
    percent = 100 * value
    if 0 < percent < 0.1:
        return "less than 0.1 %"
    if 99.9 < percent < 100:
        return "more than 99.9 %"
    if 0 < percent < 9.95 or 99 < percent < 100:
        return f"{percent:.1f}".removesuffix(".0") + " %"
    return f"{percent:.0f} %"


def interval(bounds: Sequence[float]) -> str:
    """A 95 % interval of a share.

    >>> interval((0.288, 0.334))
    '95 % CI 29–33 %'
    """
    low, high = (share(b) for b in bounds)
    if low == high:
        return f"95 % CI {low}"
    if low.startswith(("less", "more")) or high.startswith(("less", "more")):
        return f"95 % CI {low} to {high}"
    return f"95 % CI {low.removesuffix(' %')}–{high}"


def count(n: int, noun: str = "row") -> str:
    """A count and its noun.

    >>> count(1), count(12345)
    ('1 row', '12,345 rows')
    """
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def number(value: float | int) -> str:
    """A number to four digits, whole numbers in full.

    >>> number(18.0), number(0.123456), number(123456.7), number(-3)
    ('18', '0.1235', '123457', '-3')
    """
    if isinstance(value, int) or (abs(value) < 1e15 and value == int(value)):
        return str(int(value))
    return f"{value:.0f}" if 1e4 <= abs(value) < 1e15 else f"{value:.4g}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """Words as a list in a sentence.

    >>> listed(["A", "B", "C"], "or")
    'A, B or C'
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def predicate(condition: Condition) -> str:
    """What a condition says of a row.

    >>> predicate(Condition("Sex", levels=("female",)))
    'Sex is female'
    >>> predicate(Condition("Age", low="18", high="35", whole=True))
    'Age is 18 to 34'
    """
    return f"{condition.field} is {_value(condition)}"


def group(conditions: Sequence[Condition], *, opening: bool = True, people: bool = True) -> str:
    """The rows that meet all conditions, as the subject of a sentence; not `opening` one, it may begin in lower case.

    Not of `people`, women stay "sex = female": for a sentence whose subject are rows.

    >>> group([Condition("Sex", levels=("female",))])
    'Sex = female'
    >>> group([Condition("sex", levels=("F",)), Condition("age", low="60", whole=True)])
    'Women with age 60 or more'
    >>> group([Condition("hired", high="2020-01-31")])
    'hired before 2020-01-31'
    >>> group([Condition("Age", missing=True)])
    'Missing Age'
    """
    sexes = [_SEX_WORDS.get(c.levels[0].lower()) for c in conditions if _is_sex(c)]
    others = [c for c in conditions if not _is_sex(c)]
    if people and len(sexes) == 1 and sexes[0] and others:
        return f"{sexes[0].capitalize() if opening else sexes[0]} with {listed([_named(c) for c in others])}"
    first, *more = [_named(c) for c in conditions]
    first = first[0].upper() + first[1:] if conditions[0].missing and opening else first
    return f"{first} with {listed(more)}" if more else first


def _is_sex(condition: Condition) -> bool:
    return condition.field.lower() in _SEX_FIELDS and len(condition.levels) == 1 and not condition.rest


def _named(condition: Condition) -> str:
    if condition.missing:
        return f"missing {condition.field}"
    if condition.levels or condition.rest:
        return f"{condition.field} = {_value(condition)}"
    return f"{condition.field} {_value(condition)}"


def _value(condition: Condition) -> str:
    if condition.missing:
        return "missing"
    if condition.levels or condition.rest:
        return _levels(condition)
    low, high = condition.low, condition.high
    if low is None and high is None:
        return "present"
    if _DATE.match(low or high or ""):
        return f"before {high}" if low is None else f"from {low} on" if high is None else f"from {low} to before {high}"
    if low is None:
        return f"under {high}"
    if high is None:
        return f"{low} or more"
    if not condition.whole:
        return f"{low} to under {high}"
    last = str(int(high) - 1)
    return low if last == low else f"{low} to {last}"


def _levels(condition: Condition) -> str:
    shown = [level or "(empty)" for level in condition.levels]
    if condition.rest:
        shown.append("any other value")
    if len(shown) > _MAX_LEVELS + 1:
        return f"one of {len(shown)} values ({', '.join(shown[:_MAX_LEVELS])} …)"
    return listed(shown, "or")
