"""Charts in words: what one shows, which rules it breaks and where, and why one stands above another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from observatory.charts.facts import Facts, view_facts
from observatory.charts.rules import rules
from observatory.charts.solver import Answer, judge
from observatory.charts.vegalite import Encoding, View, parse
from observatory.model import TIME_UNITS, Profile, RankedChart, Violation

_MARK_WORDS = {
    "point": "points",
    "bar": "bars",
    "line": "a line",
    "area": "an area",
    "tick": "ticks",
    "rect": "a heat map",
    "arc": "a pie",
    "boxplot": "box plots",
}
_AGGREGATE_WORDS = {"mean": "mean", "median": "median", "sum": "total", "min": "least", "max": "greatest"}


@dataclass(frozen=True)
class Judgement:
    """The rules a chart breaks; `cost` is the sum of weight x count over the soft ones."""

    hard: tuple[Violation, ...]
    soft: tuple[Violation, ...]

    @property
    def cost(self) -> int:
        """What the chart costs."""
        return sum((v.weight or 0) * v.count for v in self.soft)


def check(
    spec: Mapping[str, Any], profile: Profile, *, task: str | None = None, quiet: Mapping[str, int] | None = None
) -> Judgement:
    """The rules that a Vega-Lite chart breaks; raises ChartInvalidSpec and FieldNotFound.

    With the task "open", `quiet` says how little each field has to say, 0 to 10.

    >>> check({"mark": "line", "encoding": {"x": {"aggregate": "count"}}}, Profile(0, ())).hard[0].rule
    'line_no_measure'
    """
    view = parse(spec)
    facts = view_facts(view, profile, task, quiet)
    answer = judge(facts)
    return Judgement(violations(answer.broken, answer, facts), violations(answer.preferences, answer, facts))


def violations(found: Iterable[tuple[str, str]], answer: Answer, facts: Facts) -> tuple[Violation, ...]:
    """Broken rules with their sentence, weight, number of places and the places in words; the dearest first."""
    places: dict[str, list[str]] = {}
    for rule, place in found:
        places.setdefault(rule, []).append(_place(place, answer, facts))
    known = rules()
    listed = [
        Violation(name, known[name].reason, known[name].weight, len(where), tuple(dict.fromkeys(where)))
        for name, where in places.items()
    ]
    return tuple(sorted(listed, key=lambda v: (-(v.weight or 0) * v.count, v.rule)))


def _place(place: str, answer: Answer, facts: Facts) -> str:
    """The words for an entity of the solver: `x (Fare)`, `mark` or `chart`."""
    if place in ("m0", "v0"):
        return {"m0": "mark", "v0": "chart"}[place]
    attributes = {key: value for kind, key, owner, value in answer.attributes if owner == place and kind == "encoding"}
    if not attributes:
        return place
    field = attributes.get("field")
    return f"{attributes.get('channel', 'chart')} ({facts.names[int(field[1:])] if field else 'number of rows'})"


def phrase(encoding: Encoding) -> str:
    """What a channel shows, as an axis says it.

    >>> phrase(Encoding("y", "Fare", "quantitative", aggregate="mean"))
    'mean Fare'
    """
    if encoding.aggregate == "count" or encoding.field is None:
        return "number of rows"
    if encoding.aggregate:
        return f"{_AGGREGATE_WORDS[encoding.aggregate]} {encoding.field}"
    if encoding.time_unit:
        return f"{encoding.field} ({TIME_UNITS[encoding.time_unit]})"
    return encoding.field


def title(view: View) -> str:
    """A title in plain words.

    >>> title(View("bar", (Encoding("x", "Class", "nominal"), Encoding("y", "Fare", "quantitative", "mean"))))
    'Mean Fare by Class'
    """
    groups, measures = _groups_and_measures(view)
    if view.mark in ("boxplot", "tick") or _is_histogram(view):
        shown = [e for e in view.encodings if e.bin] if _is_histogram(view) else measures[:1] or groups[:1]
        words = "distribution of " + " and ".join(phrase(e) for e in shown)
        groups = [e for e in groups if e not in shown]
    elif view.mark == "rect" or any(e.aggregate for e in measures) or len(measures) < 2:
        words = " and ".join(phrase(e) for e in measures) or "rows"
    else:
        words, measures = f"{phrase(measures[1])} against {phrase(measures[0])}", measures[2:]
        groups = [*measures, *groups]
    by = " and ".join(dict.fromkeys(phrase(e) for e in groups))
    words = f"{words} by {by}" if by else words
    if view.limit is not None and view.measured():
        words += f": the {view.limit} {'largest' if view.descending else 'smallest'}"
    return (
        words if words.startswith(tuple(e.field for e in view.encodings if e.field)) else words[:1].upper() + words[1:]
    )


def _is_histogram(view: View) -> bool:
    binned = any(e.bin for e in view.encodings)
    return binned and all(e.aggregate == "count" for e in view.encodings if e.aggregate)


def _groups_and_measures(view: View) -> tuple[list[Encoding], list[Encoding]]:
    measures = [e for e in view.encodings if e.aggregate or (e.type == "quantitative" and not e.bin and not e.format)]
    groups = [e for e in view.encodings if e not in measures]
    if view.mark in ("line", "area", "bar") and len(measures) == 2:
        measures = sorted(measures, key=lambda e: e.channel != "y")
        return measures[1:] + groups, measures[:1]
    return groups, measures


def summarize(spec: Mapping[str, Any], profile: Profile) -> str:
    """One sentence on what a chart shows.

    >>> summarize({"mark": "bar", "encoding": {"y": {"field": "a", "type": "nominal", "sort": "-x"},
    ...     "x": {"aggregate": "count", "type": "quantitative"}}}, Profile(891, ()))
    'Number of rows by a, as bars, sorted by length (891 rows).'
    """
    view = parse(spec)
    sorted_bars = view.mark == "bar" and any(view.sorted_by_measure(e) for e in view.encodings)
    rows = "a part of the rows" if view.filters else "1 row" if profile.n_rows == 1 else f"{profile.n_rows:,} rows"
    return f"{title(view)}, as {_MARK_WORDS[view.mark]}{', sorted by length' if sorted_bars else ''} ({rows})."


def compare(better: RankedChart, worse: RankedChart) -> str:
    """Why one chart stands above another: the difference of what they break, in words.

    The two costs are sums of weight x count, so the differences of the rules add up to the difference in cost.
    """
    gap = worse.cost - better.cost
    if gap == 0:
        return "Both charts cost the same."
    mine = {v.rule: (v.weight or 0) * v.count for v in better.violations}
    extra = [(v, (v.weight or 0) * v.count - mine.get(v.rule, 0)) for v in worse.violations]
    against = sorted((item for item in extra if item[1] > 0), key=lambda item: -item[1])
    reasons = "; ".join(f"{v.description.rstrip('.')} (+{cost})" for v, cost in against[:2])
    return f"It costs {gap} less. Against the other: {reasons}." if reasons else f"It costs {gap} less."
