r"""Names and cells of the data where Vega-Lite writes them into expressions: titles, written orders, categories.

Axes and legends show a title as it is, but what is read aloud of a mark, and its tooltip, are expressions: a backslash
must be quoted there, and only there, or it ends the text. A text such as “constructor”, which names a part of every
JavaScript object, is mistaken for that part when it stands alone: a space that is not seen stands after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from observatory.charts.spec.channel import COLOURS, encoding_of
from observatory.charts.spec.parts import CONCATS
from observatory.charts.spec.words import phrase
from observatory.quoting import vega_name, vega_title

_OBJECT = {
    *("constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "toString"),
    *("valueOf", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__", "__proto__"),
}
_GUIDES = {"x": "axis", "y": "axis"} | dict.fromkeys((*COLOURS, "size", "shape", "opacity", "strokeDash"), "legend")
_PANELS = ("row", "column", "facet")


def line(text: str) -> str:
    """A line of a title, or a category, as Vega can draw it; its expressions hold no line separators.

    >>> line("constructor"), line("Rows")
    ('constructor ', 'Rows')
    """
    return f"{text} " if text in _OBJECT else text.replace("\u2028", " ").replace("\u2029", " ")


def cells(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of a chart with the texts in them as Vega can draw them.

    >>> cells(pd.DataFrame({"v_x": ["toString", "b"]}))["v_x"].tolist()
    ['toString ', 'b']
    """
    texts = [name for name in rows if not pd.api.types.is_numeric_dtype(rows[name])]
    return rows.assign(**{str(name): rows[name].map(_value) for name in texts})


def _value(value: Any) -> Any:
    return line(value) if isinstance(value, str) else value


def _is_plain(title: str) -> bool:
    return vega_title(title) == title and line(title) == title


def titled(body: Any) -> Any:
    r"""The body of a chart with its titles quoted for expressions; its axes and legends keep them as they are.

    A name of a field that would be a title without being quoted becomes one.

    >>> print(titled({"encoding": {"x": {"field": "v_x", "title": "a\\b"}}})["encoding"]["x"])
    {'field': 'v_x', 'title': 'a\\\\b', 'axis': {'title': 'a\\b'}}
    """
    if isinstance(body, list):
        return [titled(part) for part in body]
    if not isinstance(body, Mapping):
        return body
    return {key: _inside(key, part) for key, part in body.items()}


def _inside(key: str, part: Any) -> Any:
    if key == "encoding" or (key == "facet" and "field" not in part):
        return {channel: _quoted(channel, definition) for channel, definition in part.items()}
    return _quoted(key, part) if key == "facet" else titled(part) if key in ("layer", "spec", *CONCATS) else part


def _quoted(channel: str, definition: Any) -> Any:
    """A definition whose title and order an expression can hold; one that has a guide keeps its title there."""
    if isinstance(definition, list):
        return [_quoted(channel, item) for item in definition]
    if not isinstance(definition, Mapping):
        return definition
    known = dict(definition)
    if isinstance(known.get("condition"), (Mapping, list)):
        known["condition"] = _quoted(channel, known["condition"])
    name = known.get("field")
    if isinstance(name, str) and "title" not in known and not _is_plain(vega_name(name)):
        known["title"] = phrase(encoding_of(channel, known))
    if isinstance(known.get("sort"), list):
        known["sort"] = [_value(value) for value in known["sort"]]
    scale = known.get("scale")
    if isinstance(scale, Mapping) and isinstance(scale.get("domain"), list):
        known["scale"] = {**scale, "domain": [_value(value) for value in scale["domain"]]}
    title, guide = known.get("title"), _GUIDES.get(channel)
    if not isinstance(title, str) or channel in _PANELS or _is_plain(title):
        return known
    known["title"] = vega_title(title)
    if guide is not None and known.get(guide, {}) is not None:
        known[guide] = {"title": line(title), **known.get(guide, {})}
    return known
