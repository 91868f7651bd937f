"""The parts of a composite chart put together: those of one plot, and the plots in their rows and columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from observatory.charts.spec.parts import CONCATS, Part

ANNOTATIONS = ("rule", "text", "errorbar", "errorband")


def plots(parts: Sequence[Part]) -> list[tuple[Part, ...]]:
    """The parts that share a plot, as layers do; every other part is a plot of its own.

    >>> from observatory.charts.spec.reading import read
    >>> unit = {"mark": "bar", "encoding": {"x": {"field": "a"}}}
    >>> [len(plot) for plot in plots(read({"hconcat": [unit, {"layer": [unit, unit]}]}).parts)]
    [1, 2]
    """
    found: list[list[Part]] = []
    for part in parts:
        if found and part.layer is not None and _together(found[-1], part):
            found[-1].append(part)
        else:
            found.append([part])
    return [tuple(plot) for plot in found]


def _together(plot: Sequence[Part], part: Part) -> bool:
    """Whether a part is a further layer of a plot, and not the first one of the plot's next repetition."""
    again = part.path in [known.path for known in plot] and part.path != plot[-1].path
    return plot[-1].layer == part.layer and not again


def leading(plot: Sequence[Part]) -> Part:
    """The part that a plot is about: the first one that is no rule, label or error bar."""
    return next((part for part in plot if part.view.mark not in ANNOTATIONS), plot[0])


def arranged(spec: Mapping[str, Any], bodies: Iterator[dict[str, Any]]) -> dict[str, Any]:
    """The plots of a chart in the places that it gives them: beside or beneath each other.

    >>> arranged({"hconcat": [{}, {"vconcat": [{}, {}]}]}, iter([{"mark": m} for m in "abc"]))
    {'hconcat': [{'mark': 'a'}, {'vconcat': [{'mark': 'b'}, {'mark': 'c'}]}]}
    """
    key = next((key for key in CONCATS if key in spec), None)
    if key is not None:
        kept = {"columns": spec["columns"]} if type(spec.get("columns")) is int else {}
        return {key: [arranged(inner, bodies) for inner in spec[key]], **kept}
    repeat = spec.get("repeat")
    if repeat is not None and not (isinstance(repeat, Mapping) and "layer" in repeat):
        wide = repeat.get("column") if isinstance(repeat, Mapping) else repeat
        n_columns = spec.get("columns", len(wide) if isinstance(wide, list) else 1)
        return {"concat": list(bodies), "columns": n_columns if type(n_columns) is int else 2}
    inner = spec.get("spec")
    if isinstance(inner, Mapping) and any(key in inner for key in (*CONCATS, "repeat", "facet")):
        return arranged(inner, bodies)
    return next(bodies)
