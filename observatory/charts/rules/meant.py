"""What a chart plainly means where it is written in another way: keys in the wrong place, and words for counts."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from observatory.charts.rules.facts import chart_type
from observatory.charts.rules.nearest import nearest_names
from observatory.charts.rules.shorthand import spelt_out
from observatory.charts.spec.reading import Reading
from observatory.model import Profile
from observatory.quoting import vega_field, vega_name

_MISNAMED = ("encodings", "encode")
_HISTOGRAMS = ("histogram", "hist")
_COUNTS = ("count", "count()", "*")
_COUNT = {"aggregate": "count", "type": "quantitative"}
_DEEPEST = 30
_AXES = {"x": "the x axis", "y": "the y axis"}


def meant(spec: Mapping[str, Any], reading: Reading, profile: Profile) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """The chart as it is meant, and what is changed in words; the same chart and nothing where nothing is plain.

    >>> from observatory.charts.spec.reading import read
    >>> spec = {"mark": "bar", "encodings": {"x": {"field": "a"}}}
    >>> meant(spec, read(spec), Profile(0, ()))
    ({'mark': 'bar', 'encoding': {'x': {'field': 'a'}}}, ('Read “encodings” as “encoding”.',))
    """
    words: list[str] = []
    there = {d.name: d.type for d in reading.derived} | {f.name: chart_type(f) for f in profile.fields}
    chart = _placed(spec, words)
    chart = spelt_out(chart, there, words)
    chart = _counted(chart, there, words)
    chart = _histogram(chart, words)
    for wrong, right in _absent_in_filters(reading, profile):
        chart = _renamed(chart, wrong, right)
        words.append(f"Read “{wrong[:80]}” as “{right[:80]}”.")
    return chart, tuple(words)


def _placed(spec: Mapping[str, Any], words: list[str]) -> Mapping[str, Any]:
    """The encoding at its place, where it stands inside the mark or under a name that is nearly its own."""
    if "encoding" in spec:
        return spec
    mark = spec.get("mark")
    if isinstance(mark, Mapping) and isinstance(mark.get("encoding"), Mapping):
        words.append("Move the encoding out of the mark.")
        rest = {key: item for key, item in mark.items() if key != "encoding"}
        return {**spec, "mark": rest, "encoding": mark["encoding"]}
    wrong = next((key for key in _MISNAMED if isinstance(spec.get(key), Mapping)), None)
    if wrong is None:
        return spec
    words.append(f"Read “{wrong}” as “encoding”.")
    return {"encoding" if key == wrong else key: item for key, item in spec.items()}


def _counted(spec: Mapping[str, Any], there: Collection[str], words: list[str]) -> Mapping[str, Any]:
    """A field “count” that the table has not, as the number of rows."""
    encoding = spec.get("encoding")
    if not isinstance(encoding, Mapping):
        return spec
    changed = dict(encoding)
    for channel, item in encoding.items():
        name = item.get("field") if isinstance(item, Mapping) else None
        is_number = isinstance(name, str) and item.get("type", "quantitative") in ("quantitative", "Q")
        if is_number and name in _COUNTS and name not in there and item.get("aggregate") != "count":
            changed[channel] = {**{key: value for key, value in item.items() if key not in ("field", "bin")}, **_COUNT}
            words.append(f"Count the rows on {_AXES.get(channel, str(channel)[:40])} instead of “{name}”.")
    return {**spec, "encoding": changed} if changed != encoding else spec


def _histogram(spec: Mapping[str, Any], words: list[str]) -> Mapping[str, Any]:
    """A mark “histogram” over one number, as bars of the number of rows in its bins."""
    mark, encoding = spec.get("mark"), spec.get("encoding")
    name = mark.get("type") if isinstance(mark, Mapping) else mark
    axes = [c for c in _AXES if isinstance(encoding, Mapping) and c in encoding]
    if name not in _HISTOGRAMS or len(axes) != 1 or not isinstance(encoding, Mapping):
        return spec
    axis, other = axes[0], "y" if axes[0] == "x" else "x"
    shown = encoding[axis]
    field = shown.get("field") if isinstance(shown, Mapping) else None
    if not isinstance(field, str) or shown.get("aggregate") or shown.get("type") not in (None, "quantitative", "Q"):
        return spec
    words.append(f"Change the mark from {name} to bar.")
    words.append(f"Put “{vega_name(field)[:80]}” into bins and the number of rows on {_AXES[other]}.")
    binned = {**shown, "type": "quantitative", "bin": shown.get("bin") or True}
    bar = {**mark, "type": "bar"} if isinstance(mark, Mapping) else "bar"
    return {**spec, "mark": bar, "encoding": {**encoding, axis: binned, other: _COUNT}}


def _absent_in_filters(reading: Reading, profile: Profile) -> Iterator[tuple[str, str]]:
    """The fields of filters that the table has not, each with the one that is nearest."""
    names = [f.name for f in profile.fields]
    filters = [f for part in reading.parts if not part.rows.is_open for f in part.view.filters]
    for wrong in dict.fromkeys(f.field for f in filters if f.field not in names):
        near = nearest_names(wrong, names, 1)
        if near:
            yield wrong, near[0]


def _renamed(chart: Any, wrong: str, right: str, deep: int = 0) -> Any:
    """The chart with a field renamed in all its filters."""
    if deep > _DEEPEST or not isinstance(chart, (Mapping, list)):
        return chart
    if isinstance(chart, list):
        return [_renamed(item, wrong, right, deep + 1) for item in chart]
    return {
        key: item
        if key in ("data", "datasets")
        else _in_filter(item, wrong, right)
        if key == "filter"
        else _renamed(item, wrong, right, deep + 1)
        for key, item in chart.items()
    }


def _in_filter(predicate: Any, wrong: str, right: str, deep: int = 0) -> Any:
    if isinstance(predicate, str):
        plain = rf"\.{re.escape(wrong)}(?![\w$])|\[\s*(['\"]){re.escape(wrong)}\1\s*\]"
        named = f".{right}" if right.isidentifier() else f"[{json.dumps(right, ensure_ascii=False)}]"
        return re.sub(rf"\bdatum(?:{plain})", lambda _: f"datum{named}", predicate)
    if isinstance(predicate, list) and deep <= _DEEPEST:
        return [_in_filter(item, wrong, right, deep + 1) for item in predicate]
    if not isinstance(predicate, Mapping) or deep > _DEEPEST:
        return predicate
    field = predicate.get("field")
    if isinstance(field, str):
        return {**predicate, "field": vega_field(right)} if vega_name(field) == wrong else predicate
    return {key: _in_filter(item, wrong, right, deep + 1) for key, item in predicate.items()}
