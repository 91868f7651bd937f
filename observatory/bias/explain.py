"""Which groups of the reference are too few or too many in the sample?

Candidates are single levels, ranges of quantile bins, sets of levels, and two-way cells. The one whose departure is
least likely by chance, given how many were looked at, is taken; then sample and reference are raked to agree on the
whole margin of its field (or the two-way table of its pair), and what is left is tested again. Children, neighbours
and complements of what was said explain themselves away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import stats

from observatory.bias.axis import Axis
from observatory.bias.coded import Codes, Side, Weights
from observatory.bias.overlap import Margin, overlap_margin, rake
from observatory.bias.run import H_MIN, Q_MAX
from observatory.bias.statistics import cohens_h, log_p, two_proportion_z

QUESTIONS = ("levels", "ranges", "sets", "pairs")
MAX_PAIRED = 24
_MIN_EXPECTED = 5
_FOLDED_LEVELS = 12
_FOLDED_BINS = 4
_MAX_PICKS = 12


@dataclass(frozen=True)
class Region:
    """Rows whose code of each field lies in a set: the fields' positions, their codes, and the evidence."""

    axes: tuple[int, ...]
    codes: tuple[tuple[int, ...], ...]
    z: float
    question: str
    log_p: float


@dataclass(frozen=True)
class Tests:
    """All tests of one question in one round: log p of each, and the region each is about (built when asked for)."""

    log_p: Weights
    z: Weights
    h: Weights
    regions: Sequence[tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]]


@dataclass(frozen=True)
class Explained:
    """The regions reported, in the order found, and the p of every test left: (question -> p-values)."""

    regions: tuple[Region, ...]
    left: dict[str, Weights]
    margins: tuple[Margin, ...]


def explain(sample: Side, reference: Side, axes: Sequence[Axis], paired: Sequence[int]) -> Explained:
    """Regions that depart, each given the ones before it; `paired` are the axes that two-way cells are made of."""
    start, picked, margins = (sample, reference), [], []
    while True:
        tests = {q: _round(q, sample, reference, axes, paired) for q in QUESTIONS}
        region = _best(tests)
        if region is None or len(picked) == _MAX_PICKS:
            break
        if len(region.axes) == 2:
            region = _refine(region, sample, reference, axes)
        picked.append(region)
        margins.append(_margin(region, sample, reference, axes))
        sample = rake(start[0], [m.sample for m in margins], [m.target for m in margins])
        reference = rake(start[1], [m.reference for m in margins], [m.target for m in margins])
        if min(sample.n, reference.n) < 2 * _MIN_EXPECTED:
            break
    return Explained(tuple(picked), {q: np.exp(t.log_p) for q, t in tests.items()}, tuple(margins))


def _best(tests: dict[str, Tests]) -> Region | None:
    """The region of the smallest Bonferroni-corrected p, each question having an equal share of the error."""
    asked = sum(len(t.log_p) > 0 for t in tests.values())
    best: Region | None = None
    best_corrected = np.log(Q_MAX)
    for question, t in tests.items():
        corrected = np.where(np.abs(t.h) >= H_MIN, t.log_p + np.log(max(len(t.log_p), 1) * asked), 0.0)
        if len(corrected) and corrected.min() < best_corrected:
            i = int(corrected.argmin())
            best_corrected = float(corrected[i])
            fields, codes = t.regions[i]
            best = Region(fields, codes, float(t.z[i]), question, float(t.log_p[i]))
    return best


def _round(question: str, sample: Side, reference: Side, axes: Sequence[Axis], paired: Sequence[int]) -> Tests:
    makers = {"levels": _levels, "ranges": _ranges, "sets": _sets}
    if question == "pairs":
        parts = [_pair(a, b, sample, reference, axes) for a, b in combinations(paired, 2)]
    else:
        parts = [makers[question](i, sample, reference, axes[i]) for i in range(len(axes))]
    parts = [p for p in parts if len(p.log_p)]
    if not parts:
        return Tests(np.empty(0), np.empty(0), np.empty(0), [])
    regions = [r for part in parts for r in part.regions]
    return Tests(*(np.concatenate([getattr(p, k) for p in parts]) for k in ("log_p", "z", "h")), regions)


