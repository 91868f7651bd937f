"""A region: rows whose code of each field lies in a set, and the evidence that they are too few or too many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from observatory.bias.coded import Codes, Side
from observatory.bias.compare.candidates import Mask


@dataclass(frozen=True)
class Region:
    """Rows whose code of each field lies in a set: positions of the fields, their codes, and the evidence.

    `h` is Cohen's h at the time the region was looked at.
    """

    axes: tuple[int, ...]
    codes: tuple[tuple[int, ...], ...]
    z: float
    question: str
    log_p: float
    h: float


def inside(region: Region, side: Side) -> Mask:
    """Which rows of a side lie in a region."""
    rows = [_among(side.codes[i], codes) for i, codes in zip(region.axes, region.codes)]
    return np.asarray(np.logical_and.reduce(rows))


def _among(found: Codes, codes: Sequence[int]) -> Mask:
    is_wanted = np.zeros(max(int(found.max(initial=0)), *codes) + 1, dtype=bool)
    is_wanted[list(codes)] = True
    return np.asarray(is_wanted[found])


def share_of(region: Region, side: Side) -> float:
    """Weighted share of a side that lies in a region."""
    return float(side.weights[inside(region, side)].sum() / max(float(side.weights.sum()), 1e-300))
