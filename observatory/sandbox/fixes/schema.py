"""Cures for what Altair's schema refuses: arguments, words and values of charts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from observatory.sandbox.fixes import fields
from observatory.sandbox.fixes.code import Code
from observatory.sandbox.fixes.failure import Failure
from observatory.sandbox.fixes.words import AGGREGATES, CHANNELS, MEANT, TYPES, nearest, parameters

_NO_PARAMETER = re.compile(r"`(\w+)` has no parameter named '(\w+)'\s+Existing parameter names are:\n((?:[\w ]+\n?)+)")
_BAD_VALUE = re.compile(r"'(.*)' is an invalid value for `(\w+)`\.([^`]*)")
_BAD_TYPE = r'"(.*)" is not one of the valid encoding data types'
_UNEXPECTED = r"(?:(\w+)\.)?(\w+)\(\) got an unexpected keyword argument '(\w+)'"
_CHART = ("title", "width", "height", "name", "description", "background", "padding")


def cures(code: Code, failure: Failure) -> Iterator[str]:
    """What may mend an argument or a value that is refused."""
    for owner, name, listed in _NO_PARAMETER.findall(failure.message):
        yield from _argument(
            code, failure, name, [*listed.split(), *(_CHART if owner.endswith("Chart") else ())], owner
        )
    for value, place, allowed in _BAD_VALUE.findall(failure.message):
        yield from _value(code, failure, value, place, allowed)
    bad_type = failure.says(_BAD_TYPE)
    if bad_type:
        yield from _type(code, failure, bad_type.group(1))
    unexpected = failure.says(_UNEXPECTED)
    if unexpected:
        _, function, name = unexpected.groups()
        yield from _argument(code, failure, name, CHANNELS if function == "encode" else parameters(function), function)
    if failure.says(r"argument of type '(int|float|bool)' is not iterable"):
        yield from _constants(code)
    if failure.says(r"'mark' is a required property"):
        yield from _markless(code)
    if failure.says(r"'config' attribute cannot be used within|cannot be used with.*config"):
        yield from _configured(code)


def _near(code: Code, nodes: list[ast.keyword], line: int | None) -> list[ast.keyword]:
    """Those in the statement of the line, or all where none is."""
    if line is None:
        return nodes
    here = [s for s in code.all(ast.stmt) if s.lineno <= line <= (s.end_lineno or 0) and not hasattr(s, "body")]
    inside = [node for node in nodes if any(s.lineno <= node.lineno <= (s.end_lineno or 0) for s in here)]
    return inside or nodes


def _argument(code: Code, failure: Failure, name: str, known: list[str] | tuple[str, ...], owner: str) -> Iterator[str]:
    """An argument that does not exist: the nearest one, moved to where it belongs, or left out."""
    given = [keyword for keyword in code.all(ast.keyword) if keyword.arg == name]
    given = _near(code, given, failure.line)
    right = nearest(name, known, cutoff=0.65)
    if right:
        yield code.with_(*((code.start(item), code.start(item) + len(name), right) for item in given))
        keys = [key for node in code.all(ast.Dict) for key in node.keys if isinstance(key, ast.Constant)]
        yield code.with_(*(code.literal(key, right) for key in keys if key.value == name))
    calls = [(call, item) for item in given if isinstance(call := code.parents[item], ast.Call)]
    for call, item in calls:
        added = f"{name}={code.of(item.value)}"
        if name in _CHART and owner in ("encode", "MarkDef") and isinstance(call.func, ast.Attribute):
            yield code.with_(code.unargued(call, item), (code.end(call), code.end(call), f".properties({added})"))
    yield code.with_(*(code.unargued(call, item) for call, item in calls))


def _given(code: Code, value: str, place: str) -> list[ast.expr]:
    """What stands in the code for a value of a place: as its argument, or under its key."""
    keywords = [node.value for node in code.all(ast.keyword) if node.arg == place]
    pairs = [pair for node in code.all(ast.Dict) for pair in zip(node.keys, node.values)]
    keyed = [item for key, item in pairs if isinstance(key, ast.Constant) and key.value == place]
    return [item for item in (*keywords, *keyed) if isinstance(item, ast.Constant) and str(item.value) == value]


def _value(code: Code, failure: Failure, value: str, place: str, allowed: str) -> Iterator[str]:
    nodes = _given(code, value, place)
    nodes = nodes or [node for node in fields.strings(code) if node.value == value]
    words = [word for listed in re.findall(r"\[('.*?')\]", allowed) for word in re.findall(r"'([^']*)'", listed)]
    right = nearest(value, words) or (nearest(value, words, 0.5) if words else None)
    if right:
        yield code.with_(*(code.literal(node, right) for node in nodes if isinstance(node, ast.Constant)))
    new = _converted(value, place, allowed)
    if new:
        yield code.with_(*(code.put(node, new) for node in nodes))
    if value.startswith(("[", "{")) or place in ("field", "shorthand"):
        yield from _series(code, failure)


def _converted(value: str, place: str, allowed: str) -> str | None:
    """The value as what the place takes: a number, a truth, nothing, or an object that holds it."""
    number = re.match(r"-?\d+(\.\d+)?", value)
    if place == "bin" and number:
        return f"alt.Bin(maxbins={value})"
    if place == "scale" and re.fullmatch(r"[a-z]+\d*", value):
        scales = ("linear", "log", "sqrt", "pow", "symlog", "time", "utc", "point", "band")
        return f'alt.Scale({"type" if value in scales else "scheme"}="{value}")'
    if place in ("axis", "legend", "title", "header") and value.lower() in ("false", "no", "none", "off", "hide"):
        return "None"
    if place in ("axis", "legend") and re.fullmatch(r"[A-Za-z][\w ]*", value):
        side = place == "legend" and value in ("top", "bottom", "left", "right", "none")
        return f'alt.{place.title()}({"orient" if side else "title"}="{value}")'
    if number and "float" in allowed:
        return number.group(0)
    if "bool" in allowed and value.lower() in ("true", "yes", "on", "false", "no", "off"):
        return str(value.lower() in ("true", "yes", "on"))
    return None


def _series(code: Code, failure: Failure) -> Iterator[str]:
    """A column of the table where its name belongs: `x=data["age"]`."""
    edits = []
    takers = ("encode", *(name[:1].upper() + name[1:] for name in CHANNELS))
    for node in code.all(ast.expr):
        parent = code.parents.get(node)
        call = code.parents.get(parent) if isinstance(parent, ast.keyword) else parent
        column = isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.value, ast.Name)
        if column and fields.called(call) in takers:
            name = getattr(getattr(node, "slice", None), "value", None) or getattr(node, "attr", None)
            if isinstance(name, str) and name in failure.columns:
                edits.append(code.put(node, repr(name)))
    yield code.with_(*edits)


def _type(code: Code, failure: Failure, wrong: str) -> Iterator[str]:
    """A type behind a colon that is none: misspelt, an aggregate, or a part of the column's name."""
    edits = []
    for node in fields.shorthands(code):
        text = str(node.value)
        if not text.endswith(f":{wrong}"):
            continue
        bare = text[: -len(wrong) - 1]
        letter = TYPES.get(nearest(wrong, TYPES) or MEANT.get(wrong.lower(), ""))
        aggregate = nearest(wrong, AGGREGATES) or (wrong if wrong in AGGREGATES else None)
        new = f"{bare}:{letter}" if letter else f"{aggregate}({bare})" if aggregate else bare
        edits.append(code.literal(node, text.replace(":", r"\:") if text in failure.columns else new))
    yield code.with_(*edits)


