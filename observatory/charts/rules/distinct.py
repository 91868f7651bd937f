"""Charts that a person would call different."""

from __future__ import annotations

from observatory.charts.rules.facts import Facts
from observatory.charts.rules.rule_weights import RuleWeights
from observatory.charts.rules.solver import Answer, top_k

_TRIVIAL = {("encoding", "sort"), ("view", "interval"), ("view", "limit"), ("scale", "type"), ("scale", "zero")}
_SPARE = 3


def distinct(facts: Facts, k: int, weights: RuleWeights | None = None) -> list[Answer]:
    """The `k` cheapest charts of which no two differ only in sorting, limit, scale, interval or the side of panels.

    Of charts that differ in no more than that, the cheapest stands for all.
    """
    asked = k + _SPARE
    while True:
        answers = top_k(facts, asked, weights=weights)
        kept: dict[frozenset[tuple[str, ...]], Answer] = {}
        for answer in answers:
            kept.setdefault(essence(answer), answer)
        if len(kept) >= k or len(answers) < asked:
            return list(kept.values())[:k]
        asked *= 4


def essence(answer: Answer) -> frozenset[tuple[str, ...]]:
    """What makes a chart another one: its mark, and what is shown on which channel.

    >>> essence(Answer(0, (("encoding", "sort", "e0", "measure"),), (), ()))
    frozenset()
    """
    return frozenset(
        (kind, key, owner, "column" if value == "row" else value)
        for kind, key, owner, value in answer.attributes
        if (kind, key) not in _TRIVIAL
    )
