"""The positive grammar of charts: what is not known here is in no chart, wherever the chart comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from observatory.errors import ChartInvalidSpec
from observatory.sandbox.grammar.last import finish
from observatory.sandbox.grammar.places import places
from observatory.sandbox.grammar.plain import plain
from observatory.sandbox.grammar.refusal import Refused
from observatory.sandbox.grammar.survey import survey

__all__ = ["Accepted", "accept"]
_TOPS = ("top-layer", "top-facet", "top-repeat", "top-concat", "top-hconcat", "top-vconcat", "top-unit")


@dataclass(frozen=True)
class Accepted:
    """A chart of nothing but what the grammar knows, and what must be said of it."""

    spec: dict[str, Any]
    notes: tuple[str, ...] = ()


def accept(spec: Any) -> Accepted:
    """A fresh copy of a Vega-Lite chart, of plain JSON, that fetches, links and runs nothing and keeps within limits.

    Data that it would fetch are left out with a note, since the rows of a data set stand for them.
    Raises ChartInvalidSpec, which names the place, and nothing else.

    >>> accept({"mark": "bar", "encoding": {"x": {"field": "a", "type": "nominal"}}}).spec["mark"]
    'bar'
    >>> accept({"layer": [{"mark": "bar"}, {"mark": "bar", "encoding": {"url": {"value": "a"}}}]})
    Traceback (most recent call last):
    observatory.errors.ChartInvalidSpec: “url” at layer 2, encoding is not allowed in a chart here.
    """
    try:
        return _accepted(spec)
    except Refused as refused:
        raise refused.error() from None
    except (RecursionError, MemoryError):
        raise ChartInvalidSpec("The chart is nested too deeply.", "Make it simpler.") from None


def _accepted(given: Any) -> Accepted:
    copy = plain(given)
    if type(copy.value) is not dict:
        raise Refused("A chart is a JSON object.", "It begins with “{” and has a “mark”.")
    scope = survey(copy)
    table = places()
    top = next((table[name] for name in _TOPS if table[name].tells(copy.value)), None)
    if top is None:
        raise Refused("The chart has no “mark”.", "A chart has a “mark”, or the charts it is made of.")
    spec = top.check(copy.value, scope)
    finish(spec, scope)
    return Accepted(spec, tuple(scope.notes))
