"""Do the shares of single fields depart from known shares of the population, such as a census gives?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from observatory.bias.axis import MANY_VALUES, N_BINS, Axis, family, is_whole
from observatory.bias.coded import Known, Side, Weights, code
from observatory.bias.compare.cells import count_where, region_finding, said, where_sql
from observatory.bias.compare.explain import Explained, Region, explain
from observatory.bias.describe import listed, number, share
from observatory.bias.matching.band import lower_end
from observatory.bias.run import Outcome, Run
from observatory.bias.statistics import detectable_h, share_apart
from observatory.errors import ObservatoryError
from observatory.model import FieldProfile, Finding, Note
from observatory.quoting import sql_literal, sql_name

COLUMNS = ("field", "value", "share")
_SHOWN = 8
_SHARED = 0.05
Shares = Mapping[str | None, float]


def marginals(run: Run) -> Outcome:
    """Levels and ranges whose share departs from `field, value, share`; an empty value stands for missing.

    Bands such as “18-34” and “65+” (see `band`) are read as ranges where the field is a number. Fields explain each
    other away by raking the sample to the known shares of those already reported. Shares are taken as exact, as those
    of a census are: nothing says how many rows they were counted over.
    """
    if run.marginals is None:
        return Outcome()
    given, notes = given_shares(run.marginals)
    fields = {f.name: f for f in run.profile.fields}
    notes += _unknown([name for name in given if name not in fields])
    made = {name: known_axis(fields[name], shares) for name, shares in given.items() if name in fields}
    notes += [_unread(name) for name, axis in made.items() if axis is None]
    axes, sample, more = _alike(run, [a for a in made.values() if a is not None], given)
    notes += more
    if not axes:
        return Outcome("No field could be compared with the marginals.", notes=tuple(notes))
    lost = [float((codes == 0).mean()) for codes in sample.codes]
    known = Known(tuple(known_margin(a, given[a.field], n) for a, n in zip(axes, lost)))
    found = explain(sample, known, axes, options=run.options)
    kept, below = said(found, known, axes, lambda regions: _findings(run, regions, axes, known), run.options)
    return Outcome(_check(run, found, len(axes)), found.families(), kept, (*notes, _blind()), explained=below)


def _alike(run: Run, axes: Sequence[Axis], given: Mapping[str, Shares]) -> tuple[list[Axis], Side, list[Note]]:
    """The axes of which the sample holds the values that the marginals name, its rows, and notes on the others.

    As in `values`: at most 5 % of the rows that have a value have a named one, though the marginals name nearly all.
    """
    sample = code(run.table, axes, run.random_state) if axes else Side.empty()
    kept, notes = [], []
    for i, axis in enumerate(axes):
        margin = sample.margin(i, axis.n_codes)
        named = sum(n for value, n in given[axis.field].items() if value is not None)
        if axis.ordered or named < 0.5 or margin[1:-1].sum() > _SHARED * margin[1:].sum() or not margin[1:].sum():
            kept.append(i)
            continue
        text = f"{axis.field} holds other values in the sample than in the marginals, so it is not compared."
        notes.append(Note("values", (axis.field,), text, f"To compare it, write {axis.field} the same in both."))
    return [axes[i] for i in kept], replace(sample, codes=tuple(sample.codes[i] for i in kept)), notes


def given_shares(frame: pd.DataFrame) -> tuple[dict[str, Shares], list[Note]]:
    """Shares by field and value, per cent taken as such, and notes on fields whose shares do not add up to 1."""
    lost = [f"“{c}”" for c in COLUMNS if c not in frame.columns]
    if lost:
        raise ObservatoryError(
            f"The marginals have no column {listed(lost)}.",
            "They are a table with the columns field, value and share, one row for each value.",
        )
    numbers = pd.to_numeric(frame["share"], errors="coerce")
    if numbers.isna().any() or (numbers < 0).any():
        raise ObservatoryError("A share of the marginals is not a number from 0 to 1.", "Write shares such as 0.51.")
    given: dict[str, dict[str | None, float]] = {}
    for name, value, n in zip(frame["field"].tolist(), frame["value"].tolist(), numbers.tolist()):
        given.setdefault(str(name), {})[_level(value)] = float(n)
    notes: list[Note] = []
    made = {name: _adding_up(name, shares, notes) for name, shares in given.items()}
    return {name: shares for name, shares in made.items() if shares}, notes


def _level(value: object) -> str | None:
    """A value as it is in the marginals, numbers in full; None stands for missing."""
    if isinstance(value, float):
        return None if math.isnan(value) else str(int(value)) if value.is_integer() else repr(float(value))
    return None if value is None or value is pd.NaT or value is pd.NA or value == "" else str(value)


def _adding_up(name: str, shares: Shares, notes: list[Note]) -> Shares:
    """Shares that add up to 1, or to less where other values have the rest; none where they add up to more."""
    total = sum(shares.values())
    if 98 <= total <= 102 or 0.98 <= total <= 1.02:
        return {v: s / total for v, s in shares.items()}
    what = "the rest is taken to be other values" if total < 1 else "so they are not compared"
    text = f"The shares of {name} in the marginals add up to {number(total)}; {what}."
    notes.append(Note("marginals", (name,), text, f"To use them all, give shares of {name} that add up to 1."))
    return shares if total < 1 else {}


def _unknown(names: Sequence[str]) -> list[Note]:
    if not names:
        return []
    verb = "is" if len(names) == 1 else "are"
    text = f"{listed(names[:_SHOWN])} {verb} in the marginals but not in the sample."
    return [
        Note(
            "unmatched",
            tuple(names),
            text,
            "To compare them, the marginals need to name the fields as the sample does.",
        )
    ]


def _unread(name: str) -> Note:
    text = f"The values of {name} in the marginals are not of the field's type, so they are not compared."
    return Note(
        "types", (name,), text, f"To compare it, write the values of {name} in the marginals as they are in the sample."
    )


def _blind() -> Note:
    text = (
        "Marginals show single fields only: a missing combination that keeps every field's shares cannot be seen."
        " Their shares are taken as exact; those of a small survey depart by chance too."
    )
    needs = "To see combinations, or to allow for the rows that shares were counted over, choose a reference table."
    return Note("marginals", (), text, needs)


def known_axis(field: FieldProfile, shares: Shares) -> Axis | None:
    """The groups that the marginals name; None if they are not values of the field's type."""
    values = [v for v in shares if v]
    kind, name = family(field.storage), sql_name(field.name)
    literals: list[Any] = list(values)
    if kind == "number":
        numbers = pd.to_numeric(pd.Series(values, dtype=object), errors="coerce")
        if numbers.isna().any() or len(values) > MANY_VALUES:
            return _banded(field, shares)
        literals = [int(x) if float(x).is_integer() else float(x) for x in numbers]
    if kind == "boolean":
        literals = [v.strip().lower() in ("true", "1", "yes", "t") for v in values]
    plain = kind in ("number", "boolean") or field.storage.upper() == "VARCHAR"
    expression = name if plain else f"CAST({name} AS VARCHAR)"
    labels = tuple(number(v) for v in literals) if kind == "number" else tuple(values)
    return Axis(field.name, False, expression, tuple(sql_literal(v) for v in literals), labels)


