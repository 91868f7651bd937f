"""How is the target spread over groups: base rates, what could be told apart, and where rows are too few to say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from observatory.bias.axis import Axis, family, is_ordered, make_axes
from observatory.bias.describe import count, interval, listed, predicate, share
from observatory.bias.matching.shared import storage_of
from observatory.bias.remedy.positive import Positive, positive_class
from observatory.bias.run import Outcome, Run
from observatory.bias.statistics import (
    benjamini_hochberg,
    chi_square,
    cohens_h,
    detectable_h,
    log_p,
    newcombe,
    share_apart,
    two_proportion_z,
    wilson,
)
from observatory.model import Fairness, FieldProfile, GroupRate, Note, Table
from observatory.quoting import sql_name

MAX_FIELDS = 24
MAX_LEVELS = 12
FEW = 5
_SAID_FIELDS = 2
_ENOUGH = 30
Counts = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, eq=False)
class Rates:
    """Rows with a known target and those that have it, by code of an axis, here and in the reference (or None)."""

    axis: Axis
    n: Counts
    positive: Counts
    there: tuple[Counts, Counts] | None

    @property
    def groups(self) -> list[int]:
        """Codes that some row with a known target has."""
        return [int(code) for code in np.flatnonzero(self.n)]


def fairness(run: Run) -> Outcome:
    """Base rates of the target by group, over all rows: Wilson's interval, and the difference that would be noticed.

    Groups: levels of fields of at most 12, quarters of numbers and times, missing values. These are facts about the
    target, no findings of bias, so their tests (chi-square by field, two proportions by group of a reference) have a
    Benjamini-Hochberg control of their own: expected differences would loosen that of the run.
    """
    if run.target is None:
        return Outcome()
    field = run.profile.field(run.target)
    chosen = positive_class(run, field)
    if isinstance(chosen, str):
        return Outcome(notes=(Note("fairness", (field.name,), chosen),))
    axes = make_axes(_fields(run), [run.table], n_bins=4)
    reference = _comparable(run, field)
    theirs = storage_of(reference) if reference is not None else {}
    storage = {f.name: f.storage for f in run.profile.fields}
    counted = [
        _rates(run, a, chosen, reference if _same(theirs.get(a.field), storage[a.field]) else None) for a in axes
    ]
    counted = [r for r in counted if len(r.groups) > 1]
    here, there = _overall(run.table, chosen, field), None
    if reference is not None:
        there = _overall(reference, chosen, field)
    made = _made(run, chosen, counted, here, there)
    check = (
        f"The rate of {chosen.words} was compared over {count(sum(len(r.groups) for r in counted), 'group')} of"
        f" {count(len(counted), 'field')}."
    )
    return Outcome(check, fairness=made)


def _fields(run: Run) -> list[FieldProfile]:
    fields = [f for f in run.group_fields if f.name != run.target]
    return [f for f in fields if is_ordered(f) or f.distinct <= MAX_LEVELS][:MAX_FIELDS]


def _same(theirs: str | None, ours: str) -> bool:
    return theirs is not None and family(theirs) == family(ours)


def _comparable(run: Run, field: FieldProfile) -> Table | None:
    """The reference, if it has the target in the same type and rows."""
    if run.reference is None or not run.reference.n_rows:
        return None
    return run.reference if _same(storage_of(run.reference).get(field.name), field.storage) else None


def _overall(table: Table, chosen: Positive, field: FieldProfile) -> tuple[int, int]:
    """Rows with a known target, and those that have it."""
    row = table.query(f"SELECT count({sql_name(field.name)}), count(*) FILTER (WHERE {chosen.where}) FROM t").iloc[0]
    n, positive = row.tolist()
    return int(n), int(positive)


def _rates(run: Run, axis: Axis, chosen: Positive, reference: Table | None) -> Rates:
    assert run.target is not None
    ours = _by_code(run.table, axis, chosen, run.target)
    return Rates(axis, *ours, None if reference is None else _by_code(reference, axis, chosen, run.target))


def _by_code(table: Table, axis: Axis, chosen: Positive, target: str) -> tuple[Counts, Counts]:
    n_name, k_name = (sql_name(f"{axis.field} {what}") for what in ("known", "positive"))
    counted = f"count({sql_name(target)}) AS {n_name}, count(*) FILTER (WHERE {chosen.where}) AS {k_name}"
    if axis.ordered:
        frame = table.query(f"SELECT {axis.code_sql()} AS g, {counted} FROM t GROUP BY 1")
    else:  # a few levels are coded, not all rows
        levels = f"SELECT {sql_name(axis.field)}, {counted} FROM t GROUP BY 1"
        frame = table.query(f"SELECT {axis.code_sql()} AS g, sum({n_name}), sum({k_name}) FROM ({levels}) GROUP BY 1")
    frame.columns = pd.Index(["g", "n", "k"])
    n, positive = np.zeros(axis.n_codes), np.zeros(axis.n_codes)
    n[frame["g"].to_numpy(dtype=np.int64)] = frame["n"]
    positive[frame["g"].to_numpy(dtype=np.int64)] = frame["k"]
    return n, positive


def _made(
    run: Run, chosen: Positive, counted: Sequence[Rates], here: tuple[int, int], there: tuple[int, int] | None
) -> Fairness:
    tested = [chi_square(np.stack([r.positive, r.n - r.positive], axis=1)) for r in counted]
    compared, p_there = _against(counted)
    q_fields, q_there = benjamini_hochberg([np.array([p for _, p in tested]), p_there])
    order = sorted(range(len(counted)), key=lambda i: -tested[i][0])
    unequal = [i for i in order if q_fields[i] <= run.options.max_q and _spread(counted[i]) >= run.options.min_effect]
    n_groups = sum(len(r.groups) for r in counted)
    groups = [_group(r, code, here, n_groups) for r in counted for code in r.groups]
    departs = [(r, code) for (r, code), q in zip(compared, q_there) if q <= run.options.max_q]
    n, positive = here
    said = [
        _overall_sentence(chosen, positive, n, there),
        *[_field_sentence(counted[i], chosen) for i in unequal[:_SAID_FIELDS]],
        *_reference_sentence(departs, chosen, run.options.min_effect),
        *_few_sentence([g for g in groups if g.few], chosen),
    ]
    if counted and not unequal:
        said.append(_nothing_sentence(chosen, n, len(counted), positive / max(n, 1)))
    return Fairness(
        target=str(run.target),
        positive=chosen.level,
        rate=positive / max(n, 1),
        n=n,
        groups=tuple(groups),
        statements=tuple(said),
        where=chosen.where,
        interval=wilson(positive, n),
        reference_rate=there[1] / there[0] if there and there[0] else None,
        unequal=tuple(counted[i].axis.field for i in unequal),
    )


def _against(counted: Sequence[Rates]) -> tuple[list[tuple[Rates, int]], Counts]:
    """The groups that the reference has too, and the p of each rate against the rate there."""
    compared = [(r, code) for r in counted if r.there for code in r.groups if r.there[0][code]]
    p = [
        np.exp(float(log_p(two_proportion_z(r.positive[c] / r.n[c], r.n[c], k[c] / m[c], m[c]))))
        for r, c in compared
        for m, k in [r.there or (r.n, r.positive)]
    ]
    return compared, np.array(p, dtype=float)


def _spread(rates: Rates) -> float:
    """Cohen's h between the groups of the highest and the lowest rate, of those with at least 30 rows."""
    low, high = _ends(rates)
    return float(cohens_h(rates.positive[high] / rates.n[high], rates.positive[low] / rates.n[low]))


