"""Names in a chart: fields and the paths into them, params, views and sets of rows."""

from __future__ import annotations

import re

_FIELD_LONGEST = 1_000
_ESCAPE = re.compile(r"\\(.?)", re.DOTALL)
_PIECES = re.compile(r"\\.|[.\[\]'\"]", re.DOTALL)
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_INHERITED = frozenset(
    "__proto__ prototype __defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__ __parent__".split()
)
_OBJECTS = frozenset(
    "constructor toString toLocaleString valueOf hasOwnProperty isPrototypeOf propertyIsEnumerable".split()
)
_PARAM = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_TAKEN = frozenset(
    "datum item event parent width height padding autosize background cursor data group view unit facet axis legend "
    "scale scales this window document globalThis self top name xy brush_store true false null undefined NaN Infinity "
    "E PI LN2 LN10 LOG2E LOG10E SQRT1_2 SQRT2 MIN_VALUE MAX_VALUE concat_0 child".split()
)
_LABEL = re.compile(r"[\w][\w .,:()/+&%#-]{0,199}")


def is_member(name: str) -> bool:
    """Whether a name may follow a dot in an expression: none that objects of JavaScript inherit.

    >>> is_member("price"), is_member("constructor"), is_member("__proto__")
    (True, False, False)
    """
    return len(name) <= _FIELD_LONGEST and name not in _INHERITED and name not in _OBJECTS and not _UNSEEN.search(name)


def is_field(name: str) -> bool:
    r"""Whether a text names a field or a path into one, in Vega's syntax, and walks to nothing that is inherited.

    >>> is_field("a\\.b[0]"), is_field("x.constructor.name"), is_field("c\\onstructor"), is_field("constructor")
    (True, False, False, True)
    """
    if not name or len(name) > _FIELD_LONGEST or _UNSEEN.search(name):
        return False
    if any(escaped not in ("\\", ".", "[", "]", '"', "'") or not escaped for escaped in _ESCAPE.findall(name)):
        return False
    pieces = _PIECES.split(name)
    if any(piece in _INHERITED for piece in pieces):
        return False
    return len(pieces) == 1 or not any(piece in _OBJECTS for piece in pieces)


def is_key(name: str) -> bool:
    """Whether a column of rows may be called that.

    >>> is_key("a.b"), is_key("__proto__")
    (True, False)
    """
    return name not in _INHERITED and len(name) <= _FIELD_LONGEST


def is_param(name: str) -> bool:
    """Whether a param may be called that: a plain word that Vega does not use itself.

    >>> is_param("cutoff"), is_param("datum"), is_param("a b")
    (True, False, False)
    """
    return _PARAM.fullmatch(name) is not None and name not in _TAKEN and not name.startswith("__")


def is_label(name: str) -> bool:
    """Whether a view, a style or a set of rows may be called that.

    >>> is_label("data-5f3a"), is_label("a'b")
    (True, False)
    """
    return _LABEL.fullmatch(name) is not None and name not in _INHERITED and name not in _OBJECTS
