"""Rows to look at: a map of a seeded sample, its natural groups, and how odd each row is by several methods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from observatory.model.record import Record


@dataclass(frozen=True)
class RowGroup(Record):
    """One natural group: its label in `Grouping.labels`, its size, and in words the fields that set it apart."""

    label: int
    n: int
    share: float
    reference_share: float | None
    description: str


@dataclass(frozen=True)
class Grouping(Record):
    """Rows put into groups by one method; `labels` go with `Exploration.rows`, and `score` is named by `score_name`."""

    method: str
    score_name: str
    score: float
    groups: tuple[RowGroup, ...]
    labels: tuple[int, ...]
    statement: str = ""


@dataclass(frozen=True)
class OddRows(Record):
    """One method's ranking: a score in [0, 1] for each of `Exploration.rows`, 1 the oddest."""

    method: str
    scores: tuple[float, ...]
    statement: str = ""


@dataclass(frozen=True)
class Exploration(Record):
    """A map of rows: positions in import order, coordinates, and what the two axes are made of, in words."""

    rows: tuple[int, ...]
    x: tuple[float, ...]
    y: tuple[float, ...]
    axes: tuple[str, ...]
    explained: tuple[float, ...]
    groupings: tuple[Grouping, ...] = ()
    odd: tuple[OddRows, ...] = ()
    why: Mapping[str, str] = field(default_factory=dict)
