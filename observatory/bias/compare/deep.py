"""Regions that one- and two-way cells could not say: proposed by a model, tested on what raking has left over.

A corner of three fields, a disc or a diagonal still departs when sample and reference have been raked to agree on all
that cells found. The region proposed is given the bounds at which it departs most, then raked away too, until nothing
is left that passes .2 % over all that were proposed (Bonferroni).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from observatory.bias.axis import Axis
from observatory.bias.coded import Side, Weights
from observatory.bias.compare.candidates import NONE, Mask, Place, Tests, compare, spans
from observatory.bias.compare.cells import Placed, explained_away, findings, simplest
from observatory.bias.compare.children import explained
from observatory.bias.compare.compared import Compared, compared
from observatory.bias.compare.explain import Region, agreeing, inside
from observatory.bias.run import Outcome, Run
from observatory.bias.statistics import log_p
from observatory.model import BiasOptions

Sides = tuple[Side, Side]
Propose = Callable[[Sides, Sides], Tests]
_MAX_ROUNDS = 4
_ALPHA = 0.002
_NEARLY = 0.95
_READABLE = 4


@dataclass(frozen=True)
class Deep:
    """Regions over two or more fields, the p of every test made for them, and the sides once they are raked away.

    `known` are all regions raked away, those of cells first; `explains` gives for a region of cells, by position, the
    position in `regions` of the one that explains it.
    """

    regions: tuple[Region, ...]
    p: Weights
    known: tuple[Region, ...]
    explains: dict[int, int]
    sides: Sides


def beyond_cells(run: Run) -> Deep:
    """What cells found and left over, with no deep region yet."""
    found = run.once(explained_away)
    sample, reference = found.sides
    assert isinstance(reference, Side)
    return Deep((), np.empty(0), found.regions, {}, (sample, reference))


def dig(
    start: Deep,
    both: Compared,
    propose: Propose,
    seen: Callable[[Sides], Sides],
    question: str,
    options: BiasOptions = BiasOptions(),
) -> Deep:
    """The regions of `propose` that depart still, each given those before it.

    `propose` is given the sides as they are and as raked so far, and returns tests of regions; `seen` keeps the rows on
    which bounds may be moved (those that the tests do not look at, where `propose` holds some back).
    """
    whole = both.sample, both.reference
    regions: list[Region] = []
    p: list[float] = []
    known, explains, sides = list(start.known), dict(start.explains), start.sides
    asked = NONE
    for _ in range(_MAX_ROUNDS):
        asked = propose(whole, sides)
        region = _best(asked, whole, options, question)
        if region is None:
            break
        others = {i: r for i, r in enumerate(start.known) if i not in explains}
        told = explained_by(region, others, whole, both.axes, options)
        kept = [r for i, r in others.items() if i not in told] + known[len(start.known) :]
        region = refined(region, seen(_agreeing(whole, kept, both.axes)), both.axes)
        p.append(float(np.exp(region.log_p)))
        if _is_new(region, known):
            told = explained_by(region, others, whole, both.axes, options)
            explains |= dict.fromkeys(told, len(regions))
            regions.append(region)
        known.append(region)
        sides = _agreeing(whole, known, both.axes)
    left = np.exp(asked.log_p)
    return Deep(tuple(regions), np.concatenate([p, left]), tuple(known), explains, sides)


def _is_new(region: Region, known: Sequence[Region]) -> bool:
    """Whether a region crosses fields that no region known crosses, so that it is no other slice of the same thing."""
    return len(region.axes) > 1 and not any(set(region.axes) <= set(r.axes) for r in known)


def _agreeing(whole: Sides, known: Sequence[Region], axes: Sequence[Axis]) -> Sides:
    sample, reference = agreeing(*whole, known, axes)
    assert isinstance(reference, Side)
    return sample, reference


def _best(asked: Tests, whole: Sides, options: BiasOptions, question: str) -> Region | None:
    """The proposal of smallest p, if it passes and departs in the tables as they are too, the same way."""
    passing = np.flatnonzero(
        (np.abs(asked.h) >= options.min_effect) & (asked.log_p + np.log(max(len(asked.log_p), 1)) <= np.log(_ALPHA))
    )
    for i in passing[np.argsort(asked.log_p[passing], kind="stable")]:
        region = Region(*asked.places[int(i)], float(asked.z[i]), question, float(asked.log_p[i]), float(asked.h[i]))
        if abs(h := measure(region, whole)[1]) >= options.min_effect and h * region.z > 0:
            return region
    return None


def bare(place: Place, z: float = 0.0) -> Region:
    """The region of a place, with no evidence but its z."""
    return Region(*place, z, "", 0.0, 0.0)


def measure(region: Region, sides: Sides) -> tuple[float, float]:
    """z and Cohen's h of a region between two sides; (0, 0) where too few rows are expected."""
    p, r = (shared(inside(region, s), s) for s in sides)
    z, h, ok = compare(np.array([p]), np.array([r]), *sides)
    return (float(z[0]), float(h[0])) if ok[0] else (0.0, 0.0)


def shared(rows: Mask, side: Side) -> float:
    """Weighted share of some rows of a side."""
    return float(side.weights[rows].sum() / max(side.weights.sum(), 1e-300))


