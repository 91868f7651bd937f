"""Charts in words: what a spec shows, the question it answers, and a sentence about how it came out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from observatory.model import TIME_UNITS, Filter, Profile
from observatory.quoting import vega_name

MARKS = {
    "bar": "bar chart",
    "line": "line chart",
    "area": "area chart",
    "point": "scatter plot",
    "circle": "scatter plot",
    "arc": "pie chart",
    "rect": "heat map",
    "tick": "strip plot",
    "boxplot": "box plot",
}
AGGREGATES = {
    "mean": "mean",
    "average": "mean",
    "median": "median",
    "sum": "total",
    "min": "lowest",
    "max": "highest",
    "distinct": "number of different",
}
_OFFSETS = ("xOffset", "yOffset")
_AROUND = {"errorbar": "error bars", "errorband": "a band around it"}
_OPS = {"equal": "is", "lt": "is below", "lte": "is at most", "gt": "is above", "gte": "is at least"}


@dataclass(frozen=True)
class Shown:
    """One channel of a chart: a field, or the number of rows (`field` None)."""

    channel: str
    field: str | None
    aggregate: str | None
    bin: bool
    time_unit: str | None

    @property
    def words(self) -> str:
        """What the channel shows, such as “mean Fare”."""
        if self.field is None or self.aggregate == "count":
            return "number of rows"
        if self.aggregate:
            return f"{AGGREGATES.get(self.aggregate, self.aggregate)} {self.field}"
        unit = TIME_UNITS.get(self.time_unit, self.time_unit) if self.time_unit else None
        return self.field if unit is None or self.field.endswith(f"({unit})") else f"{unit} of {self.field}"


def flat(spec: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The mark of a spec and its encoding; of layers that share axes, such as a mean and its interval, the first's.

    >>> mean, interval = {"y": {"field": "a", "aggregate": "mean"}}, {"y": {"field": "a"}}
    >>> layers = [{"mark": "point", "encoding": mean}, {"mark": "errorbar", "encoding": interval}]
    >>> flat({"encoding": {"x": {"field": "b"}}, "layer": layers})
    ('point', {'x': {'field': 'b'}, 'y': {'field': 'a', 'aggregate': 'mean'}})
    """
    units = [spec, *_layers(spec)]
    mark = next((unit["mark"] for unit in units if "mark" in unit), "")
    encoding: dict[str, Any] = {}
    for unit in units:
        own = unit.get("encoding")
        encoding = {**encoding, **own, **encoding} if isinstance(own, Mapping) else encoding
    return mark, encoding


