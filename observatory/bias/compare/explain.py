"""Which groups of the reference are too few or too many in the sample?

The candidate whose departure is least likely by chance, given how many were looked at, is taken; then sample and
reference are raked to agree there (on that level, the whole margin of that number, or the two-way table of that pair),
and what is left is tested again. Children, neighbours and complements of what was said explain themselves away. The
rounds end when none passes 2.5 % over all candidates of a round: half of 5 %, for there is more than one round. The
questions do not ask alike often, so pairs, of which there are most, have the largest part of it (weighted Bonferroni).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from observatory.bias.axis import Axis
from observatory.bias.coded import Codes, Known, Side, Weights
from observatory.bias.compare.candidates import MIN_EXPECTED, QUESTIONS, Tests, fold, split, tests
from observatory.bias.compare.overlap import Margin, overlap_margin, rake
from observatory.bias.compare.refine import joined, outer, refined, widened
from observatory.bias.compare.region import Region, inside
from observatory.model import BiasOptions

__all__ = ["Explained", "Region", "agreeing", "bonferroni", "explain", "inside"]

_MAX_PICKS = 12
_SAY = {"levels": 0.15, "tails": 0.15, "ranges": 0.15, "sets": 0.15, "pairs": 0.4}
_ROUNDS = 0.5


@dataclass(frozen=True)
class Explained:
    """The regions in the order found, and the p of every test that is left, by question.

    `before` are the tests of the tables as they are; `raked` the margins of all fields, of sample and of reference,
    after each region was raked away; `sides` are sample and reference with the weights of the end.
    """

    regions: tuple[Region, ...]
    left: Mapping[str, Weights]
    before: Mapping[str, Tests]
    raked: tuple[tuple[list[Weights], list[Weights]], ...]
    sides: tuple[Side, Side | Known]

    def families(self) -> dict[str, Weights]:
        """The p of all tests by question: those of the regions as they were found, then those left."""
        found = {q: [np.exp(r.log_p) for r in self.regions if r.question == q] for q in self.left}
        return {q: np.concatenate([found[q], p]) for q, p in self.left.items()}

    def places(self) -> list[tuple[str, int]]:
        """Where each region's p is in `families`."""
        return [
            (r.question, sum(s.question == r.question for s in self.regions[:i])) for i, r in enumerate(self.regions)
        ]


def explain(
    sample: Side,
    reference: Side | Known,
    axes: Sequence[Axis],
    paired: Sequence[int] = (),
    options: BiasOptions = BiasOptions(),
) -> Explained:
    """Regions that depart, each given the ones before it; `paired` are the axes that two-way cells are made of."""
    whole = sample, reference
    found: list[Region] = []
    raked: list[tuple[list[Weights], list[Weights]]] = []
    before: dict[str, Tests] = {}
    while True:
        asked = {q: tests(q, sample, reference, axes, paired) for q in QUESTIONS}
        before = before or asked
        region = _best(asked, options)
        if region is None or len(found) == _MAX_PICKS:
            break
        if len(region.axes) == 1:
            region = outer(region, sample, reference, axes)
            region = joined(widened(region, asked, reference, axes), sample, reference, axes)
        elif isinstance(reference, Side):
            region = refined(region, asked, bonferroni(asked), (sample, reference), axes, options)
        found.append(region)
        sample, reference = agreeing(*whole, found, axes)
        raked.append((_margins(sample, axes), _margins(reference, axes)))
        if min(sample.n, reference.n) < 2 * MIN_EXPECTED:
            break
    left = {q: np.exp(t.log_p) for q, t in asked.items()}
    return Explained(tuple(found), left, before, tuple(raked), (sample, reference))


def _margins(side: Side | Known, axes: Sequence[Axis]) -> list[Weights]:
    return [side.margin(i, axis.n_codes) for i, axis in enumerate(axes)]


def bonferroni(asked: Mapping[str, Tests]) -> dict[str, Weights]:
    """log p of every test corrected for the number of tests: Bonferroni, weighted by the say of each question.

    A set of levels is corrected for as many tests as there are levels, or else it would be named where one level does.
    """
    present = [q for q, t in asked.items() if len(t.log_p)]
    total = sum(_SAY[q] for q in present) or 1.0
    n_tests = {q: max(len(t.log_p), len(asked["levels"].log_p) if q == "sets" else 0, 1) for q, t in asked.items()}
    return {q: t.log_p + np.log(n_tests[q] * total / _SAY[q]) for q, t in asked.items()}


