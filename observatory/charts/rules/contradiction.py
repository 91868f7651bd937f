"""When no chart fits a wish: the reason, and the nearest thing that does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations

from observatory.charts.rules.explain import violations
from observatory.charts.rules.facts import Facts, wish_facts
from observatory.charts.rules.solver import least_broken
from observatory.errors import RuleUnsatisfiable
from observatory.model import Profile, RankedChart, Wish

Recommend = Callable[[Wish], list[RankedChart]]

_PURPOSES = {
    "value": ("lets you read values", "Choose other fields, or no purpose."),
    "summary": ("compares summaries", "Choose other fields, or no purpose."),
    "trend": ("shows a trend", "Add a field with dates, years or another order."),
    "distribution": ("shows a distribution", "Leave out the mean or total."),
    "relation": ("shows a relation", "Add a second field."),
    "part": ("shows parts of a whole", "Add a field with a few categories, and leave out means."),
}
_PARTS = {"aggregate": "the fixed summary", "bin": "the choice of bins", "time_unit": "the fixed unit of time"}


def unsatisfiable(profile: Profile, wish: Wish, recommend: Recommend) -> RuleUnsatisfiable:
    """Why no chart fits a wish, and as the hint the nearest wish that a chart fits, with that chart in words."""
    found = _nearest(wish, recommend)
    if wish.task and found is not None and found[0] == "the purpose":
        shown, hint = _PURPOSES[wish.task]
        return RuleUnsatisfiable(f"No chart of these fields {shown}.", f"{hint} Without the purpose: {found[1]}")
    hint = "Choose other fields." if found is None else f"Without {found[0]}: {found[1]}"
    return RuleUnsatisfiable(" ".join(["No chart fits what is asked for.", *_reasons(wish_facts(profile, wish))]), hint)


def _reasons(facts: Facts) -> list[str]:
    answer = least_broken(facts)
    if answer is None:
        return []
    return [f"{v.description} ({', '.join(v.where)})" for v in violations(answer.broken, answer, facts)[:2]]


def _nearest(wish: Wish, recommend: Recommend) -> tuple[str, str] | None:
    """What is given up, and the summary of the best chart of the rest; None when nothing helps."""
    for given_up, easier in _easier(wish):
        for chart in recommend(easier)[:1]:
            return given_up, chart.summary
    return None


def _easier(wish: Wish) -> Iterator[tuple[str, Wish]]:
    """Wishes with less in them: first one part each, then all that is fixed, then a field, then all but one field."""
    if wish.task:
        yield "the purpose", replace(wish, task=None)
    if wish.mark:
        yield "the fixed mark", replace(wish, mark=None)
    for index, item in enumerate(wish.fields):
        of = f" of {item.field}" if item.field else ""
        if item.channel:
            yield f"the fixed channel{of}", _with(wish, index, channel=None)
        for part, words in _PARTS.items():
            if item.field and getattr(item, part) is not None:
                yield words + of, _with(wish, index, **{part: None})
    if wish.limit is not None:
        yield "the limit", replace(wish, limit=None)
    free = tuple(replace(f, channel=None, **(dict.fromkeys(_PARTS) if f.field else {})) for f in wish.fields)
    yield "all that is fixed", Wish(free, filters=wish.filters)
    for size in range(len(free) - 1, 0, -1):
        for kept in combinations(free, size):
            gone = [f.field or "the count" for f in free if f not in kept]
            yield " and ".join(gone), Wish(kept, filters=wish.filters)


def _with(wish: Wish, index: int, **changes: object) -> Wish:
    fields = list(wish.fields)
    fields[index] = replace(fields[index], **changes)  # type: ignore[arg-type]
    return replace(wish, fields=tuple(fields))
