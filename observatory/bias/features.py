"""Rows of mixed fields as a matrix for scikit-learn, and how rare each value is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from observatory.bias.axis import family
from observatory.model import FieldProfile

Matrix = np.ndarray[Any, np.dtype[np.float64]]
_MAX_FEATURES = 200


@dataclass(frozen=True)
class Features:
    """A matrix (rows x features, no missing values) and, per field, the share of rows at least as odd as each row."""

    matrix: Matrix
    fields: tuple[FieldProfile, ...]
    rarity: Matrix


def features(frame: pd.DataFrame, fields: Sequence[FieldProfile]) -> Features:
    """Numbers and times centred on the median in units of their quartile range (missing: 0, with a flag beside them);
    levels as minus the logarithm of their share, whatever their number, NULL being a level.
    """
    used = [
        f for f in fields if f.role not in ("identifier", "text") and f.name in frame and family(f.storage) != "other"
    ]
    used = [f for f in used if f.distinct + (f.missing > 0) > 1][:_MAX_FEATURES]
    columns: list[Matrix] = []
    rarity: list[Matrix] = []
    for field in used:
        column = frame[field.name]
        if field.type in ("quantitative", "temporal") and family(field.storage) in ("number", "time"):
            made, rare = _scale(_numbers(column))
        else:
            made, rare = _rarity(column)
        columns += made
        rarity.append(rare)
    if not used:
        return Features(np.empty((len(frame), 0)), (), np.empty((len(frame), 0)))
    return Features(np.column_stack(columns), tuple(used), np.column_stack(rarity))


def _numbers(column: pd.Series[Any]) -> Matrix:
    """A column as floats, times in days, what is no finite number as NaN."""
    if pd.api.types.is_datetime64_any_dtype(column):
        days = (column - column.min()) / pd.Timedelta(days=1)
        return np.asarray(days.to_numpy(dtype=float, na_value=np.nan))
    if pd.api.types.is_numeric_dtype(column):
        values = column.to_numpy(dtype=float, na_value=np.nan)
    elif isinstance(column.dropna().iloc[0] if column.notna().any() else "", str):
        values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    else:
        values = np.array([_float(v) for v in column.tolist()])
    return np.where(np.isfinite(values), values, np.nan)


def _float(value: Any) -> float:
    if hasattr(value, "toordinal"):
        return float(value.toordinal())
    if hasattr(value, "hour"):
        return float(value.hour * 3600 + value.minute * 60 + value.second)
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def _scale(values: Matrix) -> tuple[list[Matrix], Matrix]:
    lost = np.isnan(values)
    known = values[~lost]
    if not len(known):
        return [lost.astype(float)], np.ones(len(values))
    low, middle, high = np.quantile(known, [0.25, 0.5, 0.75])
    spread = (high - low) or float(np.std(known)) or 1.0
    scaled = np.where(lost, 0.0, (np.where(lost, middle, values) - middle) / spread)
    tail = np.where(lost, lost.mean(), _tail_share(values, known))
    return [scaled, lost.astype(float)] if lost.any() else [scaled], tail


def _tail_share(values: Matrix, known: Matrix) -> Matrix:
    """Twice the share of known values at least as far out on the same side, at most 1."""
    ordered = np.sort(known)
    above = len(ordered) - np.searchsorted(ordered, values, side="left")
    below = np.searchsorted(ordered, values, side="right")
    return np.asarray(np.clip(2 * np.minimum(above, below) / len(ordered), 0, 1))


def _rarity(column: pd.Series[Any]) -> tuple[list[Matrix], Matrix]:
    """Minus log share of each level, and the share of rows in levels no larger than it."""
    codes, _ = pd.factorize(column.astype(str).where(column.notna(), None), use_na_sentinel=False)
    sizes = np.bincount(codes) / max(len(codes), 1)
    order = np.argsort(sizes, kind="stable")
    upto = np.empty(len(sizes))
    upto[order] = np.cumsum(sizes[order])
    ties = np.array([upto[sizes == s].max() for s in sizes]) if len(sizes) <= 500 else upto
    return [-np.log(sizes[codes])], np.asarray(np.clip(ties[codes], 0, 1))
