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
OWN_STRENGTH, OWN_MARGIN = 1.0, 2.0
"""For a person's own few choices: two of a kind turn a small difference round, a large one takes more."""
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
    Only rules named in `rules` move, or all when it is None. For a task where the new weights do not order clearly more
    choices right than the prior, as when the choices contradict each other, the prior stays. A ranking machine as in
    Joachims 2002 (doi:10.1145/775047.775067), for the weights of charts as in Moritz et al. 2019
    (doi:10.1109/TVCG.2018.2865240).

    >>> choice = Choice(better={"sum": 1}, worse={"bin": 1}, task="value")
    >>> weights = learn([choice, choice], RuleWeights({"bin": 1, "sum": 2}), margin=5)
    >>> weights.of("bin", "value") > weights.of("sum", "value"), weights.of("bin", "summary")
    (True, 1)
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
    found = np.rint(_minimise(excess[:, moves], fixed, prior[moves], strength, margin))
    gaps = [excess[:, moves] @ weights + fixed for weights in (prior[moves], found)]
    if not _clearly_better(*gaps):
        return {}
    return {rule: int(weight) for rule, weight in zip(np.array(names)[moves].tolist(), found, strict=True)}


def _clearly_better(before: _Vector, after: _Vector) -> bool:
    """Whether more pairs are ordered right, a tie counting half: a sign test, at 1.4 standard deviations of chance."""
    change = (np.sign(after) - np.sign(before)) / 2
    return bool(change.sum() > 0 and change.sum() ** 2 >= 2 * (change**2).sum())


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
