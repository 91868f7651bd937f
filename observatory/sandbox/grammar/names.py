"""Names in a chart: fields and the paths into them, params, views and sets of rows."""

from __future__ import annotations

import re

_FIELD_LONGEST = 1_000
_ESCAPE = re.compile(r"\\(.?)", re.DOTALL)
_PIECES = re.compile(r"\\.|[.\[\]'\"]", re.DOTALL)
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_INHERITED = frozenset(
    ("__proto__", "prototype", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__")
)
_OBJECTS = frozenset(
    ("constructor", "toString", "toLocaleString", "valueOf", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable")
)
_QUOTE = re.compile(
    r"""(?P<escaped>\\)?(?:(?P<sign>['"])(?=(?P<word>[ ]*(?:[^ ][a-z]*)?))|(?(escaped).|(?!)))""", re.DOTALL
)
_BRACKETS = re.compile(r"""\w*\[(['"])(?!in)[A-Za-z][\w ]*\1\]""")
_PLAIN = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_PARAM = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_TAKEN = frozenset(
    re.findall(
        r"\w+",
        """datum item event parent width height padding autosize background cursor data group view unit facet
        axis legend scale scales this window document globalThis xy true false null undefined NaN Infinity E PI LN2 LN10
        LOG2E
        LOG10E SQRT1_2 SQRT2 MIN_VALUE MAX_VALUE child""",
    )
)
_LABEL = re.compile(r"[\w][\w .,:()/+&%#-]{0,199}")


def is_member(name: str) -> bool:
    """Whether a name may follow a dot in an expression: none that objects of JavaScript inherit.

    >>> is_member("price"), is_member("constructor"), is_member("__proto__")
    (True, False, False)
    """
    return len(name) <= _FIELD_LONGEST and name not in _INHERITED and name not in _OBJECTS and not _UNSEEN.search(name)


def is_field(name: str, parts: bool = True) -> bool:
    r"""Whether a text names a field or a path into one, in Vega's syntax, and walks to nothing that is inherited.

    `parts` says that the chart has marks of several parts, such as box plots.

    >>> is_field("a\\.b[0]"), is_field("x.constructor.name"), is_field("c\\onstructor"), is_field("constructor")
    (True, False, False, True)
    >>> is_field("don't know"), is_field("a'] + b + ['c")
    (True, False)
    """
    if not name or len(name) > _FIELD_LONGEST or _UNSEEN.search(name):
        return False
    if any(escaped not in ("\\", ".", "[", "]", '"', "'") or not escaped for escaped in _ESCAPE.findall(name)):
        return False
    if ("'" in name or '"' in name) and not _stays_in(name, parts):
        return False
    pieces = _PIECES.split(name)
    if any(piece in _INHERITED for piece in pieces):
        return False
    return len(pieces) == 1 or not any(piece in _OBJECTS for piece in pieces)


def without_colons(name: str) -> str:
    r"""The same field without the backslashes that Altair wants before colons, which Vega-Lite takes for nothing.

    >>> print(without_colons(r"a\:b\.c"), without_colons("a"))
    a:b\.c a
    """
    return _ESCAPE.sub(lambda found: ":" if found[1] == ":" else found[0], name)


def _stays_in(name: str, parts: bool) -> bool:
    """Whether no quote can end a text that Vega-Lite pastes the name into without that being an error.

    After each stands a word or the end of the name, and no expression goes on with a word where a text has just ended.
    A quote with a backslash of its own may stand anywhere, but an apostrophe not where marks of several parts put
    another backslash before it.
    """
    if _BRACKETS.fullmatch(name):
        return True
    for found in _QUOTE.finditer(name):
        escaped, sign = found["escaped"] is not None, found["sign"]
        if sign and not (escaped and (sign == '"' or not parts)):
            word = found["word"].strip(" ")
            if (word and not (word[0].isalnum() or word[0] == "_")) or word in ("in", "instanceof"):
                return False
            if not word and found.end() < len(name):
                return False
    return True


def is_plain(name: str) -> bool:
    """Whether a name is a word that an expression may have after a dot as it is.

    >>> is_plain("price"), is_plain("unit price")
    (True, False)
    """
    return _PLAIN.fullmatch(name) is not None and is_member(name)


def is_new_field(name: str) -> bool:
    """Whether a transform may give its result that name.

    >>> is_new_field("price in €"), is_new_field('5" pipe')
    (True, False)
    """
    return is_field(name) and not any(sign in name for sign in '"\\`')


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
    if _PARAM.fullmatch(name) is None or name in _TAKEN or name.startswith("__"):
        return False
    return not name.endswith(("_tuple", "_tuple_fields", "_store", "_modify", "_toggle"))


def is_label(name: str) -> bool:
    """Whether a view, a style or a set of rows may be called that.

    >>> is_label("data-5f3a"), is_label("a'b")
    (True, False)
    """
    return _LABEL.fullmatch(name) is not None and name not in _INHERITED and name not in _OBJECTS
