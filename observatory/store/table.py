"""A stored table that answers SQL, through a connection that can see nothing but that table."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from observatory.errors import ObservatoryError

_MAX_OPEN = 8
_EXACT = 2**53
_NULLABLE = {pa.int64(): pd.Int64Dtype(), pa.uint64(): pd.UInt64Dtype()}


class Connections:
    """The few databases read last, each opened once, read-only and locked down; safe to use from many threads."""

    def __init__(self, memory_limit: str) -> None:
        self._memory_limit = memory_limit
        self._open: OrderedDict[Path, duckdb.DuckDBPyConnection] = OrderedDict()
        self._lock = threading.Lock()

    def cursor(self, path: Path) -> duckdb.DuckDBPyConnection:
        """A cursor of the caller's own on the database at `path`."""
        with self._lock:
            if path not in self._open:
                self._open[path] = _connect(path, self._memory_limit)
                if len(self._open) > _MAX_OPEN:
                    self._open.popitem(last=False)[1].close()
            self._open.move_to_end(path)
            return self._open[path].cursor()

    def close(self, path: Path | None = None) -> None:
        """Close the database at `path`, or all of them; cursors in use end with their query."""
        with self._lock:
            for known in [path] if path else list(self._open):
                if connection := self._open.pop(known, None):
                    connection.close()


def _connect(path: Path, memory_limit: str) -> duckdb.DuckDBPyConnection:
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
        "python_enable_replacements": "false",
        "enable_external_access": "false",
        "max_temp_directory_size": "0B",
    }
    connection = duckdb.connect(str(path), read_only=True, config=config)
    if not _setting(connection, "lock_configuration"):
        connection.execute("SET GLOBAL TimeZone = 'UTC'")
        connection.execute(f"SET GLOBAL memory_limit = '{memory_limit}'")
        connection.execute("SET lock_configuration = true")
    return connection


def _setting(connection: duckdb.DuckDBPyConnection, name: str) -> object:
    row = connection.execute("SELECT current_setting(?)", [name]).fetchone()
    return row and row[0]


class StoredTable:
    """The table `t` of one dataset (see `model.Table`); times with an offset come back in UTC."""

    def __init__(self, path: Path, connections: Connections, n_rows: int) -> None:
        self._path = path
        self._connections = connections
        self._n_rows = n_rows

    @property
    def n_rows(self) -> int:
        """Rows of the table."""
        return self._n_rows

    def query(
        self, sql: str, params: Sequence[object] = (), *, beside: Mapping[str, pa.Table] | None = None
    ) -> pd.DataFrame:
        """Run one read-only statement; `?` stands for each parameter in turn, and `beside` are more tables by name.

        Whole numbers with missing values come back as floats, or as `Int64` when a float would change them.
        A statement that cannot run raises ObservatoryError.
        """
        try:
            cursor = self._connections.cursor(self._path)
            try:
                for name, other in (beside or {}).items():
                    cursor.register(name, other)
                statements = cursor.extract_statements(sql)
                if len(statements) != 1:
                    raise ObservatoryError("A query is exactly one SQL statement.", "Ask one question at a time.")
                result = cursor.sql(sql, params=list(params))
                return pd.DataFrame() if result is None else _frame(result.to_arrow_table())
            finally:
                cursor.close()
        except duckdb.Error as exc:
            reason = str(exc).splitlines()[0]
            raise ObservatoryError(f"The table could not answer: {reason}", "Check the query and its names.") from exc

    def sample(self, n: int, *, random_state: int = 0) -> pd.DataFrame:
        """At most `n` rows, the same ones for the same seed; `rowid` is the index."""
        if n >= self._n_rows:
            frame = self.query("SELECT rowid, * FROM t ORDER BY rowid")
        else:
            rng = np.random.default_rng(random_state)
            rows = rng.choice(self._n_rows, n, replace=False, shuffle=False)
            chosen = "SELECT unnest(CAST(? AS BIGINT[]))"
            frame = self.query(f"SELECT rowid, * FROM t WHERE rowid IN ({chosen}) ORDER BY rowid", [rows.tolist()])
        return frame.set_index("rowid")


def _frame(table: pa.Table) -> pd.DataFrame:
    columns = [_plain(column) for column in table.columns]
    frame: pd.DataFrame = pa.table(columns, names=table.column_names).to_pandas(date_as_object=False)
    for i, column in enumerate(columns):
        if pa.types.is_integer(column.type) and column.null_count and _is_beyond_float(column):
            frame.isetitem(i, column.to_pandas(types_mapper=_NULLABLE.get))
    return frame


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Decimals, which sums of whole numbers are too, as numbers of the machine; dictionaries as their values."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return column.cast(kind.value_type)
    if not pa.types.is_decimal(kind):
        return column
    try:
        return column.cast(pa.int64() if kind.scale == 0 else pa.float64())
    except pa.ArrowInvalid:
        return column.cast(pa.float64())


def _is_beyond_float(column: pa.ChunkedArray) -> bool:
    values = column.drop_null().to_numpy()
    return values.size > 0 and (int(values.max()) > _EXACT or int(values.min()) < -_EXACT)
