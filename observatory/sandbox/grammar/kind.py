"""Kinds of values: each takes a plain value and gives it back as far as a chart may have it, or refuses it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from observatory.sandbox.grammar.refusal import Refused, unfit, unknown
from observatory.sandbox.grammar.scope import Scope

Then = Callable[[dict[str, Any], Scope], dict[str, Any]]
Nothing = type(None)
DROPPED = object()


class Kind:
    """A kind of value: the types of JSON it takes, and what it is called in a hint."""

    types: frozenset[type] = frozenset()
    words: str = ""

    def check(self, value: Any, scope: Scope, /) -> Any:
        """The value as it may stand, or DROPPED; raises Refused."""
        raise NotImplementedError


class Constant(Kind):
    """One of some values, all of one type."""

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = frozenset(values)
        self.types = frozenset(type(value) for value in values)
        named = [
            f"“{value}”" if isinstance(value, str) else {None: "null"}.get(value, str(value).lower())
            for value in values
        ]
        self.words = ", ".join(named[:12]) + (" …" if len(named) > 12 else "")

    def check(self, value: Any, _scope: Scope, /) -> Any:
        if value not in self.values:
            raise unfit(self.words)
        return value


class Number(Kind):
    """A number in a range; a whole one if asked."""

    def __init__(self, low: float, high: float, whole: bool) -> None:
        self.low, self.high, self.whole = low, high, whole
        self.types = frozenset({int, float})
        noun = "a whole number" if whole else "a number"
        self.words = noun if high >= 1e299 else f"{noun} from {low:,g} to {high:,g}"

    def check(self, value: Any, _scope: Scope, /) -> Any:
        if not self.low <= value <= self.high or (self.whole and value != int(value)):
            raise unfit(self.words)
        return value


class Leaf(Kind):
    """A kind that a function checks."""

    def __init__(self, types: Sequence[type], words: str, check: Callable[[Any, Scope], Any]) -> None:
        self.types = frozenset(types)
        self.words = words
        self._check = check

    def check(self, value: Any, scope: Scope, /) -> Any:
        return self._check(value, scope)


class Shown(Leaf):
    """Text that a person reads and nothing else does: it may be computed, whatever comes of it."""


class Items(Kind):
    """A list of so many of a kind."""

    types = frozenset({list})

    def __init__(self, item: Kind, low: int, high: int) -> None:
        self.item, self.low, self.high = item, low, high
        self.words = f"a list of {low} to {high:,}" if low != high else f"a list of {low}"

    def check(self, value: Any, scope: Scope, /) -> Any:
        if not self.low <= len(value) <= self.high:
            raise unfit(self.words)
        checked, item = [], self.item
        for place, member in enumerate(value):
            try:
                if type(member) not in item.types:
                    raise unfit(item.words)
                checked.append(item.check(member, scope))
            except Refused as refused:
                raise refused.within(place) from None
        return checked


class Named(Kind):
    """Values of a kind under names of the author's own."""

    types = frozenset({dict})

    def __init__(self, item: Kind, high: int, fits: Callable[[str], bool]) -> None:
        self.item, self.high, self.fits = item, high, fits
        self.words = "an object of names and values"

    def check(self, value: Any, scope: Scope, /) -> Any:
        if len(value) > self.high:
            raise unfit(f"{self.words}, {self.high} at most")
        checked = {}
        for name, member in value.items():
            if not self.fits(name):
                raise unknown(name, ())
            try:
                if type(member) not in self.item.types:
                    raise unfit(self.item.words)
                checked[name] = self.item.check(member, scope)
            except Refused as refused:
                raise refused.within(name) from None
        return checked


class Either(Kind):
    """One of several kinds, told apart by the type of the value and, for objects, by the names in it."""

    def __init__(self, kinds: Sequence[Kind], reads: bool = False) -> None:
        reads = reads or any(isinstance(kind, Either) and kind.reads for kind in kinds)
        inner = [part for kind in kinds for part in (kind.kinds if isinstance(kind, Either) else (kind,))]
        self.kinds: tuple[Kind, ...] = tuple(dict.fromkeys(inner))
        self.reads: bool = reads
        self.types = frozenset().union(*(kind.types for kind in kinds)) | ({dict} if reads else set())
        self.by_type = {type_: [kind for kind in self.kinds if type_ in kind.types] for type_ in self.types}
        self.words = " or ".join(dict.fromkeys(kind.words for kind in kinds if kind.words))

    def check(self, value: Any, scope: Scope, /) -> Any:
        kinds = self.by_type[type(value)]
        if type(value) is dict:
            if self.reads and len(value) == 1 and "expr" in value:
                return {"expr": computed(value["expr"], self.kinds, scope)}
            if not kinds:
                raise unfit(self.words)
            return _chosen(kinds, value).check(value, scope)
        if len(kinds) == 1:
            return kinds[0].check(value, scope)
        worst: Refused | None = None
        for kind in kinds:
            try:
                return kind.check(value, scope)
            except Refused as refused:
                worst = refused
        if worst is None or type(value) is not list:
            raise unfit(self.words)
        raise worst


