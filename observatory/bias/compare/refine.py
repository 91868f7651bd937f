"""A region in its simplest true form: one field where that is enough, as wide as it may be, else its finest bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from scipy import special

from observatory.bias.axis import Axis
from observatory.bias.coded import Known, Side, Weights
from observatory.bias.compare.candidates import MIN_EXPECTED, ONE_WAY, Tests, box_sums, compare, fold, spans, split
from observatory.bias.compare.overlap import overlap_margin, rake
from observatory.bias.compare.region import Region, share_of
from observatory.bias.statistics import cohens_h, log_p, two_proportion_z
from observatory.model import BiasOptions

_EXPLAINED_P = 1e-2
_JOINED_P = 0.05
_NEARLY = 0.8
_SAME = 0.93
_BY_ITSELF = 2.0
_HALF = 0.55
_CLEARLY = 1.15
_BOUNDS = 4.0
_PARAMETER = 2.0
_IPF_ROUNDS = 50
_ONE_FIELD = (*ONE_WAY, "sets")


def refined(
    region: Region,
    asked: Mapping[str, Tests],
    corrected: Mapping[str, Weights],
    sides: tuple[Side, Side],
    axes: Sequence[Axis],
    options: BiasOptions,
) -> Region:
    """For a two-way cell the region of one field that explains it, if one does; else the cell with its bounds moved to
    where it departs most, or its mirror image that is too small where the cell is too large.
    """
    if len(region.axes) != 2:
        return region
    alone = one_field(region, asked, corrected, sides, axes, options)
    if alone is not None:
        return joined(widened(outer(alone, *sides, axes), asked, sides[1], axes), *sides, axes)
    return mirrored(bounded(region, *sides, axes, options.min_effect), *sides, axes)


def one_field(
    region: Region,
    asked: Mapping[str, Tests],
    corrected: Mapping[str, Weights],
    sides: tuple[Side, Side],
    axes: Sequence[Axis],
    options: BiasOptions,
) -> Region | None:
    """The strongest region of one field of the cell, if the cell departs no more once both its margins agree.

    A cell must beat the log-linear product of its parents, or else it owes its lead over them to chance, or is where
    two departures meet; few rows cannot show that, so one that departs clearly more may stand alone.
    """
    if not _is_product(region, sides, axes):
        return None
    best: Region | None = None
    smallest = float(np.log(options.max_q))
    for i in region.axes:
        for question in _ONE_FIELD:
            t = asked[question]
            own = [k for k, (fields, _) in enumerate(t.places) if fields == (i,) and abs(t.h[k]) >= options.min_effect]
            k = min(own, key=lambda k: corrected[question][k], default=None)
            if k is not None and corrected[question][k] < smallest:
                smallest = float(corrected[question][k])
                best = _region(t, k, question)
    if best is not None and abs(region.z) >= _CLEARLY * abs(best.z) and stands_alone(region, *sides):
        return None
    return best


def widened(region: Region, asked: Mapping[str, Tests], reference: Side | Known, axes: Sequence[Axis]) -> Region:
    """The widest range, up to half of the reference, that holds the region and departs nearly as much.

    Where rows are lost by degrees, ever smaller tails depart alike; chance is not to choose among them. Of an abrupt
    loss z is expected to fall to its correlation with the wider range: what is added must depart by itself (z of 2).
    """
    i = region.axes[0]
    if not axes[i].ordered or region.question not in ("tails", "ranges"):
        return region
    t, shares = asked[region.question], reference.margin(i, axes[i].n_codes)
    start, held = _smaller(region.codes[0], shares)
    best, widest = region, held
    for k in np.flatnonzero(np.abs(t.z) >= _SAME * abs(region.z)):
        fields, (codes, *_) = t.places[int(k)]
        if fields != (i,):
            continue
        inside = codes if set(start) <= set(codes) else _beside_tail(codes, shares)
        turned = (inside == codes) != (start == region.codes[0])
        share = float(shares[list(inside)].sum())
        if (t.z[k] * region.z < 0) == turned and widest < share <= _HALF and set(start) <= set(inside):
            alike = held * (1 - share) / (share * (1 - held))
            if abs(t.z[k]) >= np.sqrt(alike) * abs(region.z) + _BY_ITSELF * np.sqrt(1 - alike):
                best, widest = _region(t, int(k), region.question), share
    return best


def _smaller(codes: tuple[int, ...], shares: Weights) -> tuple[tuple[int, ...], float]:
    """A range, or the tail that is left beside it where that is smaller; and its share."""
    share, other = float(shares[list(codes)].sum()), _beside_tail(codes, shares)
    return (other, 1 - share) if share > 0.5 and other != codes else (codes, share)


def _beside_tail(codes: tuple[int, ...], shares: Weights) -> tuple[int, ...]:
    """The lower tail that an upper one leaves where no value is missing: they are one test; else the range itself."""
    is_tail = codes[-1] == len(shares) - 1 and not shares[0]
    return tuple(range(1, codes[0])) if is_tail else codes


def outer(region: Region, sample: Side, reference: Side | Known, axes: Sequence[Axis]) -> Region:
    """Of a range that is too large, the tail beside it that is too small and departs nearly as much, if there is."""
    i, codes = region.axes[0], region.codes[0]
    if not axes[i].ordered or region.z <= 0 or region.question != "ranges":
        return region
    stop = axes[i].n_codes
    tails = [tuple(range(1, codes[0])), tuple(range(codes[-1] + 1, stop))]
    p, r = (np.array([side.margin(i, stop)[list(t)].sum() for t in tails]) for side in (sample, reference))
    z, h, ok = compare(p, r, sample, reference)
    k = int(np.where(ok, z, np.inf).argmin())
    if not ok[k] or z[k] > -_NEARLY * region.z or abs(h[k]) < _NEARLY * abs(region.h):
        return region
    return Region((i,), (tails[k],), float(z[k]), "tails", float(log_p(z[k])), float(h[k]))


def joined(region: Region, sample: Side, reference: Side | Known, axes: Sequence[Axis]) -> Region:
    """Levels with the others of their field that depart the same way, in all rows and (p <= .05) among those left.

    The second alone is not enough: where every level is kept by degrees, whatever is left departs from its own mean.
    """
    i = region.axes[0]
    n_codes = axes[i].n_codes
    if axes[i].ordered or region.codes[0] == (0,):
        return region
    p, r = (side.margin(i, n_codes) for side in (sample, reference))
    chosen, sign = list(region.codes[0]), np.sign(region.z)
    while len(chosen) < n_codes - 2:
        rest = np.setdiff1d(np.arange(1, n_codes), chosen)
        left = [1 - float(side[chosen].sum()) for side in (p, r)]
        if min(left) <= 0:
            break
        z, h, ok = compare(p[rest] / left[0], r[rest] / left[1], sample, reference)
        score = np.where(ok & (sign * (p[rest] - r[rest]) > 0), sign * z, -np.inf)
        k = int(score.argmax())
        if score[k] <= 0 or float(log_p(z[k])) + np.log(len(rest)) > np.log(_JOINED_P):
            break
        chosen.append(int(rest[k]))
    if len(chosen) == len(region.codes[0]):
        return region
    z, h, _ = compare(p[chosen].sum(keepdims=True), r[chosen].sum(keepdims=True), sample, reference)
    codes = tuple(sorted(chosen))
    return replace(region, codes=(codes,), z=float(z[0]), h=float(h[0]), question="sets")


def _region(t: Tests, k: int, question: str) -> Region:
    axes, codes = t.places[k]
    return Region(axes, codes, float(t.z[k]), question, float(t.log_p[k]), float(t.h[k]))


def _is_product(region: Region, sides: tuple[Side, Side], axes: Sequence[Axis]) -> bool:
    """Whether sample and reference agree on a cell (p > .01) once they do on the margins of its fields, cut as it is.

    Finer margins would take a lost cell for granted: they hold much of it.
    """
    sample, reference = sides
    folds = [split(fold(axes[i]), codes) for i, codes in zip(region.axes, region.codes)]
    coded = [(f[sample.codes[i]], f[reference.codes[i]]) for f, i in zip(folds, region.axes)]
    margins = [overlap_margin(sample, reference, *codes, int(f.max()) + 1) for codes, f in zip(coded, folds)]
    targets = [m.target for m in margins]
    a, b = rake(sample, [m.sample for m in margins], targets), rake(reference, [m.reference for m in margins], targets)
    if min(a.n, b.n) < 2 * MIN_EXPECTED:
        return False
    p, r = share_of(region, a), share_of(region, b)
    return float(log_p(two_proportion_z(p, a.n, r, b.n))) > float(np.log(_EXPLAINED_P))


def stands_alone(region: Region, sample: Side, reference: Side) -> bool:
    """Whether the loss of the cell by itself explains its two-by-two table better than a loss of its fields does.

    Deviances of three models of the odds of being sampled (log-linear; Bishop, Fienberg & Holland, 1975): they depend
    on the cell only, on one field only, or on both fields without interaction. The cell was chosen among many bounds,
    so it must beat one field by 4; it has one parameter less than both fields have (AIC).
    """
    counts = np.stack([_two_by_two(region, side) for side in (sample, reference)])
    cell = _deviance(counts.reshape(2, 4)[:, 1:])
    fields = [_deviance(counts[:, 0]) + _deviance(counts[:, 1]), _deviance(counts[..., 0]) + _deviance(counts[..., 1])]
    return cell + _BOUNDS <= min(fields) and cell <= _interaction(counts) + _PARAMETER


def _two_by_two(region: Region, side: Side) -> Weights:
    """Rows by whether they are in the cell's groups of its fields (first) or not, as many as the weights are worth."""
    a, b = (np.isin(side.codes[i], codes) for i, codes in zip(region.axes, region.codes))
    return (side.shares(2 * ~a + ~b, 4) * side.n).reshape(2, 2)


