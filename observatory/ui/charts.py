"""Charts on the page: cards with the picture, one sentence why, and quiet actions; the rest behind one click."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

from observatory.errors import ChartInvalidSpec
from observatory.model import Dataset, RankedChart, Task, Violation
from observatory.quoting import markdown
from observatory.report import words
from observatory.ui.chart_link import show_chart
from observatory.ui.chart_pins import pin_button
from observatory.ui.code_panel import code_panel
from observatory.ui.session import guard, observatory

TASKS = {
    "any": "anything",
    "value": "read values",
    "summary": "compare summaries",
    "trend": "see a trend",
    "distribution": "see a distribution",
    "relation": "see a relation",
    "part": "see parts of a whole",
}
COST = "Cost: the sum of what its weaknesses weigh; less is better."
_AROUND, _LISTED, _LINE = 84, 130, 14
_USUAL = 280


@dataclass(frozen=True)
class Showing:
    """How the charts of the page are shown: over which data, what for, and with which weights."""

    dataset: Dataset
    task: Task | None = None
    weighted: Mapping[str, Any] | None = None


def spec_chart(
    spec: Mapping[str, Any],
    dataset: Dataset,
    *,
    key: str,
    taller: int = 0,
    weighted: Mapping[str, Any] | None = None,
) -> None:
    """Draw a spec over its data, with alternative text, and beneath it what the chart does not say itself."""
    drawing = observatory().draw(spec, dataset, weighted=weighted)
    theme: Literal["streamlit"] | None = None if drawing.is_themed else "streamlit"
    st.altair_chart(drawing.chart, alt=drawing.alt, key=key, height=_height(drawing.chart, taller), theme=theme)
    if rest := drawing.caveat.removeprefix(drawing.said).strip():
        st.caption(markdown(rest))


def _height(chart: Any, taller: int) -> int | Literal["content"]:
    """Pixels for the plot together with its axis and title, which the page fits into the height; panels have theirs."""
    plot = getattr(chart, "height", None)
    if not isinstance(plot, int) or not isinstance(getattr(chart, "width", None), str):
        return "content"
    lines = getattr(chart.title, "subtitle", None)
    around = _LISTED if plot > _USUAL else _AROUND
    return plot + around + taller + _LINE * (len(lines) if isinstance(lines, list) else 0)


def chart_card(chart: RankedChart, following: RankedChart | None, before: RankedChart | None, on: Showing) -> None:
    """A ranked chart, why it stands above the following one, and what can be done with it."""
    judged, other = _pair(chart, following, on)
    key = f"charts_{chart.rank}"
    with st.container(border=True, height="stretch", vertical_alignment="distribute"):
        with st.container(gap="xsmall"):
            spec_chart(chart.spec, on.dataset, key=key, weighted=on.weighted)
            st.markdown(markdown(observatory().why(judged, other)))
        chart_actions(chart, other or following or before, on, key)


def _pair(chart: RankedChart, following: RankedChart | None, on: Showing) -> tuple[RankedChart, RankedChart | None]:
    """A chart beside the following one, or where that has other fields, beside the best other one of its own."""
    if following is not None and set(following.fields) == set(chart.fields):
        return chart, following
    return observatory().rival(chart, on.dataset, on.task)


def chart_actions(chart: RankedChart, other: RankedChart | None, on: Showing, key: str) -> None:
    """One quiet row: edit, pin, compare with another chart, details."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "Edit",
            key=f"{key}_edit",
            type="tertiary",
            icon=":material/edit:",
            on_click=show_chart,
            args=(chart.spec,),
            help="Change mark, fields, bins and scales, and see at once what the rules say.",
        )
        pin_button(chart.spec, on.dataset, task=on.task, weighted=on.weighted, key=f"{key}_pin")
        if other is not None:
            st.button(
                "Better than …",
                key=f"{key}_better",
                type="tertiary",
                icon=":material/compare:",
                on_click=show_chart,
                args=(chart.spec, other.spec),
                help="Set it beside another chart: what each breaks, and which you find better.",
            )
        chart_details(chart, on, key=key)


def chart_details(chart: RankedChart, on: Showing, *, key: str) -> None:
    """What a chart costs and why, its code, and downloads, behind one click."""
    box = st.popover("Details", key=f"{key}_details", type="tertiary", icon=":material/code:", on_change="rerun")
    if not box.open:
        return
    with box, guard():
        st.markdown(f"**It costs {chart.cost}.** {markdown(chart.summary)}", help=COST)
        if said := observatory().draw(chart.spec, on.dataset, weighted=on.weighted).said:
            st.caption(markdown(said))
        violations(chart.violations)
        if chart.code:
            code_panel(chart.code, chart.spec, on.dataset)
        downloads(chart, on, key=key)


