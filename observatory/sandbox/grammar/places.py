"""The table of places: which properties may stand where in a chart, and the kind of each."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from observatory.sandbox.grammar.afterwards import AFTERWARDS
from observatory.sandbox.grammar.kind import Conditional, Constant, Either, Items, Kind, Place
from observatory.sandbox.grammar.leaves import leaves
from observatory.sandbox.grammar.notation import kind_of

_TABLES = Path(__file__).parent / "tables"
_CASES = 20


@cache
def places() -> dict[str, Place]:
    """Every place by its name.

    >>> "color" in places()["encoding"].properties, "url" in places()["encoding"].properties
    (True, False)
    """
    return _Tables().places


class _Tables:
    """The tables, read once; each kind is made when it is first named."""

    def __init__(self) -> None:
        read = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(_TABLES.glob("*.toml"))}
        self.written: dict[str, Any] = read.pop("kinds")
        self.rules: dict[str, dict[str, Any]] = {}
        for table in read.values():
            for name, rule in table.items():
                (self.rules if isinstance(rule, dict) else self.written)[name] = rule
        self.places = {name: Place(name) for name in self.rules}
        self.kinds: dict[str, Kind] = {**leaves(), **self.places}
        for name in self.rules:
            self.fill(name)

    def kind(self, name: str) -> Kind:
        if name not in self.kinds:
            written = self.written[name]
            self.kinds[name] = Constant(written) if isinstance(written, list) else kind_of(written, self.kind)
        return self.kinds[name]

    def fill(self, name: str) -> None:
        rule, place = self.rules[name], self.places[name]
        properties = {key: kind_of(text, self.kind) for key, text in self.spelt(name).items()}
        if rule.get("_expr"):
            properties = {key: Either([kind], reads=True) if kind.words else kind for key, kind in properties.items()}
        if rule.get("_conditional"):
            tests = self.kind("predicate")
            properties = {key: Conditional(kind, tests) for key, kind in properties.items()}
        place.needs = tuple(_need(text) for text in rule.get("_needs", ()))
        place.then = AFTERWARDS[rule["_then"]] if "_then" in rule else None
        if "_channel" in rule:
            properties["value"] = kind_of(rule["_channel"], self.kind)
            case = Place(f"{name}-condition")
            case.properties = properties | {
                key: kind_of(text, self.kind) for key, text in self.spelt("condition").items()
            }
            case.then = place.then
            properties = properties | {"condition": Either([case, Items(case, 0, _CASES)])}
        place.properties = properties

    def spelt(self, name: str) -> dict[str, str]:
        """The properties of a place and of those it is like, each under one name."""
        rule = self.rules[name]
        found: dict[str, str] = {}
        for base in rule.get("_like", ()):
            found |= self.spelt(base)
        for names, text in rule.items():
            if not names.startswith("_"):
                found |= dict.fromkeys(names.split(), text)
        return found


def _need(text: str) -> tuple[tuple[str, ...], str | None]:
    """Names of which one must be there, and the value that it must have."""
    names, equals, word = text.partition("=")
    return tuple(names.split(",")), word if equals else None