def _deviance(counts: Weights) -> float:
    """Likelihood ratio of the independence of rows and columns."""
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / max(float(counts.sum()), 1e-300)
    return 2 * float(special.rel_entr(counts, expected).sum())


def _interaction(counts: Weights) -> float:
    """Deviance of a 2 x 2 x 2 table from the fit to all its two-way margins (iterative proportional fitting)."""
    fitted = np.ones_like(counts)
    for _ in range(_IPF_ROUNDS):
        for axis in range(3):
            now = fitted.sum(axis=axis, keepdims=True)
            fitted = fitted * np.divide(
                counts.sum(axis=axis, keepdims=True), now, out=np.zeros_like(now), where=now > 0
            )
    return 2 * float(special.rel_entr(counts, np.where(counts > 0, fitted, 1.0))[counts > 0].sum())


def bounded(region: Region, sample: Side, reference: Side, axes: Sequence[Axis], min_effect: float) -> Region:
    """The same two-way cell with its bounds moved to the finest bins where that departs more."""
    a, b = region.axes
    if any(axes[i].rest in codes for i, codes in zip((a, b), region.codes)):
        return region
    whole = [np.arange(axes[i].n_codes) for i in (a, b)]
    tables = [side.table(a, b, *whole) for side in (sample, reference)]
    sides = [_near(axes[i], codes) for i, codes in zip((a, b), region.codes)]
    p, r = (box_sums(t, *sides) for t in tables)
    z, h, ok = compare(p, r, sample, reference)
    score = np.where(ok & (np.abs(h) >= min_effect), z * np.sign(region.z), -np.inf)
    row, column = np.unravel_index(int(score.argmax()), score.shape)
    if score[row, column] <= abs(region.z):
        return region
    codes = tuple(range(*sides[0][row])), tuple(range(*sides[1][column]))
    found = float(z[row, column])
    return replace(region, codes=codes, z=found, log_p=float(log_p(found)), h=float(h[row, column]))


