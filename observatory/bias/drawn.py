"""A random part of the rows of a large table, for what need not look at all of them."""

from __future__ import annotations

from observatory.model import Table

MAX_ROWS = 100_000
_PARTS = 2**20


def drawn(table: Table, random_state: int = 0, most: int = MAX_ROWS) -> str:
    """SQL predicate of about `most` random rows, the same ones for the same seed; TRUE where there are no more.

    Their numbers are found first, so that what a query makes of them is made of few full vectors.
    """
    if table.n_rows <= most:
        return "TRUE"
    part = int(most / table.n_rows * _PARTS)
    return f"rowid IN (SELECT rowid FROM t WHERE hash(rowid, {random_state}) % {_PARTS} < {part})"
