"""How deep and how large the JSON of a chart is, and its text; what holds itself has neither."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from observatory.errors import ChartInvalidSpec

DEEPEST, MOST_VALUES = 100, 5_000_000


def demand_shallow(spec: Any) -> None:
    """Raise ChartInvalidSpec for what is no object, too large, or deeper than 100 levels, as what holds itself is.

    A level is looked through once for each object in it, however often it stands there, but counts it each time.

    >>> demand_shallow({"layer": [{"mark": "bar"}]})
    """
    if not isinstance(spec, Mapping):
        raise ChartInvalidSpec("The chart is not a JSON object.", "Give a Vega-Lite chart.")
    level: dict[int, tuple[Any, int]] = {id(spec): (spec, 1)}
    n_values = 0
    for _ in range(DEEPEST):
        below: dict[int, tuple[Any, int]] = {}
        for node, times in level.values():
            n_values += times * len(node)
            for item in node.values() if isinstance(node, Mapping) else node:
                if isinstance(item, (Mapping, list, tuple)):
                    below[id(item)] = (item, times + below.get(id(item), (item, 0))[1])
        if n_values > MOST_VALUES:
            raise ChartInvalidSpec(f"The chart holds more than {MOST_VALUES:,} values.", "Leave its data out.")
        if not below:
            return
        level = below
    raise ChartInvalidSpec(
        f"The chart is nested deeper than {DEEPEST} times, or holds itself.", "Give a flatter chart."
    )


def json_of(spec: Any) -> str:
    """The JSON text of a chart that is not too deep, its keys in order; raises ChartInvalidSpec.

    >>> json_of({"mark": "bar", "encoding": {}})
    '{"encoding": {}, "mark": "bar"}'
    """
    demand_shallow(spec)
    try:
        return json.dumps(spec, sort_keys=True)
    except TypeError as exc:
        raise ChartInvalidSpec(
            "The chart holds something that is no JSON, so it cannot be written.",
            "Keep to objects with texts as their keys, lists, texts and numbers.",
        ) from exc
