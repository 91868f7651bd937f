"""How much a chart that is drawn as it is written may ask of a browser: rows, panels and bins."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from observatory.charts.drawing.used import made_by, nodes, parts_of, steps_of, takes_rows
from observatory.charts.spec.reading import Part, Reading
from observatory.model import FieldProfile, Profile
from observatory.quoting import vega_name

MOST_SINGLE, MOST_SUMMED, MOST_CELLS = 5_000, 50_000, 400_000
MOST_PANELS, MOST_BINS = 100, 1_000
PANELS_SAID = "At most {:,} panels are drawn."
BINS_SAID = f"Bins are wider than written: there would be more than {MOST_BINS:,}."
_FACETS = ("row", "column", "facet")
_SUMMED = ("aggregate", "density", "quantile", "regression")
_SLOW = ("window", "rank", "loess", "impute", "flatten", "pivot")
_SUMMARIES = ("boxplot", "errorbar", "errorband")
CURVES, CURVE_STEPS = ("density", "quantile"), 200
_BINS = 10
_POWERS = range(309)
_ROUNDS = {"quarter": 4, "month": 12, "week": 54, "dayofyear": 366, "day": 7, "date": 31}
_ROUNDS |= {"hours": 24, "minutes": 60, "seconds": 60, "milliseconds": 1000}
_PANEL = "observatory_panel"


def most_rows(spec: Mapping[str, Any], reading: Reading, profile: Profile, n_columns: int) -> int:
    """How many rows of the data set a chart is given.

    5,000 where rows are drawn one by one: more marks than people tell apart. 50,000 where every part sums them up,
    which a browser does at once. Fewer for many columns, for folds, and for a curve of each of many groups.
    """
    slow = any(d.how in _SLOW for part in reading.parts for d in part.rows.derived)
    summed = bool(reading.parts) and not slow and all(map(_sums_up, reading.parts))
    steps = [step for node in nodes(spec) for step in steps_of(node)]
    folds = math.prod(len(step["fold"]) or 1 for step in steps if isinstance(step.get("fold"), list))
    curves = [most for step in steps if (most := _most_of_curves(step, profile)) is not None]
    most = min((MOST_SUMMED if summed else MOST_SINGLE) // folds, MOST_CELLS // max(n_columns, 1), *curves)
    return max(100, most)


def _sums_up(part: Part) -> bool:
    shown = any(e.aggregate for e in part.view.encodings) or part.view.mark in _SUMMARIES
    return shown or any(d.how in _SUMMED for d in part.rows.derived)


def _most_of_curves(step: Mapping[str, Any], profile: Profile) -> int | None:
    """The rows after which curves of each group would have too many points, or None."""
    groups = step.get("groupby")
    if not any(key in step for key in CURVES) or not isinstance(groups, list) or not groups:
        return None
    counts = {field.name: field.distinct + 1 for field in profile.fields}
    n_groups = math.prod(counts.get(vega_name(str(name)), MOST_SUMMED) for name in groups)
    asked = next((step[key] for key in ("steps", "maxsteps") if isinstance(step.get(key), int)), CURVE_STEPS)
    n_steps = max(asked, 1)
    return None if n_groups * n_steps <= MOST_CELLS else MOST_CELLS // n_steps


def has_many_panels(reading: Reading, profile: Profile) -> bool:
    """Whether the fields that part a plot into panels have more values together than panels are drawn."""
    counts = {field.name: field.distinct + 1 for field in profile.fields}
    parted = [[e for e in part.view.encodings if e.channel in _FACETS] for part in reading.parts]
    whole = [[e for e in facets if not (e.bin or e.time_unit)] for facets in parted]
    return any(math.prod(counts.get(str(e.field), 1) for e in facets) > MOST_PANELS for facets in whole)


@dataclass(frozen=True)
class Known:
    """The fields of the data set that no transform and no row of the chart's own can be mistaken for.

    `made` are the definitions of fields that bins, units of time and folds make, and nothing else does.
    """

    fields: Mapping[str, FieldProfile]
    made: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)

    def n_values(self, definition: Mapping[str, Any]) -> int | None:
        """How many values a definition has at most, one for what is missing among them, or None where not known.

        >>> about = Known({}, {"m": [{"timeUnit": "month", "field": "d"}]})
        >>> about.n_values({"field": "m"}), about.n_values({"field": "a", "bin": True}), about.n_values({"field": "d"})
        (13, 15, None)
        """
        name = vega_name(str(definition.get("field")))
        of = self.fields.get(name)
        counts = [] if of is None else [of.distinct + 1]
        if definition.get("bin"):
            counts += _n_bins(definition["bin"], of)
        elif definition.get("timeUnit"):
            counts += _n_times(definition["timeUnit"], of)
        elif name in self.made:
            each = [made["n"] if "n" in made else self.n_values(made) for made in self.made[name]]
            counts += [] if None in each else [sum(n for n in each if n is not None)]
        return min(counts, default=None)

    def has_few_bins(self, definition: Mapping[str, Any], bins: Mapping[str, Any]) -> bool | None:
        """Whether bins of the width that is written are not too many, or None where that is not known."""
        step, ends = bins["step"], bins.get("extent")
        if not isinstance(ends, list):
            field = self.fields.get(vega_name(str(definition.get("field"))))
            ends = [None, None] if field is None else [field.min, field.max]
        numbers = [end for end in (step, *ends) if isinstance(end, (int, float))]
        return abs(numbers[2] - numbers[1]) <= MOST_BINS * numbers[0] if len(numbers) == 3 and step > 0 else None


def _n_bins(bins: Any, of: FieldProfile | None) -> list[int]:
    """How many bins there are at most: some more than asked for, as their ends are made round."""
    given = bins if isinstance(bins, Mapping) else {}
    if bins == "binned" or given.get("binned") or "steps" in given:
        return []
    if "step" not in given:
        return [given.get("maxbins", _BINS) + 5]
    ends = given["extent"] if isinstance(given.get("extent"), list) else [of.min, of.max] if of is not None else []
    numbers = [end for end in ends if isinstance(end, (int, float))]
    return [int(abs(numbers[1] - numbers[0]) / given["step"]) + 5] if len(numbers) == 2 else []


def _n_times(unit: Any, of: FieldProfile | None) -> list[int]:
    """How many times of a unit there are at most; those with a year lie between the first and the last."""
    name = unit.get("unit") if isinstance(unit, Mapping) else unit
    left, n_times = re.sub("^(binned)?(utc)?", "", name) if isinstance(name, str) else "", 1
    if left.startswith("year"):
        ends = [end[:4] for end in (of.min, of.max) if isinstance(end, str)] if of is not None else []
        if len(ends) < 2 or not all(re.fullmatch("[0-9]{4}", end) for end in ends):
            return []
        left, n_times = left[len("year") :], int(ends[1]) - int(ends[0]) + 3
    for part, n in _ROUNDS.items():
        if left.startswith(part):
            left, n_times = left[len(part) :], n_times * n
    return [n_times + 1] if name and not left else []


def known(spec: Mapping[str, Any], profile: Profile) -> Known:
    """What is known of the fields of a chart from the profile and from the rows that it holds itself."""
    found = made_by(spec)
    if found.is_open:
        return Known({})
    theirs = profile.fields if takes_rows(spec, spec.get("datasets")) else ()
    names = [d.name for d in found.derived]
    made = _made(spec)
    for held in found.derived:
        if held.how == "own" and held.distinct is not None:
            made.setdefault(held.name, []).append({"n": held.distinct + 1})
    sure = {name: each for name, each in made.items() if len(each) == names.count(name)}
    return Known(
        {f.name: f for f in theirs if f.name not in names},
        {name: each for name, each in sure.items() if all(name != f.name for f in theirs)},
    )


def _made(spec: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    """What the bins, units of time and folds of a chart make, wherever they stand in it."""
    made: dict[str, list[Mapping[str, Any]]] = {}
    for step in (step for node in nodes(spec) for step in steps_of(node)):
        names = step.get("as", ["key"] if "fold" in step else [])
        names = [names] if isinstance(names, str) else names
        if isinstance(step.get("fold"), list):
            made.setdefault(vega_name(names[0]), []).append({"n": len(step["fold"]) + 1})
        elif "bin" in step or "timeUnit" in step:
            for name in names:
                made.setdefault(vega_name(name), []).append(step)
    return made


def bounded(spec: Mapping[str, Any], about: Known) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The chart with a limit on its panels and bins where they may be too many, and what is to be said of that."""
    said: dict[str, None] = {}
    most = MOST_PANELS // max(1, _n_plots(spec))
    return _bounded(dict(spec), about, max(1, most), said), tuple(said)