def _constants(code: Code) -> Iterator[str]:
    """A number for a channel, which takes columns: `size=100` is `size=alt.value(100)`."""
    edits = []
    for call in code.all(ast.Call):
        for item in call.keywords if fields.called(call) == "encode" else []:
            if isinstance(item.value, ast.Constant) and isinstance(item.value.value, bool):
                edits.append(code.unargued(call, item))
            elif isinstance(item.value, ast.Constant) and isinstance(item.value.value, (int, float)):
                edits.append(code.put(item.value, f"alt.value({code.of(item.value)})"))
    yield code.with_(*edits)


def _markless(code: Code) -> Iterator[str]:
    """A chart that says no mark."""
    for call in code.all(ast.Call):
        chain = [fields.called(up) for up in (call, *code.above(call)) if isinstance(up, ast.Call)]
        if chain[0] == "Chart" and not any(name.startswith("mark_") for name in chain):
            yield code.with_((code.end(call), code.end(call), ".mark_point()"))


def _configured(code: Code) -> Iterator[str]:
    """Configuration belongs to the whole chart: it is left out of the parts."""
    calls = [
        c for c in code.all(ast.Call) if fields.called(c).startswith("configure") and isinstance(c.func, ast.Attribute)
    ]
    yield code.with_(*((code.end(c.func.value), code.end(c), "") for c in calls if isinstance(c.func, ast.Attribute)))
