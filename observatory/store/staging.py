"""The database a table is built in: every cell waits there as text until the types of the columns are chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import duckdb
import pyarrow as pa

from observatory.errors import EmptyTable, TableTooLarge
from observatory.model import Reject
from observatory.quoting import sql_literal

Kind = Literal["cell", "text"]
MAX_REJECTS = 1_000
_BATCH = 20_000
_MAX_RAW = 500


@dataclass
class Intake:
    """What a reader found: names and kinds of the columns, and the account of every physical record.

    A column of kind `cell` holds text to be typed; `text` was text in the file already, and only times are told
    from it. The first `MAX_REJECTS` rejects are kept in full; `n_rejected` counts all.
    """

    names: Sequence[str]
    format: str
    encoding: str | None = None
    delimiter: str | None = None
    kinds: Sequence[Kind] = ()
    physical: int = 0
    n_rejected: int = 0
    rejects: list[Reject] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def reject(self, line: int, reason: str, raw: str) -> None:
        """Count one physical record that cannot be stored."""
        self.physical += 1
        self.n_rejected += 1
        if len(self.rejects) < MAX_REJECTS:
            self.rejects.append(Reject(line, reason, raw[:_MAX_RAW]))

    def check_width(self, max_columns: int) -> None:
        """No column raises EmptyTable, more than `max_columns` TableTooLarge."""
        if not self.names:
            raise EmptyTable("The file has no columns.", "Choose a file that has a table in it.")
        if len(self.names) > max_columns:
            raise TableTooLarge(
                f"The table has {len(self.names):,} columns; the limit is {max_columns:,}.",
                "Keep the columns that matter, turn columns into rows, or raise OBSERVATORY_MAX_COLUMNS.",
            )


class Staging:
    """A writable database of one new table `t`, with a temporary table `staging` of text columns c0, c1, …"""

    def __init__(self, path: Path, memory_limit: str) -> None:
        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "python_enable_replacements": "false",
            "memory_limit": memory_limit,
            "temp_directory": str(path.with_name("spill")),
        }
        self.connection = duckdb.connect(str(path), config=config)
        self.connection.execute("SET TimeZone = 'UTC'")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()

    def load_csv(self, path: Path, delimiter: str, width: int, skip: int, max_record: int) -> int:
        """Stage well-formed delimited text and return its number of rows; anything else raises duckdb.Error."""
        columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(width))
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE staging AS SELECT * FROM read_csv({sql_literal(str(path))}, "
            f"columns = {{{columns}}}, auto_detect = false, header = false, delim = {sql_literal(delimiter)}, "
            f"quote = '\"', escape = '\"', nullstr = '', strict_mode = true, null_padding = false, skip = {skip}, "
            f"max_line_size = {max_record})"
        )
        return self.n_staged()

    def load_rows(self, rows: Iterable[Sequence[str | None]], width: int) -> int:
        """Stage rows of equal width, in batches, and return how many there were."""
        columns = ", ".join(f"c{i} VARCHAR" for i in range(width))
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE staging ({columns})")
        batch: list[Sequence[str | None]] = []
        size = max(1, min(_BATCH, 2_000_000 // width))
        for row in rows:
            batch.append(row)
            if len(batch) >= size:
                self._append(batch)
                batch = []
        if batch:
            self._append(batch)
        return self.n_staged()

    def _append(self, batch: Sequence[Sequence[str | None]]) -> None:
        columns = [pa.array(cells, pa.string()) for cells in zip(*batch, strict=True)]
        self.connection.register("batch", pa.table(columns, names=[f"c{i}" for i in range(len(columns))]))
        self.connection.execute("INSERT INTO staging SELECT * FROM batch")
        self.connection.unregister("batch")

    def n_staged(self) -> int:
        """Rows of the staging table."""
        return self.count("SELECT count(*) FROM staging")

    def count(self, sql: str) -> int:
        """The single number that a query gives."""
        row = self.connection.execute(sql).fetchone()
        assert row is not None
        return int(row[0])
