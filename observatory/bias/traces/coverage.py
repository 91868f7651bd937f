"""Which combinations of groups hold too few rows to say anything about them?

A pattern holds one to three fields to a level (numbers to a quarter). It is uncovered when fewer than `min_count` rows
match it, and maximal when every pattern with one field less is covered (maximal uncovered patterns: Asudeh, Jin &
Jagadish, 2019, "Assessing and remedying coverage for a given dataset"). Rare groups meet rarely, so patterns are ranked
by the rows that would be expected had their parts nothing to do with each other; that most are rare says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np

from observatory.bias.axis import Axis, is_ordered, make_axes
from observatory.bias.coded import Side, code
from observatory.bias.compare.cells import count_rare
from observatory.bias.compare.compared import compared
from observatory.bias.describe import count, group, listed, number, share
from observatory.bias.drawn import MAX_ROWS
from observatory.bias.remedy.advice import rows_to_collect
from observatory.bias.run import Outcome, Run
from observatory.model import Note

Counts = np.ndarray[Any, np.dtype[np.float64]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]
_MAX_FIELDS = 8
_MAX_LEVELS = 12
_N_BINS = 4
_MAX_WAYS = 3
_MAX_CLAIMS = 50
_MAX_NOTES = 3
_FACTOR = 2.0  # times `min_count` that should be there: fewer may fall short by chance
_SAME = 0.2  # of what is expected: fewer is how things that exclude each other look, and is asked about elsewhere


@dataclass(frozen=True)
class Pattern:
    """Positions of fields and the code of each; the rows that match it, and those expected from its parts."""

    axes: tuple[int, ...]
    codes: tuple[int, ...]
    n: int
    expected: float


@dataclass(frozen=True)
class Grid:
    """Coarse fields and the rows of every combination of up to three of them, worked out when first asked for."""

    axes: tuple[Axis, ...]
    side: Side
    n_rows: int
    _counted: dict[tuple[int, ...], Counts] = field(default_factory=dict, repr=False)

    def counts(self, which: Sequence[int]) -> Counts:
        """Rows by the codes of those fields, scaled up to all rows where only some were drawn."""
        key = tuple(which)
        if key not in self._counted:
            shape = [self.axes[i].n_codes for i in which]
            cell = np.ravel_multi_index([self.side.codes[i] for i in which], shape)
            drawn = np.bincount(cell, minlength=int(np.prod(shape))).reshape(shape)
            self._counted[key] = np.asarray(drawn * (self.n_rows / max(len(self.side.weights), 1)))
        return self._counted[key]


def coverage(run: Run) -> Outcome:
    """Maximal uncovered patterns of up to three coarse fields: `claims["coverage"]`, and a note on the first three.

    Never a finding: whether such rows exist can only be known from a reference. With one, the notes name combinations
    of which the sample should hold twice `min_count` rows and does not, with the rows to collect.
    """
    grid = run.once(coarse)
    if len(grid.axes) < 2:
        return Outcome()
    found = [p for p in uncovered(grid, run.options.min_count) if p.expected >= 1]
    found.sort(key=lambda p: (-p.expected, p.axes, p.codes))
    found = _recounted(run, grid, found[:_MAX_CLAIMS])
    notes = _against_reference(run, grid) if run.reference is not None else _notes(run, grid, found)
    check = (
        f"{count(len(grid.axes), 'coarse field')} looked at, by up to {_MAX_WAYS} together, for combinations with fewer"
        f" than {run.options.min_count} rows."
    )
    claims = {"coverage": [_claim(p, grid) for p in found]} if found else {}
    return Outcome(check, notes=tuple(notes), claims=claims)


def coarse(run: Run) -> Grid:
    """The eight fields of fewest groups, of at most twelve levels each, numbers and times in quarters."""
    fields = [f for f in run.group_fields if (f.distinct <= _MAX_LEVELS or is_ordered(f)) and f.distinct > 1]
    fields.sort(key=lambda f: (f.name != run.target, is_ordered(f), f.distinct))
    axes = make_axes(fields[:_MAX_FIELDS], [run.table], _N_BINS) if run.n_rows and fields else []
    axes = [a for a in axes if a.ordered or 1 < len(a.literals) <= _MAX_LEVELS]
    return Grid(tuple(axes), code(run.table, axes, run.random_state) if axes else Side.empty(), run.n_rows)


def uncovered(grid: Grid, min_count: int) -> Iterator[Pattern]:
    """All maximal uncovered patterns; a missing value is no level that could be covered."""
    singles = [grid.counts([i]) for i in range(len(grid.axes))]
    covered: dict[tuple[int, ...], Mask] = {(i,): n >= min_count for i, n in enumerate(singles)}
    tables: dict[tuple[int, ...], Counts] = {(i,): n for i, n in enumerate(singles)}
    for ways in range(2, _MAX_WAYS + 1):
        for which in combinations(range(len(grid.axes)), ways):
            n = tables[which] = grid.counts(which)
            parents = _known(n)
            for left_out in range(ways):
                parent = which[:left_out] + which[left_out + 1 :]
                parents &= np.expand_dims(covered[parent], left_out)
            covered[which] = n >= min_count
            holes = np.argwhere(parents & (n < min_count))
            expected = _expected(which, tables, grid.n_rows)
            for codes in holes.tolist():
                yield Pattern(which, tuple(codes), round(float(n[tuple(codes)])), float(expected[tuple(codes)]))


def _known(n: Counts) -> Mask:
    """Which cells have a value in every field: code 0 is missing."""
    known = np.ones(n.shape, dtype=bool)
    for axis in range(n.ndim):
        known[(slice(None),) * axis + (0,)] = False
    return known


def _expected(which: tuple[int, ...], tables: dict[tuple[int, ...], Counts], n_rows: int) -> Counts:
    """Rows expected when two fields are independent; for three, when two are, given the third, at the least."""
    if len(which) == 2:
        a, b = which
        return np.asarray(np.outer(tables[(a,)], tables[(b,)]) / n_rows)
    least = None
    for k in range(3):
        a, b = (i for i in range(3) if i != k)
        given = np.expand_dims(tables[(which[k],)], (0, 1) if k == 2 else (0, 2) if k == 1 else (1, 2))
        with_a = np.expand_dims(tables[tuple(sorted((which[a], which[k])))], b)
        with_b = np.expand_dims(tables[tuple(sorted((which[b], which[k])))], a)
        made = np.divide(
            with_a * with_b, given, out=np.zeros(np.broadcast_shapes(with_a.shape, with_b.shape)), where=given > 0
        )
        least = made if least is None else np.minimum(least, made)
    return np.asarray(least)


def where_sql(pattern: Pattern, axes: Sequence[Axis]) -> str:
    """SQL predicate of a pattern."""
    return " AND ".join(f"({axes[i].where([c])})" for i, c in zip(pattern.axes, pattern.codes))


def _recounted(run: Run, grid: Grid, found: list[Pattern]) -> list[Pattern]:
    """The patterns with all rows counted where only a part was drawn, less those that are covered after all."""
    if run.n_rows <= MAX_ROWS:
        return found
    ns = count_rare(run.table, [where_sql(p, grid.axes) for p in found])
    return [Pattern(p.axes, p.codes, n, p.expected) for p, n in zip(found, ns) if n < run.options.min_count]


def _words(pattern: Pattern, grid: Grid, *, opening: bool = True) -> str:
    conditions = [grid.axes[i].condition([c]) for i, c in zip(pattern.axes, pattern.codes)]
    return group(conditions, opening=opening)


def _statement(pattern: Pattern, grid: Grid) -> str:
    rows = "no rows" if not pattern.n else "1 row" if pattern.n == 1 else f"{pattern.n:,} rows"
    return (
        f"{_words(pattern, grid)}: {rows}, where about {number(round(pattern.expected))} would be if these had nothing"
        " to do with each other."
    )


def _claim(pattern: Pattern, grid: Grid) -> dict[str, Any]:
    return {
        "fields": [grid.axes[i].field for i in pattern.axes],
        "where": where_sql(pattern, grid.axes),
        "n": pattern.n,
        "expected": round(pattern.expected, 1),
        "statement": _statement(pattern, grid),
    }


def _notes(run: Run, grid: Grid, found: Sequence[Pattern]) -> list[Note]:
    """One note that names combinations that should not be rare; a pair of numbers usually goes together."""
    enough = [p for p in found if p.expected >= _FACTOR * run.options.min_count and p.n > _SAME * p.expected]
    shown = _apart([p for p in enough if sum(grid.axes[i].ordered for i in p.axes) < 2])
    if not shown:
        return []
    examples = listed([f"{_words(p, grid, opening=False)} ({p.n:,})" for p in shown])
    text = (
        f"Combinations of common groups hold fewer than {run.options.min_count} rows: {examples}. Shares and means"
        " within them would be guesswork."
    )
    fields = tuple(dict.fromkeys(name for p in shown for name in _fields(p, grid)))
    return [Note("coverage", fields, text, "To say more, collect rows of these groups, if the population has them.")]


def _apart(patterns: Sequence[Pattern]) -> list[Pattern]:
    """The first few, one for each set of fields."""
    return list({p.axes: p for p in reversed(patterns)}.values())[::-1][:_MAX_NOTES]


def _fields(pattern: Pattern, grid: Grid) -> tuple[str, ...]:
    return tuple(grid.axes[i].field for i in pattern.axes)


def _against_reference(run: Run, grid: Grid) -> list[Note]:
    """Combinations that the reference has and the sample does not cover, with the rows to collect."""
    assert run.reference is not None
    alike = [i for i, a in enumerate(grid.axes) if a.field in {b.field for b in run.once(compared).axes}]
    if len(alike) < 2 or not run.reference.n_rows:
        return []
    axes = tuple(grid.axes[i] for i in alike)
    ours = Grid(axes, Side(tuple(grid.side.codes[i] for i in alike), grid.side.weights), run.n_rows)
    theirs = Grid(axes, code(run.reference, axes, run.random_state), run.n_rows)
    found = []
    for p in uncovered(ours, run.options.min_count):
        should = float(theirs.counts(p.axes)[p.codes])
        if _as_parts_go(p, ours, theirs, should) >= _FACTOR * run.options.min_count:
            found.append(Pattern(p.axes, p.codes, p.n, should))
    found.sort(key=lambda p: (-p.expected, p.axes, p.codes))
    return _reference_notes(_apart(_recounted(run, ours, found[:_MAX_CLAIMS])), ours, run)


def _as_parts_go(pattern: Pattern, ours: Grid, theirs: Grid, should: float) -> float:
    """Rows that should be there, were the pattern as rare here as the rarest of its parts: that part is told of."""
    parts = [k for ways in range(1, len(pattern.axes)) for k in combinations(range(len(pattern.axes)), ways)]
    ratios = [1.0]
    for part in parts:
        at, codes = tuple(pattern.axes[k] for k in part), tuple(pattern.codes[k] for k in part)
        here, there = (float(grid.counts(at)[codes]) / grid.n_rows for grid in (ours, theirs))
        ratios += [here / there] if there else []
    return should * min(ratios)


def _reference_notes(patterns: Sequence[Pattern], grid: Grid, run: Run) -> list[Note]:
    """One note on all of them, with the rows to collect of each."""
    if not patterns:
        return []
    said, more = [], []
    for p in patterns:
        who, theirs = _words(p, grid, opening=False), p.expected / run.n_rows
        said.append(f"{who} ({p.n:,}, where the reference's {share(theirs)} would be {round(p.expected):,})")
        more.append(f"{count(rows_to_collect(p.n, run.n_rows, theirs))} of {who}")
    text = f"Too few rows to say anything about them: {listed(said)}."
    fields = tuple(dict.fromkeys(name for p in patterns for name in _fields(p, grid)))
    return [Note("coverage", fields, text, f"Collect {listed(more, 'or')}, all other rows kept.")]
