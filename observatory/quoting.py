"""One quoting helper for each language that names and cells of the data are put into.

Answer-set programs get none: there a field is `f0`, `f1`, … and its name stays in Python.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])")
_LINK = re.compile(r"://|www\.|@", re.IGNORECASE)
_WORD_JOINER = "\u2060"
_BREAK = re.compile("[\r\n\u2028\u2029]+")
_TOOLTIP_PARTS = ("image", "title")
_BRACKETED = re.compile(r"""\[(['"]?)([^\[\]'"\\]+)\1\]""")
_PATH = re.compile(r"(?<!\\)[.\[]")
_VEGA = re.compile(r"([\\.\[\]\"'])")


def sql_name(name: str) -> str:
    """A DuckDB identifier.

    >>> print(sql_name('5" pipe'))
    "5"" pipe"
    """
    return '"' + name.replace('"', '""') + '"'


def sql_literal(value: object) -> str:
    """A DuckDB literal of a number, truth value, text, date, time or None; negative numbers stand in parentheses.

    >>> sql_literal("O'Hara"), sql_literal(-1.5), sql_literal(None)
    ("'O''Hara'", '(-1.5)', 'NULL')
    """
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value) if value >= 0 else f"({value})"
    if isinstance(value, float):
        if not math.isfinite(value):
            return f"'{value}'::DOUBLE"
        return repr(value) if value >= 0 else f"({value!r})"
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    return "'" + str(value).replace("'", "''") + "'"


def markdown(text: object) -> str:
    r"""Text that Markdown, Streamlit directives and HTML show as it is, on one line.

    An invisible word joiner keeps addresses from becoming links, which no escape does.

    >>> print(markdown("*a* :red[b] <i>"))
    \*a\* \:red\[b\] \<i\>
    """
    unlinked = _LINK.sub(lambda found: found[0][0] + _WORD_JOINER + found[0][1:], " ".join(str(text).split()))
    return _MARKDOWN.sub(r"\\\1", unlinked)


def vega_field(name: str) -> str:
    r"""A field name for a Vega-Lite encoding, where `.` and `[ ]` would otherwise mean a path.

    >>> print(vega_field("a.b[0]"))
    a\.b\[0\]
    """
    return _VEGA.sub(r"\\\1", name)


def vega_name(field: str) -> str:
    """The field name that `vega_field` wrote, or that stands alone in brackets.

    >>> vega_name(vega_field("a.b[0]")), vega_name("[a.b]")
    ('a.b[0]', 'a.b')
    """
    if bracketed := _BRACKETED.fullmatch(field):
        return bracketed[2]
    return re.sub(r"\\(.)", r"\1", field)


def vega_head(field: str) -> str:
    r"""The name of the field that a path of Vega-Lite starts in.

    >>> vega_head("a.b[0]"), vega_head(r"a\.b"), vega_head("[a.b].c")
    ('a', 'a.b', 'a.b')
    """
    if bracketed := _BRACKETED.match(field):
        return bracketed[2]
    return vega_name(_PATH.split(field, maxsplit=1)[0])


def vega_title(text: str) -> str:
    r"""A title on one line for Vega-Lite to put into an expression, where it quotes `"` alone and no backslash.

    A tooltip fetches as a picture what is titled “image”, and shows as its head what is titled “title”: a space that is
    not seen stands after these.

    >>> print(vega_title("c:\\new\nline"))
    c:\\new line
    >>> vega_title("image"), vega_title("images")
    ('image ', 'images')
    """
    if text in _TOOLTIP_PARTS:
        return f"{text} "
    return _BREAK.sub(" ", text).replace("\\", "\\\\")


def spreadsheet(text: str) -> str:
    """A cell of a CSV file that no spreadsheet takes for a formula.

    >>> spreadsheet("=1+1"), spreadsheet("-"), spreadsheet("a=b")
    ("'=1+1", "'-", 'a=b')
    """
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
