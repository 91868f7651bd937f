"""Tallies of hits, precision and findings shown, by mechanism and by method."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.bias.claims import Claim, is_hit, shares_field
from benchmarks.bias.planting import Planted
from benchmarks.bias.tables import FrameTable


@dataclass
class Score:
    """Sums over cases; `precise` counts the claims that name a planted field."""

    cases: int = 0
    hits: int = 0
    field_hits: int = 0
    shown: int = 0
    precise: int = 0
    seconds: float = 0.0

    def add(self, made: Sequence[Claim], planted: Planted, reference: FrameTable, seconds: float) -> bool:
        """Count one case; whether it is a hit."""
        hit = any(is_hit(m, planted, reference.frame) for m in made[:3])
        self.cases += 1
        self.hits += hit
        self.field_hits += any(shares_field(m, [planted]) for m in made[:3])
        self.shown += len(made)
        self.precise += sum(shares_field(m, [planted]) for m in made)
        self.seconds += seconds
        return hit

    def row(self, name: str, *, regions: bool = True) -> str:
        """A row of a Markdown table: region@3, field@3, precision, findings, CPU seconds."""
        n, shown = max(self.cases, 1), self.shown
        region = f"{self.hits / n:.2f}" if regions else "–"
        precision = f"{self.precise / shown:.2f}" if shown else "–"
        return (
            f"| {name} | {self.cases} | {region} | {self.field_hits / n:.2f} | {precision} | {shown / n:.2f}"
            f" | {self.seconds / n:.2f} |"
        )


HEAD = "| {} | cases | region@3 | field@3 | precision | findings | CPU s |\n|---|---|---|---|---|---|---|"


def total(scores: Iterable[Score]) -> Score:
    """The sum of several."""
    made = Score()
    for score in scores:
        for name in vars(made):
            setattr(made, name, getattr(made, name) + getattr(score, name))
    return made


def mean_interval(values: Sequence[float]) -> str:
    """A mean and its 95 % interval by normal approximation."""
    if not len(values):
        return "–"
    half = 1.96 * float(np.std(values)) / len(values) ** 0.5
    return f"{np.mean(values):.3f} ± {half:.3f}"
