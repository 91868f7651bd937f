"""What spoils a good chart: each mutation changes one thing, or gives None where a chart has nothing of the kind."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from observatory.insight.judging.transformation import is_average
from observatory.insight.wording import flat, mark_of
from observatory.model import FieldProfile, Profile
from observatory.quoting import vega_name

Spec = dict[str, Any]
DISCRETE = ("nominal", "ordinal")


@dataclass(frozen=True)
class Chart:
    """A good chart of one view, taken apart."""

    spec: Mapping[str, Any]
    profile: Profile
    question: str

    @property
    def mark(self) -> str:
        mark = mark_of(self.spec)
        return "point" if mark in ("circle", "square") else mark

    @property
    def encoding(self) -> Mapping[str, Any]:
        return flat(self.spec)[1]

    def field(self, channel: str) -> FieldProfile | None:
        """The field of a channel."""
        name = self.encoding.get(channel, {}).get("field")
        return next((f for f in self.profile.fields if name is not None and f.name == vega_name(name)), None)

    def group(self) -> str | None:
        """The axis of categories."""
        return next((c for c in ("x", "y") if self.encoding.get(c, {}).get("type") in DISCRETE and self.field(c)), None)

    def amount(self) -> str | None:
        """The axis of amounts: a summary, a count or a number."""
        axes = [c for c in ("y", "x") if self.encoding.get(c, {}).get("type") == "quantitative"]
        return next((c for c in axes if not self.encoding[c].get("bin")), None)

    def measure(self) -> str | None:
        """The axis that summarises a field of numbers."""
        channel = self.amount()
        known = self.encoding[channel].get("aggregate") if channel else None
        return channel if known not in (None, "count") and self.field(channel or "") else None

    def other(self, wanted: Callable[[FieldProfile], bool]) -> str | None:
        """A field that is not in the chart."""
        shown = {d.get("field") for d in self.encoding.values() if isinstance(d, Mapping)}
        filtered = str(self.spec.get("transform", ""))
        free = (f for f in self.profile.fields if f.name not in shown and f.name not in filtered)
        return next((f.name for f in free if wanted(f) and vega_name(f.name) == f.name), None)

    def changed(self, **channels: Any) -> Spec:
        """The chart with other definitions of some channels; None takes a channel away."""
        spec = copy.deepcopy(dict(self.spec))
        for channel, definition in channels.items():
            if definition is None:
                spec["encoding"].pop(channel, None)
            else:
                spec["encoding"][channel] = {**definition}
        return spec

    def edited(self, channel: str | None, **more: Any) -> Spec | None:
        """The chart with one channel edited; None where there is no such channel, "-" takes a word away."""
        if channel is None or channel not in self.encoding:
            return None
        kept = {k: v for k, v in {**self.encoding[channel], **more}.items() if v != "-"}
        return self.changed(**{channel: kept})

    def drawn_as(self, mark: str) -> Spec:
        return {**copy.deepcopy(dict(self.spec)), "mark": mark}


Mutation = Callable[[Chart], Spec | None]


def mutated(chart: Chart) -> Iterator[tuple[str, bool, Spec]]:
    """Every mutation that a chart allows: its name, whether only the question tells it from a good chart, the chart."""
    if "encoding" not in chart.spec or any(key in chart.spec for key in ("layer", "hconcat", "vconcat", "facet")):
        return
    for name, (mutation, needs_question) in MUTATIONS.items():
        spec = mutation(chart) if chart.question or not needs_question else None
        if spec is not None and spec != chart.spec:
            yield name, needs_question, spec


def _is_group(f: FieldProfile) -> bool:
    return f.type in DISCRETE and f.role not in ("identifier", "text", "time") and 2 <= f.distinct <= 12


def _is_measure(f: FieldProfile) -> bool:
    return f.type == "quantitative" and f.role == "measure" and f.distinct > 12


# ── only the question tells ──────────────────────────────────────────────────────────────────────


def _other_group(c: Chart) -> Spec | None:
    name = c.other(_is_group)
    return c.edited(c.group(), field=name) if name else None


def _other_measure(c: Chart) -> Spec | None:
    name = c.other(_is_measure)
    return c.edited(c.measure(), field=name) if name else None


def _other_aggregate(c: Chart) -> Spec | None:
    channel = c.measure()
    known = c.encoding[channel].get("aggregate") if channel else None
    return c.edited(channel, aggregate="min" if known in ("mean", "average", "sum", "median") else "mean")


def _mean_for_count(c: Chart) -> Spec | None:
    channel, name = c.amount(), c.other(_is_measure)
    counts = channel is not None and c.encoding[channel].get("aggregate") == "count" and c.group()
    return c.edited(channel, aggregate="mean", field=name) if counts and name and "color" not in c.encoding else None


def _filters(c: Chart) -> list[Any]:
    steps = c.spec.get("transform", [])
    return [s for s in steps if "filter" in s and "__rank" not in str(s) and "valid" not in str(s)]


def _no_filter(c: Chart) -> Spec | None:
    dropped = _filters(c)
    spec = copy.deepcopy(dict(c.spec))
    spec["transform"] = [s for s in spec.get("transform", []) if s not in dropped]
    return spec if dropped else None


def _other_value(c: Chart) -> Spec | None:
    spec = copy.deepcopy(dict(c.spec))
    for step in spec.get("transform", []):
        kept = step.get("filter")
        if isinstance(kept, dict) and "equal" in kept:
            known = next((f for f in c.profile.fields if f.name == kept["field"]), None)
            others = [t.value for t in known.top if t.value not in (None, kept["equal"])] if known else []
            if others:
                kept["equal"] = others[0]
                return spec
    return None


def _added_filter(c: Chart) -> Spec | None:
    name = c.other(_is_group)
    known = next((f for f in c.profile.fields if f.name == name), None)
    if known is None or not known.top or known.top[0].value is None:
        return None
    spec = copy.deepcopy(dict(c.spec))
    spec["transform"] = [*spec.get("transform", []), {"filter": {"field": name, "equal": known.top[0].value}}]
    return spec


_ORDERED = ("high to low", "low to high", "descending", "ascending", "sorted", "desc", "asc", "ranked")


def _no_sort(c: Chart) -> Spec | None:
    asked = any(word in c.question.lower() for word in _ORDERED)
    return c.edited(c.group(), sort=None) if asked and c.encoding.get(c.group() or "", {}).get("sort") else None


def _reversed_sort(c: Chart) -> Spec | None:
    sort = c.encoding.get(c.group() or "", {}).get("sort")
    if not isinstance(sort, str) or not any(word in c.question.lower() for word in _ORDERED):
        return None
    swap = {"ascending": "descending", "descending": "ascending"}
    return c.edited(c.group(), sort=swap.get(sort) or (sort[1:] if sort.startswith("-") else f"-{sort}"))


def _no_limit(c: Chart) -> Spec | None:
    spec = copy.deepcopy(dict(c.spec))
    kept = [s for s in spec.get("transform", []) if not any(k in str(s) for k in ("__rank", "__measure"))]
    limited = len(kept) < len(spec.get("transform", []))
    spec["transform"] = kept
    return spec if limited else None


def _added_field(c: Chart) -> Spec | None:
    name = c.other(_is_group)
    free = name and "color" not in c.encoding and c.mark in ("point", "bar", "line")
    return c.changed(color={"field": name, "type": "nominal"}) if free else None


def _other_unit(c: Chart) -> Spec | None:
    channel = next((n for n, d in c.encoding.items() if isinstance(d, Mapping) and d.get("timeUnit")), None)
    unit = c.encoding[channel]["timeUnit"] if channel else ""
    said = "month" in c.question or "year" in c.question
    return c.edited(channel, timeUnit="month" if unit == "year" else "year") if channel and said else None


def _pie_for_trend(c: Chart) -> Spec | None:
    x, y = c.encoding.get("x"), c.encoding.get("y")
    timed = c.mark == "line" and x and y and c.field("x")
    return {**c.changed(x=None, y=None, theta=y, color={**x, "type": "ordinal"}), "mark": "arc"} if timed else None


# ── anyone can tell ──────────────────────────────────────────────────────────────────────────────


def _line_over_categories(c: Chart) -> Spec | None:
    channel = c.group()
    named = channel and c.encoding[channel]["type"] == "nominal" and c.field(channel).role != "time"
    return c.drawn_as("line") if named and c.mark == "bar" and (c.field(channel).distinct > 2) else None


def _area_over_names(c: Chart) -> Spec | None:
    spec = _line_over_categories(c)
    return {**spec, "mark": "area"} if spec else None


def _pie_of_many(c: Chart) -> Spec | None:
    name = next((f.name for f in c.profile.fields if f.type in DISCRETE and f.distinct > 12), None)
    spec = {**c.changed(), "mark": "arc"}
    spec["encoding"] = {"color": {"field": name, "type": "nominal"}, "theta": {"aggregate": "count"}}
    return spec if name and vega_name(name) == name and c.group() else None


def _pie_of_means(c: Chart) -> Spec | None:
    group, measure = c.group(), c.measure()
    means = measure and c.encoding[measure]["aggregate"] in ("mean", "average", "median")
    spec = {**c.changed(), "mark": "arc"}
    if not group or not means or c.mark != "bar":
        return None
    spec["encoding"] = {"color": {"field": c.encoding[group]["field"], "type": "nominal"}, "theta": c.encoding[measure]}
    return spec


def _cut_bars(c: Chart) -> Spec | None:
    plain = c.mark == "bar" and c.measure() and c.encoding[c.measure() or ""]["aggregate"] in ("mean", "average")
    known = c.field(c.measure() or "")
    low = 0.5 * (known.mean or 0) if known else 0
    return c.edited(c.measure(), scale={"domain": [low, 3 * low]}) if plain and low > 0 else None


def _no_zero(c: Chart) -> Spec | None:
    return c.edited(c.amount(), scale={"zero": False}) if c.mark == "bar" else None


def _log_bars(c: Chart) -> Spec | None:
    return c.edited(c.amount(), scale={"type": "log"}) if c.mark == "bar" else None


def _names_on_colour(c: Chart) -> Spec | None:
    name = next((f.name for f in c.profile.fields if f.type == "nominal" and f.distinct > 30), None)
    return c.changed(color={"field": name, "type": "nominal"}) if name and c.mark in ("point", "bar", "line") else None


def _names_on_axis(c: Chart) -> Spec | None:
    name = next((f.name for f in c.profile.fields if f.type == "nominal" and f.distinct > 100), None)
    return c.edited(c.group(), field=name, type="nominal") if name else None


def _many_colours(c: Chart) -> Spec | None:
    name = next((f.name for f in c.profile.fields if _is_measure(f) and f.distinct > 12), None)
    free = name and "color" not in c.encoding and c.mark in ("point", "bar", "line")
    return c.changed(color={"field": name, "type": "nominal"}) if free else None


def _number_as_category(c: Chart) -> Spec | None:
    channel = next((n for n in ("x", "y") if _is_raw_measure(c, n)), None)
    return c.edited(channel, type="nominal", scale="-") if channel and c.mark == "point" else None


def _is_raw_measure(c: Chart, channel: str) -> bool:
    known, field = c.encoding.get(channel, {}), c.field(channel)
    plain = known.get("type") == "quantitative" and not known.get("aggregate") and not known.get("bin")
    return plain and field is not None and _is_measure(field)


def _category_as_number(c: Chart) -> Spec | None:
    channel = c.group()
    return c.edited(channel, type="quantitative", sort="-") if channel and c.field(channel).type == "nominal" else None


def _time_as_name(c: Chart) -> Spec | None:
    known = c.field("x")
    timed = known is not None and known.type == "temporal" and c.encoding["x"].get("type") == "temporal"
    return c.edited("x", type="nominal", timeUnit="-") if timed else None


def _raw_bars(c: Chart) -> Spec | None:
    channel = c.measure()
    raw = (c.mark in ("bar", "line") and channel and c.group()) or (c.mark == "line" and channel)
    return c.edited(channel, aggregate="-") if raw else None


def _dots_of_categories(c: Chart) -> Spec | None:
    name = c.other(_is_group)
    spec = c.edited(c.amount(), field=name, type="nominal", aggregate="-") if name and c.group() else None
    return {**spec, "mark": "point"} if spec else None


def _sum_of_averages(c: Chart) -> Spec | None:
    channel = c.measure()
    known = c.field(channel or "")
    averaged = channel and c.encoding[channel]["aggregate"] in ("mean", "average") and known and is_average(known)
    return c.edited(channel, aggregate="sum") if averaged else None


def _sum_for_mean(c: Chart) -> Spec | None:
    channel = c.measure()
    averaged = c.question and channel and c.encoding[channel]["aggregate"] in ("mean", "average")
    return c.edited(channel, aggregate="sum") if averaged else None


def _stacked_means(c: Chart) -> Spec | None:
    name, channel = c.other(_is_group), c.measure()
    averaged = channel and c.encoding[channel]["aggregate"] in ("mean", "average") and c.mark == "bar"
    free = averaged and name and not {"xOffset", "color"} & set(c.encoding)
    return c.changed(color={"field": name, "type": "nominal"}) if free else None


def _log_of_zeros(c: Chart) -> Spec | None:
    field = next(
        (f for f in c.profile.fields if _is_measure(f) and isinstance(f.min, (int, float)) and f.min <= 0), None
    )
    channel = next((n for n in ("x", "y") if _is_raw_measure(c, n)), None)
    return (
        c.edited(channel, field=field.name, scale={"type": "log"}) if field and channel and c.mark == "point" else None
    )


def _cut_axis(c: Chart) -> Spec | None:
    channel = next((n for n in ("y", "x") if _is_raw_measure(c, n)), None)
    known = c.field(channel or "")
    ends = [known.quantiles.get("0.25"), known.quantiles.get("0.75")] if known else []
    fits = c.mark == "point" and len(ends) == 2 and all(isinstance(e, (int, float)) for e in ends)
    return c.edited(channel, scale={"domain": ends}) if fits and ends[0] != ends[1] else None


def _squeezed(c: Chart) -> Spec | None:
    channel = next((n for n in ("y", "x") if _is_raw_measure(c, n)), None)
    known = c.field(channel or "")
    most = known.max if known and isinstance(known.max, (int, float)) else 0
    return c.edited(channel, scale={"domain": [0, 20 * most]}) if c.mark == "point" and most > 0 else None


def _rainbow(c: Chart) -> Spec | None:
    if c.mark == "rect" and c.encoding.get("color", {}).get("type") == "quantitative":
        return c.edited("color", scale={"scheme": "rainbow"})
    name = c.other(_is_measure)
    colour = {"field": name, "type": "quantitative", "scale": {"scheme": "rainbow"}}
    return c.changed(color=colour) if name and c.mark == "point" and "color" not in c.encoding else None


def _set_for_number(c: Chart) -> Spec | None:
    name = c.other(_is_measure)
    colour = {"field": name, "type": "quantitative", "scale": {"scheme": "category10"}}
    return c.changed(color=colour) if name and c.mark == "point" and "color" not in c.encoding else None


def _diagonal(c: Chart) -> Spec | None:
    raw = c.mark == "point" and _is_raw_measure(c, "x") and _is_raw_measure(c, "y")
    return c.edited("y", field=c.encoding["x"]["field"]) if raw else None


def _said_thrice(c: Chart) -> Spec | None:
    channel = c.group()
    if channel is None or "color" in c.encoding or c.mark != "bar":
        return None
    again = {"field": c.encoding[channel]["field"], "type": c.encoding[channel]["type"]}
    return c.changed(color=again, opacity=again, column=again)


def _size_of_names(c: Chart) -> Spec | None:
    name = c.other(_is_group)
    return c.changed(size={"field": name, "type": "nominal"}) if name and c.mark == "point" else None


def _unknown_field(c: Chart) -> Spec | None:
    channel = c.group() or c.measure()
    return c.edited(channel, field=f"{c.encoding[channel]['field']}_total") if channel else None


def _unknown_mark(c: Chart) -> Spec | None:
    return c.drawn_as({"point": "scatter", "bar": "column", "line": "lines"}.get(c.mark, "plot"))


def _no_rows(c: Chart) -> Spec | None:
    name = next((f.name for f in c.profile.fields if _is_group(f) and f.type == "nominal"), None)
    spec = copy.deepcopy(dict(c.spec))
    spec["transform"] = [{"filter": {"field": name, "equal": "no such value"}}, *spec.get("transform", [])]
    return spec if name else None


def _mean_of_names(c: Chart) -> Spec | None:
    channel = c.measure()
    name = next((f.name for f in c.profile.fields if f.type == "nominal" and f.storage == "VARCHAR"), None)
    return c.edited(channel, field=name) if channel and name else None


def _bins_of_names(c: Chart) -> Spec | None:
    channel = c.group()
    return (
        c.edited(channel, bin=True, type="quantitative", sort="-")
        if channel and c.field(channel).storage == "VARCHAR"
        else None
    )


def _bins_alone(c: Chart) -> Spec | None:
    channel, name = c.amount(), c.other(_is_measure)
    binned = any(isinstance(d, Mapping) and d.get("bin") for d in c.encoding.values())
    return c.edited(channel, aggregate="-", field=name) if channel and binned and name and c.mark == "bar" else None


def _no_room(c: Chart) -> Spec | None:
    return {**copy.deepcopy(dict(c.spec)), "width": 40, "height": 30}


def _no_axes(c: Chart) -> Spec | None:
    if "x" not in c.encoding or "y" not in c.encoding:
        return None
    return c.changed(x={**c.encoding["x"], "axis": None}, y={**c.encoding["y"], "axis": None})


def _no_legend(c: Chart) -> Spec | None:
    placed = {c.encoding.get(n, {}).get("field") for n in ("x", "y")}
    shown = c.encoding.get("color", {}).get("field")
    return c.edited("color", legend=None) if shown and shown not in placed else None


def _time_upright(c: Chart) -> Spec | None:
    known = c.field("x")
    timed = c.mark == "line" and known is not None and "y" in c.encoding
    return c.changed(x=c.encoding["y"], y=c.encoding["x"]) if timed else None


def _sorted_time(c: Chart) -> Spec | None:
    known = c.field("x")
    timed = (
        known is not None
        and (known.role == "time" or known.type == "temporal")
        and c.encoding["x"].get("type") in DISCRETE
    )
    return c.edited("x", sort="-y") if timed and "y" in c.encoding else None


def _backwards(c: Chart) -> Spec | None:
    channel = "x" if c.encoding.get("x", {}).get("type") in ("quantitative", "temporal") else None
    return c.edited(channel, scale={**c.encoding["x"].get("scale", {}), "reverse": True}) if channel else None


def _many_panels(c: Chart) -> Spec | None:
    name = next((f.name for f in c.profile.fields if f.type in DISCRETE and 13 < f.distinct < 200), None)
    return c.changed(row={"field": name, "type": "nominal"}) if name and c.mark in ("bar", "point") else None


def _one_number(c: Chart) -> Spec | None:
    channel = c.group()
    lone = c.mark == "bar" and channel and "color" not in c.encoding and c.measure()
    return c.changed(**{channel: None}) if lone else None


def _invisible(c: Chart) -> Spec | None:
    mark = c.spec.get("mark")
    return {
        **copy.deepcopy(dict(c.spec)),
        "mark": {**(mark if isinstance(mark, dict) else {"type": mark}), "opacity": 0.01},
    }


def _wrong_title(c: Chart) -> Spec | None:
    name = c.other(_is_measure)
    return c.edited(c.measure(), title=f"Mean {name}", axis="-") if name else None


def _box_of_mean(c: Chart) -> Spec | None:
    channel = c.amount()
    return c.edited(channel, aggregate="mean") if c.mark == "boxplot" else None


def _noise_of_bins(c: Chart) -> Spec | None:
    channel = next((n for n, d in c.encoding.items() if isinstance(d, Mapping) and d.get("bin")), None)
    return c.edited(channel, bin={"maxbins": 300}) if channel and c.mark == "bar" else None


_ASKED = (
    *(
        _other_group,
        _other_measure,
        _other_aggregate,
        _mean_for_count,
        _no_filter,
        _other_value,
        _added_filter,
        _no_sort,
    ),
    *(_reversed_sort, _no_limit, _added_field, _other_unit, _pie_for_trend, _sum_for_mean),
)
_PLAIN = (
    *(_line_over_categories, _area_over_names, _pie_of_many, _pie_of_means, _cut_bars, _no_zero, _log_bars),
    *(_names_on_colour, _names_on_axis, _many_colours, _number_as_category, _category_as_number, _time_as_name),
    *(_raw_bars, _dots_of_categories, _sum_of_averages, _stacked_means, _log_of_zeros, _cut_axis, _squeezed, _rainbow),
    *(
        _set_for_number,
        _diagonal,
        _said_thrice,
        _size_of_names,
        _unknown_field,
        _unknown_mark,
        _no_rows,
        _mean_of_names,
    ),
    *(_bins_of_names, _bins_alone, _no_room, _no_axes, _no_legend, _time_upright, _sorted_time, _backwards),
    *(_many_panels, _one_number, _invisible, _wrong_title, _box_of_mean, _noise_of_bins),
)
MUTATIONS: dict[str, tuple[Mutation, bool]] = {
    **{one.__name__.lstrip("_"): (one, True) for one in _ASKED},
    **{one.__name__.lstrip("_"): (one, False) for one in _PLAIN},
}
"""By name: what spoils a chart, and whether only the question tells the two apart."""

HELD_OUT = frozenset(
    {
        "other_value",
        "reversed_sort",
        "area_over_names",
        "pie_of_means",
        "names_on_axis",
        "squeezed",
        "said_thrice",
        "mean_of_names",
        "bins_alone",
        "no_legend",
        "time_upright",
        "many_panels",
        "box_of_mean",
    }
)
"""Kinds that no point or threshold of the evaluation was set by."""
