"""The guard: which Python may run as chart code, by a table of what is allowed."""

from __future__ import annotations

import ast
import builtins
import importlib
from typing import Any, Final, NoReturn

from observatory.errors import ChartCodeRejected
from observatory.sandbox.allowed import ATTRIBUTES, BUILTINS, CHECKED, DELICATE, IMPORTABLE, KNOWN, MODULES, QUIET
from observatory.sandbox.calls import TOLD, refuse_attribute
from observatory.sandbox.classes import METHODS
from observatory.sandbox.hints import attribute_hint, import_hint, module_hint, name_hint
from observatory.sandbox.sizes import accept_sizes
from observatory.sandbox.stand_ins import STANDS_FOR

GIVEN: Final = {"alt": "altair", "pd": "pandas", "np": "numpy"}
# Names that no code can write, so that it can neither call nor replace what stands behind them.
LOOK_UP, LOOK_UP_TEXT, HAS, SETTABLE_OF = "look up", "look up text", "has it", "settable of"
IMPORTED, BASES_OF, TYPE_OF, SET, _CASE = "imported of", "bases of", "type of", "set it", "case of"
_LOOKED_UP: Final = {"getattr": LOOK_UP_TEXT, "hasattr": HAS, "setattr": SET, "type": TYPE_OF}
_IMPLIED: Final = frozenset(("data", "__name__", "__doc__", "display"))
_FORBIDDEN_NAMES: Final = frozenset(vars(builtins)) - BUILTINS
_NODES: Final = (
    *(ast.Module, ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.Delete, ast.For, ast.While),
    *(ast.If, ast.With, ast.Raise, ast.Try, ast.Assert, ast.Import, ast.ImportFrom, ast.Pass, ast.Break, ast.Continue),
    *(
        ast.ClassDef,
        ast.FunctionDef,
        ast.Lambda,
        ast.arguments,
        ast.arg,
        ast.Yield,
        ast.YieldFrom,
        ast.Nonlocal,
        ast.Global,
    ),
    *(ast.BoolOp, ast.boolop, ast.NamedExpr, ast.BinOp, ast.operator, ast.UnaryOp, ast.unaryop, ast.IfExp, ast.Dict),
    *(ast.Set, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.comprehension, ast.Compare, ast.cmpop),
    *(
        ast.Call,
        ast.keyword,
        ast.FormattedValue,
        ast.JoinedStr,
        ast.Constant,
        ast.Attribute,
        ast.Subscript,
        ast.Starred,
    ),
    *(ast.Name, ast.List, ast.Tuple, ast.Slice, ast.expr_context, ast.ExceptHandler, ast.withitem, ast.alias),
    *(
        ast.Match,
        ast.match_case,
        ast.MatchValue,
        ast.MatchSingleton,
        ast.MatchSequence,
        ast.MatchMapping,
        ast.MatchStar,
    ),
    *(ast.MatchAs, ast.MatchOr),
)
_PLAINLY: Final = {
    ast.AsyncFunctionDef: ("Chart code cannot be asynchronous.", "Write it with def."),
    ast.Await: ("Chart code cannot be asynchronous.", "Leave “await” out."),
    ast.MatchClass: ("A match on a class is not allowed in chart code.", "Use isinstance."),
}


def check(tree: ast.Module) -> ast.Module:
    """The code as a tree in which what only the running code can show is looked up by `calls.attribute`.

    Raises ChartCodeRejected, with the line, for what is not allowed.

    >>> check(ast.parse("import os"))
    Traceback (most recent call last):
    observatory.errors.ChartCodeRejected: The module “os” cannot be imported in chart code.
    """
    accept_sizes(tree)
    guarded: ast.Module = _Guard(tree).visit(tree)
    return ast.fix_missing_locations(guarded)


def _modules(tree: ast.Module) -> dict[str, str]:
    """The names that are a module wherever they stand: imported under one name and never set otherwise."""
    bound: dict[str, set[str]] = {name: {module} for name, module in GIVEN.items()}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                module = alias.name if alias.asname else alias.name.partition(".")[0]
                bound.setdefault(alias.asname or module, set()).add(module)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                bound.setdefault(alias.asname or alias.name, set()).add(f"{node.module}.{alias.name}")
        elif not isinstance(node, ast.alias):
            for name in _set_by(node):
                bound.setdefault(name, set()).add("")
    return {name: min(held) for name, held in bound.items() if len(held) == 1 and min(held) in MODULES}


