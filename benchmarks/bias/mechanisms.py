"""Ways a sample goes wrong: each plants one known bias and says which rows of the population it is about."""

from __future__ import annotations

from benchmarks.bias.damage import cluster_copied, lost_by_group, lost_by_value, values_far
from benchmarks.bias.joint import box_lost, crossing_hidden, crossing_lost, place_boxed, place_disc
from benchmarks.bias.planting import STRENGTHS, Mechanism, Planted, categories, numbers
from benchmarks.bias.single import (
    level_lost,
    level_swollen,
    levels_lost,
    levels_skewed,
    range_lost,
    tail_lost,
    value_preferred,
    window_lost,
)

__all__ = ["DAMAGE", "JOINT", "MECHANISMS", "SINGLE", "STRENGTHS", "Mechanism", "Planted", "categories", "numbers"]


def _named(*functions: Mechanism) -> dict[str, Mechanism]:
    return {f.__name__: f for f in functions}  # type: ignore[attr-defined]


SINGLE = _named(
    level_lost, level_swollen, levels_lost, levels_skewed, range_lost, tail_lost, value_preferred, window_lost
)
JOINT = _named(box_lost, crossing_lost, crossing_hidden, place_boxed, place_disc)
DAMAGE = _named(cluster_copied, values_far, lost_by_group, lost_by_value)
MECHANISMS = SINGLE | JOINT | DAMAGE
