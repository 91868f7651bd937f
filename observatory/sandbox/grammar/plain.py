"""A fresh copy of whatever was given, of nothing but JSON's own types, as long as it is of a sane size."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from observatory.sandbox.grammar.limits import DEEPEST, LETTERS, NODES, NODES_OUTSIDE_ROWS
from observatory.sandbox.grammar.refusal import Refused

_LARGEST = 1e300
_ROWS = frozenset({"values", "datasets"})


@dataclass(frozen=True)
class Plain:
    """A copy, and whether “image” stands anywhere in it, which a tooltip would take for the address of a picture."""

    value: Any
    has_image: bool


def plain(value: Any) -> Plain:
    """A copy that shares nothing with the value and runs none of its methods; numbers that JSON lacks become null.

    Raises Refused for what is not JSON, too deep, or too large; a cycle is too deep.

    >>> plain({"a": (1, float("nan"))}).value
    {'a': [1, None]}
    """
    copy = _Copy()
    return Plain(copy.of(value, 0), copy.has_image)


class _Copy:
    """One copy, and how much of it there is already."""

    def __init__(self) -> None:
        self.nodes = 0
        self.letters = 0
        self.in_rows = 0
        self.outside = 0
        self.has_image = False

    def of(self, value: Any, deep: int) -> Any:
        kind = type(value)
        if kind is str:
            return self.text(value)
        if value is None or kind is bool:
            return value
        if kind is float or kind is int:
            return _number(value)
        if issubclass(kind, dict):
            return self.object(value, deep + 1)
        if issubclass(kind, (list, tuple)):
            return self.list(value, deep + 1)
        if issubclass(kind, str):
            return self.text(str.__str__(value))
        if issubclass(kind, int):
            return _number(int.__int__(value))
        if issubclass(kind, float):
            return _number(float.__float__(value))
        raise Refused("The value{at} is not plain JSON.", "A chart holds texts, numbers, true, false, null and lists.")

    def text(self, value: str) -> str:
        self.letters += len(value)
        if self.letters > LETTERS:
            raise _too_large()
        if value == "image":
            self.has_image = True
        if value.isascii():
            return value
        return value.encode("utf-8", "replace").decode("utf-8")

    def object(self, value: Any, deep: int) -> dict[str, Any]:
        self._room(dict.__len__(value), deep)
        copy: dict[str, Any] = {}
        for key, item in dict.items(value):
            if type(key) is not str:
                if not issubclass(type(key), str):
                    raise Refused("A name{at} is not text.", "The names of a chart's properties are text.")
                key = str.__str__(key)
            kind = type(item)
            if kind is float and -_LARGEST <= item <= _LARGEST:
                copy[self.text(key)] = item
                continue
            holds_rows = key in _ROWS
            self.in_rows += holds_rows
            try:
                copy[self.text(key)] = self.of(item, deep)
            except Refused as refused:
                raise refused.within(key) from None
            self.in_rows -= holds_rows
        return copy

    def list(self, value: Any, deep: int) -> list[Any]:
        items = list.__iter__(value) if issubclass(type(value), list) else tuple.__iter__(value)
        self._room(list.__len__(value) if issubclass(type(value), list) else tuple.__len__(value), deep)
        copy = []
        for place, item in enumerate(items):
            try:
                copy.append(self.of(item, deep))
            except Refused as refused:
                raise refused.within(place) from None
        return copy

    def _room(self, size: int, deep: int) -> None:
        self.nodes += size + 1
        self.outside += 0 if self.in_rows else size + 1
        if self.nodes > NODES or self.outside > NODES_OUTSIDE_ROWS:
            raise _too_large()
        if deep > DEEPEST:
            raise Refused("The chart is nested too deeply.", f"A chart here is at most {DEEPEST} levels deep.")


def _number(value: float) -> float | None:
    if type(value) is float and not math.isfinite(value):
        return None
    if not -_LARGEST <= value <= _LARGEST:
        raise Refused("A number{at} is too large.", "")
    return value


def _too_large() -> Refused:
    return Refused(
        "The chart is too large.",
        f"Its texts may be {LETTERS // 1_000_000} million letters together; aggregate the rows before they are drawn.",
    )
