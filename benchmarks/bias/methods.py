"""The methods compared: ours, and what people use today, each a function of sample and reference to ranked claims."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from benchmarks.bias.baselines import chi_square, evidently, one_way, psi, tree, two_sample_classifier, two_way
from benchmarks.bias.claims import Claim, claim
from benchmarks.bias.tables import FrameTable
from observatory.bias.detect import steps
from observatory.bias.run import Run
from observatory.model import BiasOptions, BiasReport
from observatory.profile import profile

Method = Callable[[pd.DataFrame, FrameTable, int], list[Claim]]


def report(sample: pd.DataFrame, reference: FrameTable | None, seed: int, *, quick: bool = False) -> BiasReport:
    """The whole bias report, or `quick`, what stands after the first detector: the cells against the reference."""
    table = FrameTable(sample.reset_index(drop=True))
    run = Run(table, profile(table), reference, options=BiasOptions(random_state=seed))
    *_, made = steps(run) if not quick else [next(steps(run))]
    return made


def ours(sample: pd.DataFrame, reference: FrameTable, seed: int) -> list[Claim]:
    """Findings of the whole report that no other one explains."""
    return [claim(f, reference) for f in report(sample, reference, seed).findings if f.explained_by is None]


def cells_only(sample: pd.DataFrame, reference: FrameTable, seed: int) -> list[Claim]:
    """The same, of the cells alone."""
    made = report(sample, reference, seed, quick=True)
    return [claim(f, reference) for f in made.findings if f.explained_by is None]


METHODS: dict[str, Method] = {
    "ours": ours,
    "ours, cells alone": cells_only,
    "chi-square + BH, w >= .1": chi_square,
    "PSI > .2": psi,
    "Evidently's default rule (rebuilt)": evidently,
    "classifier two-sample test + importance": two_sample_classifier,
    "1-way cells, BH, h >= .1": one_way,
    "1+2-way cells": two_way,
    "depth-4 tree, half held out": tree,
}
REGIONS = ("ours", "ours, cells alone", "1-way cells, BH, h >= .1", "1+2-way cells", "depth-4 tree, half held out")
