"""Changes carried out on a chart, one after the other, each told in words; what has no place is told too."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from observatory.charts.editing import looks, shown
from observatory.charts.editing.plot import CannotEdit, Plot, plots
from observatory.charts.editing.retitle import retitled
from observatory.charts.editing.rows import filtered, limited, regrouped, unfiltered
from observatory.charts.spec.words import short
from observatory.model import ChartEdit, EditOp, Profile

OnPlot = Callable[[Plot, ChartEdit, Profile], str]
OnChart = Callable[[dict[str, Any], ChartEdit, Profile], str]

ON_PLOTS: Mapping[EditOp, OnPlot] = {
    "mark": shown.mark,
    "group": shown.group,
    "color": shown.color,
    "panels": shown.panels,
    "measure": shown.measure,
    "aggregate": shown.aggregate,
    "time_unit": shown.time_unit,
    "bin": shown.bins,
    "drop": shown.drop,
    "sort": looks.sort,
    "stack": looks.stack,
    "scale": looks.scale,
    "swap": looks.swap,
    "orient": looks.orient,
    "paint": looks.paint,
    "line_at": looks.line_at,
}
ON_CHARTS: Mapping[EditOp, OnChart] = {
    "filter": filtered,
    "unfilter": unfiltered,
    "limit": limited,
    "title": looks.title,
}


@dataclass(frozen=True)
class Edited:
    """A changed chart, what was changed in words, and what could not be changed, in sentences."""

    spec: dict[str, Any]
    changes: tuple[str, ...]
    problems: tuple[str, ...] = ()


def edited(spec: Mapping[str, Any], edits: Sequence[ChartEdit], profile: Profile) -> Edited:
    """The chart with the edits carried out in turn; what no edit speaks of stays as it is written.

    A change that is so already is no change. Whether the chart that comes out is a good one, the rules must say.

    >>> bars = {"mark": {"type": "bar", "opacity": 0.5}, "encoding": {"x": {"field": "a"}, "y": {"aggregate": "count"}}}
    >>> found = edited(bars, [ChartEdit("mark", "line")], Profile(9, ()))
    >>> found.spec["mark"], found.changes
    ({'type': 'line', 'opacity': 0.5}, ('mark: bar → line',))
    """
    chart = copy.deepcopy(dict(spec))
    changes: list[str] = []
    problems: list[str] = []
    for edit in edits:
        said, problem = _carried_out(chart, edit, profile)
        changes += [text for text in said if text not in changes]
        problems += [problem] if problem else []
    chart, kept = retitled(chart, spec) if changes else (chart, "")
    if kept:
        problems.append(f"The title “{short(kept)}” is kept as it was written; say “call it …” for another.")
    return Edited(chart, tuple(changes), tuple(dict.fromkeys(problems)))


def _carried_out(chart: dict[str, Any], edit: ChartEdit, profile: Profile) -> tuple[list[str], str]:
    """One edit on the chart itself; where it has no place, the chart is left as it was."""
    before = copy.deepcopy(chart)
    try:
        if edit.op in ON_CHARTS:
            said = [ON_CHARTS[edit.op](chart, edit, profile)]
        else:
            groups = _groups(chart)
            said = [ON_PLOTS[edit.op](plot, edit, profile) for plot in plots(chart)]
            regrouped(chart, groups, _groups(chart))
    except CannotEdit as refusal:
        chart.clear()
        chart |= before
        return [], str(refusal)
    return ([text for text in said if text], "") if chart != before else ([], "")


def _groups(chart: dict[str, Any]) -> dict[str, str | None]:
    """The fields that keep rows apart, as they are written, by their channels."""
    return {
        f"{place} {channel}": plot.definitions(channel)[0]["field"]
        for place, plot in enumerate(plots(chart))
        for channel, shown in plot.channels().items()
        if shown.field is not None and shown.aggregate is None and channel != plot.measure()
    }
