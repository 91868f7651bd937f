"""Charts in words: which rules one breaks and where, and why one stands above another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from observatory.charts.rules.base import rules
from observatory.charts.rules.facts import Facts
from observatory.charts.rules.rule_weights import RuleWeights, shipped
from observatory.charts.rules.solver import Answer
from observatory.charts.spec.words import short
from observatory.model import ChartCheck, RankedChart, Violation

LONGEST = 140
Checked = RankedChart | ChartCheck


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


def difference(one: Checked, other: Checked) -> list[tuple[str, int]]:
    """What a chart costs less than another, rule by rule: the sentence and the gap, the largest first.

    The two costs are sums of weight x count, so the gaps add up to the difference of the costs; below zero is what the
    other chart has the better of.

    >>> bin = Violation("bin", "Bins hide values.", 2, 1)
    >>> difference(ChartCheck(True, (), (), 0), ChartCheck(True, (), (bin,), 2))
    [('Bins hide values.', 2)]
    """
    sentences = {v.rule: v.description for chart in (one, other) for v in _soft(chart)}
    gaps = dict.fromkeys(sentences, 0)
    for sign, chart in ((-1, one), (1, other)):
        for v in _soft(chart):
            gaps[v.rule] += sign * price(v)
    told = [(sentences[rule], gap) for rule, gap in gaps.items() if gap]
    return sorted(told, key=lambda item: (-abs(item[1]), item[0]))


def _soft(chart: Checked) -> tuple[Violation, ...]:
    return chart.soft if isinstance(chart, ChartCheck) else chart.violations


def compare(better: Checked, worse: Checked) -> str:
    """Why one chart stands above another: the difference of what they break, in words."""
    gap = worse.cost - better.cost
    if gap == 0:
        return "Both charts cost the same."
    against = [item for item in difference(better, worse) if item[1] > 0]
    reasons = "; ".join(f"{sentence.rstrip('.')} (+{cost})" for sentence, cost in against[:2])
    told = f"It costs {gap} less." if gap > 0 else f"It costs {-gap} more."
    return f"{told} Against the other: {reasons}." if reasons else told


def why(chart: Checked, other: Checked | None) -> str:
    """One plain sentence of at most 140 characters: what speaks for a chart beside another, None for none.

    >>> why(RankedChart(1, 0, {}, "", (), (), ""), None)
    'It breaks no rule.'
    """
    weakness = max(_soft(chart), key=price, default=None)
    if other is None:
        return _cut("Its weakness: ", weakness.description) if weakness else "It breaks no rule."
    dearest = next((sentence for sentence, gap in difference(chart, other) if gap > 0), None)
    if dearest is None or other.cost <= chart.cost:
        told = f"As good as {_called(other, chart)}"
        return _cut(f"{told}. Its weakness: ", weakness.description) if weakness else f"{told}, and it breaks no rule."
    return _cut(f"Rather than {_called(other, chart)}: ", dearest)


def _called(other: Checked, chart: Checked) -> str:
    """Another chart by its marks, or by what it shows where the marks are the same."""
    shown, form = _summary(other)
    if not shown:
        return "the other one"
    return form if form != _summary(chart)[1] else f"“{short(shown)}”"


def _summary(chart: Checked) -> tuple[str, str]:
    """What a chart shows, and as which marks, as its summary says."""
    shown, _, form = getattr(chart, "summary", "").rpartition(", as ")
    return shown, re.split(r"[,(:.]", form)[0].strip()


def price(violation: Violation) -> int:
    """What a violation costs: weight x count, 0 for a hard rule."""
    return (violation.weight or 0) * violation.count


def _cut(before: str, sentence: str) -> str:
    """A sentence after another part of it, cut with … where it gets too long."""
    reason = sentence.removeprefix("When you may choose, ").rstrip(".")
    reason = reason[:1].lower() + reason[1:]
    room = LONGEST - len(before) - 1
    return before + (reason if len(reason) <= room else reason[: room - 1].rstrip() + "…") + "."
