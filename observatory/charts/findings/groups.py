"""A field cut into a few labelled groups, and the rows of tables counted by them, all in SQL."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd

from observatory.charts.drawing.palette import MISSING
from observatory.charts.spec.words import short
from observatory.model import FieldProfile, Table
from observatory.quoting import sql_literal, sql_name

OTHER = "(all other values)"
MOST_LEVELS = 10
FEW_VALUES = 20


@dataclass(frozen=True)
class Groups:
    """SQL of a row's group as a number, and the label of each number; the labels stand in the order to draw them."""

    code: str
    labels: tuple[str, ...]


def is_scaled(field: FieldProfile) -> bool:
    """Whether a field has so many numbers or times that it is drawn on a scale, not as a list of levels."""
    return field.type in ("quantitative", "temporal") and field.distinct > FEW_VALUES


def scale_sql(field: FieldProfile) -> str:
    """The value of a row on a scale as DOUBLE, times as milliseconds since 1970; NULL when it has none."""
    name = sql_name(field.name)
    if field.type == "temporal":
        if field.storage.upper() == "TIME":
            return f"epoch_ms(DATE '1970-01-01' + {name})::DOUBLE"
        return f"epoch_ms(TRY_CAST({name} AS TIMESTAMP))::DOUBLE"
    number = f"TRY_CAST({name} AS DOUBLE)"
    return f"(CASE WHEN isfinite({number}) THEN {number} END)"


def level_sql(field: FieldProfile) -> str:
    """The value of a row as text; whole numbers read the same from a table of real ones."""
    name = sql_name(field.name)
    if field.type == "quantitative":
        return f"regexp_replace(CAST(TRY_CAST({name} AS DOUBLE) AS VARCHAR), '\\.0$', '')"
    return f"CAST({name} AS VARCHAR)"


def groups(
    field: FieldProfile, tables: Sequence[Table], where: str | None = None, *, most: int = MOST_LEVELS, n_bins: int = 5
) -> Groups:
    """Quantile bins of the last table, or the commonest levels of all tables and the levels that `where` is about."""
    if is_scaled(field):
        return _bins(field, tables, where, n_bins)
    return _levels(field, tables, where, most)


def _bins(field: FieldProfile, tables: Sequence[Table], where: str | None, n_bins: int) -> Groups:
    value = scale_sql(field)
    edges = _edges(field, tables, where, n_bins)
    code = "".join(f" + ({value} >= {sql_literal(edge)})::INT" for edge in edges)
    bounds = [_bound(field, edge) for edge in edges]
    named = [f"under {bounds[0]}"] if bounds else ["any value"]
    named += [f"{low} to under {high}" for low, high in pairwise(bounds)]
    named += [f"{bounds[-1]} or more"] if bounds else []
    return Groups(f"(CASE WHEN {value} IS NULL THEN {len(named)} ELSE 0{code} END)", (*named, MISSING))


def _edges(field: FieldProfile, tables: Sequence[Table], where: str | None, n_bins: int) -> list[float]:
    """Quantiles of the last table; where the finding's rows begin and end, in place of those between."""
    value = scale_sql(field)
    steps = ", ".join(f"{i / n_bins:.4f}" for i in range(1, n_bins))
    found = tables[-1].query(f"SELECT quantile_disc({value}, [{steps}]) AS edges, min({value}) AS low FROM t").iloc[0]
    quantiles = [] if found["edges"] is None else [float(e) for e in found["edges"] if e > found["low"]]
    inside = f"SELECT {value} AS v FROM t WHERE {where or 'FALSE'}"
    spans = [t.query(f"SELECT min(v) AS a, max(v) AS b FROM ({inside})").astype(float).iloc[0] for t in tables]
    begins, ends = (_known(span[side] for span in spans) for side in ("a", "b"))
    if not begins:
        return sorted(set(quantiles))
    begin, end = min(begins), max(ends)
    above = f"SELECT min({value}) AS a FROM t WHERE {value} > {sql_literal(end)}"
    after = _known(t.query(above).astype(float).iloc[0]["a"] for t in tables)
    own = {edge for edge in (begin, *sorted(after)[:1]) if edge > found["low"]}
    return sorted(own | {q for q in quantiles if q < begin or q > end})


def _known(values: Iterable[float]) -> list[float]:
    return [float(value) for value in values if not math.isnan(value)]


def _bound(field: FieldProfile, value: float) -> str:
    if field.type != "temporal":
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    time = pd.Timestamp(value, unit="ms")
    return f"{time:%H:%M}" if field.storage.upper() == "TIME" else f"{time:%Y-%m-%d}"


def _levels(field: FieldProfile, tables: Sequence[Table], where: str | None, most: int) -> Groups:
    level = level_sql(field)
    inside = f"coalesce(avg(({where})::INT), 0) > 0.5" if where else "FALSE"
    counts: dict[str, tuple[bool, float]] = {}
    row: Any
    for table in tables:
        sql = f"SELECT {level} AS level, count(*) AS n, {inside} AS inside FROM t WHERE {level} IS NOT NULL GROUP BY 1"
        found = table.query(f"{sql} ORDER BY inside DESC, n DESC, level LIMIT {10 * most}")
        for row in found.itertuples():
            was, share = counts.get(str(row.level), (False, 0.0))
            counts[str(row.level)] = (was or bool(row.inside), share + int(row.n) / max(table.n_rows, 1))
    ranked = sorted(counts, key=lambda name: (not counts[name][0], -counts[name][1], name))[:most]
    shown = sorted(ranked, key=lambda name: (-counts[name][1], name)) if field.type == "nominal" else _in_order(ranked)
    literals = ", ".join(sql_literal(name) for name in shown)
    position = f"list_position([{literals}], {level})" if shown else "NULL"
    code = f"(CASE WHEN {level} IS NULL THEN {len(shown) + 1} ELSE coalesce({position} - 1, {len(shown)}) END)"
    return Groups(code, (*distinct(shown), OTHER, MISSING))


def _in_order(names: Sequence[str]) -> list[str]:
    """Numbers by size, other levels by name."""
    try:
        return sorted(names, key=float)
    except ValueError:
        return sorted(names)


def distinct(names: Sequence[str]) -> list[str]:
    """Labels short enough for an axis, still different where the long ones were."""
    labels: list[str] = []
    for name in names:
        label = short(name) or "(empty)"
        same = sum(label == known.rstrip("\u200b") for known in labels)
        labels.append(label + "\u200b" * same)
    return labels


def counted(table: Table, cut: Sequence[Groups], where: str, kept: str = "TRUE") -> pd.DataFrame:
    """Rows by groups: codes `g0`, `g1`, …, their number `n`, and how many of them `where` selects (`inside`)."""
    codes = ", ".join(f"{c.code} AS g{i}" for i, c in enumerate(cut))
    sql = f"SELECT {codes}, count(*) AS n, count(*) FILTER (WHERE {where}) AS inside FROM t WHERE {kept} GROUP BY ALL"
    return table.query(f"{sql} ORDER BY ALL")


def labelled(frame: pd.DataFrame, cut: Sequence[Groups]) -> pd.DataFrame:
    """The same with a label `label0`, `label1`, … for each code."""
    names: dict[str, Any] = {f"label{i}": [c.labels[int(g)] for g in frame[f"g{i}"]] for i, c in enumerate(cut)}
    return frame.assign(**names)
