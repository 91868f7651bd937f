"""How a target is spread over the groups of a sample, with what could be told apart."""

from __future__ import annotations

from dataclasses import dataclass

from observatory.model.record import Record


@dataclass(frozen=True)
class GroupRate(Record):
    """The base rate of the target in one group: `rate` with its 95 % interval, and rows of group and target.

    `n` are rows with a known target. `detectable` is the smallest difference from all other rows, in shares, that would
    be noticed with power .8. `few`: fewer than 5 rows of the group have the target, or have it not. With a reference:
    the rate there, and the 95 % interval of the rate here less the rate there.
    """

    field: str
    group: str
    where: str
    n: int
    n_positive: int
    rate: float
    interval: tuple[float, ...]
    detectable: float | None
    few: bool = False
    reference_rate: float | None = None
    difference: tuple[float, ...] = ()


@dataclass(frozen=True)
class Fairness(Record):
    """Base rates of `target` = `positive` over all rows and by group, and in words what stands out.

    `where` is the predicate of the rows that have the target; `unequal` are the fields whose groups differ in rate
    (q <= .05, Benjamini-Hochberg over all fields), the strongest first.
    """

    target: str
    positive: str
    rate: float
    n: int
    groups: tuple[GroupRate, ...]
    statements: tuple[str, ...] = ()
    where: str = ""
    interval: tuple[float, ...] = ()
    reference_rate: float | None = None
    unequal: tuple[str, ...] = ()
