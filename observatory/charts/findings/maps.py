"""Maps of rows: a seeded sample in two dimensions, coloured by natural group or by oddness."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from observatory.charts.drawing.drawing import Drawing
from observatory.charts.drawing.palette import CATEGORIES, CONFIG, RAMP
from observatory.charts.findings.compared import above, title
from observatory.charts.spec.words import lines
from observatory.model import Exploration

SELECTION = "picked"
MOST_POINTS = 2_500
HEIGHT = 460


def row_map(found: Exploration, labels: Sequence[str] | None, scores: Sequence[float] | None, head: str) -> Drawing:
    """A point for each row, coloured by its label or its score; dragging a box over points picks them.

    The selection is called `picked` and gives the ranges of the columns `x` and `y`. Beyond 2,500 rows every k-th is
    drawn, and the caveat says so.
    """
    rows = pd.DataFrame({"row": found.rows, "x": found.x, "y": found.y})
    if labels is not None:
        rows["colour"] = list(labels)
    elif scores is not None:
        rows["colour"] = list(scores)
    step = max(1, -(-len(rows) // MOST_POINTS))
    drawn = rows.iloc[::step]
    axes = [lines(name) for name in found.axes]
    encoding: dict[str, Any] = {
        "x": alt.X("x:Q", title=axes[0] if axes else None, scale=alt.Scale(zero=False), axis=_PLAIN),
        "y": alt.Y("y:Q", title=axes[1] if len(axes) > 1 else None, scale=alt.Scale(zero=False), axis=_PLAIN),
        "tooltip": [alt.Tooltip("row:Q", title="row", format=",d"), *_tip(labels, scores)],
    }
    chart = alt.Chart(drawn).mark_point(filled=True, size=34, opacity=0.65).encode(**encoding, **_colour(rows, labels))
    chart = chart.add_params(alt.selection_interval(name=SELECTION)).properties(
        title=title(head), width="container", height=HEIGHT
    )
    sampled = f"{len(drawn):,} of {len(rows):,} rows are drawn." if step > 1 else f"{len(rows):,} rows."
    text = f"Map of {len(drawn):,} rows. Across: {', '.join(found.axes[:1])}; upwards: {', '.join(found.axes[1:2])}."
    return Drawing(chart.configure(**CONFIG), f"{sampled} Drag a box over points to see those rows.", text)


_PLAIN = alt.Axis(labels=False, ticks=False, grid=False)


def _tip(labels: Sequence[str] | None, scores: Sequence[float] | None) -> list[Any]:
    if labels is not None:
        return [alt.Tooltip("colour:N", title="group")]
    return [alt.Tooltip("colour:Q", title="oddness", format=".2f")] if scores is not None else []


def _colour(rows: pd.DataFrame, labels: Sequence[str] | None) -> dict[str, Any]:
    if "colour" not in rows:
        return {}
    if labels is None:
        scale = alt.Scale(range=list(RAMP))
        return {"color": alt.Color("colour:Q", scale=scale, legend=alt.Legend(title="oddness", orient="top", offset=6))}
    order = list(dict.fromkeys(sorted(labels)))
    scale = alt.Scale(domain=order, range=[CATEGORIES[i % len(CATEGORIES)] for i in range(len(order))])
    legend = above()
    legend.columns, legend.labelLimit = 4, 200
    return {"color": alt.Color("colour:N", scale=scale, legend=legend)}
