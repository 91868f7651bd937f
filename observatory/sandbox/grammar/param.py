"""What a chart declares under a name for its expressions and conditions: a variable or a selection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Param:
    """A param: what it may be set to, if that is known, and whether that is always a number.

    `chosen` are the fields of a selection that only a menu sets, each with what it offers.

    >>> Param("cutoff", values=(0, 10), numeric=True).selection
    False
    """

    name: str
    selection: bool = False
    values: tuple[Any, ...] | None = None
    numeric: bool = False
    chosen: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
