"""Two or three biases at once: each has to be among the first five findings.

python -m benchmarks.bias.several [--seeds 1] [--first 0] [--rows 3000] [--method METHOD] [--verbose]
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from benchmarks.bias.claims import is_hit
from benchmarks.bias.mechanisms import JOINT, SINGLE, Planted
from benchmarks.bias.methods import METHODS
from benchmarks.bias.samples import REFERENCE_ROWS, SAMPLE_ROWS, draw, halves, is_strong
from benchmarks.bias.tables import SOURCES, FrameTable, load

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--rows", type=int)
    parser.add_argument("--tables", nargs="*", default=list(SOURCES))
    parser.add_argument("--method", default="ours, quick")
    parser.add_argument("--verbose", action="store_true")
    given = parser.parse_args()
    seeds = range(given.first, given.first + given.seeds)
    found: dict[int, list[list[bool]]] = {}
    shown = 0
    for case in several(given.tables, seeds, given.rows):
        made = METHODS[given.method](case.sample, case.reference, case.seed)
        hits = [any(is_hit(m, p, case.reference.frame) for m in made[:5]) for p in case.planted]
        found.setdefault(len(hits), []).append(hits)
        shown += len(made)
        if given.verbose and not all(hits):
            print("missed", case.label, hits, [(m.fields, m.said) for m in made[:6]], flush=True)
    print(f"Load {os.getloadavg()[0]:.1f}, {len(given.tables)} tables, seeds {seeds.start} to {seeds.stop - 1}.\n")
    print("| planted at once | cases | each in the first 5 | all of them |\n|---|---|---|---|")
    for name, rows in [*((str(k), found[k]) for k in sorted(found)), ("all", [r for v in found.values() for r in v])]:
        flat = [hit for row in rows for hit in row]
        print(f"| {name} | {len(rows)} | {np.mean(flat):.2f} | {np.mean([all(r) for r in rows]):.2f} |")
    print(f"\n{shown / max(sum(map(len, found.values())), 1):.1f} findings a case.")


if __name__ == "__main__":
    main()
