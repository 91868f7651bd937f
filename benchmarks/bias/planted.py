"""Plant one bias at a time in real tables, with the population as reference, and see which method finds it.

    python -m benchmarks.bias.planted [--seeds 1] [--first 0] [--rows 3000] [--methods METHOD …] [--verbose]

The population is a random half of a table (1,500 or up to 20,000 rows of it), the sample 700 to 10,000 rows drawn from
the other half. A hit is a claim among the first three whose rows are the planted ones (Jaccard >= .5) with the right
direction; where a selection is smooth, the planted rows are those kept less often than the average. A claim is precise
if a field of it was planted. Findings that another one explains (`explained_by`) count for nothing: neither as hits,
nor in precision, nor as alarms. Cases of z < 5 or
h < .1 are left out. Controls are samples with nothing planted. Baselines know
no duplicates, far values or lost values, so they are compared on selection alone. "ours, quick" asks
only the detectors that compare with the reference or know damaged rows, "ours, cells alone" the first one. Alarms are
claims that the reference is said to bear out; those of the sample alone are counted beside them.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence

from benchmarks.bias.mechanisms import DAMAGE
from benchmarks.bias.methods import DAMAGE_TOO, METHODS, REGIONS, Method
from benchmarks.bias.samples import Case, cases, controls
from benchmarks.bias.score import HEAD, Score, mean_interval, total
from benchmarks.bias.tables import SOURCES

Scores = dict[str, dict[str, Score]]


def run(case: Case, method: Method, scores: dict[str, Score], *, verbose: bool) -> None:
    """One method on one case, tallied by mechanism."""
    start = time.process_time()
    made = method(case.planted.sample, case.reference, case.seed)
    seconds = time.process_time() - start
    before = scores[case.mechanism].precise
    hit = scores[case.mechanism].add(made, case.planted, case.reference, seconds)
    strays = len(made) - (scores[case.mechanism].precise - before)
    if verbose and (not hit or strays):
        print("stray" if hit else "missed", case.label, case.planted.fields, [m.said for m in made], flush=True)


def planted(
    names: Sequence[str], seeds: Sequence[int], methods: Mapping[str, Method], rows: int | None, *, verbose: bool
) -> Scores:
    """Scores by method and mechanism; the baselines are asked about selections only."""
    scores: Scores = {name: defaultdict(Score) for name in methods}
    for case in cases(names, seeds, rows=rows):
        for name, method in methods.items():
            if name in DAMAGE_TOO or case.mechanism not in DAMAGE:
                run(case, method, scores[name], verbose=verbose and name == next(iter(methods)))
    return scores


def alarms(
    names: Sequence[str],
    seeds: Sequence[int],
    methods: Mapping[str, Method],
    each: int,
    rows: int | None,
    *,
    verbose: bool,
) -> dict[str, list[tuple[int, int]]]:
    """Claims about every control, by method: those that the reference is said to bear out, and others."""
    found: dict[str, list[tuple[int, int]]] = {name: [] for name in methods}
    for case in controls(names, seeds, each, rows):
        for name, method in methods.items():
            made = method(case.planted.sample, case.reference, case.seed)
            compared = sum(m.compared for m in made)
            found[name].append((compared, len(made) - compared))
            if made and verbose and name == next(iter(methods)):
                print("alarm", case.label, [m.said for m in made], flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="first seed; change it to judge on cases never seen")
    parser.add_argument("--rows", type=int, help="rows of every sample; without it 700, 3,000 or 10,000")
    parser.add_argument("--controls", type=int, default=14, help="controls of every table and seed")
    parser.add_argument("--tables", nargs="*", default=list(SOURCES))
    parser.add_argument("--methods", nargs="*", default=list(METHODS), help="the first is told by mechanism")
    parser.add_argument("--verbose", action="store_true")
    given = parser.parse_args()
    seeds = range(given.first, given.first + given.seeds)
    methods = {name: METHODS[name] for name in given.methods}
    first = given.methods[0]
    print(f"Load {os.getloadavg()[0]:.1f}, {len(given.tables)} tables, seeds {seeds.start} to {seeds.stop - 1}.\n")
    scores = planted(given.tables, seeds, methods, given.rows, verbose=given.verbose)
    print(HEAD.format("mechanism"))
    for name, score in scores[first].items():
        print(score.row(name))
    selection = {m: total(s for k, s in by.items() if k not in DAMAGE) for m, by in scores.items()}
    print(selection[first].row("all selections"))
    print(total(scores[first].values()).row("all") + "\n", flush=True)
    found = alarms(given.tables, seeds, methods, given.controls, given.rows, verbose=given.verbose)
    print(f"Selections with a reference, and {len(found[first])} controls, load {os.getloadavg()[0]:.1f}:\n")
    head, line = HEAD.format("method").split("\n")
    print(f"{head} alarms per control | of the sample alone |\n{line}---|---|")
    for name, score in selection.items():
        alarmed, others = zip(*found[name]) if found[name] else ((), ())
        row = score.row(name, regions=name in REGIONS)
        print(f"{row} {mean_interval(alarmed)} | {mean_interval(others)} |")


if __name__ == "__main__":
    main()
