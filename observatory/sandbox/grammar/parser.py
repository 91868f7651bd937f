"""The grammar of Vega expressions: a descent through their words that knows literals, fields, params and pure calls."""

from __future__ import annotations

from observatory.sandbox.grammar import functions
from observatory.sandbox.grammar.known import Known
from observatory.sandbox.grammar.limits import EXPRESSION_DEPTH, EXPRESSION_NODES, GROWTH
from observatory.sandbox.grammar.names import is_member
from observatory.sandbox.grammar.node import Node, called, either, joined, number_in, signed
from observatory.sandbox.grammar.param import Param
from observatory.sandbox.grammar.refusal import Refused, shown
from observatory.sandbox.grammar.seeking import is_search, search, seek
from observatory.sandbox.grammar.tokens import Token

_BINARY = {
    **dict.fromkeys(("||",), 1),
    **dict.fromkeys(("&&",), 2),
    **dict.fromkeys(("==", "!=", "===", "!=="), 3),
    **dict.fromkeys(("<", "<=", ">", ">="), 4),
    **dict.fromkeys(("+", "-"), 5),
    **dict.fromkeys(("*", "/", "%"), 6),
}
_LONGEST_LIST = 200


class Parser:
    """A descent through the tokens; each part is a node, and there are only so many of them and only so deep."""

    def __init__(self, tokens: list[Token], known: Known) -> None:
        self.tokens = tokens
        self.known = known
        self.at = 0
        self.nodes = 0
        self.deep = 0
        self.cost = 0

    def whole(self) -> Node:
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

    def made(self, node: Node) -> Node:
        self.nodes += 1
        if self.nodes > EXPRESSION_NODES:
            raise Refused("An expression{at} has too many parts.", "Write it as several calculated fields.")
        if node.growth > GROWTH:
            raise Refused("An expression{at} makes its text too long.", "Join fewer texts.")
        return node

    def ternary(self) -> Node:
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
            node = self.made(either(yes, no))
        self.deep -= 1
        return node

    def binary(self, least: int) -> Node:
        left = self.unary()
        while self.is_sign(*_BINARY) or self.is_listed():
            if self.is_listed():
                if _BINARY["<"] < least:
                    break
                left = self.made(self.listed(_value(left)))
                continue
            sign = self.tokens[self.at].text
            if _BINARY[sign] < least:
                break
            self.take()
            right = _value(self.binary(_BINARY[sign] + 1))
            left = self.made(joined(sign, _value(left), right))
        return left

    def is_listed(self) -> bool:
        ahead = self.tokens[self.at : self.at + 2]
        return [(word.kind, word.text) for word in ahead] == [("name", "in"), ("sign", "{")]

    def listed(self, _left: Node) -> Node:
        """`datum.year in {2008: 1, 2012: 1}`: whether a value is one of the names of a list."""
        self.take()
        self.take()
        n_names = 0
        while not self.is_sign("}"):
            if n_names:
                self.expect(",")
            key, n_names = self.take(), n_names + 1
            if key.kind not in ("name", "text", "number") or n_names > _LONGEST_LIST:
                raise _unread(key)
            self.tokens[self.at - 1] = Token("member", key.text, key.gap) if key.kind == "name" else key
            self.expect(":")
            value = self.take()
            if value.kind not in ("text", "number") and value.text not in ("true", "false", "null"):
                raise _unread(value)
        self.take()
        return Node()

    def unary(self) -> Node:
        if not self.is_sign("!", "-", "+"):
            return self.member()
        sign = self.take().text
        self.deep += 1
        if self.deep > EXPRESSION_DEPTH:
            raise Refused("An expression{at} is nested too deeply.", "Write it as several calculated fields.")
        inner = _value(self.unary())
        self.deep -= 1
        return self.made(signed(sign, inner))

    def member(self) -> Node:
        node = self.primary()
        while self.is_sign(".", "["):
            node = self.made(self.dotted(node) if self.take().text == "." else self.indexed(node))
        return node

    def dotted(self, owner: Node) -> Node:
        token = self.take()
        if token.kind != "name":
            raise _unread(token)
        self.tokens[self.at - 1] = Token("member", token.text, token.gap)
        return self.owned(owner, token.text)

    def owned(self, owner: Node, name: str) -> Node:
        if not is_member(name):
            raise Refused(f"An expression{{at}} may not use “{shown(name)}”.", "It is a name of JavaScript's own.")
        if name == "length" and not owner.row:
            return Node(numeric=True)
        chosen = owner.param.chosen.get(name) if owner.param else None
        menu = Param(name, values=chosen) if chosen else None
        return Node(growth=self.known.growth_of(name) if owner.row else owner.growth, param=menu)

    def indexed(self, owner: Node) -> Node:
        index = _value(self.ternary())
        self.expect("]")
        if isinstance(index.constant, str):
            return self.owned(owner, index.constant)
        if index.numeric:
            return Node(growth=owner.growth)
        names = index.param.values if index.param else None
        if not names or not all(isinstance(name, str) and is_member(name) for name in names):
            raise Refused(
                "An expression{at} may not compute the name of a field.",
                "Write the name, or use a param whose menu lists the names.",
            )
        grown = [self.known.growth_of(str(name)) for name in names] if owner.row else [owner.growth]
        return Node(growth=max(grown))

    def primary(self) -> Node:
        token = self.take()
        if token.kind == "number":
            number = float(token.value or 0)
            return self.made(Node(numeric=True, constant=number, bounds=(number, number)))
        if token.kind == "text":
            text = str(token.value)
            return self.made(Node(growth=len(text) // 100, constant=text, texts=(text,)))
        if token.kind == "sign" and token.text == "(":
            node = self.ternary()
            self.expect(")")
            return node
        if token.kind == "sign" and token.text == "[":
            items = self.items("]", _LONGEST_LIST)
            return self.made(Node(growth=max(1, sum(i.growth for i in items)), items=tuple(map(number_in, items))))
        if token.kind == "sign" and token.text == "{":
            return self.made(self.table())
        if token.kind != "name":
            raise _unread(token)
        return self.made(self.call(token.text) if self.is_sign("(") else self.named(token.text))

    def table(self) -> Node:
        """Values under names, of which one is chosen at once: `{a: 1, b: 2}[datum.kind]`."""
        growth = [1]
        while not self.is_sign("}"):
            if len(growth) > 1:
                self.expect(",")
            key = self.take()
            if key.kind not in ("name", "text") or not is_member(str(key.value) if key.kind == "text" else key.text):
                raise _unread(key)
            self.tokens[self.at - 1] = Token("member", key.text, key.gap) if key.kind == "name" else key
            self.expect(":")
            growth.append(_value(self.ternary()).growth)
            if len(growth) > _LONGEST_LIST:
                raise Refused(f"A table in an expression{{at}} may have {_LONGEST_LIST} values.", "")
        self.take()
        self.expect("[")
        _value(self.ternary())
        self.expect("]")
        return Node(growth=max(growth))

    def named(self, name: str) -> Node:
        if name == "datum":
            return Node(row=True)
        if name in functions.CONSTANTS:
            return Node(numeric=name in functions.NUMBERS)
        if self.known.sizes and name in ("width", "height"):
            return Node(numeric=True)
        param = self.known.params.get(name)
        if param is None:
            raise Refused(
                f"“{shown(name)}” in an expression{{at}} is not known here.",
                f"Fields are written “datum.{shown(name)}”; params are declared in “params”.",
            )
        words = tuple(value for value in param.values or () if isinstance(value, str))
        known = words and len(words) == len(param.values or ())
        numbers = [value for value in param.values or () if param.numeric]
        ends = (min(numbers), max(numbers)) if numbers else None
        return Node(numeric=param.numeric, param=param, texts=words if known else None, bounds=ends)

    def call(self, name: str) -> Node:
        if name == "test" and is_search(self):
            return search(self)
        bounds = functions.ARGUMENTS.get(name)
        if bounds is None:
            raise Refused(
                f"The function “{shown(name)}” in an expression{{at}} is not allowed.",
                "Functions that compute with numbers, texts and dates are.",
            )
        items = seek(self, name) if name in functions.PATTERNED else None
        if isinstance(items, Node):
            return items
        if items is None:
            self.take()
            items = self.items(")", bounds[1])
        if len(items) < bounds[0] and name not in functions.NUMERIC:
            raise Refused(f"The function “{name}” in an expression{{at}} needs {bounds[0]} values.", "")
        return called(name, items)

    def value(self) -> Node:
        """The next part that is a value."""
        return _value(self.ternary())

    def items(self, end: str, most: int) -> list[Node]:
        items: list[Node] = []
        while not self.is_sign(end):
            if items:
                self.expect(",")
            items.append(_value(self.ternary()))
            if len(items) > most:
                raise Refused("A list or call in an expression{at} has too many values.", f"It may have {most}.")
        self.take()
        return items


def _value(node: Node) -> Node:
    if node.row:
        raise _bare()
    return node


def _bare() -> Refused:
    return Refused("An expression{at} may not use the whole of “datum”.", "Name a field of it, as in “datum.price”.")


def _unread(token: Token) -> Refused:
    return Refused(f"An expression{{at}} cannot be read from “{shown(token.text)}” on.", "")