def computed(text: Any, kinds: Sequence[Kind], scope: Scope) -> str:
    """An expression that surely gives what some kinds take: their words, text to read, or a number held in a range.

    A param's name stands for all that it may be set to.
    """
    if type(text) is not str:
        raise unfit("an expression")
    param = scope.params.get(text.strip())
    if param is not None and param.values is not None and all(_takes(kinds, value, scope) for value in param.values):
        return param.name
    found = scope.read(text, sizes=True)
    if found.items is not None and any(_holds(kind, found.items) for kind in kinds):
        return found.text
    words = found.texts is not None and all(_takes(kinds, word, scope) for word in found.texts)
    if words or any(isinstance(kind, Shown) for kind in kinds):
        return found.text
    numbers = [kind for kind in kinds if isinstance(kind, Number) and not kind.whole]
    reads_text = any(str in kind.types and not isinstance(kind, Constant) for kind in kinds)
    if found.texts is not None or not numbers or (reads_text and not found.numeric):
        named = " or ".join(dict.fromkeys(kind.words for kind in kinds if kind.words))
        raise Refused(
            "It is not sure what an “expr”{at} gives.",
            f"It may give {named}: choose between such values, as in “datum.a > 1 ? … : …”, or name a param.",
        )
    low, high = min(kind.low for kind in numbers), max(kind.high for kind in numbers)
    held = found.bounds is not None and low <= found.bounds[0] <= found.bounds[1] <= high
    if found.words and not (held and all(_takes(kinds, word, scope) for word in found.words)):
        raise unfit(" or ".join(dict.fromkeys(kind.words for kind in kinds if kind.words)))
    return found.text if held else f"clamp({found.text}, {low:g}, {high:g})"


def _holds(kind: Kind, bounds: Sequence[tuple[float, float] | None]) -> bool:
    """Whether a list takes as many numbers as these, wherever they lie between their bounds."""
    if not isinstance(kind, Items) or not isinstance(kind.item, Number) or kind.item.whole:
        return False
    low, high = kind.item.low, kind.item.high
    held = all(ends is not None and low <= ends[0] <= ends[1] <= high for ends in bounds)
    return held and kind.low <= len(bounds) <= kind.high


def _takes(kinds: Sequence[Kind], value: Any, scope: Scope) -> bool:
    """Whether a value may stand just as it is."""
    for kind in kinds:
        if type(value) in kind.types and type(value) is not dict:
            try:
                if kind.check(value, scope) == value:
                    return True
            except Refused:
                continue
    return False


def _chosen(kinds: Sequence[Kind], value: Mapping[str, Any]) -> Kind:
    """The kind that an object is meant to be: the first whose names are there, or the one that shares most of them."""
    for kind in kinds:
        if not isinstance(kind, Place) or kind.tells(value):
            return kind
    return max(kinds, key=lambda kind: len(value.keys() & kind.properties.keys()) if isinstance(kind, Place) else 0)


class Place(Kind):
    """A place of a chart: the properties that may stand there, the kind of each, and what else must hold of them."""

    types = frozenset({dict})

    def __init__(self, name: str) -> None:
        self.name = name
        self.words = f"an object ({name.replace('-', ' ')})"
        self.properties: Mapping[str, Kind] = {}
        self.needs: tuple[tuple[tuple[str, ...], str | None], ...] = ()
        self.then: Then | None = None

    def tells(self, value: Mapping[str, Any]) -> bool:
        """Whether an object has what this place needs."""
        return all(
            any(name in value and (not word or value[name] == word) for name in names) for names, word in self.needs
        )

    def check(self, value: Any, scope: Scope, /) -> Any:
        checked: dict[str, Any] = {}
        properties = self.properties
        for name, member in value.items():
            kind = properties.get(name)
            if kind is None:
                raise unknown(name, properties)
            try:
                if type(member) not in kind.types:
                    raise unfit(kind.words)
                kept = kind.check(member, scope)
            except Refused as refused:
                raise refused.within(name) from None
            if kept is not DROPPED:
                checked[name] = kept
        if not self.tells(value):
            missing = ", ".join(f"“{name}”" for names, _ in self.needs for name in names if name not in value)
            raise Refused(f"Something is missing{{at}}: {missing}.", "")
        return self.then(checked, scope) if self.then else checked


class Conditional(Kind):
    """A value, or one that depends on a test, as the properties of axes take it."""

    def __init__(self, kind: Kind, tests: Kind) -> None:
        self.kind, self.tests = kind, tests
        self.types = kind.types | {dict}
        self.words = kind.words

    def check(self, value: Any, scope: Scope, /) -> Any:
        if type(value) is not dict or "condition" not in value:
            if type(value) not in self.kind.types:
                raise unfit(self.words)
            return self.kind.check(value, scope)
        return {name: self._part(name, member, scope) for name, member in value.items()}

    def _part(self, name: str, member: Any, scope: Scope) -> Any:
        try:
            if name == "condition":
                several = type(member) is list
                if several and len(member) > 20:
                    raise unfit("20 conditions at most")
                tested = [self._case(case, scope) for case in (member if several else [member])]
                return tested if several else tested[0]
            if name != "value" or type(member) not in self.kind.types:
                raise unfit(self.words) if name == "value" else unknown(name, ("condition", "value"))
            return self.kind.check(member, scope)
        except Refused as refused:
            raise refused.within(name) from None

    def _case(self, case: Any, scope: Scope) -> Any:
        if type(case) is not dict:
            raise unfit("an object with a test and a value")
        checked = {}
        for name, member in case.items():
            kind = {"test": self.tests, "value": self.kind}.get(name)
            if kind is None:
                raise unknown(name, ("test", "value"))
            try:
                if type(member) not in kind.types:
                    raise unfit(kind.words)
                checked[name] = kind.check(member, scope)
            except Refused as refused:
                raise refused.within(name) from None
        return checked