def _near(axis: Axis, codes: tuple[int, ...]) -> list[tuple[int, int]]:
    """Ranges of bins that overlap the coarse ones by at least half of either; just the cell itself if not ordered."""
    if not axis.ordered or codes == (0,):
        return [(codes[0], codes[-1] + 1)]
    first, stop = codes[0], codes[-1] + 1
    overlaps = [(s, min(s[1], stop) - max(s[0], first)) for s in list(spans(1, axis.n_codes))[:-1]]
    return [s for s, both in overlaps if 2 * both >= min(s[1] - s[0], stop - first)] or [(first, stop)]


def mirrored(region: Region, sample: Side, reference: Side, axes: Sequence[Axis]) -> Region:
    """Of a cell that is too large, the cell beside it that is too small and departs as much, if there is one.

    Where the shares of both fields are as they should be, a loss in one cell is a gain in its neighbours: what is
    missing is said.
    """
    if region.z <= 0:
        return region
    found = [region]
    for k in (0, 1):
        other = _beside(axes[region.axes[k]], region.codes[k])
        if other is None:
            continue
        codes = (other, region.codes[1]) if k == 0 else (region.codes[0], other)
        turned = replace(region, codes=codes)
        p, r = share_of(turned, sample), share_of(turned, reference)
        z, h = float(two_proportion_z(p, sample.n, r, reference.n)), float(cohens_h(p, r))
        if z < 0 and min(-z / region.z, abs(h / region.h)) >= _NEARLY:
            found.append(replace(turned, z=z, log_p=float(log_p(z)), h=h))
    return min(found, key=lambda r: r.h)


def _beside(axis: Axis, codes: tuple[int, ...]) -> tuple[int, ...] | None:
    """All other groups of the field, if they are one level or one range."""
    other = tuple(c for c in range(1, axis.n_codes) if c not in codes and c != axis.rest)
    if codes == (0,) or not other:
        return None
    is_one = other[-1] - other[0] == len(other) - 1 if axis.ordered else len(other) == 1
    return other if is_one else None
