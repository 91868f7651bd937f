"""Selection by two fields at once: a category within a range, a crossing of two categories, a place on the map."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.bias.planting import SMALLEST, Planted, Rows, categories, level, numbers, pick, places, thinned


def box_lost(population: pd.DataFrame, pool: pd.DataFrame, keep: float, rng: np.random.Generator) -> Planted | None:
    """A category within a range of a number is kept with probability `keep`."""
    field, other = pick(categories(population), rng), pick(numbers(population), rng)
    value = level(population, field, rng)
    if value is None or field is None or other is None:
        return None
    cut = population[other].quantile(rng.uniform(0.3, 0.7))
    return thinned(population, pool, lambda f: (f[field] == value) & (f[other] < cut), keep, rng, (field, other), 0.4)


def crossing_lost(
    population: pd.DataFrame, pool: pd.DataFrame, keep: float, rng: np.random.Generator
) -> Planted | None:
    """A combination of two categories is kept with probability `keep`."""
    return _crossing(population, pool, keep, rng, margins_kept=False)


def crossing_hidden(
    population: pd.DataFrame, pool: pd.DataFrame, keep: float, rng: np.random.Generator
) -> Planted | None:
    """The same, with the rows made up from elsewhere so that the shares of both fields stay as they are."""
    return _crossing(population, pool, keep, rng, margins_kept=True)


def _crossing(
    population: pd.DataFrame, pool: pd.DataFrame, keep: float, rng: np.random.Generator, *, margins_kept: bool
) -> Planted | None:
    fields = categories(population)
    if len(fields) < 2:
        return None
    a, b = (str(c) for c in rng.choice(fields, 2, replace=False))
    x, y = level(population, a, rng), level(population, b, rng)
    if x is None or y is None:
        return None

    def inside(frame: pd.DataFrame) -> pd.Series:
        return (frame[a] == x) & (frame[b] == y)

    if not margins_kept:
        return thinned(population, pool, inside, keep, rng, (a, b), 0.4)
    if not SMALLEST <= inside(population).mean() <= 0.4:
        return None
    weights = _margin_keeping((pool[a] == x).to_numpy(), (pool[b] == y).to_numpy(), keep)
    return Planted(pool[rng.random(len(pool)) < weights / weights.max()], inside, (a, b), "under")


def _margin_keeping(in_a: np.ndarray, in_b: np.ndarray, keep: float) -> np.ndarray:
    """Weights that thin the crossing to `keep` (at least a tenth) and restore both margins, by raking."""
    weights = np.where(in_a & in_b, max(keep, 0.1), 1.0)
    for _ in range(200):
        for inside in (in_a, in_b):
            share = inside.mean()
            now = weights[inside].sum() / weights.sum()
            weights = weights * np.where(inside, share / now, (1 - share) / (1 - now))
    return weights


def place_boxed(population: pd.DataFrame, pool: pd.DataFrame, keep: float, rng: np.random.Generator) -> Planted | None:
    """A box of longitude and latitude is kept with probability `keep`."""
    return _place(population, pool, keep, rng, _box)


def place_disc(population: pd.DataFrame, pool: pd.DataFrame, keep: float, rng: np.random.Generator) -> Planted | None:
    """The 10 to 35 % of rows nearest to one of them on the map are kept with probability `keep`."""
    return _place(population, pool, keep, rng, _disc)


def _place(population, pool, keep, rng, shape) -> Planted | None:  # type: ignore[no-untyped-def]
    named = places(population)
    if named is None:
        return None
    return thinned(population, pool, shape(population, named, rng), keep, rng, named)


def _box(population: pd.DataFrame, named: tuple[str, str], rng: np.random.Generator) -> Rows:
    bounds = []
    for name in named:
        width = rng.uniform(0.3, 0.6)
        start = rng.uniform(0, 1 - width)
        bounds.append((name, *population[name].quantile([start, start + width])))

    def inside(frame: pd.DataFrame) -> pd.Series:
        x, y = (frame[name].between(low, high, inclusive="left") for name, low, high in bounds)
        return x & y

    return inside


def _disc(population: pd.DataFrame, named: tuple[str, str], rng: np.random.Generator) -> Rows:
    x, y = named
    centre = population[[x, y]].dropna().sample(1, random_state=int(rng.integers(2**31))).iloc[0]

    def distance(frame: pd.DataFrame) -> pd.Series:
        narrow = np.cos(np.radians(centre[y]))
        return ((frame[x] - centre[x]) * narrow) ** 2 + (frame[y] - centre[y]) ** 2

    radius = distance(population).quantile(rng.uniform(0.1, 0.35))
    return lambda frame: distance(frame) <= radius
