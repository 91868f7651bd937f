"""Drawing: the views of a chart and the rows that SQL gave for them, as an Altair chart with its data bound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import altair as alt
import pandas as pd

from observatory.charts.drawing.asked import numbers
from observatory.charts.drawing.bound import records
from observatory.charts.drawing.bounded import has_many_panels
from observatory.charts.drawing.describe import alt_text, caveat, sample
from observatory.charts.drawing.drawing import REMARK, Drawing, remarked
from observatory.charts.drawing.highlight import HIGHLIGHT
from observatory.charts.drawing.known import demand_drawable, is_beyond, looks, written_view
from observatory.charts.drawing.layers import layered
from observatory.charts.drawing.omitted import asks_for_more, omitted
from observatory.charts.drawing.palette import CONFIG
from observatory.charts.drawing.panels import TITLE_LIMIT, narrow_title
from observatory.charts.drawing.remarks import Remarks, remarks, summarises
from observatory.charts.drawing.single import HEIGHT, Piece, framed, piece
from observatory.charts.drawing.summaries import summaries_of
from observatory.charts.drawing.titles import cells, line, titled
from observatory.charts.drawing.written import draw_written, holds_all
from observatory.charts.spec.groups import arranged, leading, plots
from observatory.charts.spec.reading import Part, read
from observatory.charts.spec.view import View
from observatory.charts.spec.words import beside, lines, title
from observatory.errors import ChartInvalidSpec
from observatory.model import Finding, Profile, Table, Weighting

_PANELS_LIMIT = 310


def draw(
    spec: Mapping[str, Any],
    table: Table,
    profile: Profile,
    *,
    findings: Sequence[Finding] = (),
    weighting: Weighting | None = None,
) -> Drawing:
    """The chart of a Vega-Lite spec over a table, from aggregates over all rows: single, layered, faceted or several.

    Missing categories are drawn as “(missing)”; rows without a number or time on an axis are left out, and the caveat
    says how many. Charts of single rows beyond 2,000 are drawn from a fixed random sample, and the chart says so.
    `findings` about what is shown stand under the title, two at most. A table that names its column of weights as
    `weight` is summed up by them, and `weighting` says what they are.
    A chart that holds rows of its own, computes fields, has very many panels, or is more than this, is drawn as it is
    written; so is one that asks for colours, scales or interactions, where the table is small enough that all of its
    rows are drawn so and nothing is weighted. Elsewhere these are left out, and the caveat says so.
    Raises ChartInvalidSpec and FieldNotFound.
    """
    reading = read(spec)
    if is_beyond(spec, reading) or has_many_panels(reading, profile):
        return draw_written(spec, table, profile, findings=findings, is_weighted=weighting is not None)
    demand_drawable(reading, profile)
    names = numbers(profile)
    drawn = [_plot(spec, parts, table, profile, place) for place, parts in enumerate(plots(reading.parts))]
    if weighting is None and asks_for_more(spec, reading, names) and holds_all(spec, reading, table, profile):
        with suppress(ChartInvalidSpec):
            return _told(draw_written(spec, table, profile, findings=findings), drawn)
    head = _text(spec.get("title"))
    if head in {title(part.view) for part in reading.parts} and summarises(spec):
        head = summaries_of(table).head(head)
    whole = _one(drawn[0], head, profile) if len(drawn) == 1 else _several(spec, drawn, head, profile)
    caveats = (whole.caveat, omitted(spec, reading, names))
    whole = replace(whole, caveat=" ".join(text for text in caveats if text))
    said = remarks(spec, findings, weighting)
    samples = list(dict.fromkeys(text for plot in drawn for text in plot.samples))
    lines = (*samples, *said.lines) if len(drawn) == 1 else said.lines
    return remarked(whole, Remarks(lines, " ".join(part for part in (*samples, said.text) if part)))


def _told(written: Drawing, drawn: Sequence[_Plot]) -> Drawing:
    """A chart drawn as it is written with the numbers that its aggregates give, where they see the same rows."""
    if any(piece.drawn.averaged or sample(piece.drawn) for plot in drawn for piece in plot.pieces):
        return written
    said = " ".join(_said(plot, plot.main) for plot in drawn)
    return replace(written, alt=f"{said} {written.said}".rstrip())


@dataclass(frozen=True)
class _Plot:
    """Parts that share a plot, drawn; `main` is the one that it is about."""

    pieces: tuple[Piece, ...]
    main: Piece
    body: Mapping[str, Any]
    frames: Mapping[str, pd.DataFrame]

    @property
    def parameters(self) -> list[Mapping[str, Any]]:
        found = {str(p.parameter["name"]): p.parameter for p in reversed(self.pieces) if p.parameter}
        return list(found.values())

    @property
    def samples(self) -> list[str]:
        return [text for text in dict.fromkeys(sample(piece.drawn) for piece in self.pieces) if text]


def _plot(spec: Mapping[str, Any], parts: Sequence[Part], table: Table, profile: Profile, place: int) -> _Plot:
    name = f"{HIGHLIGHT}{place or ''}"
    written = [looks(spec, part) for part in parts]
    names = numbers(profile)
    views = [written_view(spec, part, names) for part in parts]
    pieces = tuple(piece(view, table, profile, asked, name) for view, asked in zip(views, written))
    main = pieces[parts.index(leading(parts))]
    if len(pieces) == 1:
        return _Plot(pieces, main, {"data": {"name": "rows0"}, **framed(main)}, {"rows0": cells(main.rows)})
    body, frames = layered(pieces, written, spec.get("resolve"))
    return _Plot(pieces, main, body, {own: cells(rows) for own, rows in frames.items()})


def _one(drawn: _Plot, head: str | None, profile: Profile) -> Drawing:
    main = drawn.main if head is None else replace(drawn.main, view=replace(drawn.main.view, title=head))
    params = {"params": drawn.parameters} if drawn.parameters else {}
    top = {"title": _panels_title(main.view) if main.facets else _title(main.view), **params, "config": CONFIG}
    chart = alt.Chart.from_dict({**titled(drawn.body), **top})
    if len(drawn.frames) == 1:
        chart.data = drawn.frames["rows0"]
    else:
        chart.datasets = {name: records(rows) for name, rows in drawn.frames.items()}
    return Drawing(chart, _caveats([drawn], profile), _said(drawn, main))


def _several(spec: Mapping[str, Any], drawn: Sequence[_Plot], head: str | None, profile: Profile) -> Drawing:
    """Plots beside or beneath each other, each with its title, and its rows under names of its own."""
    frames: dict[str, pd.DataFrame] = {}
    bodies = []
    for place, plot in enumerate(drawn):
        own = {name: f"plot{place}_{name}" for name in plot.frames}
        frames |= {own[name]: rows for name, rows in plot.frames.items()}
        own_title = _title(plot.main.view) | {"fontSize": 12}
        own_title |= REMARK | {"subtitle": plot.samples} if plot.samples else {}
        bodies.append({**titled(_renamed(plot.body, own)), "title": own_title})
    wide = max((len(value) for key, value in _lists(spec) if key in ("hconcat", "concat")), default=1)
    whole = arranged(spec, iter([_sized(body, min(wide, len(drawn), 3)) for body in bodies]))
    params = [parameter for plot in drawn for parameter in plot.parameters]
    top: dict[str, Any] = {"title": {"text": _lines(head), "anchor": "start", "fontSize": 14}} if head else {}
    chart = alt.Chart.from_dict(top | whole | ({"params": params} if params else {}) | {"config": CONFIG})
    chart.datasets = {name: records(rows) for name, rows in frames.items()}
    said = " ".join(_said(plot, plot.main) for plot in drawn)
    return Drawing(chart, _caveats(drawn, profile), f"{len(drawn)} charts{f': {head}' if head else ''}. {said}")


def _lists(spec: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(key, value) for key, value in spec.items() if isinstance(value, list)]


def _renamed(node: Any, names: Mapping[str, str]) -> Any:
    """A body whose data have other names."""
    if isinstance(node, list):
        return [_renamed(item, names) for item in node]
    if not isinstance(node, Mapping):
        return node
    return {
        key: {"name": names[value["name"]]} if key == "data" else _renamed(value, names) for key, value in node.items()
    }


def _sized(body: dict[str, Any], n_across: int) -> dict[str, Any]:
    """Plots beside others cannot be as wide as their place, so they get their part of half a page."""
    if body.get("width") != "container":
        return body
    return body | {"width": min(260, 300 // n_across), "height": min(body["height"], 3 * HEIGHT // 4)}


def _caveats(drawn: Sequence[_Plot], profile: Profile) -> str:
    """What is to be said of each plot, and of a layer that leaves out more rows than the one it lies on."""
    shown = [
        piece
        for plot in drawn
        for piece in (plot.main, *plot.pieces)
        if piece is plot.main or piece.drawn.n_left_out > plot.main.drawn.n_left_out
    ]
    said = [caveat(piece.view, piece.drawn, profile) for piece in shown]
    return " ".join(dict.fromkeys(text for text in said if text))


def _said(drawn: _Plot, main: Piece) -> str:
    added = dict.fromkeys(beside(piece.view) for piece in drawn.pieces if piece is not drawn.main)
    return alt_text(main.view, main.drawn) + (f" With {' and '.join(added)}." if added else "")


def _text(title: Any) -> str | None:
    """The title of a chart: text, lines, or an object with either."""
    words = title.get("text") if isinstance(title, Mapping) else title
    if isinstance(words, list):
        words = " ".join(str(line) for line in words)
    return words if isinstance(words, str) and words else None


def _title(view: View) -> dict[str, Any]:
    return {"text": _lines(view.title or title(view)), "anchor": "start", "fontSize": 14, "limit": TITLE_LIMIT}


def _panels_title(view: View) -> dict[str, Any]:
    return _title(view) | {"text": narrow_title(view.title or title(view)), "limit": _PANELS_LIMIT, "fontSize": 13}


def _lines(text: str) -> list[str]:
    return [line(part) for part in lines(text)]