def violations(found: Sequence[Violation]) -> None:
    """Broken rules, one sentence each, with what each costs and where."""
    if not found:
        st.markdown("It breaks no rule.")
    st.markdown("\n".join(f"- {_price(v)}{markdown(v.description)}{_where(v)}" for v in found))


def _price(violation: Violation) -> str:
    if violation.weight is None:
        return ""
    times = f" × {violation.count}" if violation.count > 1 else ""
    return f"**{violation.weight}{times}** "


def _where(violation: Violation) -> str:
    return f" :gray[{markdown(', '.join(violation.where))}]" if violation.where else ""


def downloads(chart: RankedChart, on: Showing, *, key: str) -> None:
    """The chart as a picture, as Vega-Lite JSON, Altair code and facts of Draco; pictures are drawn when asked for."""
    obs, name = observatory(), file_name(chart.summary)
    pictures: dict[str, tuple[Callable[[], str | bytes], str, str]] = {
        "PNG": (lambda: obs.picture(chart.spec, on.dataset, "png", weighted=on.weighted), "image/png", "png"),
        "SVG": (lambda: obs.picture(chart.spec, on.dataset, weighted=on.weighted), "image/svg+xml", "svg"),
    }
    texts: dict[str, tuple[str, str, str]] = {
        "Vega-Lite": (json.dumps(chart.spec, indent=2, ensure_ascii=False), "application/json", "json"),
        "Python": (chart.code, "text/x-python", "py"),
        "Draco": (_draco_facts(chart, on), "text/plain", "lp"),
    }
    with st.container(horizontal=True, gap="small"):
        for label, (content, mime, suffix) in (pictures | texts).items():
            if content:
                st.download_button(
                    label,
                    content,
                    f"{name}.{suffix}",
                    mime,
                    key=f"{key}_{suffix}",
                    on_click="ignore",
                    help=f"Download the chart as {label}.",
                )


def _draco_facts(chart: RankedChart, on: Showing) -> str:
    """The chart as facts of Draco 2, "" where Draco has no word for it."""
    try:
        return observatory().draco_facts(chart.spec, on.dataset, on.task)
    except ChartInvalidSpec:
        return ""


def file_name(summary: str) -> str:
    """The first words of what a chart shows as the name of a file.

    >>> file_name("Mean <b> by ../class, as bars.")
    'mean-b-by-class'
    """
    return re.sub(r"[^a-z0-9]+", "-", summary.partition(", as ")[0].lower()).strip("-")[:60] or "chart"


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
        return fields, task_box()


def task_box() -> Task | None:
    """What the chart is for; None for anything."""
    task = st.selectbox(
        "What for", list(TASKS), format_func=TASKS.__getitem__, key="charts_task", bind="query-params", width=280
    )
    return None if task == "any" else task  # type: ignore[return-value]


def chart_cards(charts: Sequence[RankedChart], on: Showing) -> None:
    """Ranked charts two across, best first, each with what can be done with it; where there is none, say why."""
    if not charts:
        st.info(words.NO_CHART)
        return
    if not all(chart.proven for chart in charts):
        st.caption(words.NOT_PROVEN)
    with st.grid(2, min_column_width=380, gap="medium"):
        for i, chart in enumerate(charts):
            following = charts[i + 1] if i + 1 < len(charts) else None
            with guard():
                chart_card(chart, following, charts[i - 1] if i else None, on)


def chart_grid(charts: Sequence[RankedChart], dataset: Dataset, *, key: str) -> None:
    """Charts two across, best first, and nothing else; where there is none, say why."""
    if not charts:
        st.info(words.NO_CHART)
        return
    with st.grid(2, min_column_width=380, gap="medium"):
        for chart in charts:
            with st.container(border=True, height="stretch"), guard():
                spec_chart(chart.spec, dataset, key=f"{key}_{chart.rank}")


def pinned_grid(dataset: Dataset) -> None:
    """The charts that are pinned to the report, small, with their notes; nothing where there are none."""
    pinned = observatory().pins(dataset)
    if not pinned:
        return
    st.caption("Pinned to the report")
    with st.grid(3, min_column_width=280, gap="medium"):
        for number, chart in enumerate(pinned):
            with st.container(border=True, height="stretch"), guard():
                spec_chart(chart.spec, dataset, key=f"pinned_{number}", weighted=chart.weighted)
                if chart.note:
                    st.markdown(markdown(chart.note))
