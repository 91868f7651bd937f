"""What is known of a whole chart while its places are checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from observatory.sandbox.grammar.expression import Expression, expression
from observatory.sandbox.grammar.known import Known
from observatory.sandbox.grammar.limits import EXPRESSIONS, PATTERNS
from observatory.sandbox.grammar.param import Param
from observatory.sandbox.grammar.refusal import Refused


@dataclass
class Scope:
    """The params and rows of a chart, what must be said of it, and how much of it there is so far."""

    params: Mapping[str, Param] = field(default_factory=dict)
    datasets: frozenset[str] = frozenset()
    plain_titles: bool = False
    has_size: bool = False
    notes: list[str] = field(default_factory=list)
    growth: dict[str, int] = field(default_factory=dict)
    least_growth: int = 1
    last: Expression = Expression("")
    declared: set[str] = field(default_factory=set)
    shows_rows: bool = False
    rows: int = 0
    n_expressions: int = 0
    cost: int = 0
    has_objects: bool = False
    is_bound: bool = True
    pivots: bool = False
    has_parts: bool = True
    made: set[str] = field(default_factory=set)
    colours: set[str] = field(default_factory=set)
    has_free_texts: bool = False
    coloured: list[dict[str, Any]] = field(default_factory=list)
    encodings: list[dict[str, Any]] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Say something of the chart, once."""
        if text not in self.notes:
            self.notes.append(text)

    def read(self, text: str, sizes: bool = False) -> Expression:
        """One expression of the chart; `sizes` says that it may name the width and height of the plot."""
        self.n_expressions += 1
        if self.n_expressions > EXPRESSIONS:
            raise Refused("There are too many expressions in the chart.", f"It may have {EXPRESSIONS}.")
        found = expression(text, Known(self.params, self.growth, self.least_growth, sizes and self.has_size))
        self.cost += found.cost
        if self.cost > PATTERNS:
            raise Refused("There are too many patterns in the chart.", "Begin each of them with “^”, or use fewer.")
        return found