def _compare(p: Weights, r: Weights, sample: Side, reference: Side) -> tuple[Weights, Weights, Weights]:
    """z, h and whether enough rows are expected, for shares of sample and reference."""
    n, m = sample.n, reference.n
    z = two_proportion_z(p, n, r, m)
    pooled = (n * p + m * r) / (n + m)
    return z, cohens_h(p, r), n * np.minimum(pooled, 1 - pooled) >= _MIN_EXPECTED


def _levels(i: int, sample: Side, reference: Side, axis: Axis) -> Tests:
    codes = range(axis.n_codes) if not axis.ordered else range(1)
    p, r = (side.shares(side.codes[i], axis.n_codes)[list(codes)] for side in (sample, reference))
    z, h, ok = _compare(p, r, sample, reference)
    regions = [((i,), ((c,),)) for c in codes if ok[c]]
    return Tests(log_p(z[ok]), z[ok], h[ok], regions)


def _ranges(i: int, sample: Side, reference: Side, axis: Axis) -> Tests:
    if not axis.ordered:
        return Tests(np.empty(0), np.empty(0), np.empty(0), [])
    spans = list(_spans(1, axis.n_codes - 1))[:-1]
    low, high = np.array([s[0] for s in spans], dtype=int), np.array([s[1] for s in spans], dtype=int)
    p, r = (_cumulated(side, i, axis, low, high) for side in (sample, reference))
    z, h, ok = _compare(p, r, sample, reference)
    regions = [((i,), (tuple(range(a, b)),)) for (a, b), keep in zip(spans, ok) if keep]
    return Tests(log_p(z[ok]), z[ok], h[ok], regions)


def _cumulated(side: Side, i: int, axis: Axis, low: Codes, high: Codes) -> Weights:
    total = np.concatenate([[0.0], np.cumsum(side.shares(side.codes[i], axis.n_codes))])
    return np.asarray(np.clip(total[high] - total[low], 0, 1))


def _spans(first: int, stop: int) -> Iterator[tuple[int, int]]:
    """Half-open ranges of codes in [first, stop), shortest first; the last one is everything."""
    for width in range(1, stop - first + 1):
        for start in range(first, stop - width + 1):
            yield start, start + width


def _sets(i: int, sample: Side, reference: Side, axis: Axis) -> Tests:
    """The set of two or more levels that departs most; its p allows for all the sets it was chosen from.

    Sets in order of lift hold the best one. Any of them is a contrast of k shares, so chi-square with k - 1 degrees
    of freedom bounds its p (Scheffé); for few levels counting all 2^(k-1) - 1 sets is the tighter bound.
    """
    nothing = Tests(np.empty(0), np.empty(0), np.empty(0), [])
    if axis.ordered or axis.n_codes < 5:
        return nothing
    p, r = (side.shares(side.codes[i], axis.n_codes) for side in (sample, reference))
    levels = np.flatnonzero(p + r > 0)
    if len(levels) < 4:
        return nothing
    order = levels[np.argsort(p[levels] / (p[levels] + r[levels]), kind="stable")]
    z, h, ok = _compare(np.cumsum(p[order])[:-1], np.cumsum(r[order])[:-1], sample, reference)
    sizes = np.arange(1, len(order))
    ok &= (sizes > 1) & (sizes < len(order) - 1)
    if not ok.any():
        return nothing
    best = int(np.argmax(np.where(ok, np.abs(z), -1)))
    under, over = order[: best + 1], order[best + 1 :]
    few = len(under) <= len(over)
    k = len(order)
    bound = min(float(stats.chi2.logsf(z[best] ** 2, k - 1)), float(log_p(z[best])) + (k - 1) * np.log(2))
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


def _boxes(axis: Axis, n_folded: int) -> list[tuple[int, int]]:
    """Half-open ranges of folded codes that one side of a two-way cell may be."""
    if not axis.ordered:
        return [(c, c + 1) for c in range(n_folded)]
    return [(0, 1), *list(_spans(1, n_folded))[:-1]]


