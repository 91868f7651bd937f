"""Cures that take out what a chart does not need: imports, files written or read, pictures shown."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from observatory.sandbox.allowed import MODULES
from observatory.sandbox.fixes.code import Code, Edit, parsed
from observatory.sandbox.fixes.failure import Failure
from observatory.sandbox.fixes.fields import called

_SHOWS = re.compile(
    r"^(show|save|savefig|display|input|figure|tight_layout|"
    r"to_(csv|excel|json|html|parquet|pickle|sql|feather|clipboard|markdown|latex|hdf|stata|xml|orc))$"
)
_KINDS = ("ChartCodeRejected", "ImportError", "ModuleNotFoundError", "PermissionError", "FileNotFoundError")
_LOADS = re.compile(r"^(read_\w+|load_dataset)$")


def cures(code: Code, failure: Failure) -> Iterator[str]:
    """What may mend code that is refused, or that lacks a module."""
    named = failure.says(r"\b(import\w*|read_\w+|load_dataset|to_\w+|save|savefig|show|display)\b|No module named")
    if failure.kind not in _KINDS and not named:
        return
    if failure.says("rows from an address"):
        given = [call.args[0] for call in code.all(ast.Call) if called(call) == "Chart" and call.args]
        texts = [node for node in given if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        yield code.with_(*(code.put(node, "data") for node in texts))
    simple = _cleaned(code)
    if simple != code.text:
        yield simple
    yield from _line(code, failure)


def _cleaned(code: Code) -> str:
    """The code without imports it may not have, statements that show or write, and files read instead of `data`."""
    edits = _loaded(code)
    gone: set[str] = set()
    for node in code.all(ast.stmt):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names, edit = _import(code, node)
            gone |= names
            edits += [edit] if edit else []
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            shows = _SHOWS.match(called(node.value)) and not _charted(node.value)
            edits += [code.without(node)] if shows or _root(node.value) in gone - {"data"} else []
        if isinstance(node, ast.Assign) and _SHOWS.match(called(node.value)) and _is_unused(code, node):
            edits.append(code.without(node))
    for call in code.all(ast.Call):
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("show", "display", "save"):
            edits.append((code.end(call.func.value), code.end(call), ""))
    text = code.with_(*edits)
    left = {node.id for node in ast.walk(parsed(text)) if isinstance(node, ast.Name)}
    return text if not left & (gone - {"data"}) else code.text


def _is_unused(code: Code, node: ast.Assign) -> bool:
    """Whether nothing reads the names that are assigned, and none of them is the chart."""
    names = {target.id if isinstance(target, ast.Name) else "chart" for target in node.targets}
    read = {name.id for name in code.all(ast.Name) if isinstance(name.ctx, ast.Load)}
    return not names & (read | {"chart"}) and not _charted_by(node.value)


def _charted_by(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and _charted(node)


def _charted(call: ast.Call) -> bool:
    """Whether a chart is made in the call itself."""
    return any(called(node).startswith("mark_") for node in ast.walk(call))


def _import(code: Code, node: ast.Import | ast.ImportFrom) -> tuple[set[str], Edit | None]:
    """The names that an import gives and should not, and the edit that takes them out."""
    if isinstance(node, ast.ImportFrom):
        known = (node.module or "").partition(".")[0] in MODULES
        if known:
            return set(), _unread(code, node)
        return {item.asname or item.name for item in node.names}, code.without(node)
    bad = [item for item in node.names if item.name.partition(".")[0] not in MODULES]
    names = {item.asname or item.name.partition(".")[0] for item in bad}
    if not bad:
        return set(), None
    if len(bad) == len(node.names):
        return names, code.without(node)
    kept = [f"{item.name} as {item.asname}" if item.asname else item.name for item in node.names if item not in bad]
    return names, code.put(node, f"import {', '.join(kept)}")


def _unread(code: Code, node: ast.ImportFrom) -> Edit | None:
    """The edit that takes out of an import what reads files, whose calls give way to `data`."""
    kept = [item for item in node.names if not _LOADS.match(item.name)]
    if len(kept) == len(node.names):
        return None
    names = ", ".join(f"{item.name} as {item.asname}" if item.asname else item.name for item in kept)
    return code.put(node, f"from {node.module} import {names}") if kept else code.without(node)


def _root(node: ast.AST) -> str:
    """The name that a chain begins with."""
    while isinstance(node, (ast.Call, ast.Attribute, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _loaded(code: Code) -> list[Edit]:
    """Tables that are read from somewhere: the table is there, and called `data`."""
    edits: list[Edit] = []
    samples = "vega_datasets" in code.text
    for call in code.all(ast.Call):
        sample = samples and re.fullmatch(r"data\.\w+\(\)", code.of(call))
        from_text = any(called(item) in ("StringIO", "BytesIO") for item in call.args)
        if (not _LOADS.match(called(call)) or from_text) and not sample:
            continue
        parent = code.parents.get(call)
        targets = parent.targets if isinstance(parent, ast.Assign) else []
        own = [target.id for target in targets if isinstance(target, ast.Name)]
        edits.append(
            code.without(parent) if own == ["data"] and isinstance(parent, ast.Assign) else code.put(call, "data")
        )
    urls = [node for node in code.all(ast.Attribute) if samples and re.fullmatch(r"data\.\w+\.url", code.of(node))]
    return [*edits, *(code.put(node, "data") for node in urls)]


def _line(code: Code, failure: Failure) -> Iterator[str]:
    """The statement at the line that is refused, where nothing depends on it."""
    for node in code.all(ast.stmt):
        loose = isinstance(node, (ast.Expr, ast.Assert, ast.Delete, ast.Global))
        if loose and node.lineno == failure.line and not re.search(r"\b(Chart|encode|mark_\w+)\(", code.of(node)):
            yield code.with_(code.without(node))
