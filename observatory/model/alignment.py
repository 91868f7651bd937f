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

    def match(self, field: str) -> FieldMatch | None:
        """The match of a field of the sample, None if it is not compared."""
        return next((m for m in self.matches if m.field == field), None)


@dataclass(frozen=True)
class FieldLevels(Record):
    """A field, its DuckDB type and its levels, the commonest first; a field of many values has none."""

    name: str
    storage: str
    levels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proposal(Record):
    """How a reference could be matched: what is `certain` is done unasked, what is `suggested` wants a look first.

    `ours` and `theirs` are all fields of the sample and of the reference.
    """

    certain: Alignment
    suggested: Alignment
    ours: tuple[FieldLevels, ...]
    theirs: tuple[FieldLevels, ...]
