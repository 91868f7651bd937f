"""The faults that a chart may have beside breaking a rule: their dimension, points and words stand in `faults.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, get_args

from observatory.model import Dimension, Fault

DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)


@cache
def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(files("observatory.insight.judging").joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def catalogue() -> dict[str, dict[str, Any]]:
    """Every fault by name: `dimension`, `points`, `reason` and `mend`."""
    return _table("faults")


@cache
def rule_points() -> dict[str, tuple[Dimension, float]]:
    """What breaking a rule of `draco_rules/` costs, and on which dimension.

    >>> rule_points()["unknown_field"]
    ('bugs', 9.0)
    """
    table = _table("rules")
    return {name: (dimension, float(table[dimension][name])) for dimension in DIMENSIONS for name in table[dimension]}


def fault(name: str, points: float | None = None, **slots: Any) -> Fault:
    """A fault in words; `points` in place of its usual ones where they depend on how far it goes.

    >>> fault("nothing_drawn").points
    9.0
    """
    known = catalogue()[name]
    words = {key: f"{value:,}" if isinstance(value, int) else str(value) for key, value in slots.items()}
    cost = float(known["points"]) if points is None else points
    return Fault(name, known["reason"].format(**words), known["mend"].format(**words), cost)


def dimension_of(one: Fault) -> Dimension:
    """The dimension that a fault counts on."""
    known = catalogue().get(one.name)
    found: Dimension = known["dimension"] if known is not None else rule_points()[one.name][0]
    return found