def _banded(field: FieldProfile, shares: Shares) -> Axis | None:
    """Bands as bins, from their lower ends; one more bin below the first if that has a lower end.

    Of more than 20 bands, those next to each other share a bin, so that every bin has at least 5 %.
    """
    whole = is_whole(field.storage)
    lows = [(_low(v, whole=whole), n) for v, n in shares.items() if v]
    known = sorted((low, n) for low, n in lows if low is not None)
    if len(known) < len(lows) or len({low for low, _ in known}) < len(known):
        return None
    held = 0.0
    edges: list[float] = []
    for low, n in known:
        if not edges or len(known) <= N_BINS or held >= 1 / N_BINS:
            edges.append(low)
            held = 0.0
        held += n
    ends = tuple(e for e in edges if math.isfinite(e))
    literals = tuple(sql_literal(int(e) if e.is_integer() else e) for e in ends)
    return Axis(field.name, True, sql_name(field.name), literals, tuple(number(e) for e in ends), whole, ends)


def _low(value: str, *, whole: bool) -> float | None:
    """The lower end of a band, or the number itself."""
    low = lower_end(value, whole=whole)
    if low is not None:
        return low
    single = float(pd.to_numeric(value, errors="coerce"))
    return None if math.isnan(single) else single


def known_margin(axis: Axis, shares: Shares, lost: float) -> Weights:
    """Known share of every code; where nothing is said of missing values, the sample's own share of them stands."""
    made = np.zeros(axis.n_codes)
    for i, (value, n) in enumerate((v, n) for v, n in shares.items() if v is not None):
        low = _low(value, whole=axis.whole) if axis.ordered else None
        made[i + 1 if low is None else 1 + sum(edge <= low for edge in axis.edges)] += n
    if not axis.ordered:
        made[-1] = max(1 - sum(shares.values()), 0.0)
    made[0] = shares.get(None, 0.0)
    if None not in shares:
        made = made * (1 - lost) / max(made.sum(), 1e-300)
        made[0] = lost
    return made


def _findings(run: Run, regions: Sequence[Region], axes: Sequence[Axis], known: Known) -> list[Finding]:
    counts = count_where(run.table, [where_sql(r, axes) for r in regions])
    shares = [float(known.margins[r.axes[0]][list(r.codes[0])].sum()) for r in regions]
    return [region_finding(r, axes, n, run.n_rows, s, "marginals") for r, n, s in zip(regions, counts, shares)]


def _check(run: Run, found: Explained, n_fields: int) -> str:
    n_tests = sum(len(p) for p in found.left.values())
    h = max(run.options.min_effect, detectable_h(run.n_rows, 1e12, max(n_tests, 1)))
    return (
        f"{n_fields} fields were compared with the marginals in {n_tests} groups; one that is half of the population"
        f" would have been noticed from {share(share_apart(0.5, h))} on (power 80 %)."
    )
