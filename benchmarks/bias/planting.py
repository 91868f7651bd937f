"""What is planted: a sample with one known bias, and which rows, of any table of the population, it is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

STRENGTHS = (0.6, 0.3, 0.0)
SMALLEST, LARGEST = 0.05, 0.6
Rows = Callable[[pd.DataFrame], pd.Series]


@dataclass(frozen=True)
class Planted:
    """A sample with one bias: `inside` tells the rows it is about, `fields` what they are made of.

    `spoiled` marks rows of the sample that were put in or changed, for biases that are not about who was selected;
    `beyond` are the rows kept more often than the average, where all are kept by degrees: "too many of these" is as
    true as "too few of those".
    """

    sample: pd.DataFrame
    inside: Rows
    fields: tuple[str, ...]
    direction: str
    spoiled: pd.Series | None = None
    beyond: Rows | None = None


Mechanism = Callable[[pd.DataFrame, pd.DataFrame, float, np.random.Generator], Planted | None]


def categories(frame: pd.DataFrame) -> list[str]:
    """Fields of few values."""
    return [c for c in frame if 1 < frame[c].nunique() <= 12]


def numbers(frame: pd.DataFrame) -> list[str]:
    """Numeric fields of many values."""
    return [c for c in frame if pd.api.types.is_numeric_dtype(frame[c]) and frame[c].nunique() > 20]


def times(frame: pd.DataFrame) -> list[str]:
    """Fields of points in time."""
    return [c for c in frame if pd.api.types.is_datetime64_any_dtype(frame[c])]


def places(frame: pd.DataFrame) -> tuple[str, str] | None:
    """Longitude and latitude, if the table has them."""
    pairs = (("long", "lat"), ("lon", "lat"), ("longitude", "latitude"))
    return next((p for p in pairs if set(p) <= set(frame)), None)


def pick(fields: list[str], rng: np.random.Generator) -> str | None:
    """One of the fields."""
    return str(fields[rng.integers(len(fields))]) if fields else None


def level(frame: pd.DataFrame, field: str | None, rng: np.random.Generator, largest: float = LARGEST) -> object | None:
    """A level that is not too small or large to be lost."""
    if field is None:
        return None
    shares = frame[field].value_counts(normalize=True)
    fitting = shares[(shares >= SMALLEST) & (shares <= largest)].index.tolist()
    return fitting[rng.integers(len(fitting))] if fitting else None


def thinned(
    population: pd.DataFrame,
    pool: pd.DataFrame,
    inside: Rows,
    keep: float,
    rng: np.random.Generator,
    fields: tuple[str, ...],
    largest: float = LARGEST,
) -> Planted | None:
    """The pool with the rows inside kept with probability `keep`; None if they are too few or too many."""
    if not SMALLEST <= inside(population).mean() <= largest:
        return None
    return Planted(pool[~inside(pool) | (rng.random(len(pool)) < keep)], inside, fields, "under")


def weighted(
    pool: pd.DataFrame, kept: Callable[[pd.DataFrame], np.ndarray], field: str, rng: np.random.Generator
) -> Planted:
    """The pool with rows kept by a probability of their value; it is about those kept less often than the average."""
    probability = kept(pool)
    mean = float(probability.mean())
    return Planted(
        pool[rng.random(len(pool)) < probability / probability.max()],
        lambda frame: (kept(frame) < mean) & frame[field].notna(),
        (field,),
        "under",
        beyond=lambda frame: (kept(frame) > mean) & frame[field].notna(),
    )
