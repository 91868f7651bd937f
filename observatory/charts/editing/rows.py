"""Changes to the rows that a chart shows: conditions that are added, replaced or lifted, and the first few groups."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from observatory.charts.editing.plot import CannotEdit, plots
from observatory.charts.spec.channel import encoding_of
from observatory.charts.spec.transform import shaped
from observatory.charts.spec.vegalite import MEASURE, RANK, to_spec
from observatory.charts.spec.view import View
from observatory.charts.spec.words import condition
from observatory.model import ChartEdit, Filter, Profile

_LOW, _HIGH = ("gt", "gte"), ("lt", "lte")


def _read(step: Any) -> tuple[Filter, ...]:
    return shaped([step]).filters if isinstance(step, dict) and "filter" in step else ()


def _is_limit(step: Any) -> bool:
    text = json.dumps(step)
    return MEASURE in text or RANK in text


def filtered(chart: dict[str, Any], edit: ChartEdit, _profile: Profile) -> str:
    """Only some rows: a condition on the same field gives way, but a lower and an upper bound go together."""
    wanted = edit.filter
    if wanted is None:
        return ""
    kept: list[Any] = []
    gone: list[Any] = []
    for step in chart.get("transform") or ():
        own = [] if _is_limit(step) else [f for f in _read(step) if f.field == wanted.field]
        gives_way = own and len(own) == len(_read(step)) and all(_replaces(wanted, f) for f in own)
        (gone if gives_way else kept).append(step)
    fresh = to_spec(View("bar", (), (wanted,)))["transform"]
    if gone == fresh:
        return ""
    chart["transform"] = fresh + kept
    return f"only rows where {_words(wanted)}"


def _words(filter: Filter) -> str:
    """A condition as a sentence goes on: “year is 2010 or later”."""
    said = condition(filter)
    rest = said.removeprefix(filter.field).strip()
    return f"{filter.field} is {rest}" if said.startswith(filter.field) else said


def _replaces(wanted: Filter, old: Filter) -> bool:
    """Whether two conditions on a field cannot be meant together: bounds from both sides, and exceptions, are."""
    both = (wanted.op in _LOW and old.op in _HIGH) or (wanted.op in _HIGH and old.op in _LOW)
    return not both and not wanted.negated


def unfiltered(chart: dict[str, Any], edit: ChartEdit, _profile: Profile) -> str:
    """All rows again, or all but for the conditions on other fields."""
    steps = chart.get("transform") or []
    gone = [s for s in steps if isinstance(s, dict) and "filter" in s and not _is_limit(s)]
    if edit.field is not None:
        gone = [step for step in gone if any(f.field == edit.field for f in _read(step))]
    if not gone:
        about = f" on “{edit.field}”" if edit.field else ""
        raise CannotEdit(f"This chart has no condition{about} to lift: it shows all rows.")
    chart["transform"] = [step for step in steps if step not in gone]
    if not chart["transform"]:
        del chart["transform"]
    lifted = [condition(f) for step in gone for f in _read(step)] or ["as it was written"]
    return f"no longer only rows where {' and '.join(lifted)}"


def limited(chart: dict[str, Any], edit: ChartEdit, _profile: Profile) -> str:
    """The first few groups in the order of their measure, or all of them again; a negative number asks for the last."""
    steps = [step for step in chart.get("transform") or () if not _is_limit(step)]
    had = len(steps) < len(chart.get("transform") or ())
    if edit.value is None:
        if not had:
            raise CannotEdit("This chart shows all groups already.")
        _put(chart, steps)
        return "all groups again"
    if len(found := plots(chart)) != 1:
        raise CannotEdit("The first few groups can be taken of a single chart only.")
    plot, descending = found[0], int(edit.value) > 0
    encodings = tuple(plot.channels().values())
    view = View(plot.mark, encodings, limit=abs(int(edit.value)), descending=descending)
    ranked = view.measured()
    if ranked is None or not ranked[1].aggregate:
        raise CannotEdit("The first few can be taken only of groups with a number for each.")
    _put(chart, [*steps, *to_spec(view)["transform"]])
    name = ranked[0].channel
    other = {"x": "y", "y": "x"}.get(name)
    if other and plot.mark == "bar" and encoding_of(name, plot.definitions(name)[0]).sort in (None, other, f"-{other}"):
        plot.change(name, sort=f"-{other}" if descending else other)
    return f"only the {abs(int(edit.value))} {'largest' if descending else 'smallest'} of {ranked[0].field}"


def regrouped(chart: dict[str, Any], before: Mapping[str, str | None], after: Mapping[str, str | None]) -> None:
    """Steps that sum rows up in groups, in step with the groups that the channels show; nothing where there are none.

    `before` and `after` are the groups of each channel. Raises CannotEdit for a group that has to be made first.
    """
    sums = [step for step in chart.get("transform") or () if "aggregate" in step and not _is_limit(step)]
    gone = {name for name in before.values() if name} - set(after.values())
    fresh = [name for name in dict.fromkeys(after.values()) if name and name not in before.values()]
    if not sums or not (gone or fresh):
        return
    for step in chart["transform"]:
        groups = step.get("groupby")
        if isinstance(groups, list) and not _is_limit(step):
            kept = [name for name in groups if name not in gone]
            added = fresh if step in sums or len(kept) < len(groups) else []
            step["groupby"] = [*kept, *(name for name in added if name not in kept)]


def _put(chart: dict[str, Any], steps: list[Any]) -> None:
    if steps:
        chart["transform"] = steps
    else:
        chart.pop("transform", None)