def _n_plots(spec: Any) -> int:
    """How many plots a chart has, its panels not counted; layers share one."""
    if not isinstance(spec, Mapping):
        return 1
    repeat = spec.get("repeat")
    lists = [names for key, names in repeat.items() if key != "layer"] if isinstance(repeat, Mapping) else [repeat]
    times = math.prod(max(1, len(names)) for names in lists if isinstance(names, list))
    inner = [] if "layer" in spec else parts_of(spec)
    return times * max(1, sum(map(_n_plots, inner)))


def _bounded(node: Any, about: Known, most: int, said: dict[str, None]) -> Any:
    if isinstance(node, list):
        return [_bounded(item, about, most, said) for item in node]
    if not isinstance(node, Mapping):
        return node
    facets = [facet for facet in _facets(node) if isinstance(facet.get("field"), str)]
    counts = [about.n_values(facet) for facet in facets]
    whole = {key: _bounded(item, about, most, said) if key not in ("data", "datasets", "config") else item
             for key, item in node.items()}  # fmt: skip
    if facets and (None in counts or math.prod(n or 1 for n in counts) > most):
        each = most if len(facets) == 1 else math.isqrt(most)
        said[PANELS_SAID.format(each ** len(facets))] = None
        whole["transform"] = [*steps_of(whole), *(step for i, f in enumerate(facets) for step in _first(f, i, each))]
    return _binned(whole, about, said)


