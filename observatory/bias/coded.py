"""Sample and reference as small integers: one array of group codes per field, for both tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from observatory.bias.axis import Axis
from observatory.bias.drawn import drawn
from observatory.model import Table

Codes = np.ndarray[Any, np.dtype[np.int64]]
Weights = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Side:
    """The rows of one table as codes, a weight for each, and how many rows the weights are worth (Kish)."""

    codes: tuple[Codes, ...]
    weights: Weights

    @classmethod
    def empty(cls) -> Side:
        """A side of no rows and no fields."""
        return cls((), np.empty(0))

    @cached_property
    def n(self) -> float:
        """Kish's effective number of rows: (sum of weights)² / sum of squared weights."""
        squares = float((self.weights**2).sum())
        return float(self.weights.sum()) ** 2 / squares if squares else 0.0

    def shares(self, codes: Codes, n_codes: int) -> Weights:
        """Weighted share of every code."""
        counts = np.bincount(codes, weights=self.weights, minlength=n_codes)
        return np.asarray(counts / max(counts.sum(), 1e-300))

    def margin(self, i: int, n_codes: int) -> Weights:
        """Weighted share of every code of field `i`."""
        return self.shares(self.codes[i], n_codes)

    def table(self, a: int, b: int, fold_a: Codes, fold_b: Codes) -> Weights:
        """Weighted shares of the folded codes of fields `a` and `b`, crossed."""
        return self.crossed(fold_a[self.codes[a]], fold_b[self.codes[b]], int(fold_a.max()) + 1, int(fold_b.max()) + 1)

    def crossed(self, a: Codes, b: Codes, size_a: int, size_b: int) -> Weights:
        """Weighted shares of two codes of every row, crossed."""
        return self.shares(a * size_b + b, size_a * size_b).reshape(size_a, size_b)


@dataclass(frozen=True)
class Known:
    """Shares that are known of each field by itself, with no rows behind them."""

    margins: tuple[Weights, ...]
    n: float = 1e12

    def margin(self, i: int, n_codes: int) -> Weights:
        """Known share of every code of field `i`."""
        return self.margins[i][:n_codes]


def code(table: Table, axes: Sequence[Axis], random_state: int) -> Side:
    """All rows, or a random `MAX_ROWS` of them, the same ones for the same seed."""
    columns = ", ".join(f"({axis.code_sql()})::USMALLINT AS c{i}" for i, axis in enumerate(axes))
    frame = table.query(f"SELECT {columns} FROM t WHERE {drawn(table, random_state)} ORDER BY rowid")
    codes = tuple(frame[f"c{i}"].to_numpy(dtype=np.int64) for i in range(len(axes)))
    return Side(codes, np.ones(len(frame)))
