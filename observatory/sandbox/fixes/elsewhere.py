"""Cures for code that draws with another library: its calls as Altair charts, and all else of that library left out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from observatory.sandbox.fixes.code import Code, Edit
from observatory.sandbox.fixes.failure import Failure
from observatory.sandbox.fixes.fields import called
from observatory.sandbox.fixes.libraries import LIBRARIES, PLOTTERS
from observatory.sandbox.fixes.plots import Plot, Reader

_USUAL = {
    "plt": "matplotlib",
    "sns": "seaborn",
    "px": "plotly",
    "go": "plotly",
    "ax": "matplotlib",
    "axes": "matplotlib",
}
_PLOTS = ("plot", "hist", "boxplot")
_SHOWS = ("show", "savefig", "print", "display", "library", "require")


def cures(code: Code, failure: Failure) -> Iterator[str]:
    """The code with the charts of other libraries as charts of Altair."""
    roots = _roots(code)
    table = any(isinstance(node.func, ast.Attribute) and _is_plotted(node.func) for node in code.all(ast.Call))
    grammar = any(called(node) == "ggplot" for node in code.all(ast.Call))
    if not roots and not table and not grammar:
        return
    reader = Reader(code, failure, _USUAL | roots)
    drawn = [(call, plot) for call in code.all(ast.Call) if (plot := reader.read(call)) is not None]
    if drawn:
        yield _redrawn(code, drawn, set(_USUAL) | set(roots) | _made(code, set(_USUAL) | set(roots)))


def _is_plotted(function: ast.Attribute) -> bool:
    above = function.value
    return function.attr in _PLOTS or (isinstance(above, ast.Attribute) and above.attr in PLOTTERS)


def _roots(code: Code) -> dict[str, str]:
    """The names by which the code knows other plotting libraries."""
    found = {}
    for node in code.all(ast.Import):
        for item in node.names:
            library = item.name.partition(".")[0]
            if library in LIBRARIES:
                found[item.asname or library] = "matplotlib" if library == "pylab" else library
    for origin in code.all(ast.ImportFrom):
        library = (origin.module or "").partition(".")[0]
        if library in LIBRARIES:
            found |= {item.asname or item.name: library for item in origin.names}
    return found


def _root(node: ast.AST) -> str:
    while isinstance(node, (ast.Call, ast.Attribute, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _made(code: Code, roots: set[str]) -> set[str]:
    """The names that hold what the other libraries gave: figures and axes."""
    found: set[str] = set()
    for node in code.all(ast.Assign):
        if _root(node.value) in roots | found or (isinstance(node.value, ast.Call) and _draws_table(node.value)):
            for target in node.targets:
                found |= {name.id for name in ast.walk(target) if isinstance(name, ast.Name)}
    return found


def _draws_table(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and _is_plotted(call.func)


def _redrawn(code: Code, drawn: list[tuple[ast.Call, Plot]], foreign: set[str]) -> str:
    """The code with the first statement that draws giving the chart, and without what else draws or shows."""
    statements = [_statement(code, call) for call, _ in drawn]
    plots = [_looped(code, call, plot) for call, plot in drawn]
    texts = list(dict.fromkeys(plot.text() for plot in plots))
    whole = texts[0] if len(texts) == 1 else f"alt.layer({', '.join(texts)})"
    last = statements[-1]
    in_function = any(isinstance(up, ast.FunctionDef) for up in code.above(last))
    edits: list[Edit] = [code.put(last, f"{'return' if in_function else 'chart ='} {whole}")]
    kept = [last, *code.above(last)]
    for node in code.all(ast.stmt):
        is_import = isinstance(node, (ast.Import, ast.ImportFrom)) and _imports_other(node)
        value = getattr(node, "value", None)
        uses = isinstance(node, (ast.Expr, ast.Assign, ast.Return)) and _root(value or node) in foreign
        shows = isinstance(node, ast.Expr) and called(node.value) in _SHOWS
        if node not in kept and (is_import or uses or shows or node in statements):
            edits.append(code.without(node))
    text = code.with_(*edits)
    first = "" if "import altair" in text else "import altair as alt\n"
    pandas = "import pandas as pd\n" if "pd.DataFrame(" in whole and "import pandas" not in text else ""
    return f"{first}{pandas}{text}"


def _imports_other(node: ast.Import | ast.ImportFrom) -> bool:
    names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [item.name for item in node.names]
    return all(name.partition(".")[0] in LIBRARIES for name in names)


def _statement(code: Code, call: ast.Call) -> ast.stmt:
    """The statement of a call; of one in a loop over groups, the loop."""
    above = [node for node in code.above(call) if isinstance(node, ast.stmt)]
    return next((node for node in above if isinstance(node, ast.For)), above[0])


def _looped(code: Code, call: ast.Call, plot: Plot) -> Plot:
    """A chart drawn once for each group, as one chart with a colour for each."""
    loop = _statement(code, call)
    if not isinstance(loop, ast.For):
        return plot
    key, table, own = _groups(code, loop)
    if not key:
        return plot
    data = table if plot.data == own or plot.data.startswith(f"{table}[") else plot.data
    return replace(plot, data=data, shown=dict(plot.shown) | {"color": code.quoted(key)})


def _groups(code: Code, loop: ast.For) -> tuple[str, str, str]:
    """The column that a loop goes through the groups of, the table, and the name of the rows of one group."""
    turn = loop.iter
    if named := _named(code, loop):
        return named
    if not isinstance(turn, ast.Call) or not isinstance(turn.func, ast.Attribute):
        return "", "", ""
    if turn.func.attr == "groupby" and turn.args and isinstance(turn.args[0], ast.Constant):
        own = loop.target.elts[-1] if isinstance(loop.target, ast.Tuple) else loop.target
        return str(turn.args[0].value), code.of(turn.func.value), code.of(own)
    of = turn.func.value
    if turn.func.attr == "unique" and isinstance(of, ast.Subscript) and isinstance(of.slice, ast.Constant):
        sets = [s for s in loop.body if isinstance(s, ast.Assign) and isinstance(s.targets[0], ast.Name)]
        own = sets[0].targets[0] if sets else loop.target
        return str(of.slice.value), code.of(of.value), code.of(own)
    return "", "", ""


def _named(code: Code, loop: ast.For) -> tuple[str, str, str] | None:
    """The same of a loop through a list of values that a column is compared with."""
    values = code.of(loop.iter) if isinstance(loop.iter, (ast.List, ast.Tuple, ast.Name)) else ""
    for test in (node for node in ast.walk(loop) if isinstance(node, ast.Compare)):
        column, value = test.left, test.comparators[0]
        is_own = isinstance(value, ast.Name) and isinstance(loop.target, ast.Name) and value.id == loop.target.id
        if values and is_own and isinstance(test.ops[0], ast.Eq) and isinstance(column, (ast.Subscript, ast.Attribute)):
            key = column.attr if isinstance(column, ast.Attribute) else getattr(column.slice, "value", "")
            sets = [s.targets[0] for s in loop.body if isinstance(s, ast.Assign) and test in ast.walk(s.value)]
            table = f"{code.of(column.value)}[{code.of(column)}.isin({values})]"
            return str(key), table, code.of(sets[0]) if sets else code.of(column.value)
    return None
