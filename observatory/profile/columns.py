"""A column as the profiler sees it: what family of values it stores and the SQL that reads them safely."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from observatory.model import Table
from observatory.quoting import sql_name

Family = Literal["number", "time", "truth", "text", "other"]
T = TypeVar("T")
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


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Slices of `size`, so that a statement over a wide table stays of a size that plans fast.

    >>> list(batches("abc", 2))
    ['ab', 'c']
    """
    for start in range(0, len(items), size):
        yield items[start : start + size]
