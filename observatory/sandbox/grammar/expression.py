"""Vega expressions, read by a grammar of their own and written again from what was read; nothing is ever evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from observatory.sandbox.grammar import functions
from observatory.sandbox.grammar.formats import is_number_format, is_time_format
from observatory.sandbox.grammar.limits import EXPRESSION, EXPRESSION_DEPTH, EXPRESSION_NODES, GROWTH, STEPS
from observatory.sandbox.grammar.names import is_member
from observatory.sandbox.grammar.param import Param
from observatory.sandbox.grammar.refusal import Refused, shown
from observatory.sandbox.grammar.tokens import Token, tokens, written

_BINARY = {
    **dict.fromkeys(("||",), 1),
    **dict.fromkeys(("&&",), 2),
    **dict.fromkeys(("==", "!=", "===", "!=="), 3),
    **dict.fromkeys(("<", "<=", ">", ">="), 4),
    **dict.fromkeys(("+", "-"), 5),
    **dict.fromkeys(("*", "/", "%"), 6),
}
_ARITHMETIC = ("-", "*", "/", "%")
_LONGEST_LIST = 200


@dataclass(frozen=True)
class Known:
    """The params that an expression may name, and how much longer than a cell each calculated field may be."""

    params: Mapping[str, Param] = field(default_factory=dict)
    growth: Mapping[str, int] = field(default_factory=dict)
    least_growth: int = 1

    def growth_of(self, name: str) -> int:
        """How many times as long as a cell the values of a field may be."""
        return max(self.growth.get(name, 1), self.least_growth)


@dataclass(frozen=True)
class Expression:
    """An expression written again, and how many times as long as a cell its value may be."""

    text: str
    growth: int = 1


@dataclass(frozen=True)
class _Node:
    """What is known of a part: whether it is a number, how long it may be, and its text or number when it is written."""

    numeric: bool = False
    growth: int = 1
    constant: str | float | None = None
    param: Param | None = None
    row: bool = False


def expression(text: str, known: Known = Known()) -> Expression:
    """The expression, if it has only literals, fields of `datum`, params, operators and calls of pure functions.

    Raises Refused.

    >>> expression("datum.price  > 3 && isValid(datum['a b'])").text
    "datum.price > 3 && isValid(datum['a b'])"
    >>> expression("datum.constructor")
    Traceback (most recent call last):
    observatory.sandbox.grammar.refusal.Refused: An expression{at} may not use “constructor”.
    """
    if len(text) > EXPRESSION:
        raise Refused("An expression{at} is too long.", f"It may have {EXPRESSION} letters.")
    parser = _Parser(tokens(text), known)
    whole = parser.whole()
    return Expression(written(parser.tokens), whole.growth)


class _Parser:
    """A descent through the tokens; each part is a node, and there are only so many of them and only so deep."""

    def __init__(self, tokens: list[Token], known: Known) -> None:
        self.tokens = tokens
        self.known = known
        self.at = 0
        self.nodes = 0
        self.deep = 0

    def whole(self) -> _Node:
        node = self.ternary()
        if self.peek() is not None:
            raise _unread(self.tokens[self.at])
        if node.row:
            raise _bare()
        return node

    def peek(self) -> str | None:
        return self.tokens[self.at].text if self.at < len(self.tokens) else None

    def is_sign(self, *signs: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at].kind == "sign" and self.peek() in signs

    def take(self) -> Token:
        if self.at >= len(self.tokens):
            raise Refused("An expression{at} ends too early.", "Something is missing at its end.")
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, sign: str) -> None:
        token = self.take()
        if token.kind != "sign" or token.text != sign:
            raise _unread(token)

    def made(self, node: _Node) -> _Node:
        self.nodes += 1
        if self.nodes > EXPRESSION_NODES:
            raise Refused("An expression{at} has too many parts.", "Write it as several calculated fields.")
        if node.growth > GROWTH:
            raise Refused("An expression{at} makes its text too long.", "Join fewer texts.")
        return node

    def ternary(self) -> _Node:
        self.deep += 1
        if self.deep > EXPRESSION_DEPTH:
            raise Refused("An expression{at} is nested too deeply.", "Write it as several calculated fields.")
        node = self.binary(1)
        if self.is_sign("?"):
            self.take()
            yes = _value(self.ternary())
            self.expect(":")
            no = _value(self.ternary())
            _value(node)
            node = self.made(_Node(yes.numeric and no.numeric, max(yes.growth, no.growth)))
        self.deep -= 1
        return node

    def binary(self, least: int) -> _Node:
        left = self.unary()
        while self.is_sign(*_BINARY):
            sign = self.tokens[self.at].text
            if _BINARY[sign] < least:
                break
            self.take()
            right = _value(self.binary(_BINARY[sign] + 1))
            left = self.made(_joined(sign, _value(left), right))
        return left

    def unary(self) -> _Node:
        if not self.is_sign("!", "-", "+"):
            return self.member()
        sign = self.take().text
        self.deep += 1
        if self.deep > EXPRESSION_DEPTH:
            raise Refused("An expression{at} is nested too deeply.", "Write it as several calculated fields.")
        inner = _value(self.unary())
        self.deep -= 1
        number = inner.constant if isinstance(inner.constant, float) else None
        value = None if number is None or sign == "!" else -number if sign == "-" else number
        return self.made(_Node(sign != "!", 1, value))

    def member(self) -> _Node:
        node = self.primary()
        while self.is_sign(".", "["):
            node = self.made(self.dotted(node) if self.take().text == "." else self.indexed(node))
        return node

    def dotted(self, owner: _Node) -> _Node:
        token = self.take()
        if token.kind != "name":
            raise _unread(token)
        self.tokens[self.at - 1] = Token("member", token.text, token.gap)
        return self.owned(owner, token.text)

    def owned(self, owner: _Node, name: str) -> _Node:
        if not is_member(name):
            raise Refused(f"An expression{{at}} may not use “{shown(name)}”.", "It is a name of JavaScript's own.")
        if name == "length" and not owner.row:
            return _Node(numeric=True)
        return _Node(growth=self.known.growth_of(name) if owner.row else owner.growth)

    def indexed(self, owner: _Node) -> _Node:
        index = _value(self.ternary())
        self.expect("]")
        if isinstance(index.constant, str):
            return self.owned(owner, index.constant)
        if index.numeric:
            return _Node(growth=owner.growth)
        names = index.param.values if index.param else None
        if not names or not all(isinstance(name, str) and is_member(name) for name in names):
            raise Refused(
                "An expression{at} may not compute the name of a field.",
                "Write the name, or use a param whose menu lists the names.",
            )
        grown = [self.known.growth_of(str(name)) for name in names] if owner.row else [owner.growth]
        return _Node(growth=max(grown))

    def primary(self) -> _Node:
        token = self.take()
        if token.kind == "number":
            return self.made(_Node(numeric=True, constant=token.value))
        if token.kind == "text":
            return self.made(_Node(growth=len(str(token.value)) // 100, constant=token.value))
        if token.kind == "sign" and token.text == "(":
            node = self.ternary()
            self.expect(")")
            return node
        if token.kind == "sign" and token.text == "[":
            return self.made(_Node(growth=max(1, sum(item.growth for item in self.items("]", _LONGEST_LIST)))))
        if token.kind != "name":
            raise _unread(token)
        return self.made(self.call(token.text) if self.is_sign("(") else self.named(token.text))

    def named(self, name: str) -> _Node:
        if name == "datum":
            return _Node(row=True)
        if name in functions.CONSTANTS:
            return _Node(numeric=name.isupper() or name in ("NaN", "Infinity"))
        param = self.known.params.get(name)
        if param is None:
            raise Refused(
                f"“{shown(name)}” in an expression{{at}} is not known here.",
                f"Fields are written “datum.{shown(name)}”; params are declared in “params”.",
            )
        return _Node(numeric=param.numeric, param=param)

    def call(self, name: str) -> _Node:
        bounds = functions.ARGUMENTS.get(name)
        if bounds is None:
            raise Refused(
                f"The function “{shown(name)}” in an expression{{at}} is not allowed.",
                "Functions that compute with numbers, texts and dates are.",
            )
        self.take()
        items = self.items(")", bounds[1])
        if len(items) < bounds[0] and name not in functions.NUMERIC:
            raise Refused(f"The function “{name}” in an expression{{at}} needs {bounds[0]} values.", "")
        _checked(name, items)
        if name in functions.SMALL:
            return _Node(numeric=name in functions.NUMERIC)
        if name in functions.MULTIPLY:
            growth = 1
            for item in items:
                growth *= item.growth + (name == "replace" and item is items[-1])
            return _Node(growth=growth)
        if name == "if":
            return _Node(items[1].numeric and items[2].numeric, max(items[1].growth, items[2].growth))
        return _Node(growth=max(1, sum(item.growth for item in items)))

    def items(self, end: str, most: int) -> list[_Node]:
        items: list[_Node] = []
        while not self.is_sign(end):
            if items:
                self.expect(",")
            items.append(_value(self.ternary()))
            if len(items) > most:
                raise Refused("A list or call in an expression{at} has too many values.", f"It may have {most}.")
        self.take()
        return items


def _joined(sign: str, left: _Node, right: _Node) -> _Node:
    if sign in _ARITHMETIC:
        return _Node(numeric=True)
    if sign == "+" and not (left.numeric and right.numeric):
        return _Node(growth=left.growth + right.growth)
    if sign in ("&&", "||"):
        return _Node(left.numeric and right.numeric, max(left.growth, right.growth))
    return _Node(numeric=sign == "+")


def _checked(name: str, items: list[_Node]) -> None:
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
        if not all(isinstance(number, float) for number in numbers) or _length(numbers) > STEPS // 10:
            raise Refused("“sequence” in an expression{at} needs numbers, and makes 100 at most.", "")


def _length(numbers: list[str | float | None]) -> float:
    low, high, step = 0.0, 0.0, 1.0
    values = [number for number in numbers if isinstance(number, float)]
    if len(values) == 1:
        high = values[0]
    else:
        low, high, step = (*values, 1.0)[:3]
    return abs(high - low) / abs(step) if step else float("inf")


def _value(node: _Node) -> _Node:
    if node.row:
        raise _bare()
    return node


def _bare() -> Refused:
    return Refused("An expression{at} may not use the whole of “datum”.", "Name a field of it, as in “datum.price”.")


def _unread(token: Token) -> Refused:
    return Refused(f"An expression{{at}} cannot be read from “{shown(token.text)}” on.", "")
