"""How many rows filling gaps may bring into a chart: Vega makes one for each key of each group."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from observatory.charts.drawing.bounded import Known
from observatory.charts.drawing.used import nodes, steps_of
from observatory.errors import ChartInvalidSpec

MOST_FILLED = 200_000
_GROUPS = ("color", "fill", "stroke", "detail", "opacity", "shape", "size", "strokeDash", "strokeWidth", "key")
_OTHER = {"x": "y", "y": "x"}


def demand_few_filled(spec: Mapping[str, Any], about: Known, n_rows: int) -> None:
    """Raise ChartInvalidSpec where gaps of more pairs of key and group may be filled than a browser bears.

    `n_rows` stands for the values of a field of which nothing is known.

    >>> step = {"impute": "a", "key": "b", "groupby": ["c"], "value": 0}
    >>> demand_few_filled({"mark": "line", "transform": [step]}, Known({}), 400)
    >>> demand_few_filled({"mark": "line", "transform": [step]}, Known({}), 5_000)
    Traceback (most recent call last):
    observatory.errors.ChartInvalidSpec: Gaps would be filled in up to 25,000,000 rows; at most 200,000 can be.
    """
    steps = list(_imputed(spec))
    n_listed = sum(_n_listed(values) for _, _, values in steps)
    for key, groups, _ in steps:
        n_keys, *n_groups = (_n_values(definition, about, n_rows) + n_listed for definition in (key, *groups))
        n_filled = n_keys * min(n_rows, math.prod(n_groups))
        if n_filled > MOST_FILLED:
            raise ChartInvalidSpec(
                f"Gaps would be filled in up to {n_filled:,} rows; at most {MOST_FILLED:,} can be.",
                "Group by fields of fewer values, or take a key of fewer.",
            )
        n_rows += n_filled


def _imputed(spec: Mapping[str, Any]) -> Iterator[tuple[Any, list[Any], Any]]:
    """The definitions of the key, of what makes groups, and the further keys of each filling of gaps."""
    for node in nodes(spec):
        for step in steps_of(node):
            if "impute" in step:
                by = [{"field": name} for name in step.get("groupby", ())]
                yield {"field": step.get("key")}, by, step.get("keyvals")
        encoding = _definition(node.get("encoding"))
        for channel, other in _OTHER.items():
            filled = _definition(encoding.get(channel)).get("impute")
            if isinstance(filled, Mapping):
                parted: list[Any] = [encoding[name] for name in _GROUPS if name in encoding]
                each = [d for part in parted for d in (part if isinstance(part, list) else [part])]
                groups = [d for d in map(_definition, each) if "field" in d and not d.get("aggregate")]
                yield _definition(encoding.get(other)), groups, filled.get("keyvals")


def _definition(part: Any) -> Mapping[str, Any]:
    return part if isinstance(part, Mapping) else {}


def _n_values(definition: Mapping[str, Any], about: Known, n_rows: int) -> int:
    known = about.n_values(definition)
    return n_rows if known is None else min(known, n_rows)


def _n_listed(values: Any) -> int:
    if isinstance(values, Mapping):
        low, high, step = values.get("start", 0), values["stop"], values.get("step", 1)
        return int(abs(high - low) / abs(step))
    return len(values) if isinstance(values, list) else 0
