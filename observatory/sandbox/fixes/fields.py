"""Where chart code names columns, and which of them it makes itself."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterable, Iterator

from observatory.sandbox.fixes.code import Code, Edit
from observatory.sandbox.fixes.words import CHANNELS

_SHOWN = ("title", "text", "description", "name", "color", "fill", "stroke", "scheme", "range", "format")
_TABLE = ("query", "eval")
CHANNEL_CLASSES = {name[0].upper() + name[1:] for name in CHANNELS}


def called(node: ast.AST | None) -> str:
    """The last name of what a call calls, "" for other nodes.

    >>> called(ast.parse("alt.Chart(data)", mode="eval").body)
    'Chart'
    """
    if not isinstance(node, ast.Call):
        return ""
    return str(getattr(node.func, "attr", "") or getattr(node.func, "id", ""))


def strings(code: Code) -> list[ast.Constant]:
    """The strings of the code that stand as they are, without those in f-strings and those that are only shown."""
    return [
        node
        for node in code.all(ast.Constant)
        if isinstance(node.value, str) and not isinstance(code.parents.get(node), (ast.JoinedStr, ast.FormattedValue))
    ]


def named(code: Code) -> list[ast.Constant]:
    """The strings that may name a column: not titles, formats or colours."""

    def shown(node: ast.Constant) -> bool:
        parent = code.parents.get(node)
        while isinstance(parent, (ast.List, ast.Tuple)):
            parent = code.parents.get(parent)
        return (isinstance(parent, ast.keyword) and parent.arg in _SHOWN) or isinstance(parent, ast.Expr)

    short = {id(node) for node in shorthands(code)}
    return [node for node in strings(code) if id(node) in short or not shown(node)]


def shorthands(code: Code) -> list[ast.Constant]:
    """The strings in `encode(…)` and in channels such as `alt.X(…)` that are shorthand: `"mean(age):Q"`."""

    def is_shorthand(node: ast.Constant) -> bool:
        parent: ast.AST | None = code.parents.get(node)
        if isinstance(parent, ast.keyword) and parent.arg in ("x", "y", *CHANNELS, "shorthand"):
            parent = code.parents.get(parent)
            return called(parent) in ("encode", "facet", *CHANNEL_CLASSES)
        if isinstance(parent, (ast.List, ast.Tuple)):
            above = code.parents.get(parent)
            return called(above) == "encode" or (isinstance(above, ast.keyword) and above.arg == "tooltip")
        name = called(parent)
        return name in ("encode", "facet") or (
            name in CHANNEL_CLASSES and getattr(parent, "args", [None])[:1] == [node]
        )

    return [node for node in strings(code) if is_shorthand(node)]


def field_of(shorthand: str) -> str:
    """The column of a shorthand.

    >>> [field_of(text) for text in ("age", "mean(age):Q", "count()", "age:Q")]
    ['age', 'age', '', 'age']
    """
    bare = re.sub(r"(?<!\\):\w*$", "", shorthand)
    inside = re.fullmatch(r"\w+\((.*)\)", bare)
    return (inside.group(1) if inside else bare).strip()


def made(code: Code) -> dict[str, str]:
    """The columns that the code makes, with the letter of the type they are likely to have, "" if nobody knows.

    >>> made(Code("alt.Chart(data).transform_calculate(ratio='datum.a / datum.b')"))
    {'ratio': 'Q'}
    """
    found: dict[str, str] = {}
    for node in code.all(ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
                found[str(target.slice.value)] = ""
            if isinstance(target, ast.Attribute) and target.attr == "columns":
                found |= dict.fromkeys(_texts(node.value), "")
    for call in code.all(ast.Call):
        found |= _made_by(call)
    return found


def _made_by(call: ast.Call) -> dict[str, str]:
    name = called(call)
    given = {item.arg: item.value for item in call.keywords if item.arg}
    if name.startswith("transform_"):
        return _transformed(name, call.args, given)
    if name in ("assign", "agg", "aggregate"):
        return dict.fromkeys([*given, *(text for item in call.args for text in _texts(item))], "")
    keys = ("var_name", "value_name", "name", "names", "columns", "indicator")
    if name in ("reset_index", "melt", "rename", "rename_axis", "to_frame", "merge", "set_axis", "DataFrame"):
        texts = [text for key in keys for text in _texts(given.get(key))]
        return dict.fromkeys([*texts, *(text for item in call.args for text in _texts(item))], "")
    return {}


def _transformed(name: str, args: list[ast.expr], given: dict[str, ast.expr]) -> dict[str, str]:
    """What a transform makes; where no name is given, the names of Vega-Lite."""
    second = args[1] if args[1:] else None
    named = [*_texts(given.get("as_")), *_texts(second if name == "transform_fold" else None)]
    if name == "transform_fold":
        return dict(zip(named or ["key", "value"], ("N", "Q")))
    if name == "transform_density" and not named:
        named = ["value", "density"]
    if name in ("transform_bin", "transform_calculate"):
        named += _texts(args[0] if args else None)
    letter = "T" if name == "transform_timeunit" else "Q"
    told = _letter(given.get("calculate", second)) or letter
    made = {key: _letter(value) or letter for key, value in given.items() if key not in _PARAMETERS}
    return dict.fromkeys(named, told) | made


_PARAMETERS = {
    *("groupby", "sort", "frame", "fold", "field", "bin", "key", "value", "method", "calculate", "as_", "filter", "on"),
    *(
        "window",
        "aggregate",
        "joinaggregate",
        "timeUnit",
        "density",
        "extent",
        "bandwidth",
        "steps",
        "counts",
        "cumulative",
    ),
    *(
        "lookup",
        "from_",
        "default",
        "pivot",
        "op",
        "limit",
        "impute",
        "keyvals",
        "regression",
        "loess",
        "order",
        "params",
    ),
    *("quantile", "probs", "step", "sample", "stack", "offset", "flatten", "timeunit", "minsteps", "maxsteps"),
}


def _texts(node: ast.AST | None) -> Iterator[str]:
    """The strings that a node gives names with: itself, its items, the values of a dictionary."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, (ast.List, ast.Tuple)):
        for item in node.elts:
            yield from _texts(item)
    elif isinstance(node, ast.Dict):
        for item in node.values:
            yield from _texts(item)


