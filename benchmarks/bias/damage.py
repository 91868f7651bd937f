"""Samples that were spoiled rather than selected: one cluster copied, far values, values lost by group or by value."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.bias.planting import Planted, categories, level, numbers, pick

_FACTOR = 2.0


def cluster_copied(
    population: pd.DataFrame, pool: pd.DataFrame, keep: float, rng: np.random.Generator
) -> Planted | None:
    """The 30 rows nearest to a random one are drawn again and again, for 5 to 20 % of the sample."""
    measured = [c for c in population if pd.api.types.is_numeric_dtype(population[c])]
    if not measured:
        return None
    scaled = (pool[measured].astype(float) - pool[measured].mean()) / pool[measured].std().replace(0, 1)
    scaled = scaled.fillna(0.0)
    near = ((scaled - scaled.iloc[int(rng.integers(len(pool)))]) ** 2).sum(axis=1).nsmallest(30).index
    share = 0.2 - 0.25 * keep
    again = pool.loc[rng.choice(near, int(len(pool) * share))]
    sample = pd.concat([pool, again], ignore_index=True)
    spoiled = pd.Series(np.arange(len(sample)) >= len(pool), index=sample.index)
    return Planted(sample, _nobody, tuple(population), "duplicates", spoiled)


def values_far(population: pd.DataFrame, pool: pd.DataFrame, keep: float, rng: np.random.Generator) -> Planted | None:
    """One number in 0.5 % of the rows is 8 to 20 standard deviations beyond its largest value."""
    field = pick(numbers(population), rng)
    if field is None:
        return None
    sample = pool.reset_index(drop=True)
    spoiled = pd.Series(rng.random(len(sample)) < 0.005, index=sample.index)
    far = sample[field].max() + sample[field].std() * rng.uniform(8, 20, len(sample)) * (_FACTOR - keep)
    sample[field] = sample[field].astype(float).where(~spoiled, far)
    return Planted(sample, _nobody, (field,), "outliers", spoiled)


def lost_by_group(
    population: pd.DataFrame, pool: pd.DataFrame, keep: float, rng: np.random.Generator
) -> Planted | None:
    """A field is blank in 20 to 50 % of the rows of one category of another field."""
    groups = categories(population)
    if len(groups) < 2:
        return None
    field, by = (str(c) for c in rng.choice(groups, 2, replace=False))
    value = level(population, by, rng)
    if value is None:
        return None
    return _blanked(pool, field, pool[by] == value, 0.5 - 0.5 * keep, rng)


def lost_by_value(
    population: pd.DataFrame, pool: pd.DataFrame, keep: float, rng: np.random.Generator
) -> Planted | None:
    """A number is blank in 20 to 50 % of the rows where it is large: what is lost is why it is lost."""
    field = pick(numbers(population), rng)
    if field is None:
        return None
    return _blanked(pool, field, pool[field] >= population[field].quantile(0.65), 0.5 - 0.5 * keep, rng)


def _blanked(pool: pd.DataFrame, field: str, inside: pd.Series, share: float, rng: np.random.Generator) -> Planted:
    sample, spoiled = pool.copy(), inside & (rng.random(len(pool)) < share) & pool[field].notna()
    values = sample[field] if pd.api.types.is_numeric_dtype(sample[field]) else sample[field].astype(object)
    sample[field] = values.astype(float).where(~spoiled) if values.dtype != object else values.where(~spoiled, None)
    return Planted(sample, lambda frame: frame[field].isna(), (field,), "missing", spoiled)


def _nobody(frame: pd.DataFrame) -> pd.Series:
    return pd.Series(False, index=frame.index)
