"""Titles that were generated, generated anew for a chart that was changed; titles that people wrote stay."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from observatory.charts.editing.plot import plots
from observatory.charts.spec.groups import leading
from observatory.charts.spec.groups import plots as parts_of
from observatory.charts.spec.reading import read
from observatory.charts.spec.view import View
from observatory.charts.spec.words import phrase, title
from observatory.errors import ChartInvalidSpec


def retitled(fresh: Mapping[str, Any], old: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """The fresh chart with its own title where the old one's was generated, and the written title that stays, or "".

    >>> old = {"title": "Number of rows by a", "mark": "bar", "encoding": {"x": {"field": "a", "type": "nominal"},
    ...     "y": {"aggregate": "count", "type": "quantitative"}}}
    >>> new = {**old, "encoding": {**old["encoding"], "x": {"field": "b", "type": "nominal"}}}
    >>> retitled(new, old)[0]["title"], retitled({**new, "title": "Mine"}, {**old, "title": "Mine"})[1]
    ('Number of rows by b', 'Mine')
    """
    chart = copy.deepcopy(dict(fresh))
    if any("title" in known for plot in plots(dict(old)) for known in _definitions(plot)):
        for plot in plots(chart):
            for channel, shown in plot.channels().items():
                plot.definitions(channel)[0].setdefault("title", phrase(shown))
    written = chart.get("title")
    if written is None or written != old.get("title"):
        return chart, ""
    before, after = _view(old), _view(chart)
    text = written.get("text") if isinstance(written, Mapping) else written
    words = next((words for words in _TITLES if before is not None and words(before) == text), None)
    if words is None or after is None:
        same = before is not None and after is not None and title(before) == title(after)
        return chart, "" if same else str(text)
    chart["title"] = {**written, "text": words(after)} if isinstance(written, Mapping) else words(after)
    return chart, ""


def _of_computed(view: View) -> str:
    """The title of a chart that computes what it shows: the rows that this needs go without saying."""
    said = title(replace(view, filters=tuple(f for f in view.filters if f.op != "valid")))
    return said[:1].upper() + said[1:]


_TITLES = (title, _of_computed)


def _definitions(plot: Any) -> list[dict[str, Any]]:
    return [known for channel in plot.channels() for known in plot.definitions(channel)]


def _view(spec: Mapping[str, Any]) -> View | None:
    try:
        drawn = parts_of(read(spec).parts)
    except ChartInvalidSpec:
        return None
    return leading(drawn[0]).view if len(drawn) == 1 else None
