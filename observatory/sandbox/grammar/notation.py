"""The notation of the tables: kinds written as text, such as “[number 0..1] ..20 | null”."""

from __future__ import annotations

import re
from collections.abc import Callable

from observatory.sandbox.grammar.kind import Constant, Either, Items, Kind, Named, Number
from observatory.sandbox.grammar.names import is_key

_WORD = re.compile(
    r"\s*(?:(?P<quoted>'[^']*')|(?P<range>[-\d.e+]*?\.\.[-\d.e+]+)|(?P<name>[a-z][\w-]*)|(?P<sign>[|\[\]{}]))"
)
_MANY = 1_000
_LITERALS = {"null": None, "true": True, "false": False}


def kind_of(text: str, named: Callable[[str], Kind]) -> Kind:
    """The kind that a text of a table means; `named` gives those it names.

    >>> kind_of("number 0..1 | null", None).words
    'a number from 0 to 1 or null'
    """
    reader = _Reader(text, named)
    kind = reader.either()
    if reader.words:
        raise ValueError(f"cannot read {text!r}")
    return kind


class _Reader:
    def __init__(self, text: str, named: Callable[[str], Kind]) -> None:
        self.named = named
        self.words: list[tuple[str, str]] = []
        at = 0
        while at < len(text):
            found = _WORD.match(text, at)
            if found is None:
                raise ValueError(f"cannot read {text!r} from {at}")
            self.words.append((str(found.lastgroup), found[0].strip()))
            at = found.end()

    def either(self) -> Kind:
        kinds: list[Kind] = []
        constants: list[str | bool | None] = []
        reads = False
        while True:
            group, word = self.words.pop(0)
            if group == "quoted" or word in _LITERALS:
                constants.append(_LITERALS.get(word, word[1:-1]))
            elif word == "expr":
                reads = True
            else:
                kinds.append(self.one(word))
            if not self.words or self.words[0][1] != "|":
                break
            self.words.pop(0)
        kinds += [Constant(values) for values in _by_type(constants)]
        return kinds[0] if len(kinds) == 1 and not reads else Either(kinds, reads)

    def one(self, word: str) -> Kind:
        if word in ("[", "{"):
            inner = self.either()
            self.words.pop(0)
            low, high = self.range(0, _MANY)
            return Items(inner, int(low), int(high)) if word == "[" else Named(inner, int(high), is_key)
        if word in ("number", "integer"):
            return Number(*self.range(-1e300, 1e300), word == "integer")
        return self.named(word)

    def range(self, low: float, high: float) -> tuple[float, float]:
        if not self.words or self.words[0][0] != "range":
            return low, high
        first, _, last = self.words.pop(0)[1].partition("..")
        return (float(first) if first else low), float(last)


def _by_type(values: list[str | bool | None]) -> list[list[str | bool | None]]:
    groups: dict[type, list[str | bool | None]] = {}
    for value in values:
        groups.setdefault(type(value), []).append(value)
    return list(groups.values())