def tested(places: Sequence[Place], sides: Sides) -> Tests:
    """The tests of regions, each with enough rows expected."""
    if not places:
        return NONE
    regions = [bare(place) for place in places]
    p, r = (np.array([shared(inside(region, s), s) for region in regions]) for s in sides)
    z, h, ok = compare(p, r, *sides)
    return Tests(log_p(z[ok]), z[ok], h[ok], [places[int(i)] for i in np.flatnonzero(ok)])


def explained_by(
    region: Region, others: dict[int, Region], whole: Sides, axes: Sequence[Axis], options: BiasOptions
) -> set[int]:
    """Which of the other regions, of those that share a field with a region and depart less, no longer depart once it
    is raked away.

    Each is looked at with all others raked away that are not explained themselves, the last one found first.
    """
    told: set[int] = set()
    strength = abs(measure(region, whole)[0])
    for i in sorted(others, reverse=True):
        if not set(others[i].axes) & set(region.axes) or abs(measure(others[i], whole)[0]) > strength:
            continue
        kept = [r for j, r in others.items() if j != i and j not in told]
        alone = measure(others[i], _agreeing(whole, [region], axes))[1]
        left = measure(others[i], _agreeing(whole, [region, *kept], axes))[1]
        if abs(left) < options.min_effect and abs(alone) <= 0.5 * abs(measure(others[i], whole)[1]):
            told.add(i)
    return told


def refined(region: Region, sides: Sides, axes: Sequence[Axis]) -> Region:
    """The region with the codes of each field at which |z| is largest; a field that adds next to nothing is dropped."""
    parts = dict(zip(region.axes, region.codes))
    sign = 1 if region.z > 0 else -1
    for _ in range(3):
        before = dict(parts)
        for i in list(parts):
            others = {j: c for j, c in parts.items() if j != i}
            rows = [_inside(others, s) for s in sides]
            places, p, r = _alternatives(i, parts[i], axes[i], sides, rows)
            z, _, ok = compare(p, r, *sides)
            score = np.where(ok, z * sign, -np.inf)
            best = int((score * _plainness(places, axes[i])).argmax())
            everything = tested([(tuple(others), tuple(others.values()))], sides) if others else NONE
            if len(everything.z) and everything.z[0] * sign >= _NEARLY * score[best]:
                del parts[i]
            elif np.isfinite(score[best]):
                parts[i] = places[best]
        if parts == before:
            break
    fields = sorted(parts)
    made = dataclasses.replace(region, axes=tuple(fields), codes=tuple(parts[i] for i in fields))
    z_made, h = measure(made, sides)
    return dataclasses.replace(made, z=z_made, h=h) if z_made * sign > 0 else region


def _plainness(places: Sequence[tuple[int, ...]], axis: Axis) -> Weights:
    """What z of a condition counts for: less for a set of levels, and less still for one too long to be read out."""
    sizes = np.array([1 if axis.ordered else len(c) for c in places])
    return np.where(sizes == 1, 1.0, np.where(sizes <= _READABLE, 0.9, 0.75))


def _inside(parts: dict[int, tuple[int, ...]], side: Side) -> Mask:
    rows = np.ones(len(side.weights), dtype=bool)
    for i, codes in parts.items():
        rows &= np.isin(side.codes[i], codes)
    return rows


def _alternatives(
    i: int, now: tuple[int, ...], axis: Axis, sides: Sides, rows: Sequence[Mask]
) -> tuple[list[tuple[int, ...]], Weights, Weights]:
    """Sets of codes a condition could be, with the shares of both sides: ranges, single levels, sets by lift."""
    p, r = (
        np.bincount(s.codes[i][k], weights=s.weights[k], minlength=axis.n_codes) / max(s.weights.sum(), 1e-300)
        for s, k in zip(sides, rows)
    )
    places: list[tuple[int, ...]] = [now]
    if axis.ordered and now != (0,):
        places = [tuple(range(*s)) for s in list(spans(1, axis.n_codes))]
    elif now != (0,):
        levels = 1 + np.flatnonzero((p + r)[1:] > 0)
        order = levels[np.argsort(p[levels] / (p + r)[levels], kind="stable")]
        cuts = [order[:k] for k in range(1, len(order))] + [order[k:] for k in range(1, len(order))]
        places = [now, *((int(c),) for c in levels), *(tuple(sorted(c.tolist())) for c in cuts)]
    sums = [np.array([float(x[list(c)].sum()) for c in places]) for x in (p, r)]
    return places, np.clip(sums[0], 0, 1), np.clip(sums[1], 0, 1)


def said(run: Run, deep: Deep, detector: str, since: Deep) -> tuple[Placed, Outcome | None]:
    """The findings of deep regions, and those of cells that they explain, each with the place of its test."""
    assert run.reference is not None
    axes = run.once(compared).axes
    own = [dataclasses.replace(f, detector=detector) for f in findings(deep.regions, axes, run.table, run.reference)]
    kept = tuple((f, (detector, i)) for i, f in enumerate(own) if abs(f.effect.value) >= run.options.min_effect)
    told = {i: k for i, k in deep.explains.items() if i not in since.explains}
    if not told:
        return kept, None
    reference = run.once(compared).reference
    below = findings([simplest(deep.known[i], reference, axes) for i in told], axes, run.table, run.reference)
    placed = tuple(
        (explained(f, own[k], deep.regions[k], axes), (detector, n))
        for n, (f, k) in enumerate(zip(below, told.values()))
    )
    return kept, Outcome(families={detector: np.exp([deep.known[i].log_p for i in told])}, found=placed)
