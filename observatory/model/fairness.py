"""How a target is spread over the groups of a sample, with what could be told apart."""

from __future__ import annotations

from dataclasses import dataclass

from observatory.model.record import Record


@dataclass(frozen=True)
class GroupRate(Record):
    """The base rate of the target in one group: `rate` with its 95 % interval, and rows of group and target.

    `detectable` is the smallest difference from all other rows, in shares, that would be noticed with power .8.
    """

    field: str
    group: str
    where: str
    n: int
    n_positive: int
    rate: float
    interval: tuple[float, ...]
    detectable: float | None


@dataclass(frozen=True)
class Fairness(Record):
    """Base rates of `target` = `positive` over all rows and by group, and in words what stands out."""

    target: str
    positive: str
    rate: float
    n: int
    groups: tuple[GroupRate, ...]
    statements: tuple[str, ...] = ()
