"""Which of two charts a person preferred, and the weights of chart rules that follow from it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from observatory import model
from observatory.errors import ChartInvalidSpec, RuleBadRule

if TYPE_CHECKING:
    from observatory.charts.rules.rule_weights import RuleWeights
    from observatory.store import Store

MOST_CHOICES = 300


class Choices:
    """A person's own weights of chart rules, kept in the workspace: learned from choices, or set by hand."""

    _store: Store
    check: Callable[..., model.ChartCheck]

    def prefer(
        self, dataset: Any, better: Mapping[str, Any], worse: Mapping[str, Any], task: model.Task | None = None
    ) -> model.Choice:
        """Remember that one Vega-Lite chart is better than another, and choose charts for this task accordingly.

        What is kept is how often each breaks each soft rule, nothing of the data; of the choices the newest 300.
        Raises ChartInvalidSpec, also for a chart that is set beside itself, and FieldNotFound.
        """
        from observatory.charts.rules.personal import valid

        sides = [{v.rule: v.count for v in self.check(spec, dataset, task=task).soft} for spec in (better, worse)]
        if better == worse:
            raise ChartInvalidSpec("A chart cannot be better than itself.", "Choose two different charts.")
        choice = model.Choice(sides[0], sides[1], task)
        self._store.journal("choices").change(lambda records: [*valid(records), choice.to_dict()][-MOST_CHOICES:])
        return choice

    def choices(self) -> list[model.Choice]:
        """What was preferred so far, in order."""
        from observatory.charts.rules.personal import valid

        return [model.Choice.from_dict(record) for record in valid(self._store.journal("choices").read())]

    def forget_choice(self, index: int) -> list[model.Choice]:
        """Take back the choice with this index, from 0 on; RuleBadRule for none such."""
        from observatory.charts.rules.personal import valid

        def edit(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
            kept = valid(records)
            if not 0 <= index < len(kept):
                raise RuleBadRule("There is no such choice.", "Look at the list of choices again.")
            return kept[:index] + kept[index + 1 :]

        self._store.journal("choices").change(edit)
        return self.choices()

    def rule_weights(self) -> RuleWeights:
        """What each soft rule costs here: as shipped, moved by the choices, and then as set by hand."""
        from observatory.charts.rules.personal import weights_of

        return weights_of(self._own_weights())

    def set_rule_weight(self, rule: str, weight: int | None) -> RuleWeights:
        """Set what a rule costs for every task, or with None leave it to the choices and to what is shipped.

        Raises RuleBadRule for a rule that is not there and a weight that is no whole number from 0 to 1,000.
        """
        from observatory.charts.rules.rule_weights import RuleWeights

        RuleWeights({rule: 0 if weight is None else weight}).checked()
        record = [] if weight is None else [{"rule": rule, "weight": weight}]
        self._store.journal("rule_weights").change(
            lambda records: [old for old in records if old.get("rule") != rule] + record
        )
        return self.rule_weights()

    def reset_rule_weights(self) -> RuleWeights:
        """Forget all choices and all weights set by hand: rules cost what they cost as shipped."""
        for name in ("choices", "rule_weights"):
            self._store.journal(name).change(lambda _: [])
        return self.rule_weights()

    def _own_weights(self) -> str:
        """What the weights follow from, as text to keep results by; "" when nothing was chosen or set."""
        records = [self._store.journal(name).read() for name in ("choices", "rule_weights")]
        return json.dumps(records) if any(records) else ""
