"""Charts that a person would call different."""

from __future__ import annotations

from observatory.charts.rules.facts import Facts
from observatory.charts.rules.rule_weights import RuleWeights
from observatory.charts.rules.solver import Answer, top_k

_TRIVIAL = {("encoding", "sort"), ("view", "interval"), ("view", "limit"), ("scale", "type"), ("scale", "zero")}


def distinct(facts: Facts, k: int, weights: RuleWeights | None = None) -> list[Answer]:
    """The `k` cheapest charts of which no two differ only in sorting, limit, scale, interval or the side of panels.

    Of charts that differ in no more than that, the cheapest stands for all.
    """
    return top_k(facts, k, weights=weights, essence=essence)


def essence(answer: Answer) -> frozenset[tuple[str, ...]]:
    """What makes a chart another one: its mark, and what is shown on which channel; single rows are their own mean.

    >>> essence(Answer(0, (("encoding", "sort", "e0", "measure"),), (), ()))
    frozenset()
    """
    alone = {place for rule, place in answer.preferences if rule == "mean_of_one"}
    return frozenset(
        (kind, key, owner, "column" if value == "row" else value)
        for kind, key, owner, value in answer.attributes
        if (kind, key) not in _TRIVIAL and not (key == "aggregate" and owner in alone)
    )
