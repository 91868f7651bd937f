"""Base rates of a target by group, with their intervals and the rate over all rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from observatory.charts.drawing.drawing import Drawing
from observatory.charts.drawing.palette import ACCENT, CONFIG
from observatory.charts.findings.compared import REFERENCE, level_height, rates, title
from observatory.charts.findings.groups import distinct
from observatory.charts.spec.words import short
from observatory.model import Fairness, GroupRate


def base_rates(found: Fairness, groups: Sequence[GroupRate]) -> Drawing:
    """The groups of one field; the line is the rate over all rows, small groups are faint.

    With a reference, the rate of the group there is a grey dot.
    """
    names = distinct([group.group for group in groups])
    rows = pd.DataFrame(
        [
            {
                "label0": name,
                "share": group.rate,
                "low": group.interval[0],
                "high": group.interval[1],
                "n": group.n,
                "told": not group.few,
                "there": group.reference_rate,
            }
            for name, group in zip(names, groups)
        ]
    )
    field, wanted = short(groups[0].field), f"{short(found.target)} = {short(found.positive)}"
    dots = rates(rows, names, field, f"share with {wanted}", color=ACCENT)
    rule = alt.Chart(pd.DataFrame([{"x": found.rate}])).mark_rule(strokeDash=[4, 3], color=REFERENCE).encode(x="x:Q")
    small = " Faint: too few rows to tell." if any(group.few for group in groups) else ""
    if any(group.reference_rate is not None for group in groups):
        there: Any = alt.Chart(rows.dropna(subset=["there"])).mark_point(size=90, color=REFERENCE, filled=True)
        dots = there.encode(x="there:Q", y=alt.Y("label0:N", sort=names)) + dots
        small += " Grey: the reference."
    chart: Any = alt.layer(rule, dots).properties(
        title=title(f"Share with {wanted}, by {field}"), width="container", height=level_height(names)
    )
    said = "; ".join(f"{group.group}: {group.rate:.1%} of {group.n:,}" for group in groups)
    footer = f"Lines are 95 % intervals; dashed: {found.rate:.1%} of all {found.n:,} rows.{small}"
    return Drawing(chart.configure(**CONFIG), footer, f"Share with {wanted} by {field}: {said}")