def _ends(rates: Rates) -> tuple[int, int]:
    """Codes of the lowest and the highest rate."""
    codes = [c for c in rates.groups if rates.n[c] >= _ENOUGH] or rates.groups
    ranked = sorted(codes, key=lambda c: (rates.positive[c] / rates.n[c], c))
    return ranked[0], ranked[-1]


def _group(rates: Rates, code: int, here: tuple[int, int], n_groups: int) -> GroupRate:
    n, positive = int(rates.n[code]), int(rates.positive[code])
    others = here[0] - n
    detectable = None
    if others:
        base = (here[1] - positive) / others
        detectable = share_apart(base, detectable_h(n, others, n_groups)) - base
    there: dict[str, Any] = {}
    if rates.there and rates.there[0][code]:
        m, k = float(rates.there[0][code]), float(rates.there[1][code])
        there = {"reference_rate": k / m, "difference": newcombe(positive, n, k, m)}
    return GroupRate(
        field=rates.axis.field,
        group=predicate(rates.axis.condition((code,))).removeprefix(f"{rates.axis.field} is "),
        where=rates.axis.where((code,)),
        n=n,
        n_positive=positive,
        rate=positive / n,
        interval=wilson(positive, n),
        detectable=detectable,
        few=min(positive, n - positive) < FEW,
        **there,
    )


