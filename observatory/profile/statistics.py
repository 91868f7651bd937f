"""Statistics of all columns in a few statements: one pass over all rows, then quantiles from a seeded sample."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from observatory.model import Scalar, Table, TopValue
from observatory.profile.columns import Column, stacked, stacks
from observatory.quoting import sql_name

EXACT_ROWS = 50_000
N_TOP = 20
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
_FEW = 1_000


@dataclass
class Statistics:
    """What was counted of one column; `lowest` and `highest` are on the number line, `low` and `high` as shown."""

    present: int = 0
    distinct: int = 0
    exact: bool = True
    low: Scalar = None
    high: Scalar = None
    lowest: float | None = None
    highest: float | None = None
    mean: float | None = None
    sd: float | None = None
    n_whole: int = 0
    length: float = 0.0
    words: float = 0.0
    quantiles: Mapping[str, Scalar] = field(default_factory=dict)
    top: tuple[TopValue, ...] = ()


def measure(table: Table, columns: Sequence[Column], random_state: int) -> dict[str, Statistics]:
    """The statistics of each column by its name."""
    is_small = table.n_rows <= EXACT_ROWS
    found = {column.name: Statistics(exact=is_small) for column in columns}
    _each(table, columns, lambda column: _aggregates(column, is_small), found, _read_aggregates)
    _each(table, columns, _sampled_aggregates, found, _read_sampled, _sample_clause(table.n_rows, random_state))
    if not is_small:
        _count_near_keys(table, columns, found)
    _count_top(table, columns, found, _sample_clause(table.n_rows, random_state))
    return found


_Reader = Callable[[Column, Sequence[Any], Statistics], None]


def _each(
    table: Table,
    columns: Sequence[Column],
    terms: Callable[[Column], list[str]],
    found: Mapping[str, Statistics],
    read: _Reader,
    clause: str = "",
) -> None:
    """Ask the same of every column and hand each its answers."""
    for v, alike in stacks(columns):
        asked = terms(v)
        if asked:
            selected = ", ".join(f"{term} AS a{i}" for i, term in enumerate(asked))
            answer = table.query(f"SELECT f, {selected} FROM {stacked(alike, clause)} GROUP BY f")
            for f, *cells in answer.itertuples(index=False, name=None):
                read(v, cells, found[alike[f].name])


def _aggregates(column: Column, is_small: bool) -> list[str]:
    value, x = column.present, column.measured
    distinct = f"count(DISTINCT {value})" if is_small else f"approx_count_distinct({value})"
    terms = [f"count({value})", distinct]
    if column.family in ("number", "time"):
        shown = f"CASE WHEN {x} IS NOT NULL THEN {sql_name(column.name)} END"
        terms += [f"CAST(min({shown}) AS VARCHAR)", f"CAST(max({shown}) AS VARCHAR)", f"min({x})", f"max({x})"]
    if column.family == "number":
        moderate = f"CASE WHEN abs({x}) < 1e150 THEN {x} END"
        terms += [f"avg({x})", f"stddev_samp({moderate})", f"count(*) FILTER ({x} = trunc({x}))"]
    return terms


def _read_aggregates(column: Column, cells: Sequence[Any], into: Statistics) -> None:
    into.present, into.distinct = int(cells[0]), min(int(cells[1]), int(cells[0]))
    if column.family in ("number", "time"):
        into.low, into.high = plain(column, cells[2]), plain(column, cells[3])
        into.lowest, into.highest = finite(cells[4]), finite(cells[5])
    if column.family == "number":
        is_moderate = max(abs(into.lowest or 0.0), abs(into.highest or 0.0)) < 1e150
        into.mean, into.sd = finite(cells[6]), finite(cells[7]) if is_moderate else None
        into.n_whole = int(cells[8])


def _sample_clause(n_rows: int, random_state: int) -> str:
    """A condition that about EXACT_ROWS rows meet, the same ones for the same seed."""
    if n_rows <= EXACT_ROWS:
        return ""
    return f" WHERE hash(rowid + {random_state % 1_000_003 * 1_000_003_333}) % {n_rows} < {EXACT_ROWS}"


def _sampled_aggregates(column: Column) -> list[str]:
    if column.family == "number":
        return [f"quantile_cont({column.measured}, {list(LEVELS)})"]
    if column.family == "time":
        return [f"CAST(quantile_disc({sql_name(column.name)}, {list(LEVELS)}) AS VARCHAR[])"]
    if column.family == "text":
        field = sql_name(column.name)
        return [f"avg(length({field}))", f"avg(1 + length(trim({field})) - length(replace(trim({field}), ' ', '')))"]
    return []


def _read_sampled(column: Column, cells: Sequence[Any], into: Statistics) -> None:
    if column.family == "text":
        into.length, into.words = finite(cells[0]) or 0.0, finite(cells[1]) or 0.0
    elif cells and isinstance(cells[0], (list, np.ndarray)):
        values = [finite(cell) if column.family == "number" else plain(column, cell) for cell in cells[0]]
        into.quantiles = {str(level): value for level, value in zip(LEVELS, values)}


def _count_near_keys(table: Table, columns: Sequence[Column], found: Mapping[str, Statistics]) -> None:
    """Count distinct values exactly where nearly every value looks distinct, as in a key."""
    discrete = [c for c in columns if c.family != "time" and c.storage not in ("FLOAT", "DOUBLE")]
    near = [column for column in discrete if found[column.name].distinct > 0.8 * found[column.name].present]
    for v, alike in stacks(near):
        answer = table.query(f"SELECT f, count(DISTINCT {v.present}) AS n FROM {stacked(alike)} GROUP BY f")
        for f, n in zip(answer["f"], answer["n"]):
            found[alike[f].name].distinct = int(n)


def _count_top(table: Table, columns: Sequence[Column], found: Mapping[str, Statistics], sample: str) -> None:
    """The most frequent values with their exact counts; where there are many, those frequent in the sample."""
    few = [column for column in columns if found[column.name].exact or found[column.name].distinct <= _FEW]
    many = [column for column in columns if not (found[column.name].exact or found[column.name].distinct <= _FEW)]
    for v, alike in stacks(few):
        _read_top(table.query(_top_sql(v, stacked(alike))), v, alike, found, all_values=True)
    for v, alike in stacks(many):
        frequent = f"SELECT f, w FROM ({_top_sql(v, stacked(alike, sample))})"
        cells = f"(SELECT f, v FROM {stacked(alike)} AS a WHERE (f, {v.present}) IN ({frequent}))"
        _read_top(table.query(_top_sql(v, cells)), v, alike, found, all_values=False)


def _top_sql(v: Column, cells: str) -> str:
    """The N_TOP most frequent `v` of each `f` as text, their number, and how many values there are."""
    order = "row_number() OVER (PARTITION BY f ORDER BY count(*) DESC, w)"
    counted = f"SELECT f, w, count(*) AS n, count(*) OVER (PARTITION BY f) AS d, {order} AS place"
    grouped = f"{counted} FROM (SELECT f, {v.present} AS w FROM {cells}) WHERE w IS NOT NULL GROUP BY f, w"
    return f"SELECT f, w, CAST(w AS VARCHAR) AS shown, n, d FROM ({grouped}) WHERE place <= {N_TOP} ORDER BY f, place"


def _read_top(
    rows: pd.DataFrame, v: Column, alike: Sequence[Column], found: Mapping[str, Statistics], *, all_values: bool
) -> None:
    top: dict[int, list[TopValue]] = {}
    for f, shown, n, d in zip(rows["f"], rows["shown"], rows["n"], rows["d"]):
        top.setdefault(f, []).append(TopValue(plain(v, shown), int(n)))
        if all_values:
            found[alike[f].name].distinct = int(d)
    for f, values in top.items():
        found[alike[f].name].top = tuple(values)


def plain(column: Column, value: Any) -> Scalar:
    """A value that JSON holds, from the text that DuckDB writes it as; times are ISO 8601.

    >>> plain(Column("t", "TIMESTAMP"), "2020-01-01 10:00:00"), plain(Column("n", "BIGINT"), "7")
    ('2020-01-01T10:00:00', 7)
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    text = str(value)
    if column.family == "time":
        stamp = text.replace(" ", "T", 1)
        return stamp + ":00" if "TIME ZONE" in column.storage and stamp[-3] in "+-" else stamp
    if column.family == "truth":
        return text == "true"
    if column.family != "number":
        return text
    if column.is_whole:
        return int(Decimal(text))
    number = float(text)
    return number if math.isfinite(number) else text


def finite(value: Any) -> float | None:
    """A float, or None for what is missing or not finite."""
    if value is None:
        return None
    number = float(value)
    return number if math.isfinite(number) else None
