"""Weights that make a sample agree with its population: raking, post-stratification, trimming and their price.

Rows alike in every field weighed by have the same weight, so all of this works on cells: distinct combinations of
codes, and how many rows of the sample each holds. Weights have a mean of 1 over the rows. Sources: Deming & Stephan
(1940) for raking; Holt & Smith (1979) for post-stratification; Potter (1990) for trimming; Kish (1965) for the price.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from observatory.bias.coded import Codes, Weights

MAX_ROUNDS = 1000
CLOSE = 1e-10


@dataclass(frozen=True, eq=False)
class Fit:
    """A weight for every cell; after `rounds` the worst margin is `worst` (a difference of shares) off its target."""

    weights: Weights
    rounds: int
    worst: float

    @property
    def converged(self) -> bool:
        """Whether every margin is on its target to one in a million."""
        return self.worst < 1e-6


def rake(counts: Weights, margins: Sequence[Codes], targets: Sequence[Weights], max_rounds: int = MAX_ROUNDS) -> Fit:
    """Weights of which the margins are the targets (iterative proportional fitting).

    `margins` hold for each field the code of every cell, `targets` the share of every code; a code of the target that
    no row has must be 0. Margins that contradict each other end where rounds no longer help.

    >>> sex, old, half = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), np.array([0.5, 0.5])
    >>> fit = rake(np.array([30.0, 20, 10, 40]), [sex, old], [half, half])
    >>> fit.weights.round(3).tolist(), fit.converged
    ([1.184, 0.725, 1.449, 0.888], True)
    """
    mass = counts / max(counts.sum(), 1e-300)
    worst, rounds = _worst(mass, margins, targets), 0
    while worst > CLOSE and rounds < max_rounds:
        for code, target in zip(margins, targets):
            now = np.bincount(code, weights=mass, minlength=len(target))
            mass = mass * np.divide(target, now, out=np.zeros(len(target)), where=now > 0)[code]
        before, worst = worst, _worst(mass, margins, targets)
        rounds += 1
        if rounds > 20 and worst > 0.99999 * before:
            break
    return Fit(_per_row(mass, counts), rounds, worst)


def _worst(mass: Weights, margins: Sequence[Codes], targets: Sequence[Weights]) -> float:
    """Largest difference of a share from its target."""
    apart = [
        np.abs(np.bincount(c, weights=mass, minlength=len(t)) - t).max(initial=0) for c, t in zip(margins, targets)
    ]
    return float(max(apart, default=0.0))


def _per_row(mass: Weights, counts: Weights) -> Weights:
    weights = np.divide(mass, counts, out=np.zeros(len(counts)), where=counts > 0)
    total = float((weights * counts).sum())
    return np.asarray(weights * counts.sum() / total) if total > 0 else np.ones(len(counts))


def post_stratify(counts: Weights, reference: Weights, codes: Sequence[Codes]) -> tuple[Weights, Codes]:
    """Weights by cell, reference share over sample share, and the stratum each cell counts with.

    `counts` and `reference` are the rows of both sides by cell and `codes` the cell's code in each field. A cell that
    is empty on one side joins the largest cell that is not and that is like it in all fields but the last, else in all
    but the last two, and so on.

    >>> sex, old = np.array([0, 1, 1]), np.array([0, 0, 1])
    >>> weights, strata = post_stratify(np.array([60.0, 40, 0]), np.array([40.0, 30, 30]), [sex, old])
    >>> weights.round(3).tolist(), strata.tolist()
    ([0.667, 1.5, 1.5], [0, 1, 1])
    """
    strata = np.arange(len(counts))
    whole = (counts > 0) & (reference > 0)
    for k in range(len(codes) - 1, -1, -1):
        kept = pd.DataFrame(dict(enumerate(codes[:k])), index=strata)
        alike = np.zeros(len(counts), dtype=np.int64)
        if k:
            alike = np.asarray(kept.groupby(list(kept.columns)).ngroup(), dtype=np.int64)
        best = _largest(alike, np.where(whole, counts, -1.0))
        joins = ~whole & (strata == np.arange(len(counts))) & (best[alike] >= 0)
        strata = np.where(joins, best[alike], strata)
    ours = np.bincount(strata, weights=counts, minlength=len(counts))
    theirs = np.bincount(strata, weights=reference, minlength=len(counts))
    ratio = np.divide(theirs, ours, out=np.zeros(len(counts)), where=ours > 0)
    mass = ratio[strata] * counts
    total = float(mass.sum())
    return np.asarray(ratio[strata] * counts.sum() / total) if total else np.ones(len(counts)), strata


def _largest(groups: Codes, sizes: Weights) -> Codes:
    """Position of the largest member of every group, the first of equal ones; -1 where none has a size."""
    best = np.full(int(groups.max(initial=-1)) + 1, -1, dtype=np.int64)
    order = np.lexsort((-np.arange(len(sizes)), sizes))
    order = order[sizes[order] >= 0]
    best[groups[order]] = order
    return best


def trim(weights: Weights, counts: Weights, limit: float) -> tuple[Weights, int]:
    """Weights cut at `limit` times their mean and scaled back to a mean of 1, and how many rows were cut.

    One pass, as in Meta's `balance`: scaling back lifts the largest slightly above the limit, and the margins are no
    longer exactly on target.

    >>> trimmed, n = trim(np.array([0.5, 0.75, 4.0]), np.array([4.0, 4, 1]), 2.0)
    >>> trimmed.round(3).tolist(), n
    ([0.643, 0.964, 2.571], 1)
    """
    total = counts.sum()
    largest = limit * float((weights * counts).sum()) / total
    cut = np.minimum(weights, largest)
    return np.asarray(cut * total / (cut * counts).sum()), int(counts[weights > largest].sum())


def design_effect(weights: Weights, counts: Any = 1.0) -> float:
    """Kish's design effect, 1 + cv² of the weights: n times the sum of squares over the square of the sum.

    >>> round(design_effect(np.array([1.0, 1, 1, 5])), 3)
    1.75
    """
    counts = np.broadcast_to(np.asarray(counts, dtype=float), weights.shape)
    total = float((weights * counts).sum())
    return float(counts.sum() * (weights**2 * counts).sum() / total**2) if total else 1.0


def effective_n(weights: Weights, counts: Any = 1.0) -> float:
    """Kish's effective sample size: rows over design effect.

    >>> round(effective_n(np.array([1.0, 1, 1, 5])), 3)
    2.286
    """
    counts = np.broadcast_to(np.asarray(counts, dtype=float), weights.shape)
    return float(counts.sum() / design_effect(weights, counts)) if counts.sum() else 0.0
