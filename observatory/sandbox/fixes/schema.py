"""Cures for what Altair's schema refuses: arguments, words and values of charts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from observatory.sandbox.fixes import fields
from observatory.sandbox.fixes.code import Code, Edit
from observatory.sandbox.fixes.failure import Failure
from observatory.sandbox.fixes.words import AGGREGATES, CHANNELS, MEANT, TYPES, nearest, parameters, plain

_NO_PARAMETER = re.compile(r"`(\w+)` has no parameter named '(\w+)'\s+Existing parameter names are:\n((?:[\w ]+\n?)+)")
_BAD_VALUE = re.compile(r"'(.*)' is an invalid value for `(\w+)`\.([\s\S]*)")
_BAD_TYPE = r'"(.*)" is not one of the valid encoding data types'
_UNEXPECTED = r"(?:(\w+)\.)?(\w+)\(\) got an unexpected keyword argument '(\w+)'"
_LISTS = ("groupby", "fields", "fold", "encodings")
_SPELT = ("Chart", "properties", "encode")
_CHART = ("title", "width", "height", "name", "description", "background", "padding")


def cures(code: Code, failure: Failure) -> Iterator[str]:
    """What may mend an argument or a value that is refused."""
    for owner, name, listed in _NO_PARAMETER.findall(failure.message):
        yield from _argument(
            code, failure, name, [*listed.split(), *(_CHART if owner.endswith("Chart") else ())], owner
        )
    for name in re.findall(r"\('(\w+)' was unexpected\)", failure.message):
        yield from _inner(code, name)
    if told := failure.says(r'For argument "(\w+)" expected type bool'):
        items = [item for item in code.all(ast.keyword) if item.arg == told[1]]
        truths = {"true": "True", "yes": "True", "false": "False", "no": "False"}
        new = [(item.value, truths.get(str(getattr(item.value, "value", "")).lower())) for item in items]
        yield code.with_(*(code.put(value, truth) for value, truth in new if truth))
    if one := failure.says(r"^'\['.*'\]' is an invalid value for `(\w+)`"):
        single = [
            item.value for item in code.all(ast.keyword) if item.arg == one[1] and isinstance(item.value, ast.List)
        ]
        yield code.with_(*(code.put(node, code.of(node.elts[0])) for node in single if len(node.elts) == 1))
    bad = [found.groups() for part in failure.message.split("\nError ") for found in _BAD_VALUE.finditer(part)]
    yield code.with_(*(edit for value, place, allowed in bad for edit in _edits(code, value, place, allowed)))
    if any(value.startswith(("[", "{")) or place in ("field", "shorthand") for value, place, _ in bad):
        yield from _series(code, failure)
    if failure.says(_BAD_TYPE):
        yield from _type(code, failure)
    if failure.says(r"is not of type 'number'"):
        yield from _numeric(code, failure)
    if lacking := failure.says(r"^(\w+)\(\) missing 1 required positional argument: '(data|df|source)'"):
        calls = [call for call in code.all(ast.Call) if fields.called(call) == lacking[1] and not call.args]
        yield code.with_(*(code.argued(call, "data") for call in calls))
    if failure.says(r"mark_\w+\(\) takes 1 positional argument"):
        yield from _marked(code)
    unexpected = failure.says(_UNEXPECTED)
    if unexpected:
        holder, function, name = unexpected.groups()
        known = CHANNELS if function == "encode" else parameters(function, holder or "")
        yield from _argument(code, failure, name, known, function)
    if failure.says(r"^positional of type"):
        yield from _positional(code)
    if failure.says(r"facet argument cannot be combined"):
        yield re.sub(r"(\.facet\([^()]*?)\bcolumn(?==)", r"\1columns", code.text)
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
    owned = [item for item in given if _owns(owner, fields.called(code.parents[item]))]
    given = owned or given
    calls = [(call, item) for item in given if isinstance(call := code.parents[item], ast.Call)]
    for call, item in calls:
        added = f"{name}={code.of(item.value)}"
        if name in _CHART and owner in ("encode", "MarkDef") and isinstance(call.func, ast.Attribute):
            yield code.with_(code.unargued(call, item), (code.end(call), code.end(call), f".properties({added})"))
        if owner in ("transform_regression", "transform_loess") and name in ("x", "y"):
            axes = sorted(
                (other for other in call.keywords if other.arg in ("x", "y")), key=lambda other: other.arg or ""
            )
            yield code.with_(*((code.start(other), code.start(other.value), "") for other in axes))
        near = nearest(name, known, cutoff=0.8)
        if (moved := _moved(code, call, item, owner)) and near is None:
            yield code.with_(moved)
    right = nearest(name, known, cutoff=0.65)
    if right and not any(right in [other.arg for other in call.keywords] for call, _ in calls):
        beside = [other for call, _ in calls for other in call.keywords if other.arg and other.arg not in known]
        meant = [(item, item.arg or "", nearest(item.arg or "", known, cutoff=0.65)) for item in beside or given]
        lists = [item.value for item, _, new in meant if new in _LISTS and isinstance(item.value, ast.Constant)]
        yield code.with_(
            *((code.start(item), code.start(item) + len(old), new) for item, old, new in meant if new),
            *(code.put(value, f"[{code.of(value)}]") for value in lists),
        )
        keys = [key for node in code.all(ast.Dict) for key in node.keys if isinstance(key, ast.Constant)]
        yield code.with_(*(code.literal(key, right) for key in keys if key.value == name))
    yield code.with_(*(code.unargued(call, item) for call, item in calls))


def _moved(code: Code, call: ast.Call, item: ast.keyword, owner: str) -> Edit | None:
    """An argument of a channel that belongs into its scale, axis or legend."""
    if owner not in fields.CHANNEL_CLASSES:
        return None
    given = [other.arg for other in call.keywords]
    for place in ("scale", "axis" if owner in ("X", "Y") else "legend"):
        name = MEANT.get(item.arg or "", item.arg or "")
        if name in parameters(place.title()) and place not in given:
            inner = f"{name}={code.of(item.value)}"
            return code.start(item), code.end(item), f"{place}=alt.{place.title()}({inner})"
    return None


def _numeric(code: Code, failure: Failure) -> Iterator[str]:
    """A number with a unit, in quotes: `width="300px"`."""
    found = failure.says(r"'(\d+(?:\.\d+)?)\s*(?:px|pt)?' is not of type 'number'")
    wanted = [node for node in fields.strings(code) if found and re.match(rf"{found[1]}\s*(px|pt)?$", str(node.value))]
    yield code.with_(*(code.put(node, found[1]) for node in wanted if found))


def _marked(code: Code) -> Iterator[str]:
    """What a mark is given without a name: the text of `mark_text`, and nothing else has a place."""
    edits = []
    for call in code.all(ast.Call):
        for argument in call.args if fields.called(call).startswith("mark_") else ():
            is_text = fields.called(call) == "mark_text"
            at = code.start(argument)
            edits.append((at, at, "text=") if is_text else code.unargued(call, argument))
    yield code.with_(*edits)


def _owns(owner: str, function: str) -> bool:
    """Whether a call makes what the schema calls by another name.

    >>> _owns("MarkDef", "mark_bar"), _owns("AxisConfig", "configure_axisX"), _owns("BinParams", "Bin")
    (True, True, True)
    """
    bare = re.sub(r"(Def|Config|Params|Chart)$", "", owner).lower()
    return function == owner or (bare != "" and bare in function.replace("_", "").lower())


def _inner(code: Code, name: str) -> Iterator[str]:
    """An argument of a setter such as `.bin(max=20)`, by the nearest one there is."""
    edits: list[Edit] = []
    for item in code.all(ast.keyword):
        known = parameters(fields.called(code.parents[item]).title()) if item.arg == name else ()
        right = nearest(name, known, 0.65)
        edits += [(code.start(item), code.start(item) + len(name), right)] if right else []
    yield code.with_(*edits)


def _given(code: Code, value: str, place: str) -> list[ast.expr]:
    """What stands in the code for a value of a place: as its argument, or under its key."""
    keywords = [node.value for node in code.all(ast.keyword) if node.arg == place]
    pairs = [pair for node in code.all(ast.Dict) for pair in zip(node.keys, node.values)]
    keyed = [item for key, item in pairs if isinstance(key, ast.Constant) and key.value == place]
    return [item for item in (*keywords, *keyed) if isinstance(item, ast.Constant) and str(item.value) == value]


def _edits(code: Code, value: str, place: str, allowed: str) -> list[Edit]:
    """The changes that put a value that may stand in a place there instead of one that may not."""
    nodes = _given(code, value, place)
    nodes = nodes or [node for node in fields.strings(code) if node.value == value]
    words = [word for listed in re.findall(r"\[('.*?')\]", allowed) for word in re.findall(r"'([^']*)'", listed)]
    long = {letter: word for word, letter in TYPES.items()}.get(value) if place == "type" else None
    right = long or nearest(value, words) or (nearest(value, words, 0.5) if words else None)
    if right:
        return [code.literal(node, right) for node in nodes if isinstance(node, ast.Constant)]
    new = _converted(code, value, place, allowed)
    return [code.put(node, new) for node in nodes] if new else []


def _converted(code: Code, value: str, place: str, allowed: str) -> str | None:
    """The value as what the place takes: a number, a truth, nothing, or an object that holds it."""
    number = re.match(r"-?\d+(\.\d+)?", value)
    if place == "bin" and number:
        return f"alt.Bin(maxbins={value})"
    if place == "scale" and re.fullmatch(r"[a-z]+\d*", value):
        scales = ("linear", "log", "sqrt", "pow", "symlog", "time", "utc", "point", "band")
        return f"alt.Scale({'type' if value in scales else 'scheme'}={code.quoted(value)})"
    if place in ("axis", "legend", "title", "header") and value.lower() in ("false", "no", "none", "off", "hide"):
        return "None"
    if place in ("axis", "legend") and re.fullmatch(r"[A-Za-z][\w ]*", value):
        side = place == "legend" and value in ("top", "bottom", "left", "right", "none")
        return f"alt.{place.title()}({'orient' if side else 'title'}={code.quoted(value)})"
    if "Sequence" in allowed and place in _LISTS:
        return f"[{code.quoted(value)}]"
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


def _type(code: Code, failure: Failure) -> Iterator[str]:
    """Types behind a colon that are none: misspelt, an aggregate, or a part of the column's name."""
    edits = []
    for node in fields.shorthands(code):
        text = str(node.value)
        if escaped := _escaped(text, failure.columns):
            edits.append(code.literal(node, escaped))
            continue
        bare, colon, wrong = text.rpartition(":")
        if not colon or bare.endswith("\\") or wrong.upper() in TYPES.values() or wrong in TYPES:
            continue
        letter = TYPES.get(nearest(wrong, TYPES) or MEANT.get(wrong.lower(), ""))
        aggregate = nearest(wrong, AGGREGATES) or (wrong if wrong in AGGREGATES else None)
        new = f"{bare}:{letter}" if letter else f"{aggregate}({bare})" if aggregate else bare
        edits.append(code.literal(node, new))
    yield code.with_(*edits)


