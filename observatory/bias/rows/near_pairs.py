"""How many pairs of rows are nearly equal, and how many chance would bring about.

Copies with noise: the pairs of rows that agree in everything but numbers, and in those to within a tolerance r, against
the pairs that differ by r to R. Where values are spread smoothly or on a grid there are at least (R / r)^D - 1 times as
many of these, D being the dimension in which they differ (the correlation sum of Grassberger & Procaccia, 1983), and D
is at least 1. Copies lie within r alone.

Copies with cells changed: the pairs that differ in exactly k cells against those that differ in k + 1 and k + 2. For
independent fields the number of differing cells is Poisson-binomial, for which Newton's inequality holds:
N_k <= N_(k+1)^2 / N_(k+2) * (k + 1) / (k + 2) * (m - k - 1) / (m - k). Dependent fields keep to it about as well;
and N_k <= N_(k+1), as long as two rows mostly differ in more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
from scipy import special

Array = np.ndarray[Any, np.dtype[np.float64]]
Keys = np.ndarray[Any, np.dtype[np.uint64]]
Pairs = np.ndarray[Any, np.dtype[np.int64]]
TOLERANCES = (0.01, 0.02, 0.04, 0.08)
MAX_PARTS = 10
_REACH = (2, 4, 8, 16)
_SLACK = 2.0
_APART = 100.0
_MAX_PAIRS = 300_000
_OFTEN = 3.0
_SURE = 0.01
_MAX_LIKE = 0.3


@dataclass(frozen=True, eq=False)
class Near:
    """Pairs of row positions that nearly agree (smaller first), pairs expected by chance, and the chance of so many."""

    pairs: Pairs
    expected: float
    p: float
    tolerance: float = 0.0
    n_cells: int = 0
    surplus: float = 0.0


NONE = Near(np.empty((0, 2), dtype=np.int64), 0.0, 1.0)


def within_noise(same: Keys, numbers: Array) -> Near:
    """The pairs of rows of equal keys of which no number differs by more than a small tolerance, over several ones.

    `numbers` (rows x fields) are in units of a standard deviation, without missing values; no two rows are equal.

    >>> values = np.arange(40.0).reshape(-1, 1) ** 1.5
    >>> within_noise(np.zeros(43, dtype=np.uint64), np.vstack([values, values[:3] + 0.001])).pairs.tolist()
    [[0, 40], [1, 41], [2, 42]]
    """
    if len(numbers) < 2 or not numbers.shape[1]:
        return NONE
    pairs, reach = _pairs_within(same, numbers)
    apart = np.abs(numbers[pairs[:, 0]] - numbers[pairs[:, 1]])
    distance, n_apart = apart.max(axis=1, initial=0), (apart > 0).sum(axis=1)
    tests: list[tuple[Near, int]] = []
    for tolerance in (t for t in TOLERANCES if 2 * t <= reach):
        for least in range(1, numbers.shape[1] + 1):
            among = np.sort(distance[n_apart >= least])
            near = int(np.searchsorted(among, tolerance, side="right"))
            if not near:
                break
            for factor in (f for f in _REACH if f * tolerance <= reach):
                far = among[near : np.searchsorted(among, factor * tolerance, side="right")]
                ratio = _SLACK / (factor ** _dimension(far, factor * tolerance, least) - 1)
                p = _at_least(near, len(far), ratio / (1 + ratio))
                tests.append((Near(NONE.pairs, ratio * len(far), p, tolerance, surplus=near - ratio * len(far)), least))
    if not tests:
        return NONE
    sure = [t for t in tests if t[0].p * len(tests) <= _SURE]
    best, least = max(sure, key=lambda t: t[0].surplus) if sure else min(tests, key=lambda t: t[0].p)
    chosen = np.sort(pairs[(n_apart >= least) & (distance <= best.tolerance)], axis=1)
    return replace(best, pairs=np.unique(chosen, axis=0), p=min(1.0, best.p * len(tests)))


def _pairs_within(same: Keys, numbers: Array) -> tuple[Pairs, float]:
    """All pairs of rows of equal keys up to the largest distance at which they are not too many, and that distance."""
    from scipy.spatial import KDTree

    code = np.unique(same, return_inverse=True)[1].reshape(-1, 1) * _APART
    tree: Any = KDTree(np.hstack([numbers, code]))  # type: ignore[no-untyped-call]
    radii = [TOLERANCES[0] * 2**i for i in range(1, 8)]
    counted = (tree.count_neighbors(tree, radii, p=np.inf) - len(numbers)) / 2
    few = [r for r, n in zip(radii, counted) if n <= _MAX_PAIRS]
    if not few:
        return NONE.pairs, 0.0
    return tree.query_pairs(few[-1], p=np.inf, output_type="ndarray").astype(np.int64), few[-1]


def _dimension(distances: Array, reach: float, most: int) -> float:
    """How fast the number of pairs grows with the distance, a lower estimate between 1 and `most`."""
    n = len(distances) - int(np.searchsorted(distances, reach / 2, side="right"))
    inner = len(distances) - n - int(np.searchsorted(distances, reach / 4, side="right"))
    if inner < 1 or most < 2:
        return 1.0
    growth = np.log2(n / inner) - 2 * np.sqrt(1 / max(n, 1) + 1 / inner) / np.log(2) if n else 1.0
    return float(np.clip(growth, 1.0, most))


def _at_least(near: float, far: float, share: float) -> float:
    """Binomial chance that at least `near` of `near + far` fall where that share is due."""
    return float(special.betainc(near, far + 1, share))


def but_few_cells(keys: Keys, n_cells: int) -> Near:
    """The pairs of rows that differ in exactly `n_cells` parts; `keys` (rows x parts) are random for each value.

    No two rows are equal. Parts that differ three times as often as the median part are left out: a date that keeps
    changing while all else stays makes repeated measurements, not copies. Where three rows in ten have such a partner,
    the table is too coarse to tell.

    >>> rng = np.random.default_rng(0)
    >>> rows = rng.integers(0, 2**63, (50, 8)).astype(np.uint64)
    >>> changed = rows[:8].copy()
    >>> changed[np.arange(8), np.arange(8)] += np.uint64(1)
    >>> but_few_cells(np.vstack([rows, changed]), 1).pairs[:, 1].tolist()
    [50, 51, 52, 53, 54, 55, 56, 57]
    """
    n_rows, m = keys.shape
    if n_rows < 2 or m < n_cells + 2:
        return NONE
    whole = keys.sum(axis=1, dtype=np.uint64)
    by_set = _by_set(whole, keys, n_cells)
    if sum(by_set.values()) > _MAX_LIKE * n_rows:
        return NONE
    often = [sum(n for s, n in by_set.items() if i in s) for i in range(m)]
    used = [i for i in range(m) if often[i] <= _OFTEN * max(float(np.median(often)), 1.0)]
    near = {s: n for s, n in by_set.items() if n and set(s) <= set(used)}
    if not near or len(used) < n_cells + 2:
        return NONE
    one_more, two_more = _exactly(whole, keys, used, n_cells + 2)[n_cells:]
    newton = (n_cells + 1) / (n_cells + 2) * (len(used) - n_cells - 1) / (len(used) - n_cells)
    expected = min((1 + n_cells) * newton * (one_more + 1) / (two_more + 1), 1.0) * (one_more + 1)
    n = sum(near.values())
    if n <= expected:
        return Near(NONE.pairs, expected, 1.0, n_cells=n_cells)
    pairs = np.vstack([_equal_pairs(_without(whole, keys, s)) for s in near])
    return Near(_differing(pairs, keys, n_cells), expected, float(special.pdtrc(n - 1, expected)), n_cells=n_cells)


def _without(whole: Keys, keys: Keys, parts: Sequence[int]) -> Keys:
    return np.asarray(whole - keys[:, list(parts)].sum(axis=1, dtype=np.uint64))


def _n_pairs(key: Keys) -> float:
    counts = np.unique(key, return_counts=True)[1].astype(float)
    return float((counts * (counts - 1) / 2).sum())


def _by_set(whole: Keys, keys: Keys, n_cells: int) -> dict[tuple[int, ...], float]:
    """Pairs that differ in all of some parts and in no other, by those parts, which are one or two."""
    m = keys.shape[1]
    one: dict[tuple[int, ...], float] = {(i,): _n_pairs(_without(whole, keys, (i,))) for i in range(m)}
    if n_cells == 1:
        return one
    return {s: _n_pairs(_without(whole, keys, s)) - one[s[:1]] - one[s[1:]] for s in combinations(range(m), 2)}


def _exactly(whole: Keys, keys: Keys, used: Sequence[int], upto: int) -> list[float]:
    """Pairs that differ in exactly 1, 2, ... parts, all of them among those used, by inclusion and exclusion."""
    exact: list[float] = []
    for k in range(1, upto + 1):
        total = sum(_n_pairs(_without(whole, keys, s)) for s in combinations(used, k))
        exact.append(total - sum(comb(len(used) - i, k - i) * n for i, n in enumerate(exact, 1)))
    return exact


def _equal_pairs(key: Keys) -> Pairs:
    """All pairs of positions that hold the same key, smaller position first."""
    order = np.argsort(key, kind="stable")
    made = []
    step = 1
    while step < len(key):
        equal = key[order[:-step]] == key[order[step:]]
        if not equal.any():
            break
        made.append(np.column_stack([order[:-step][equal], order[step:][equal]]))
        step += 1
        if sum(map(len, made)) > _MAX_PAIRS:
            break
    return np.sort(np.vstack(made), axis=1) if made else NONE.pairs


def _differing(pairs: Pairs, keys: Keys, n_cells: int) -> Pairs:
    """Those pairs that differ in exactly so many parts, each once."""
    pairs = np.unique(pairs, axis=0)
    return np.asarray(pairs[(keys[pairs[:, 0]] != keys[pairs[:, 1]]).sum(axis=1) == n_cells])
