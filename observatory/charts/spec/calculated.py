"""Shares, rates, ratios, differences and running totals: what a chart computes of its groups, as transforms."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from observatory.charts.spec.vegalite import predicate, to_spec
from observatory.charts.spec.view import Encoding, View
from observatory.charts.spec.words import condition, phrase
from observatory.model import TIME_UNITS, Calculation, Filter, WishedField
from observatory.quoting import vega_field

PART, WHOLE = "observatory_part", "observatory_whole"
SHARES = ("share of total", "share of group", "rate")
_OFFSETS = ("xOffset", "yOffset")
_END = " end"


def label(item: WishedField) -> str:
    """What is computed, as the axis and the field of the chart say it.

    >>> label(WishedField("Sales", "sum", calculation=Calculation("share of total")))
    'share of total Sales'
    >>> label(WishedField(None, "count", calculation=Calculation("rate", part=Filter("Sex", "equal", "f"))))
    'share with Sex f'
    >>> label(WishedField("Imports", "sum", calculation=Calculation("ratio", "Exports")))
    'Imports per Exports'
    """
    made = item.calculation
    if made is None:
        return phrase(_measure(item.field, item.aggregate))
    if made.kind == "rate" and made.part is not None:
        return f"share with {condition(made.part)}"
    of = phrase(_measure(item.field, item.aggregate))
    other = "" if made.other is None else phrase(_measure(made.other, item.aggregate))
    if made.kind == "ratio":
        return f"{item.field} per {made.other}"
    words = {
        "share of total": f"share of {'rows' if item.field is None else of}",
        "share of group": f"share of {'rows' if item.field is None else of} in the group",
        "difference": f"{of} minus {other}",
        "running total": f"running total of {'rows' if item.field is None else item.field}",
        "change": f"change of {of} from the one before",
    }
    return words[made.kind]


def plain(words: str) -> str:
    """Words as the name of a computed field: without what means a path or an end of text in Vega's expressions.

    >>> plain("share with it's x.y[0]")
    'share with it s x y 0'
    """
    return " ".join(re.sub(r"""[.\[\]'"\\]""", " ", words).split())


def _measure(field: str | None, aggregate: str | None) -> Encoding:
    return Encoding("y", field, "quantitative", aggregate)


def calculated_spec(view: View, item: WishedField, name: str) -> dict[str, Any]:
    """The Vega-Lite of a view one of whose channels shows the field `name`, which its transforms compute.

    The rows are summed up in the groups that the other channels show, so that one row is left for each of them.
    """
    spec = to_spec(view)
    shown = [e for e in view.encodings if e.field is not None and e.field != name]
    names = {(e.field, e.time_unit): _group_name(e) for e in shown}
    bins = [e for e in shown if _is_binned(e)]
    groups = list(dict.fromkeys([*names.values(), *(_group_name(e) + _END for e in bins)]))
    units = {_group_name(e): e for e in shown if e.time_unit}
    encoding = {
        e.channel: {**spec["encoding"][e.channel], "field": vega_field(names.get((e.field, e.time_unit), name))}
        for e in view.encodings
        if e.field is not None
    }
    steps: list[dict[str, Any]] = [
        {"timeUnit": e.time_unit, "field": vega_field(e.field or ""), "as": made} for made, e in units.items()
    ]
    for e in bins:
        start, end = _group_name(e), _group_name(e) + _END
        width = spec["encoding"][e.channel]["bin"]
        steps.append({"bin": width, "field": vega_field(e.field or ""), "as": [start, end]})
        encoding[e.channel]["bin"] = "binned"
        encoding[f"{e.channel}2"] = {"field": vega_field(end)}
    steps += _steps(item, name, [vega_field(group) for group in groups], _inner(view, name))
    known = {e.channel: e for e in view.encodings}
    kept = [{"filter": predicate(f)} for f in view.filters]
    limit = spec.get("transform", [])[len(kept) :]
    for channel, definition in encoding.items():
        if channel in known and known[channel].field == name:
            definition.pop("aggregate", None)
            is_share = item.calculation is not None and item.calculation.kind in SHARES
            if is_share and channel in ("x", "y", "color"):
                definition["axis" if channel != "color" else "legend"] = {"format": ".0%"}
    return {**spec, "transform": [*kept, *steps, *limit], "encoding": {**spec["encoding"], **encoding}}


def _is_binned(e: Encoding) -> bool:
    return bool(e.bin or e.step) and e.channel in ("x", "y")


def _group_name(e: Encoding) -> str:
    if _is_binned(e):
        return plain(f"{e.field} (bins)")
    return plain(f"{e.field} ({TIME_UNITS.get(e.time_unit, e.time_unit)})") if e.time_unit else str(e.field)


def _inner(view: View, name: str) -> str | None:
    """The group along the axis, within which a share of the group is taken and along which a total runs."""
    axes = [e for e in (view.on("x"), view.on("y"), view.on("color")) if e is not None and e.field not in (None, name)]
    return vega_field(_group_name(axes[0])) if axes else None


def _steps(item: WishedField, name: str, groups: Sequence[str], axis: str | None) -> list[dict[str, Any]]:
    made = item.calculation or Calculation("share of total")
    part, whole = f"datum[{json.dumps(PART)}]", f"datum[{json.dumps(WHOLE)}]"
    if made.kind == "rate" and made.part is not None:
        tested = {"calculate": f"{expression(made.part)} ? 1 : 0", "as": PART}
        mean = {"aggregate": [{"op": "mean", "field": PART, "as": name}], "groupby": list(groups)}
        return [_present(made.part.field), tested, mean]
    sums = [_operation(item.field, item.aggregate, PART)]
    sides: list[dict[str, Any]] = []
    if made.other is not None:
        sums.append(_operation(made.other, item.aggregate, WHOLE))
        sides = [_present(name) for name in (item.field, made.other) if name is not None]
    first = [*sides, {"aggregate": sums, "groupby": list(groups)}]
    others = [group for group in groups if group != axis]
    along = {"sort": [{"field": axis, "order": "ascending"}], **({"groupby": others} if others else {})}
    if made.kind in ("ratio", "difference"):
        sign = "/" if made.kind == "ratio" else "-"
        guarded = f"{whole} == 0 ? null : {part} / {whole}" if sign == "/" else f"{part} - {whole}"
        return [*first, {"calculate": guarded, "as": name}]
    if made.kind == "running total":
        total = {"window": [{"op": "sum", "field": PART, "as": name}], "frame": [None, 0], **along}
        return [*first, total]
    if made.kind == "change":
        before = {"window": [{"op": "lag", "field": PART, "as": WHOLE}], **along}
        return [*first, before, {"calculate": f"isValid({whole}) ? {part} - {whole} : null", "as": name}]
    within = [axis] if made.kind == "share of group" and axis is not None and others else []
    summed = {"joinaggregate": [{"op": "sum", "field": PART, "as": WHOLE}], "groupby": within}
    return [*first, summed, {"calculate": f"{whole} == 0 ? null : {part} / {whole}", "as": name}]


def _present(name: str) -> dict[str, Any]:
    return {"filter": predicate(Filter(name, "valid", True))}


def _operation(field: str | None, aggregate: str | None, name: str) -> dict[str, Any]:
    if field is None:
        return {"op": "count", "as": name}
    return {"op": aggregate or "sum", "field": vega_field(field), "as": name}


def expression(part: Filter) -> str:
    """A filter on one value, or some values, of a field as a Vega expression.

    >>> print(expression(Filter("it's", "oneOf", ["a", "b"])))
    (datum["it's"] === "a" || datum["it's"] === "b")
    """
    values = part.value if isinstance(part.value, (list, tuple)) else [part.value]
    tests = [f"datum[{json.dumps(part.field)}] === {json.dumps(v, ensure_ascii=False)}" for v in values]
    joined = tests[0] if len(tests) == 1 else f"({' || '.join(tests)})"
    return f"!({joined})" if part.negated else joined
