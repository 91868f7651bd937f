"""Ways a sample goes wrong: each plants one known bias and says which rows of the population it is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

STRENGTHS = (0.6, 0.3, 0.0)
_SMALLEST, _LARGEST = 0.05, 0.6


@dataclass(frozen=True)
class Planted:
    """A sample with one bias: `region` are the rows of the population it is about; `fields` those it is made of."""

    sample: pd.DataFrame
    region: pd.Series
    fields: tuple[str, ...]
    direction: str


Mechanism = Callable[[pd.DataFrame, pd.DataFrame, float, np.random.Generator], Planted | None]


def categories(frame: pd.DataFrame) -> list[str]:
    """Fields of few values."""
    return [c for c in frame if 1 < frame[c].nunique() <= 12]


def numbers(frame: pd.DataFrame) -> list[str]:
    """Numeric fields of many values."""
    return [c for c in frame if pd.api.types.is_numeric_dtype(frame[c]) and frame[c].nunique() > 20]


def _thin(frame: pd.DataFrame, inside: pd.Series, keep: float, rng: np.random.Generator) -> pd.DataFrame:
    return frame[~inside | (rng.random(len(frame)) < keep)]


def _level(frame: pd.DataFrame, field: str, rng: np.random.Generator) -> object | None:
    shares = frame[field].value_counts(normalize=True)
    fitting = shares[(shares >= _SMALLEST) & (shares <= _LARGEST)].index.tolist()
    return fitting[rng.integers(len(fitting))] if fitting else None


def _pick(fields: list[str], rng: np.random.Generator) -> str | None:
    return fields[rng.integers(len(fields))] if fields else None


def _range(population: pd.DataFrame, field: str, rng: np.random.Generator, width: float) -> tuple[float, float]:
    start = rng.uniform(0, 1 - width)
    low, high = population[field].quantile([start, start + width])
    return float(low), float(high)


def level_lost(population: pd.DataFrame, pool: pd.DataFrame, keep: float, rng: np.random.Generator) -> Planted | None:
    """A category is kept with probability `keep`."""
    field = _pick(categories(population), rng)
    level = _level(population, field, rng) if field else None
    if level is None:
        return None
    return Planted(_thin(pool, pool[field] == level, keep, rng), population[field] == level, (field,), "under")


def level_swollen(
    population: pd.DataFrame, pool: pd.DataFrame, keep: float, rng: np.random.Generator
) -> Planted | None:
    """All but a small category are kept with probability `keep`, at least a quarter."""
    field = _pick(categories(population), rng)
    level = _level(population, field, rng) if field else None
    if level is None or (population[field] == level).mean() > 0.4:
        return None
    inside = pool[field] == level
    return Planted(_thin(pool, ~inside, max(keep, 0.25), rng), population[field] == level, (field,), "over")


def levels_lost(population: pd.DataFrame, pool: pd.DataFrame, keep: float, rng: np.random.Generator) -> Planted | None:
    """Two categories of one field are kept with probability `keep`."""
    field = _pick([c for c in categories(population) if population[c].nunique() >= 5], rng)
    if field is None:
        return None
    levels = rng.choice(population[field].dropna().unique(), 2, replace=False)
    inside = population[field].isin(levels)
    if not _SMALLEST <= inside.mean() <= 0.5:
        return None
    return Planted(_thin(pool, pool[field].isin(levels), keep, rng), inside, (field,), "under")


def range_lost(population: pd.DataFrame, pool: pd.DataFrame, keep: float, rng: np.random.Generator) -> Planted | None:
    """A range of 15 to 40 % of a number's rows is kept with probability `keep`."""
    field = _pick(numbers(population), rng)
    if field is None:
        return None
    low, high = _range(population, field, rng, rng.uniform(0.15, 0.4))
    region = population[field].between(low, high, inclusive="left")
    inside = pool[field].between(low, high, inclusive="left")
    if not _SMALLEST <= region.mean() <= _LARGEST:
        return None
    return Planted(_thin(pool, inside, keep, rng), region, (field,), "under")


def tail_lost(population: pd.DataFrame, pool: pd.DataFrame, keep: float, rng: np.random.Generator) -> Planted | None:
    """The top 10 to 40 % of a number is kept with probability `keep`."""
    field = _pick(numbers(population), rng)
    if field is None:
        return None
    cut = population[field].quantile(rng.uniform(0.6, 0.9))
    region = population[field] >= cut
    if not _SMALLEST <= region.mean() <= _LARGEST:
        return None
    return Planted(_thin(pool, pool[field] >= cut, keep, rng), region, (field,), "under")


def box_lost(population: pd.DataFrame, pool: pd.DataFrame, keep: float, rng: np.random.Generator) -> Planted | None:
    """A category within a range of a number is kept with probability `keep`."""
    field, other = _pick(categories(population), rng), _pick(numbers(population), rng)
    level = _level(population, field, rng) if field else None
    if level is None or other is None:
        return None
    cut = population[other].quantile(rng.uniform(0.3, 0.7))
    region = (population[field] == level) & (population[other] < cut)
    inside = (pool[field] == level) & (pool[other] < cut)
    if not _SMALLEST <= region.mean() <= 0.4:
        return None
    return Planted(_thin(pool, inside, keep, rng), region, (field, other), "under")


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
    x, y = _level(population, a, rng), _level(population, b, rng)
    region = (population[a] == x) & (population[b] == y)
    if x is None or y is None or not _SMALLEST <= region.mean() <= 0.4:
        return None
    in_a, in_b = pool[a] == x, pool[b] == y
    if not margins_kept:
        return Planted(_thin(pool, in_a & in_b, keep, rng), region, (a, b), "under")
    weights = _margin_keeping(in_a.to_numpy(), in_b.to_numpy(), keep)
    return Planted(pool[rng.random(len(pool)) < weights / weights.max()], region, (a, b), "under")


def _margin_keeping(in_a: np.ndarray, in_b: np.ndarray, keep: float) -> np.ndarray:
    """Weights that thin the crossing to `keep` (at least a tenth) and restore both margins, by raking."""
    weights = np.where(in_a & in_b, max(keep, 0.1), 1.0)
    for _ in range(200):
        for inside in (in_a, in_b):
            share = inside.mean()
            now = weights[inside].sum() / weights.sum()
            weights = weights * np.where(inside, share / now, (1 - share) / (1 - now))
    return weights


def window_lost(population: pd.DataFrame, pool: pd.DataFrame, keep: float, rng: np.random.Generator) -> Planted | None:
    """A window of 10 to 30 % of the time is kept with probability `keep`."""
    field = _pick([c for c in population if pd.api.types.is_datetime64_any_dtype(population[c])], rng)
    if field is None:
        return None
    start, width = rng.uniform(0, 0.7), rng.uniform(0.1, 0.3)
    low, high = population[field].quantile(start), population[field].quantile(start + width)
    region = population[field].between(low, high, inclusive="left")
    return Planted(_thin(pool, pool[field].between(low, high, inclusive="left"), keep, rng), region, (field,), "under")


MECHANISMS: dict[str, Mechanism] = {
    f.__name__: f
    for f in (
        level_lost,
        level_swollen,
        levels_lost,
        range_lost,
        tail_lost,
        box_lost,
        crossing_lost,
        crossing_hidden,
        window_lost,
    )
}
