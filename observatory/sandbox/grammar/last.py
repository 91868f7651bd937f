"""What can be told only at the end, when all rows and transforms of a chart are known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from observatory.sandbox.grammar.refusal import Refused
from observatory.sandbox.grammar.scope import Scope

_COLOURS = "Colours that stand in the cells of the data are not taken as they are; a scale chooses others."


def finish(spec: dict[str, Any], scope: Scope) -> None:
    """Make the tooltips and colours of a chart safe that depend on what stands in its cells."""
    for encoding in scope.encodings if scope.has_objects else ():
        _several(encoding)
    if scope.coloured:
        clean = not (scope.is_bound or scope.has_free_texts or _holds_address(spec))
        for defined in scope.coloured:
            _scaled(defined, scope, clean)


def _several(encoding: dict[str, Any]) -> None:
    """A tooltip as a list of one: a tooltip by itself would show the parts of a cell that is an object."""
    tooltip = encoding["tooltip"]
    if "condition" in tooltip:
        raise Refused("A tooltip with a condition cannot show the rows of this chart.", "Write it without one.")
    if "field" in tooltip:
        encoding["tooltip"] = [tooltip]


def _scaled(defined: dict[str, Any], scope: Scope, clean: bool) -> None:
    """Leave the colours of cells to a scale unless they are known: a browser would fetch `url(…)`."""
    scale = defined["scale"]
    source = (
        scale["range"]["field"] if type(scale) is dict and type(scale.get("range")) is dict else defined.get("field")
    )
    known = type(source) is str and source in scope.colours and source not in scope.made and not scope.pivots
    if source is None or known or clean:
        return
    del defined["scale"]
    scope.note(_COLOURS)


def _holds_address(spec: dict[str, Any]) -> bool:
    """Whether any text in the rows of a chart could be taken for the address of a picture."""
    return any(type(text) is str and "url" in text.lower() for text in _texts(spec))


def _texts(node: Any) -> Iterator[Any]:
    todo = [node]
    while todo:
        item = todo.pop()
        if type(item) is dict:
            todo.extend(item.values())
        elif type(item) is list:
            todo.extend(item)
        else:
            yield item