def _layers(spec: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    layers = spec.get("layer")
    return [unit for unit in layers if isinstance(unit, Mapping)] if isinstance(layers, list) else []


def mark_of(spec: Mapping[str, Any]) -> str:
    """The mark of a spec, whichever way it is written."""
    return _name(flat(spec)[0])


def _name(mark: Any) -> str:
    return str(mark.get("type", "")) if isinstance(mark, Mapping) else str(mark)


def channels(spec: Mapping[str, Any]) -> list[Shown]:
    """The channels of a spec, in its order; the side-by-side places of colours say nothing of their own.

    >>> [s.words for s in channels({"encoding": {"x": {"field": "Sex"}, "y": {"field": "Fare", "aggregate": "mean"}}})]
    ['Sex', 'mean Fare']
    """
    found = []
    for channel, definition in flat(spec)[1].items():
        if isinstance(definition, Mapping) and ("field" in definition or "aggregate" in definition):
            name = definition.get("field")
            field = None if name is None else vega_name(str(name))
            if definition.get("bin") == "binned":
                field = str(field).removesuffix(" (bins)")
            binned, unit = bool(definition.get("bin")), definition.get("timeUnit")
            found.append(Shown(channel, field, definition.get("aggregate"), binned, unit))
    elsewhere = {s.field for s in found if s.channel not in _OFFSETS}
    ends = {f"{s.channel}2" for s in found if s.bin}
    return [s for s in found if (s.channel not in _OFFSETS or s.field not in elsewhere) and s.channel not in ends]


def parts(spec: Mapping[str, Any]) -> tuple[list[Shown], list[Shown]]:
    """What is measured, and what it is measured by."""
    shown = channels(spec)
    measures = [s for s in shown if s.aggregate is not None]
    if not measures and len(shown) > 1 and mark_of(spec) != "point":
        types = {c: d.get("type") for c, d in flat(spec)[1].items() if isinstance(d, Mapping)}
        numbers = [s for s in shown if types.get(s.channel) == "quantitative" and not s.bin]
        measures = [s for s in numbers if s.channel in ("y", "theta")] or numbers[:1]
    return measures, [s for s in shown if s not in measures]


def is_histogram(spec: Mapping[str, Any]) -> bool:
    """Whether a spec counts rows in bins."""
    shown = channels(spec)
    counts = [s.aggregate == "count" for s in shown if s.aggregate]
    counted = all(counts) if counts else not parts(spec)[0]
    return mark_of(spec) == "bar" and any(s.bin for s in shown) and counted


def chart_words(spec: Mapping[str, Any]) -> str:
    """The chart in words.

    >>> encoding = {"x": {"field": "Pclass"}, "y": {"field": "Fare", "aggregate": "mean"}}
    >>> chart_words({"mark": "bar", "encoding": encoding})
    'bar chart of mean Fare by Pclass'
    """
    around = [_AROUND[name] for name in (_name(unit.get("mark")) for unit in _layers(spec)[1:]) if name in _AROUND]
    return f"{_plain_words(spec)} with {around[0]}" if around else _plain_words(spec)


def _plain_words(spec: Mapping[str, Any]) -> str:
    measures, groups = parts(spec)
    if is_histogram(spec):
        binned = [s for s in groups if s.bin]
        rest = [s for s in groups if not s.bin]
        return f"histogram of {_join(binned)}" + (f" by {_join(rest)}" if rest else "")
    kind = _kind(spec, measures)
    if mark_of(spec) == "point" and len(measures) != 1:
        axes = [s for s in channels(spec) if s.channel in ("x", "y")]
        others = [s for s in channels(spec) if s not in axes]
        return f"{kind} of {_join(sorted(axes, key=lambda s: s.channel))}" + (f" by {_join(others)}" if others else "")
    if not measures:
        return f"{kind} of {_join(groups)}"
    return f"{kind} of {_join(measures)}" + (f" by {_join(groups)}" if groups else "")


def _kind(spec: Mapping[str, Any], measures: Sequence[Shown]) -> str:
    mark, encoding = mark_of(spec), flat(spec)[1]
    if mark == "point" and any(s.aggregate for s in measures):
        return "dot plot"
    if mark == "bar" and any(name in encoding for name in _OFFSETS):
        return "grouped bar chart"
    return MARKS.get(mark, "chart")


def _join(shown: Sequence[Shown]) -> str:
    words = list(dict.fromkeys(s.words for s in shown))
    return ", ".join(words[:-1]) + " and " + words[-1] if len(words) > 1 else words[0] if words else "the rows"


def question_for(spec: Mapping[str, Any], profile: Profile) -> str:
    """The question that a chart answers.

    >>> encoding = {"x": {"field": "Pclass"}, "y": {"field": "Fare", "aggregate": "mean"}}
    >>> question_for({"mark": "bar", "encoding": encoding}, Profile(0, ()))
    'How does mean Fare differ by Pclass?'
    """
    measures, groups = parts(spec)
    times = [s for s in groups if s.field is not None and _is_time(s.field, profile)]
    others = [s for s in groups if s not in times]
    binned = [s for s in groups if s.bin]
    if is_histogram(spec) or mark_of(spec) in ("tick", "boxplot"):
        number = binned or measures or groups[:1]
        rest = [s for s in groups if s not in number]
        return f"How is {_join(number)} distributed{f' for each {_join(rest)}' if rest else ''}?"
    if mark_of(spec) == "point" and len(measures) != 1:
        axes = sorted((s for s in channels(spec) if s.channel in ("x", "y")), key=lambda s: s.channel)
        rest = [s for s in channels(spec) if s not in axes]
        if len(axes) == 2:
            return f"How does {axes[1].words} go with {axes[0].words}{f', for each {_join(rest)}' if rest else ''}?"
    if times and measures:
        split = f" for each {_join(others)}" if others else ""
        return f"How does the {_join(measures)} change by {_join(times)}{split}?"
    counted = [s for s in measures if s.words == "number of rows"]
    pair = [s for s in groups if s.channel == "color"] if len(groups) == 2 else []
    if counted and pair:
        return f"How is {_join(pair)} divided within each {_join([s for s in groups if s not in pair])}?"
    if counted and groups:
        return f"How many rows are there for each {_join(groups)}?"
    if measures and groups:
        return f"How does {_join(measures)} differ by {_join(groups)}?"
    return f"What does {_join(measures or groups)} look like?"


def _is_time(name: str, profile: Profile) -> bool:
    return any(f.name == name and (f.type == "temporal" or f.role == "time") for f in profile.fields)


def sorted_words(spec: Mapping[str, Any]) -> str:
    """How the chart is sorted and cut, or nothing."""
    for definition in flat(spec)[1].values():
        sort = definition.get("sort") if isinstance(definition, Mapping) else None
        if isinstance(sort, str) and sort.lstrip("-") in ("x", "y", "theta", "color"):
            return f", sorted from {'high to low' if sort.startswith('-') else 'low to high'}"
        if sort in ("ascending", "descending"):
            return f", in {sort} order of {vega_name(str(definition.get('field', 'its values')))}"
    return ""


def filter_words(filters: Sequence[Filter]) -> str:
    """Conditions in words.

    >>> filter_words([Filter("Sex", "equal", "female"), Filter("Age", "range", [20, 30])])
    'Sex is female and Age is between 20 and 30'
    """
    return " and ".join(_condition(f) for f in filters)


def _condition(filter: Filter) -> str:
    if filter.op == "valid":
        return f"{filter.field} is {'known' if bool(filter.value) != filter.negated else 'missing'}"
    if filter.negated:
        said = _condition(replace(filter, negated=False)).removeprefix(f"{filter.field} is ")
        return f"{filter.field} is not {said}"
    if filter.op == "range":
        return f"{filter.field} is between {filter.value[0]} and {filter.value[1]}"
    if filter.op == "oneOf":
        values = [str(v) for v in filter.value]
        return f"{filter.field} is " + (" or ".join(values) if len(values) < 5 else f"one of {len(values)} values")
    return f"{filter.field} {_OPS[filter.op]} {filter.value}"


def number_words(value: float) -> str:
    """A number as people write it: no more than three digits after the point, thousands apart.

    >>> number_words(32.2042), number_words(891.0), number_words(1234567.8), number_words(0.00042)
    ('32.2', '891', '1,234,568', '0.00042')
    """
    if float(value).is_integer():
        return f"{int(value):,}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.1f}"
