"""A person's own weights of soft rules: as shipped, moved by choices, and then as set by hand."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, get_args

from observatory.charts.rules.rule_weights import RuleWeights, shipped
from observatory.errors import RuleBadRule
from observatory.model import Choice, Task

_LOG = logging.getLogger(__name__)


@lru_cache(maxsize=16)
def weights_of(own: str) -> RuleWeights:
    """The weights that follow from what a workspace keeps: its choices, then weights set by hand, as JSON.

    What was damaged, and rules that are no longer there, are left out with a line in the log.

    >>> weights_of('[[], [{"rule": "bin", "weight": 9}]]').of("bin"), weights_of("") == shipped()
    (9, True)
    """
    if not own:
        return shipped()
    chosen, edits = json.loads(own)
    weights = shipped()
    choices = [Choice.from_dict(record) for record in valid(chosen)]
    if choices:
        from observatory.charts.rules.learn import OWN_MARGIN, OWN_STRENGTH, learn

        weights = learn(choices, weights, strength=OWN_STRENGTH, margin=OWN_MARGIN)
    fixed = _edits(edits)
    by_task = {task: {**changed, **fixed} for task, changed in weights.by_task.items()}
    return RuleWeights({**weights.every, **fixed}, by_task)


def _edits(records: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    fixed: dict[str, int] = {}
    for record in records:
        try:
            fixed |= RuleWeights({str(record.get("rule")): record.get("weight")}).checked().every  # type: ignore[dict-item]
        except RuleBadRule as error:
            _LOG.warning("A weight of the workspace is left out. %s", error)
    return fixed


def valid(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The records that are choices; others are left out with a line in the log.

    >>> valid([{"better": {"bin": 1}, "worse": {}}])
    [{'better': {'bin': 1}, 'worse': {}}]
    """
    valid = [record for record in records if _is_choice(record)]
    if len(valid) < len(records):
        _LOG.warning("%d choices of the workspace cannot be read and are left out.", len(records) - len(valid))
    return valid


def _is_choice(record: Mapping[str, Any]) -> bool:
    sides = [record.get("better"), record.get("worse")]
    counted = all(isinstance(side, dict) and all(_is_count(n) for n in side.values()) for side in sides)
    return counted and record.get("task") in (None, *get_args(Task))


def _is_count(n: Any) -> bool:
    return isinstance(n, int) and not isinstance(n, bool) and 0 <= n <= 10_000
