"""Charts in words: which rules one breaks and where, and why one stands above another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from observatory.charts.rules.base import rules
from observatory.charts.rules.facts import Facts
from observatory.charts.rules.rule_weights import RuleWeights, shipped
from observatory.charts.rules.solver import Answer
from observatory.model import RankedChart, Violation

LONGEST = 140


def violations(
    found: Iterable[tuple[str, str]],
    answer: Answer,
    facts: Facts,
    weights: RuleWeights | None = None,
    words: Mapping[str, str] | None = None,
) -> tuple[Violation, ...]:
    """Broken rules with their sentence, weight, number of places and the places in words; the dearest first.

    `words` are those for the places, when the solver's own are not to be used.
    """
    places: dict[str, list[str]] = {}
    for rule, place in found:
        places.setdefault(rule, []).append((words or {}).get(place) or _place(place, answer, facts))
    known, costs = rules(), weights or shipped()
    listed = [
        Violation(
            name,
            known[name].reason,
            None if known[name].weight is None else costs.of(name, facts.task),
            len(where),
            tuple(dict.fromkeys(where)),
        )
        for name, where in places.items()
    ]
    return tuple(sorted(listed, key=lambda v: (-price(v), v.rule)))


def _place(place: str, answer: Answer, facts: Facts) -> str:
    """The words for an entity of the solver: `x (Fare)`, `mark` or `chart`."""
    if place in ("m0", "v0"):
        return {"m0": "mark", "v0": "chart"}[place]
    attributes = {key: value for kind, key, owner, value in answer.attributes if owner == place and kind == "encoding"}
    if not attributes:
        return place
    field = attributes.get("field")
    return f"{attributes.get('channel', 'chart')} ({facts.names[int(field[1:])] if field else 'number of rows'})"


def compare(better: RankedChart, worse: RankedChart) -> str:
    """Why one chart stands above another: the difference of what they break, in words.

    The two costs are sums of weight x count, so the differences of the rules add up to the difference in cost.
    """
    gap = worse.cost - better.cost
    if gap == 0:
        return "Both charts cost the same."
    mine = {v.rule: price(v) for v in better.violations}
    extra = [(v, price(v) - mine.get(v.rule, 0)) for v in worse.violations]
    against = sorted((item for item in extra if item[1] > 0), key=lambda item: -item[1])
    reasons = "; ".join(f"{v.description.rstrip('.')} (+{cost})" for v, cost in against[:2])
    return f"It costs {gap} less. Against the other: {reasons}." if reasons else f"It costs {gap} less."


def why(chart: RankedChart, following: RankedChart | None) -> str:
    """One plain sentence of at most 140 characters: why a chart stands above the next one, None for the last.

    >>> why(RankedChart(1, 0, {}, "", (), (), ""), None)
    'It breaks no rule.'
    """
    if following is None:
        against = max(chart.violations, key=price, default=None)
        return _cut("It breaks the rule “", against) if against else "It breaks no rule."
    mine = {v.rule: price(v) for v in chart.violations}
    extra = {v: price(v) - mine.get(v.rule, 0) for v in following.violations}
    dearest = max(extra, key=lambda v: extra[v], default=None)
    if dearest is None or following.cost <= chart.cost or extra[dearest] <= 0:
        return "It is as good as the next one."
    return _cut("The next one breaks the rule “", dearest)


def price(violation: Violation) -> int:
    """What a violation costs: weight x count, 0 for a hard rule."""
    return (violation.weight or 0) * violation.count


def _cut(before: str, violation: Violation) -> str:
    reason = violation.description.removeprefix("When you may choose, ").rstrip(".")
    reason = reason[:1].upper() + reason[1:]
    room = LONGEST - len(before) - 2
    return before + (reason if len(reason) <= room else reason[: room - 1].rstrip() + "…") + "”."
