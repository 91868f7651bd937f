"""All that rules, detectors and prompts know of a data set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from observatory.model.record import Record

Scalar = str | int | float | bool | None
FieldType = Literal["quantitative", "nominal", "ordinal", "temporal"]
Role = Literal["measure", "dimension", "identifier", "text", "time", "place"]


@dataclass(frozen=True)
class TopValue(Record):
    """A value and the number of rows that hold it."""

    value: Scalar
    n: int


@dataclass(frozen=True)
class HistogramBin(Record):
    """A half-open bin [lower, upper), closed at the last; the bounds are numbers or ISO 8601 times."""

    lower: Scalar = field(metadata={"key": "from"})
    upper: Scalar = field(metadata={"key": "to"})
    n: int


@dataclass(frozen=True)
class FieldProfile(Record):
    """What is known of one field; times are ISO 8601 text; `exact`: `distinct` and `quantiles` saw every row."""

    name: str
    type: FieldType
    role: Role
    storage: str
    missing: int
    distinct: int
    min: Scalar = None
    max: Scalar = None
    mean: float | None = None
    sd: float | None = None
    quantiles: Mapping[str, Scalar] = field(default_factory=dict)
    top: tuple[TopValue, ...] = ()
    histogram: tuple[HistogramBin, ...] = ()
    exact: bool = True


@dataclass(frozen=True)
class Profile(Record):
    """All that rules, detectors and prompts know of a data set."""

    n_rows: int
    fields: tuple[FieldProfile, ...]

    def field(self, name: str) -> FieldProfile:
        """The field of that name; raises FieldNotFound, which names the closest one."""
        from observatory.errors import FieldNotFound

        for candidate in self.fields:
            if candidate.name == name:
                return candidate
        raise FieldNotFound(name, [f.name for f in self.fields])
