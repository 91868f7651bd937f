"""Rows of mixed fields as numbers: one seeded sample, encoded once for all models of a run.

`matrix` is for distances (k-means, Ward, LOF, autoencoder, projection): a number or time has a robust deviation of
about 1, and two different levels are a distance of 1 apart, so that no field counts more than another (the idea of
Gower, 1971). `columns` is for forests, which only ask what lies beyond a threshold: levels stand as minus the logarithm
of their share, so that rare ones lie far out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from observatory.bias.axis import family
from observatory.bias.run import MAX_FIELDS, Run
from observatory.model import FieldProfile, Note

Matrix = np.ndarray[Any, np.dtype[np.float64]]
Codes = np.ndarray[Any, np.dtype[np.int64]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]
MIN_ROWS = 50
_MAX_FEATURES = 200
_MAX_LEVELS = 10
_COMMON = 0.02
_APART = 1 / np.sqrt(2)
_FAR = 4.0
_HEAVY = 0.5
_NORMAL_IQR = 1.349


@dataclass(frozen=True, eq=False)
class Features:
    """A sample of rows, `frame` by row position, as numbers without gaps.

    `owners` names the field (by position in `fields`) of each feature of `matrix`; `rarity` has per row and field the
    share of rows at least as odd. `reference` holds rows of the reference in the features that it `shared`. `values`
    are the plain ones, rows of the reference last where it has the field: numbers, or positions in `names`, -1 missing.
    """

    frame: pd.DataFrame
    fields: tuple[FieldProfile, ...]
    matrix: Matrix
    owners: Codes
    columns: Matrix
    rarity: Matrix
    reference: Matrix
    shared: Mask
    values: tuple[Matrix, ...] = ()
    names: tuple[tuple[str, ...], ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def n(self) -> int:
        """Rows of the sample; 0 when there are too few rows or no field that varies."""
        return len(self.matrix) if self.matrix.shape[1] else 0

    @property
    def pooled(self) -> Matrix:
        """The rows of the sample and then those of the reference, in the features of both."""
        return np.vstack([self.matrix[:, self.shared], self.reference]) if len(self.reference) else self.matrix


def features(run: Run) -> Features:
    """The rows that the models of a run look at; scales and levels are learned from sample and reference together.

    At most 60 fields and about 200 features; no identifiers, no free text, no nested types. No rows below 50.
    """
    varying = [f for f in run.profile.fields if _varies(f)]
    fields = varying[:MAX_FIELDS]
    frame = run.table.sample(run.sample_rows, random_state=run.random_state) if run.n_rows >= MIN_ROWS else None
    if frame is None or not fields:
        return _nothing()
    theirs = _reference_frame(run, fields)
    most = int(np.clip(_MAX_FEATURES // len(fields), 2, _MAX_LEVELS))
    encoded = [_encode(f, frame[f.name], theirs.get(f.name), most) for f in fields]
    made = [(f, e) for f, e in zip(fields, encoded) if e.features]
    return _stacked(frame, made, _capped(len(varying)))


def is_number(field: FieldProfile) -> bool:
    """Whether a field is a scale of numbers or times rather than a set of levels."""
    return field.type in ("quantitative", "temporal") and family(field.storage) in ("number", "time")


def numbers(column: pd.Series[Any]) -> Matrix:
    """A column as floats: times in days since 1970, clock times in days, infinities at the outermost finite value.

    >>> numbers(pd.Series([1.0, float("inf"), None])).tolist()
    [1.0, 1.0, nan]
    """
    if pd.api.types.is_datetime64_any_dtype(column):
        naive = column.dt.tz_convert(None) if column.dt.tz is not None else column
        return np.asarray(((naive - pd.Timestamp(0)) / pd.Timedelta(days=1)).to_numpy(dtype=float, na_value=np.nan))
    if pd.api.types.is_numeric_dtype(column):
        values = column.to_numpy(dtype=float, na_value=np.nan)
    else:
        values = np.array([_float(v) for v in column.tolist()], dtype=float)
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (np.nan, np.nan)
    return np.where(np.isposinf(values), high, np.where(np.isneginf(values), low, values))


def levels(column: pd.Series[Any]) -> tuple[Codes, list[str]]:
    """The level of each row as a position in a list of texts, -1 where it is missing.

    >>> codes, names = levels(pd.Series(["b", None, "a", "b"]))
    >>> codes.tolist(), names
    ([0, -1, 1, 0], ['b', 'a'])
    """
    codes, found = pd.factorize(column.where(column.notna(), None) if column.dtype == object else column)
    return np.asarray(codes, dtype=np.int64), [_text(v) for v in found.tolist()]


def _text(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _float(value: Any) -> float:
    if hasattr(value, "toordinal"):
        return float(value.toordinal() - 719163)
    if hasattr(value, "hour"):
        return float(value.hour * 3600 + value.minute * 60 + value.second) / 86400
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def _varies(field: FieldProfile) -> bool:
    if field.role in ("identifier", "text") or family(field.storage) == "other":
        return False
    return field.distinct + (field.missing > 0) > 1


def _nothing() -> Features:
    none = np.empty((0, 0))
    return Features(pd.DataFrame(), (), none, np.empty(0, np.int64), none, none, none, np.empty(0, bool))


def _capped(n_fields: int) -> tuple[Note, ...]:
    if n_fields <= MAX_FIELDS:
        return ()
    text = f"The models of groups and odd rows look at the first {MAX_FIELDS} of {n_fields} fields."
    return (Note("capped", (), text, "To have them look at others, leave out fields that do not matter."),)


def _reference_frame(run: Run, fields: Sequence[FieldProfile]) -> pd.DataFrame:
    """Rows of the reference in the fields that it has too, of the same family of types."""
    if run.reference is None or run.reference.n_rows < MIN_ROWS:
        return pd.DataFrame()
    from observatory.bias.matching.shared import storage_of

    stored = storage_of(run.reference)
    same = [f.name for f in fields if f.name in stored and family(stored[f.name]) == family(f.storage)]
    return run.reference.sample(run.sample_rows, random_state=run.random_state)[same] if same else pd.DataFrame()


@dataclass(frozen=True, eq=False)
class _Encoded:
    """One field: features for distances over sample and reference, columns and rarity over the sample."""

    features: list[Matrix]
    columns: list[Matrix]
    rarity: Matrix
    shared: bool
    values: Matrix
    names: tuple[str, ...] = ()


def _stacked(frame: pd.DataFrame, made: Sequence[tuple[FieldProfile, _Encoded]], notes: tuple[Note, ...]) -> Features:
    if not made:
        return _nothing()
    n = len(frame)
    owners = np.concatenate([np.full(len(e.features), i) for i, (_, e) in enumerate(made)])
    shared = np.array([e.shared for _, e in made])[owners]
    theirs = [x[n:] for _, e in made if e.shared for x in e.features]
    return Features(
        frame=frame,
        fields=tuple(f for f, _ in made),
        matrix=np.column_stack([x[:n] for _, e in made for x in e.features]),
        owners=owners,
        columns=np.column_stack([x for _, e in made for x in e.columns]),
        rarity=np.column_stack([e.rarity for _, e in made]),
        reference=np.column_stack(theirs) if theirs else np.empty((0, 0)),
        shared=shared,
        values=tuple(e.values for _, e in made),
        names=tuple(e.names for _, e in made),
        notes=notes,
    )


def _encode(field: FieldProfile, ours: pd.Series[Any], theirs: pd.Series[Any] | None, most: int) -> _Encoded:
    if is_number(field):
        values = numbers(ours) if theirs is None else np.concatenate([numbers(ours), numbers(theirs)])
        return _scaled(values, len(ours), theirs is not None)
    codes, names = levels(ours)
    if theirs is not None:
        other, others = levels(theirs)
        place = {name: i for i, name in enumerate(names)}
        found = np.array([place.setdefault(name, len(place)) for name in others] + [-1])
        codes, names = np.concatenate([codes, found[other]]), list(place)
    return _levelled(codes, names, len(ours), theirs is not None, most)


def _scaled(values: Matrix, n: int, shared: bool) -> _Encoded:
    """Robust scaling (median, quartile range) of numbers, of their logarithm where the right tail is heavy; beyond 4
    deviations only the logarithm of the rest counts. Missing ones stand at the median, with a flag beside them.
    """
    lost = np.isnan(values)
    if lost.all():
        return _Encoded([], [], np.ones(n), shared, values)
    plain, known = values, values[~lost]
    scale = _log_scale(known)
    if scale:
        values, known = np.log1p(np.maximum(values, 0) / scale), np.log1p(known / scale)
    low, middle, high = np.quantile(known, [0.25, 0.5, 0.75])
    spread = (high - low) / _NORMAL_IQR or float(np.std(known)) or 1.0
    z = np.where(lost, 0.0, (values - middle) / spread)
    beyond = np.maximum(np.abs(z) - _FAR, 0)
    z = np.sign(z) * (np.minimum(np.abs(z), _FAR) + np.log1p(beyond))
    made = [z, lost.astype(float)] if lost.any() else [z]
    ours, known_ours = values[:n], values[:n][~lost[:n]]
    tail = np.where(lost[:n], lost[:n].mean(), _tail_share(ours, known_ours)) if len(known_ours) else np.ones(n)
    return _Encoded(made, [x[:n] for x in made], tail, shared, plain)


def _log_scale(known: Matrix) -> float:
    """The unit of log(1 + x / unit) for numbers from 0 up with a heavy right tail (Kelley's skewness), else 0."""
    if known.min() < 0 or known.max() <= 0:
        return 0.0
    low, middle, high = np.quantile(known, [0.05, 0.5, 0.95])
    if high > low and (high + low - 2 * middle) / (high - low) < _HEAVY:
        return 0.0
    return float(np.quantile(known[known > 0], 0.05))


def _tail_share(values: Matrix, known: Matrix) -> Matrix:
    """Twice the share of known values at least as far out on the same side, at most 1."""
    ordered = np.sort(known)
    above = len(ordered) - np.searchsorted(ordered, values, side="left")
    below = np.searchsorted(ordered, values, side="right")
    return np.asarray(np.clip(2 * np.minimum(above, below) / len(ordered), 0, 1))


def _levelled(codes: Codes, names: Sequence[str], n: int, shared: bool, most: int) -> _Encoded:
    """A flag for each common level, one for all others and one for missing; where the others are most rows, how common
    their level is stands instead of their flag.
    """
    sides = [codes[:n] + 1, codes[n:] + 1] if shared else [codes + 1]
    size = int(codes.max()) + 2
    shares = np.mean([np.bincount(s, minlength=size) / max(len(s), 1) for s in sides], axis=0)
    ranked = [int(c) for c in np.argsort(-shares[1:], kind="stable")[:most] + 1 if shares[c] >= _COMMON]
    kept = np.array([0, *ranked])
    made = [(codes + 1 == c) * _APART for c in kept if shares[c] > 0]
    rest = ~np.isin(codes + 1, kept)
    rarity = -np.log(np.maximum(shares[codes + 1], 1e-12))
    if rest.mean() > 0.5:
        deviation = float(rarity.std())
        made += [(rarity - rarity.mean()) / deviation] if deviation > 1e-9 else []
    elif rest.any():
        made.append(rest * _APART)
    made = made if len(made) > 1 or rest.mean() > 0.5 else []
    return _Encoded(made, [rarity[:n]], _level_rarity(codes[:n]), shared, codes.astype(float), tuple(names))


def _level_rarity(codes: Codes) -> Matrix:
    """The share of rows in levels no larger than that of each row."""
    sizes = np.bincount(codes + 1) / max(len(codes), 1)
    found, first = np.unique(sizes, return_inverse=True)
    upto = np.cumsum(np.bincount(first, weights=sizes, minlength=len(found)))
    return np.asarray(np.clip(upto[first][codes + 1], 0, 1))
