"""What each soft rule costs: set by hand, learned from preferences, or one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from observatory.charts.rules.base import rules
from observatory.errors import RuleBadRule


@dataclass(frozen=True)
class RuleWeights:
    """The cost of each soft rule, a whole number from 0 on; some tasks may weigh a rule differently.

    >>> RuleWeights({"bin": 1}, {"value": {"bin": 4}}).of("bin", "value")
    4
    """

    every: Mapping[str, int]
    by_task: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def of(self, rule: str, task: str | None = None) -> int:
        """What a rule costs once, for a task."""
        return self.by_task.get(task or "", {}).get(rule, self.every[rule])

    def text(self, task: str | None = None) -> str:
        """The weights as facts of the solver."""
        return "".join(f"preference_weight({rule},{self.of(rule, task)}).\n" for rule in self.every)

    def checked(self) -> RuleWeights:
        """The same weights; raises RuleBadRule for a rule that is not there and a weight that is no whole number."""
        for weights in (self.every, *self.by_task.values()):
            for rule, weight in weights.items():
                if rule not in hand_set().every:
                    raise RuleBadRule(f"“{rule}” is no soft rule, but it has a weight.", "Remove the weight.")
                if not isinstance(weight, int) or isinstance(weight, bool) or weight < 0:
                    raise RuleBadRule(f"The weight of “{rule}” is {weight!r}.", "Give a whole number from 0 on.")
        return self


@cache
def hand_set() -> RuleWeights:
    """The weights of `draco_rules/weights.lp`."""
    return RuleWeights({rule.name: rule.weight for rule in rules().values() if rule.weight is not None})
