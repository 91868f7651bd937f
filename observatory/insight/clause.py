"""A clause of a sentence: its parts, what they stand for, and the known numbers that it is held against."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from observatory.insight.facts import Facts
from observatory.insight.symbols import Amount, Symbols
from observatory.insight.worth import ANSWERS

Pair = tuple[str, str]
_YES = frozenset({"yes", "true", "1", "y", "ja", "pass", "won", "alive", "accepted"})


@dataclass
class Context:
    """What the clause before was about, for one that leaves it out: “…, with a mean of 32”."""

    field: str | None = None
    group: Pair | None = None
    gap: bool = False
    table: bool = False


@dataclass(frozen=True)
class Clause:
    """The parts of a clause by name, in symbols, and what the symbols stand for."""

    parts: Mapping[str, str]
    symbols: Symbols
    known: Known
    context: Context

    def field(self, name: str = "field") -> str | None:
        said = self.parts.get(name)
        return self.context.field if said is None else self.symbols.fields[said]

    def amount(self, name: str = "n") -> tuple[Amount, str]:
        return self.symbols.amounts[self.parts[name]], self.parts.get(f"{name}_hedge", "")

    def group(self, name: str = "group", of: str | None = None) -> Pair | None:
        """The field and value that a group has; None where the value could be of several fields."""
        said = self.parts.get(name)
        if said is None:
            return self.context.group
        tokens = said.split()
        named = [self.symbols.fields[t] for t in tokens if t in self.symbols.fields]
        found = [pair for t in tokens if t in self.symbols.values for pair in self.symbols.values[t]]
        numbers = [self.symbols.amounts[t].value for t in tokens if t in self.symbols.amounts]
        if numbers and (named or of is not None):
            found = [p for p in self.known.facts.values if p[0] in (named or [str(of)]) and _number(p[1]) in numbers]
        if named:
            found = [pair for pair in found if pair[0] in named] if len(set(named)) == 1 else []
        elif of is not None:
            found = [pair for pair in found if pair[0] == of]
        return found[0] if len(set(found)) == 1 else None

    def listed(self, name: str, field: str | None = None) -> list[Pair] | None:
        """The values of a list, None where one is not of the field, or could be of several."""
        found = []
        for token in (t for t in self.parts[name].split() if t in self.symbols.values):
            pairs = [p for p in self.symbols.values[token] if field in (None, p[0])]
            if len(pairs) != 1:
                return None
            found += pairs
        return found


@dataclass(frozen=True)
class Known:
    """Facts with their numbers by what they are of."""

    facts: Facts
    _by: dict[tuple[str, str | None, str | None, Pair | None], float] = field(init=False)

    def __post_init__(self) -> None:
        by = {(n.kind, n.field, n.item, n.group): n.value for n in reversed(self.facts.numbers)}
        object.__setattr__(self, "_by", by)

    def get(self, kind: str, field: str | None = None, item: str | None = None, group: Pair | None = None) -> float:
        """A number, NaN where it is not known: NaN is equal to nothing, above nothing and below nothing."""
        return self._by.get((kind, field, item, group), math.nan)

    @cached_property
    def rows(self) -> float:
        return self.get("rows")

    def n(self, pair: Pair | None) -> float:
        return math.nan if pair is None else self.get("n", *pair)

    def counts(self, field: str | None) -> list[tuple[float, str]]:
        """The values of a field by count, the most common first; empty where not all are listed."""
        if field not in self.facts.whole:
            return []
        return sorted(((self.get("n", field, item), item) for f, item in self.facts.values if f == field), reverse=True)

    def positive(self, field: str | None) -> Pair | None:
        """The value of a field such as “survived” that says it is so."""
        items = [item for f, item in self.facts.values if f == field]
        for answers in ANSWERS:
            if {i.lower() for i in items} == answers:
                return next((str(field), i) for i in items if i.lower() in _YES)
        return None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def fits(known: float, said: Amount, hedge: str = "") -> bool:
    """Whether a known number is the one that is said, as exactly as it is said.

    >>> fits(32.2042, Amount(32, 1, "N")), fits(32.2042, Amount(33, 1, "N")), fits(1046, Amount(1000, 1, "N"), "about")
    (True, False, True)
    """
    if math.isnan(known):
        return False
    value, slack = said.value, 0.5 if said.kind == "Q" else said.step / 2 + 1e-9 * abs(known)
    near = max(abs(known - value) <= slack, abs(known - value) <= (4.0 if said.kind == "Q" else 0.05 * abs(known)))
    if hedge in ("about", "around", "approximately", "roughly", "close to"):
        return near
    if hedge in ("nearly", "almost", "just under", "a little under", "not quite"):
        return near and known < value
    if hedge in ("just over", "a little over"):
        return near and known > value
    if hedge in ("over", "more than"):
        return known > value
    if hedge == "at least":
        return known >= value
    if hedge in ("less than", "under", "fewer than"):
        return known < value
    return known <= value if hedge == "at most" else abs(known - value) <= slack
