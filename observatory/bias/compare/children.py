"""What departs only because of what was found: one-way departures that raking has explained away."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from observatory.bias.axis import Axis
from observatory.bias.compare.candidates import ONE_WAY
from observatory.bias.compare.explain import Explained, Region, bonferroni
from observatory.bias.describe import group
from observatory.bias.statistics import cohens_h
from observatory.model import BiasOptions, Finding

MAX_CHILDREN = 4


@dataclass(frozen=True)
class Child:
    """A region that departs before raking, the position of the region that explains it, and its place in the tests."""

    region: Region
    parent: int
    place: tuple[str, int]


def children(simple: Sequence[Region], asked: Sequence[Child], axes: Sequence[Axis]) -> list[Child]:
    """Of the departures `asked` (see `departures`) those not said yet, at most four for each parent.

    `simple` are the regions as they are reported. The strongest departure of every field goes before a second one.
    """
    named = {(c.region.axes, c.region.codes): c for c in asked}
    free = [c for c in named.values() if not any(_is_said(c.region, r, axes) for r in simple)]
    kept: list[Child] = []
    for parent in range(len(simple)):
        own = sorted((c for c in free if c.parent == parent), key=lambda c: -abs(c.region.h))
        fields = [c.region.axes for c in own]
        ranked = sorted(range(len(own)), key=lambda i: (fields[:i].count(fields[i]), i))
        kept += [own[i] for i in ranked[:MAX_CHILDREN]]
    return kept


def departures(found: Explained, axes: Sequence[Axis], options: BiasOptions = BiasOptions()) -> list[Child]:
    """Levels, and the strongest range of each number, that departed before raking and no longer do after it.

    Before: p <= .05 over all tests (Bonferroni) and Cohen's h >= .1. After: h < .1 from the parent's raking on.
    """
    if not found.regions:
        return []
    made: list[Child] = []
    corrected = bonferroni(found.before)
    for question in ONE_WAY:
        t = found.before[question]
        for i in np.flatnonzero((np.abs(t.h) >= options.min_effect) & (corrected[question] <= np.log(options.max_q))):
            region = Region(*t.places[int(i)], float(t.z[i]), question, float(t.log_p[i]), float(t.h[i]))
            made.append(Child(region, -1, (question, int(i))))
    strongest: dict[tuple[int, ...], Child] = {}
    for child in sorted(made, key=lambda c: -abs(c.region.z)):
        strongest.setdefault((*child.region.axes, *_which(child.region, axes)), child)
    parents = [(c, _parent(c.region, found, options.min_effect)) for c in strongest.values()]
    return [dataclasses.replace(c, parent=parent) for c, parent in parents if parent is not None]


def explained(finding: Finding, parent: Finding, region: Region, axes: Sequence[Axis]) -> Finding:
    """The finding as a child of its parent's `region`: low, no remedy; `explained_by` is that one's `where`."""
    words = group([axes[i].condition(codes) for i, codes in zip(region.axes, region.codes)], opening=False)
    said = f"{finding.statement.removesuffix('.')}: explained by {words}."
    return dataclasses.replace(finding, statement=said, severity="low", remedy=None, explained_by=parent.where)


def _which(region: Region, axes: Sequence[Axis]) -> tuple[int, ...]:
    """What tells departures of one field apart: the level, or nothing for the ranges of a number."""
    codes = region.codes[0]
    return (-1,) if axes[region.axes[0]].ordered and codes != (0,) else codes


def _is_said(region: Region, said: Region, axes: Sequence[Axis]) -> bool:
    """Whether a region of the same field says it: the level, any range of a number, or that values are missing."""
    if region.axes != said.axes:
        return False
    is_range = axes[region.axes[0]].ordered and region.codes[0] != (0,)
    return is_range or said.codes[0] == (0,) or bool(set(region.codes[0]) & set(said.codes[0]))


def _parent(region: Region, found: Explained, min_effect: float) -> int | None:
    """Position of the region from whose raking on the departure is gone; None if it is not gone in the end."""
    i, codes = region.axes[0], list(region.codes[0])
    gone = [abs(float(cohens_h(p[i][codes].sum(), r[i][codes].sum()))) < min_effect for p, r in found.raked]
    return next((k for k in range(len(gone)) if all(gone[k:])), None)
