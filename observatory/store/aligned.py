"""A table seen under other names and spellings: its rows stay where they are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from observatory.model import Table
from observatory.quoting import sql_name

_ROWID = re.compile(r"\browid\b", re.IGNORECASE)
_WITH = re.compile(r"\s*WITH\s+(RECURSIVE\s+)?", re.IGNORECASE)


class AlignedTable:
    """Another table of which `t` has only these columns: name -> SQL expression over the columns of that table.

    Nothing is copied: a query runs over the other table with `t` as a view of it, so a column that it does not name
    costs nothing. `rowid` is the row of the other table; a query that names it must not ask for `*` as well.
    """

    def __init__(self, table: Table, columns: Mapping[str, str]) -> None:
        self._table = table
        self._columns = dict(columns)

    @property
    def n_rows(self) -> int:
        """Rows of the table."""
        return self._table.n_rows

    def query(self, sql: str, params: Sequence[object] = ()) -> pd.DataFrame:
        """Run one read-only statement, as `model.Table` says."""
        return self._table.query(self._over(sql), params)

    def sample(self, n: int, *, random_state: int = 0) -> pd.DataFrame:
        """At most `n` rows, the same ones for the same seed as of the other table; `rowid` is the index."""
        rows = np.arange(self.n_rows)
        if n < self.n_rows:
            rows = np.random.default_rng(random_state).choice(self.n_rows, n, replace=False, shuffle=False)
        names = ", ".join(sql_name(name) for name in self._columns)
        chosen = "" if n >= self.n_rows else " WHERE rowid IN (SELECT unnest(CAST(? AS BIGINT[])))"
        params = [rows.tolist()] if chosen else []
        return self.query(f"SELECT rowid, {names} FROM t{chosen} ORDER BY rowid", params).set_index("rowid")

    def _over(self, sql: str) -> str:
        shown = [f"{expression} AS {sql_name(name)}" for name, expression in self._columns.items()]
        columns = ", ".join([*(["rowid"] if _ROWID.search(sql) else []), *shown])
        view = f"t AS NOT MATERIALIZED (SELECT {columns} FROM main.t)"
        own = _WITH.match(sql)
        if own:
            return f"WITH {own[1] or ''}{view}, {sql[own.end() :]}"
        return f"WITH {view} {sql}"
