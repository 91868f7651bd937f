"""Cures for how a chart is made and given back: older Altair, a chart that is not returned, methods of other kinds."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from observatory.sandbox.fixes.code import Code, Edit
from observatory.sandbox.fixes.failure import Failure
from observatory.sandbox.fixes.fields import called
from observatory.sandbox.fixes.words import MARKS

_CHARTS = ("Chart", "layer", "hconcat", "vconcat", "concat", "LayerChart", "HConcatChart", "VConcatChart", "repeat")
_MANY = ("layer", "hconcat", "vconcat", "concat")
_SIZES = ("title", "width", "height", "name", "description", "background")


def cures(code: Code, failure: Failure) -> Iterator[str]:
    """What may mend a chart."""
    if failure.says(r"\bselection(_multi|_single)?\b|add_selection|\bempty\b"):
        yield from modern(code)
    if failure.says(r"'UndefinedType' object is not callable") or failure.name.removeprefix("set_") in _SIZES:
        yield from _properties(code)
    if failure.says(r"'return' outside function"):
        returns = [node for node in code.all(ast.Return) if node.value is not None]
        yield code.with_(*((code.start(node), code.start(node) + len("return"), "chart =") for node in returns))
    if failure.says(r"plot\(\) takes 0 positional arguments"):
        yield re.sub(r"\bdef plot\(\s*\)", "def plot(data)", code.text, count=1)
    if failure.says(r"Only chart objects can be used|'list' object has no attribute|layer\(\)"):
        yield from _unlisted(code)
    if failure.says(r"holds a (bound )?method|holds a value that cannot be drawn: a method"):
        yield from _uncalled(code)
    if failure.says(
        r"used for both the `if_true` and `if_false`|missing 1 required positional argument: 'if_false'|"
        r"'(int|float)' object is not iterable"
    ):
        yield from _conditions(code)


def modern(code: Code) -> Iterator[str]:
    """Selections of Altair 4 as parameters."""
    edits: list[Edit] = []
    for call in code.all(ast.Call):
        name = called(call)
        if not isinstance(call.func, ast.Attribute) or name not in _OLD:
            continue
        kind = next((item for item in call.keywords if item.arg == "type"), None)
        told = getattr(kind.value if kind else (call.args[0] if call.args else None), "value", "")
        new = f"selection_{'interval' if told == 'interval' else 'point'}" if name == "selection" else _OLD[name]
        edits.append(code.attribute(call.func, new))
        given = kind or (call.args[0] if name == "selection" and call.args else None)
        edits += [code.unargued(call, given)] if given is not None and name == "selection" else []
    for item in code.all(ast.keyword):
        owner = called(code.parents[item])
        if (
            item.arg == "empty"
            and owner.startswith("selection")
            and getattr(item.value, "value", None) in ("all", "none")
        ):
            edits.append(code.put(item.value, str(getattr(item.value, "value", None) == "all")))
        if item.arg == "init" and owner.startswith("selection"):
            edits.append((code.start(item), code.start(item) + 4, "value"))
            listed = isinstance(item.value, ast.Dict) and owner != "selection_interval"
            edits += [code.put(item.value, f"[{code.of(item.value)}]")] if listed else []
    yield code.with_(*edits)


_OLD = {
    "selection_multi": "selection_point",
    "selection_single": "selection_point",
    "selection": "",
    "add_selection": "add_params",
}


def _uncalled(code: Code) -> Iterator[str]:
    """A method that is named and not called, at the end of a value that is kept."""
    ends = [node.value for node in code.all(ast.Assign) if isinstance(node.value, ast.Attribute)]
    ends += [node.value for node in code.all(ast.Return) if isinstance(node.value, ast.Attribute)]
    made = [node for node in ends if node.attr in _METHODS]
    yield code.with_(*((code.end(node), code.end(node), "()") for node in made))


_METHODS = ("interactive", "month_name", "day_name", "isocalendar", "mean", "sum", "median", "min", "max", "copy")


def outdated(code: Code, failure: Failure) -> Iterator[str]:
    """Selections of Altair 4, whatever the error says of them."""
    del failure
    yield from modern(code)


def _properties(code: Code) -> Iterator[str]:
    """What other libraries have as methods: `.title("…")` for `.properties(title="…")`, `.mark("bar")`."""
    edits: list[Edit] = []
    for call in code.all(ast.Call):
        if not isinstance(call.func, ast.Attribute) or len(call.args) != 1 or not isinstance(call.func.value, ast.Call):
            continue
        size = call.func.attr.removeprefix("set_")
        if size in _SIZES and "Chart" in _calls(call):
            edits.append((code.end(call.func.value), code.end(call), f".properties({size}={code.of(call.args[0])})"))
        mark = f"mark_{getattr(call.args[0], 'value', '')}"
        if call.func.attr == "mark" and mark in MARKS:
            edits.append((code.end(call.func.value), code.end(call), f".{mark}()"))
    yield code.with_(*edits)


def _calls(node: ast.AST) -> list[str]:
    """The names that a chain calls, the last one first."""
    names = []
    while isinstance(node, (ast.Call, ast.Attribute)):
        names += [called(node)] if isinstance(node, ast.Call) else []
        node = node.func if isinstance(node, ast.Call) else node.value
    return names


def _unlisted(code: Code) -> Iterator[str]:
    """Charts in a list where each is an argument of its own."""
    edits: list[Edit] = []
    for call in code.all(ast.Call):
        if called(call) in _CHARTS and len(call.args) == 1 and isinstance(call.args[0], ast.List):
            inner = call.args[0]
            edits.append(code.put(inner, code.of(inner)[1:-1].strip().rstrip(",")))
        elif called(call) in _MANY and len(call.args) == 1 and isinstance(call.args[0], (ast.Name, ast.ListComp)):
            edits.append((code.start(call.args[0]), code.start(call.args[0]), "*"))
    yield code.with_(*edits)


def _conditions(code: Code) -> Iterator[str]:
    """Colours of a condition need `alt.value`."""
    edits: list[Edit] = []
    for call in code.all(ast.Call):
        if called(call) == "condition":
            edits += [code.put(n, f"alt.value({code.of(n)})") for n in call.args[1:] if isinstance(n, ast.Constant)]
            grey = f"alt.value({code.quoted('lightgray')})"
            edits += [code.argued(call, grey)] if len(call.args) == 2 and not call.keywords else []
    yield code.with_(*edits)


def given(code: Code, failure: Failure) -> Iterator[str]:
    """A chart that is made but not given back: by a `return`, or by the variable `chart`."""
    del failure
    plots = [node for node in code.tree.body if isinstance(node, ast.FunctionDef)]
    plot = next((node for node in plots if node.name == "plot"), None)
    if plot is not None:
        own = [node for node in ast.walk(plot) if isinstance(node, ast.Return)]
        if not any(node.value is not None for node in own):
            yield from _kept(code, plot.body, "return ", "return {}")
        return
    names = {node.id for node in code.all(ast.Name) if isinstance(node.ctx, ast.Store)}
    if "chart" in names:
        return
    if plots and plots[-1].args.args and not any(_is_chart(node, names) for node in code.tree.body):
        yield f"{code.text.rstrip()}\n\nchart = {plots[-1].name}(data)\n"
    yield from _kept(code, code.tree.body, "chart = ", "chart = {}")


def _kept(code: Code, body: list[ast.stmt], before: str, after: str) -> Iterator[str]:
    """The last chart of a body, kept."""
    names = {t.id for s in body if isinstance(s, ast.Assign) for t in s.targets if isinstance(t, ast.Name)}
    last = next((node for node in reversed(body) if _is_chart(node, names)), None)
    if isinstance(last, ast.Expr):
        yield code.with_((code.start(last), code.start(last), before))
    elif isinstance(last, ast.Assign) and isinstance(last.targets[0], ast.Name):
        end = max(code.end(node) for node in body)
        indent = " " * body[-1].col_offset
        yield code.with_((end, end, f"\n{indent}{after.format(last.targets[0].id)}"))


def _is_chart(node: ast.stmt, names: set[str]) -> bool:
    """Whether a statement makes a chart or names one."""
    if not isinstance(node, (ast.Expr, ast.Assign)):
        return False
    value = node.value
    if isinstance(value, ast.Name):
        return isinstance(node, ast.Expr) and value.id in names
    if isinstance(value, ast.BinOp):
        return isinstance(value.op, (ast.Add, ast.BitAnd, ast.BitOr))
    return bool(set(_calls(value)) & {*_CHARTS, *MARKS, "encode", "properties", "facet"})
