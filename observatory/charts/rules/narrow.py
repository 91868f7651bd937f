"""What is known of fields after the filters of a chart: counted where the table is at hand, unsure otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from observatory.charts.drawing.values import filter_sql
from observatory.charts.spec.transform import spares_most
from observatory.model import FieldProfile, Filter, Profile, Table
from observatory.quoting import sql_name

MOST_FIELDS = 40


@dataclass(frozen=True)
class Kept:
    """The rows that filters keep, None where that is not known, and the fields as they are in them.

    `is_sure` says whether the numbers of values of fields that are not in `fields` are known too.
    """

    n_rows: int | None
    fields: dict[str, FieldProfile] = field(default_factory=dict)
    is_sure: bool = True


def kept(profile: Profile, filters: Sequence[Filter], names: Sequence[str], table: Table | None = None) -> Kept:
    """The rows and the named fields that filters leave; filters on fields that the table has not are left out.

    >>> kept(Profile(9, ()), (), ()).n_rows
    9
    """
    known = {f.name: f for f in profile.fields}
    about = [f for f in filters if f.field in known and (table is not None or not spares_most(f))]
    if not about:
        return Kept(profile.n_rows)
    wanted = [known[name] for name in dict.fromkeys(names) if name in known][:MOST_FIELDS]
    if table is not None:
        return _counted(table, [filter_sql(f, known[f.field]) for f in about], wanted)
    chosen = {f.field: f for f in about if f.op != "valid" and not f.negated}
    return Kept(None, {f.name: _chosen(f, chosen[f.name]) for f in wanted if f.name in chosen}, is_sure=False)


def _counted(table: Table, conditions: Sequence[str], fields: Sequence[FieldProfile]) -> Kept:
    columns = "".join(
        f", count({name}), count(DISTINCT {name}), min({name}), max({name})"
        for name in (sql_name(f.name) for f in fields)
    )
    row = table.query(f"SELECT count(*){columns} FROM t WHERE {' AND '.join(conditions)}").iloc[0].tolist()
    n_rows = int(row[0])
    cells = [row[1 + 4 * place : 5 + 4 * place] for place in range(len(fields))]
    counted = {f.name: _recounted(f, n_rows, *four) for f, four in zip(fields, cells, strict=True)}
    return Kept(n_rows, counted)


def _recounted(field: FieldProfile, n_rows: int, n: Any, distinct: Any, low: Any, high: Any) -> FieldProfile:
    known = replace(field, missing=n_rows - int(n), distinct=int(distinct))
    if not int(n):
        return known
    if field.type == "quantitative":
        return replace(known, min=float(low), max=float(high))
    is_time = field.type == "temporal" and hasattr(low, "isoformat")
    return replace(known, min=low.isoformat(), max=high.isoformat()) if is_time else known


def _chosen(field: FieldProfile, filter: Filter) -> FieldProfile:
    """A field after a filter on itself: its values are counted where they are named, and its ends move."""
    if filter.op == "equal":
        return replace(field, distinct=min(field.distinct, 1))
    if filter.op == "oneOf":
        return replace(field, distinct=min(field.distinct, len(filter.value)))
    ends = (
        filter.value
        if filter.op == "range"
        else (filter.value, None)
        if filter.op in ("gt", "gte")
        else (None, filter.value)
    )
    low, high = (end if isinstance(end, (int, float)) else None for end in ends)
    nudge = 1e-9 if filter.op == "gt" and low == 0 else 0
    return replace(field, min=field.min if low is None else low + nudge, max=field.max if high is None else high)