def _facets(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The definitions that part a plot into panels, of a unit or of the operator."""
    encoding = node.get("encoding")
    if isinstance(encoding, Mapping):
        yield from (encoding[key] for key in _FACETS if isinstance(encoding.get(key), Mapping))
    facet = node.get("facet")
    if "spec" in node and isinstance(facet, Mapping):
        yield from [facet] if "field" in facet else [d for d in facet.values() if isinstance(d, Mapping)]


def _first(facet: Mapping[str, Any], place: int, most: int) -> list[dict[str, Any]]:
    """Transforms that keep the rows of the first values of a facet, and those in one bin or month with them."""
    name = f"{_PANEL}{place or ''}"
    by = {"field": facet["field"]}
    cut: list[dict[str, Any]] = []
    for key in ("bin", "timeUnit"):
        if facet.get(key):
            cut = [{key: facet[key], "field": facet["field"], "as": f"{name}_of"}]
            by = {"field": f"{name}_of"}
    rank = {"window": [{"op": "dense_rank", "as": name}], "sort": [by]}
    return [*cut, rank, {"filter": {"field": name, "lte": most}}]


def _binned(node: dict[str, Any], about: Known, said: dict[str, None]) -> dict[str, Any]:
    """Bins of a written width that may be too many, in widths of which the first that makes few enough is taken."""
    bins = node.get("bin")
    if isinstance(bins, Mapping) and "step" in bins and (few := about.has_few_bins(node, bins)) is not True:
        said |= {BINS_SAID: None} if few is False else {}
        rest = {key: item for key, item in bins.items() if key != "step"}
        widths = [bins["step"] * 10.0**power for power in _POWERS] if _is_width(bins["step"]) else []
        widths = [width for width in widths if math.isfinite(width)]
        wider = {"steps": widths, "maxbins": MOST_BINS // 10} if widths and not bins.get("binned") else {}
        node["bin"] = rest | wider or True
    return node


def _is_width(step: Any) -> bool:
    return isinstance(step, (int, float)) and not isinstance(step, bool) and math.isfinite(step) and step > 0
