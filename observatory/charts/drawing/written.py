"""Charts drawn as they are written: the accepted Vega-Lite itself, with rows bound to it and the look of the house."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
from jsonschema.exceptions import ValidationError

from observatory.charts.drawing.bound import Bound, bind, renamed, rows_of
from observatory.charts.drawing.bounded import MOST_SINGLE, bounded, known, most_rows
from observatory.charts.drawing.drawing import Drawing, remarked
from observatory.charts.drawing.filled import demand_few_curves, demand_few_filled
from observatory.charts.drawing.palette import ACCENT, CONFIG, over
from observatory.charts.drawing.panels import ROOM, TITLE_LIMIT
from observatory.charts.drawing.remarks import Remarks, remarks
from observatory.charts.drawing.summed import summed
from observatory.charts.drawing.ticks import few_ticks
from observatory.charts.drawing.titles import line, titled
from observatory.charts.drawing.used import columns_of, demand_fields, nodes, takes_rows
from observatory.charts.spec.groups import plots
from observatory.charts.spec.parts import CONCATS
from observatory.charts.spec.reading import Reading, demand_words, read
from observatory.charts.spec.words import headline, lines
from observatory.errors import ChartInvalidSpec
from observatory.model import Finding, Profile, Table
from observatory.sandbox.grammar import accept

HEIGHT, _LEAST = 280, 90
UNWEIGHTED = "Not weighted: a chart that is drawn as it is written counts each row once."
_LOOK = CONFIG | {
    "mark": {"color": ACCENT},
    "axisXDiscrete": {"labelAngle": 0, "labelOverlap": "greedy"},
}
_HEAD = {"anchor": "start", "fontSize": 14, "limit": TITLE_LIMIT}
_ALTAIR_VIEW = {"continuousWidth": 300, "continuousHeight": 300}
_LEFT_OUT = ("$schema", "description", "config", "title")
_FACETS = ("row", "column", "facet")
_TOLD = 3
_HASHED = re.compile(r"(?<![A-Za-z])(view|param)_([0-9a-f]{16})")
_CONTINUOUS, _COUNTS, _UNPLACED = ("quantitative", "temporal"), ("count", "distinct"), ("text", "detail")


def draw_written(
    spec: Mapping[str, Any],
    table: Table,
    profile: Profile,
    *,
    findings: Sequence[Finding] = (),
    is_weighted: bool = False,
) -> Drawing:
    """A chart that the grammar accepts, with all rows of the columns that it uses, or a fixed random sample of them.

    Where its first steps sum rows up, SQL does them over all rows, and the groups are what is drawn. Rows that it holds
    itself are drawn as they are. Nothing is weighted, and the chart says so where it is to be.
    Raises ChartInvalidSpec and FieldNotFound.
    """
    chart = accept(spec).spec
    demand_fields(chart, profile)
    reading, names = read(chart), columns_of(chart, profile)
    about = known(chart, profile)
    rows, whole = None, summed(chart, table, profile)
    if whole is not None:
        chart, rows = whole
    elif takes_rows(chart, chart.get("datasets")):
        rows = rows_of(chart, names, table, profile, most_rows(chart, reading, profile, len(names)))
    few, left = few_ticks(chart, profile)
    demand_few_curves(chart, about)
    demand_few_filled(chart, about, MOST_SINGLE if rows is None or reading.brings_rows else len(rows.records))
    limited, limits = bounded(few, about)
    body = titled(bind(renamed(limited, names), rows))
    body = {key: item for key, item in body.items() if key not in _LEFT_OUT} | _size(chart)
    head = _head(chart.get("title"), chart.get("usermeta"))
    look = over(_look(chart), _own_look(chart))
    drawn = _altair(_own_names(({"title": head} if head else {}) | body | {"config": look}), reading)
    caveat = " ".join((_written(reading, rows), *missing(reading, profile), *limits, *left))
    drawing = Drawing(drawn, caveat, _alt(reading))
    return remarked(drawing, _remarks(chart, rows, findings, is_weighted))


def holds_all(spec: Mapping[str, Any], reading: Reading, table: Table, profile: Profile) -> bool:
    """Whether a chart that is drawn as it is written is given every row of the table."""
    return table.n_rows <= most_rows(spec, reading, profile, len(columns_of(spec, profile)))


def _own_names(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The chart with other names for what Altair names by a hash.

    Streamlit renames those that stand alone and not those of their repeated parts, which are lost then.
    """
    body = {key: item for key, item in spec.items() if key != "datasets"}
    renamed: dict[str, Any] = json.loads(_HASHED.sub(r"\1s_\2", json.dumps(body)))
    return renamed | {key: item for key, item in spec.items() if key == "datasets"}


