"""Cures for what is given to the wrong call: channels of a chart or a mark, charts in a list, a mark of histograms."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from observatory.sandbox.fixes import fields
from observatory.sandbox.fixes.code import Code, Edit
from observatory.sandbox.fixes.failure import Failure
from observatory.sandbox.fixes.words import CHANNELS, MARKS, MARKS_MEANT

_HISTOGRAMS = ("hist", "histogram", "mark_hist", "mark_histogram")
_PARTS = {"values": "theta", "angle": "theta", "labels": "color", "names": "color", "category": "color"}
"""What other libraries call the channels of a pie."""
_TAKEN = ("x", "y", "color", "theta", "column", "row", "tooltip", "facet", "detail", "shape")


def cures(code: Code, failure: Failure) -> Iterator[str]:
    """What may mend a call that is given what belongs into another one."""
    if failure.says(r"mark_?hist|'?hist(ogram)?\b"):
        yield from _histogram(code)
    if failure.says(r"(mark_?)?(pie|donut|doughnut)\b"):
        yield from _pie(code)
    if failure.says(r"\b(limit|head|top|sort|sort_values|order_by)\b"):
        yield from _first(code)
    if failure.kind in ("TypeError", "SchemaValidationError", "AttributeError", "ChartInvalidSpec", "ValueError"):
        yield from _moved(code)
    if failure.says(r"encode\(\) is given a column without its channel|not hashable|unhashable|positional of type"):
        yield from _unpacked(code)
    if failure.says(r"returns an? (list|tuple), not a chart|holds an? (list|tuple), not a chart"):
        yield from _together(code)


def _histogram(code: Code) -> Iterator[str]:
    """`mark_hist()` is a bar over bins that counts rows."""
    for mark in code.all(ast.Attribute):
        call = code.parents.get(mark)
        if mark.attr not in _HISTOGRAMS or not isinstance(call, ast.Call):
            continue
        encode = next((up for up in code.above(call) if fields.called(up) == "encode"), None)
        if not isinstance(encode, ast.Call):
            continue
        given = {item.arg: item for item in encode.keywords}
        one = next((given[axis] for axis in ("x", "y") if axis in given), None)
        if one is None:
            continue
        edits: list[Edit] = [(code.end(mark) - len(mark.attr), code.end(call), "mark_bar()")]
        edits += _binned(code, one, _bins(call))
        if not {"x", "y"} <= set(given):
            edits.append(code.argued(encode, f"{'y' if one.arg == 'x' else 'x'}={code.quoted('count()')}"))
        yield code.with_(*edits)


def _pie(code: Code) -> Iterator[str]:
    """`mark_pie()` with axes is an arc whose angle is what is measured, and whose colour is the category."""
    for mark in code.all(ast.Attribute):
        call = code.parents.get(mark)
        if not re.fullmatch(r"(mark_?)?(pie|donut|doughnut)", mark.attr) or not isinstance(call, ast.Call):
            continue
        encode = next((up for up in code.above(call) if fields.called(up) == "encode"), None)
        given = {item.arg: item for item in encode.keywords} if isinstance(encode, ast.Call) else {}
        parts = [(item, _PARTS[item.arg]) for item in given.values() if item.arg in _PARTS]
        if parts and not {new for _, new in parts} & set(given):
            renamed = [(code.start(item), code.start(item.value), f"{new}=") for item, new in parts]
            yield code.with_((code.end(mark) - len(mark.attr), code.end(mark), "mark_arc"), *renamed)
        if "theta" in given or not {"x", "y"} <= set(given):
            continue
        edits: list[Edit] = [(code.end(mark) - len(mark.attr), code.end(mark), "mark_arc")]
        for axis, channel in (("x", "color"), ("y", "theta")):
            new = re.sub(rf"alt\.{axis.upper()}\(", f"alt.{channel.title()}(", code.of(given[axis].value))
            edits.append((code.start(given[axis]), code.end(given[axis]), f"{channel}={new}"))
        if "color" in given and isinstance(encode, ast.Call):
            edits = [edits[0], edits[2], code.unargued(encode, given["x"])]
        yield code.with_(*edits)


def _first(code: Code) -> Iterator[str]:
    """`chart.limit(10)` keeps rows: of a table that is sorted, its first ones."""
    for call in code.all(ast.Call):
        method = call.func
        if not isinstance(method, ast.Attribute) or method.attr not in ("limit", "head", "top") or len(call.args) != 1:
            continue
        chain = [node for node in ast.walk(method.value) if isinstance(node, ast.Call)]
        chart = next((node for node in chain if fields.called(node) == "Chart" and node.args), None)
        by = next((node for node in chain if fields.called(node) in ("sort", "sort_values", "order_by")), None)
        words = [node.value for node in ast.walk(by) if isinstance(node, ast.Constant)] if by is not None else []
        column = next((str(word).lstrip("-") for word in words if isinstance(word, str)), "")
        if chart is None:
            continue
        edits: list[Edit] = [(code.end(method.value), code.end(call), "")]
        if column and isinstance(by, ast.Call) and isinstance(by.func, ast.Attribute):
            edits = [(code.end(by.func.value), code.end(call), "")]
            kept = f"{code.of(chart.args[0])}.nlargest({code.of(call.args[0])}, {code.quoted(column)})"
            edits.append(code.put(chart.args[0], kept))
        yield code.with_(*edits)


def _bins(call: ast.Call) -> str:
    """What `bin` is for `mark_hist(bins=30)`."""
    given = {item.arg: item.value for item in call.keywords}
    told = next((given[name] for name in ("bins", "maxbins", "nbins") if name in given), None)
    number = told.value if isinstance(told, ast.Constant) else None
    return f"alt.Bin(maxbins={number})" if isinstance(number, int) and not isinstance(number, bool) else "True"


def _binned(code: Code, axis: ast.keyword, bins: str) -> list[Edit]:
    value = axis.value
    if isinstance(value, ast.Constant):
        return [code.put(value, f"alt.{(axis.arg or '').upper()}({code.of(value)}, bin={bins})")]
    if isinstance(value, ast.Call) and "bin" not in [item.arg for item in value.keywords]:
        return [code.argued(value, f"bin={bins}")]
    return []


def _moved(code: Code) -> Iterator[str]:
    """Channels given to `Chart(…)`, to a mark, or to a mark by another name, as `encode(…)`."""
    edits: list[Edit] = []
    for call in code.all(ast.Call):
        name = fields.called(call)
        bare = name in _bare() and isinstance(call.func, ast.Attribute) and fields.called(call.func.value) == "Chart"
        if not (name == "Chart" or name.startswith("mark_") or name in fields.CHANNEL_CLASSES or bare):
            continue
        whole = name == "Chart"
        own = [item for item in call.keywords if item.arg in _TAKEN and (whole or _names_column(item))]
        if not own:
            continue
        chain = [up for up in code.above(call) if isinstance(up, ast.Call)]
        encode = next((up for up in chain if fields.called(up) == "encode"), None)
        taken = [] if encode is None else [item.arg for item in encode.keywords]
        moved = ", ".join(f"{item.arg}={code.of(item.value)}" for item in own if item.arg not in taken)
        rest = [code.of(arg) for arg in call.args]
        rest += [
            f"{item.arg}={code.of(item.value)}" if item.arg else f"**{code.of(item.value)}"
            for item in call.keywords
            if item not in own
        ]
        edits.append((code.end(call.func), code.end(call), f"({', '.join(rest)})"))
        if bare and isinstance(call.func, ast.Attribute):
            edits.append(code.attribute(call.func, f"mark_{MARKS_MEANT.get(name, name)}"))
        if moved and encode is not None:
            edits.append(code.argued(encode, moved))
        elif moved:
            last = next((up for up in (call, *chain) if fields.called(up).startswith("mark_")), call)
            edits.append((code.end(last), code.end(last), f".encode({moved})"))
    yield code.with_(*edits)


def _bare() -> set[str]:
    return {mark.removeprefix("mark_") for mark in MARKS} | set(MARKS_MEANT)


def _names_column(item: ast.keyword) -> bool:
    """Whether an argument of a mark is a channel: `x="class"`, and not `x=10` or `color="red"`."""
    if isinstance(item.value, ast.Call):
        return fields.called(item.value) in fields.CHANNEL_CLASSES
    text = item.value.value if isinstance(item.value, ast.Constant) else None
    return isinstance(text, str) and (item.arg in ("x", "y", "theta") or re.search(r"[:(]", text) is not None)


def _unpacked(code: Code) -> Iterator[str]:
    """Channels in a dictionary: `encode({"x": "class"})`."""
    edits: list[Edit] = []
    for call in code.all(ast.Call):
        if fields.called(call) == "encode" and len(call.args) == 1 and isinstance(call.args[0], ast.Dict):
            pairs = list(zip(call.args[0].keys, call.args[0].values, strict=True))
            if all(isinstance(key, ast.Constant) and key.value in CHANNELS for key, _ in pairs):
                inner = ", ".join(
                    f"{key.value!s}={code.of(value)}" for key, value in pairs if isinstance(key, ast.Constant)
                )
                edits.append(code.put(call.args[0], inner))
    yield code.with_(*edits)


def _together(code: Code) -> Iterator[str]:
    """A list of charts that is returned or kept: the charts side by side."""
    values = [node.value for node in code.all(ast.Return) if node.value is not None]
    values += [node.value for node in code.all(ast.Assign) if code.of(node.targets[0]) == "chart"]
    lists = [value for value in values if isinstance(value, (ast.List, ast.Tuple)) and value.elts]
    edits = [code.put(v, f"alt.hconcat({', '.join(code.of(item) for item in v.elts)})") for v in lists]
    edits += [code.put(v, f"alt.hconcat(*{code.of(v)})") for v in values[-1:] if isinstance(v, ast.Name)]
    yield code.with_(*edits)
