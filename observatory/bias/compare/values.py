"""Do sample and reference hold the same values of a field, or does it only have the same name on both sides?"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from observatory.bias.axis import Axis, value_range
from observatory.bias.coded import Side
from observatory.bias.describe import listed, number
from observatory.model import FieldProfile, Note, Table

_SHARED_MAX = 0.05
_SHOWN = 3
_MAX_VALUE = 40
Said = tuple[str, str]


def unlike(
    axes: Sequence[Axis], fields: Sequence[FieldProfile], tables: tuple[Table, Table], sides: tuple[Side, Side]
) -> dict[str, Note]:
    """Fields of which the two sides (sample, reference) hold different values, each with the note that says so.

    Levels: at most 5 % of the rows of either side have a level that the other side has. One side that knows the
    other's levels is enough to compare, so a group that is absent altogether is still found. Numbers and times: the
    ranges do not meet. A field that is empty on one side is not judged, nor is a truth value.
    """
    profiles = {f.name: f for f in fields}
    notes: dict[str, Note] = {}
    for i, axis in enumerate(axes):
        if not _suspect(i, axis, sides) or profiles[axis.field].storage.upper() == "BOOLEAN":
            continue
        said = _ranges(profiles[axis.field], tables) if axis.ordered else _levels(axis, tables)
        if said:
            notes[axis.field] = _note(axis.field, said)
    return notes


def _suspect(i: int, axis: Axis, sides: tuple[Side, Side]) -> bool:
    """Whether the codes do not rule it out: no bin but the outer ones, or hardly a listed level, in common."""
    p, r = (side.margin(i, axis.n_codes)[1:] for side in sides)
    if not p.sum() or not r.sum():
        return False
    if axis.ordered:
        return bool(p[0] == p.sum() or p[-1] == p.sum())
    both = (p > 0) & (r > 0)
    both[-1] = False
    return bool(max(p[both].sum() / p.sum(), r[both].sum() / r.sum()) <= _SHARED_MAX)


def _levels(axis: Axis, tables: tuple[Table, Table]) -> Said | None:
    """The commonest levels of both sides in words, if they share hardly any."""
    sql = f"SELECT {axis.expression} AS v, count(*) AS n FROM t WHERE {axis.expression} IS NOT NULL GROUP BY 1"
    ours, theirs = (t.query(f"{sql} ORDER BY 2 DESC, 1").set_index("v")["n"] for t in tables)
    both = ours.index.intersection(theirs.index)
    if max(ours[both].sum() / ours.sum(), theirs[both].sum() / theirs.sum()) > _SHARED_MAX:
        return None
    return _commonest(ours), _commonest(theirs)


def _commonest(counts: pd.Series) -> str:
    names = [number(v) if isinstance(v, float) else " ".join(str(v).split()) for v in counts.index[:_SHOWN].tolist()]
    shown = [v if len(v) <= _MAX_VALUE else v[: _MAX_VALUE - 1] + "…" for v in names]
    more = len(counts) - len(shown)
    return listed([*shown, *([f"{more:,} more"] if more else [])])


def _ranges(field: FieldProfile, tables: tuple[Table, Table]) -> Said | None:
    """The ranges of both sides in words, if they do not meet."""
    ours, theirs = (value_range(field, t) for t in tables)
    if ours is None or theirs is None:
        return None
    (low, high), (other_low, other_high) = ours.literals, theirs.literals
    apart = tables[0].query(f"SELECT {high} < {other_low} OR {other_high} < {low} AS apart").iloc[0, 0]
    return (" to ".join(ours.labels), " to ".join(theirs.labels)) if apart else None


def _note(name: str, said: Said) -> Note:
    text = (
        f"{name} holds different values on the two sides, so it is not compared:"
        f" {said[0]} in this sample, {said[1]} in the reference."
    )
    needs = f"To compare it, the reference needs a field {name} that means the same and is written the same."
    return Note("values", (name,), text, needs)
