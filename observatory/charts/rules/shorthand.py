"""Channels that are written as Altair writes them, "mean(hwy):Q", or beside the mark, as the objects of Vega-Lite."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from observatory.charts.rules.nearest import nearest_word
from observatory.charts.spec.view import AGGREGATES, CHANNELS, TIME_UNITS
from observatory.quoting import vega_field, vega_name

_TYPES = {"Q": "quantitative", "N": "nominal", "O": "ordinal", "T": "temporal"}
_SHORTHAND = re.compile(r"(?:(?P<call>\w+)\((?P<of>.*)\)|(?P<field>.+?))(?::(?P<type>[QNOT]))?", re.DOTALL)


def spelt_out(spec: Mapping[str, Any], there: Mapping[str, str | None], words: list[str]) -> Mapping[str, Any]:
    """The chart with what stands beside the mark moved into its encoding, and shorthand in full; `words` says so.

    `there` are the fields and the type of each, which a shorthand without a type takes; what is one of them is none.

    >>> words = []
    >>> spelt_out({"mark": "bar", "x": "class", "y": "count()"}, {"class": "nominal"}, words)["encoding"]
    {'x': {'field': 'class', 'type': 'nominal'}, 'y': {'aggregate': 'count', 'type': 'quantitative'}}
    >>> words
    ['Move x and y into the encoding.', 'Write “class” and “count()” in full.']
    """
    chart = _gathered(spec, words)
    encoding = chart.get("encoding")
    if not isinstance(encoding, Mapping):
        return chart
    full = {channel: _in_full(item, there) for channel, item in encoding.items()}
    changed = [_text(encoding[channel]) for channel in full if full[channel] != encoding[channel]]
    if not changed:
        return chart
    words.append(f"Write {' and '.join(f'“{text[:80]}”' for text in changed)} in full.")
    return {**chart, "encoding": full}


def _gathered(spec: Mapping[str, Any], words: list[str]) -> Mapping[str, Any]:
    beside = [key for key in CHANNELS if isinstance(spec.get(key), (Mapping, str))]
    if "encoding" in spec or "mark" not in spec or not beside:
        return spec
    words.append(f"Move {' and '.join(beside)} into the encoding.")
    rest = {key: item for key, item in spec.items() if key not in beside}
    return {**rest, "encoding": {key: spec[key] for key in beside}}


def _in_full(item: Any, there: Mapping[str, str | None]) -> Any:
    """A channel as an object, where it is text, has a `shorthand`, or names a call as its field."""
    if isinstance(item, str):
        return _read(item, there) or item
    if not isinstance(item, Mapping):
        return item
    key = "shorthand" if isinstance(item.get("shorthand"), str) else "field"
    text = item.get(key)
    if not isinstance(text, str) or (key == "field" and (vega_name(text) in there or text in there)):
        return item
    read = _read(text, there)
    return item if read is None else {**read, **{k: v for k, v in item.items() if k != key}}


def _read(text: str, there: Mapping[str, str | None]) -> dict[str, Any] | None:
    """What a shorthand says; None where it speaks of no field of the table."""
    found = _SHORTHAND.fullmatch(text.strip())
    if text in there or found is None:
        return _typed({"field": vega_field(text)}, there.get(text)) if text in there else None
    call, name = found["call"], found["of"] if found["call"] else found["field"]
    if call == "count" and not name:
        return {"aggregate": "count", "type": "quantitative"}
    if name not in there:
        return None
    kind = _TYPES.get(found["type"])
    if call is None:
        return _typed({"field": vega_field(name)}, kind or there[name])
    if call in TIME_UNITS:
        return _typed({"field": vega_field(name), "timeUnit": call}, kind or "temporal")
    summary = nearest_word("aggregate", call, AGGREGATES)
    if summary is None:
        return None
    return _typed({"field": vega_field(name), "aggregate": summary}, kind or "quantitative")


def _typed(definition: dict[str, Any], kind: str | None) -> dict[str, Any]:
    return definition | ({} if kind is None else {"type": kind})


def _text(item: Any) -> str:
    return item if isinstance(item, str) else str(item.get("shorthand") or item.get("field"))
