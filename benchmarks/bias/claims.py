"""What a method claims, and whether it is what was planted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.bias.planting import Planted
from benchmarks.bias.tables import FrameTable
from observatory.model import Finding

_OPPOSITE = {"under": "over", "over": "under"}


@dataclass(frozen=True)
class Claim:
    """Fields, and where the method says so, the rows of the reference it is about and the direction.

    `compared`: it is borne out by the reference, or by known shares, and not by the sample alone.
    """

    fields: tuple[str, ...]
    direction: str | None = None
    inside: np.ndarray | None = None
    said: str = ""
    compared: bool = True


def claim(finding: Finding, reference: FrameTable) -> Claim:
    """A finding as a claim over the rows of the reference."""
    inside = None
    if finding.where and finding.direction in ("under", "over", "missing"):
        inside = _mask(reference, finding.where)
    compared = finding.evidence in ("reference", "marginals")
    return Claim(finding.columns, finding.direction, inside, finding.statement, compared)


def _mask(table: FrameTable, where: str) -> np.ndarray:
    found = table.query(f"SELECT rowid AS r FROM t WHERE ({where})")["r"].to_numpy()
    inside = np.zeros(table.n_rows, dtype=bool)
    inside[found] = True
    return inside


def jaccard(a: np.ndarray, b: np.ndarray) -> float:
    """Share of the rows of either that both hold."""
    return float((a & b).sum() / max((a | b).sum(), 1))


def is_hit(made: Claim, planted: Planted, reference: pd.DataFrame) -> bool:
    """Whether a claim is about the planted rows (Jaccard >= .5), in the planted direction.

    Of a preference by degrees the other side in the other direction is as true; of far values and lost ones the field
    and the direction are.
    """
    if planted.direction in ("outliers", "duplicates", "missing"):
        return made.direction == planted.direction and _same_field(made, planted)
    if made.inside is None:
        return False
    if made.direction == planted.direction and jaccard(made.inside, region_of(planted, reference)) >= 0.5:
        return True
    if planted.beyond is None or made.direction != _OPPOSITE[planted.direction]:
        return False
    return jaccard(made.inside, planted.beyond(reference).to_numpy(dtype=bool)) >= 0.5


def _same_field(made: Claim, planted: Planted) -> bool:
    return planted.direction == "duplicates" or planted.fields[0] in made.fields


def shares_field(made: Claim, planted: Sequence[Planted]) -> bool:
    """Whether a claim names a field that was planted."""
    fields = {name for p in planted for name in p.fields}
    return bool(fields & set(made.fields)) or any(p.direction == made.direction == "duplicates" for p in planted)


def region_of(planted: Planted, frame: pd.DataFrame) -> np.ndarray:
    """The planted rows of a table."""
    return planted.inside(frame).to_numpy(dtype=bool)
