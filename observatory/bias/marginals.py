"""Do the shares of single fields depart from known shares of the population, such as a census gives?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from observatory.bias import describe
from observatory.bias.axis import Axis, family
from observatory.bias.cells import count_where, region_finding
from observatory.bias.explain import Region
from observatory.bias.run import H_MIN, Outcome, Run
from observatory.bias.statistics import detectable_h, log_p, share_apart, two_proportion_z
from observatory.errors import ObservatoryError
from observatory.model import FieldProfile, Finding, Note
from observatory.quoting import sql_literal, sql_name

_EXACT = 1e12
_MIN_EXPECTED = 5
COLUMNS = ("field", "value", "share")


def marginals(run: Run) -> Outcome:
    """Levels whose share departs from `field, value, share`; an empty value stands for missing."""
    if run.marginals is None:
        return Outcome()
    given, notes = _given(run.marginals)
    known = {f.name: f for f in run.profile.fields}
    unknown = [name for name in given if name not in known]
    if unknown:
        verb = "is" if len(unknown) == 1 else "are"
        text = f"{describe.listed(unknown[:8])} {verb} in the marginals but not in the sample."
        notes.append(Note("unmatched", tuple(unknown), text, "The field names of the sample."))
    found: list[tuple[Finding, float]] = []
    p_values: list[float] = []
    for name, shares in given.items():
        if name in known and run.n_rows:
            _compare(run, known[name], shares, found, p_values, notes)
    p_array = np.array(p_values)
    placed = tuple((f, ("marginals", p_values.index(p))) for f, p in found)
    h = max(H_MIN, detectable_h(max(run.n_rows, 1), _EXACT, max(len(p_values), 1)))
    check = (
        f"{len(p_values)} levels of {len(given) - len(unknown)} fields were compared with the marginals; a level that is"
        f" half of the population would have been noticed from {describe.share(share_apart(0.5, h))} on (power 80 %)."
    )
    blind = "Marginals show single fields only: a missing combination that keeps every field's shares cannot be seen."
    notes.append(Note("marginals", (), blind, "A reference table with the fields side by side."))
    return Outcome(check, {"marginals": p_array}, placed, tuple(notes))


def _given(frame: pd.DataFrame) -> tuple[dict[str, dict[str | None, float]], list[Note]]:
    """Shares by field and value, per cent taken as such, and notes on fields whose shares do not add up to 1."""
    lost = [c for c in COLUMNS if c not in frame.columns]
    if lost:
        raise ObservatoryError(
            f"The marginals have no column {describe.listed([f'“{c}”' for c in lost])}.",
            "They are a table with the columns field, value and share, one row for each value.",
        )
    numbers = pd.to_numeric(frame["share"], errors="coerce")
    if numbers.isna().any() or (numbers < 0).any():
        raise ObservatoryError("A share of the marginals is not a number from 0 to 1.", "Write shares such as 0.51.")
    given: dict[str, dict[str | None, float]] = {}
    for field, value, number in zip(frame["field"].tolist(), frame["value"].tolist(), numbers.tolist()):
        level = None if value is None or value != value or value == "" else str(value)
        given.setdefault(str(field), {})[level] = float(number)
    notes: list[Note] = []
    made = {name: _normal(name, shares, notes) for name, shares in given.items()}
    return {name: shares for name, shares in made.items() if shares}, notes


def _normal(name: str, shares: Mapping[str | None, float], notes: list[Note]) -> dict[str | None, float]:
    total = sum(shares.values())
    if 98 <= total <= 102:
        return {v: s / total for v, s in shares.items()}
    if abs(total - 1) > 0.02:
        short = total < 1
        what = "the rest is taken as other values" if short else "so they are not compared"
        text = f"The shares of {name} in the marginals add up to {describe.number(total)}, {what}."
        notes.append(Note("marginals", (name,), text, "Shares that add up to 1."))
        return dict(shares) if short else {}
    return {v: s / total for v, s in shares.items()}


def _compare(
    run: Run,
    field: FieldProfile,
    shares: Mapping[str | None, float],
    found: list[tuple[Finding, float]],
    p_values: list[float],
    notes: list[Note],
) -> None:
    """Test every level of one field; of two levels that are each other's complement, the one that is too few counts."""
    axis = _axis(field, [v for v in shares if v is not None])
    if axis is None:
        text = f"The values of {field.name} in the marginals are not of the field's type, so they are not compared."
        notes.append(Note("types", (field.name,), text, "Values written as in the sample."))
        return
    codes = [(0,), *((c,) for c in range(1, axis.n_codes - 1))]
    counts = count_where(run.table, [axis.where(c) for c in codes])
    expected = [shares.get(None, 0.0), *(shares[v] for v in shares if v is not None)]
    if None not in shares:
        codes, counts, expected = codes[1:], counts[1:], expected[1:]
    base = run.n_rows if None in shares else run.n_rows - field.missing
    drafts: list[tuple[Finding, float]] = []
    for code, n, reference_share in zip(codes, counts, expected):
        if base and base * max(reference_share, n / base) >= _MIN_EXPECTED:
            z = two_proportion_z(n / base, base, reference_share, _EXACT)
            p = float(np.exp(log_p(z)))
            region = Region((0,), (code,), float(z), "marginals", math.log(p) if p else -745.0)
            p_values.append(p)
            drafts.append((region_finding(region, [axis], n, base, reference_share, "marginals"), p))
    kept = [d for d in drafts if abs(d[0].effect.value) >= H_MIN]
    if len(shares) == 2 and len(kept) == 2:
        kept = [d for d in kept if d[0].direction == "under"][:1]
    found += kept


def _axis(field: FieldProfile, values: list[str]) -> Axis | None:
    kind, name = family(field.storage), sql_name(field.name)
    literals: list[Any] = list(values)
    if kind == "number":
        numbers = pd.to_numeric(pd.Series(values, dtype=object), errors="coerce")
        if numbers.isna().any():
            return None
        literals = [int(x) if float(x).is_integer() else float(x) for x in numbers]
    if kind == "boolean":
        literals = [v.strip().lower() in ("true", "1", "yes", "t") for v in values]
    plain = kind in ("number", "boolean") or field.storage.upper() == "VARCHAR"
    expression = name if plain else f"CAST({name} AS VARCHAR)"
    return Axis(field.name, False, expression, tuple(sql_literal(v) for v in literals), tuple(values))
