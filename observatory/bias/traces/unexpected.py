"""Which combinations of groups are far more frequent, or rarer, in the sample than their parts would give?

Without a reference that proves nothing: what is far off is asked about, never claimed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from observatory.bias.axis import Axis
from observatory.bias.coded import Codes, Side, Weights
from observatory.bias.compare.candidates import MIN_EXPECTED, Mask, Place, fold
from observatory.bias.compare.cells import where_sql
from observatory.bias.compare.deep import bare
from observatory.bias.describe import count, group, listed, number
from observatory.bias.run import Outcome, Run
from observatory.bias.statistics import log_p
from observatory.bias.traces.alone import coded_sample, crossed
from observatory.model import Note

MAX_FIELDS = 16
_MAX_TOLD = 3
_MAX_LISTED = 20
_ALPHA = 0.01
_DETERMINED = 0.95
_MOSTLY = 0.9
_OF_LEVELS = 0.8
_TIED = 0.5
_RARE_LIFT, _COMMON_LIFT = 0.2, 3.0
_MANY = 20


@dataclass(frozen=True)
class Combination:
    """Fields and codes of a combination, its rows, those expected from its parts, and the z of the difference."""

    place: Place
    n: int
    expected: float
    z: float

    @property
    def lift(self) -> float:
        """Rows as a multiple of those expected."""
        return self.n / self.expected


def unexpected(run: Run) -> Outcome:
    """Combinations of two or three groups far from what their parts give: one question on three, 20 claims."""
    axes, side = run.once(coded_sample)
    axes = axes[:MAX_FIELDS]
    if len(axes) < 2 or len(side.weights) < _MANY:
        return Outcome()
    found, n_tests = far_off(side, axes)
    claims = [_claim(c, axes) for c in found[:_MAX_LISTED]]
    notes = _notes(_told(found)[:_MAX_TOLD], axes)
    check = (
        f"{n_tests:,} combinations of two or three groups of {count(len(axes), 'field')} were held against what their"
        " parts would give; those far off are asked about, not claimed."
    )
    return Outcome(check, notes=tuple(notes), claims={"combinations": claims} if claims else {})


def far_off(side: Side, axes: Sequence[Axis]) -> tuple[list[Combination], int]:
    """Combinations far from what their parts would give, furthest first, and how many were looked at.

    Two groups: against independence; three: against the log-linear model of all two-way tables. Fields of which one
    all but determines another, or that go together in most of their levels, are not crossed. Values that are missing
    and levels put together as "other" are no items.
    """
    n = len(side.weights)
    folds = [fold(axis) for axis in axes]
    sizes = [int(f.max()) + 1 for f in folds]
    folded = [f[codes] for f, codes in zip(folds, side.codes)]
    counts = {at: crossed(side, folded, at, sizes) * n for at in combinations(range(len(axes)), 2)}
    free = {at for at, table in counts.items() if not _determines(table) and not _is_tied(table)}
    found: list[Combination] = []
    n_tests = 0
    for at in _free_sets(len(axes), free):
        table = counts[at] if len(at) == 2 else crossed(side, folded, at, sizes) * n
        expected = _independent(table) if len(at) == 2 else no_interaction(table)
        open_ = _items(table, at, axes) & (expected >= MIN_EXPECTED)
        n_tests += int(open_.sum())
        z = _deviance_z(table, expected)
        far = open_ & ((table <= _RARE_LIFT * expected) & (expected >= _MANY) | (table >= _COMMON_LIFT * expected))
        found += [
            Combination(
                (at, _unfolded(cell, at, folds)),
                round(table[tuple(cell)]),
                float(expected[tuple(cell)]),
                float(z[tuple(cell)]),
            )
            for cell in np.argwhere(far)
        ]
    bound = np.log(_ALPHA / max(n_tests, 1))
    passing = [c for c in found if float(log_p(c.z)) <= bound]
    return sorted(passing, key=lambda c: (-abs(c.z), c.place)), n_tests


def _free_sets(n_axes: int, free: set[tuple[int, int]]) -> Iterator[tuple[int, ...]]:
    yield from sorted(free)
    for at in combinations(range(n_axes), 3):
        if all(two in free for two in combinations(at, 2)):
            yield at


def _items(table: Weights, at: Sequence[int], axes: Sequence[Axis]) -> Mask:
    """Cells of known values, none of them levels put together."""
    open_ = np.ones(table.shape, dtype=bool)
    for position, i in enumerate(at):
        index: list[Any] = [slice(None)] * table.ndim
        index[position] = [0] if axes[i].ordered else [0, table.shape[position] - 1]
        open_[tuple(index)] = False
    return open_


def _determines(table: Weights) -> bool:
    """Whether one field tells the other: in nine of ten of its rows that hold a value, or in four of five of its
    levels, almost all rows have the same level of the other, though that one varies.
    """
    known = table[1:, 1:]
    return any(_tells(t) for t in (known, known.T))


def _tells(table: Weights) -> bool:
    rows = table[table.sum(axis=1) >= MIN_EXPECTED]
    if not len(rows) or rows.sum(axis=0).max() >= _DETERMINED * rows.sum():
        return not len(rows)
    is_pure = rows.max(axis=1) >= _DETERMINED * rows.sum(axis=1)
    return bool(rows.max(axis=1).sum() >= _MOSTLY * rows.sum() or (len(rows) > 2 and is_pure.mean() >= _OF_LEVELS))


def _is_tied(table: Weights) -> bool:
    """Whether two fields go together as a whole (Cramér's V at least .5), so that holes are nothing to ask about."""
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(table.shape) < 2:
        return True
    expected = _independent(table)
    chi_square = float(((table - expected) ** 2 / expected).sum())
    return bool(chi_square >= _TIED**2 * float(table.sum()) * (min(table.shape) - 1))


def _independent(table: Weights) -> Weights:
    return np.asarray(np.outer(table.sum(axis=1), table.sum(axis=0)) / max(table.sum(), 1e-300))


def no_interaction(table: Weights, n_rounds: int = 20) -> Weights:
    """Counts that have the two-way margins of a three-way table and nothing more (iterative proportional fitting).

    >>> even = np.full((2, 2, 2), 3.0)
    >>> bool(np.allclose(no_interaction(even), even))
    True
    """
    fitted = np.ones_like(table)
    margins = [table.sum(axis=k, keepdims=True) for k in range(3)]
    for _ in range(n_rounds):
        worst = 0.0
        for k, margin in enumerate(margins):
            now = fitted.sum(axis=k, keepdims=True)
            worst = max(worst, float(np.abs(now - margin).max()))
            fitted = fitted * np.divide(margin, now, out=np.zeros_like(margin), where=now > 0)
        if worst < 0.1:
            break
    return fitted


def _deviance_z(n: Weights, expected: Weights) -> Weights:
    """Signed root of the Poisson likelihood ratio of counts."""
    expected = np.maximum(expected, 1e-9)
    ratio = np.log(np.maximum(n, 1e-300) / expected)
    deviance = 2 * (np.where(n > 0, n * ratio, 0.0) - (n - expected))
    return np.asarray(np.sign(n - expected) * np.sqrt(np.maximum(deviance, 0)))


def _told(found: Sequence[Combination]) -> list[Combination]:
    """Absent ones before frequent ones, one for the same fields."""
    kept: dict[tuple[int, ...], Combination] = {}
    for c in sorted(found, key=lambda c: (c.n > 0, c.lift > 1)):
        kept.setdefault(c.place[0], c)
    return list(kept.values())


def _claim(c: Combination, axes: Sequence[Axis]) -> dict[str, Any]:
    where = where_sql(bare(c.place), axes)
    return {"where": where, "n": c.n, "expected": c.expected, "lift": c.lift, "statement": _statement(c, axes)}


def _notes(told: Sequence[Combination], axes: Sequence[Axis]) -> list[Note]:
    """One note that asks about all of them."""
    if not told:
        return []
    names = tuple(dict.fromkeys(axes[i].field for c in told for i in c.place[0]))
    needs = "To tell, the shares of these combinations in the population are needed."
    if len(told) == 1:
        text = _statement(told[0], axes)
    else:
        pairs = [_in_short(c, axes) for c in told if len(c.place[0]) == 2]
        triples = [_in_short(c, axes) for c in told if len(c.place[0]) == 3]
        said = [f"Were the fields unrelated, there would be {listed(pairs)}."] if pairs else []
        said += [f"As each two of the fields go together, there would be {listed(triples)}."] if triples else []
        text = " ".join(said)
    return [Note("combinations", names, f"{text} Is that so in the population?", needs)]


def _in_short(c: Combination, axes: Sequence[Axis]) -> str:
    there = "there is none" if c.n == 0 else "there is 1" if c.n == 1 else f"there are {c.n:,}"
    return f"about {round(c.expected):,} rows of {_who(c, axes)} ({there})"


def _who(c: Combination, axes: Sequence[Axis]) -> str:
    return group([axes[i].condition(codes) for i, codes in zip(*c.place)], opening=False, people=False)


def _statement(c: Combination, axes: Sequence[Axis]) -> str:
    who = _who(c, axes)
    told = f"about {number(round(c.expected))}"
    if len(c.place[0]) == 2:
        basis = "would be expected if the two fields were independent"
    else:
        basis = "would be expected from how each two of these fields go together"
    if c.n == 0:
        return f"No row has {who}, where {told} {basis}."
    verb = "has" if c.n == 1 else "have"
    return f"{'Only ' if c.lift < 1 else ''}{count(c.n)} {verb} {who}, where {told} {basis}."


def _unfolded(cell: Codes, at: Sequence[int], folds: Sequence[Codes]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(np.flatnonzero(folds[i] == k).tolist()) for i, k in zip(at, cell))
