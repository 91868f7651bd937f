"""What a detector is given and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from observatory.bias.axis import family
from observatory.model import FieldProfile, Finding, Note, Profile, Table

Q_MAX = 0.05
H_MIN = 0.1
MAX_FIELDS = 60


@dataclass(frozen=True)
class Run:
    """One run over a table: what is given, and which fields can stand for groups."""

    table: Table
    profile: Profile
    reference: Table | None = None
    marginals: pd.DataFrame | None = None
    target: str | None = None
    random_state: int = 0
    sample_rows: int = 20_000

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
class Outcome:
    """What one detector found: `families` are the p-values of all its tests, by the question they ask.

    `found` pairs a finding, still without q, with its place (family, position) in `families`; `also` are other fields
    that the remedy of the finding at a place would name, each with the place of its own test. `explained` are findings
    that others explain, over the tests before raking; `explained_by` of those is the `where` of the other.
    """

    check: str = ""
    families: Mapping[str, np.ndarray[Any, np.dtype[np.float64]]] = field(default_factory=dict)
    found: tuple[tuple[Finding, tuple[str, int]], ...] = ()
    notes: tuple[Note, ...] = ()
    claims: Mapping[str, Any] = field(default_factory=dict)
    also: Mapping[tuple[str, int], Mapping[str, tuple[str, int]]] = field(default_factory=dict)
    explained: Outcome | None = None
