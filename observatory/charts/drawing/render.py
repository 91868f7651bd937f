"""Drawing: a view and the rows that SQL gave for it, as an Altair chart with its data bound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import altair as alt

from observatory.charts.drawing.describe import alt_text, caveat
from observatory.charts.drawing.palette import CONFIG
from observatory.charts.drawing.single import framed, piece
from observatory.charts.spec.reading import parse
from observatory.charts.spec.view import View
from observatory.charts.spec.words import lines, title
from observatory.model import Profile, Table

_TITLE_LIMIT = 480


@dataclass(frozen=True)
class Drawing:
    """A chart with its data, what must be said beside it ("" when nothing), and the text that stands in for it."""

    chart: alt.Chart | alt.LayerChart | alt.FacetChart
    caveat: str
    alt: str


def draw(spec: Mapping[str, Any], table: Table, profile: Profile) -> Drawing:
    """The chart of a Vega-Lite spec over a table, from aggregates over all rows.

    Missing categories are drawn as “(missing)”; rows without a number or time on an axis are left out, and the caveat
    says how many. Charts of single rows beyond 2,000 are drawn from a fixed random sample, and the caveat says so.
    Raises ChartInvalidSpec and FieldNotFound.
    """
    return draw_view(parse(spec), table, profile)


def draw_view(view: View, table: Table, profile: Profile, options: Mapping[str, Any] | None = None) -> Drawing:
    """The chart of one view; `options` are the looks of a written mark."""
    for name in [e.field for e in view.encodings] + [f.field for f in view.filters]:
        if name is not None:
            profile.field(name)
    drawn = piece(view, table, profile, options)
    body = framed(drawn)
    chart = alt.Chart.from_dict({"data": {"name": "rows"}, "title": _title(drawn.view), **body, "config": CONFIG})
    chart.data = drawn.rows
    return Drawing(chart, caveat(drawn.view, drawn.drawn, profile), alt_text(drawn.view, drawn.drawn))


def _title(view: View) -> dict[str, Any]:
    return {"text": lines(view.title or title(view)), "anchor": "start", "fontSize": 14, "limit": _TITLE_LIMIT}
