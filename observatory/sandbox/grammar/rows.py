"""Rows that stand in a chart."""

from __future__ import annotations

from typing import Any

from observatory.sandbox.grammar.limits import CELL, ROWS
from observatory.sandbox.grammar.names import is_key
from observatory.sandbox.grammar.refusal import Refused, shown
from observatory.sandbox.grammar.scope import Scope


def rows(value: list[Any], scope: Scope) -> list[Any]:
    """The rows, their longest texts shortened; raises Refused when there are too many or a name is not for a column.

    >>> rows([{"a": 1}, {"a": "x"}], Scope())
    [{'a': 1}, {'a': 'x'}]
    """
    scope.rows += len(value)
    if scope.rows > ROWS:
        raise Refused(f"There are more than {ROWS:,} rows in the chart.", "Aggregate them before they are drawn.")
    known: set[tuple[str, ...]] = set()
    for place, row in enumerate(value):
        if type(row) is dict:
            names = tuple(row)
            if names not in known:
                _named(names, place)
                known.add(names)
            for name, cell in row.items():
                kind = type(cell)
                if kind is str:
                    if len(cell) > CELL:
                        row[name] = _shortened(cell, scope)
                elif kind is dict or kind is list:
                    _inner(cell, scope)
        elif type(row) is list:
            _inner(row, scope)
        elif type(row) is str and len(row) > CELL:
            value[place] = _shortened(row, scope)
    return value


def _named(names: tuple[str, ...], place: int) -> None:
    for name in names:
        if not is_key(name):
            raise Refused(f"A column{{at}} may not be called “{shown(name)}”.", "Give it another name.").within(place)


def _shortened(cell: str, scope: Scope) -> str:
    scope.note(f"Texts in the rows are shown up to {CELL:,} letters.")
    return cell[: CELL - 1] + "…"


def _inner(cell: Any, scope: Scope) -> None:
    """Lists and objects in a cell, such as those of a map; none of them may name a picture."""
    todo = [cell]
    while todo:
        node = todo.pop()
        if type(node) is dict:
            scope.has_objects = True
            for name in node:
                if not is_key(name) or name == "image":
                    raise Refused(f"A part of a cell{{at}} may not be called “{shown(name)}”.", "Give it another name.")
            todo.extend(node.values())
        elif type(node) is list:
            todo.extend(node)
        elif type(node) is str and len(node) > CELL:
            raise Refused("A text in a cell{at} is too long.", f"It may have {CELL:,} letters.")
