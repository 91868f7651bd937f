"""Explain away by raking: weigh sample and reference until they agree on the margins already reported.

Both sides are raked to their *overlap*, the margin t with t ∝ p·r / (p + r) for shares p and r (after the overlap
weights of Li, Morgan & Zaslavsky, 2018): weights stay bounded, and a level that one side lacks drops out of both, so
that what it leaves behind in other fields is explained too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from observatory.bias.coded import Codes, Side, Weights

_MAX_ROUNDS = 30
_CLOSE = 1e-4


@dataclass(frozen=True)
class Margin:
    """A code of every row of sample and reference, and the share each code is raked to on both sides."""

    sample: Codes
    reference: Codes
    target: Weights


def overlap_margin(sample: Side, reference: Side, a: Codes, b: Codes, n_codes: int) -> Margin:
    """The overlap of the weighted shares of a code: `a` of the sample's rows, `b` of the reference's."""
    p, r = sample.shares(a, n_codes), reference.shares(b, n_codes)
    product = np.divide(p * r, p + r, out=np.zeros_like(p), where=(p > 0) & (r > 0))
    total = product.sum()
    return Margin(a, b, product / total if total else product)


def rake(side: Side, codes: Sequence[Codes], targets: Sequence[Weights]) -> Side:
    """The side with weights whose margins are the targets (iterative proportional fitting)."""
    weights = side.weights.copy()
    for _ in range(_MAX_ROUNDS):
        worst = 0.0
        for code, target in zip(codes, targets):
            now = np.bincount(code, weights=weights, minlength=len(target))
            now = now / max(now.sum(), 1e-300)
            factor = np.divide(target, now, out=np.zeros_like(target), where=now > 0)
            worst = max(worst, float(np.abs(target - now).max(initial=0.0)))
            weights = weights * factor[code]
        if worst < _CLOSE or weights.sum() <= 0:
            break
    return Side(side.codes, weights)
