"""Which combinations of two or three groups are unusually frequent, or absent?

Apriori (Agrawal & Srikant, 1994): a combination is looked at only if all its parts are frequent. Items are the coarse
codes of fields (`fold`), so a table of three fields is counted at once by crossing their codes; absent combinations are
in it too, which a list of frequent itemsets is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from observatory.bias.axis import Axis
from observatory.bias.classify import part
from observatory.bias.coded import Codes, Side, Weights
from observatory.bias.compare.candidates import NONE, Place, Tests, boxes, compare, fold
from observatory.bias.compare.cells import where_sql
from observatory.bias.compare.compared import Compared, compared
from observatory.bias.compare.deep import Deep, Sides, bare, dig, said
from observatory.bias.compare.told_apart import told_regions
from observatory.bias.describe import count
from observatory.bias.run import Outcome, Run, Witness
from observatory.bias.statistics import log_p
from observatory.bias.traces.alone import crossed
from observatory.bias.traces.unexpected import unexpected

MAX_FIELDS = 16
_MIN_SHARE = 0.01
_MAX_WITNESSES = 20


def itemsets(run: Run) -> Outcome:
    """Combinations of three groups that depart from the reference given all that was found; without a reference,
    combinations of two or three that are far from what their parts would give, as a question.
    """
    if run.reference is None:
        return unexpected(run)
    both = run.once(compared)
    if len(both.axes) < 2:
        return Outcome()
    start, deep = run.once(told_regions), run.once(item_regions)
    found, below = said(run, deep, "itemsets", start)
    n_fields = min(len(both.axes), MAX_FIELDS)
    check = (
        f"{len(deep.p):,} combinations of three groups of {count(n_fields, 'field')} were compared with the reference,"
        " given what was found."
        if len(deep.p)
        else "No combination of three groups was frequent enough to be compared with the reference."
    )
    return Outcome(check, {"itemsets": deep.p}, found, explained=below, witnesses=_witnesses(both, run))


def item_regions(run: Run) -> Deep:
    """Three-way combinations that depart when all that cells and trees found is raked away."""
    both, start = run.once(compared), run.once(told_regions)
    rng = np.random.default_rng(run.random_state)
    rows = [np.sort(rng.permutation(len(s.weights))[: run.sample_rows]) for s in (both.sample, both.reference)]

    def fewer(sides: Sides) -> Sides:
        return part(sides, rows)

    def propose(_: Sides, raked: Sides) -> Tests:
        return triples(fewer(raked), both.axes)

    return dig(start, both, propose, fewer, "itemsets", run.options)


def triples(sides: Sides, axes: Sequence[Axis], min_share: float = _MIN_SHARE) -> Tests:
    """Tests of all combinations of three items of which every two are frequent on one side at least; an item is a
    level, or a range of quarters of a number.
    """
    grid = Grid.of(axes[:MAX_FIELDS])
    folded = [grid.folded(side) for side in sides]
    frequent = {
        at: np.maximum(*(grid.items(side, given, at) for side, given in zip(sides, folded))) >= min_share
        for at in combinations(range(len(grid.folds)), 2)
    }
    z_all, h_all, found = [], [], []
    for a, b, c in combinations(range(len(grid.folds)), 3):
        open_ = frequent[a, b][:, :, None] & frequent[a, c][:, None, :] & frequent[b, c][None, :, :]
        if open_.any():
            p, r = (grid.items(side, given, (a, b, c)) for side, given in zip(sides, folded))
            z, h, ok = compare(p, r, *sides)
            z_all.append(z[open_ & ok])
            h_all.append(h[open_ & ok])
            found.append(((a, b, c), np.argwhere(open_ & ok)))
    if not found:
        return NONE
    z, h = np.concatenate(z_all), np.concatenate(h_all)
    return Tests(log_p(z), z, h, _Places(grid, found))


@dataclass(frozen=True, eq=False)
class Grid:
    """Coarse codes of fields, and the items made of them: half-open ranges of coarse codes, per field."""

    folds: tuple[Codes, ...]
    ranges: tuple[tuple[tuple[int, int], ...], ...]

    @classmethod
    def of(cls, axes: Sequence[Axis]) -> Grid:
        """The grid of some axes."""
        folds = tuple(fold(axis) for axis in axes)
        return cls(folds, tuple(tuple(boxes(axis, int(f.max()) + 1)) for axis, f in zip(axes, folds)))

    def folded(self, side: Side) -> list[Codes]:
        """The rows of a side as coarse codes."""
        return [f[codes] for f, codes in zip(self.folds, side.codes)]

    def items(self, side: Side, folded: Sequence[Codes], at: Sequence[int]) -> Weights:
        """Weighted shares of all combinations of an item of each field."""
        sums = crossed(side, folded, at, [int(f.max()) + 1 for f in self.folds])
        for position, i in enumerate(at):
            low, high = np.array(self.ranges[i]).T
            total = np.insert(sums.cumsum(axis=position), 0, 0.0, axis=position)
            sums = total.take(high, axis=position) - total.take(low, axis=position)
        return np.asarray(np.clip(sums, 0, 1))

    def place(self, at: Sequence[int], cell: Codes) -> Place:
        """Fields and codes of a combination of items."""
        bounds = [self.ranges[i][int(k)] for i, k in zip(at, cell)]
        codes = [np.flatnonzero((self.folds[i] >= low) & (self.folds[i] < high)) for i, (low, high) in zip(at, bounds)]
        return tuple(at), tuple(tuple(c.tolist()) for c in codes)


class _Places(Sequence[Place]):
    """The places of combinations, each made when it is asked for."""

    def __init__(self, grid: Grid, found: Sequence[tuple[tuple[int, ...], Codes]]) -> None:
        self._grid, self._found = grid, found
        self._ends = np.cumsum([len(cells) for _, cells in found])

    def __len__(self) -> int:
        return int(self._ends[-1])

    def __getitem__(self, i: Any) -> Any:
        part_ = int(np.searchsorted(self._ends, i, side="right"))
        at, cells = self._found[part_]
        return self._grid.place(at, cells[int(i) - int(self._ends[part_]) + len(cells)])


def _witnesses(both: Compared, run: Run) -> tuple[Witness, ...]:
    """Items, and combinations of two, that depart by themselves (Bonferroni), the twenty of largest z."""
    sides = both.sample, both.reference
    grid = Grid.of(both.axes[:MAX_FIELDS])
    folded = [grid.folded(side) for side in sides]
    made: list[tuple[float, Place]] = []
    n_tests = 0
    for k in (1, 2):
        for at in combinations(range(len(grid.folds)), k):
            p, r = (grid.items(side, given, at) for side, given in zip(sides, folded))
            z, h, ok = compare(p, r, *sides)
            n_tests += int(ok.sum())
            large = ok & (np.abs(h) >= run.options.min_effect) & (log_p(z) <= np.log(run.options.max_q))
            made += [(float(z[tuple(cell)]), grid.place(at, cell)) for cell in np.argwhere(large)]
    made = [m for m in made if float(log_p(m[0])) <= np.log(run.options.max_q / max(n_tests, 1))]
    made.sort(key=lambda m: (-abs(m[0]), m[1]))
    return tuple(
        Witness("apriori", where_sql(bare(place), both.axes), "over" if z > 0 else "under")
        for z, place in made[:_MAX_WITNESSES]
    )
