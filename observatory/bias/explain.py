"""Which groups of the reference are too few or too many in the sample?

The candidate whose departure is least likely by chance, given how many were looked at, is taken; then sample and
reference are raked to agree there (on that level, the whole margin of that number, or the two-way table of that pair),
and what is left is tested again. Children, neighbours and complements of what was said explain themselves away. The
rounds end when none passes 5 % over all candidates of a round (Bonferroni, an equal part for each question).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from observatory.bias.axis import Axis
from observatory.bias.candidates import MIN_EXPECTED, QUESTIONS, Mask, Tests, box_sums, compare, fold, spans, tests
from observatory.bias.coded import Codes, Known, Side, Weights
from observatory.bias.overlap import Margin, overlap_margin, rake
from observatory.bias.statistics import log_p
from observatory.model import BiasOptions

_MAX_PICKS = 12


@dataclass(frozen=True)
class Region:
    """Rows whose code of each field lies in a set: positions of the fields, their codes, and the evidence.

    `h` is Cohen's h at the time the region was looked at.
    """

    axes: tuple[int, ...]
    codes: tuple[tuple[int, ...], ...]
    z: float
    question: str
    log_p: float
    h: float


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
        if len(region.axes) == 2 and isinstance(reference, Side):
            region = _refined(region, sample, reference, axes, options.min_effect)
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
    """log p of every test times the number of tests, each question having an equal share of the error.

    A set of levels is corrected for as many tests as there are levels, or else it would be named where one level does.
    """
    n_questions = max(sum(len(t.log_p) > 0 for t in asked.values()), 1)
    n_tests = {q: max(len(t.log_p), len(asked["levels"].log_p) if q == "sets" else 0, 1) for q, t in asked.items()}
    return {q: t.log_p + np.log(n_tests[q] * n_questions) for q, t in asked.items()}


def _best(asked: Mapping[str, Tests], options: BiasOptions) -> Region | None:
    """The region of the smallest Bonferroni-corrected p."""
    all_corrected = bonferroni(asked)
    best: Region | None = None
    smallest = float(np.log(options.max_q))
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
        folds = [_fold(r, axes) for r in found]
        codes = [f[sample.codes[r.axes[0]]] for f, r in zip(folds, found)]
        targets = [np.bincount(f, weights=reference.margins[r.axes[0]]).astype(float) for f, r in zip(folds, found)]
        return rake(sample, codes, targets), reference
    margins: list[Margin] = []
    a, b = sample, reference
    for region in found:
        margins.append(_margin(region, a, b, axes))
        a = rake(sample, [m.sample for m in margins], [m.target for m in margins])
        b = rake(reference, [m.reference for m in margins], [m.target for m in margins])
    return a, b


def _refined(region: Region, sample: Side, reference: Side, axes: Sequence[Axis], min_effect: float) -> Region:
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
    return Region(
        region.axes, codes, float(z[row, column]), region.question, float(log_p(z[row, column])), float(h[row, column])
    )


def _near(axis: Axis, codes: tuple[int, ...]) -> list[tuple[int, int]]:
    """Ranges of bins that overlap the coarse ones by at least half of either; just the cell itself if not ordered."""
    if not axis.ordered or codes == (0,):
        return [(codes[0], codes[-1] + 1)]
    first, stop = codes[0], codes[-1] + 1
    overlaps = [(s, min(s[1], stop) - max(s[0], first)) for s in list(spans(1, axis.n_codes))[:-1]]
    return [s for s, both in overlaps if 2 * both >= min(s[1] - s[0], stop - first)] or [(first, stop)]


def _margin(region: Region, sample: Side, reference: Side, axes: Sequence[Axis]) -> Margin:
    if len(region.axes) == 1:
        i, folded = region.axes[0], _fold(region, axes)
        cells = [folded[s.codes[i]] for s in (sample, reference)]
        return overlap_margin(sample, reference, cells[0], cells[1], int(folded.max()) + 1)
    if len(region.axes) > 2:
        cells = [inside(region, s).astype(np.int64) for s in (sample, reference)]
        return overlap_margin(sample, reference, cells[0], cells[1], 2)
    a, b = region.axes
    fold_a, fold_b = (_split(fold(axes[i]), codes) for i, codes in zip((a, b), region.codes))
    size = int(fold_b.max()) + 1
    cells = [fold_a[s.codes[a]] * size + fold_b[s.codes[b]] for s in (sample, reference)]
    return overlap_margin(sample, reference, cells[0], cells[1], (int(fold_a.max()) + 1) * size)


def inside(region: Region, side: Side) -> Mask:
    """Which rows of a side lie in a region."""
    rows = [np.isin(side.codes[i], codes) for i, codes in zip(region.axes, region.codes)]
    return np.asarray(np.logical_and.reduce(rows))


def _fold(region: Region, axes: Sequence[Axis]) -> Codes:
    """What a one-way region is raked on: a single level against the rest, else the whole margin of its field."""
    codes = np.arange(axes[region.axes[0]].n_codes)
    return np.asarray(np.isin(codes, region.codes[0]).astype(np.int64) if region.question == "levels" else codes)


def _split(folded: Codes, codes: tuple[int, ...]) -> Codes:
    """The fold with the region's own bounds added, so that raking on it explains the region to its edge."""
    inside = np.isin(np.arange(len(folded)), codes)
    return np.asarray(folded * 2 + inside)
