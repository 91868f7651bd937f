"""Love plot: how far each field of the sample is from the reference, before and after weighting."""

from __future__ import annotations

import altair as alt
import pandas as pd

from observatory.charts.drawing.drawing import Drawing
from observatory.charts.drawing.palette import ACCENT, CONFIG
from observatory.charts.findings.compared import LEGEND, REFERENCE, above, level_axis, level_height, title
from observatory.charts.findings.groups import distinct
from observatory.model import Weighting

BALANCED = 0.1
_MOST = 30
_STATES = ("unweighted", "weighted")


def love_plot(weighting: Weighting) -> Drawing | None:
    """Mean absolute standardised difference of each field, worst first; None where no field is balanced.

    The dashed line is at 0.1, below which a difference is usually called negligible (Austin, 2009).
    """
    fields = weighting.by_field[:_MOST]
    if not fields:
        return None
    names = distinct([balance.field for balance in fields])
    rows = pd.DataFrame(
        [
            {"field": name, "asmd": value, "state": state, "weighed": "yes" if balance.weighed else "no"}
            for name, balance in zip(names, fields)
            for state, value in zip(_STATES, (balance.asmd_before, balance.asmd_after))
        ]
    )
    base = alt.Chart(rows).encode(
        y=alt.Y("field:N", sort=names, axis=level_axis(200)),
        x=alt.X(
            "asmd:Q",
            title="absolute standardised mean difference (ASMD)",
            scale=alt.Scale(domainMin=0),
            axis=alt.Axis(tickCount=8),
        ),
    )
    colour = alt.Color(
        "state:N",
        scale=alt.Scale(domain=list(_STATES), range=[REFERENCE, ACCENT]),
        legend=above(),
    )
    tips = [
        alt.Tooltip("field:N"),
        alt.Tooltip("state:N", title="sample"),
        alt.Tooltip("asmd:Q", format=".3f", title="ASMD"),
        alt.Tooltip("weighed:N", title="weighed by"),
    ]
    rule = alt.Chart(pd.DataFrame([{"x": BALANCED}])).mark_rule(strokeDash=[4, 3], color=REFERENCE).encode(x="x:Q")
    line = base.mark_line(color=REFERENCE, strokeWidth=1.5).encode(detail="field:N")
    dots = base.mark_point(filled=True, size=110, opacity=1).encode(color=colour, tooltip=tips)
    chart = (rule + line + dots).properties(
        title=title("Difference from the reference, by field"),
        width="container",
        height=level_height(names) + LEGEND + 20,
    )
    left = f" The worst {_MOST} of {len(weighting.by_field)} fields." if len(weighting.by_field) > _MOST else ""
    said = f"Mean difference {weighting.asmd_before:.3f} before and {weighting.asmd_after:.3f} after weighting."
    return Drawing(
        chart.configure(**CONFIG), f"n = {weighting.n:,} rows; the dashed line is 0.1, negligible below.{left}", said
    )
