"""What a chart of code has wrong with its fields, as errors of the code: where it is, and the code that is meant.

This is found outside of the sandbox, so the code is only searched, and not read as Python.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from observatory.errors import ChartCodeFailed, ChartInvalidSpec, FieldNotFound


def misnamed(error: FieldNotFound, code: str, fields: Sequence[str]) -> ChartCodeFailed:
    r"""A field that does not exist as an error of the code: where it is named, and the code with the closest name.

    >>> found = misnamed(FieldNotFound("Clas", ["class"]), "x = 1\ny = 'Clas:N'", ["class"])
    >>> found.line, found.fix
    (2, "x = 1\ny = 'class:N'")
    """
    counted = re.compile(rf"(['\"])count\(\s*{re.escape(error.name)}\s*\)(?::\w+)?\1")
    if counts := counted.search(code):
        right = counted.sub(r"\1count()\1", code)
        return ChartCodeFailed(_COUNTS, "Write count().", line=_line_at(code, counts.start()), fix=right)
    word = re.compile(rf"(?<!\w){_written(error.name)}(?!\w)")
    line = next((number for number, text in enumerate(code.splitlines(), 1) if word.search(text)), None)
    if line and (meant := _function(error.name, fields)):
        fixed = re.sub(rf"(?<!\w){re.escape(error.name)}", lambda _: meant, code)
        return ChartCodeFailed(error.message, f"Did you mean “{meant}”?", line=line, fix=fixed)
    close = _field(error.name, fields)
    fix = word.sub(lambda _: _escaped(close), code) if close and line else None
    return ChartCodeFailed(error.message, error.hint, line=line, fix=fix)


def _function(name: str, fields: Sequence[str]) -> str | None:
    """The shorthand that was meant by one whose function Altair does not know, of a field that may be misspelt.

    >>> _function("Year(date)", ["date"]), _function("total(pop)", ["population", "year"]), _function("age", ["age"])
    ('year(date)', 'sum(population)', None)
    """
    from observatory.sandbox.fixes.words import AGGREGATES, TIME_UNITS, nearest

    parts = re.fullmatch(r"(\w+)\((.+)\)", name)
    known = (*AGGREGATES, *TIME_UNITS)
    function = (parts[1] if parts[1] in known else nearest(parts[1], known)) if parts else None
    field = _field(parts[2], fields) if parts else None
    return f"{function}({_escaped(field)})" if function and field else None


def _field(name: str, fields: Sequence[str]) -> str | None:
    """The field that is named, or that a name nearly is, as the sandbox's own suggestions have it."""
    from observatory.sandbox.fixes.words import nearest

    return name if name in fields else nearest(name, fields) or nearest(name, fields, 0.6)


_COUNTS = "count() takes no column: it counts rows."
_PLACES, _BEFORE = 100, 400
"""Places of a name that are looked at, and letters before each: enough for the code of a chart."""
_PATH = re.compile("“(.*?)” is read as a path", re.DOTALL)
_CHANNEL = re.compile(
    r"(\b(x|y)(2|Offset|Error|Error2)?|color|fill|stroke|opacity|size|shape|angle|theta2?|radius2?|row|column|facet|order"
    r"|detail|text|tooltip|href|url|key|description|latitude2?|longitude2?|field|shorthand|strokeWidth|strokeDash"
    r"|fillOpacity|strokeOpacity)\s*=\s*$"
    r"|\balt\.[A-Z]\w*\(\s*$|\bencode\(\s*$|\b(tooltip|detail|order)\s*=\s*\[[^=()]*$"
)
"""What stands in code before the name of a field: a channel, one of Altair's classes, or a list of a channel."""


def unescaped(error: ChartInvalidSpec, code: str) -> ChartCodeFailed:
    r"""A field whose name Vega-Lite reads as a path as an error of the code: its line, and code that means the field.

    >>> found = unescaped(ChartInvalidSpec("“a.b” is read as a path into the field “a”."), "x = alt.X('a.b:Q')")
    >>> found.line, found.fix
    (1, "x = alt.X('a\\\\.b:Q')")
    """
    named = _PATH.search(error.message)
    if named is None:
        return ChartCodeFailed(error.message, error.hint)
    name, new = named[1], _escaped(named[1])
    quoted = re.compile(rf"(?<=['\"])((?:\w+\()?){_written(name)}(?=\)?(?::\w+)?['\"])")
    places = [place for place in islice(quoted.finditer(code), _PLACES) if _is_channel(code, place.start() - 1)]
    fix = code
    for place in reversed(places):
        fix = fix[: place.start()] + place[1] + new + fix[place.end() :]
    line = _line_at(code, places[0].start()) if places else None
    message = f"“{name}” is read as a path, because of its dots or brackets."
    return ChartCodeFailed(message, f"Write it as {new[:80]} in the code.", line=line, fix=fix if places else None)


def _is_channel(code: str, at: int) -> bool:
    return _CHANNEL.search(code[max(0, at - _BEFORE) : at]) is not None


def no_sum(operation: str, name: str, code: str) -> ChartCodeFailed:
    r"""A mean or a sum of a text as an error of the code: its line, and code that counts rows.

    >>> no_sum("mean", "class", "x = 1\ny = 'mean(class):Q'").fix
    "x = 1\ny = 'count()'"
    """
    field, summed = rf"{_written(name)}(?::\w+)?", rf"aggregate\s*=\s*(['\"]){operation}\2"
    forms = (
        (rf"(['\"]){operation}\(\s*{_written(name)}\s*\)(?::\w+)?\1", r"\1count()\1"),
        (rf"\bfield\s*=\s*(['\"]){field}\1\s*,\s*{summed}", r"aggregate=\2count\2"),
        (rf"(['\"]){field}\1\s*,\s*{summed}", r"\1count()\1"),
    )
    pattern, new = next((form for form in forms if re.search(form[0], code)), (rf"(['\"]){field}\1", r"\g<0>"))
    place, fix = re.search(pattern, code), re.sub(pattern, new, code)
    return ChartCodeFailed(
        f"“{name[:60]}” is text: it has no {OF_NUMBERS[operation]}.",
        "Count rows with count(), or choose a column of numbers.",
        line=_line_at(code, place.start()) if place else None,
        fix=fix if fix != code else None,
    )


OF_NUMBERS = {
    **{name: name for name in ("mean", "average", "sum", "median", "product", "variance")},
    **dict.fromkeys(("stdev", "stdevp"), "standard deviation"),
    **dict.fromkeys(("q1", "q3"), "quartiles"),
    **dict.fromkeys(("ci0", "ci1"), "confidence interval"),
    "variancep": "variance",
    "stderr": "standard error",
}
"""The aggregates that only numbers have, in words."""


def _written(name: str) -> str:
    """A pattern for a name as it may stand in a string of the code."""
    return re.escape(name) if name.isidentifier() else f"(?:{re.escape(name)}|{re.escape(repr(name)[1:-1])})"


def _escaped(name: str) -> str:
    """A field in a string of the code, where what Vega-Lite or Altair would read otherwise has a backslash."""
    return re.sub(r"([.\[\]:])", r"\\\\\1", name)


def _line_at(code: str, position: int) -> int:
    return code.count("\n", 0, position) + 1
