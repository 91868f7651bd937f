"""Which field of a reference stands for which field of the sample, and which levels mean the same."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from observatory.errors import ObservatoryError
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

    @classmethod
    def read(cls, data: Any) -> Alignment:
        """An alignment from JSON that a person wrote; ObservatoryError where it is not one.

        It is `{"matches": [{"field", "theirs", "levels"}]}`, or `{field: theirs}` for short.

        >>> Alignment.read({"sex": "Gender"}).matches[0].theirs
        'Gender'
        """
        rows = data.get("matches", [{"field": a, "theirs": b} for a, b in data.items()]) if _is_map(data) else None
        if not isinstance(rows, list) or not all(_is_match(row) for row in rows):
            raise ObservatoryError(
                "The alignment does not say which field of the reference stands for which of the table.",
                'Write {"matches": [{"field": "sex", "theirs": "Gender", "levels": {"F": "female"}}]}.',
            )
        return cls(tuple(FieldMatch(row["field"], row["theirs"], dict(row.get("levels", {}))) for row in rows))

    def match(self, field: str) -> FieldMatch | None:
        """The match of a field of the sample, None if it is not compared."""
        return next((m for m in self.matches if m.field == field), None)


def _is_match(row: Any) -> bool:
    if not _is_map(row) or not _is_map(row.get("levels", {})):
        return False
    levels = row.get("levels", {})
    return all(isinstance(text, str) for text in (row.get("field"), row.get("theirs"), *levels, *levels.values()))


def _is_map(value: Any) -> bool:
    return isinstance(value, Mapping)


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
