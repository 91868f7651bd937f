"""What a chart declares under a name for its expressions and conditions: a variable or a selection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Param:
    """A param: what it may be set to, if that is known, and whether that is always a number.

    >>> Param("cutoff", values=(0, 10), numeric=True).selection
    False
    """

    name: str
    selection: bool = False
    values: tuple[Any, ...] | None = None
    numeric: bool = False
