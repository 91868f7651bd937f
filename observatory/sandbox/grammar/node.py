"""What is known of a part of an expression without evaluating it."""

from __future__ import annotations

from dataclasses import dataclass

from observatory.sandbox.grammar import functions
from observatory.sandbox.grammar.formats import is_number_format, is_time_format
from observatory.sandbox.grammar.param import Param
from observatory.sandbox.grammar.patterns import SHORT, Pattern, refused
from observatory.sandbox.grammar.refusal import Refused

_ARITHMETIC = ("-", "*", "/", "%")
_LONGEST_SEQUENCE = 100


Bounds = tuple[float, float]


@dataclass(frozen=True)
class Node:
    """Whether a part is a number, how long it may be, and its text or number where that is written.

    It is one of its `texts`, a number in its `bounds`, or one of its `words` or else such a number, where these are
    known; `items` are the bounds of the numbers in a list.
    """

    numeric: bool = False
    growth: int = 1
    constant: str | float | None = None
    param: Param | None = None
    row: bool = False
    texts: tuple[str, ...] | None = None
    bounds: Bounds | None = None
    words: tuple[str, ...] = ()
    pattern: Pattern | None = None
    short: bool = False
    items: tuple[Bounds | None, ...] | None = None


def either(yes: Node, no: Node) -> Node:
    """One of two parts, whichever a test chooses."""
    texts = None if yes.texts is None or no.texts is None else yes.texts + no.texts
    words = () if texts else tuple(word for node in (yes, no) for word in node.texts or node.words)
    known = all(node.texts is not None or node.bounds is not None for node in (yes, no))
    ends = [end for node in (yes, no) for end in node.bounds or ()] if known else []
    bounds = (min(ends), max(ends)) if ends else None
    return Node(yes.numeric and no.numeric, max(yes.growth, no.growth), texts=texts, words=words, bounds=bounds)


def signed(sign: str, inner: Node) -> Node:
    """A part with a sign before it."""
    ends = number_in(inner)
    if sign == "!" or ends is None:
        return Node(numeric=sign != "!")
    low, high = ends if sign == "+" else (-ends[1], -ends[0])
    return Node(numeric=True, constant=low if isinstance(inner.constant, float) else None, bounds=(low, high))


def number_in(node: Node) -> Bounds | None:
    """The numbers between which a part lies, where it is nothing else."""
    return None if node.words else node.bounds


def joined(sign: str, left: Node, right: Node) -> Node:
    """What two parts with an operator between them are."""
    if sign in _ARITHMETIC:
        return Node(numeric=True)
    if sign == "+" and not (left.numeric and right.numeric):
        return Node(growth=left.growth + right.growth)
    if sign in ("&&", "||"):
        return Node(left.numeric and right.numeric, max(left.growth, right.growth))
    return Node(numeric=sign == "+")


def called(name: str, items: list[Node]) -> Node:
    """What a call gives; raises Refused where its arguments do not say how much it makes or what it reads."""
    if name == "test":
        raise refused("It stands before the text, as in “test(/^a/, datum.name)”.")
    _checked(name, items)
    if name == "clamp":
        low, high = items[1].constant, items[2].constant
        return Node(numeric=True, bounds=(low, high) if isinstance(low, float) and isinstance(high, float) else None)
    if name in functions.SMALL:
        return Node(numeric=name in functions.NUMERIC)
    if name in functions.MULTIPLY:
        growth = 1
        for item in items:
            growth *= item.growth + (name == "replace" and item is items[-1])
        return Node(growth=growth)
    if name == "truncate":
        size = items[1].constant
        return Node(growth=items[0].growth, short=isinstance(size, float) and size <= SHORT)
    if name == "if":
        return either(items[1], items[2])
    return Node(growth=max(1, sum(item.growth for item in items)))


def found_by(name: str, items: list[Node], pattern: Pattern) -> Node:
    """What looking for a pattern gives; what stands in its place is written out and says nothing of what is around it.

    Raises Refused.
    """
    if name == "test":
        return Node()
    if name == "split":
        return Node(growth=items[0].growth)
    words = items[2].constant
    if not isinstance(words, str) or "$`" in words or "$'" in words:
        raise Refused("What a pattern in an expression{at} is replaced by must be written out.", "Such as '$1'.")
    times = 1 + len(words) if pattern.every else 1 + words.count("$")
    return Node(growth=items[0].growth * times + len(words) // 100)


def _checked(name: str, items: list[Node]) -> None:
    """The arguments that say how much a function makes, or what it runs, are written out."""
    where = functions.FORMATS.get(name)
    if where is not None and len(items) > where:
        pattern = items[where].constant
        fits = is_number_format if name == "format" else is_time_format
        if not isinstance(pattern, str) or not fits(pattern):
            raise Refused(f"The format of “{name}” in an expression{{at}} is not one.", "Write it out, as in “.1f”.")
    counted = functions.COUNTS.get(name)
    if counted is not None:
        size = items[counted[0]].constant
        if not isinstance(size, float) or not 0 <= size <= counted[1]:
            raise Refused(f"“{name}” in an expression{{at}} needs a length up to {counted[1]}.", "")
    if name in ("timeOffset", "utcOffset") and items[0].constant not in functions.UNITS:
        raise Refused(f"“{name}” in an expression{{at}} needs a unit of time.", "Such as “month”.")
    if name == "sequence":
        numbers = [item.constant for item in items]
        if not all(isinstance(number, float) for number in numbers) or _length(numbers) > _LONGEST_SEQUENCE:
            raise Refused("“sequence” in an expression{at} needs numbers, and makes 100 at most.", "")


def _length(numbers: list[str | float | None]) -> float:
    low, high, step = 0.0, 0.0, 1.0
    values = [number for number in numbers if isinstance(number, float)]
    if len(values) == 1:
        high = values[0]
    else:
        low, high, step = (*values, 1.0)[:3]
    return abs(high - low) / abs(step) if step else float("inf")
