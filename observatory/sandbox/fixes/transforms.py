"""Cures for transforms: summaries by unknown names, and filters and formulas over rows instead of `alt.datum`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from observatory.sandbox.fixes import fields
from observatory.sandbox.fixes.code import Code
from observatory.sandbox.fixes.failure import Failure
from observatory.sandbox.fixes.words import AGGREGATES, nearest


def cures(code: Code, failure: Failure) -> Iterator[str]:
    """What may mend a transform."""
    if failure.says(r"'op' is a required property"):
        yield from _operations(code)
    if failure.says(r"expected string .*got 'tuple'|is not of type 'array'|transform_\w*aggregate"):
        yield from _pairs(code)
    if failure.says(r"Expected a predicate") or failure.says(r"between instances of 'str' and '(int|float)'"):
        yield from _predicates(code, failure)
    if failure.says(r"in an expression at|expression .*(not known|cannot be read|is not)"):
        yield from _expressions(code, failure)
    if failure.says(r"is an invalid value for `calculate`"):
        yield from _calculated(code)


def _operations(code: Code) -> Iterator[str]:
    """The functions of `transform_aggregate(mean_age="avg(age)")`, by the names that Vega-Lite knows."""
    edits = []
    for call in code.all(ast.Call):
        summing = fields.called(call) in ("transform_aggregate", "transform_joinaggregate")
        for item in call.keywords if summing else ():
            found = re.fullmatch(r"(\w+)\((.*)\)", str(getattr(item.value, "value", "")))
            right = nearest(found[1], AGGREGATES) if found else None
            if found and right and isinstance(item.value, ast.Constant):
                edits.append(code.literal(item.value, f"{right}({found[2]})"))
    yield code.with_(*edits)


def _pairs(code: Code) -> Iterator[str]:
    """Summaries as pandas writes them: `transform_aggregate(mean_age=("age", "mean"), groupby="sex")`."""
    edits = []
    for call in code.all(ast.Call):
        summing = fields.called(call) in ("transform_aggregate", "transform_joinaggregate")
        for item in call.keywords if summing else ():
            if isinstance(item.value, ast.Tuple) and len(item.value.elts) == 2:
                words = [str(getattr(node, "value", "")) for node in item.value.elts]
                how = nearest(words[1], AGGREGATES) or (words[1] if words[1] in AGGREGATES else None)
                edits += [code.put(item.value, repr(f"{how}({words[0]})"))] if how and words[0] else []
            if item.arg == "groupby" and isinstance(item.value, ast.Constant):
                edits.append(code.put(item.value, f"[{code.of(item.value)}]"))
    yield code.with_(*edits)


def _expressions(code: Code, failure: Failure) -> Iterator[str]:
    """Expressions in Python's words: columns without `datum`, `and`, `or`, `not`, `True`."""
    edits = []
    for call in code.all(ast.Call):
        own = fields.called(call) in ("transform_filter", "transform_calculate")
        for node in [*call.args, *(item.value for item in call.keywords)] if own else ():
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                new = _expression(node.value, [*failure.columns, *fields.made(code)])
                edits += [code.literal(node, new)] if new != node.value else []
    yield code.with_(*edits)


def _expression(text: str, columns: Sequence[str]) -> str:
    """An expression of Vega for one in Python's words.

    >>> _expression("class == 'suv' and not year == 2008", ["class", "year"])
    "datum['class'] == 'suv' && ! datum['year'] == 2008"
    """
    parts = re.split(r"('[^']*'|\"[^\"]*\")", text)
    for at in range(0, len(parts), 2):
        part = parts[at]
        for word, sign in _SIGNS.items():
            part = re.sub(rf"\b{word}\b", sign, part)
        for column in sorted(columns, key=len, reverse=True):
            bare = rf"(?<![\w.\]'\"])`?{re.escape(column)}`?(?![\w('\"])"
            part = re.sub(bare, lambda _, name=column: f"datum[{name!r}]", part)
        parts[at] = re.sub(r"(?<![=!<>])=(?!=)", "==", part)
    return "".join(parts)


_SIGNS = {"and": "&&", "or": "||", "not": "!", "True": "true", "False": "false", "None": "null"}


def _predicates(code: Code, failure: Failure) -> Iterator[str]:
    """A filter over the rows where one over `alt.datum` belongs: `data["age"] > 3`, `"age" > 3`."""
    edits = []
    filters = [call for call in code.all(ast.Call) if fields.called(call) == "transform_filter"]
    for node in (node for call in filters for item in call.args for node in ast.walk(item)):
        if isinstance(node, ast.Name) and node.id in ("data", "df"):
            edits.append(code.put(node, "alt.datum"))
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Constant) and node.left.value in failure.columns:
            edits.append(code.put(node.left, f"alt.datum[{code.of(node.left)}]"))
    yield code.with_(*edits)


def _calculated(code: Code) -> Iterator[str]:
    """A column computed from `data` where an expression over `datum` belongs."""
    edits = []
    for call in code.all(ast.Call):
        for item in call.keywords if fields.called(call) == "transform_calculate" else ():
            text = code.of(item.value)
            plain_names = {node.id for node in ast.walk(item.value) if isinstance(node, ast.Name)} == {"data"}
            if isinstance(item.value, ast.BinOp) and plain_names and '"' not in text:
                edits.append(code.put(item.value, f'"{re.sub(r"(?<![.])data(?=[.[])", "datum", text)}"'))
    yield code.with_(*edits)
