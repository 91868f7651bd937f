"""Edits of a chart applied to its own JSON: all that is not edited stays as it was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from observatory.charts.rules.options import ABSENT, PROPERTIES
from observatory.charts.spec.parts import Part, Path
from observatory.charts.spec.vegalite import to_spec
from observatory.charts.spec.view import Encoding, View
from observatory.quoting import vega_field


@dataclass(frozen=True)
class Change:
    """A changed part: its edits as (property, entity, value), and each property of each entity before and after.

    `rank` says how good it is, the least first: far readings of words, the cost with what is lost, a changed mark.
    """

    edits: tuple[tuple[str, str, str], ...]
    before: Mapping[tuple[str, str], str]
    after: Mapping[tuple[str, str], str]
    names: tuple[str, ...]
    rank: tuple[int, int, int] = (0, 0, 0)


_JSON = {"type": "type", "aggregate": "aggregate", "time_unit": "timeUnit"}


def patched(spec: Mapping[str, Any], part: Part, change: Change) -> dict[str, Any]:
    """A copy of the chart with one part of it changed; what is not touched is shared with the original."""
    chart: Any = spec
    mark = change.after.get(("m0", "mark"), "")
    if mark != change.before["m0", "mark"]:
        chart = _put(chart, (*part.unit, "mark"), _marked(_at(chart, (*part.unit, "mark")), mark))
    for index in range(len(part.view.encodings)):
        chart = _rewritten(chart, part, index, change)
    chart, moved = _cleared(chart, part, change, facets=False)
    for path, definition in moved:
        chart = _put(chart, path, definition)
    for entity in ("n0", "a0", "o0"):
        if (entity, "channel") in change.after:
            chart = _put(chart, (*part.unit, "encoding", change.after[entity, "channel"]), _new(entity, change))
    if change.after.get(("v0", "limit"), ABSENT) != change.before["v0", "limit"]:
        chart = _limited(chart, part, change)
    return dict(_cleared(chart, part, change, facets=True)[0])


def _marked(mark: Any, name: str) -> Any:
    return {**mark, "type": name} if isinstance(mark, Mapping) else name


def _rewritten(chart: Any, part: Part, index: int, change: Change) -> Any:
    """The properties of one channel that change, but for the channel itself."""
    entity = f"e{index}"
    if change.after.get((entity, "channel"), ABSENT) == ABSENT:
        return chart
    for key in PROPERTIES[1:]:
        wanted = change.after.get((entity, key), ABSENT)
        if wanted != change.before.get((entity, key), ABSENT):
            chart = _property(chart, part.sources[index], key, wanted, change, part.view.encodings[index])
    return chart


def _cleared(chart: Any, part: Part, change: Change, *, facets: bool) -> tuple[Any, list[tuple[Path, Any]]]:
    """Channels that are left out or moved, taken out; and where the moved ones go."""
    moved = []
    gone = []
    for index, sources in enumerate(part.sources):
        before = change.before.get((f"e{index}", "channel"), ABSENT)
        after = change.after.get((f"e{index}", "channel"), ABSENT)
        if before != after:
            operator = any("facet" in path and "encoding" not in path for path in sources)
            if after != ABSENT and not facets:
                moved.append(_moved(chart, part, sources, after))
            if operator == facets:
                gone.append(sources)
    for sources in gone:
        for path in sources:
            chart = _take(chart, path)
    return chart, moved


def _property(chart: Any, sources: tuple[Path, ...], key: str, value: str, change: Change, encoding: Encoding) -> Any:
    """One property written at the innermost definition, and taken out of those around it."""
    for path in sources:
        definition = _at(chart, path)
        if isinstance(definition, Mapping):
            chart = _put(chart, path, _without(definition, key))
    definition = _at(chart, sources[-1])
    inner = dict(definition) if isinstance(definition, Mapping) else {}
    if key in _JSON and value != ABSENT:
        inner[_JSON[key]] = value
    elif key == "field" and value != ABSENT:
        inner["field"] = vega_field(change.names[int(value[1:])])
    elif key == "binning" and value != ABSENT:
        inner["bin"] = {"maxbins": int(value)}
    elif key == "stack" and value != ABSENT:
        inner["stack"] = None if value == "none" else value
    elif key == "sort_by" and value != ABSENT:
        inner["sort"] = ("-" if str(encoding.sort).startswith("-") else "") + value
    elif key in ("scale", "zero") and value != ABSENT:
        scale = inner.get("scale")
        added = {"type": value} if key == "scale" else {"zero": value == "true"}
        inner["scale"] = {**(scale if isinstance(scale, Mapping) else {}), **added}
    return _put(chart, sources[-1], inner)


def _without(definition: Mapping[str, Any], key: str) -> dict[str, Any]:
    gone = {"binning": "bin", "stack": "stack", "sort_by": "sort", "field": "field", **_JSON}.get(key)
    if gone is not None:
        return {name: item for name, item in definition.items() if name != gone}
    scale = definition.get("scale")
    if not isinstance(scale, Mapping):
        return dict(definition)
    dropped = ("type", "base", "constant", "exponent") if key == "scale" else ("zero", "domain", "domainMin")
    kept = {name: item for name, item in scale.items() if name not in dropped}
    rest = {name: item for name, item in definition.items() if name != "scale"}
    return {**rest, "scale": kept} if kept else rest


def _moved(chart: Any, part: Part, sources: tuple[Path, ...], channel: str) -> tuple[Path, Any]:
    """Where a definition goes for another channel; what is said of axes, legends and panels does not go with it."""
    merged: dict[str, Any] = {}
    for path in sources:
        definition = _at(chart, path)
        merged |= definition if isinstance(definition, Mapping) else {}
    merged = {key: value for key, value in merged.items() if key not in ("axis", "legend", "header", "columns", "sort")}
    inner = sources[-1][: sources[-1].index("encoding") + 1] if "encoding" in sources[-1] else (*part.unit, "encoding")
    return (*inner, channel), merged


def _new(entity: str, change: Change) -> dict[str, Any]:
    if entity == "n0":
        return {"aggregate": "count", "type": "quantitative"}
    return {
        "field": vega_field(change.names[int(change.after[entity, "field"][1:])]),
        "type": change.after[entity, "type"],
    }


def _limited(chart: Any, part: Part, change: Change) -> Any:
    """The transforms that keep the largest groups, after those of the unit."""
    view = changed_view(part, change)
    steps = to_spec(View(view.mark, view.encodings, (), int(change.after["v0", "limit"]))).get("transform", [])
    path = (*part.unit, "transform")
    there = _at(chart, path)
    return _put(chart, path, [*(there if isinstance(there, list) else [there] if there else []), *steps])


def changed_view(part: Part, change: Change) -> View:
    """The view that a part becomes, as far as what is measured and ranked in it goes."""
    encodings = []
    for entity in [*(f"e{index}" for index in range(len(part.view.encodings))), "n0", "a0", "o0"]:
        known = {key: change.after.get((entity, key), ABSENT) for key in PROPERTIES}
        if known["channel"] != ABSENT:
            name = None if known["field"] == ABSENT else change.names[int(known["field"][1:])]
            aggregate = None if known["aggregate"] == ABSENT else known["aggregate"]
            bins = None if known["binning"] == ABSENT else int(known["binning"])
            encodings.append(Encoding(known["channel"], name, known["type"], aggregate, bins))
    return View(change.after.get(("m0", "mark"), part.view.mark), tuple(encodings))


# ── JSON by paths, copied along the way ──


def _at(chart: Any, path: Path) -> Any:
    for key in path:
        inside = isinstance(chart, list) and isinstance(key, int) and key < len(chart)
        if inside or (isinstance(chart, Mapping) and key in chart):
            chart = chart[key]
        else:
            return None
    return chart


def _put(chart: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    key, rest = path[0], path[1:]
    if isinstance(chart, list) and isinstance(key, int):
        return [*chart[:key], _put(chart[key], rest, value), *chart[key + 1 :]]
    known = chart if isinstance(chart, Mapping) else {}
    return {**known, key: _put(known.get(key), rest, value)}


def _take(chart: Any, path: Path) -> Any:
    """The chart without what stands at a path; what only held that goes too, but for `encoding` itself."""
    holder = _at(chart, path[:-1])
    if isinstance(holder, list):
        return _put(chart, path[:-1], [item for place, item in enumerate(holder) if place != path[-1]])
    if not isinstance(holder, Mapping):
        return chart
    if path[-1] == "condition":
        return _take(chart, path[:-1])
    if path[-1] == "facet" and path[-2:-1] != ("encoding",):
        return _unfaceted(chart, path)
    kept = _put(chart, path[:-1], {key: item for key, item in holder.items() if key != path[-1]})
    empty_facet = path[-2:-1] == ("facet",) and not _at(kept, path[:-1])
    return _unfaceted(kept, path[:-1]) if empty_facet else kept


def _unfaceted(chart: Any, path: Path) -> Any:
    """A faceted chart without its facets: what stood in `spec` comes out."""
    outer = _at(chart, path[:-1])
    inner = outer.get("spec") if isinstance(outer, Mapping) else None
    if not isinstance(outer, Mapping) or not isinstance(inner, Mapping):
        return chart
    kept = {key: item for key, item in outer.items() if key not in ("facet", "spec", "columns")}
    steps = [step for side in (outer, inner) for step in _listed(side.get("transform"))]
    joined = {**kept, **inner, **({"transform": steps} if steps else {})}
    return _put(chart, path[:-1], joined)


def _listed(steps: Any) -> list[Any]:
    return steps if isinstance(steps, list) else [steps] if steps else []
