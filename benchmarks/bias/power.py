"""How weak a bias is still found: recall by the z of the planted rows, from 2 to 8.

    python -m benchmarks.bias.power [--seeds 1] [--first 0] [--each 3] [--methods METHOD …]

As in `planted`, with selections of all strengths: rows are kept with a probability of .3 to .95, samples have 500 to
10,000 rows and Cohen's h is at least .1. Of every table, seed, mechanism and z (rounded) there are at most `each`.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.bias.claims import is_hit, region_of
from benchmarks.bias.mechanisms import JOINT, SINGLE
from benchmarks.bias.methods import METHODS
from benchmarks.bias.samples import MIN_H, REFERENCE_ROWS, Case, draw, halves, strength
from benchmarks.bias.tables import SOURCES, FrameTable, load
from observatory.bias.statistics import cohens_h

WEAKEST, STRONGEST = 2, 8
_TRIES = 12
_ROWS = (500, 700, 1000, 2000, 3000, 10_000)


def weak_cases(names: Sequence[str], seeds: Sequence[int], each: int) -> Iterator[tuple[int, Case]]:
    """Selections with their z, rounded."""
    for name in names:
        frame = load(name)
        for seed in seeds:
            population, pool = halves(frame, seed)
            references = {n: FrameTable(population.iloc[:n]) for n in {min(m, len(population)) for m in REFERENCE_ROWS}}
            for mechanism, plant in (SINGLE | JOINT).items():
                made: Counter[int] = Counter()
                for attempt in range(_TRIES):
                    rng = np.random.default_rng([seed, *map(ord, mechanism), attempt])
                    reference = references[min(int(rng.choice(REFERENCE_ROWS)), max(references))]
                    planted = plant(population, pool, float(rng.uniform(0.3, 0.95)), rng)
                    if planted is None:
                        continue
                    planted = draw(planted, int(rng.choice(_ROWS)), seed)
                    ours, theirs = (region_of(planted, f).mean() for f in (planted.sample, reference.frame))
                    z = round(strength(planted, reference.frame))
                    weak = abs(float(cohens_h(ours, theirs))) < MIN_H
                    if weak or not WEAKEST <= z <= STRONGEST or made[z] == each or planted.sample.isna().all().any():
                        continue
                    made[z] += 1
                    yield z, Case(f"{name} {mechanism} {seed} {attempt}", name, mechanism, planted, reference, seed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--each", type=int, default=3)
    parser.add_argument("--tables", nargs="*", default=list(SOURCES))
    parser.add_argument("--methods", nargs="*", default=["ours, cells alone", "1-way cells, BH, h >= .1"])
    given = parser.parse_args()
    seeds = range(given.first, given.first + given.seeds)
    hits: dict[str, Counter[int]] = defaultdict(Counter)
    asked: Counter[int] = Counter()
    for z, case in weak_cases(given.tables, seeds, given.each):
        asked[z] += 1
        for name in given.methods:
            made = METHODS[name](case.planted.sample, case.reference, case.seed)
            hits[name][z] += any(is_hit(m, case.planted, case.reference.frame) for m in made[:3])
    columns = sorted(asked)
    print(f"Load {os.getloadavg()[0]:.1f}, {len(given.tables)} tables, seeds {seeds.start} to {seeds.stop - 1}.\n")
    print("| region@3 by z | " + " | ".join(map(str, columns)) + " |")
    print("|---" * (len(columns) + 1) + "|")
    print("| cases | " + " | ".join(str(asked[z]) for z in columns) + " |")
    for name in given.methods:
        print(f"| {name} | " + " | ".join(f"{hits[name][z] / asked[z]:.2f}" for z in columns) + " |")


if __name__ == "__main__":
    main()
