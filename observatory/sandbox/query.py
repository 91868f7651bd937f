"""Which texts `DataFrame.query` and `DataFrame.eval` may be given: comparisons and sums of columns."""

from __future__ import annotations

import ast
import re
import sys
import types
from collections.abc import Callable
from typing import Any, Final

from observatory.errors import ChartCodeRejected
from observatory.sandbox.allowed import QUERY_ATTRIBUTES, QUERY_FUNCTIONS
from observatory.sandbox.reading import FILENAME

_NOTHING: dict[str, Any] = {}
_globals_of = types.FrameType.__dict__["f_globals"].__get__

_NODES: Final = (
    *(ast.Module, ast.Expr, ast.Assign, ast.BoolOp, ast.boolop, ast.BinOp, ast.operator, ast.UnaryOp, ast.unaryop),
    *(ast.Compare, ast.cmpop, ast.Constant, ast.List, ast.Tuple, ast.Load, ast.Store, ast.Subscript),
)
_LONGEST = 2_000
# A column in backticks, or a text in quotes that holds no backtick: pandas and this reading agree on these.
_PIECES: Final = re.compile(r"`[^`\n]*`|'[^'`\n]*'|\"[^\"`\n]*\"")
_HINT = 'Filter with data[data["column"] > 1].'


def accept_query(text: str) -> None:
    """Return if the text only compares and computes columns; raise ChartCodeRejected where it does not.

    >>> accept_query("`unit price` > @least and city in ['Oslo', 'Bonn']")
    >>> accept_query("@pd.io")
    Traceback (most recent call last):
    observatory.errors.ChartCodeRejected: The query may not use “io”.
    """
    if len(text) > _LONGEST:
        raise ChartCodeRejected("The query is too long.", _HINT)
    if set("`'\"\\") & set(_PIECES.sub("", text)):
        raise ChartCodeRejected("The query cannot be read.", _HINT)
    plain = _PIECES.sub(lambda piece: "column" if piece[0].startswith("`") else "''", text)
    if "#" in plain:
        raise ChartCodeRejected("The query cannot be read.", _HINT)
    for name in re.findall(r"@\s*(\w+)", plain):
        if name.startswith("_"):
            raise ChartCodeRejected(f"The query may not use “{name[:60]}”.", _HINT)
    _parsed(re.sub(r"@\s*(?=\w)", "", plain).replace("&&", "and").replace("||", "or").strip())


def _parsed(plain: str) -> None:
    try:
        tree = ast.parse(plain)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ChartCodeRejected("The query cannot be read.", _HINT) from None
    for node in ast.walk(tree):
        _accept(node)


def _accept(node: ast.AST) -> None:
    if isinstance(node, ast.Name):
        if node.id.startswith("__"):
            raise ChartCodeRejected(f"The query may not use “{node.id[:60]}”.", _HINT)
    elif isinstance(node, ast.Attribute):
        if node.attr not in QUERY_ATTRIBUTES:
            raise ChartCodeRejected(f"The query may not use “{node.attr[:60]}”.", _HINT)
    elif isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id not in QUERY_FUNCTIONS:
            raise ChartCodeRejected(f"The query may not call “{node.func.id[:60]}”.", _HINT)
        if not isinstance(node.func, (ast.Name, ast.Attribute)):
            raise ChartCodeRejected("The query may only call what it names.", _HINT)
    elif not isinstance(node, (*_NODES, ast.keyword)):
        raise ChartCodeRejected("The query may only compare and compute columns.", _HINT)


def queried(method: Callable[..., Any]) -> Callable[..., Any]:
    """`query` or `eval` of a table, for texts that compare and compute columns and variables of the code."""
    if getattr(method, "guarded", False):
        return method

    def call(*args: Any, **kwargs: Any) -> Any:
        if kwargs.get("global_dict") is _NOTHING:
            return method(*args, **kwargs)  # `query` asks `eval`, with a text that was accepted
        args = tuple(str.__str__(value) if isinstance(value, str) else value for value in args)
        if isinstance(kwargs.get("expr"), str):
            kwargs["expr"] = str.__str__(kwargs["expr"])
        for text in (value for value in (*args, kwargs.get("expr")) if isinstance(value, str)):
            accept_query(text)
        if unknown := set(kwargs) - {"expr", "inplace", "engine", "parser"}:
            raise ChartCodeRejected(f"“{min(unknown)[:60]}” is not allowed in a query.", "Leave it out.")
        seen = _variables(sys._getframe(1))
        return method(
            *args, **kwargs | {"engine": "python", "parser": "pandas", "local_dict": seen, "global_dict": _NOTHING}
        )

    call.guarded = True  # type: ignore[attr-defined]
    return call


def _variables(frame: types.FrameType | None) -> dict[str, Any]:
    """What the chart code that called can see by name."""
    while frame is not None and frame.f_code.co_filename != FILENAME:
        frame = frame.f_back
    seen = {**_globals_of(frame), **frame.f_locals} if frame is not None else {}
    return {name: value for name, value in seen.items() if name.isidentifier() and name[0] != "_"}
