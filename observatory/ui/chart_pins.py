"""Charts pinned to the report: a button for a chart, and the list of all with their notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from observatory import report
from observatory.model import Dataset, PinnedChart, Task
from observatory.quoting import markdown
from observatory.report import words
from observatory.ui.chart_link import show_chart
from observatory.ui.session import guard, observatory


def pin_button(
    spec: Mapping[str, Any],
    dataset: Dataset,
    *,
    task: Task | None,
    weighted: Mapping[str, Any] | None = None,
    key: str,
    note: str = "",
) -> None:
    """Pin a chart to the report, with a note, or take it out again."""
    specs = [chart.spec for chart in observatory().pins(dataset)]
    is_pinned = spec in specs
    st.button(
        "Pinned" if is_pinned else "Pin",
        key=key,
        type="tertiary",
        icon=":material/check:" if is_pinned else ":material/keep:",
        on_click=_unpin if is_pinned else _pin,
        args=(dataset, spec) if is_pinned else (dataset, spec, task, weighted, note),
        help="Take it out of the report." if is_pinned else "Put it into the report of this data set.",
    )


def _pin(
    dataset: Dataset,
    spec: Mapping[str, Any],
    task: Task | None,
    weighted: Mapping[str, Any] | None = None,
    note: str = "",
) -> None:
    with guard():
        observatory().pin(dataset, spec, note, task=task, weighted=weighted)
        st.toast("Pinned to the report.", icon=":material/keep:")


def _unpin(dataset: Dataset, spec: Mapping[str, Any]) -> None:
    with guard():
        specs = [chart.spec for chart in observatory().pins(dataset)]
        if spec in specs:
            observatory().unpin(dataset, specs.index(spec))
            st.toast("Taken out of the report.", icon=":material/keep_off:")


def pinned_charts(dataset: Dataset) -> None:
    """The pinned charts in words, each with a note to write, and the report to download."""
    pinned = observatory().pins(dataset)
    if not pinned:
        return
    with st.expander(f"Pinned to the report: {words.count(len(pinned), 'chart')}", icon=":material/keep:"):
        for number, chart in enumerate(pinned):
            _line(chart, number, dataset)
        st.download_button(
            "Download the report",
            lambda: page(dataset),
            f"{dataset.name}.html",
            "text/html",
            key="charts_report",
            icon=":material/download:",
            on_click="ignore",
            help="One page with these charts first; it needs nothing else to be read.",
        )


def _line(chart: PinnedChart, number: int, dataset: Dataset) -> None:
    key = f"charts_pin_{number}"
    st.session_state[key] = chart.note
    st.markdown(markdown(f"{chart.summary} {chart.caveat}"))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(
            f"Note for pinned chart {number + 1}",
            key=key,
            placeholder="A note for the report",
            label_visibility="collapsed",
            max_chars=500,
            on_change=_note,
            args=(dataset, chart, key),
        )
        st.button("Edit", key=f"{key}_edit", type="tertiary", on_click=show_chart, args=(chart.spec,))
        st.button("Remove", key=f"{key}_remove", type="tertiary", on_click=_unpin, args=(dataset, chart.spec))


def _note(dataset: Dataset, chart: PinnedChart, key: str) -> None:
    with guard():
        observatory().pin(dataset, chart.spec, st.session_state[key], task=chart.task, weighted=chart.weighted)


def page(dataset: Dataset) -> str:
    """The report of a data set as a page, with pictures of its charts and of the first findings."""
    obs = observatory()
    found = obs.report(dataset, obs.declared_reference(dataset))
    return report.html(
        found,
        lambda chart: obs.picture(chart.spec, dataset),
        of_pinned=lambda chart: obs.picture(chart.spec, dataset, weighted=chart.weighted),
    )