def _overall_sentence(chosen: Positive, positive: int, n: int, there: tuple[int, int] | None) -> str:
    why = f" ({chosen.why})" if chosen.why else ""
    text = (
        f"{chosen.words}{why} holds for {share(positive / max(n, 1))} of {count(n)} ({interval(wilson(positive, n))})"
    )
    if there and there[0]:
        text += f", and for {share(there[1] / there[0])} of the reference"
    return f"{text}."


def _field_sentence(rates: Rates, chosen: Positive) -> str:
    low, high = _ends(rates)
    ends = [
        f"{share(rates.positive[c] / rates.n[c])} where {predicate(rates.axis.condition((c,)))}"
        f" ({count(int(rates.n[c]))})"
        for c in (high, low)
    ]
    most = "" if len(rates.groups) == 2 else ", the highest and the lowest rate of its groups"
    return f"{chosen.words}: {listed(ends)}{most}."


def _reference_sentence(departs: Sequence[tuple[Rates, int]], chosen: Positive, min_effect: float) -> list[str]:
    """The group whose rate is furthest from that in the reference, if any is far enough."""
    apart = []
    for rates, code in departs:
        m, k = rates.there or (rates.n, rates.positive)
        apart.append((abs(float(cohens_h(rates.positive[code] / rates.n[code], k[code] / m[code]))), rates, code))
    apart = sorted((a for a in apart if a[0] >= min_effect), key=lambda a: -a[0])
    if not apart:
        return []
    _, rates, code = apart[0]
    m, k = rates.there or (rates.n, rates.positive)
    low, high = newcombe(rates.positive[code], rates.n[code], k[code], m[code])
    return [
        f"Where {predicate(rates.axis.condition((code,)))}, {chosen.words} holds for"
        f" {share(rates.positive[code] / rates.n[code])} here and for {share(k[code] / m[code])} in the reference"
        f" (difference 95 % CI {100 * low:+.0f} to {100 * high:+.0f} points); {len(apart)} of the groups"
        f" {'differs' if len(apart) == 1 else 'differ'} so."
    ]


def _few_sentence(few: Sequence[GroupRate], chosen: Positive) -> list[str]:
    if not few:
        return []
    names = [f"{g.field} is {g.group}" for g in few[:3]]
    more = f" and {len(few) - 3} more groups" if len(few) > 3 else ""
    return [
        f"Fewer than {FEW} rows with or without {chosen.words} where {listed(names, 'or')}{more}: too few to learn."
    ]


def _nothing_sentence(chosen: Positive, n: int, n_fields: int, rate: float) -> str:
    points = 100 * (share_apart(rate, detectable_h(n / 2, n / 2, n_fields)) - rate)
    return (
        f"No field has groups that differ in the rate of {chosen.words}; between two halves of the rows"
        f" {points:.1f} points would have been noticed (power 80 %)."
    )
