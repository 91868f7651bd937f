"""A column as the profiler sees it: what family of values it stores and the SQL that reads them safely."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from observatory.model import Table
from observatory.quoting import sql_name

Family = Literal["number", "time", "truth", "text", "other"]
_MAX_STACK = 500
_WHOLE = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"}
_WHOLE |= {"U" + name for name in _WHOLE}
_FLOATS = {"FLOAT", "DOUBLE"}


@dataclass(frozen=True)
class Column:
    """A column of `t`; `storage` is its DuckDB type."""

    name: str
    storage: str

    @property
    def family(self) -> Family:
        """The family of its values; lists and other nested values are `other`."""
        if self.storage.endswith("]"):
            return "other"
        base = self.storage.split("(")[0]
        if base in _WHOLE | _FLOATS or base == "DECIMAL":
            return "number"
        if base == "DATE" or base.startswith("TIMESTAMP"):
            return "time"
        return {"BOOLEAN": "truth", "VARCHAR": "text"}.get(base, "other")  # type: ignore[return-value]

    @property
    def is_whole(self) -> bool:
        """Whether it stores whole numbers by type."""
        return self.storage in _WHOLE or (self.storage.startswith("DECIMAL") and self.storage.endswith(",0)"))

    @property
    def is_date(self) -> bool:
        """Whether it stores days without a time."""
        return self.storage == "DATE"

    @property
    def present(self) -> str:
        """SQL of its value; NaN counts as missing."""
        field = sql_name(self.name)
        if self.storage in _FLOATS:
            return f"CASE WHEN NOT isnan({field}) THEN {field} END"
        return f"CAST({field} AS VARCHAR)" if self.family == "other" else field

    @property
    def measured(self) -> str:
        """SQL of its value on the number line: a finite number, or seconds since 1970 UTC."""
        field = sql_name(self.name)
        if self.family == "time":
            return f"CASE WHEN isfinite({field}) THEN epoch({field}) END"
        if self.storage in _FLOATS:
            return f"CASE WHEN isfinite({field}) THEN CAST({field} AS DOUBLE) END"
        return f"CAST({field} AS DOUBLE)"


def columns_of(table: Table) -> list[Column]:
    """The columns of `t`, in order."""
    described = table.query("DESCRIBE t")
    return [Column(name, storage) for name, storage in zip(described["column_name"], described["column_type"])]


def stacks(columns: Sequence[Column]) -> Iterator[tuple[Column, Sequence[Column]]]:
    """The columns by storage, at most 500 at a time, each time with the column `v` that stands for all of them.

    One statement over `stacked` rows with `GROUP BY f` plans far faster than one with terms for each column: 0.9 s
    against 26 s for 2,000 columns of 2,000 rows.
    """
    by_storage: dict[str, list[Column]] = {}
    for column in columns:
        by_storage.setdefault(column.storage, []).append(column)
    for storage, alike in by_storage.items():
        for start in range(0, len(alike), _MAX_STACK):
            yield Column("v", storage), alike[start : start + _MAX_STACK]


def stacked(columns: Sequence[Column], clause: str = "") -> str:
    """SQL of all cells of columns of one storage: `f`, the position of the column, and `v`, the cell.

    >>> stacked([Column("a", "DATE"), Column("b", "DATE")])
    '(SELECT unnest(["a", "b"]) AS v, unnest(range(2)) AS f FROM t)'
    """
    names = ", ".join(sql_name(column.name) for column in columns)
    return f"(SELECT unnest([{names}]) AS v, unnest(range({len(columns)})) AS f FROM t{clause})"
