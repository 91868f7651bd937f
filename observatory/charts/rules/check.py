"""A chart that is there already: which rules it breaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from observatory.charts.rules.explain import price, violations
from observatory.charts.rules.facts import view_facts
from observatory.charts.rules.flags import Flags, flags
from observatory.charts.rules.rule_weights import RuleWeights
from observatory.charts.rules.solver import judge
from observatory.charts.spec.reading import parse
from observatory.model import ChartCheck, Finding, Profile


def check(
    spec: Mapping[str, Any],
    profile: Profile,
    *,
    task: str | None = None,
    quiet: Mapping[str, int] | None = None,
    weights: RuleWeights | None = None,
    findings: Sequence[Finding] | Flags = (),
) -> ChartCheck:
    """The rules that a Vega-Lite chart breaks; raises ChartInvalidSpec and FieldNotFound.

    With the task "open", `quiet` says how little each field has to say, 0 to 10. `findings` about the table weigh in as
    in `recommend`.

    >>> check({"mark": "line", "encoding": {"x": {"aggregate": "count"}}}, Profile(0, ())).hard[0].rule
    'line_no_measure'
    """
    view = parse(spec)
    facts = flags(findings, profile).mark(view_facts(view, profile, task, quiet))
    answer = judge(facts, weights)
    hard, soft = (violations(side, answer, facts, weights) for side in (answer.broken, answer.preferences))
    return ChartCheck(not hard, hard, soft, sum(price(v) for v in soft))
