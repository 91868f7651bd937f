"""Weights that make a sample agree with its reference, what they cost and change, and what more rows would."""

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
class FieldBalance(Record):
    """The mean ASMD over the levels of a field before and after weighting; `weighed`: the weights are made of it."""

    field: str
    asmd_before: float
    asmd_after: float
    weighed: bool = True


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

    `groups` are combinations, in words, that are weighed to their share as well. `design_effect` is Kish's 1 + cv²
    of the weights, `effective_n` the rows they are worth; `trimmed_at` the largest weight allowed before scaling back,
    relative to a mean of 1; `by_field` means over `balance`, worst first, and `asmd_before` and `asmd_after` means over
    the fields. `left_out` says of fields and levels why they could not be weighed.
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
    by_field: tuple[FieldBalance, ...] = ()
    groups: tuple[str, ...] = ()
    converged: bool = True
    rounds: int = 0


@dataclass(frozen=True)
class Changed(Record):
    """A finding after more rows were collected: its share and Cohen's h then, its z, and whether it would stay."""

    finding: str
    statement: str
    share_before: float
    share: float
    reference_share: float
    effect_before: float
    effect: float
    z: float
    stays: bool


@dataclass(frozen=True)
class WhatIf(Record):
    """The sample with `n_more` rows of one group: what changes, before and after weighting.

    `have` rows of the group are there now and `need` more would bring its share to the reference's; the design effect
    and the effective rows are those of weights by the findings' fields.
    """

    group: str
    where: str
    n_more: int
    have: int
    need: int
    n: int
    share_before: float
    share: float
    reference_share: float
    findings: tuple[Changed, ...]
    design_effect_before: float
    design_effect: float
    effective_n_before: float
    effective_n: float
    statement: str = ""
