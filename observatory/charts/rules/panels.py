"""Several numbers over one time: a line for each in a panel of its own, one above the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from observatory.charts.rules.check import check
from observatory.charts.rules.facts import chart_type
from observatory.charts.rules.flags import Flags
from observatory.charts.rules.rule_weights import RuleWeights
from observatory.charts.spec.codegen import code_of
from observatory.charts.spec.words import summarize
from observatory.model import Profile, RankedChart, Wish, WishedField

MOST_PANELS = 3


def panelled(
    profile: Profile,
    wish: Wish,
    recommend: Callable[[Wish], list[RankedChart]],
    weights: RuleWeights | None,
    flags: Flags,
) -> RankedChart | None:
    """For a trend of two or three numbers over one time, the first chart of each above the next; else None.

    One line chart cannot hold them: `recommend` answers for each number with the time. It costs what its panels cost.
    """
    time, numbers = _time_and_numbers(profile, wish)
    if wish.task != "trend" or wish.mark not in (None, "line") or time is None or not 2 <= len(numbers) <= MOST_PANELS:
        return None
    charts = [one for number in numbers for one in recommend(replace(wish, fields=(time, number)))[:1]]
    if len(charts) < len(numbers):
        return None
    *first, last = (str(number.field) for number in numbers)
    names = f"{', '.join(first)} and {last}"
    spec: dict[str, Any] = {"title": f"{names} by {time.field}", "vconcat": [chart.spec for chart in charts]}
    found = check(spec, profile, task=wish.task, weights=weights, findings=flags)
    fields = tuple(str(item.field) for item in wish.fields)
    is_proven = all(chart.proven for chart in charts)
    told = summarize(spec, profile)
    return RankedChart(1, found.cost, spec, code_of(spec), fields, found.soft, told, is_proven)


def _time_and_numbers(profile: Profile, wish: Wish) -> tuple[WishedField | None, Sequence[WishedField]]:
    """The only time of a wish and its numbers; None where it has anything else, or channels are fixed."""
    if any(item.field is None or item.channel or item.bin for item in wish.fields):
        return None, ()
    times = [item for item in wish.fields if profile.field(str(item.field)).role == "time"]
    rest = [item for item in wish.fields if item not in times]
    known = [profile.field(str(item.field)) for item in rest]
    is_all = all(chart_type(field) == "quantitative" and field.role != "identifier" for field in known)
    is_once = len({item.field for item in rest}) == len(rest)
    return (times[0], rest) if len(times) == 1 and is_all and is_once else (None, ())
