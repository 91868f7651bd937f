"""Numbers of groups and of pairs of fields, computed in SQL over all rows, so that sentences about them can be true."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from observatory.insight.facts import Number, public_values
from observatory.model import FieldProfile, Profile
from observatory.quoting import sql_name

if TYPE_CHECKING:
    import pandas as pd

Query = Callable[[str], "pd.DataFrame"]
MAX_GROUPED, MAX_MEASURES, MAX_VALUES, MAX_TIMES = 8, 8, 20, 60
_AGGREGATES = {"mean": "avg", "median": "median", "min": "min", "max": "max", "sum": "sum"}


def aggregates(profile: Profile, query: Query) -> tuple[Number, ...]:
    """Counts, means, medians, extremes and totals by group, shares within groups, totals, and correlations.

    At most 8 fields with at most 20 values make groups, and at most 8 measures are summed up; identifiers, free text
    and their values are left out. `query` runs one SELECT over the table `t`. Correlations are Pearson's.
    """
    grouped = [f for f in profile.fields if 1 < f.distinct <= MAX_VALUES and public_values(f)][:MAX_GROUPED]
    measures = [f for f in profile.fields if f.type == "quantitative" and f.role == "measure"][:MAX_MEASURES]
    times = [f for f in profile.fields if f.role == "time" or f.type == "temporal"][:1]
    found: list[Number] = []
    years = [f for f in profile.fields if f.role == "time" and f.type != "temporal" and 1 < f.distinct <= MAX_TIMES][:1]
    for field in [*grouped, *(f for f in years if f not in grouped)]:
        found += _by_group(field, measures, query)
    for first, second in combinations(grouped, 2):
        found += _within(first, second, query)
    found += _totals(measures, query)
    found += _correlations([*times, *(m for m in measures if m not in times)], query)
    return tuple(found)


def _finite(value: object) -> float | None:
    number = float(value) if isinstance(value, (int, float)) or hasattr(value, "__float__") else math.nan
    return number if math.isfinite(number) else None


def _by_group(field: FieldProfile, measures: Sequence[FieldProfile], query: Query) -> Iterator[Number]:
    columns = [
        (m.name, kind, f"{function}({sql_name(m.name)})") for m in measures for kind, function in _AGGREGATES.items()
    ]
    chosen = ", ".join(["count(*)", *(sql for _, _, sql in columns)])
    name = sql_name(field.name)
    rows = query(f"SELECT {name}::VARCHAR, {chosen} FROM t WHERE {name} IS NOT NULL GROUP BY 1")
    for row in rows.itertuples(index=False, name=None):
        group = (field.name, str(row[0]))
        for (measure, kind, _), value in zip(columns, row[2:], strict=True):
            number = _finite(value)
            if number is not None:
                yield Number(number, kind, measure, None, group)


def _within(first: FieldProfile, second: FieldProfile, query: Query) -> Iterator[Number]:
    """How the rows of each value of a field are divided by another field: counts, and shares of those with a value."""
    a, b = sql_name(first.name), sql_name(second.name)
    rows = query(
        f"SELECT {a}::VARCHAR, {b}::VARCHAR, count(*) FROM t WHERE {a} IS NOT NULL AND {b} IS NOT NULL GROUP BY 1, 2"
    )
    counts = {(str(x), str(y)): int(n) for x, y, n in rows.itertuples(index=False, name=None)}
    xs, ys = ({pair[i] for pair in counts} for i in (0, 1))
    for x in xs:
        for y in ys:
            n = counts.get((x, y), 0)
            for field, item, group in (
                (second.name, y, (first.name, x)),
                (first.name, x, (second.name, y)),
            ):
                total = sum(m for pair, m in counts.items() if group[1] == pair[0 if group[0] == first.name else 1])
                yield Number(n, "n", field, item, group)
                yield Number(100 * n / total, "share", field, item, group)


def _totals(measures: Sequence[FieldProfile], query: Query) -> Iterator[Number]:
    if not measures:
        return
    row = query("SELECT " + ", ".join(f"sum({sql_name(m.name)})" for m in measures) + " FROM t").iloc[0]
    for measure, value in zip(measures, row, strict=True):
        number = _finite(value)
        if number is not None:
            yield Number(number, "sum", measure.name)


def _correlations(fields: Sequence[FieldProfile], query: Query) -> Iterator[Number]:
    pairs = list(combinations(fields, 2))
    if not pairs:
        return
    row = query("SELECT " + ", ".join(f"corr({_number(a)}, {_number(b)})" for a, b in pairs) + " FROM t").iloc[0]
    for (a, b), value in zip(pairs, row, strict=True):
        r = _finite(value)
        if r is not None:
            yield Number(r, "correlation", a.name, None, (b.name, ""))
            yield Number(r, "correlation", b.name, None, (a.name, ""))


def _number(field: FieldProfile) -> str:
    name = sql_name(field.name)
    return f"epoch({name}::TIMESTAMP)" if field.type == "temporal" else f"{name}::DOUBLE"
