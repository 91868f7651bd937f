"""How many rows filling gaps may bring into a chart: Vega makes one for each key of each group."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from observatory.charts.drawing.bounded import CURVE_STEPS, CURVES, MOST_CELLS, MOST_SINGLE, Known
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


def demand_few_curves(spec: Mapping[str, Any], about: Known) -> None:
    """Raise ChartInvalidSpec where rows of the chart's own would get a curve of each of very many groups, or places.

    Rows of the data set are fewer instead (`bounded.most_rows`).

    >>> step = {"density": "a", "groupby": ["b"], "steps": 1000}
    >>> demand_few_curves({"mark": "line", "transform": [step]}, Known({}, {"b": [{"n": 900}]}))
    Traceback (most recent call last):
    observatory.errors.ChartInvalidSpec: The curves would have up to 900,000 points; at most 400,000 can be drawn.
    """
    for node in nodes(spec):
        for channel in ("x", "y"):
            _demand_few(_definition(_definition(node.get("encoding")).get(channel)), about)
    for step in (step for node in nodes(spec) for step in steps_of(node)):
        if "loess" in step:
            _demand_few({"field": step.get("on"), "type": "ordinal"}, about)
        groups = step.get("groupby")
        if not any(key in step for key in CURVES) or not isinstance(groups, list):
            continue
        n_groups = math.prod(about.n_values({"field": name}) or 1 for name in groups)
        is_own = any("n" in made for name in groups for made in about.made.get(name, ()))
        n_points = n_groups * _n_points(step)
        if is_own and n_points > MOST_CELLS:
            raise ChartInvalidSpec(
                f"The curves would have up to {n_points:,} points; at most {MOST_CELLS:,} can be drawn.",
                "Group by fields of fewer values, or take fewer steps.",
            )


def _demand_few(definition: Mapping[str, Any], about: Known) -> None:
    """Raise ChartInvalidSpec for very many places of own rows on an axis, or very many to lay a curve through."""
    n_values = about.n_values(definition) or 0
    if definition.get("type") in ("nominal", "ordinal") and n_values > MOST_SINGLE + 1:
        raise ChartInvalidSpec(
            f"“{str(definition.get('field'))[:60]}” has {n_values - 1:,} values; at most {MOST_SINGLE:,} can be drawn.",
            "Aggregate the rows, or keep fewer of them.",
        )


def _n_points(step: Mapping[str, Any]) -> int:
    if isinstance(step.get("step"), (int, float)):
        return int(1 / step["step"])
    return next((step[key] for key in ("steps", "maxsteps") if isinstance(step.get(key), int)), CURVE_STEPS)


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
