"""The groups that are compared with a reference, and the test of each.

Five questions: single levels (and NULL), tails of a number (all bins up to or from one on), ranges between two bins,
sets of levels, and two-way cells with numbers in quarters. `p` and `r` are the shares of sample and reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from scipy import special

from observatory.bias.axis import Axis
from observatory.bias.coded import Codes, Known, Side, Weights
from observatory.bias.statistics import cohens_h, log_p, two_proportion_z

QUESTIONS = ("levels", "tails", "ranges", "sets", "pairs")
ONE_WAY = ("levels", "tails", "ranges")
MIN_EXPECTED = 5
_FOLDED_LEVELS = 12
_FOLDED_BINS = 4
_TINY = 1e-290
Mask = np.ndarray[Any, np.dtype[np.bool_]]
Place = tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]


@dataclass(frozen=True)
class Tests:
    """Tests of one question: log p, z and Cohen's h of each, and its place: positions of fields, codes in each."""

    log_p: Weights
    z: Weights
    h: Weights
    places: Sequence[Place]


NONE = Tests(np.empty(0), np.empty(0), np.empty(0), [])


def tests(question: str, sample: Side, reference: Side | Known, axes: Sequence[Axis], paired: Sequence[int]) -> Tests:
    """All tests of one question; `paired` are the axes that two-way cells are made of."""
    if question == "pairs":
        if isinstance(reference, Known):
            return NONE
        parts = _pairs(sample, reference, axes, paired)
    else:
        make = {"levels": _levels, "tails": _tails, "ranges": _ranges, "sets": _sets}[question]
        parts = [make(i, sample, reference, axis) for i, axis in enumerate(axes)]
    parts = [p for p in parts if len(p.log_p)]
    if not parts:
        return NONE
    log_ps, zs, hs = (np.concatenate([getattr(p, k) for p in parts]) for k in ("log_p", "z", "h"))
    return Tests(log_ps, zs, hs, [place for p in parts for place in p.places])


def compare(p: Weights, r: Weights, sample: Side, reference: Side | Known) -> tuple[Weights, Weights, Mask]:
    """z, h and whether enough rows are expected, for shares of sample and reference."""
    n, m = sample.n, reference.n
    z = two_proportion_z(p, n, r, m)
    pooled = (n * p + m * r) / (n + m)
    expected = n * np.minimum(pooled, 1 - pooled)
    if isinstance(reference, Known):  # known to be nobody, or everybody: then the sample's own rows tell
        expected = np.maximum(expected, n * np.minimum(p, 1 - p))
    return z, cohens_h(p, r), expected >= MIN_EXPECTED


def _levels(i: int, sample: Side, reference: Side | Known, axis: Axis) -> Tests:
    codes = range(axis.n_codes) if not axis.ordered else range(1)
    p, r = (side.margin(i, axis.n_codes)[list(codes)] for side in (sample, reference))
    z, h, ok = compare(p, r, sample, reference)
    regions = [((i,), ((c,),)) for c in codes if ok[c]]
    return Tests(log_p(z[ok]), z[ok], h[ok], regions)


def _tails(i: int, sample: Side, reference: Side | Known, axis: Axis) -> Tests:
    # A tail and the rest are one test where nothing is missing: only those that hold the last bin are asked.
    stop = axis.n_codes if axis.ordered else 0
    upper = [(k, stop) for k in range(2, stop)]
    lower = [(1, k) for k in range(2, stop)] if max(s.margin(i, axis.n_codes)[0] for s in (sample, reference)) else []
    return _spanned(i, sample, reference, axis, upper + lower)


def _ranges(i: int, sample: Side, reference: Side | Known, axis: Axis) -> Tests:
    stop = axis.n_codes if axis.ordered else 0
    return _spanned(i, sample, reference, axis, [(a, b) for a, b in spans(1, stop) if a > 1 and b < stop])


def _spanned(i: int, sample: Side, reference: Side | Known, axis: Axis, ranges: Sequence[tuple[int, int]]) -> Tests:
    if not ranges:
        return NONE
    low, high = np.array(ranges, dtype=np.int64).T
    p, r = (_cumulated(side, i, axis, low, high) for side in (sample, reference))
    z, h, ok = compare(p, r, sample, reference)
    places = [((i,), (tuple(range(a, b)),)) for (a, b), keep in zip(ranges, ok) if keep]
    return Tests(log_p(z[ok]), z[ok], h[ok], places)


def _cumulated(side: Side | Known, i: int, axis: Axis, low: Codes, high: Codes) -> Weights:
    total = np.concatenate([[0.0], np.cumsum(side.margin(i, axis.n_codes))])
    return np.asarray(np.clip(total[high] - total[low], 0, 1))


def spans(first: int, stop: int) -> Iterator[tuple[int, int]]:
    """Half-open ranges of codes in [first, stop), shortest first; the last one is everything."""
    for width in range(1, stop - first + 1):
        for start in range(first, stop - width + 1):
            yield start, start + width


