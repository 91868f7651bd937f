"""What a detector is given and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from observatory.bias.axis import family
from observatory.model import BiasOptions, Fairness, FieldProfile, Finding, Note, Profile, Table

MAX_FIELDS = 60
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Run:
    """One run over a table: what is given, and which fields can stand for groups.

    `notes` say how what is given was read; they go into the report.
    """

    table: Table
    profile: Profile
    reference: Table | None = None
    marginals: pd.DataFrame | None = None
    target: str | None = None
    options: BiasOptions = BiasOptions()
    notes: tuple[Note, ...] = ()
    _made: dict[Callable[[Run], Any], Any] = field(default_factory=dict, repr=False)

    def once(self, make: Callable[[Run], T]) -> T:
        """What `make` gives for this run, worked out when first asked for and shared by all detectors."""
        if make not in self._made:
            self._made[make] = make(self)
        return self._made[make]  # type: ignore[no-any-return]

    @property
    def random_state(self) -> int:
        """Seed of everything drawn at random."""
        return self.options.random_state

    @property
    def sample_rows(self) -> int:
        """Most rows that a model looks at."""
        return self.options.sample_rows

    @property
    def n_rows(self) -> int:
        """Rows of the sample."""
        return self.table.n_rows

    @cached_property
    def group_fields(self) -> list[FieldProfile]:
        """Fields whose values make groups, coarse ones first: no identifiers, free text, nested or constant fields."""
        fields = [f for f in self.profile.fields if f.role not in ("identifier", "text") and self._makes_groups(f)]
        return sorted(fields, key=lambda f: (f.name != self.target, f.role == "measure", min(f.distinct, 50)))

    def _makes_groups(self, field: FieldProfile) -> bool:
        if family(field.storage) == "other":
            return False
        return field.distinct > 1 or (field.distinct == 1 and field.missing > 0) or self.compares

    @property
    def compares(self) -> bool:
        """Whether there is anything to compare the sample with."""
        return self.reference is not None or self.marginals is not None


@dataclass(frozen=True)
class Witness:
    """Rows that a detector by itself would call too few or too many, which bears out a finding about the same rows."""

    detector: str
    where: str
    direction: str


@dataclass(frozen=True)
class Outcome:
    """What one detector found: `families` are the p-values of all its tests, by the question they ask.

    `found` pairs a finding, still without q, with its place (family, position) in `families`; `also` are other fields
    that the remedy of the finding at a place would name, each with the place of its own test. `explained` are findings
    that others explain, over the tests before raking; `explained_by` of those is the `where` of the other.
    `witnesses` add no finding: they are named in those of other detectors that are about the same rows.
    """

    check: str = ""
    families: Mapping[str, np.ndarray[Any, np.dtype[np.float64]]] = field(default_factory=dict)
    found: tuple[tuple[Finding, tuple[str, int]], ...] = ()
    notes: tuple[Note, ...] = ()
    claims: Mapping[str, Any] = field(default_factory=dict)
    also: Mapping[tuple[str, int], Mapping[str, tuple[str, int]]] = field(default_factory=dict)
    explained: Outcome | None = None
    witnesses: tuple[Witness, ...] = ()
    fairness: Fairness | None = None
