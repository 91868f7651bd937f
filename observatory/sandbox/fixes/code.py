"""The text of chart code, and small changes of it by position, so that all else stays as it was written."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TypeVar

Edit = tuple[int, int, str]
"""From a character, to a character (left out), and what stands there instead."""
Placed = ast.expr | ast.stmt | ast.keyword | ast.arg | ast.alias
Node = TypeVar("Node", bound=ast.AST)


def parsed(text: str) -> ast.Module:
    """The tree of the code; raises SyntaxError, and is silent about what Python only warns of.

    >>> len(parsed("a = 1").body)
    1
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text with all edits made; of two that overlap, the one that begins first, and then the longer one.

    >>> edited("abc", [(0, 1, "x"), (3, 3, "!")])
    'xbc!'
    """
    made, at = [], 0
    for start, end, new in sorted(edits, key=lambda edit: (edit[0], edit[1] > edit[0], -edit[1])):
        if start >= at:
            made += [text[at:start], new]
            at = end
    return "".join([*made, text[at:]])


@dataclass(frozen=True)
class Code:
    """Chart code that parses."""

    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree; raises SyntaxError."""
        return parsed(self.text)

    @cached_property
    def lines(self) -> list[str]:
        """The lines with their ends, divided where Python divides them."""
        return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", self.text) or [""]

    def quoted(self, text: str) -> str:
        """A plain text in the quotes that the code uses most.

        >>> Code('x = "a"').quoted("b"), Code("x = 'a'").quoted("b")
        ('"b"', "'b'")
        """
        return f'"{text}"' if self.text.count('"') > self.text.count("'") else f"'{text}'"

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(len(line) for line in self.lines)]

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The node that each node is a part of."""
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def all(self, kind: type[Node]) -> list[Node]:
        """The nodes of a kind in the order of the text."""
        found = [node for node in ast.walk(self.tree) if isinstance(node, kind)]
        return sorted(found, key=lambda node: (getattr(node, "lineno", 0), getattr(node, "col_offset", 0)))

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes that a node is a part of, the nearest first."""
        while node in self.parents:
            node = self.parents[node]
            yield node

    def _at(self, line: int, column: int) -> int:
        start = self._starts[line - 1]
        return start + len(self.lines[line - 1].encode()[:column].decode(errors="ignore"))

    def start(self, node: Placed) -> int:
        """The character that the node begins at."""
        return self._at(node.lineno, node.col_offset)

    def end(self, node: Placed) -> int:
        """The character after the node."""
        return self._at(node.end_lineno or node.lineno, node.end_col_offset or 0)

    def of(self, node: ast.expr | ast.stmt) -> str:
        """The text of a node.

        >>> code = Code("x = é + f(1)")
        >>> code.of(code.all(ast.Call)[0])
        'f(1)'
        """
        return self.text[self.start(node) : self.end(node)]

    def with_(self, *edits: Edit) -> str:
        """The text with some edits."""
        return edited(self.text, edits)

    def put(self, node: ast.expr | ast.stmt, new: str) -> Edit:
        """The edit that puts something else in the place of a node."""
        return self.start(node), self.end(node), new

    def attribute(self, node: ast.Attribute, new: str) -> Edit:
        """The edit that renames the attribute at the end of a node."""
        return self.end(node) - len(node.attr), self.end(node), new

    def literal(self, node: ast.Constant, new: str) -> Edit:
        """The edit that puts another string into a string, with the quotes it has where they do."""
        old = self.of(node)
        quote = old[:1]
        plain = old == f"{quote}{node.value!s}{quote}" and not re.search(rf"[\\\n{quote}]", new)
        return self.put(node, f"{quote}{new}{quote}" if plain else repr(new))

    def without(self, node: ast.stmt) -> Edit:
        """The edit that takes a statement out: whole lines, or `pass` where a block would be empty.

        >>> code = Code("a = 1\\nprint(a)\\nb = 2\\n")
        >>> code.with_(code.without(code.tree.body[1]))
        'a = 1\\nb = 2\\n'
        """
        first, last = self._starts[node.lineno - 1], self._starts[node.end_lineno or node.lineno]
        around = self.text[first : self.start(node)] + self.text[self.end(node) : last]
        parent = self.parents.get(node)
        blocks = [getattr(parent, name, None) for name in ("body", "orelse", "finalbody")]
        alone = any(block == [node] for block in blocks if isinstance(block, list)) and parent is not self.tree
        if alone or around.partition("#")[0].strip(" \t\r\n;"):
            return self.put(node, "pass")
        return first, last, ""

    def unargued(self, call: ast.Call, argument: ast.expr | ast.keyword) -> Edit:
        """The edit that takes an argument out of a call, with the comma that belongs to it."""
        given: list[ast.expr | ast.keyword] = sorted([*call.args, *call.keywords], key=self.start)
        at = given.index(argument)
        if at + 1 < len(given):
            return self.start(argument), self.start(given[at + 1]), ""
        return (self.end(given[at - 1]) if at else self.start(argument)), self.end(argument), ""

    def argued(self, call: ast.Call, argument: str) -> Edit:
        """The edit that adds an argument at the end of a call.

        >>> code = Code("f(a,\\n  b=1,\\n)")
        >>> code.with_(code.argued(code.all(ast.Call)[0], "c=2"))
        'f(a,\\n  b=1, c=2,\\n)'
        """
        given: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
        at = max((self.end(item) for item in given), default=self.end(call) - 1)
        return at, at, f", {argument}" if given else argument
