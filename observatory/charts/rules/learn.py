"""Weights of soft rules learned from choices: which of two charts people preferred for a task.

scipy rather than scikit-learn, whose linear machines have no bounds and pull to zero instead of to weights already set.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from observatory.charts.rules.base import rule_files, rule_names
from observatory.charts.rules.rule_weights import RuleWeights
from observatory.model import Choice

STUDY_STRENGTH, STUDY_MARGIN = 0.03, 12.0
"""For some hundred choices of many people; the margin is in units of cost: a study's order should hold by far."""
OWN_STRENGTH, OWN_MARGIN = 5.0, 2.0
"""For a person's own few choices: about two of a kind move a weight by one."""
_LEAST_SCALE = 3.0

_Vector = NDArray[np.float64]


def learn(
    choices: Iterable[Choice],
    prior: RuleWeights,
    *,
    strength: float = STUDY_STRENGTH,
    margin: float = STUDY_MARGIN,
    rules: Collection[str] | None = None,
) -> RuleWeights:
    """Weights under which preferred charts cost less, for each task that was chosen for, pulled to those of `prior`.

    Minimises the squared hinge sum of max(0, 1 - w·d / margin)^2, where d is how much more often the worse chart
    breaks each rule, plus strength x sum of (w - prior)^2 / max(prior, 3), over w >= 0, and rounds to whole numbers.
    Only rules named in `rules` move, or all when it is None; what is not chosen about keeps its weight. A ranking
    machine as in Joachims 2002 (doi:10.1145/775047.775067), for the weights of charts as in Moritz et al. 2019
    (doi:10.1109/TVCG.2018.2865240).

    >>> choice = Choice(better={}, worse={"bin": 1}, task="value")
    >>> learn([choice], RuleWeights({"bin": 1, "sum": 4}), margin=5).of("bin", "value")
    5
    """
    tasks: dict[str, list[Choice]] = {}
    for choice in choices:
        tasks.setdefault(choice.task or "", []).append(choice)
    by_task = {task: dict(weights) for task, weights in prior.by_task.items()}
    for task, chosen in sorted(tasks.items()):
        fitted = _fit(chosen, prior, task, strength, margin, rules)
        changed = {rule: weight for rule, weight in fitted.items() if weight != prior.of(rule, task)}
        if changed:
            by_task[task] = {**by_task.get(task, {}), **changed}
    return RuleWeights(prior.every, by_task)


def perceptual() -> tuple[str, ...]:
    """The rules that say no more than what studies of perception measured: all that a study may weigh anew.

    >>> "asked_colour" in perceptual()
    True
    """
    file = next(path for path in rule_files("soft") if path.stem == "perception")
    return rule_names(file.read_text(encoding="utf-8"))


def _fit(
    choices: Sequence[Choice],
    weights: RuleWeights,
    task: str,
    strength: float,
    margin: float,
    rules: Collection[str] | None,
) -> dict[str, int]:
    names = sorted({rule for choice in choices for rule in (*choice.better, *choice.worse)} & set(weights.every))
    excess = np.array([[c.worse.get(rule, 0) - c.better.get(rule, 0) for rule in names] for c in choices], float)
    prior = np.array([weights.of(rule, task) for rule in names], float)
    moves = np.array([rules is None or rule in rules for rule in names], bool)
    moves &= np.abs(excess).sum(axis=0) > 0
    if not moves.any():
        return {}
    fixed = excess[:, ~moves] @ prior[~moves]
    found = _minimise(excess[:, moves], fixed, prior[moves], strength, margin)
    return {rule: int(weight) for rule, weight in zip(np.array(names)[moves].tolist(), np.rint(found), strict=True)}


def _minimise(excess: _Vector, fixed: _Vector, prior: _Vector, strength: float, margin: float) -> _Vector:
    pull = strength / np.maximum(prior, _LEAST_SCALE)

    def objective(weights: _Vector) -> tuple[float, _Vector]:
        short = np.maximum(0.0, 1 - (excess @ weights + fixed) / margin)
        away = weights - prior
        return float(short @ short + pull @ away**2), -2 * excess.T @ short / margin + 2 * pull * away

    found = minimize(  # type: ignore[no-untyped-call]
        objective, prior, jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(prior)
    )
    return np.asarray(found.x, float)
