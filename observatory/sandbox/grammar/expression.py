"""Vega expressions, read by a grammar of their own and written again from what was read; nothing is ever evaluated."""

from __future__ import annotations

from dataclasses import dataclass

from observatory.sandbox.grammar.known import Known
from observatory.sandbox.grammar.limits import EXPRESSION
from observatory.sandbox.grammar.node import Bounds
from observatory.sandbox.grammar.parser import Parser
from observatory.sandbox.grammar.refusal import Refused
from observatory.sandbox.grammar.tokens import tokens, written

_NOTHING = Known()


@dataclass(frozen=True)
class Expression:
    """An expression written again, how many times as long as a cell its value may be, and all it may be if known.

    `bounds` are the numbers between which its value is held; `cost` is that of the patterns that it looks for.
    `items` are the bounds of the numbers of a list that is written out, `words` what it may be besides a number.
    """

    text: str
    growth: int = 1
    texts: tuple[str, ...] | None = None
    numeric: bool = False
    bounds: Bounds | None = None
    cost: int = 0
    items: tuple[Bounds | None, ...] | None = None
    words: tuple[str, ...] = ()


def expression(text: str, known: Known = _NOTHING) -> Expression:
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
    parser = Parser(tokens(text), known)
    whole = parser.whole()
    ends = (whole.growth, whole.texts, whole.numeric, whole.bounds, parser.cost, whole.items, whole.words)
    return Expression(written(parser.tokens), *ends)