def _best(asked: Mapping[str, Tests], options: BiasOptions) -> Region | None:
    """The region of the smallest Bonferroni-corrected p."""
    all_corrected = bonferroni(asked)
    best: Region | None = None
    smallest = float(np.log(_ROUNDS * options.max_q))
    for question, t in asked.items():
        corrected = np.where(np.abs(t.h) >= options.min_effect, all_corrected[question], 0.0)
        if len(corrected) and corrected.min() < smallest:
            i = int(corrected.argmin())
            smallest = float(corrected[i])
            best = Region(*t.places[i], float(t.z[i]), question, float(t.log_p[i]), float(t.h[i]))
    return best


def agreeing(
    sample: Side, reference: Side | Known, found: Sequence[Region], axes: Sequence[Axis]
) -> tuple[Side, Side | Known]:
    """Sample and reference, weighted so that they agree on the margins of all regions found."""
    if isinstance(reference, Known):
        reference = _without_absent(reference, sample, found, axes)
        folds = [_fold(r, axes) for r in found]
        codes = [f[sample.codes[r.axes[0]]] for f, r in zip(folds, found)]
        targets = [np.bincount(f, weights=reference.margins[r.axes[0]]).astype(float) for f, r in zip(folds, found)]
        raked = rake(sample, codes, targets)
        return raked, _reached(raked, reference, found, axes)
    margins: list[Margin] = []
    a, b = sample, reference
    for region in found:
        margins.append(_margin(region, a, b, axes))
        a = rake(sample, [m.sample for m in margins], [m.target for m in margins])
        b = rake(reference, [m.reference for m in margins], [m.target for m in margins])
    return a, b


def _without_absent(known: Known, sample: Side, found: Sequence[Region], axes: Sequence[Axis]) -> Known:
    """The known shares less those of the found groups that the sample has no row of: no weight can make them agree."""
    margins = list(known.margins)
    for region in found:
        i, codes = region.axes[0], list(region.codes[0])
        absent = [c for c in codes if not sample.margin(i, axes[i].n_codes)[c]]
        kept = np.where(np.isin(np.arange(len(margins[i])), absent), 0.0, margins[i])
        margins[i] = kept / max(kept.sum(), 1e-300)
    return dataclasses.replace(known, margins=tuple(margins))


def _reached(sample: Side, known: Known, found: Sequence[Region], axes: Sequence[Axis]) -> Known:
    """The known shares as far as raking could reach them: a level without rows has no weight to gain."""
    margins = list(known.margins)
    for region in found:
        i, codes = region.axes[0], list(region.codes[0])
        now = sample.margin(i, axes[i].n_codes)
        if region.question == "levels":
            ours, theirs = now[codes].sum(), margins[i][codes].sum()
            scale = np.full(len(now), (1 - ours) / max(1 - theirs, 1e-300))
            scale[codes] = ours / max(theirs, 1e-300)
            margins[i] = margins[i] * scale
        else:
            margins[i] = now
    return replace(known, margins=tuple(margins))


def _margin(region: Region, sample: Side, reference: Side, axes: Sequence[Axis]) -> Margin:
    if len(region.axes) == 1:
        i, folded = region.axes[0], _fold(region, axes)
        cells = [folded[s.codes[i]] for s in (sample, reference)]
        return overlap_margin(sample, reference, cells[0], cells[1], int(folded.max()) + 1)
    if len(region.axes) > 2:
        cells = [inside(region, s).astype(np.int64) for s in (sample, reference)]
        return overlap_margin(sample, reference, cells[0], cells[1], 2)
    a, b = region.axes
    fold_a, fold_b = (split(fold(axes[i]), codes) for i, codes in zip((a, b), region.codes))
    size = int(fold_b.max()) + 1
    cells = [fold_a[s.codes[a]] * size + fold_b[s.codes[b]] for s in (sample, reference)]
    return overlap_margin(sample, reference, cells[0], cells[1], (int(fold_a.max()) + 1) * size)


def _fold(region: Region, axes: Sequence[Axis]) -> Codes:
    """What a one-way region is raked on: a single level against the rest, else the whole margin of its field."""
    codes = np.arange(axes[region.axes[0]].n_codes)
    return np.asarray(np.isin(codes, region.codes[0]).astype(np.int64) if region.question == "levels" else codes)
