"""How large a program, its literals and its sums of constants may be."""

from __future__ import annotations

import ast
import math

from observatory.errors import ChartCodeRejected

_NODES = 12_000
_DEEPEST = 180
_LONGEST = 1_000_000


def accept_sizes(tree: ast.AST) -> None:
    """Return if the program is of a size that a person could have meant; raise ChartCodeRejected where it is not.

    >>> accept_sizes(ast.parse("x = 9**9**9"))
    Traceback (most recent call last):
    observatory.errors.ChartCodeRejected: A number in the code grows too large.
    """
    level, n_nodes, depth = [tree], 0, 0
    while level:
        n_nodes, depth = n_nodes + len(level), depth + 1
        if n_nodes > _NODES or depth > _DEEPEST:
            raise ChartCodeRejected("The code is too long or too deeply nested.", "Keep what draws the chart.")
        for node in level:
            if isinstance(node, ast.BinOp):
                _accept_sum(node)
        level = [child for node in level for child in ast.iter_child_nodes(node)]


def _accept_sum(node: ast.BinOp) -> None:
    left, right = _bits(node.left), _number(node.right)
    if isinstance(node.op, ast.Pow) and right is not None and left is not None and left * right > 4_000:
        raise ChartCodeRejected("A number in the code grows too large.", "Use smaller numbers.", line=node.lineno)
    if isinstance(node.op, ast.LShift) and right is not None and right > 4_000:
        raise ChartCodeRejected("A number in the code grows too large.", "Use smaller numbers.", line=node.lineno)
    if isinstance(node.op, ast.Mult):
        for text, times in ((node.left, node.right), (node.right, node.left)):
            if (n := _length(text)) and (_number(times) or 0) * n > _LONGEST:
                raise ChartCodeRejected("A text or list in the code grows too long.", "Use fewer.", line=node.lineno)


def _number(node: ast.AST) -> float | None:
    """A number that stands in the code, or the power, product or sum of such numbers."""
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return min(abs(float(node.value)), 1e300) if abs(node.value) < 10**300 else 1e300
    if isinstance(node, ast.BinOp):
        left, right = _number(node.left), _number(node.right)
        if left is None or right is None:
            return None
        return _joined(node.op, left, right)
    return _number(node.operand) if isinstance(node, ast.UnaryOp) else None


def _joined(operator: ast.operator, left: float, right: float) -> float:
    try:
        if isinstance(operator, ast.Pow):
            return float(min(left**right, 1e300))
        return min(left * right, 1e300) if isinstance(operator, ast.Mult) else min(left + right, 1e300)
    except (OverflowError, ZeroDivisionError):
        return 1e300


def _bits(node: ast.AST) -> float | None:
    number = _number(node)
    if number is None or (isinstance(node, ast.Constant) and isinstance(node.value, float)):
        return None
    return math.log2(number) if number > 1 else 0


def _length(node: ast.AST) -> int:
    if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)):
        return len(node.value)
    return len(node.elts) if isinstance(node, (ast.List, ast.Tuple)) else 0
