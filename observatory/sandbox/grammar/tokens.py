"""The words of a Vega expression: names, numbers, texts and signs, of forms that every reader of them agrees on."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from observatory.sandbox.grammar.patterns import unquoted
from observatory.sandbox.grammar.refusal import Refused, shown

_TOKEN = re.compile(
    r"""(?P<gap>[ \t\r\n]+)
      | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?(?![\w$.]))
      | (?P<name>[^\W\d][\w$]*|\$[\w$]*)
      | (?P<text>'(?:[^'\\\r\n]|\\.)*'|"(?:[^"\\\r\n]|\\.)*")
      | (?P<sign>===|!==|==|!=|<=|>=|&&|\|\||[-+*/%!<>?:.,()\[\]{}])""",
    re.VERBOSE,
)
_PATTERN = re.compile(
    r"/(?P<body>(?:[^/\\\[\r\n\u2028\u2029]|\\[^\r\n\u2028\u2029]|\[(?:[^\]\\\r\n\u2028\u2029]|\\[^\r\n\u2028\u2029])*\])+)/"
    r"(?P<flags>[a-z]*)(?![\w$])"
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_BEFORE_PATTERN = ("(", ",")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_WRITTEN = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(frozen=True)
class Token:
    """A word as it was written, whether a space stood before it, and the value of a literal."""

    kind: str
    text: str
    gap: bool = False
    value: str | float | None = None


def tokens(text: str) -> list[Token]:
    """The words of an expression; raises Refused for what is none.

    >>> [token.text for token in tokens("datum.a >= 1")]
    ['datum', '.', 'a', '>=', '1']
    """
    found: list[Token] = []
    at, gap = 0, False
    while at < len(text):
        pattern = _PATTERN.match(text, at) if not found or found[-1].text in _BEFORE_PATTERN else None
        if pattern is not None:
            body = unquoted(pattern["body"])
            found.append(Token("pattern", f"/{body}/{pattern['flags']}", gap, body))
            at, gap = pattern.end(), False
            continue
        match = _TOKEN.match(text, at)
        if match is None:
            raise Refused(f"An expression{{at}} cannot be read from “{shown(text[at : at + 20])}” on.", "")
        kind, word = str(match.lastgroup), match[0]
        if kind == "gap":
            gap = True
        else:
            found.append(Token(kind, word, gap, _value(kind, word)))
            gap = False
        at = match.end()
    return found


def written(words: list[Token]) -> str:
    r"""The words in one line, each literal written again from its value.

    >>> written(tokens("datum . x ==\n'it\\'s'"))
    "datum . x == 'it\\'s'"
    """
    return "".join(
        (" " if word.gap and at else "") + _word(word, words[at - 1] if at else None) for at, word in enumerate(words)
    )


def searching(text: list[Token], words: Token, any_case: bool) -> list[Token]:
    """The words of an expression that says whether some words stand in a text.

    >>> written(searching(tokens("datum.name"), tokens("search")[0], True))
    "(indexof(lower('' + datum.name), lower('' + search)) >= 0)"
    """
    empty = [Token("text", "''", False, ""), Token("sign", "+", True)]
    lower = tokens("lower(") if any_case else tokens("(")
    inner = [*lower, *empty, *_open(text), *tokens("),"), *_spaced(lower), *empty, *_open([words]), *tokens("))")]
    return [*tokens("(indexof("), *inner, *tokens(" >= 0)")]


def shortened(text: list[Token], most: int) -> list[Token]:
    """The words of an expression that cuts a text, where that can be seen.

    >>> written(shortened(tokens("datum.name"), 200))
    "truncate('' + datum.name, 200)"
    """
    empty = [Token("text", "''", False, ""), Token("sign", "+", True)]
    return [*tokens("truncate("), *empty, *_open(text), *tokens(", "), *_spaced(tokens(str(most))), *tokens(")")]


def _open(words: list[Token]) -> list[Token]:
    """The words with a space before them, in brackets when they are more than a name or a path."""
    plain = all(word.kind in ("name", "member", "text") or word.text in (".", "[", "]") for word in words)
    inner = words if plain else [*tokens("("), *words, *tokens(")")]
    return _spaced(inner)


def _spaced(words: list[Token]) -> list[Token]:
    return [replace(words[0], gap=True), *words[1:]]


def _word(word: Token, before: Token | None) -> str:
    if word.kind == "text":
        return _quoted(str(word.value), word.text[0])
    if before and not word.gap and before.kind in ("name", "number", "member") and word.kind in ("name", "number"):
        return " " + word.text
    if before and not word.gap and word.text in ("+", "-") and before.text == word.text:
        return " " + word.text
    return word.text


def _value(kind: str, word: str) -> str | float | None:
    if kind == "number":
        return float(word)
    if kind == "text":
        value = _ESCAPE.sub(_unescaped, word[1:-1])
        if "datum." in value:
            raise Refused("A text in an expression{at} may not hold “datum.”.", "Vega-Lite would take it for a field.")
        return value
    if kind == "name" and not word.isascii():
        raise Refused(
            f"“{shown(word)}” in an expression{{at}} has letters with marks.", f"Write datum['{shown(word)}']."
        )
    return None


def _unescaped(found: re.Match[str]) -> str:
    code = found[1]
    if len(code) > 1:
        return chr(int(code[1:], 16))
    if code.isdigit() and code != "0":
        raise Refused("A text in an expression{at} has an escape that is not known.", "")
    return _ESCAPED.get(code, code)


def _quoted(text: str, quote: str) -> str:
    letters = (_WRITTEN.get(c) or ("\\" + c if c == quote else c if c.isprintable() else _coded(c)) for c in text)
    return quote + "".join(letters) + quote


def _coded(letter: str) -> str:
    units = letter.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
