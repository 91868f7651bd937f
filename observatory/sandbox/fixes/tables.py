"""Cures for pandas: what newer versions no longer have, and what is often mistaken."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterator

from observatory.sandbox.fixes import fields
from observatory.sandbox.fixes.code import Code, Edit
from observatory.sandbox.fixes.failure import Failure
from observatory.sandbox.fixes.words import DATE_PARTS, FRAMES

_REDUCED = ("mean", "sum", "median", "std", "var", "corr", "cov", "min", "max", "quantile", "skew")
_FILLS = {"ffill": "ffill", "pad": "ffill", "bfill": "bfill", "backfill": "bfill"}


def cures(code: Code, failure: Failure) -> Iterator[str]:
    """What may mend a use of pandas."""
    renamed = failure.says(r"'(\w+)' is no longer supported .*?(?:[Uu]se|with) '(\w+)'") or failure.says(
        r"Invalid frequency: (\w+)(?:[^']|'(?!\w+' instead))*'(\w+)' instead"
    )
    if renamed:
        yield from _frequency(code, renamed.group(1), renamed.group(2))
    if failure.says(r"data type 'numeric' not understood"):
        numeric = [node for node in fields.strings(code) if node.value == "numeric"]
        yield code.with_(*(code.literal(node, "number") for node in numeric))
    if failure.says(r"'[(\[][^,]+, [^,]+[)\]]' is an invalid value for `0`"):
        cuts = [call for call in code.all(ast.Call) if fields.called(call) in ("cut", "qcut")]
        yield code.with_(*((code.end(call), code.end(call), ".astype(str)") for call in cuts))
    if failure.says(r"query cannot be read"):
        yield from _queried(code, failure)
    if failure.says(r"Column\(s\) .* already selected"):
        wrong = [node for node in code.all(ast.Attribute) if node.attr in _MEANT]
        yield code.with_(*(code.attribute(node, _MEANT[node.attr]) for node in wrong))
    if failure.name == "append" or failure.says(r"no attribute 'append'"):
        yield from _appended(code)
    if failure.says(r"fillna\(\) got an unexpected keyword argument 'method'|“?method”? .*fillna|fillna.*method"):
        yield from _filled(code)
    if failure.says(
        r"does not support operation|could not convert string|agg function failed|Could not convert|numeric_only"
    ):
        yield from _numeric(code)
    if failure.says(
        r"truth value of a \w+ is ambiguous|Cannot perform 'r?(and|or)_'|unsupported operand type\(s\) for [&|]"
    ):
        yield from conditions(code)
    if failure.says(r"only use \.dt accessor"):
        yield from _dates(code)
    if isinstance(failure.key, tuple) or failure.says(r"Cannot subset columns with a tuple"):
        yield from _lists(code)
    if failure.says(r"'(method|function|DataFrame|Series)' object is not (subscriptable|iterable|callable)"):
        yield from _calls(code)


_MEANT = {"avg": "mean", "average": "mean", "stdev": "std", "variance": "var", "total": "sum", "distinct": "nunique"}


def _queried(code: Code, failure: Failure) -> Iterator[str]:
    """Dates in a query need quotes, and columns whose names are words of Python or several words need backticks."""
    held = [name for name in failure.columns if keyword.iskeyword(name) or not name.isidentifier()]
    columns = "|".join(re.escape(name) for name in sorted(held, key=len, reverse=True))
    edits = []
    for call in code.all(ast.Call):
        query = call.args[0] if fields.called(call) == "query" and call.args else None
        if isinstance(query, ast.Constant) and isinstance(query.value, str):
            inner = '"' if code.of(query).startswith("'") else "'"
            dates = r"(?<!['\"\d-])\d{4}-\d{2}-\d{2}(?!['\"\d-])"
            new = re.sub(dates, rf"{inner}\g<0>{inner}", query.value)
            new = re.sub(rf"(?<![\w`'\"])({columns})(?![\w`'\"])", r"`\1`", new) if columns else new
            edits.append(code.put(query, code.of(query).replace(query.value, new)))
    yield code.with_(*edits)


def _frequency(code: Code, old: str, new: str) -> Iterator[str]:
    found = [node for node in fields.strings(code) if re.fullmatch(rf"\d*{old}", str(node.value))]
    yield code.with_(*(code.literal(node, str(node.value).replace(old, new)) for node in found))


def _methods(code: Code, *names: str) -> list[tuple[ast.Call, ast.Attribute]]:
    found = [(call, call.func) for call in code.all(ast.Call) if isinstance(call.func, ast.Attribute)]
    return [(call, method) for call, method in found if method.attr in names]


def _appended(code: Code) -> Iterator[str]:
    edits: list[Edit] = []
    for call, method in _methods(code, "append"):
        if len(call.args) == 1 and not isinstance(code.parents.get(call), ast.Expr):
            more = "".join(f", {item.arg}={code.of(item.value)}" for item in call.keywords)
            edits.append(code.put(call, f"pd.concat([{code.of(method.value)}, {code.of(call.args[0])}]{more})"))
    yield code.with_(*edits)


def _filled(code: Code) -> Iterator[str]:
    edits = []
    for call, method in _methods(code, "fillna"):
        for item in call.keywords:
            fill = _FILLS.get(str(getattr(item.value, "value", ""))) if item.arg == "method" else None
            if fill:
                edits.append((code.end(method.value), code.end(call), f".{fill}()"))
    yield code.with_(*edits)


def _numeric(code: Code) -> Iterator[str]:
    """A mean of all columns, some of which are text."""
    calls = [call for call, _ in _methods(code, *_REDUCED) if "numeric_only" not in [k.arg for k in call.keywords]]
    yield code.with_(*(code.argued(call, "numeric_only=True") for call in calls))


def conditions(code: Code) -> Iterator[str]:
    """`and` and `or` between columns, and comparisons beside `&` and `|` without brackets."""
    edits: list[Edit] = []
    for node in code.all(ast.BoolOp):
        sign = "&" if isinstance(node.op, ast.And) else "|"
        for left, right in zip(node.values, node.values[1:]):
            between = code.text[code.end(left) : code.start(right)]
            edits.append((code.end(left), code.start(right), re.sub(r"\b(and|or)\b", sign, between)))
        edits += [edit for value in node.values for edit in _bracketed(code, value)]
    yield code.with_(*edits)
    for compared in code.all(ast.Compare):
        joined = any(isinstance(getattr(item, "op", None), (ast.BitAnd, ast.BitOr)) for item in ast.walk(compared))
        if len(compared.ops) > 1 and joined:
            split = re.split(r"(\s*[&|]\s*)", code.of(compared))
            text = "".join(part if at % 2 else f"({part})" for at, part in enumerate(split))
            yield code.with_(code.put(compared, text))


def _bracketed(code: Code, value: ast.expr) -> list[Edit]:
    before, after = code.text[: code.start(value)].rstrip(), code.text[code.end(value) :].lstrip()
    if not isinstance(value, ast.Compare) or (before.endswith("(") and after.startswith(")")):
        return []
    return [(code.start(value), code.start(value), "("), (code.end(value), code.end(value), ")")]


def _dates(code: Code) -> Iterator[str]:
    found = [
        node
        for node in code.all(ast.Attribute)
        if node.attr == "dt" and isinstance(node.value, (ast.Subscript, ast.Attribute, ast.Call))
    ]
    yield code.with_(*(code.put(node.value, f"pd.to_datetime({code.of(node.value)})") for node in found))


def _lists(code: Code) -> Iterator[str]:
    """Several columns need a list: `data[["a", "b"]]`."""
    slices = [node.slice for node in code.all(ast.Subscript) if isinstance(node.slice, ast.Tuple)]
    named = [node for node in slices if all(isinstance(item, ast.Constant) for item in node.elts)]
    yield code.with_(*(code.put(node, f"[{code.of(node)}]") for node in named))


def _calls(code: Code) -> Iterator[str]:
    """Square brackets where a method is called, and round ones where a column is taken."""
    edits: list[Edit] = []
    for node in code.all(ast.Subscript):
        if isinstance(node.value, ast.Attribute) and node.value.attr in (*FRAMES, "strftime", "contains", "replace"):
            edits += [(code.end(node.value), code.start(node.slice), "("), (code.end(node) - 1, code.end(node), ")")]
            break
    for call in code.all(ast.Call):
        is_part = isinstance(call.func, ast.Attribute) and call.func.attr in (*DATE_PARTS[:8], "second", "dayofyear")
        if is_part and not call.args:
            edits.append((code.end(call.func), code.end(call), ""))
        if isinstance(call.func, ast.Name) and call.func.id in ("data", "df") and len(call.args) == 1:
            edits += [(code.end(call.func), code.start(call.args[0]), "["), (code.end(call) - 1, code.end(call), "]")]
    yield code.with_(*edits)
