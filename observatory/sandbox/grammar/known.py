"""What an expression may name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from observatory.sandbox.grammar.param import Param


@dataclass(frozen=True)
class Known:
    """The params that an expression may name, and how much longer than a cell each calculated field may be.

    `sizes` says that it may name the width and height of the plot.
    """

    params: Mapping[str, Param] = field(default_factory=dict)
    growth: Mapping[str, int] = field(default_factory=dict)
    least_growth: int = 1
    sizes: bool = False

    def growth_of(self, name: str) -> int:
        """How many times as long as a cell the values of a field may be."""
        return max(self.growth.get(name, 1), self.least_growth)
