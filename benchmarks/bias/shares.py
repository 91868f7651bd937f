"""Only the shares of single fields are known: `python -m benchmarks.bias.shares [--seeds 1] [--first 0]`.

Shares are those of the whole table, as a census gives them: levels as they are (the empty value is missing), numbers
in tenths as bands. Hits are counted as in `planted`, on mechanisms of one field; times have no bands, so a window of
time is left out.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import defaultdict
from functools import lru_cache
from itertools import islice, pairwise

import numpy as np
import pandas as pd

from benchmarks.bias.claims import Claim, claim
from benchmarks.bias.mechanisms import SINGLE
from benchmarks.bias.samples import Case, cases, controls
from benchmarks.bias.score import HEAD, Score, mean_interval, total
from benchmarks.bias.tables import SOURCES, FrameTable, load
from observatory.bias.detect import steps
from observatory.bias.run import Run
from observatory.profile import profile

_MAX_LEVELS = 50


def shares_of(frame: pd.DataFrame) -> pd.DataFrame:
    """`field, value, share` of every field with few levels, and of every number in tenths."""
    parts = []
    for name in frame:
        values = frame[name]
        if pd.api.types.is_datetime64_any_dtype(values):
            continue
        is_number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
        if is_number and values.nunique() > 20:
            values = _bands(values)
        elif values.nunique() > _MAX_LEVELS:
            continue
        counted = values.value_counts(normalize=True, dropna=False)
        parts.append(pd.DataFrame({"field": name, "value": counted.index.astype(object), "share": counted.to_numpy()}))
    return pd.concat(parts, ignore_index=True)


def _bands(values: pd.Series) -> pd.Series:
    edges = np.unique(values.quantile(np.linspace(0.1, 0.9, 9), interpolation="lower"))
    ends = [repr(float(e)) for e in edges]
    names = [f"under {ends[0]}", *(f"{a} to {b}" for a, b in pairwise(ends)), f"{ends[-1]} or more"]
    banded = pd.Series(np.array(names, dtype=object)[np.digitize(values, edges)], index=values.index)
    return banded.where(values.notna(), None)


@lru_cache(maxsize=1)
def census(name: str) -> pd.DataFrame:
    """The shares of a whole table."""
    return shares_of(load(name))


def claims(case: Case) -> list[Claim]:
    """What is said of a sample when only shares are known: the second detector's findings that none explains."""
    table = FrameTable(case.planted.sample)
    run = Run(table, profile(table), marginals=census(case.table))
    made = list(islice(steps(run), 2))[-1]
    assert any(note.kind == "marginals" and not note.columns for note in made.notes)
    return [claim(f, case.reference) for f in made.findings if f.evidence == "marginals" and f.explained_by is None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--tables", nargs="*", default=list(SOURCES))
    parser.add_argument("--verbose", action="store_true")
    given = parser.parse_args()
    seeds = range(given.first, given.first + given.seeds)
    mechanisms = {name: plant for name, plant in SINGLE.items() if name != "window_lost"}
    scores: dict[str, Score] = defaultdict(Score)
    print(f"Load {os.getloadavg()[0]:.1f}, {len(given.tables)} tables, seeds {seeds.start} to {seeds.stop - 1}.\n")
    for case in cases(given.tables, seeds, mechanisms):
        start = time.process_time()
        made = claims(case)
        hit = scores[case.mechanism].add(made, case.planted, case.reference, time.process_time() - start)
        if given.verbose and not hit:
            print("missed", case.label, case.planted.fields, [m.said for m in made], flush=True)
    print(HEAD.format("mechanism, marginals only"))
    for name, score in scores.items():
        print(score.row(name))
    print(total(scores.values()).row("all"))
    found = [len(claims(case)) for case in controls(given.tables, seeds, 4)]
    print(f"\nAlarms per control: {mean_interval(found)} over {len(found)} controls.")


if __name__ == "__main__":
    main()
