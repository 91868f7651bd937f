"""Rows as one 64-bit key each: equal rows have equal keys."""

from __future__ import annotations

from typing import Any

import numpy as np

from observatory.model import Table

Keys = np.ndarray[Any, np.dtype[np.uint64]]
Rows = np.ndarray[Any, np.dtype[np.int64]]
_SIEVE = 2**24


def row_keys(table: Table, key: str) -> Keys:
    """The key of every row, in import order, which a plain scan keeps; `key` is an SQL expression of type UBIGINT."""
    return table.query(f"SELECT {key} AS h FROM t")["h"].to_numpy(dtype=np.uint64)


def repeated(keys: Keys) -> tuple[Keys, Rows]:
    """The keys that more than one row has, in order, and how many rows have each.

    >>> repeated(np.array([3, 1, 3, 2, 3, 1], dtype=np.uint64))
    (array([1, 3], dtype=uint64), array([2, 3]))
    """
    ordered = np.sort(keys)
    again, more = np.unique(ordered[1:][ordered[1:] == ordered[:-1]], return_counts=True)
    return again, more + 1


def n_pairs(keys: Keys) -> float:
    """Pairs of rows that have the same key.

    >>> n_pairs(np.array([3, 1, 3, 2, 3, 1], dtype=np.uint64))
    4.0
    """
    n = repeated(keys)[1].astype(float)
    return float((n * (n - 1) / 2).sum())


def rows_with(keys: Keys, wanted: Keys) -> Rows:
    """Positions of the rows that have one of some keys."""
    sieve = np.zeros(_SIEVE, dtype=bool)
    sieve[wanted % _SIEVE] = True
    rows = np.flatnonzero(sieve[keys % _SIEVE])
    return rows[np.isin(keys[rows], wanted)]


def later_rows(keys: Keys, wanted: Keys) -> Rows:
    """Positions of the rows that have one of some keys, but for the first row of each.

    >>> later_rows(np.array([3, 1, 3, 2, 3, 1], dtype=np.uint64), np.array([1, 3], dtype=np.uint64))
    array([2, 4, 5])
    """
    rows = rows_with(keys, wanted)
    _, first = np.unique(keys[rows], return_index=True)
    return np.delete(rows, first)