def _aside(node: Any, rows: dict[str, Any]) -> Any:
    """A part of the chart whose rows are put into `rows`, under names: Altair would check them cell by cell."""
    if isinstance(node, list):
        return [_aside(item, rows) for item in node]
    if not isinstance(node, Mapping):
        return node
    inner = {key: _aside(item, rows) for key, item in node.items() if key not in ("data", "datasets")}
    data = node.get("data")
    if isinstance(data, Mapping) and isinstance(data.get("values"), list):
        name = f"own{len(rows)}"
        rows[name] = data["values"]
        data = {**{key: item for key, item in data.items() if key != "values"}, "name": name}
    return inner if data is None else inner | {"data": data}


def _altair(spec: Mapping[str, Any], reading: Reading) -> Any:
    """The chart as an object of Altair; a word that Vega-Lite has not is named."""
    rows: dict[str, Any] = {}
    try:
        chart: Any = alt.Chart.from_dict(_aside(spec, rows))
    except (ValidationError, ValueError, TypeError) as exc:
        for part in reading.parts:
            demand_words(part.view)
        raise ChartInvalidSpec("Vega-Lite does not know a chart like that.", str(exc).split("\n")[0][:200]) from exc
    if rows or "datasets" in spec:
        chart.datasets = {**spec.get("datasets", {}), **rows}
    return chart


# ── look ──


