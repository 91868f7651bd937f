"""What code gave: the chart, its Vega-Lite, what the rules say of it, and where it can go from here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from observatory.charts.spec.reading import read as reading
from observatory.errors import ObservatoryError
from observatory.model import CodeRun, Dataset, RankedChart
from observatory.quoting import markdown
from observatory.report import words
from observatory.ui.chart_link import CHART, packed, unpacked
from observatory.ui.chart_pins import pin_button
from observatory.ui.chart_verdict import picture
from observatory.ui.charts import COST, Showing, downloads, violations
from observatory.ui.code_draft import is_changed
from observatory.ui.code_error import code_error
from observatory.ui.code_repair import repair
from observatory.ui.session import guard, observatory, show

VIEWS = ("Chart", "Vega-Lite", "What the rules say")
_ROWS, _LONGEST = 3, 60_000


def result(run: CodeRun, dataset: Dataset) -> None:
    """The chart that the code gave and what can be done with it, or why it gave none."""
    if not run.ok or run.spec is None:
        code_error(run, dataset)
        repair(run, dataset)
        _printed(run)
        return
    chart, spec, rules = st.tabs(VIEWS, key="code_view", on_change="rerun")
    with chart, guard():
        picture(run.spec, Showing(dataset), key="code_chart", taller=60)
    if spec.open:
        with spec, guard():
            _as_json(run.spec)
    if rules.open:
        with rules, guard():
            _rules(run.spec, dataset)
    for note in run.notes:
        st.caption(f":material/info: {markdown(note)}")
    _printed(run)
    _actions(run, dataset)
    since = " What you changed since is not in it." if is_changed(run.code, dataset) else ""
    st.caption(f"Drawn by your code in {max(run.seconds, 0.01):.2f} s.{since}")


def _printed(run: CodeRun) -> None:
    """What the code printed, as it is."""
    if run.printed:
        st.caption("Your code printed:")
        st.code(run.printed, language=None, wrap_lines=True, height=min(300, 60 + 24 * run.printed.count("\n")))


def _as_json(spec: Mapping[str, Any]) -> None:
    """The spec as text; rows that stand in it are shortened."""
    if has_parts(spec):
        st.caption("This is what your code gave; the picture has the observatory's titles and remarks besides.")
    shown, left_out = shortened(spec)
    text = json.dumps(shown, indent=2, ensure_ascii=False)
    st.code(text[:_LONGEST], language="json", wrap_lines=True)
    if left_out:
        st.caption(f"{words.count(left_out, 'row')} that your code computed not shown here; the download has all.")
    if len(text) > _LONGEST:
        st.caption("Only its beginning; the download has all.")


def shortened(spec: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    """A spec whose own rows are cut to a few, and how many were left out.

    >>> shortened({"datasets": {"a": [{"x": 1}] * 10}})[1]
    7
    """
    rows = spec.get("datasets")
    if not isinstance(rows, Mapping):
        return dict(spec), 0
    cut = {name: part[:_ROWS] if isinstance(part, list) else part for name, part in rows.items()}
    left_out = sum(len(part) - len(cut[name]) for name, part in rows.items() if isinstance(part, list))
    return {**spec, "datasets": cut}, left_out


def _rules(spec: Mapping[str, Any], dataset: Dataset) -> None:
    try:
        chart = observatory().judged(spec, dataset)
    except ObservatoryError as error:
        st.info(
            f"The rules cannot judge this chart. {markdown(error.message)}  \n{markdown(error.hint)}",
            icon=":material/rule:",
        )
        return
    st.markdown(f"**It costs {chart.cost}.** {markdown(chart.summary)}", help=COST)
    violations(chart.violations)
    if chart.violations and has_parts(spec):
        st.caption("In the chart editor its parts can be changed one by one.")
    elif chart.violations:
        st.caption("Mend it in the code: the chart editor cannot take it apart.")


def has_parts(spec: Mapping[str, Any]) -> bool:
    """Whether the chart editor can change its parts: one view over the rows of the data set.

    >>> has_parts({"mark": "bar"}), has_parts({"mark": "bar", "data": {"name": "a"}, "datasets": {"a": [{"x": 1}]}})
    (True, False)
    """
    try:
        found = reading(spec)
    except ObservatoryError:
        return False
    return found.composition == "single" and len(found.parts) == 1 and found.parts[0].rows.exact


def _actions(run: CodeRun, dataset: Dataset) -> None:
    """One quiet row: open what was run in the chart editor, pin it, take it away."""
    spec = run.spec or {}
    there = "its parts can be changed" if has_parts(spec) else "it can be compared, and changed as Vega-Lite"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if st.button(
            "Make this the chart",
            key="code_make",
            icon=":material/bar_chart:",
            help=f"Open the chart that was run in the chart editor, where {there}.",
        ):
            _make(spec, dataset)
        pin_button(spec, dataset, task=None, key="code_pin")
        box = st.popover(
            "Download", key="code_download", type="tertiary", icon=":material/download:", on_change="rerun"
        )
        if box.open:
            with box, guard():
                downloads(RankedChart(0, 0, spec, run.code, (), (), ""), Showing(dataset), key="code_download")


def _make(spec: Mapping[str, Any], dataset: Dataset) -> None:
    try:
        text = packed(spec)
        unpacked(text)
    except ObservatoryError as error:
        show(error)
        return
    st.switch_page("pages/charts.py", query_params={"dataset": dataset.id, CHART: text})