def _letter(node: ast.AST | None) -> str:
    """The type of a calculated column: N where the expression gives a text, T for a date, "" for what is not known."""
    texts = [item.value for item in ast.walk(node) if isinstance(item, ast.Constant)] if node is not None else []
    said = " ".join(text for text in texts if isinstance(text, str))
    if re.search(r"^(toDate|datetime|time)\(", said.strip()):
        return "T"
    expression = re.search(r"[?+:]\s*['\"]|^(format|timeFormat|upper|lower|toString|substring)\(", said.strip())
    computed = isinstance(node, ast.Call) and any(isinstance(text, str) for text in texts)
    return "N" if expression or (computed and called(node) in ("if_", "test")) else ""


def renamed(code: Code, wrong: str, right: str) -> str:
    """The code with one column called by another name wherever it is named."""
    edits: list[Edit] = []
    short = {id(node) for node in shorthands(code)}
    for node in named(code):
        text = str(node.value)
        grand = code.parents.get(node)
        new = _in_table(text, wrong, right) if called(grand) in _TABLE else None
        new = new or (right if text == wrong and id(node) not in short else in_shorthand(text, wrong, right))
        new = new or _in_expression(text, wrong, right)
        if new != text:
            edits.append(code.literal(node, new))
    for attribute in code.all(ast.Attribute):
        if attribute.attr == wrong and not isinstance(code.parents.get(attribute), ast.Call | ast.Assign):
            if right.isidentifier() and not keyword.iskeyword(right):
                edits.append(code.attribute(attribute, right))
            else:
                edits.append((code.end(attribute.value), code.end(attribute), f"[{right!r}]"))
    return code.with_(*edits)


def in_shorthand(text: str, wrong: str, right: str) -> str | None:
    """A shorthand with another column; signs that mean something there get a backslash."""
    found = re.fullmatch(rf"(\w+\(\s*)?{re.escape(wrong)}(\s*\))?(:\w+)?", text)
    if found is None:
        return None
    return "".join(
        [found.group(1) or "", re.sub(r"([:.\[\]])", r"\\\1", right), found.group(2) or "", found.group(3) or ""]
    )


def _in_expression(text: str, wrong: str, right: str) -> str:
    shown = f"datum.{right}" if right.isidentifier() else f"datum[{right!r}]"
    text = re.sub(rf"\bdatum\.{re.escape(wrong)}\b(?!\()", lambda _: shown, text)
    return re.sub(rf"\bdatum\[(['\"]){re.escape(wrong)}\1\]", lambda _: shown, text)


def _in_table(text: str, wrong: str, right: str) -> str:
    shown = right if right.isidentifier() and not keyword.iskeyword(right) else f"`{right}`"
    return re.sub(rf"`{re.escape(wrong)}`|(?<![\w'\"`]){re.escape(wrong)}\b", lambda _: shown, text)


def with_types(code: Code, letters: dict[str, str]) -> str:
    """The code with a type behind each shorthand, where it has none and the letter of its column is known."""
    text = code.text
    for field, letter in letters.items():
        text = _with_type(Code(text), field, letter) if letter else text
    return text


def _with_type(code: Code, field: str, letter: str) -> str:
    bare = [node for node in shorthands(code) if not re.search(r":\w+$", str(node.value))]
    wanted = [node for node in bare if field_of(str(node.value)) == field]
    long = {"Q": "quantitative", "N": "nominal", "O": "ordinal", "T": "temporal"}[letter]
    summed = [node for node in wanted if node.value != field]
    edits = [code.literal(node, f"{node.value!s}:{'Q' if node in summed else letter}") for node in wanted]
    for item in code.all(ast.keyword):
        call = code.parents.get(item)
        is_field = item.arg == "field" and isinstance(item.value, ast.Constant) and item.value.value == field
        if is_field and isinstance(call, ast.Call) and "type" not in [other.arg for other in call.keywords]:
            edits.append(code.argued(call, f"type={code.quoted(long)}"))
    return code.with_(*edits)


def used(code: Code) -> Iterable[str]:
    """The columns that the encodings of the code name."""
    return [field_of(str(node.value)) for node in shorthands(code)]
