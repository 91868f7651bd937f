"""The target by group: base rates with intervals, how small a difference would be seen, which groups are small."""

from __future__ import annotations

from itertools import groupby

import pandas as pd
import streamlit as st

from observatory.model import BiasReport, GroupRate
from observatory.quoting import markdown
from observatory.ui.bias_job import Asked
from observatory.ui.session import observatory

_FIRST = 4


def fairness(report: BiasReport, asked: Asked) -> None:
    """How the target is spread over groups; without a target, how to choose one."""
    found = report.fairness
    if asked.target is None:
        st.markdown("Choose the field that matters most above, such as an outcome, to compare its rate between groups.")
        return
    if found is None:
        still = "fairness" in report.pending
        why = "It is still being counted." if still else "It has no two values that could be compared between groups."
        st.markdown(f"**{markdown(asked.target)}**: {why}")
        return
    for statement in found.statements:
        st.markdown(f"- {markdown(statement)}")
    fields = {name: list(groups) for name, groups in groupby(found.groups, key=lambda group: group.field)}
    shown = st.pills(
        "Fields to compare the groups of",
        list(fields),
        selection_mode="multi",
        default=[*found.unequal, *(n for n in fields if n not in found.unequal)][:_FIRST],
        key=f"bias_fair_{asked.target}",
    )
    with st.grid(2, min_column_width=340, gap="medium"):
        for name in shown:
            drawing = observatory().draw_rates(found, fields[name])
            with st.container(gap="xsmall"):
                st.altair_chart(drawing.chart, alt=drawing.alt)
                st.caption(markdown(drawing.caveat))
    _table([group for name in shown for group in fields[name]])


def _table(groups: list[GroupRate]) -> None:
    if not groups:
        return
    rows = [
        {
            "field": group.field,
            "group": group.group,
            "n": group.n,
            "rate": group.rate,
            "low": group.interval[0],
            "high": group.interval[1],
            "there": group.reference_rate,
            "detectable": group.detectable,
            "small": "too few to tell" if group.few else "",
        }
        for group in groups
    ]
    column = st.column_config
    frame = pd.DataFrame(rows)
    st.dataframe(
        frame[[name for name in frame if not frame[name].isin([None, ""]).all()]],
        placeholder="",
        hide_index=True,
        column_config={
            "field": column.TextColumn("Field"),
            "group": column.TextColumn("Group"),
            "n": column.NumberColumn("Rows", format="localized"),
            "rate": column.NumberColumn("Rate", format="percent"),
            "low": column.NumberColumn("95 % from", format="percent"),
            "high": column.NumberColumn("to", format="percent"),
            "there": column.NumberColumn("Rate in the reference", format="percent"),
            "detectable": column.NumberColumn(
                "Smallest difference seen", format="percent", help="From all other rows, with a power of 80 %."
            ),
            "small": column.TextColumn("Small"),
        },
        alt="Every group with its rows, rate, interval and the smallest difference that would be seen",
    )
