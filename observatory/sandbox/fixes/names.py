"""Cures for names and attributes that do not exist."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator

from observatory.sandbox.allowed import ATTRIBUTES
from observatory.sandbox.fixes import fields
from observatory.sandbox.fixes.code import Code, Edit
from observatory.sandbox.fixes.failure import Failure
from observatory.sandbox.fixes.words import (
    ALT,
    CHARTS,
    COLOURS,
    DATE_PARTS,
    FRAMES,
    MARKS,
    MARKS_MEANT,
    MODERN,
    PANDAS,
    TEXT_PARTS,
    nearest,
)

_MODULES = {"altair": "alt", "pandas": "pd", "numpy": "np", "alt": "alt", "pd": "pd", "np": "np"}
_IMPORTS = {
    **{
        name: f"import {name}"
        for name in ("math", "statistics", "collections", "itertools", "functools", "re", "calendar")
    },
    **{name: f"from collections import {name}" for name in ("Counter", "defaultdict", "OrderedDict")},
    **{name: f"from datetime import {name}" for name in ("date", "timedelta")},
    **{name: f"from functools import {name}" for name in ("partial", "reduce")},
}
_TABLES = ("df", "dataframe", "dataset", "frame", "table", "source", "dta", "cars", "iris", "penguins", "d", "df_data")
_NAMED = ("mean", "median", "sum", "count", "min", "max", "std", "var", "first", "last", "nunique")
_REDUCERS = dict(zip(_NAMED, _NAMED)) | {
    "average": "mean",
    "avg": "mean",
    "stdev": "std",
    "distinct": "nunique",
    "total": "sum",
    "variance": "var",
}
_ELSEWHERE = ("plt", "sns", "px", "go", "fig", "ax", "ggplot")
_JAVASCRIPT = {"true": "True", "false": "False", "null": "None", "undefined": "None", "nan": "None", "NaN": "None"}


def cures(code: Code, failure: Failure) -> Iterator[str]:
    """What may mend a name that is not defined, or an attribute that an object does not have."""
    undefined = failure.says(
        r"name [‘“'`\"](\w+)[’”'`\"] is not defined|[Tt]here is no (?:name|variable) (?:called )?“(\w+)”"
    )
    if (failure.kind in ("NameError", "UnboundLocalError") and failure.name) or undefined:
        name = failure.name or (undefined.group(1) or undefined.group(2) if undefined else "")
        yield from _undefined(code, failure, name)
        return
    if failure.says(r"'(method|function|builtin_function_or_method)' and '|and '(method|function)'"):
        yield from _shadowed(code, failure)
    told = failure.kind in ("AttributeError", "ChartCodeRejected", "ChartCodeFailed")
    for name in dict.fromkeys([failure.name, *failure.quoted]):
        nodes = [node for node in code.all(ast.Attribute) if name and node.attr == name and told]
        if nodes and failure.says(r"is not allowed"):
            yield from _outdated(code, name, _of_line(nodes, failure.line))
        elif nodes:
            yield from _absent(code, failure, name, _of_line(nodes, failure.line))
        elif name and (failure.kind == "AttributeError" or failure.says("by its name")):
            right = _REDUCERS.get(nearest(name, _REDUCERS) or name)
            strings = [node for node in fields.strings(code) if node.value == name]
            yield code.with_(*(code.literal(node, right) for node in strings if right))


def _outdated(code: Code, name: str, nodes: list[ast.Attribute]) -> Iterator[str]:
    """A refused method by its present name; no name that only looks alike, for it does something else."""
    if name in MODERN:
        yield code.with_(*(code.attribute(node, MODERN[name]) for node in nodes))


def _shadowed(code: Code, failure: Failure) -> Iterator[str]:
    """A column that is called as a method of pandas is: `data.count` is the method."""
    known = {*failure.columns, *fields.made(code)}
    nodes = [node for node in code.all(ast.Attribute) if node.attr in known and node.attr in FRAMES]
    bare = [n for n in nodes if not isinstance(code.parents.get(n), (ast.Call, ast.Attribute))]
    bare += [n for n in nodes if isinstance(up := code.parents.get(n), ast.Call) and n in up.args]
    quote = code.quoted
    yield code.with_(*((code.end(n.value), code.end(n), f"[{quote(n.attr)}]") for n in _of_line(bare, failure.line)))


def _of_line(nodes: list[ast.Attribute], line: int | None) -> list[ast.Attribute]:
    inside = [node for node in nodes if line and node.lineno <= line <= (node.end_lineno or 0)]
    return inside or nodes


def _undefined(code: Code, failure: Failure, name: str) -> Iterator[str]:
    names = [node for node in code.all(ast.Name) if node.id == name]
    if any(isinstance(node.ctx, ast.Store) for node in names):
        read = [node for node in names if isinstance(node.ctx, ast.Load)]
        names = [node for node in read if node.lineno == failure.line] or read

    def all_as(new: str) -> str:
        return code.with_(*(code.put(node, new) for node in names))

    if name in _ELSEWHERE:
        return
    if name in _MODULES and name != _MODULES[name]:
        yield all_as(_MODULES[name])
    if name in _JAVASCRIPT:
        yield all_as(_JAVASCRIPT[name])
    if name == "datetime":
        whole = re.search(r"\bdatetime\.(datetime|date|timedelta)\b", code.text)
        yield ("import datetime\n" if whole else "from datetime import datetime\n") + code.text
    if name in _IMPORTS:
        yield f"{_IMPORTS[name]}\n{code.text}"
    if name in failure.columns:
        yield _quoted(code, names, name)
    if name in COLOURS:
        yield code.with_(*(code.put(node, _coloured(code, node)) for node in names))
    own = {node.id for node in code.all(ast.Name) if isinstance(node.ctx, ast.Store)}
    own |= {node.arg for node in code.all(ast.arg)} | {node.name for node in code.all(ast.FunctionDef)}
    if name.lower() in _TABLES and "data" not in own - {"data"}:
        yield all_as("data")
    if name in ALT:
        yield all_as(f"alt.{name}")
    if name in PANDAS:
        yield all_as(f"pd.{name}")
    right = nearest(name, [*sorted(own - {name}), "data", "alt", "pd", "np"], cutoff=0.6)
    if right:
        yield all_as(right)
    column = nearest(name, failure.columns)
    if column:
        yield _quoted(code, names, column)
    right = nearest(name, [word for word in dir(builtins) if not word.startswith("_")], cutoff=0.75)
    if right:
        yield all_as(right)


def _coloured(code: Code, node: ast.Name) -> str:
    """The name of a colour in quotes; in `encode`, where a text is a column, as a value."""
    item = code.parents.get(node)
    text = code.quoted(node.id)
    in_encode = isinstance(item, ast.keyword) and fields.called(code.parents.get(item)) == "encode"
    return f"alt.value({text})" if in_encode else text


def _quoted(code: Code, names: list[ast.Name], column: str) -> str:
    """The name of a column in quotes; in a comparison or a sum, the column of the table."""

    def shown(node: ast.Name) -> str:
        computed = isinstance(code.parents.get(node), (ast.Compare, ast.BinOp, ast.Attribute, ast.BoolOp))
        return f"data[{column!r}]" if computed else repr(column)

    return code.with_(*(code.put(node, shown(node)) for node in names))


def _absent(code: Code, failure: Failure, name: str, nodes: list[ast.Attribute]) -> Iterator[str]:
    """Attributes that do not exist, of Altair, of a chart, of a table or of something else."""

    def all_as(new: str) -> str:
        return code.with_(*(code.attribute(node, new) for node in nodes))

    first = nodes[0]
    is_alt = isinstance(first.value, ast.Name) and first.value.id in ("alt", "altair")
    called = isinstance(code.parents.get(first), ast.Call)
    if failure.owner in ("function", "method", "builtin_function_or_method") and isinstance(first.value, ast.Attribute):
        yield code.with_(*((code.end(node.value), code.end(node.value), "()") for node in nodes))
    if name in MODERN:
        yield all_as(MODERN[name])
    if is_alt:
        yield from (all_as(right) for right in [nearest(name, ALT)] if right)
        return
    if isinstance(first.value, ast.Name) and first.value.id in ("pd", "pandas"):
        yield from (all_as(right) for right in [nearest(name, PANDAS)] if right)
        return
    if failure.is_none:
        yield from _in_place(code)
    if failure.owner == "Series" and name in ("cut", "qcut", "to_datetime", "to_numeric", "to_timedelta"):
        yield from _of_pandas(code, name, nodes)
    if failure.owner in ("Series", "SeriesGroupBy") and name in (*DATE_PARTS, *TEXT_PARTS):
        yield from _part(code, name, nodes)
    table = failure.owner in ("DataFrame", "Series") or "GroupBy" in failure.owner
    if table and (name in ("encode", "properties", "interactive") or name.startswith("mark_")):
        mark = ".mark_point()" if name == "encode" else ""
        yield code.with_(*(code.put(node.value, f"alt.Chart({code.of(node.value)}){mark}") for node in nodes))
    if not called and not failure.owner.endswith("Chart"):
        column = nearest(name, failure.columns)
        if column:
            yield fields.renamed(code, name, column)
    known = failure.offered or (FRAMES if table else (*CHARTS, *FRAMES))
    if failure.owner in ("GetAttrExpression", "GetItemExpression") and name in DATE_PARTS:
        yield code.with_(*(code.put(node, f"alt.expr.{name}({code.of(node.value)})") for node in nodes))
    right = nearest(name, [word for word in known if word in ATTRIBUTES and word != "mark"], cutoff=0.65)
    if not table:
        yield from (all_as(mark) for mark in [_mark(name)] if mark)
    if right:
        yield all_as(right)
    calls = [(node, call) for node in nodes if isinstance(call := code.parents.get(node), ast.Call)]
    if failure.owner.endswith("Chart"):
        yield code.with_(*((code.end(node.value), code.end(call), "") for node, call in calls))


def _of_pandas(code: Code, name: str, nodes: list[ast.Attribute]) -> Iterator[str]:
    """What is a function of pandas and no method: `pd.cut(column, 3)` for `column.cut(3)`."""
    edits: list[Edit] = []
    for node in nodes:
        call = code.parents.get(node)
        if isinstance(call, ast.Call) and call.func is node:
            given = [*(code.of(item) for item in call.args), *(f"{k.arg}={code.of(k.value)}" for k in call.keywords)]
            edits.append(code.put(call, f"pd.{name}({', '.join([code.of(node.value), *given])})"))
    yield code.with_(*edits)


def _part(code: Code, name: str, nodes: list[ast.Attribute]) -> Iterator[str]:
    """A part of a date or of a text, which columns have behind `.dt` and `.str`."""
    edits: list[Edit] = []
    for node in nodes:
        call = code.parents.get(node)
        new = f"dt.{name}" if name in DATE_PARTS else f"str.{name}"
        bare = name in _PROPERTIES and isinstance(call, ast.Call) and call.func is node
        edits += [(code.end(node), code.end(call), "")] if bare and isinstance(call, ast.Call) else []
        edits.append(code.attribute(node, new))
    yield code.with_(*edits)


_PROPERTIES = ("year", "month", "day", "hour", "minute", "second", "quarter", "dayofweek", "dayofyear", "weekday")


def spelt(code: Code) -> str:
    """The code with the methods of charts that are all but right: `resolve_scales`, `configure_axes`."""
    known = [name for name in CHARTS if _OF_CHARTS.match(name)]
    wrong = [node for node in code.all(ast.Attribute) if _OF_CHARTS.match(node.attr) and node.attr not in known]
    meant = [(node, nearest(node.attr, known, 0.85)) for node in wrong if node.attr not in ATTRIBUTES]
    named = [call for call in code.all(ast.Call) if fields.called(call) in ("agg", "aggregate") and call.args]
    words = [call.args[0] for call in named if isinstance(call.args[0], ast.Constant)]
    changed = [(word, new) for word in words if (new := _REDUCERS.get(str(word.value))) and new != word.value]
    return code.with_(
        *(code.attribute(node, right) for node, right in meant if right),
        *(code.literal(word, new) for word, new in changed),
    )


_OF_CHARTS = re.compile(r"^(mark|resolve|transform|configure|add)_")


def _mark(name: str) -> str | None:
    """The mark that a method was meant to be.

    >>> _mark("mark_scatter"), _mark("bar"), _mark("mark_bars")
    ('mark_point', 'mark_bar', 'mark_bar')
    """
    bare = name.removeprefix("mark_").removeprefix("mark")
    known = {mark.removeprefix("mark_"): mark for mark in MARKS}
    if bare in known:
        return known[bare]
    if bare in MARKS_MEANT:
        return f"mark_{MARKS_MEANT[bare]}"
    right = nearest(bare, known) if name.startswith("mark") else None
    return known[right] if right else None


def _in_place(code: Code) -> Iterator[str]:
    """A change in place gives nothing back, so it must not be assigned or chained."""
    edits: list[Edit] = []
    for call in code.all(ast.Call):
        item = next((item for item in call.keywords if item.arg == "inplace"), None)
        if item is not None and not isinstance(code.parents.get(call), ast.Expr):
            edits.append(code.unargued(call, item))
    yield code.with_(*edits)
