"""Which field of a reference stands for which field of the sample, and which levels mean the same."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from observatory.model.record import Record


@dataclass(frozen=True)
class FieldMatch(Record):
    """One field of the sample, the reference's name for it, and the reference's levels that are written otherwise.

    `levels` maps a level of the reference to the sample's; levels not named stay as they are.
    """

    field: str
    theirs: str
    levels: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Alignment(Record):
    """The fields that are compared, in the order of the sample; fields not named are not compared."""

    matches: tuple[FieldMatch, ...] = ()