def _escaped(text: str, columns: tuple[str, ...]) -> str | None:
    r"""A shorthand whose column holds a colon, with a backslash before it.

    >>> print(_escaped("mean(a:b):Q", ("a:b",)))
    mean(a\:b):Q
    """
    found = re.fullmatch(r"(\w+\()?(.*?)(\))?(:[QNOTG]|:\w{4,})?", text)
    for start in (found[1] or "", "") if found else ():
        for column in columns:
            end = text.removeprefix(start + column)
            if ":" in column and text.startswith(start + column) and re.fullmatch(r"\)?(:\w+)?", end):
                return start + re.sub(r"([:.\[\]])", r"\\\1", column) + end
    return None


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


def spelt(code: Code, failure: Failure) -> Iterator[str]:
    """Arguments whose names are no arguments of what they are given to, whatever the error says of them."""
    del failure
    edits: list[Edit] = []
    for item in code.all(ast.keyword):
        function = fields.called(code.parents[item])
        known = _CHART if function in ("Chart", "properties") else parameters(function)
        right = nearest(item.arg or "", known, 0.8) if function in _SPELT or function.startswith("transform_") else None
        free = function.startswith("transform_") and right is not None and plain(right) != plain(item.arg or "")
        if right and not free:
            edits.append((code.start(item), code.start(item) + len(item.arg or ""), right))
    yield code.with_(*edits)


def _positional(code: Code) -> Iterator[str]:
    """Columns in `encode` without a channel: the first ones are x and y."""
    edits: list[Edit] = []
    for call in code.all(ast.Call):
        if fields.called(call) == "encode":
            free = [name for name in ("x", "y", "color") if name not in [item.arg for item in call.keywords]]
            bare = [node for node in call.args if isinstance(node, ast.Constant)]
            edits += [(code.start(node), code.start(node), f"{name}=") for node, name in zip(bare, free)]
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