def _sets(i: int, sample: Side, reference: Side | Known, axis: Axis) -> Tests:
    """The set of two or more levels that departs most; its p allows for all the sets it was chosen from.

    Sets in order of lift hold the best one. Any of them is a contrast of k shares, so chi-square with k - 1 degrees
    of freedom bounds its p (Scheffé); for few levels counting all 2^(k-1) - 1 sets is the tighter bound.
    """
    if axis.ordered or axis.n_codes < 5:
        return NONE
    p, r = (side.margin(i, axis.n_codes) for side in (sample, reference))
    levels = np.flatnonzero(p + r > 0)
    if len(levels) < 4:
        return NONE
    order = levels[np.argsort(p[levels] / (p[levels] + r[levels]), kind="stable")]
    z, h, ok = compare(np.cumsum(p[order])[:-1], np.cumsum(r[order])[:-1], sample, reference)
    sizes = np.arange(1, len(order))
    ok = ok & (sizes > 1) & (sizes < len(order) - 1)
    if not ok.any():
        return NONE
    best = int(np.argmax(np.where(ok, np.abs(z), -1)))
    under, over = order[: best + 1], order[best + 1 :]
    few = len(under) <= len(over)
    k = len(order)
    scheffe, counted = float(special.chdtrc(k - 1, z[best] ** 2)), float(log_p(z[best])) + (k - 1) * np.log(2)
    bound = min(counted, np.log(scheffe)) if scheffe > _TINY else counted
    codes = tuple(sorted(int(c) for c in (under if few else over)))
    sign = 1 if few else -1
    return Tests(np.array([min(bound, 0.0)]), sign * z[[best]], sign * h[[best]], [((i,), (codes,))])


def fold(axis: Axis) -> Codes:
    """Coarse codes for two-way cells: numbers in quarters, the commonest levels, the rest together; NULL stays 0."""
    codes = np.arange(axis.n_codes)
    if axis.ordered:
        bins = axis.n_codes - 1
        return np.where(codes == 0, 0, 1 + (codes - 1) * min(_FOLDED_BINS, bins) // max(bins, 1)).astype(np.int64)
    return np.minimum(codes, _FOLDED_LEVELS + 1).astype(np.int64)


def split(folded: Codes, codes: Sequence[int]) -> Codes:
    """A fold with a region's own bounds added, so that raking on it explains the region to its edge."""
    inside = np.isin(np.arange(len(folded)), codes)
    return np.asarray(folded * 2 + inside)


def boxes(axis: Axis, n_folded: int) -> list[tuple[int, int]]:
    """Half-open ranges of folded codes that one side of a two-way cell may be."""
    if not axis.ordered:
        return [(c, c + 1) for c in range(n_folded)]
    return [(0, 1), *list(spans(1, n_folded))[:-1]]


def _pairs(sample: Side, reference: Side, axes: Sequence[Axis], paired: Sequence[int]) -> list[Tests]:
    folds = {i: fold(axes[i]) for i in paired}
    folded = [{i: f[side.codes[i]] for i, f in folds.items()} for side in (sample, reference)]
    parts = []
    for a, b in combinations(paired, 2):
        sizes = int(folds[a].max()) + 1, int(folds[b].max()) + 1
        tables = [side.crossed(f[a], f[b], *sizes) for side, f in zip((sample, reference), folded)]
        parts.append(_pair(a, b, tables, (folds[a], folds[b]), sample, reference, axes))
    return parts


def _pair(
    a: int,
    b: int,
    tables: Sequence[Weights],
    folds: tuple[Codes, Codes],
    sample: Side,
    reference: Side,
    axes: Sequence[Axis],
) -> Tests:
    sides = [boxes(axes[i], f) for i, f in zip((a, b), tables[0].shape)]
    p, r = (box_sums(t, *sides).ravel() for t in tables)
    z, h, ok = compare(p, r, sample, reference)
    unfolded = [
        [tuple(np.flatnonzero((f >= low) & (f < high)).tolist()) for low, high in s] for f, s in zip(folds, sides)
    ]
    regions = [((a, b), (unfolded[0][k // len(sides[1])], unfolded[1][k % len(sides[1])])) for k in np.flatnonzero(ok)]
    return Tests(log_p(z[ok]), z[ok], h[ok], regions)


def box_sums(table: Weights, rows: list[tuple[int, int]], columns: list[tuple[int, int]]) -> Weights:
    """Sum of a table over every pair of a range of rows and a range of columns (half-open)."""
    total = np.zeros((table.shape[0] + 1, table.shape[1] + 1))
    total[1:, 1:] = table.cumsum(axis=0).cumsum(axis=1)
    low_r, high_r = np.array(rows).reshape(-1, 2).T
    low_c, high_c = np.array(columns).reshape(-1, 2).T
    high, low = total[high_r], total[low_r]
    return np.asarray(np.clip((high[:, high_c] - high[:, low_c]) - (low[:, high_c] - low[:, low_c]), 0, 1))
