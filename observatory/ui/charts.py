"""Charts on the page: the picture, one sentence why, and rules and code behind one click."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from observatory.model import Dataset, RankedChart, Task
from observatory.quoting import markdown
from observatory.report import words
from observatory.ui.session import observatory

TASKS = {
    "any": "anything",
    "value": "read values",
    "summary": "compare summaries",
    "trend": "see a trend",
    "distribution": "see a distribution",
    "relation": "see a relation",
    "part": "see parts of a whole",
}


def spec_chart(spec: Mapping[str, Any], dataset: Dataset, *, key: str) -> None:
    """Draw a spec over its data, with its caveat beneath and alternative text."""
    drawing = observatory().draw(spec, dataset)
    st.altair_chart(drawing.chart, alt=drawing.alt, key=key)
    if drawing.caveat:
        st.caption(markdown(drawing.caveat))


def chart_card(
    chart: RankedChart, following: RankedChart | None, dataset: Dataset, *, key: str, details: bool = True
) -> None:
    """A ranked chart; `details` adds why it stands above the following one, what it costs, and its code."""
    with st.container(border=True, height="stretch"):
        spec_chart(chart.spec, dataset, key=f"{key}_{chart.rank}")
        if details:
            st.markdown(markdown(observatory().why(chart, following)))
            with st.expander(f"What it costs: {chart.cost}"):
                _violations(chart)
            with st.expander("Altair code"):
                st.code(chart.code, wrap_lines=True)


def _violations(chart: RankedChart) -> None:
    if not chart.violations:
        st.markdown("It breaks no rule.")
        return
    for v in chart.violations:
        times = f" × {v.count}" if v.count > 1 else ""
        st.markdown(f"- **{v.weight}{times}** {markdown(v.description)} :gray[{markdown(v.rule)}]")


def chart_wish(names: Sequence[str]) -> tuple[list[str], Task | None]:
    """Choose fields and a task; nothing chosen asks for the best charts of the whole table."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        fields = st.multiselect(
            "Fields to show",
            names,
            max_selections=4,
            placeholder="the whole table: choose up to four fields",
            key="charts_fields",
            bind="query-params",
        )
        task = st.selectbox(
            "What for",
            list(TASKS),
            format_func=TASKS.__getitem__,
            key="charts_task",
            bind="query-params",
            width=280,
        )
    return fields, None if task == "any" else task  # type: ignore[return-value]


def chart_grid(charts: Sequence[RankedChart], dataset: Dataset, *, key: str, details: bool = True) -> None:
    """Charts two across, best first; where there is none, say why."""
    if not charts:
        st.info(words.NO_CHART)
        return
    with st.grid(2, min_column_width=380, gap="medium"):
        for chart, following in zip(charts, [*charts[1:], None], strict=True):
            chart_card(chart, following, dataset, key=key, details=details)
