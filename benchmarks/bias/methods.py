"""The methods compared: ours, and what people use today, each a function of sample and reference to ranked claims."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from benchmarks.bias.baselines import chi_square, evidently, one_way, psi, tree, two_sample_classifier, two_way
from benchmarks.bias.claims import Claim, claim
from benchmarks.bias.tables import FrameTable
from observatory.bias.absent.missing import missing
from observatory.bias.compare.cells import cells
from observatory.bias.compare.itemsets import itemsets
from observatory.bias.compare.told_apart import told_apart
from observatory.bias.detect import steps
from observatory.bias.rows.duplicates import duplicates
from observatory.bias.rows.near_duplicates import near_duplicates
from observatory.bias.rows.outliers import outliers
from observatory.bias.run import Outcome, Run
from observatory.bias.traces.geography import geography
from observatory.model import BiasOptions, BiasReport
from observatory.profile import profile

Method = Callable[[pd.DataFrame, FrameTable, int], list[Claim]]
Detector = Callable[[Run], Outcome]
QUICK = (cells, missing, duplicates, outliers, geography, near_duplicates, told_apart, itemsets)


def report(
    sample: pd.DataFrame, reference: FrameTable | None, seed: int, detectors: Sequence[Detector] | None = None
) -> BiasReport:
    """The bias report of all detectors, or of some."""
    table = FrameTable(sample.reset_index(drop=True))
    *_, made = steps(Run(table, profile(table), reference, options=BiasOptions(random_state=seed)), detectors)
    return made


def asking(detectors: Sequence[Detector] | None = None) -> Method:
    """The findings that no other one explains, when all detectors are asked, or some."""

    def method(sample: pd.DataFrame, reference: FrameTable, seed: int) -> list[Claim]:
        made = report(sample, reference, seed, detectors).findings
        return [claim(f, reference) for f in made if f.explained_by is None]

    return method


METHODS: dict[str, Method] = {
    "ours": asking(),
    "ours, quick": asking(QUICK),
    "ours, cells alone": asking((cells,)),
    "chi-square + BH, w >= .1": chi_square,
    "PSI > .2": psi,
    "Evidently's default rule (rebuilt)": evidently,
    "classifier two-sample test + importance": two_sample_classifier,
    "1-way cells, BH, h >= .1": one_way,
    "1+2-way cells": two_way,
    "depth-4 tree, half held out": tree,
}
DAMAGE_TOO = ("ours", "ours, quick")
REGIONS = (
    "ours",
    "ours, quick",
    "ours, cells alone",
    "1-way cells, BH, h >= .1",
    "1+2-way cells",
    "depth-4 tree, half held out",
)
