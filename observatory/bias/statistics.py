"""The statistics of comparing shares: effect sizes, intervals, tests, false discovery and power.

All functions take counts or shares, numbers or arrays alike. Sources: Cohen (1988); Wilson (1927); Newcombe (1998);
Benjamini & Hochberg (1995); Genovese, Roeder & Wasserman (2006) for weighted tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import special

_TINY = 1e-15
Array = np.ndarray[Any, np.dtype[np.float64]]


def cohens_h(share: float | Array, reference_share: float | Array) -> Any:
    """Cohen's h of two shares: positive where the sample has more than the reference; .2 is small, .5 medium.

    >>> round(float(cohens_h(0.31, 0.51)), 3)
    -0.41
    """
    return 2 * np.arcsin(np.sqrt(np.clip(share, 0, 1))) - 2 * np.arcsin(np.sqrt(np.clip(reference_share, 0, 1)))


def wilson(n: float, total: float, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's 95 % interval of the share `n / total`; (0, 1) when nothing was counted.

    >>> [round(x, 3) for x in wilson(0, 10)]
    [0.0, 0.278]
    """
    if total <= 0:
        return 0.0, 1.0
    share = n / total
    middle = share + z * z / (2 * total)
    half = z * float(np.sqrt(share * (1 - share) / total + z * z / (4 * total * total)))
    scale = 1 + z * z / total
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def newcombe(n_a: float, total_a: float, n_b: float, total_b: float) -> tuple[float, float]:
    """Newcombe's 95 % interval of the difference of two shares, a minus b.

    >>> [round(x, 3) for x in newcombe(56, 70, 48, 80)]
    [0.052, 0.334]
    """
    a, b = n_a / total_a, n_b / total_b
    low_a, high_a = wilson(n_a, total_a)
    low_b, high_b = wilson(n_b, total_b)
    below = float(np.sqrt((a - low_a) ** 2 + (high_b - b) ** 2))
    above = float(np.sqrt((high_a - a) ** 2 + (b - low_b) ** 2))
    return a - b - below, a - b + above


def two_proportion_z(share_a: Any, n_a: float, share_b: Any, n_b: float) -> Array:
    """Signed root of the likelihood ratio of two shares, with Yates' half a count taken off: a z that stays true in
    the tails, where Pearson's overstates rare cells that are full and understates those that are empty.

    >>> z = two_proportion_z(np.array([0.31]), 1000, np.array([0.51]), 50_000)
    >>> bool(abs(z[0] - -12.5) < 0.3)
    True
    """
    share_a, share_b = np.asarray(share_a, dtype=float), np.asarray(share_b, dtype=float)
    pooled = np.clip((n_a * share_a + n_b * share_b) / (n_a + n_b), 0, 1)
    shift = np.minimum(np.abs(share_a - pooled) * n_a, 0.5)
    sign = np.sign(share_a - share_b)
    share_a = share_a - sign * shift / n_a
    share_b = share_b + sign * shift / n_b
    deviance = n_a * _divergence(share_a, pooled) + n_b * _divergence(share_b, pooled)
    return np.asarray(sign * np.sqrt(np.maximum(2 * deviance, 0)))


def _divergence(share: Array, pooled: Array) -> Array:
    share, pooled = np.clip(share, 0, 1), np.clip(pooled, _TINY, 1 - _TINY)
    return np.asarray(special.rel_entr(share, pooled) + special.rel_entr(1 - share, 1 - pooled))


def log_p(z: Any) -> Array:
    """Natural logarithm of the two-sided p of a z, finite where p itself would be 0."""
    return np.asarray(np.minimum(np.log(2) + special.log_ndtr(-np.abs(np.asarray(z, dtype=float))), 0.0))


def benjamini_hochberg(families: Sequence[Array]) -> list[Array]:
    """The q of every test when each family of tests has an equal say in one false-discovery control.

    A test weighs as much as its family is small (weights average 1), so that a question asked in five ways is not
    drowned by one asked in five thousand. One family gives plain Benjamini-Hochberg; q is never below p.

    >>> [q.round(3).tolist() for q in benjamini_hochberg([np.array([0.01, 0.02, 0.9])])]
    [[0.03, 0.03, 0.9]]
    """
    present = [f for f in families if len(f)]
    if not present:
        return [np.empty(0) for _ in families]
    p = np.concatenate(present)
    scaled = np.concatenate([f * len(f) * len(present) for f in present])
    order = np.argsort(scaled, kind="stable")
    steps = scaled[order] / np.arange(1, len(p) + 1)
    q = np.empty(len(p))
    q[order] = np.minimum.accumulate(steps[::-1])[::-1]
    q = np.clip(np.maximum(q, p), 0, 1)
    parts = iter(np.split(q, np.cumsum([len(f) for f in present])[:-1]))
    return [next(parts) if len(f) else np.empty(0) for f in families]


def chi_square(counts: Array) -> tuple[float, float]:
    """Pearson's chi-square test of a table of counts: Cramér's V and p; (0, 1) when a side has fewer than two levels.

    >>> v, p = chi_square(np.array([[30.0, 70.0], [10.0, 90.0]]))
    >>> round(v, 2), p < 0.001
    (0.25, True)
    """
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(counts.shape, default=0) < 2:
        return 0.0, 1.0
    total = counts.sum()
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / total
    statistic = float(((counts - expected) ** 2 / expected).sum())
    rows, columns = counts.shape
    v = float(np.sqrt(statistic / (total * (min(rows, columns) - 1))))
    return v, float(special.chdtrc((rows - 1) * (columns - 1), statistic))


def detectable_h(n: float, reference_n: float, n_tests: int, power: float = 0.8, alpha: float = 0.05) -> float:
    """Smallest Cohen's h that one of `n_tests` tests finds with that power, corrected for all of them.

    >>> round(detectable_h(3000, 30_000, 100), 3)
    0.083
    """
    z = -special.ndtri(alpha / (2 * max(n_tests, 1))) + special.ndtri(power)
    return float(z * np.sqrt(1 / n + 1 / reference_n))


def share_apart(share: float, h: float) -> float:
    """The share that lies `h` above `share`, or 1.

    >>> round(share_apart(0.5, 0.1), 3)
    0.55
    """
    angle = 2 * np.arcsin(np.sqrt(share)) + h
    return float(np.sin(min(angle, np.pi) / 2) ** 2)
