"""A page that shows a data set at a glance, with everything that stands on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from observatory.model.insight import Exchange
from observatory.model.record import Record

InfographicStyle = Literal["calm", "ink", "paper"]


@dataclass(frozen=True)
class BigNumber(Record):
    """A number as people write it, and what it counts."""

    value: str
    label: str


@dataclass(frozen=True)
class Panel(Record):
    """A chart of an infographic: the question above it, and below it what was computed of it, and its caveat."""

    question: str
    spec: Mapping[str, Any]
    sentence: str
    caveat: str = ""


@dataclass(frozen=True)
class Infographic(Record):
    """One page about a data set; `svg` is the whole picture, which needs nothing else."""

    title: str
    subtitle: str
    numbers: tuple[BigNumber, ...]
    panels: tuple[Panel, ...]
    cautions: tuple[str, ...]
    foot: str
    style: InfographicStyle = "calm"
    svg: str = ""
    sent: tuple[Exchange, ...] = ()
