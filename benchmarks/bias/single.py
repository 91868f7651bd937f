"""Selection by one field: a category lost, swollen or skewed, a range or tail lost, a smooth preference, a window."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.bias.planting import Planted, categories, level, numbers, pick, thinned, times, weighted


def level_lost(population: pd.DataFrame, pool: pd.DataFrame, keep: float, rng: np.random.Generator) -> Planted | None:
    """A category is kept with probability `keep`."""
    field = pick(categories(population), rng)
    value = level(population, field, rng)
    if field is None or value is None:
        return None
    return thinned(population, pool, lambda f: f[field] == value, keep, rng, (field,))


def level_swollen(
    population: pd.DataFrame, pool: pd.DataFrame, keep: float, rng: np.random.Generator
) -> Planted | None:
    """All but a small category are kept with probability `keep`, at least a quarter."""
    field = pick(categories(population), rng)
    value = level(population, field, rng, 0.4)
    if field is None or value is None:
        return None
    sample = pool[(pool[field] == value) | (rng.random(len(pool)) < max(keep, 0.25))]
    return Planted(sample, lambda f: f[field] == value, (field,), "over")


def levels_lost(population: pd.DataFrame, pool: pd.DataFrame, keep: float, rng: np.random.Generator) -> Planted | None:
    """Two categories of one field are kept with probability `keep`."""
    field = pick([c for c in categories(population) if population[c].nunique() >= 5], rng)
    if field is None:
        return None
    levels = rng.choice(population[field].dropna().unique(), 2, replace=False)
    return thinned(population, pool, lambda f: f[field].isin(levels), keep, rng, (field,), 0.5)


def levels_skewed(
    population: pd.DataFrame, pool: pd.DataFrame, keep: float, rng: np.random.Generator
) -> Planted | None:
    """Every category of a field is kept with a probability drawn between `keep` and 1."""
    field = pick([c for c in categories(population) if population[c].nunique() >= 3], rng)
    if field is None:
        return None
    kept = {value: rng.uniform(max(keep, 0.05), 1) for value in population[field].dropna().unique()}
    middle = float(population[field].map(kept).astype(float).mean())
    return weighted(pool, lambda f: f[field].map(kept).astype(float).fillna(middle).to_numpy(), field, rng)


def range_lost(population: pd.DataFrame, pool: pd.DataFrame, keep: float, rng: np.random.Generator) -> Planted | None:
    """A range of 15 to 40 % of a number's rows is kept with probability `keep`."""
    return _window(population, pool, keep, rng, pick(numbers(population), rng), rng.uniform(0.15, 0.4))


def window_lost(population: pd.DataFrame, pool: pd.DataFrame, keep: float, rng: np.random.Generator) -> Planted | None:
    """A window of 10 to 30 % of the time is kept with probability `keep`."""
    return _window(population, pool, keep, rng, pick(times(population), rng), rng.uniform(0.1, 0.3))


def _window(
    population: pd.DataFrame,
    pool: pd.DataFrame,
    keep: float,
    rng: np.random.Generator,
    field: str | None,
    width: float,
) -> Planted | None:
    if field is None:
        return None
    start = rng.uniform(0, 1 - width)
    low, high = population[field].quantile(start), population[field].quantile(start + width)
    return thinned(population, pool, lambda f: f[field].between(low, high, inclusive="left"), keep, rng, (field,))


def tail_lost(population: pd.DataFrame, pool: pd.DataFrame, keep: float, rng: np.random.Generator) -> Planted | None:
    """The top or the bottom 10 to 40 % of a number is kept with probability `keep`."""
    field = pick(numbers(population), rng)
    if field is None:
        return None
    share = rng.uniform(0.1, 0.4)
    if rng.random() < 0.5:
        high = population[field].quantile(1 - share)
        return thinned(population, pool, lambda f: f[field] >= high, keep, rng, (field,))
    low = population[field].quantile(share)
    return thinned(population, pool, lambda f: f[field] < low, keep, rng, (field,))


def value_preferred(
    population: pd.DataFrame, pool: pd.DataFrame, keep: float, rng: np.random.Generator
) -> Planted | None:
    """Rows are kept with a probability that rises (or falls) evenly from `keep` to 1 with the rank of a number."""
    field = pick(numbers(population), rng)
    if field is None:
        return None
    known = np.sort(population[field].dropna().to_numpy(dtype=float))
    falls = rng.random() < 0.5

    def kept(frame: pd.DataFrame) -> np.ndarray:
        values = frame[field].to_numpy(dtype=float)
        rank = (np.searchsorted(known, values, "left") + np.searchsorted(known, values, "right")) / (2 * len(known))
        rank = np.where(np.isnan(values), 0.5, 1 - rank if falls else rank)
        return np.asarray(keep + (1 - keep) * rank)

    return weighted(pool, kept, field, rng)
