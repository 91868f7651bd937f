"""Weights that make a sample agree with its reference, and what they cost and change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from observatory.model.record import Record


@dataclass(frozen=True)
class LevelBalance(Record):
    """One level of a field: shares in sample, weighted sample and reference, and ASMD before and after weighting."""

    field: str
    level: str
    sample_share: float
    weighted_share: float
    reference_share: float
    asmd_before: float
    asmd_after: float


@dataclass(frozen=True)
class Reweighed(Record):
    """A finding looked at again under the weights: the weighted share and Cohen's h of its group."""

    finding: str
    statement: str
    weighted_share: float
    reference_share: float
    effect_before: float
    effect_after: float


@dataclass(frozen=True)
class Collect(Record):
    """Rows of one group to collect until its share is the reference's, all other rows kept."""

    group: str
    where: str
    have: int
    need: int


@dataclass(frozen=True)
class Weighting(Record):
    """A weighting of the sample: `fields` whose margins it makes agree, and its price.

    `design_effect` is Kish's 1 + cv² of the weights, `effective_n` the rows they are worth; `trimmed_at` the largest
    weight allowed, relative to a mean of 1; `asmd_before` and `asmd_after` are means over `balance`.
    """

    method: Literal["raking", "post-stratification"]
    fields: tuple[str, ...]
    n: int
    design_effect: float
    effective_n: float
    largest: float
    trimmed_at: float | None
    n_trimmed: int
    asmd_before: float
    asmd_after: float
    balance: tuple[LevelBalance, ...] = ()
    findings: tuple[Reweighed, ...] = ()
    collect: tuple[Collect, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    statement: str = ""
