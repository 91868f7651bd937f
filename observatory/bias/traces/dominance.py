"""Is one value nearly all there is? That alone is no bias: only a reference could tell."""

from __future__ import annotations

from observatory.bias.describe import count, share
from observatory.bias.run import Outcome, Run
from observatory.model import FieldProfile, Note

_SHARE = 0.8
_MAX_NOTES = 5


def dominance(run: Run) -> Outcome:
    """Notes on fields of which one value holds at least 80 % of the rows, when there is no reference to judge it by."""
    fields = [f for f in run.group_fields if f.type in ("nominal", "ordinal") and f.top and f.distinct > 1]
    if run.compares or not fields:
        return Outcome()
    held = [f for f in fields if f.top[0].value is not None and f.top[0].n >= _SHARE * run.n_rows]
    held.sort(key=lambda f: (-f.top[0].n, f.name))
    check = (
        f"{count(len(fields), 'field')} looked at for a value that 80 % of rows hold; that is a note, not a finding."
    )
    return Outcome(check, notes=tuple(_note(f, run.n_rows) for f in held[:_MAX_NOTES]))


def _note(field: FieldProfile, n_rows: int) -> Note:
    top = field.top[0]
    statement = f"{share(top.n / n_rows)} of the rows have {field.name} = {top.value}."
    needs = f"To tell whether that is too many, the share of {field.name} = {top.value} in the population is needed."
    return Note("dominance", (field.name,), statement, needs)
