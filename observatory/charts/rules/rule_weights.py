"""What each soft rule costs: set by hand, learned from preferences, or one's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from observatory.charts.rules.base import rules, rules_folder
from observatory.errors import RuleBadRule

LEARNED = "learned.lp"
MOST = 1_000
_LEARNED = re.compile(r"task_weight\((\w+),(\w+),(\d+)\)\.")


@dataclass(frozen=True)
class RuleWeights:
    """The cost of each soft rule, a whole number from 0 on; some tasks may weigh a rule differently.

    >>> RuleWeights({"bin": 1}, {"value": {"bin": 4}}).of("bin", "value")
    4
    """

    every: Mapping[str, int]
    by_task: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    _texts: dict[str | None, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def of(self, rule: str, task: str | None = None) -> int:
        """What a rule costs once, for a task."""
        return self.by_task.get(task or "", {}).get(rule, self.every[rule])

    def text(self, task: str | None = None) -> str:
        """The weights as facts of the solver."""
        if task not in self._texts:
            lines = (f"preference_weight({rule},{self.of(rule, task)}).\n" for rule in self.every)
            self._texts[task] = "".join(lines)
        return self._texts[task]

    def checked(self) -> RuleWeights:
        """The same weights; raises RuleBadRule for a rule that is not there and a weight that is no whole number."""
        for weights in (self.every, *self.by_task.values()):
            for rule, weight in weights.items():
                if rule not in hand_set().every:
                    raise RuleBadRule(f"“{rule}” is no soft rule, but it has a weight.", "Remove the weight.")
                if not isinstance(weight, int) or isinstance(weight, bool) or not 0 <= weight <= MOST:
                    raise RuleBadRule(f"The weight of “{rule}” is {weight!r}.", f"Give a whole number up to {MOST}.")
        return self


@cache
def hand_set() -> RuleWeights:
    """The weights of `draco_rules/weights.lp`."""
    return RuleWeights({rule.name: rule.weight for rule in rules().values() if rule.weight is not None})


def parse_learned(text: str) -> RuleWeights:
    """The hand-set weights with those of a text in the form of `draco_rules/learned.lp`; raises RuleBadRule.

    >>> parse_learned("task_weight(value,bin,7).").of("bin", "value")
    7
    """
    by_task: dict[str, dict[str, int]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("%"):
            continue
        found = _LEARNED.fullmatch(line.strip())
        if found is None:
            raise RuleBadRule(f"{LEARNED}, line {number}: “{line.strip()}” is no weight.", f"Mend or remove {LEARNED}.")
        by_task.setdefault(found[1], {})[found[2]] = int(found[3])
    return RuleWeights(hand_set().every, by_task).checked()


@cache
def shipped() -> RuleWeights:
    """What rules cost unless told otherwise: the hand-set weights, and for some tasks those of `learned.lp`.

    Without that file they are the hand-set ones; raises RuleBadRule for a rule in it that is not there.
    """
    file = rules_folder() / LEARNED
    return parse_learned(file.read_text(encoding="utf-8")) if file.exists() else hand_set()
