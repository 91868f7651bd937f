"""Samples drawn from real tables: halves, sizes, and how strong a planted bias turned out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from benchmarks.bias.claims import region_of
from benchmarks.bias.mechanisms import MECHANISMS, STRENGTHS, Mechanism, Planted
from benchmarks.bias.tables import FrameTable, load
from observatory.bias.statistics import cohens_h, two_proportion_z

SAMPLE_ROWS = (700, 3000, 10_000)
REFERENCE_ROWS = (1500, 20_000)
MIN_Z = 5
MIN_H = 0.1


@dataclass(frozen=True)
class Case:
    """A sample with something planted, and the population it is compared with."""

    label: str
    table: str
    mechanism: str
    planted: Planted
    reference: FrameTable
    seed: int


def halves(frame: pd.DataFrame, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A random half as the population, the other half as the pool that samples are drawn from."""
    order = np.random.default_rng(seed).permutation(len(frame))
    half = len(frame) // 2
    return frame.iloc[order[:half]].reset_index(drop=True), frame.iloc[order[half:]].reset_index(drop=True)


def cases(
    names: Sequence[str],
    seeds: Sequence[int],
    mechanisms: dict[str, Mechanism] = MECHANISMS,
    rows: int | None = None,
) -> Iterator[Case]:
    """Every mechanism at every strength in every table, where the table allows it, z >= 5 and h >= .1."""
    for name in names:
        frame = load(name)
        for seed in seeds:
            population, pool = halves(frame, seed)
            references = {n: FrameTable(population.iloc[:n]) for n in {min(m, len(population)) for m in REFERENCE_ROWS}}
            for mechanism, plant in mechanisms.items():
                for keep in STRENGTHS:
                    rng = np.random.default_rng([seed, *map(ord, mechanism), int(10 * keep)])
                    reference = references[min(int(rng.choice(REFERENCE_ROWS)), max(references))]
                    planted = plant(population, pool, keep, rng)
                    drawn = None if planted is None else draw(planted, rows or int(rng.choice(SAMPLE_ROWS)), seed)
                    if drawn is not None and is_strong(drawn, reference.frame):
                        label = f"{name} {mechanism} {keep} {seed} n={len(drawn.sample)} m={reference.n_rows}"
                        yield Case(label, name, mechanism, drawn, reference, seed)


def draw(planted: Planted, n: int, seed: int) -> Planted:
    """At most `n` rows of the sample."""
    sample = planted.sample.sample(min(n, len(planted.sample)), random_state=seed)
    spoiled = None if planted.spoiled is None else planted.spoiled.loc[sample.index].reset_index(drop=True)
    return replace(planted, sample=sample.reset_index(drop=True), spoiled=spoiled)


def strength(planted: Planted, reference: pd.DataFrame) -> float:
    """The z of the planted rows: their share in the sample against that in the reference."""
    ours, theirs = (region_of(planted, frame).mean() for frame in (planted.sample, reference))
    return abs(float(two_proportion_z(ours, len(planted.sample), theirs, len(reference))))


def is_strong(planted: Planted, reference: pd.DataFrame) -> bool:
    """Whether the bias is worth finding: z >= 5 and Cohen's h >= .1, or at least three rows spoiled."""
    if planted.direction in ("outliers", "duplicates"):
        return planted.spoiled is not None and int(planted.spoiled.sum()) >= 3
    ours, theirs = (region_of(planted, frame).mean() for frame in (planted.sample, reference))
    return strength(planted, reference) >= MIN_Z and abs(float(cohens_h(ours, theirs))) >= MIN_H


def controls(names: Sequence[str], seeds: Sequence[int], each: int, rows: int | None = None) -> Iterator[Case]:
    """Samples with nothing planted, `each` of every table and seed."""
    for name in names:
        frame = load(name)
        for seed in seeds:
            population, pool = halves(frame, seed)
            for k in range(each):
                rng = np.random.default_rng([seed, k])
                n, m = rows or int(rng.choice(SAMPLE_ROWS)), int(rng.choice(REFERENCE_ROWS))
                sample = pool.sample(min(n, len(pool) * 2 // 3), random_state=100 * seed + k)
                nothing = Planted(sample.reset_index(drop=True), lambda f: f.index.to_series() < 0, (), "under")
                label = f"{name} control {seed} {k} n={len(sample)} m={min(m, len(population))}"
                yield Case(label, name, "control", nothing, FrameTable(population.iloc[:m]), seed)
