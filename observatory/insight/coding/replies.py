"""Code on its way to a model and back: names that a prompt may not hold go by their labels, and prose is left out."""

from __future__ import annotations

import re

from observatory.insight.sheet import Sheet

_FENCED = re.compile(r"^[ \t]*```[ \t]*\w*[ \t]*\n(.*?)(?:^[ \t]*```|\Z)", re.DOTALL | re.MULTILINE)
_STRING = re.compile(r"(['\"])((?:(?!\1)[^\\\n])*)\1")
_QUOTED = re.compile(r"[“'\"]([^“”'\"]{1,300})[”'\"]")
_LONGEST = 8_000


def code_in(reply: str, known: Sheet) -> str:
    r"""The code of a model's reply, with the fields by their names.

    >>> from observatory.model import FieldProfile
    >>> known = Sheet({"field 1": FieldProfile("x: {y}", "nominal", "dimension", "VARCHAR", 0, 2)}, "")
    >>> code_in("Here:\n```python\nalt.X('field 1')\n```\nDone.", known)
    "alt.X('x: {y}')\n"
    """
    fenced = _FENCED.findall(reply)
    code = max(fenced, key=len) if fenced else reply
    names = {label: field.name for label, field in known.fields.items() if label != field.name}
    return _STRING.sub(lambda found: _renamed(found, names), code) if names else code


def for_prompt(code: str, known: Sheet) -> str:
    r"""Code as a prompt may hold it: cut, without fences, and with labels for names that are no plain words.

    >>> from observatory.model import FieldProfile
    >>> known = Sheet({"field 1": FieldProfile("x: {y}", "nominal", "dimension", "VARCHAR", 0, 2)}, "")
    >>> for_prompt("alt.X('x: {y}')  # ```", known)
    "alt.X('field 1')  # "
    """
    text = code[:_LONGEST].replace("```", "")
    for label, field in known.fields.items():
        if label != field.name:
            text = text.replace(field.name, label).replace(repr(field.name)[1:-1], label)
    return text


def said(error: str, code: str, known: Sheet) -> str:
    """An error as a prompt may hold it: of what it quotes, what stands in the code or is a field's label.

    >>> said("could not convert string to float: 'ann@example.org'", "data['age'].astype(float)", Sheet({}, ""))
    'could not convert string to float: “…”'
    """
    text = for_prompt(error[:600], known)
    shown = for_prompt(code, known)
    text = _QUOTED.sub(lambda q: q[0] if q[1] in shown or q[1] in known.labels else "“…”", text)
    head, colon, tail = text.partition(": ")
    return text if all(word in shown or word == "“…”" for word in tail.split()) or not colon else f"{head}."


def _renamed(found: re.Match[str], names: dict[str, str]) -> str:
    """A string of the code with names for labels; signs that Altair reads get a backslash inside of a shorthand."""
    text = found[2]
    if text in names:
        return repr(names[text])
    new = text
    for label, name in names.items():
        new = re.sub(rf"(?<!\w){re.escape(label)}(?!\w)", lambda _, n=name: re.sub(r"([:.\[\]])", r"\\\1", n), new)
    return found[0] if new == text else repr(new)
