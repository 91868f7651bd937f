"""Cures for columns that are not there: misspelt, made without a type, or hidden in an index."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from difflib import get_close_matches

from observatory.sandbox.fixes import fields
from observatory.sandbox.fixes.code import Code
from observatory.sandbox.fixes.failure import Failure
from observatory.sandbox.fixes.words import AGGREGATES, COLOURS, TIME_UNITS, nearest, plain

_UNTYPED = (
    r'Unable to determine data type for the field "(.*?)"; verify|^(.+?) encoding field is specified without a type'
)
_GROUPS = ("groupby", "value_counts", "pivot_table", "pivot", "resample", "crosstab", "set_index")
_KEEPS = ("transform", "reset_index", "cumsum", "cumcount", "rank", "shift", "diff", "pct_change", "apply")


def summed(shorthand: str) -> str:
    """The column that a shorthand sums up; any other shorthand as it is.

    >>> summed("mean(age)"), summed("age"), summed("avrage(age)")
    ('age', 'age', 'avrage(age)')
    """
    found = re.fullmatch(r"(\w+)\((.+)\)", shorthand)
    return found[2] if found and found[1] in AGGREGATES else shorthand


def missing(failure: Failure) -> list[str]:
    """The columns that the error says are not there, the likeliest first."""
    untyped = failure.says(_UNTYPED)
    if untyped:
        return [summed(untyped.group(1) or untyped.group(2))]
    if failure.kind == "KeyError":
        whole = [failure.key] if isinstance(failure.key, str) else []
        return [*failure.quoted, *whole]
    if failure.kind in ("UndefinedVariableError", "FieldNotFound", "ColumnNotFoundError"):
        return [failure.name, *failure.quoted] if failure.name else failure.quoted
    return failure.quoted if failure.says(r"(?i)\b(column|field)s?\b") else []


def cures(code: Code, failure: Failure) -> Iterator[str]:
    """What may mend a column that is not there."""
    made = fields.made(code)
    yield from _counted_column(code, failure)
    for name in missing(failure) if not failure.says(r"invalid column name") else ():
        yield from _by_name(code, failure, name, made)
    if failure.says(r"invalid column name: \("):
        yield from _flattened(code)
        return
    if failure.says(
        r"without a type|Hierarchical indices|is an invalid value for `data`|invalid column name: 0|not recognized"
    ):
        yield from _indexed(code, failure)
        yield re.sub(r"\balt\.Chart\(\)", "alt.Chart(data)", code.text)


def _by_name(code: Code, failure: Failure, name: str, made: dict[str, str]) -> Iterator[str]:
    hand = [column for column in failure.hand.columns if column != name]
    if name in failure.columns and name not in failure.hand.columns:
        new = _new_name(code, name)
        right = _same(name, hand) or (new if new in hand else None)
        yield _renamed_here(code, failure, name, right) if right else code.text
    if name in failure.columns:
        yield from _indexed(code, failure)
        return
    yield from _counted(code, name)
    yield from _aggregated(code, name)
    if made.get(name):
        yield fields.with_types(code, made)
    if name in COLOURS or re.fullmatch(r"#[0-9a-fA-F]{3,8}", name):
        wanted = [node for node in fields.shorthands(code) if node.value == name]
        yield code.with_(*(code.put(node, f"alt.value({code.of(node)})") for node in wanted))
    right = nearest(name, hand) if failure.hand.columns and name not in made else None
    right = right or nearest(name, failure.columns) or nearest(name, [other for other in made if other != name])
    right = right or nearest(name, hand or failure.columns, 0.6)
    right = right or next(iter(get_close_matches(name, hand or failure.columns, 1, 0.6)), None)
    if right:
        yield same_but_for_case(Code(fields.renamed(code, name, right)), failure, made)
    if name in made:
        yield from _renamed_keys(code, failure)
        yield from _indexed(code, failure)
        yield fields.with_types(code, {name: "Q"})


def same_but_for_case(code: Code, failure: Failure, made: dict[str, str]) -> str:
    """The code with the other columns of its encodings spelt as they are, where only case and signs differ."""
    text = code.text
    by_plain = {plain(column): column for column in failure.columns}
    hand = set(failure.hand.columns)
    for name in set(fields.used(code)) - set(failure.columns) - set(made) - hand:
        if by_plain.get(plain(name)):
            text = fields.renamed(Code(text), name, by_plain[plain(name)])
    return text


def _counted(code: Code, name: str) -> Iterator[str]:
    """Counts: pandas once called the columns of counted values `index` and by the column, Altair has `count()`."""
    of = re.search(r"\[(['\"])(.+?)\1\]\.value_counts\(\)\.reset_index\(\)", code.text)
    if of and name == "index":
        inside = Code(fields.renamed(code, of.group(2), "count")) if of.group(2) in fields.used(code) else code
        first = f"{of.group(0)}"
        text = fields.renamed(inside, "index", of.group(2))
        counted = re.sub(
            r"\[(['\"])count\1\]\.value_counts", f"[{of.group(1)}{of.group(2)}{of.group(1)}].value_counts", text
        )
        yield counted if first in counted else text
    if name.lower() in ("count", "n", "frequency", "*", "records", "count of records") and name not in fields.made(
        code
    ):
        wanted = [node for node in fields.shorthands(code) if fields.field_of(str(node.value)) == name]
        yield from _indexed(code, None, name)
        yield code.with_(*(code.literal(node, "count()") for node in wanted))


def _counted_column(code: Code, failure: Failure) -> Iterator[str]:
    """Rows are counted without a column: `count()` for `count(x)`."""
    gone = set(missing(failure)) - set(failure.columns)
    wanted = [n for n in fields.shorthands(code) if (found := _COUNT.fullmatch(str(n.value))) and found[1] in gone]
    yield code.with_(*(code.literal(node, "count()") for node in wanted))


def _same(name: str, known: list[str]) -> str | None:
    """The known name that differs in case and signs alone."""
    return next((other for other in known if plain(other) == plain(name) and plain(name)), None)


def _new_name(code: Code, name: str) -> str:
    """What a `rename` of the code calls a column, "" where none does."""
    for call in code.all(ast.Call):
        tables = (
            [node for node in ast.walk(call) if isinstance(node, ast.Dict)] if fields.called(call) == "rename" else []
        )
        for key, value in ((k, v) for table in tables for k, v in zip(table.keys, table.values)):
            if isinstance(key, ast.Constant) and key.value == name and isinstance(value, ast.Constant):
                return str(value.value)
    return ""


def _renamed_here(code: Code, failure: Failure, name: str, right: str) -> str:
    """A column by its new name in the statement that failed, or in the charts where no line is known."""
    if failure.line is None:
        wanted = fields.shorthands(code)
    else:
        here = [s for s in code.all(ast.stmt) if s.lineno <= failure.line <= (s.end_lineno or 0)]
        first, last = (here[-1].lineno, here[-1].end_lineno or 0) if here else (failure.line, failure.line)
        wanted = [node for node in fields.strings(code) if first <= node.lineno <= last]
    short = {id(node) for node in fields.shorthands(code)}
    meant = {name: right}
    if len(re.findall(r"\bChart\(", code.text)) == 1:
        others = [used for used in fields.used(code) if used not in failure.hand.columns]
        meant |= {used: same for used in others if (same := _same(used, list(failure.hand.columns)))}
    edits = []
    for node in wanted:
        text = str(node.value)
        old = fields.field_of(text) if id(node) in short else text
        new = meant.get(old)
        new = fields.in_shorthand(text, old, new) if new and id(node) in short else new
        edits += [code.literal(node, new)] if new else []
    return code.with_(*edits)


_COUNT = re.compile(r"count\((.+)\)(?::\w+)?")


def _aggregated(code: Code, name: str) -> Iterator[str]:
    """An aggregate that is misspelt, as in `"avrage(age)"`."""
    found = re.fullmatch(r"(\w+)\((.*)\)", name)
    right = nearest(found.group(1), (*AGGREGATES, *TIME_UNITS)) if found else None
    if found and right:
        wanted = [node for node in fields.shorthands(code) if name in str(node.value)]
        new = f"{right}({found.group(2)})"
        yield code.with_(*(code.literal(node, str(node.value).replace(name, new, 1)) for node in wanted))


def _renamed_keys(code: Code, failure: Failure) -> Iterator[str]:
    """A misspelt column that is given another name, which pandas passes over."""
    for call in code.all(ast.Call):
        tables = (
            [node for node in ast.walk(call) if isinstance(node, ast.Dict)] if fields.called(call) == "rename" else []
        )
        for key in [key for table in tables for key in table.keys if isinstance(key, ast.Constant)]:
            right = nearest(str(key.value), failure.columns)
            if right and key.value not in fields.made(code):
                yield code.with_(code.literal(key, right))


def _chain(node: ast.AST) -> list[str]:
    """The methods of a chain of calls, the last one first."""
    names = []
    while isinstance(node, (ast.Call, ast.Attribute, ast.Subscript)):
        names += [fields.called(node)] if isinstance(node, ast.Call) else []
        node = node.func if isinstance(node, ast.Call) else node.value
    return names


def _indexed(code: Code, failure: Failure | None, count: str = "") -> Iterator[str]:
    """A table by groups, whose groups are its index: `reset_index` makes them columns again."""
    ends = [
        node
        for node in code.all(ast.Call)
        if (names := _chain(node)) and set(names) & set(_GROUPS) and not set(names) & set(_KEEPS)
        if not isinstance(code.parents.get(node), (ast.Attribute, ast.Subscript, ast.BinOp, ast.Compare))
        if not any(isinstance(up, ast.Assign) and isinstance(up.targets[0], ast.Subscript) for up in code.above(node))
        if "groupby" in names[1:] or names[0] in _GROUPS[1:] or set(names[1:]) & set(_GROUPS)
    ]
    placed = [node for node in ends if "inplace" in [item.arg for item in node.keywords]]
    for node in placed:
        item = next(item for item in node.keywords if item.arg == "inplace")
        parent, end = code.parents[node], code.end(node)
        again = code.without(parent) if isinstance(parent, ast.Expr) else (end, end, ".reset_index()")
        yield code.with_(again) if isinstance(parent, ast.Expr) else code.with_(code.unargued(node, item), again)
    if not count:
        yield from (code.with_((code.end(node), code.end(node), _reset(code, node, failure))) for node in ends)
    for node in code.all(ast.Call):
        names = _chain(node)
        if names[:2] in (["reset_index", "size"], ["reset_index", "count"]) and not (node.args or node.keywords):
            yield code.with_(code.argued(node, f"name={code.quoted(count or _counts(code, failure))}"))
    if count:
        yield from (
            code.with_((code.end(node), code.end(node), f".reset_index(name={code.quoted(count)})")) for node in ends
        )


def _flattened(code: Code) -> Iterator[str]:
    """Several statistics of several columns have names in two levels: `hwy_mean` of both."""
    for node in code.all(ast.Assign):
        names, target = _chain(node.value), node.targets[0]
        if {"agg", "pivot_table", "unstack"} & set(names) and isinstance(target, ast.Name):
            at = code.end(node)
            joined = f"{target.id}.columns = ['_'.join(map(str, name)).strip('_') for name in {target.id}.columns]"
            yield code.with_((at, at, f"\n{' ' * node.col_offset}{joined}"))


def _reset(code: Code, node: ast.Call, failure: Failure | None) -> str:
    names = _chain(node)
    if "size" in names and not set(names[: names.index("size")]) & {"agg", "aggregate"}:
        return f".reset_index(name={code.quoted(_counts(code, failure))})"
    return ".reset_index()"


def _counts(code: Code, failure: Failure | None) -> str:
    """The name that the encodings give to what was counted."""
    known = set(failure.columns if failure else ()) | set(fields.made(code)) | {""}
    return next((name for name in fields.used(code) if name not in known), "count")
