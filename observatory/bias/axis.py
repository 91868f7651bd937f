"""One field cut into groups: its levels, or half-open bins of its values, with NULL as a group of its own.

Codes are small integers: 0 is NULL, then levels (largest first) or bins (in order), then, for levels, the rest.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from observatory.bias import describe
from observatory.bias.drawn import drawn
from observatory.model import FieldProfile, Table
from observatory.quoting import sql_literal, sql_name

MAX_LEVELS = 50
N_BINS = 20
MANY_VALUES = 20
_MAX_LABEL = 60
_MAX_COUNTED = 1000
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_REALS = ("FLOAT", "DOUBLE", "REAL", "DECIMAL", "UHUGEINT")
_TIMES = ("DATE", "TIMESTAMP", "TIME")


def family(storage: str) -> str:
    """The family of a DuckDB type, within which values compare: number, time, boolean, text or other.

    >>> family("DECIMAL(18,3)"), family("TIMESTAMP WITH TIME ZONE"), family("VARCHAR[]")
    ('number', 'time', 'other')
    """
    storage = storage.upper()
    if storage.endswith("]"):
        return "other"
    if storage.startswith(_NUMBERS + _REALS):
        return "number"
    if storage.startswith(_TIMES):
        return "time"
    return {"BOOLEAN": "boolean", "VARCHAR": "text"}.get(storage, "text" if storage.startswith("ENUM") else "other")


def is_whole(storage: str) -> bool:
    """Whether a DuckDB type holds whole numbers only."""
    return storage.upper().startswith(_NUMBERS)


@dataclass(frozen=True)
class Axis:
    """A field and the SQL literals and words of its levels, or of the edges between its bins if `ordered`.

    `whole`: the edges are whole numbers; `edges` are those of given bands.
    """

    field: str
    ordered: bool
    expression: str
    literals: tuple[str, ...]
    labels: tuple[str, ...]
    whole: bool = False
    edges: tuple[float, ...] = ()

    @property
    def n_codes(self) -> int:
        """Number of groups, with NULL and, for levels, the rest."""
        return len(self.literals) + 2

    @property
    def rest(self) -> int | None:
        """Code of the levels that are not listed; None if ordered."""
        return None if self.ordered else len(self.literals) + 1

    def code_sql(self) -> str:
        """SQL expression of the code of a row."""
        if self.ordered:
            steps = "".join(f" + ({self.expression} >= {edge})::SMALLINT" for edge in self.literals)
            return f"CASE WHEN {self.expression} IS NULL THEN 0 ELSE 1{steps} END"
        position = f"list_position([{', '.join(self.literals)}], {self.expression})" if self.literals else "NULL"
        return f"CASE WHEN {self.expression} IS NULL THEN 0 ELSE coalesce({position}, {self.rest}) END"

    def where(self, codes: Sequence[int]) -> str:
        """SQL predicate of the rows with those codes; bins must be neighbours."""
        if list(codes) == [0]:
            return f"{self.expression} IS NULL"
        if self.ordered:
            return self._range_sql(min(codes), max(codes))
        if self.rest in codes:
            others = [self.literals[c - 1] for c in range(1, self.rest or 0) if c not in codes]
            return f"{self.expression} NOT IN ({', '.join(others)})" if others else f"{self.expression} IS NOT NULL"
        chosen = [self.literals[c - 1] for c in codes]
        if len(chosen) == 1:
            return f"{self.expression} = {chosen[0]}"
        return f"{self.expression} IN ({', '.join(chosen)})"

    def _range_sql(self, first: int, last: int) -> str:
        low = [f"{self.expression} >= {self.literals[first - 2]}"] if first > 1 else []
        high = [f"{self.expression} < {self.literals[last - 1]}"] if last <= len(self.literals) else []
        return " AND ".join(low + high) or f"{self.expression} IS NOT NULL"

    def condition(self, codes: Sequence[int]) -> describe.Condition:
        """The same rows, ready to be put into words."""
        if list(codes) == [0]:
            return describe.Condition(self.field, missing=True)
        if self.ordered:
            first, last = min(codes), max(codes)
            low = self.labels[first - 2] if first > 1 else None
            high = self.labels[last - 1] if last <= len(self.labels) else None
            return describe.Condition(self.field, low=low, high=high, whole=self.whole)
        if len(codes) == self.n_codes - 1:
            return describe.Condition(self.field)
        levels = tuple(self.labels[c - 1] for c in codes if c != self.rest)
        return describe.Condition(self.field, levels=levels, rest=self.rest in codes)


def make_axes(
    fields: Sequence[FieldProfile], tables: Sequence[Table], n_bins: int = N_BINS, n_times: int | None = None
) -> list[Axis]:
    """The axes of those fields: bins are quantiles of the last table, levels are the commonest of all tables.

    Times are cut into `n_times` bins, as many as numbers unless that is given.
    """
    ranged = [f for f in fields if is_ordered(f)]
    edges = _edges(ranged, tables[-1], n_bins, n_times or n_bins) if ranged else {}
    axes = [edges[f.name] if f.name in edges else _levels(f, tables) for f in fields]
    return [a for a in axes if a is not None]


def is_ordered(field: FieldProfile) -> bool:
    """Whether a field has so many values on a scale that it is cut into bins."""
    return family(field.storage) in ("number", "time") and field.distinct > MANY_VALUES


def _edges(fields: Sequence[FieldProfile], table: Table, n_bins: int, n_times: int) -> dict[str, Axis | None]:
    """Bin edges: the smallest value of every quantile bin, so that heaped values never share a bin by halves.

    The quantiles are those of a drawn part of many rows.
    """
    steps = [_steps(n_times if family(f.storage) == "time" else n_bins) for f in fields]
    columns = [f"to_json(quantile_disc({_finite(f)}, [{s}])::VARCHAR[])" for f, s in zip(fields, steps)]
    lows = [f"min({_finite(f)})::VARCHAR" for f in fields]
    row = table.query(f"SELECT {', '.join(columns + lows)} FROM t WHERE {drawn(table)}").iloc[0].tolist()
    axes: dict[str, Axis | None] = {}
    for field, text, low in zip(fields, row[: len(fields)], row[len(fields) :]):
        values = (
            [] if not isinstance(text, str) else [v for v in dict.fromkeys(json.loads(text)) if v not in (None, low)]
        )
        axes[field.name] = _ordered_axis(field, values) if values else None
    return axes


def _steps(n_bins: int) -> str:
    return ", ".join(f"{i / n_bins:.4f}" for i in range(1, n_bins))


def value_range(field: FieldProfile, table: Table) -> Axis | None:
    """The axis of which the two edges are the smallest and the largest value of a table; None if it holds none."""
    name = _finite(field)
    row = table.query(f"SELECT min({name})::VARCHAR, max({name})::VARCHAR FROM t").iloc[0].tolist()
    return _ordered_axis(field, row) if all(isinstance(v, str) for v in row) else None


def _finite(field: FieldProfile) -> str:
    name = sql_name(field.name)
    if family(field.storage) == "number":  # whole numbers too: the reference may hold real ones
        return f"CASE WHEN isfinite({name}::DOUBLE) THEN {name} END"
    return name


def _ordered_axis(field: FieldProfile, values: Sequence[str]) -> Axis:
    name = sql_name(field.name)
    if family(field.storage) == "time":
        literals = tuple(f"{sql_literal(v)}::{field.storage}" for v in values)
        return Axis(field.name, True, name, literals, tuple(v.removesuffix(" 00:00:00") for v in values))
    whole = is_whole(field.storage) and all(v.lstrip("-").isdigit() for v in values)
    numbers = [int(v) if whole else float(v) for v in values]
    labels = tuple(describe.number(v) for v in numbers)
    return Axis(field.name, True, name, tuple(sql_literal(v) for v in numbers), labels, whole)


def _levels(field: FieldProfile, tables: Sequence[Table]) -> Axis | None:
    """The commonest levels of all tables taken together, so that which side has more of a level has no part in choosing
    it (the test of each stays honest); None when the field holds no value anywhere.
    """
    kind, name = family(field.storage), sql_name(field.name)
    plain = kind in ("number", "boolean") or field.storage.upper() == "VARCHAR"
    expression = name if plain else f"CAST({name} AS VARCHAR)"
    counts: dict[str | float | bool, int] = {}
    for table in tables:
        sql = f"SELECT {expression} AS v, count(*) AS n FROM t WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"
        found = table.query(f"{sql} LIMIT {_MAX_COUNTED}")
        for value, n in zip(found["v"].tolist(), found["n"].tolist()):
            level = float(value) if kind == "number" else value
            counts[level] = counts.get(level, 0) + int(n)
    if not counts:
        return None
    ranked = sorted(counts, key=lambda v: (-counts[v], str(v)))[:MAX_LEVELS]
    literals = tuple(_literal(v) for v in ranked)
    labels = tuple(_label(v) for v in ranked)
    return Axis(field.name, False, expression, literals, labels)


def _label(value: str | float | bool) -> str:
    if isinstance(value, float):
        return describe.number(value)
    text = " ".join(str(value).split())
    return text if len(text) <= _MAX_LABEL else text[: _MAX_LABEL - 1] + "…"


def _literal(value: str | float | bool) -> str:
    return sql_literal(int(value) if isinstance(value, float) and value.is_integer() else value)
