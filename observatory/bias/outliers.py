"""Is any value so far out that it does not belong to the rest?

A finding needs a gap in the tail of a field that its own spacings do not explain. If distances y from the median fall
off like a power (the heaviest tail in practice), then i * log(y_i / y_(i+1)) over the ranks i are independent
exponentials (Rényi), so the gap below rank i against the K spacings after it has p = (1 + gap / sum)^-K. Lighter tails
make it conservative.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from observatory.bias.axis import is_ordered
from observatory.bias.cells import count_where
from observatory.bias.describe import count, interval, number
from observatory.bias.run import Outcome, Run
from observatory.bias.statistics import wilson
from observatory.model import Effect, FieldProfile, Finding
from observatory.quoting import sql_literal, sql_name

MAX_NUMBERS = 60
MAX_ROWS_SHOWN = 10_000
_MAX_SHARE = 0.01
_TAIL = 200
_MAX_TAIL = 5000
_MIN_DISTINCT = 15
_FACTOR = 1.5
_FENCE = 3.0
_MIN_ROWS = 50
Numbers = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Gap:
    """A gap in one tail of a field: values at or beyond `cut` against `ordinary`, the last value before the gap."""

    field: FieldProfile
    above: bool
    cut: float
    ordinary: float
    far: float
    p: float


def outliers(run: Run) -> Outcome:
    """Values beyond a gap that their tail does not explain."""
    numbers = [f for f in run.profile.fields if _is_measured(f)][:MAX_NUMBERS]
    gaps = _gaps(run, numbers) if run.n_rows >= _MIN_ROWS else []
    families = {"outliers": np.array([g.p for g in gaps])}
    far = [(i, g) for i, g in enumerate(gaps) if g.far >= _FENCE and _leap(g) >= _FACTOR]
    found = [(f, ("outliers", i)) for i, g in far for f in _finding(g, run)]
    looked = (
        f"{count(len(gaps), 'tail')} of {count(len(numbers), 'numeric field')}, looked at for values beyond a gap (at"
        f" most 1 % of the rows, {_FACTOR} times as far out as all others and {_FENCE:g} quartile ranges away)."
    )
    return Outcome(looked if gaps else "No field has a tail long enough to judge far values.", families, tuple(found))


def _is_measured(field: FieldProfile) -> bool:
    return field.type == "quantitative" and field.role not in ("identifier", "text") and is_ordered(field)


def _leap(gap: Gap) -> float:
    return abs(gap.far / gap.ordinary) if gap.ordinary else np.inf


def _gaps(run: Run, fields: Sequence[FieldProfile]) -> list[Gap]:
    found = []
    for field in fields:
        name = sql_name(field.name)
        finite = f"FROM t WHERE isfinite({name}::DOUBLE)"
        quarters = ", ".join(f"quantile_cont({name}::DOUBLE, {q}) AS q{i}" for i, q in enumerate((0.25, 0.5, 0.75)))
        low, middle, high = (
            run.table.query(f"SELECT {quarters} {finite}").iloc[0].to_numpy(dtype=float, na_value=np.nan)
        )
        if not high > low:
            continue
        for above in (True, False):
            tail = run.table.query(
                f"SELECT {name}::DOUBLE AS x, count(*) AS n {finite} GROUP BY 1 ORDER BY 1 {'DESC' if above else 'ASC'}"
                f" LIMIT {_MAX_TAIL}"
            )
            x, n = tail["x"].to_numpy(dtype=float), tail["n"].to_numpy(dtype=float)
            gap = _tail_gap(field, x, n, middle, high - low, run.n_rows)
            if gap:
                found.append(gap)
    return found


def _tail_gap(
    field: FieldProfile, values: Numbers, counts: Numbers, middle: float, spread: float, n_rows: int
) -> Gap | None:
    """The least likely gap among the distinct values of a tail, outermost first; None if it is too short to tell."""
    beyond = np.abs(values - middle) > 0
    beyond &= np.sign(values - middle) == np.sign(values[0] - middle)
    distance, ranks = np.abs(values - middle)[beyond], np.cumsum(counts[beyond])
    most = int((ranks <= max(_MAX_SHARE * n_rows, 1)).sum())
    if not most or len(distance) < most + _MIN_DISTINCT:
        return None
    spacings = ranks[:-1] * -np.diff(np.log(distance))
    best, best_log_p = 0, 1.0
    for i in range(most):
        stop = max(int(np.searchsorted(ranks, ranks[i] + _TAIL)), i + _MIN_DISTINCT)
        below = spacings[i + 1 : stop + 1]
        n_below = float(ranks[min(stop, len(ranks) - 1)] - ranks[i])
        used = min(n_below, _TAIL)
        log_p = -used * float(np.log1p(spacings[i] / below.sum() * n_below / used))
        if log_p < best_log_p:
            best, best_log_p = i, log_p
    far, near = float(distance[best]) / spread, float(distance[best + 1]) / spread
    above = bool(values[0] > middle)
    return Gap(field, above, float(values[best]), near, far, min(1.0, float(np.exp(best_log_p)) * most))


def _finding(gap: Gap, run: Run) -> list[Finding]:
    """The rows beyond a gap, unless the reference has as many of them."""
    name = sql_name(gap.field.name)
    where = f"{name}::DOUBLE {'>=' if gap.above else '<='} {sql_literal(gap.cut)}"
    where += f" AND isfinite({name}::DOUBLE)"
    n = count_where(run.table, [where])[0]
    if run.reference is not None and _known_to_reference(run, gap, where, n):
        return []
    rows = run.table.query(f"SELECT rowid AS r FROM t WHERE {where} ORDER BY 1 LIMIT {MAX_ROWS_SHOWN}")["r"].tolist()
    side = "or more" if gap.above else "or less"
    verb, noun = ("has", "is") if n == 1 else ("have", "are")
    statement = (
        f"{count(n)} ({interval(wilson(n, run.n_rows))}) {verb} {gap.field.name} of {number(gap.cut)} {side}:"
        f" {noun} at least {number(round(gap.far, 1))} quartile ranges from the median, with nothing between"
        f" {number(round(gap.ordinary, 1))} and there."
    ).replace(f": {noun} at least", ", at least")
    return [
        Finding(
            id="",
            kind="rows",
            columns=(gap.field.name,),
            where=where,
            direction="outliers",
            rows=tuple(int(r) for r in rows),
            n=n,
            sample_share=n / run.n_rows,
            reference_share=None,
            interval=wilson(n, run.n_rows),
            effect=Effect("quartile ranges from the median", gap.far),
            p=gap.p,
            q=None,
            severity="high" if gap.far >= 10 * _FENCE else "medium",
            evidence="internal",
            detector="outliers",
            statement=statement,
            evidence_sql=f"SELECT * FROM t WHERE {where} ORDER BY {name}",
            remedy={
                "check": "Look at these rows: another unit, a typing error, a code for “unknown”, or a true extreme."
            },
        )
    ]


def _known_to_reference(run: Run, gap: Gap, where: str, n: int) -> bool:
    from observatory.bias.reference import storage_of

    assert run.reference is not None
    if gap.field.name not in storage_of(run.reference):
        return False
    theirs = count_where(run.reference, [where])[0]
    return theirs / max(run.reference.n_rows, 1) >= 0.5 * n / run.n_rows
