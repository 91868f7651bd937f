"""What people write in scripts and what has no place beside one chart: taken out before the guard reads the code."""

from __future__ import annotations

import ast
from collections.abc import Collection
from typing import Any, Final

SAVED: Final = "Nothing is saved by the code: the chart is shown, and can be downloaded from there."
_SHOWING: Final = ("save", "show", "display", "serve")
_ABOUT: Final = ("__all__", "__version__", "__author__", "__license__", "__date__", "__email__")
_CATCHING: Final = ("ImportError", "ModuleNotFoundError", "Exception")


def trimmed(tree: ast.Module, importable: Collection[str]) -> tuple[ast.Module, list[str]]:
    """The code without imports that are not used, saving, and words about the script itself.

    With it come notes on what a reader must know. An import inside a `try` that expects it to fail does fail.

    >>> tree, notes = trimmed(ast.parse("import os\\nchart.save('a.html')"), ["altair"])
    >>> ast.unparse(tree), notes == [SAVED]
    ('pass\\nchart', True)
    """
    trimmer = _Trimmer(importable, {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)})
    changed: ast.Module = trimmer.visit(tree)
    return ast.fix_missing_locations(changed), list(dict.fromkeys(trimmer.notes))


class _Trimmer(ast.NodeTransformer):
    """One walk over the statements; expressions stay as they are."""

    def __init__(self, importable: Collection[str], used: set[str]) -> None:
        self._importable = importable
        self._used = used
        self._expects_failure = 0
        self.notes: list[str] = []

    def visit_Try(self, node: ast.Try) -> Any:
        expects = any(_catches_import(handler) for handler in node.handlers)
        self._expects_failure += expects
        node.body = [self.visit(statement) for statement in node.body]
        self._expects_failure -= expects
        for key in ("handlers", "orelse", "finalbody"):
            setattr(node, key, [self.visit(part) for part in getattr(node, key)])
        return node

    def visit_Import(self, node: ast.Import) -> Any:
        return self._used_of(node, [alias.name for alias in node.names])

    def visit_ImportFrom(self, node: ast.ImportFrom) -> Any:
        if node.module == "__future__" or node.level or any(alias.name == "*" for alias in node.names):
            return node
        return self._used_of(node, [str(node.module)] * len(node.names))

    def _used_of(self, node: Any, modules: list[str]) -> Any:
        """The import without names that are not used; one of an absent module fails where that is expected."""
        if self._expects_failure and not set(modules) <= set(self._importable):
            missing = ast.Call(
                ast.Name("ImportError", ast.Load()), [ast.Constant(f"No module named {modules[0]!r}")], []
            )
            return ast.copy_location(ast.Raise(missing), node)
        node.names = [a for a in node.names if (a.asname or a.name.partition(".")[0]) in self._used]
        return node if node.names else ast.copy_location(ast.Pass(), node)

    def visit_Expr(self, node: ast.Expr) -> Any:
        """`chart.save("a.html")`, `chart.show()` and `display(chart)` stand for the chart."""
        call = node.value
        if not isinstance(call, ast.Call):
            return node
        shown = call.func
        if isinstance(shown, ast.Attribute) and shown.attr in _SHOWING and (shown.attr == "save" or not call.args):
            self.notes += [SAVED] if shown.attr == "save" else []
            return ast.copy_location(ast.Expr(shown.value), node)
        if isinstance(shown, ast.Name) and shown.id == "display" and len(call.args) == 1 and not call.keywords:
            return ast.copy_location(ast.Expr(call.args[0]), node)
        return node

    def visit_Assign(self, node: ast.Assign) -> Any:
        about = all(isinstance(target, ast.Name) and target.id in _ABOUT for target in node.targets)
        return ast.copy_location(ast.Pass(), node) if about and _is_plain(node.value) else node


def _catches_import(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or (isinstance(kind, ast.Name) and kind.id in _CATCHING) for kind in kinds)


def _is_plain(value: ast.expr) -> bool:
    parts = value.elts if isinstance(value, (ast.List, ast.Tuple)) else [value]
    return all(isinstance(part, ast.Constant) for part in parts)
