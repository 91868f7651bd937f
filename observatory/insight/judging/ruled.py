"""The rules that a chart breaks as faults: what each costs, and where a rule that chooses charts is no fault here."""

from __future__ import annotations

from collections.abc import Iterator

from observatory.insight.judging.faults import rule_points
from observatory.insight.judging.seen import Seen, part, units
from observatory.model import Fault, Violation

MOST_NAMES = 30
_NAMES = ("identifier", "free_text")
_ALONG = ("line_over_category", "amount_not_bar", "trend_not_line")
_FEW_BARS = 4
_CLEAR, _VEIL = 0.2, 0.7


def ruled(seen: Seen) -> Iterator[Fault]:
    """A fault for each rule of `draco_rules/` that the chart breaks and that costs anything."""
    mended = seen.check.repairs[0].edits if seen.check.repairs else ()
    for violation in (*seen.check.hard, *seen.check.soft):
        dimension, points = rule_points().get(violation.rule, ("bugs", 1.0 if violation.weight is None else 0.0))
        if dimension == "type" and violation.weight is not None and _is_asked_mark(seen):
            continue
        points = _weighed(violation, seen, points)
        if dimension == "transformation" and violation.weight is not None and seen.is_as_asked():
            points /= 2
        if points > 0:
            where = f" ({', '.join(violation.where[:3])})" if violation.where else ""
            reason = f"{violation.description.rstrip('.')}{where}."
            mend = "; ".join(mended) if violation.weight is None else ""
            yield Fault(violation.rule, reason, f"{mend}." if mend else "", points)


def _is_asked_mark(seen: Seen) -> bool:
    """Whether the mark is the one that the question names: then it is no matter of the taste of rules."""
    return seen.asked is not None and "mark" in seen.asked.said and seen.asked.wish.mark in seen.marks()


def _weighed(violation: Violation, seen: Seen, points: float) -> float:
    if violation.rule in _NAMES and _are_labels(seen):
        return 0.5
    if violation.rule in _ALONG and _is_timed(seen):
        return 0.0
    if violation.rule == "trend_not_line" and ("line" in seen.marks() or _counts_periods(seen)):
        return 0.0
    if violation.rule in ("axis_levels", "axis_levels_many") and _are_times(violation, seen):
        return 0.0
    if violation.rule == "unstacked_areas" and _see_through(seen):
        return 1.0
    if violation.rule == "crowded_line" and _is_one_course(seen):
        return 0.5
    if violation.rule == "unsorted_bars":
        few = max(seen.levels("x"), seen.levels("y")) <= _FEW_BARS
        return 0.0 if few or _has_own_order(seen) else points
    return points


def _is_timed(seen: Seen) -> bool:
    """Whether a line or area runs along time, written as ordered labels: years are often written so."""
    timed = [e for _, e, f in seen.encodings() if e.channel == "x" and (f.role == "time" or e.time_unit)]
    return (
        bool(timed) and all(e.type in ("ordinal", "temporal") for e in timed) and bool(seen.marks() & {"line", "area"})
    )


def _counts_periods(seen: Seen) -> bool:
    """Whether bars show what came together in each period: numbers and totals have no values in between."""
    timed = any(e.time_unit or f.role == "time" for _, e, f in seen.encodings() if e.channel in "xy")
    summed = any(e.aggregate in ("count", "sum", "distinct") for view in seen.views for e in view.encodings)
    return timed and summed and seen.marks() == {"bar"}


def _are_times(violation: Violation, seen: Seen) -> bool:
    """Whether the many labels of an axis are periods in their order, of which any stretch can be read."""
    timed = tuple(f"{e.channel} (" for _, e, f in seen.encodings() if e.time_unit and e.type != "nominal")
    return bool(violation.where) and bool(timed) and all(where.startswith(timed) for where in violation.where)


def _see_through(seen: Seen) -> bool:
    """Whether all areas let those behind them shine through."""
    marks = [part(unit, "mark") for unit in units(seen.spec) if "mark" in unit]
    return bool(marks) and all(_CLEAR <= mark.get("opacity", mark.get("fillOpacity", 1)) <= _VEIL for mark in marks)


def _is_one_course(seen: Seen) -> bool:
    """Whether every line has one value at each place, or runs through values that a window has smoothed."""
    lines = [(view, p) for view, p in zip(seen.views, seen.plotted) if view.mark == "line"]
    smooth = all(any(e.field in seen.made for e in view.encodings) for view, _ in lines)
    return bool(lines) and (smooth or all(p is not None and p.n_looked_at == p.n_places for _, p in lines))


def _are_labels(seen: Seen) -> bool:
    """Whether the names of rows only label a few marks, such as the bars of twenty countries."""
    named = [
        (view, e) for view, e, f in seen.encodings() if f.role in ("identifier", "text") and e.aggregate != "distinct"
    ]
    on_axes = all(e.channel in ("x", "y") and e.type in ("nominal", "ordinal") and not e.aggregate for _, e in named)
    counts = any(e.aggregate == "count" for view in seen.views for e in view.encodings)
    few = all(0 < seen.levels(e.channel) <= MOST_NAMES for _, e in named)
    asked = seen.asked is not None and {e.field for _, e in named} <= {f.field for f in seen.asked.wish.fields}
    return bool(named) and on_axes and ((few and not counts) or asked)


def _has_own_order(seen: Seen) -> bool:
    """Whether an order is written: by another field, or asked for."""
    if seen.asked is not None and seen.asked.wish.sort is not None:
        return True
    return any(e.order is not None or isinstance(e.sort, tuple) for view in seen.views for e in view.encodings)
