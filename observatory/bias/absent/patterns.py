"""Which fields are missing in the same rows?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from observatory.bias.describe import listed, share
from observatory.bias.run import Run
from observatory.model import FieldProfile, Note
from observatory.quoting import sql_name

MAX_LACKING = 100
_MAX_COMPARED = 24
_PHI_MIN = 0.6
_SHOWN = 6


@dataclass(frozen=True, eq=False)
class Block:
    """Fields that are missing in exactly the same rows; the first one stands for all."""

    fields: tuple[FieldProfile, ...]

    @property
    def name(self) -> str:
        """Name of the field that stands for all."""
        return self.fields[0].name

    @property
    def missing(self) -> int:
        """Rows in which they are missing."""
        return self.fields[0].missing


def blocks(run: Run, lacking: Sequence[FieldProfile]) -> list[Block]:
    """Fields by pattern of missing rows: equal counts and equal sums of hashed row numbers tell them."""
    sums = ", ".join(f"sum(hash(rowid) % 1000003) FILTER (WHERE {sql_name(f.name)} IS NULL)" for f in lacking)
    keys = run.table.query(f"SELECT {sums} FROM t").iloc[0].tolist()
    found: dict[tuple[int, object], list[FieldProfile]] = {}
    for field, key in zip(lacking, keys):
        found.setdefault((field.missing, key), []).append(field)
    return [Block(tuple(fields)) for fields in found.values()]


def together(run: Run, patterns: Sequence[Block]) -> list[list[Block]]:
    """The blocks in sets that tend to be missing together (phi of at least .6, chained), each block in one set."""
    compared = patterns[:_MAX_COMPARED]
    couples = list(combinations(range(len(compared)), 2))
    both = _both_missing(run, compared, couples) if couples else []
    joined = list(range(len(compared)))
    for (a, b), n in zip(couples, both):
        if _phi(n, compared[a].missing, compared[b].missing, run.n_rows) >= _PHI_MIN:
            joined = [joined[a] if k == joined[b] else k for k in joined]
    sets = [[compared[i] for i, k in enumerate(joined) if k == first] for first in dict.fromkeys(joined)]
    return sets + [[block] for block in patterns[_MAX_COMPARED:]]


def notes_on(sets: Sequence[Sequence[Block]], run: Run, told: Sequence[Block] = ()) -> list[Note]:
    """One note on all sets of two fields or more, less the blocks that a finding names."""
    sets = [s for s in sets if sum(len(b.fields) for b in s) > 1 and not (len(s) == 1 and s[0] in told)]
    if not sets:
        return []
    names = tuple(f.name for s in sets for b in s for f in b.fields)
    if len(sets) == 1:
        exact = f" ({share(sets[0][0].missing / run.n_rows)} of all)" if len(sets[0]) == 1 else ""
        verb = "are" if exact else "tend to be"
        return [Note("together", names, f"{_named(sets[0])} {verb} missing in the same rows{exact}.")]
    shown = [*map(_named, sets[:_SHOWN]), *([f"{len(sets) - _SHOWN} more sets"] if len(sets) > _SHOWN else [])]
    return [Note("together", names, f"Values tend to be missing in the same rows: of {'; of '.join(shown)}.")]


def _both_missing(run: Run, compared: Sequence[Block], couples: Sequence[tuple[int, int]]) -> list[int]:
    lost = [f"{sql_name(b.name)} IS NULL" for b in compared]
    counts = ", ".join(f"count(*) FILTER (WHERE {lost[a]} AND {lost[b]})" for a, b in couples)
    return [int(n) for n in run.table.query(f"SELECT {counts} FROM t").iloc[0].tolist()]


def _phi(both: int, a: int, b: int, n: int) -> float:
    """Correlation of two conditions that hold in `a` and `b` of `n` rows, and in `both` together."""
    return (both * n - a * b) / float(np.sqrt(float(a) * b * (n - a) * (n - b)))


def _named(found: Sequence[Block]) -> str:
    names = [f.name for block in found for f in block.fields]
    return listed([*names[:_SHOWN], *([f"{len(names) - _SHOWN} more"] if len(names) > _SHOWN else [])])
