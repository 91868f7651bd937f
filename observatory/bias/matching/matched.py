"""A run whose reference and marginals speak the sample's language, and notes on how they were read."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

import pandas as pd

from observatory.bias.axis import family
from observatory.bias.matching.align import certain, checked, read_as
from observatory.bias.matching.bands import banded_fields
from observatory.bias.matching.levels import text_sql
from observatory.bias.matching.shared import storage_of
from observatory.bias.matching.shares import known_shares
from observatory.bias.run import Run
from observatory.model import Alignment, FieldMatch, Note, Table
from observatory.quoting import sql_literal, sql_name

View = Callable[[Table, Mapping[str, str]], Table]


def matched(run: Run, alignment: Alignment | None, view: View) -> Run:
    """The same run with its reference under the sample's names and levels, as `view` shows it.

    Without an alignment what is certain is matched, and other columns stay as they are; with one, only its fields are
    compared. Columns of bands such as “18-34” that stand for a number become marginals. FieldNotFound or
    ObservatoryError where the alignment or the marginals cannot be meant.
    """
    notes: list[Note] = []
    if run.marginals is not None:
        shares, notes = known_shares(run.marginals, run.table, run.profile)
        run = dataclasses.replace(run, marginals=shares)
    if run.reference is not None:
        run, more = _with_reference(run, run.reference, alignment, view)
        notes = more + notes
    return dataclasses.replace(run, notes=(*run.notes, *notes), _made={})


def _with_reference(run: Run, reference: Table, alignment: Alignment | None, view: View) -> tuple[Run, list[Note]]:
    if is_same(run.table, reference):
        return run, [itself()]
    asked = alignment and checked(alignment, run.profile, reference)
    chosen = asked or certain(run.table, run.profile, reference)
    shares, notes = banded_fields(run, chosen, reference)
    compared = Alignment(tuple(m for m in chosen.matches if not any(m.field in n.columns for n in notes)))
    seen = columns(compared, {f.name: f.storage for f in run.profile.fields}, reference)
    if asked is None:
        left = [n for n in storage_of(reference) if n not in {m.theirs for m in chosen.matches}]
        seen |= {name: sql_name(name) for name in left}
    is_whole = seen == {name: sql_name(name) for name in storage_of(reference)}
    if shares is not None:
        known = run.marginals
        named = set() if known is None else set(known["field"])
        given = [shares[~shares["field"].isin(named)], *([] if known is None else [known])]
        run = dataclasses.replace(run, marginals=pd.concat(given, ignore_index=True))
    said = read_as(compared.matches, "the reference")
    return dataclasses.replace(run, reference=reference if is_whole else view(reference, seen)), [*said, *notes]


def columns(alignment: Alignment, ours: Mapping[str, str], reference: Table) -> dict[str, str]:
    """The matched columns of a reference by the sample's names: name -> SQL expression over the reference.

    `ours` is the type of every field of the sample. Levels are recoded; a value of another type is read as one of the
    sample's where that loses no value, and otherwise stays as it is.
    """
    theirs = storage_of(reference)
    return {m.field: _expression(m, ours[m.field], theirs[m.theirs], reference) for m in alignment.matches}


def _expression(match: FieldMatch, ours: str, theirs: str, reference: Table) -> str:
    column = sql_name(match.theirs)
    same = family(ours) == family(theirs)
    if (same and not match.levels) or "other" in (family(ours), family(theirs)):
        return column
    text = text_sql(match.theirs, theirs)
    if match.levels:
        whens = " ".join(f"WHEN {sql_literal(a)} THEN {sql_literal(b)}" for a, b in match.levels.items())
        text = f"CASE {text} {whens} ELSE {text} END"
    if family(ours) == "text":
        return text
    made = f"TRY_CAST({text} AS {'DOUBLE' if family(ours) == 'number' else ours})"
    lost = reference.query(f"SELECT count(*) AS n FROM t WHERE {column} IS NOT NULL AND {made} IS NULL")
    return column if int(lost["n"].iloc[0]) else made


def is_same(table: Table, reference: Table) -> bool:
    """Whether both tables hold the same columns and the same rows, in any order."""
    if table is reference:
        return True
    storage = storage_of(table)
    if table.n_rows != reference.n_rows or storage != storage_of(reference):
        return False
    row = f"hash({', '.join(sql_name(name) for name in storage)})"
    head, whole = (f"SELECT sum({row} % 1000000007)::BIGINT AS h FROM {t}" for t in ("(FROM t LIMIT 10000)", "t"))
    return all(table.query(q)["h"].iloc[0] == reference.query(q)["h"].iloc[0] for q in (head, whole))


def itself() -> Note:
    """The note on a reference that is the sample."""
    text = "The reference is this table itself, so no group can be out of step with it."
    return Note(
        "itself", (), text, "To learn who is missing, choose a table of the population that was collected apart."
    )


def earlier(created: str) -> Note:
    """The note on a reference that is an earlier version; `created` is ISO 8601."""
    text = f"The reference is this table as it was on {created[:10]}: what differs is what has changed since."
    return Note("version", (), text)
