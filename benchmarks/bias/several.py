"""Two or three biases at once: each has to be among the first five findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from benchmarks.bias.mechanisms import JOINT, SINGLE, Planted
from benchmarks.bias.samples import REFERENCE_ROWS, SAMPLE_ROWS, draw, halves, is_strong
from benchmarks.bias.tables import FrameTable, load

_TRIES = 12


@dataclass(frozen=True)
class Several:
    """A sample with several biases in different fields."""

    label: str
    sample: pd.DataFrame
    planted: tuple[Planted, ...]
    reference: FrameTable
    seed: int


def several(names: Sequence[str], seeds: Sequence[int], rows: int | None = None) -> Iterator[Several]:
    """For every table and seed two samples of two biases and two of three, each with z >= 5, where they come about."""
    for name in names:
        frame = load(name)
        for seed in seeds:
            population, pool = halves(frame, seed)
            for k, n_planted in enumerate((2, 2, 3, 3)):
                for attempt in range(_TRIES):
                    rng = np.random.default_rng([seed, k, attempt, len(frame)])
                    made = _plant(population, pool, n_planted, rng, rows)
                    if made is not None:
                        yield replace(made, label=f"{name} {made.label} {seed} n={len(made.sample)}", seed=seed)
                        break


def _plant(
    population: pd.DataFrame, pool: pd.DataFrame, n_planted: int, rng: np.random.Generator, rows: int | None
) -> Several | None:
    mechanisms = [str(m) for m in rng.choice(list(SINGLE | JOINT), n_planted)]
    reference = population.iloc[: int(rng.choice(REFERENCE_ROWS))]
    planted: list[Planted] = []
    for name in mechanisms:
        used = {f for p in planted for f in p.fields}
        made = (SINGLE | JOINT)[name](population, pool, float(rng.choice((0.3, 0.15, 0.0))), rng)
        if made is None or used & set(made.fields):
            return None
        planted.append(made)
        pool = made.sample
    n = rows or int(rng.choice(SAMPLE_ROWS))
    sample = draw(planted[-1], n, int(rng.integers(2**31))).sample
    planted = [replace(p, sample=sample) for p in planted]
    if len(sample) < 300 or sample.isna().all().any() or not all(is_strong(p, reference) for p in planted):
        return None
    return Several(" + ".join(mechanisms), sample, tuple(planted), FrameTable(reference), 0)