def _pair(a: int, b: int, sample: Side, reference: Side, axes: Sequence[Axis]) -> Tests:
    folds = fold(axes[a]), fold(axes[b])
    tables = [side.table(a, b, *folds) for side in (sample, reference)]
    boxes = [_boxes(axes[i], f) for i, f in zip((a, b), tables[0].shape)]
    p, r = (_box_sums(t, *boxes).ravel() for t in tables)
    z, h, ok = _compare(p, r, sample, reference)
    unfolded = [
        [tuple(np.flatnonzero((f >= low) & (f < high)).tolist()) for low, high in s] for f, s in zip(folds, boxes)
    ]
    regions = [((a, b), (unfolded[0][k // len(boxes[1])], unfolded[1][k % len(boxes[1])])) for k in np.flatnonzero(ok)]
    return Tests(log_p(z[ok]), z[ok], h[ok], regions)


def _box_sums(table: Weights, rows: list[tuple[int, int]], columns: list[tuple[int, int]]) -> Weights:
    total = np.zeros((table.shape[0] + 1, table.shape[1] + 1))
    total[1:, 1:] = table.cumsum(axis=0).cumsum(axis=1)
    low_r, high_r = np.array(rows).reshape(-1, 2).T
    low_c, high_c = np.array(columns).reshape(-1, 2).T
    high, low = total[high_r], total[low_r]
    return np.asarray(np.clip((high[:, high_c] - high[:, low_c]) - (low[:, high_c] - low[:, low_c]), 0, 1))


def _refine(region: Region, sample: Side, reference: Side, axes: Sequence[Axis]) -> Region:
    """The same two-way cell with its bounds moved to the finest bins where that departs more."""
    a, b = region.axes
    whole = [np.arange(axes[i].n_codes) for i in (a, b)]
    tables = [side.table(a, b, *whole) for side in (sample, reference)]
    boxes = [_near(axes[i], codes) for i, codes in zip((a, b), region.codes)]
    p, r = (_box_sums(t, *boxes) for t in tables)
    if any(axes[i].rest in codes for i, codes in zip((a, b), region.codes)) or not p.size:
        return region
    z, h, ok = _compare(p, r, sample, reference)
    score = np.where(ok & (np.abs(h) >= H_MIN), z * np.sign(region.z), -np.inf)
    row, column = np.unravel_index(int(score.argmax()), score.shape)
    if score[row, column] <= abs(region.z):
        return region
    codes = tuple(range(*boxes[0][row])), tuple(range(*boxes[1][column]))
    return Region(region.axes, codes, float(z[row, column]), region.question, float(log_p(z[row, column])))


def _near(axis: Axis, codes: tuple[int, ...]) -> list[tuple[int, int]]:
    """Ranges of bins that overlap the coarse ones by at least half of either; just the cell itself if not ordered."""
    if not axis.ordered or codes == (0,):
        return [(codes[0], codes[-1] + 1)]
    first, stop = codes[0], codes[-1] + 1
    overlaps = [(s, min(s[1], stop) - max(s[0], first)) for s in list(_spans(1, axis.n_codes - 1))[:-1]]
    return [s for s, both in overlaps if 2 * both >= min(s[1] - s[0], stop - first)] or [(first, stop)]


def _margin(region: Region, sample: Side, reference: Side, axes: Sequence[Axis]) -> Margin:
    if len(region.axes) == 1:
        i = region.axes[0]
        return overlap_margin(sample, reference, sample.codes[i], reference.codes[i], axes[i].n_codes)
    a, b = region.axes
    fold_a, fold_b = (_split(fold(axes[i]), codes) for i, codes in zip((a, b), region.codes))
    size = int(fold_b.max()) + 1
    cells = [fold_a[s.codes[a]] * size + fold_b[s.codes[b]] for s in (sample, reference)]
    return overlap_margin(sample, reference, cells[0], cells[1], (int(fold_a.max()) + 1) * size)


def _split(folded: Codes, codes: tuple[int, ...]) -> Codes:
    """The fold with the region's own bounds added, so that raking on it explains the region to its edge."""
    inside = np.isin(np.arange(len(folded)), codes)
    return np.asarray(folded * 2 + inside)
