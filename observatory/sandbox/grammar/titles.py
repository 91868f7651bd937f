"""Titles that are safe in a tooltip, where Vega-Lite writes them into an expression and “image” is fetched."""

from __future__ import annotations

import re
from typing import Any

_BREAK = re.compile("[\r\n\u2028\u2029]+")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_UNSAFE = re.compile('\\\\[\\\\"]|[\r\n\u2028\u2029]')
_IMAGE = "image"


def safe_title(text: str) -> str:
    r"""A title on one line without a backslash; a space that is not seen stands after “image”.

    >>> safe_title("image"), safe_title("a\\b"), safe_title("Image")
    ('image ', 'a⧵b', 'Image')
    """
    line = _BREAK.sub(" ", text).replace("\\", "⧵")
    return f"{_IMAGE} " if line == _IMAGE else line


def safe_path(field: str) -> str:
    """A field to repeat over, written so that its title is not “image”.

    >>> safe_path("image"), safe_path("a")
    ("['image']", 'a')
    """
    return f"['{_IMAGE}']" if field == _IMAGE else field


def title_for(defined: dict[str, Any], plain_titles: bool) -> str | None:
    r"""The title that a channel needs because the one that Vega-Lite makes of its field is not safe, or None.

    >>> title_for({"field": "image"}, False), title_for({"field": "a\\\"b", "aggregate": "mean"}, False)
    ('image ', 'mean of a"b')
    """
    field = defined.get("field")
    if type(field) is not str or defined.get("title") is not None:
        return None
    op = defined.get("aggregate")
    changed = bool(op or defined.get("bin") or defined.get("timeUnit")) and not plain_titles
    if _UNSAFE.search(field) is None and (field != _IMAGE or changed):
        return None
    name = _ESCAPE.sub(r"\1", field)
    return safe_title(f"{op} of {name}" if type(op) is str and op != "count" else name)
