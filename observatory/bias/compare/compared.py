"""Sample and reference side by side: the fields that both hold, cut into the same groups, and every row as codes."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from observatory.bias.axis import Axis, make_axes
from observatory.bias.coded import Side, code
from observatory.bias.compare.values import unlike
from observatory.bias.matching.shared import shared_fields
from observatory.bias.run import MAX_FIELDS, Run
from observatory.model import Note

MAX_PAIRED = 24
N_TIMES = 60  # finer than numbers: month and season would else tell what is left of a window


@dataclass(frozen=True)
class Compared:
    """Axes of the fields compared, coarse ones first, and both tables as codes; without axes, `why_not` says why."""

    axes: tuple[Axis, ...]
    sample: Side
    reference: Side
    notes: tuple[Note, ...]
    why_not: str = ""

    @property
    def n_paired(self) -> int:
        """How many of the axes are paired with each other."""
        return min(len(self.axes), MAX_PAIRED)


def compared(run: Run) -> Compared:
    """What can be compared with the reference table of a run, and notes on what cannot."""
    assert run.reference is not None
    fields, found = shared_fields(run)
    notes = tuple(found)
    if not fields or not run.n_rows or not run.reference.n_rows:
        why = "have no field in common that makes groups" if not fields else "must both have rows"
        return _nothing(why, notes)
    axes = make_axes(fields, [run.table, run.reference], n_times=N_TIMES)
    sample, reference = (code(t, axes, run.random_state) for t in (run.table, run.reference))
    different = unlike(axes, fields, (run.table, run.reference), (sample, reference))
    notes = (*notes, *different.values(), *_capped(run, len(fields)))
    alike = [i for i, a in enumerate(axes) if a.field not in different]
    if not alike:
        return _nothing("hold different values in every field they have in common", notes)
    kept = [dataclasses.replace(s, codes=tuple(s.codes[i] for i in alike)) for s in (sample, reference)]
    return Compared(tuple(axes[i] for i in alike), kept[0], kept[1], notes)


def _nothing(why: str, notes: Sequence[Note]) -> Compared:
    return Compared((), Side.empty(), Side.empty(), tuple(notes), why)


def _capped(run: Run, n_fields: int) -> list[Note]:
    notes = []
    if len(run.group_fields) > MAX_FIELDS:
        text = (
            f"Only {MAX_FIELDS} of {len(run.group_fields)} fields were compared with the reference, coarse ones first."
        )
        notes.append(Note("capped", (), text))
    if n_fields > MAX_PAIRED:
        text = f"Pairs of fields were compared among {MAX_PAIRED} of {n_fields} fields, coarse ones first."
        notes.append(Note("capped", (), text))
    return notes