def _set_by(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        return [node.id]
    named = (getattr(node, key, None) for key in ("arg", "name", "rest") if not isinstance(node, ast.keyword))
    return [name for name in named if isinstance(name, str)]


def _refuse(message: str, hint: str, node: Any) -> NoReturn:
    raise ChartCodeRejected(message, hint, line=getattr(node, "lineno", None))


class _Guard(ast.NodeTransformer):
    """One walk over the tree; every kind of node that is not in the table is refused."""

    def __init__(self, tree: ast.Module) -> None:
        self._modules = _modules(tree)
        self._first = tuple(tree.body)

    def visit(self, node: ast.AST) -> Any:
        if not isinstance(node, _NODES):
            kind = type(node).__name__
            message, hint = _PLAINLY.get(
                type(node), (f"“{kind}” is not allowed in chart code.", "Write it more plainly.")
            )
            _refuse(message, hint, node)
        return super().visit(node)

    def generic_visit(self, node: ast.AST) -> ast.AST:
        for key in ("name", "arg", "asname", "rest"):
            if isinstance(name := getattr(node, key, None), str):
                self._bindable(name, node)
        for name in getattr(node, "names", ()) if isinstance(node, (ast.Global, ast.Nonlocal)) else ():
            self._bindable(name, node)
        return super().generic_visit(node)

    def _bindable(self, name: str, node: ast.AST) -> None:
        if name in METHODS and isinstance(node, ast.FunctionDef):
            return
        if name.startswith("__") and name.strip("_"):
            _refuse(f"The name “{name[:60]}” is not allowed in chart code.", "Begin names with a letter.", node)
        if name in _FORBIDDEN_NAMES and not isinstance(node, ast.keyword):
            _refuse(f"The name “{name[:60]}” is not allowed in chart code.", name_hint(name), node)

    def visit_Name(self, node: ast.Name) -> Any:
        if isinstance(node.ctx, ast.Load) and node.id in _LOOKED_UP:
            return _at(node, ast.Name(_LOOKED_UP[node.id], node.ctx))
        if node.id not in _IMPLIED or not isinstance(node.ctx, ast.Load):
            self._bindable(node.id, node)
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, str) and node.value.lower().startswith("dateutil/"):
            _refuse("Time zones of files are not allowed in chart code.", "Name it as in 'Europe/Oslo'.", node)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        name, module = node.attr, self._module_of(node.value)
        if _is_super(node.value) and (name in METHODS or name not in KNOWN) and isinstance(node.ctx, ast.Load):
            if name not in METHODS and name.startswith("_"):
                raise refuse_attribute(name, line=node.lineno)
            return node
        if name == "__name__" and isinstance(node.value, ast.Attribute) and node.value.attr == "__class__":
            node.value = _at(node, _call(TYPE_OF, node.value.value))
        if name in TOLD and isinstance(node.ctx, ast.Load):
            return _at(node, _call(LOOK_UP, self.visit(node.value), ast.Constant(name)))
        if name.startswith("__") or (name.startswith("_") and module is not None):
            raise refuse_attribute(name, line=node.lineno)
        if module is not None:
            self._accept_member(module, name, node)
        elif name in KNOWN:
            raise refuse_attribute(name, line=node.lineno)
        holder = self.visit(node.value)
        if isinstance(node.ctx, ast.Load):
            return self._loaded(ast.Attribute(holder, name, node.ctx), module, node)
        if not isinstance(node.ctx, ast.Store):
            _refuse(f"The attribute “{name[:60]}” cannot be deleted in chart code.", "Leave it out.", node)
        return _at(node, ast.Attribute(_at(node, _call(SETTABLE_OF, holder, ast.Constant(name))), name, node.ctx))

    def _loaded(self, plain: ast.Attribute, module: str | None, node: ast.Attribute) -> Any:
        stands_for = (module, node.attr) in STANDS_FOR
        known = (module is not None and not stands_for) or (node.attr in ATTRIBUTES and node.attr not in DELICATE)
        if known and node.attr not in CHECKED and node.attr not in QUIET:
            return _at(node, plain)
        return _at(node, _call(LOOK_UP, plain.value, ast.Constant(node.attr)))

    def _accept_member(self, module: str, name: str, node: ast.AST) -> None:
        if name not in MODULES[module] and hasattr(_real(module), name):
            message = f"“{name[:60]}” of the module {module} is not allowed in chart code."
            _refuse(message, attribute_hint(name) if module in GIVEN.values() else module_hint(module), node)

    def _module_of(self, node: ast.AST) -> str | None:
        """The module that the expression is, `np.random` as well as `np`, or None."""
        if isinstance(node, ast.Name):
            return self._modules.get(node.id)
        if isinstance(node, ast.Attribute) and (outer := self._module_of(node.value)):
            inner = _OTHER_NAMES.get(f"{outer}.{node.attr}", f"{outer}.{node.attr}")
            return inner if inner in MODULES else None
        return None

    def visit_match_case(self, node: ast.match_case) -> Any:
        """`case Colour.RED:` as a comparison, for a pattern holds names and dots but no look-up."""
        if isinstance(node.pattern, ast.MatchValue) and isinstance(node.pattern.value, ast.Attribute):
            held = _at(node.pattern, ast.Name(_CASE, ast.Load()))
            same: ast.expr = ast.Compare(held, [ast.Eq()], [node.pattern.value])
            node.guard = ast.BoolOp(ast.And(), [same, node.guard]) if node.guard else same
            node.pattern = _at(node.pattern, ast.MatchAs(None, None))
            self.generic_visit(node)
            node.pattern = _at(node.pattern, ast.MatchAs(None, _CASE))
            return node
        return self.generic_visit(node)

    def visit_MatchValue(self, node: ast.MatchValue) -> Any:
        if isinstance(node.value, ast.Attribute):
            _refuse("A name with a dot cannot stand inside a pattern in chart code.", "Compare it with if.", node)
        return self.generic_visit(node)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> Any:
        if any(isinstance(key, ast.Attribute) for key in node.keys):
            _refuse("A name with a dot cannot stand inside a pattern in chart code.", "Compare it with if.", node)
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> Any:
        if node.keywords:
            _refuse("A class has no options in chart code.", "Leave them out.", node)
        self.generic_visit(node)
        node.bases = [ast.Starred(_call(BASES_OF, *node.bases), ast.Load())] if node.bases else []
        return node

    def visit_Import(self, node: ast.Import) -> Any:
        lines = []
        for alias in node.names:
            bound = alias.asname or alias.name.partition(".")[0]
            self._importable(alias.name, bound, node)
            lines.append(
                _bind(bound, _call(IMPORTED, ast.Constant(alias.name), ast.Constant(bool(alias.asname))), node)
            )
        return lines

    def visit_ImportFrom(self, node: ast.ImportFrom) -> Any:
        module = node.module or ""
        if module == "__future__":
            return ast.Pass() if self._future(node) else None
        lines = []
        for alias in node.names:
            bound = alias.asname or alias.name
            self._importable(module if node.level == 0 else "." + module, bound, node)
            if alias.name == "*":
                _refuse("“import *” is not allowed in chart code.", f"Name what you need from {module}.", node)
            inner = f"{module}.{alias.name}"
            if module in MODULES and inner not in MODULES:
                self._accept_member(module, alias.name, node)
            held = _call(IMPORTED, ast.Constant(module), ast.Constant(True))
            lines.append(_bind(bound, _call(LOOK_UP, held, ast.Constant(alias.name)), node))
        return lines

    def _future(self, node: ast.ImportFrom) -> bool:
        for alias in node.names:
            if alias.name != "annotations":
                _refuse(f"“{alias.name[:60]}” is not allowed in chart code.", "Leave it out.", node)
        return True

    def _importable(self, module: str, bound: str, node: ast.AST) -> None:
        if module not in IMPORTABLE and node in self._first:
            _refuse(f"The module “{module[:60]}” cannot be imported in chart code.", import_hint(module), node)
        self._bindable(bound, node)

    def visit_Assign(self, node: ast.Assign) -> Any:
        """A setting such as `pd.options.mode.chained_assignment = None` has no effect, and is left out."""
        if all(self._is_option(target) for target in node.targets):
            return _at(node, ast.Pass())
        return self.generic_visit(node)

    def _is_option(self, node: ast.AST) -> bool:
        while isinstance(node, ast.Attribute):
            if (self._module_of(node.value), node.attr) in _SETTINGS:
                return True
            node = node.value
        return False


_SETTINGS: Final = (("pandas", "options"), ("altair", "data_transformers"), ("altair", "renderers"))
_OTHER_NAMES: Final = {"pandas.offsets": "pandas.tseries.offsets"}


def _is_super(node: ast.AST) -> bool:
    """Whether it is `super()` as a method says it."""
    named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"
    return named and not node.args and not node.keywords  # type: ignore[attr-defined]


def _real(module: str) -> Any:
    return importlib.import_module(module)


def _call(name: str, *arguments: Any) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def _bind(name: str, value: ast.expr, node: ast.AST) -> Any:
    return _at(node, ast.Assign([ast.Name(name, ast.Store())], value))


def _at(node: ast.AST, new: Any) -> Any:
    return ast.copy_location(new, node)
