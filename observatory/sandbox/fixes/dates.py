"""Cures for dates that are used as if they were text or numbers, and for text and numbers that are compared."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from observatory.sandbox.fixes import fields, tables
from observatory.sandbox.fixes.code import Code, Edit
from observatory.sandbox.fixes.failure import Failure

_NOT_TEXT = r"only use \.str accessor with string values(?:, not (\w+))?"
_COMPARED = r"Invalid comparison between dtype=(\w+)\S* and (\w+)"
_PARTS = ((0, 4, "%Y"), (5, 7, "%m"), (8, 10, "%d"), (11, 13, "%H"), (14, 16, "%M"))
_FORMATS = {
    **{(start, end): sign for start, end, sign in _PARTS},
    (0, 7): "%Y-%m",
    (0, 10): "%Y-%m-%d",
    (0, 16): "%Y-%m-%d %H:%M",
    (5, 10): "%m-%d",
}
_DAY = "%Y-%m-%d"
_SERIES = (ast.Subscript, ast.Attribute, ast.Name, ast.Call)


def cures(code: Code, failure: Failure) -> Iterator[str]:
    """What may mend a use of dates."""
    if found := failure.says(_NOT_TEXT):
        is_date = (found[1] or "").startswith(("date", "period")) or failure.hand.column in failure.hand.dates
        yield from _parts(code, failure) if is_date else _texts(code, failure)
    if found := failure.says(_COMPARED):
        kind, other = found.groups()
        if kind.startswith("datetime"):
            years = next(_years(code, failure), code.text)
            alone = len(code.all(ast.BoolOp)) == 1 and other == "int" and years != code.text
            yield from tables.conditions(Code(years)) if alone else ()
            yield from [years] if other == "int" else _stamped(code, failure, other)
        elif other == "str" and kind.startswith(("int", "float", "uint")):
            yield from _numbers(code, failure)
    if failure.says(r"'>=?|<=?' not supported between instances of 'Timestamp' and 'int'"):
        yield from _years(code, failure)
    if failure.says(r"not supported between instances of '(int|float)' and 'str'|'str' and '(int|float)'"):
        yield from _numbers(code, failure)
    if failure.says(r"^'(Timestamp|datetime\.date|date)' object (is not subscriptable|has no attribute)"):
        yield from _spelt_out(code, failure)
    if failure.says(r"strptime\(\) argument 1 must be str, not Timestamp"):
        calls = [call for call in code.all(ast.Call) if fields.called(call) == "strptime" and call.args]
        yield code.with_(*(code.put(call, code.of(call.args[0])) for call in calls))
    if failure.says(r"unsupported Type \w*Index|[Ii]ndex (must be|is not a valid) DatetimeIndex"):
        names = ("to_period", "tz_localize", "tz_convert")
        bare = [n for n in code.all(ast.Attribute) if n.attr in names and not _is_dt(n.value)]
        yield code.with_(*((code.end(n.value), code.end(n.value), ".dt") for n in bare if on_line(failure, n)))
    if failure.says(r"Addition/subtraction of integers"):
        sums = [node for node in code.all(ast.BinOp) if isinstance(node.op, (ast.Add, ast.Sub))]
        given = [n.right for n in sums if on_line(failure, n) and isinstance(n.right, ast.Constant)]
        yield code.with_(*(code.put(number, f"pd.Timedelta(days={code.of(number)})") for number in given))
    if failure.says(r"Cannot compare Timestamp with datetime\.date"):
        days = [node for node in code.all(ast.Attribute) if node.attr == "date" and _is_dt(node.value)]
        ends = [(code.end(node.value.value), code.end(node)) for node in days if isinstance(node.value, ast.Attribute)]
        yield code.with_(*((start, end, "") for start, end in ends))
    if failure.says(r"Only valid with DatetimeIndex"):
        yield from _resampled(code, failure)


def on_line(failure: Failure, node: ast.expr) -> bool:
    """Whether a node stands at the line that failed, or no line is known."""
    return failure.line is None or node.lineno <= failure.line <= (node.end_lineno or node.lineno)


def _is_column(node: ast.AST, name: str) -> bool:
    """Whether an expression takes the column of that name, or may do so where none is known."""
    if not name:
        return isinstance(node, _SERIES)
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Constant) and node.slice.value == name
    return isinstance(node, (ast.Name, ast.Call)) or (isinstance(node, ast.Attribute) and node.attr == name)


def _is_dt(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "dt"


def _accessors(code: Code, failure: Failure) -> list[ast.Attribute]:
    """The first `.str` of each chain on the line, of the column that failed where one is known."""
    found = [node for node in code.all(ast.Attribute) if node.attr == "str" and on_line(failure, node)]
    first = [n for n in found if not any(isinstance(m, ast.Attribute) and m.attr == "str" for m in ast.walk(n.value))]
    return [node for node in first if _is_column(node.value, failure.hand.column)] or first


def _parts(code: Code, failure: Failure) -> Iterator[str]:
    """`.str[:4]` of dates is `.dt.strftime('%Y')`, which is text too."""
    yield code.with_(*(_part(code, node) for node in _accessors(code, failure)))


def _part(code: Code, node: ast.Attribute) -> Edit:
    parent = code.parents[node]
    whole: ast.expr = parent if isinstance(parent, ast.Subscript) else node
    bounds = _bounds(parent.slice) if isinstance(parent, ast.Subscript) else None
    call = code.parents[parent]
    if isinstance(parent, ast.Attribute) and parent.attr == "slice" and isinstance(call, ast.Call):
        whole, bounds = call, _ends([*call.args, ast.Constant(None)][:2])
    sign = _FORMATS.get(bounds) if bounds else None
    if sign:
        return code.end(node.value), code.end(whole), f".dt.strftime({code.quoted(sign)})"
    return code.end(node.value), code.end(node), f".dt.strftime({code.quoted(_DAY)}).str"


def _bounds(node: ast.expr) -> tuple[int, int] | None:
    if not isinstance(node, ast.Slice) or node.step is not None:
        return None
    return _ends([node.lower or ast.Constant(0), node.upper or ast.Constant(None)])


def _ends(given: list[ast.expr]) -> tuple[int, int] | None:
    start, end = (getattr(node, "value", None) for node in given)
    if end is None:
        end = {8: 10, 5: 10, 0: 10}.get(start) if isinstance(start, int) else None
    return (start, end) if isinstance(start, int) and isinstance(end, int) else None


def _texts(code: Code, failure: Failure) -> Iterator[str]:
    """`.str` of numbers needs text first."""
    places = [code.end(node.value) for node in _accessors(code, failure)]
    yield code.with_(*((at, at, ".astype(str)") for at in places))


def _is_year(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int and 1000 <= node.value <= 3000


def _years(code: Code, failure: Failure) -> Iterator[str]:
    """Dates that are compared with a year."""
    edits: list[Edit] = []
    dotted = ".year" if failure.says("Timestamp") else ".dt.year"
    for node in code.all(ast.Compare):
        sides = [node.left, *node.comparators]
        if on_line(failure, node) and any(map(_is_year, sides)):
            columns = [side for side in sides if _is_column(side, failure.hand.column) and isinstance(side, _SERIES)]
            edits += [(code.end(side), code.end(side), dotted) for side in columns]
    for call in code.all(ast.Call):
        method = call.func
        if not isinstance(method, ast.Attribute) or method.attr not in _COMPARES or not on_line(failure, call):
            continue
        if all(map(_is_year, call.args)) and _is_column(method.value, failure.hand.column):
            edits.append((code.end(method.value), code.end(method.value), dotted))
    yield code.with_(*edits)


_COMPARES = ("between", "gt", "ge", "lt", "le")


def _stamped(code: Code, failure: Failure, other: str) -> Iterator[str]:
    """Dates that are compared with a date of another library."""
    if other != "date":
        return
    edits = []
    for node in code.all(ast.Compare):
        if on_line(failure, node):
            sides = [side for side in (node.left, *node.comparators) if not _is_column(side, failure.hand.column)]
            dates = [side for side in (node.left, *node.comparators) if fields.called(side) == "date"] or sides
            edits += [code.put(side, f"pd.Timestamp({code.of(side)})") for side in dates]
    yield code.with_(*edits)


def _numbers(code: Code, failure: Failure) -> Iterator[str]:
    """Numbers that are compared with a number in quotes."""
    edits = []
    for node in code.all(ast.Compare):
        for side in (node.left, *node.comparators) if on_line(failure, node) else ():
            text = str(getattr(side, "value", "")) if isinstance(side, ast.Constant) else ""
            if isinstance(side, ast.Constant) and isinstance(side.value, str) and re.fullmatch(r"-?\d+(\.\d+)?", text):
                edits.append(code.put(side, text))
    yield code.with_(*edits)


def _spelt_out(code: Code, failure: Failure) -> Iterator[str]:
    """A date that a function of the code takes for text: `str(s)[:4]`."""
    edits = []
    for node in code.all(ast.expr):
        inner = node.value if isinstance(node, (ast.Subscript, ast.Attribute)) else None
        is_text = isinstance(node, ast.Subscript) or getattr(node, "attr", "") == failure.name
        if is_text and isinstance(inner, ast.Name) and on_line(failure, node) and _is_argument(code, inner):
            edits.append(code.put(inner, f"str({inner.id})"))
    yield code.with_(*edits)


def _is_argument(code: Code, name: ast.Name) -> bool:
    """Whether the innermost function around a name takes it."""
    around = next((up for up in code.above(name) if isinstance(up, (ast.Lambda, ast.FunctionDef))), None)
    return around is not None and name.id in [argument.arg for argument in around.args.args]


def _resampled(code: Code, failure: Failure) -> Iterator[str]:
    """`resample` of a table whose dates are a column, not its index."""
    if len(failure.hand.dates) == 1:
        calls = [call for call in code.all(ast.Call) if fields.called(call) == "resample"]
        bare = [call for call in calls if "on" not in [item.arg for item in call.keywords]]
        named = code.quoted(failure.hand.dates[0])
        yield code.with_(*(code.argued(call, f"on={named}") for call in bare if on_line(failure, call)))