def _look(chart: Mapping[str, Any]) -> dict[str, Any]:
    """The theme under the chart's own; several plots get the room that there is for each, with the legend beneath.

    A chart that names a theme of Altair's has that one instead.
    """
    across, themed = _n_across(chart), "usermeta" in chart
    if across is None:
        return {} if themed else dict(_LOOK)
    width = max(_LEAST, ROOM // across)
    view = {"continuousWidth": width, "continuousHeight": max(_LEAST, min(HEIGHT, width))}
    return {"view": view} if themed else _LOOK | {"view": view, "legend": {"orient": "bottom"}}


def _own_look(chart: Mapping[str, Any]) -> dict[str, Any]:
    """The theme of the chart; the size that Altair writes into every chart is none."""
    own = dict(chart.get("config", {}))
    view = own.get("view")
    if isinstance(view, Mapping):
        own["view"] = {key: item for key, item in view.items() if _ALTAIR_VIEW.get(key) != item}
    return own


def _n_across(chart: Mapping[str, Any]) -> int | None:
    """How many plots stand beside each other, as far as the chart says; None for a chart of one plot."""
    key = next((key for key in CONCATS if key in chart), None)
    if key is not None:
        return 1 if key == "vconcat" else min(len(chart[key]), _whole(chart.get("columns")) or len(chart[key]))
    repeat = chart.get("repeat")
    wide = repeat.get("column", [None]) if isinstance(repeat, Mapping) else repeat
    if isinstance(wide, list) and not (isinstance(repeat, Mapping) and "layer" in repeat):
        return max(1, min(len(wide), _whole(chart.get("columns")) or len(wide)))
    encoding = chart.get("encoding", {})
    facet = chart.get("facet", encoding.get("facet", {}))
    if "spec" in chart or any(name in encoding for name in _FACETS):
        return _whole(chart.get("columns")) or _whole(facet.get("columns")) or 3
    return None


def _whole(number: Any) -> int | None:
    return number if type(number) is int and number > 0 else None


def _size(chart: Mapping[str, Any]) -> dict[str, Any]:
    """One plot is as wide as its place and as tall as any other, unless it says so itself; names keep their steps."""
    if _n_across(chart) is not None:
        return {}
    height = {} if "height" in chart or _has_names_on_y(chart) else {"height": HEIGHT}
    return height if "width" in chart else {"width": "container", **height}


def _has_names_on_y(chart: Mapping[str, Any]) -> bool:
    shown = [node["y"] for node in nodes(chart) if isinstance(node.get("y"), Mapping)]
    return any(y.get("type") in ("nominal", "ordinal") and not y.get("aggregate") for y in shown)


def _head(title: Any, theme: Any) -> dict[str, Any]:
    """The title with its lines and in the style of every other chart or of its theme, under what it says of its own."""
    own = dict(title) if isinstance(title, Mapping) else {"text": title}
    text = own.get("text")
    words = lines(text) if isinstance(text, str) else [str(part) for part in text] if isinstance(text, list) else []
    style = {"limit": TITLE_LIMIT} if theme else _HEAD
    return {**style, **own, "text": [line(part) for part in words]} if words else {}


# ── words ──


def _written(reading: Reading, rows: Bound | None) -> str:
    if rows is None:
        return "Drawn as written, from the rows that stand in the chart itself."
    if reading.brings_rows:
        return "Drawn as written, in part from rows that the chart holds itself."
    return "Drawn as written."


def missing(reading: Reading, profile: Profile) -> list[str]:
    """What becomes of rows without a value: Vega-Lite draws none without a number or time, and “null” for a name.

    >>> from observatory.model import FieldProfile
    >>> fields = (FieldProfile("a", "quantitative", "measure", "", 2, 9),)
    >>> missing(read({"mark": "tick", "encoding": {"x": {"field": "a", "type": "quantitative"}}}), Profile(9, fields))
    ['Rows without a (2 of 9) are left out.']
    """
    if reading.brings_rows:
        return []
    made = {d.name for d in reading.derived}
    gaps = {f.name: f"{f.name} ({f.missing:,} of {profile.n_rows:,})" for f in profile.fields if f.missing}
    shown = [e for part in reading.parts for e in part.view.encodings if e.field in gaps and e.field not in made]
    drawn = [e for e in shown if e.channel not in _UNPLACED and e.aggregate not in _COUNTS]
    numbers = [gaps[str(e.field)] for e in drawn if e.type in _CONTINUOUS]
    names = [gaps[str(e.field)] for e in drawn if e.type not in _CONTINUOUS and e.is_group]
    return [
        *([f"Rows without {_either(numbers)} are left out."] if numbers else []),
        *([f"Where {_either(names)} is missing, “null” stands for it."] if names else []),
    ]


def _either(names: Sequence[str]) -> str:
    return " or ".join(dict.fromkeys(names))


def _remarks(chart: Mapping[str, Any], rows: Bound | None, findings: Sequence[Finding], is_weighted: bool) -> Remarks:
    """What is to stand on the chart: that nothing is weighted, that its rows are a sample, and findings about them."""
    if rows is None:
        return Remarks()
    said = [UNWEIGHTED] if is_weighted else []
    if rows.is_sample:
        said.append(f"{len(rows.records):,} of {rows.n_rows:,} rows, drawn at random.")
    about = remarks(chart, findings)
    return Remarks((*said, *about.lines), " ".join(text for text in (*said, about.text) if text))


def _alt(reading: Reading) -> str:
    """What the plots show, as far as their channels say it."""
    told = [headline(plot) for plot in plots(reading.parts)]
    if not told:
        return "A chart, drawn as it is written."
    more = f" And {len(told) - _TOLD} more." if len(told) > _TOLD else ""
    return f"Drawn as written: {'; '.join(told[:_TOLD])}.{more}"
