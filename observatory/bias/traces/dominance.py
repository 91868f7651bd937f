"""Is one value nearly all there is? That alone is no bias: only a reference could tell."""

from __future__ import annotations

from collections.abc import Sequence

from observatory.bias.describe import count, listed, share
from observatory.bias.run import Outcome, Run
from observatory.model import FieldProfile, Note

_SHARE = 0.8
_SHOWN = 5


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
    return Outcome(check, notes=_notes(held, run.n_rows))


def _notes(held: Sequence[FieldProfile], n_rows: int) -> tuple[Note, ...]:
    """One note on all of them."""
    if not held:
        return ()
    shares = [(f"{f.name} = {f.top[0].value}", share(f.top[0].n / n_rows)) for f in held]
    if len(held) == 1:
        level, held_by = shares[0]
        statement, of = f"{held_by} of the rows have {level}.", f"share of {level}"
    else:
        shown = [f"{level} ({held_by})" for level, held_by in shares[:_SHOWN]]
        more = [f"one value in {count(len(held) - _SHOWN, 'other field')}"] if len(held) > _SHOWN else []
        statement, of = f"Most rows have {listed([*shown, *more])}.", "shares of these values"
    needs = f"To tell whether that is too many, the {of} in the population {'is' if len(held) == 1 else 'are'} needed."
    return (Note("dominance", tuple(f.name for f in held), statement, needs),)
