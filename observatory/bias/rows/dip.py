"""Is there a real dip between two modes of a sample?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from observatory.bias.rows.features import Matrix

_GRID = 128
_SHALLOW = 0.8
_MAX_P = 1e-3


@dataclass(frozen=True)
class Dip:
    """The lowest point between two peaks: its density as a share of the lower peak's, and the test's p."""

    at: float
    ratio: float
    p: float

    @property
    def is_real(self) -> bool:
        """Whether the dip goes below .8 of the lower peak, with p <= .001."""
        return self.ratio < _SHALLOW and self.p <= _MAX_P


def dip(values: Matrix, low: float, high: float, width: float) -> Dip:
    """The dip of a sample between the centres `low` < `high` of two groups of standard deviation about `width`.

    Densities are Gaussian kernel estimates. Whatever the shape, a density with one mode is between two places never
    below the lower of both, so fewer values at the dip than at the lower peak are as likely as heads of a coin
    (Hartigan & Hartigan's (1985) unimodality, tested at one place by the binomial). Fit the centres to other rows than
    `values`, or p is too small.

    >>> rng = np.random.default_rng(0)
    >>> dip(rng.normal(size=4000), -1, 1, 0.7).is_real
    False
    >>> dip(np.concatenate([rng.normal(-2, 1, 2000), rng.normal(2, 1, 2000)]), -2, 2, 1).is_real
    True
    """
    near = values[np.abs(values - (low + high) / 2) <= (high - low) + 3 * width]
    if len(near) < 20 or not high > low:
        return Dip((low + high) / 2, 1.0, 1.0)
    bandwidth = max(0.9 * width * len(near) ** -0.2, (high - low) / 1000)
    margin = (high - low) / 4
    grid = np.linspace(low - margin, high + margin, _GRID)
    density = _kernel_density(near, grid, bandwidth)
    between = np.flatnonzero((grid >= low) & (grid <= high))
    anti = int(between[density[between].argmin()])
    left, right = int(density[: anti + 1].argmax()), anti + int(density[anti:].argmax())
    half = min(grid[anti] - grid[left], grid[right] - grid[anti]) / 4
    lower = float(min(density[left], density[right]))
    if half <= 0 or lower <= 0:
        return Dip(float(grid[anti]), 1.0, 1.0)
    inside = [int((np.abs(near - grid[i]) <= half).sum()) for i in (left, anti, right)]
    n_low = min(inside[0], inside[2])
    return Dip(float(grid[anti]), float(density[anti]) / lower, float(special.bdtr(inside[1], inside[1] + n_low, 0.5)))


def _kernel_density(values: Matrix, grid: Matrix, bandwidth: float) -> Matrix:
    fine = np.linspace(grid[0] - 4 * bandwidth, grid[-1] + 4 * bandwidth, 512)
    step = fine[1] - fine[0]
    counts, _ = np.histogram(values, bins=np.append(fine - step / 2, fine[-1] + step / 2))
    kernel = np.exp(-0.5 * ((grid[:, None] - fine[None, :]) / max(bandwidth, step)) ** 2)
    return np.asarray(kernel @ counts / (len(values) * max(bandwidth, step) * np.sqrt(2 * np.pi)))
