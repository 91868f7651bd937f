"""Is any value so far out that it does not belong to the rest?

A finding needs a gap in the tail of a field that its own spacings do not explain. If distances y from the median fall
off like a power (the heaviest tail in practice), then i * log(y_i / y_(i+1)) over the ranks i are independent
exponentials (Rényi), so the gap below rank i against the K spacings after it has p = (1 + gap / sum)^-K. Lighter tails
make it conservative. Where all but a few rows hold one value, the quartile range is that of the other rows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from observatory.bias.axis import is_ordered
from observatory.bias.compare.cells import count_where
from observatory.bias.describe import count, interval, listed, number
from observatory.bias.drawn import MAX_ROWS, drawn
from observatory.bias.matching.shared import storage_of
from observatory.bias.run import Outcome, Run
from observatory.bias.statistics import wilson
from observatory.model import Effect, FieldProfile, Finding, Table
from observatory.quoting import sql_literal, sql_name

MAX_NUMBERS = 60
MAX_ROWS_SHOWN = 10_000
_MAX_SHARE = 0.05
_MAX_CODED = 0.3
_TAIL = 200
_MAX_TAIL = 5000
_MIN_DISTINCT = 8
_SHORT = 30
_FACTOR = 1.5
_FENCE = 3.0
_MIN_ROWS = 50
_SURE = 1e-4
_CODE = re.compile(r"-[1789]|-?(99+|88+|77+)")
Numbers = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Gap:
    """A gap in one tail of a field: values at or beyond `cut` against `ordinary`, the last value before the gap.

    `far` and `ordinary` are distances from the median in quartile ranges; `coded`: the one value looks like a code.
    """

    field: FieldProfile
    above: bool
    cut: float
    ordinary: float
    far: float
    p: float
    coded: bool = False

    @property
    def is_far(self) -> bool:
        """Whether the values are so far out, by themselves and against all others, that they are worth a finding."""
        if self.coded:
            return self.far - self.ordinary >= 1
        return self.far >= _FENCE and self.far >= _FACTOR * self.ordinary


def outliers(run: Run) -> Outcome:
    """Values beyond a gap that their tail does not explain; one finding per field, of both tails."""
    numbers = [f for f in run.profile.fields if _is_measured(f)][:MAX_NUMBERS]
    some = _some(run, numbers) if run.n_rows >= _MIN_ROWS else []
    gaps = [g for f, values in zip(numbers, some) for g in _gaps(run, f, values)]
    families = {"outliers": np.array([g.p for g in gaps])}
    found = []
    for field in numbers:
        far = [g for g in gaps if g.field is field and g.is_far and g.p <= _SURE]
        if far:
            place = gaps.index(max(far, key=lambda g: g.p))
            found += [(f, ("outliers", place)) for f in _finding(far, run)]
    looked = (
        f"{count(len(gaps), 'tail')} of {count(len(numbers), 'numeric field')}, looked at for values beyond a gap (at"
        f" most {_MAX_SHARE:.0%} of the rows, {_FACTOR} times as far out as all others and {_FENCE:g} quartile ranges"
        " away), and for a code beyond all values."
    ).replace("5%", "5 %")
    return Outcome(looked if gaps else "No field has a tail long enough to judge far values.", families, tuple(found))


def _is_measured(field: FieldProfile) -> bool:
    return field.type == "quantitative" and field.role not in ("identifier", "text") and is_ordered(field)


def _some(run: Run, fields: Sequence[FieldProfile]) -> list[Numbers]:
    """The finite values of each field, of a drawn part of the rows where there are many."""
    if not fields:
        return []
    columns = ", ".join(f"{sql_name(f.name)}::DOUBLE AS x{i}" for i, f in enumerate(fields))
    frame = run.table.query(f"SELECT {columns} FROM t WHERE {drawn(run.table, run.random_state)}")
    values = [frame[f"x{i}"].to_numpy(dtype=float, na_value=np.nan) for i in range(len(fields))]
    return [v[np.isfinite(v)] for v in values]


def _gaps(run: Run, field: FieldProfile, some: Numbers) -> list[Gap]:
    """The gap of either tail, where it is long enough to have one."""
    if not len(some):
        return []
    low, middle, high = np.quantile(some, (0.25, 0.5, 0.75)).tolist()
    if not high > low:
        low, high = _quartiles(run, field, middle)
    if not high > low:
        return []
    found = []
    for above in (True, False):
        x, n = _tail(run, field, some, above)
        scaled = (x - middle) / (high - low) * (1 if above else -1)
        known = run.n_rows - field.missing
        gap = _coded(field, x, n, scaled, known) or _tail_gap(field, x, n, scaled, known)
        if gap:
            found.append(gap)
    return found


def _quartiles(run: Run, field: FieldProfile, middle: float) -> tuple[float, float]:
    """The outer quartiles of the finite values other than the median."""
    x = f"{sql_name(field.name)}::DOUBLE"
    sql = f"SELECT quantile_cont({x}, 0.25), quantile_cont({x}, 0.75) FROM t WHERE isfinite({x}) AND {x} <> ?"
    low, high = run.table.query(sql, [middle]).iloc[0].to_numpy(dtype=float, na_value=np.nan)
    return float(low), float(high)


def _tail(run: Run, field: FieldProfile, some: Numbers, above: bool) -> tuple[Numbers, Numbers]:
    """The outermost 5,000 different values of one side and how often each is held; of many rows, only those beyond a
    quantile of some are sorted, if enough are.
    """
    x = f"{sql_name(field.name)}::DOUBLE"
    sql = (
        f"SELECT {x} AS x, count(*) AS n FROM t WHERE isfinite({x}) AND {x} {'>=' if above else '<='} ?"
        f" GROUP BY 1 ORDER BY 1 {'DESC' if above else 'ASC'} LIMIT {_MAX_TAIL}"
    )
    everything, share = -np.inf if above else np.inf, 4 * _MAX_TAIL / run.n_rows
    cuts = (
        [float(np.quantile(some, 1 - share if above else share))]
        if run.n_rows > MAX_ROWS and field.distinct > _MAX_TAIL
        else []
    )
    for cut in (*cuts, everything):
        tail = run.table.query(sql, [float(cut)])
        if len(tail) == _MAX_TAIL:
            break
    return tail["x"].to_numpy(dtype=float), tail["n"].to_numpy(dtype=float)


def _coded(field: FieldProfile, values: Numbers, counts: Numbers, scaled: Numbers, known: int) -> Gap | None:
    """The outermost value if it is held again and again, reads like a code for "unknown" and lies apart."""
    if len(values) < _MIN_DISTINCT or not 3 <= counts[0] <= _MAX_CODED * known:
        return None
    if not _CODE.fullmatch(f"{values[0]:.12g}"):
        return None
    gap = replace(_spacing(field, values, scaled, 0), coded=True)
    return gap if gap.is_far and gap.p <= _SURE else None


def _spacing(field: FieldProfile, values: Numbers, scaled: Numbers, i: int) -> Gap:
    """The gap below the i-th value against the range of the m values after it: p = (1 + gap / range)^-m, as for
    exponential spacings.
    """
    rest = max(scaled[i + 1] - scaled[-1], 1e-12)
    p = float((1 + (scaled[i] - scaled[i + 1]) / rest) ** -(len(scaled) - i - 1.0)) * (i + 1)
    above = bool(values[0] > values[-1])
    return Gap(field, above, float(values[i]), float(scaled[i + 1]), float(scaled[i]), min(p, 1.0))


def _short_gap(field: FieldProfile, values: Numbers, counts: Numbers, scaled: Numbers, known: int) -> Gap | None:
    """The same for a side of a field with ordinary values few and near, such as that below no hours worked."""
    most = min(int((np.cumsum(counts) <= _MAX_SHARE * known).sum()), len(values) - _MIN_DISTINCT - 1)
    i = np.arange(max(most, 0))
    i = i[(scaled[i + 1] < _FENCE) & (scaled[i] >= np.maximum(_FENCE, _FACTOR * scaled[i + 1]))]
    sure = [g for g in (_spacing(field, values, scaled, int(k)) for k in i) if g.p <= _SURE]
    return sure[-1] if sure else None


def _tail_gap(field: FieldProfile, values: Numbers, counts: Numbers, scaled: Numbers, known: int) -> Gap | None:
    """Of the gaps in a tail that are too unlikely, the innermost that leaves far values; else the least likely one.

    Of a tail that is too short for that, see `_short_gap`.
    """
    beyond = scaled > 0
    distance, ranks = scaled[beyond], np.cumsum(counts[beyond])
    n_far = int((ranks <= max(_MAX_SHARE * known, 1)).sum())
    most = min(n_far, len(distance) - _MIN_DISTINCT - 1)
    short = _short_gap(field, values, counts, scaled, known) if len(distance) - n_far < _SHORT else None
    if short or most < 1:
        return short
    spacings = ranks[:-1] * -np.diff(np.log(distance))
    total, i = np.concatenate([[0.0], np.cumsum(spacings)]), np.arange(most)
    stops = np.maximum(np.searchsorted(ranks, ranks[:most] + _TAIL), i + _MIN_DISTINCT)
    below = np.maximum(total[np.minimum(stops + 1, len(spacings))] - total[1 : most + 1], 1e-300)
    n_below = ranks[np.minimum(stops, len(ranks) - 1)] - ranks[:most]
    used = np.minimum(n_below, _TAIL)
    p = np.minimum(most * np.exp(-used * np.log1p(spacings[:most] / below * n_below / used)), 1.0)
    gaps = [
        Gap(field, bool(values[0] > values[-1]), float(values[k]), distance[k + 1], distance[k], float(p[k]))
        for k in i[p <= max(_SURE, p.min())]
    ]
    sure = [g for g in gaps if g.p <= _SURE and g.is_far]
    return sure[-1] if sure else min(gaps, key=lambda g: g.p)


def _where(gap: Gap) -> str:
    value = f"{sql_name(gap.field.name)}::DOUBLE"
    return f"{value} {'>=' if gap.above else '<='} {sql_literal(gap.cut)} AND isfinite({value})"


def _finding(gaps: Sequence[Gap], run: Run) -> list[Finding]:
    """The rows beyond the gaps of a field, unless the reference has as many of them."""
    field, p = gaps[0].field, max(g.p for g in gaps)
    where = " OR ".join(f"({_where(g)})" for g in gaps) if len(gaps) > 1 else _where(gaps[0])
    n = count_where(run.table, [where])[0]
    if run.reference is not None and _known_to_reference(run.reference, field, where, n / run.n_rows):
        return []
    rows = run.table.query(f"SELECT rowid AS r FROM t WHERE {where} ORDER BY 1 LIMIT {MAX_ROWS_SHOWN}")["r"].tolist()
    far = min(g.far for g in gaps)
    return [
        Finding(
            id="",
            kind="rows",
            columns=(field.name,),
            where=where,
            direction="outliers",
            rows=tuple(int(r) for r in rows),
            n=n,
            sample_share=n / run.n_rows,
            reference_share=None,
            interval=wilson(n, run.n_rows),
            effect=Effect("quartile ranges from the median", far),
            p=p,
            q=None,
            severity="high" if far >= 2 * _FENCE or gaps[0].coded else "medium",
            evidence="internal",
            detector="outliers",
            statement=_statement(gaps, n, interval(wilson(n, run.n_rows))),
            evidence_sql=f"SELECT * FROM t WHERE {where} ORDER BY {sql_name(field.name)}",
            remedy={
                "check": "Look at these rows: another unit, a typing error, a code for “unknown”, or a true extreme."
            },
        )
    ]


def _statement(gaps: Sequence[Gap], n: int, bounds: str) -> str:
    name, gap = gaps[0].field.name, gaps[0]
    subject = f"{count(n)} ({bounds}) {'has' if n == 1 else 'have'}"
    if gap.coded and len(gaps) == 1:
        return (
            f"{subject} {name} = {number(gap.cut)}, which reads like a code for “unknown”: it lies"
            f" {number(round(gap.far - gap.ordinary, 1))} quartile ranges beyond all other values."
        )
    cuts = listed([f"{number(g.cut)} or {'more' if g.above else 'less'}" for g in gaps], "or")
    far, ordinary = min(g.far for g in gaps), max(g.ordinary for g in gaps)
    return (
        f"{subject} {name} of {cuts}, at least {number(round(far, 1))} quartile ranges from the median, with nothing"
        f" between {number(round(ordinary, 1))} and there."
    )


def _known_to_reference(reference: Table, field: FieldProfile, where: str, sample_share: float) -> bool:
    if field.name not in storage_of(reference):
        return False
    return count_where(reference, [where])[0] / max(reference.n_rows, 1) >= 0.5 * sample_share
