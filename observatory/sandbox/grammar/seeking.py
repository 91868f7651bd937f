"""Calls in an expression that look for words or for a pattern."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from observatory.sandbox.grammar import functions
from observatory.sandbox.grammar.node import Node, found_by
from observatory.sandbox.grammar.patterns import SHORT, pattern, refused
from observatory.sandbox.grammar.tokens import Token, searching, shortened

if TYPE_CHECKING:
    from observatory.sandbox.grammar.parser import Parser

_WORDS = re.compile(r"[\w ,;:-]*")


def is_search(parser: Parser) -> bool:
    """Whether the words ahead of a parser look for plain words, or for those that a person types."""
    ahead = parser.tokens[parser.at : parser.at + 5]
    if [word.text for word in ahead[:3]] != ["(", "regexp", "("] or len(ahead) < 5 or ahead[4].text not in (",", ")"):
        return False
    param = parser.known.params.get(ahead[3].text) if ahead[3].kind == "name" else None
    plain = ahead[3].kind == "text" and _WORDS.fullmatch(str(ahead[3].value)) is not None
    return plain or (param is not None and not param.selection)


def search(parser: Parser) -> Node:
    """`test(regexp(words, 'i'), text)`, written as a search for the words as they are."""
    start = parser.at - 1
    parser.at += 3
    words = parser.take()
    flags = ""
    if parser.is_sign(","):
        parser.take()
        flags = str(parser.take().value or "")
    parser.expect(")")
    parser.expect(",")
    second = parser.at
    parser.value()
    text = parser.tokens[second : parser.at]
    parser.expect(")")
    found = searching(text, words, "i" in flags)
    parser.tokens[start : parser.at] = found
    parser.at = start + len(found)
    return Node()


def seek(parser: Parser, name: str) -> Node | list[Node]:
    """A call of a function that takes a pattern; the values alone where it is given none.

    Texts are cut where the pattern could be slow in long ones.
    """
    which, n = functions.PATTERNED[name]
    items: list[Node] = []
    spans: list[tuple[int, int]] = []
    parser.expect("(")
    while not parser.is_sign(")") and len(items) < max(n, functions.ARGUMENTS[name][1]):
        if items:
            parser.expect(",")
        at = parser.at
        node = _pattern(parser) if len(items) == which else None
        items.append(node or parser.value())
        spans.append((at, parser.at))
    parser.expect(")")
    found = items[which].pattern if which < len(items) else None
    if found is None:
        return items
    if len(items) != n:
        raise refused(f"“{name}” takes {n} values with it.")
    parser.cost += found.cost
    text = 1 - which
    if found.short and not items[text].short:
        low, high = spans[text]
        cut = shortened(parser.tokens[low:high], SHORT)
        cut[0] = replace(cut[0], gap=parser.tokens[low].gap)
        parser.tokens[low:high] = cut
        parser.at += len(cut) - (high - low)
    return found_by(name, items, found)


def _pattern(parser: Parser) -> Node | None:
    """A pattern between slashes, or in quotes; None where there is none."""
    token = parser.tokens[parser.at] if parser.at < len(parser.tokens) else None
    if token is None or (token.kind != "pattern" and (token.kind, token.text) != ("name", "regexp")):
        return None
    parser.take()
    if token.kind == "pattern":
        return Node(pattern=pattern(str(token.value), token.text.rpartition("/")[2]))
    parser.expect("(")
    texts: list[Token] = [parser.take()]
    if parser.is_sign(","):
        parser.take()
        texts.append(parser.take())
    parser.expect(")")
    if any(word.kind != "text" for word in texts):
        raise refused("Its words are written out.")
    body, flags = [*(str(word.value) for word in texts), ""][:2]
    return Node(pattern=pattern(body, flags))
