"""Sample and reference side by side: which fields both have, and with comparable types."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from observatory.bias.axis import family
from observatory.bias.describe import listed
from observatory.bias.drawn import drawn
from observatory.bias.run import MAX_FIELDS, Run
from observatory.model import FieldProfile, Note, Table
from observatory.quoting import sql_name

_SHOWN = 8


def storage_of(table: Table) -> dict[str, str]:
    """DuckDB type of every column of a table."""
    frame = table.query("SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM t)")
    return dict(zip(frame["column_name"].tolist(), frame["column_type"].tolist()))


def shared_fields(run: Run) -> tuple[list[FieldProfile], list[Note]]:
    """Group fields that the reference has too, with the larger `distinct` of both, and notes on the others."""
    assert run.reference is not None
    theirs = storage_of(run.reference)
    both = [f for f in run.group_fields if f.name in theirs]
    same = [f for f in both if family(f.storage) == family(theirs[f.name])]
    other = [f.name for f in both if f not in same]
    banded = {name for note in run.notes if note.kind == "bands" for name in note.columns}
    ours = [f.name for f in run.profile.fields if f.name not in banded]
    notes = [
        *_note("unmatched", [n for n in ours if n not in theirs], "in the sample only", "the reference needs"),
        *_note("unmatched", [n for n in theirs if n not in ours], "in the reference only", "the sample needs"),
        *_note("types", other, "of another type in the reference", "the reference needs", " of the sample's type"),
    ]
    return _with_distinct(same[:MAX_FIELDS], run.reference), notes


def holds(run: Run, predicate: str) -> bool:
    """Whether a predicate over the sample runs on the reference too: it names no field that is not there or is of
    another type there.
    """
    return not any(name in predicate for name in run.once(_foreign))


def _foreign(run: Run) -> tuple[str, ...]:
    theirs = storage_of(run.reference) if run.reference is not None else {}
    return tuple(
        sql_name(f.name)
        for f in run.profile.fields
        if f.name not in theirs or family(f.storage) != family(theirs[f.name])
    )


def _note(kind: str, names: Sequence[str], where: str, who: str, how: str = "") -> list[Note]:
    if not names:
        return []
    shown = [*names[:_SHOWN], *([f"{len(names) - _SHOWN} more"] if len(names) > _SHOWN else [])]
    verb = "is" if len(names) == 1 else "are"
    statement = f"{listed(shown)} {verb} {where}, so nothing is compared there."
    it, what = ("it", "field") if len(names) == 1 else ("them", "fields")
    return [Note(kind, tuple(names), statement, f"To compare {it}, {who} the {what} {listed(shown)}{how}.")]


def _with_distinct(fields: Sequence[FieldProfile], reference: Table) -> list[FieldProfile]:
    if not fields:
        return []
    counts = ", ".join(f"approx_count_distinct({sql_name(f.name)})" for f in fields)
    distinct = reference.query(f"SELECT {counts} FROM t WHERE {drawn(reference)}").iloc[0].tolist()
    return [dataclasses.replace(f, distinct=max(f.distinct, int(n))) for f, n in zip(fields, distinct)]
