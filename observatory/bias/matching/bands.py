"""Columns of bands, such as “18-34” and “65+”, that stand for a number of the sample: compared as known shares."""

from __future__ import annotations

import numpy as np
import pandas as pd

from observatory.bias.axis import family
from observatory.bias.matching.levels import are_bands, levels_of
from observatory.bias.matching.shared import storage_of
from observatory.bias.run import Run
from observatory.model import Alignment, Note, Table
from observatory.quoting import sql_literal, sql_name

_FIRM = 4.0


def shares_of(table: Table, names: dict[str, str]) -> pd.DataFrame:
    """The shares of all values of some columns as `field, value, share`; `names` is column -> field."""
    counted = [
        f"SELECT {sql_literal(field)} AS field, CAST({sql_name(name)} AS VARCHAR) AS value,"
        f" count(*) / sum(count(*)) OVER () AS share FROM t GROUP BY {sql_name(name)}"
        for name, field in names.items()
    ]
    return table.query(f"{' UNION ALL '.join(f'({sql})' for sql in counted)} ORDER BY field, share DESC, value")


def banded_fields(run: Run, alignment: Alignment, reference: Table) -> tuple[pd.DataFrame | None, list[Note]]:
    """Matched columns of bands as `field, value, share`, None if there are none, and a note on each of them.

    Known shares have no error of their own: where chance in the reference alone could make a departure that is worth a
    finding (4 standard errors of Cohen's h, sqrt(1/n + 1/m)), the column is not compared, and the note says what to do.
    """
    ours, theirs = {f.name: f.storage for f in run.profile.fields}, storage_of(reference)
    both = {m.theirs: m.field for m in alignment.matches if family(theirs[m.theirs]) == "text"}
    asked = [name for name, field in both.items() if family(ours[field]) == "number"]
    found = {name: levels for name, levels in levels_of(reference, theirs, asked).items() if are_bands(levels)}
    if not found:
        return None, []
    error = np.sqrt(1 / max(run.n_rows, 1) + 1 / reference.n_rows)
    firm = reference.n_rows >= 10 * run.n_rows or _FIRM * error <= run.options.min_effect
    notes = [_note(both[name], levels[0], firm=bool(firm)) for name, levels in found.items()]
    return (shares_of(reference, {n: both[n] for n in found}) if firm else None), notes


def _note(field: str, band: str, *, firm: bool) -> Note:
    text = f"{field} is in bands such as “{band}” in the reference, "
    if firm:
        text += f"so {field} of this sample is counted in these bands, as if their shares were known."
        return Note(
            "bands", (field,), text, "To see it together with other fields, the reference needs the number itself."
        )
    text += "and the two tables are too small to take its shares for those of the population, so it is not compared."
    return Note(
        "bands", (field,), text, f"To compare it, give {field} of this sample in the same bands, as a field of text."
    )
