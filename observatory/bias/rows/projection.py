"""A map of rows: the two directions in which their features vary most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from observatory.bias.describe import listed, share
from observatory.bias.rows.features import Features, Matrix, features
from observatory.bias.run import Run

_MOSTLY = 0.6
_MAX_NAMED = 3


@dataclass(frozen=True, eq=False)
class Projection:
    """Coordinates of the rows of the sample, two columns; what each axis is made of; its share of the variance."""

    points: Matrix
    axes: tuple[str, ...]
    explained: tuple[float, ...]


def projection(run: Run) -> Projection:
    """Principal components (Pearson, 1901) of the shared features, named by the fields that load most on them.

    The sign of an axis is such that its largest load is positive. Of one feature the second coordinate is 0.
    """
    made = run.once(features)
    if not made.n:
        return Projection(np.empty((0, 2)), (), ())
    centred = made.matrix - made.matrix.mean(axis=0)
    variances, vectors = np.linalg.eigh(np.atleast_2d(np.cov(centred.T)))
    loads = np.zeros((centred.shape[1], 2))
    loads[:, : min(2, vectors.shape[1])] = vectors[:, ::-1][:, :2]
    loads *= np.where(loads[np.abs(loads).argmax(axis=0), [0, 1]] < 0, -1.0, 1.0)
    two = np.pad(np.maximum(variances[::-1], 0), (0, 2))[:2]
    explained = tuple(float(v) for v in two / max(float(variances.sum()), 1e-12))
    axes = tuple(_named(made, loads[:, i], explained[i]) for i in (0, 1))
    return Projection(centred @ loads, axes, explained)


def _named(made: Features, loads: Matrix, explained: float) -> str:
    """The fields that make up most of an axis, and its share of the variance."""
    parts = np.bincount(made.owners, weights=loads**2, minlength=len(made.fields))
    if not parts.any():
        return "nothing more varies"
    order = np.argsort(-parts, kind="stable")
    n = min(int(np.searchsorted(np.cumsum(parts[order]), _MOSTLY)) + 1, _MAX_NAMED)
    return f"mostly {listed([made.fields[i].name for i in order[:n]])} ({share(explained)} of the variance)"
