"""What the rules say of the open chart: what it breaks, the smallest repairs, and how far it is from the best."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from observatory.charts.rules.check import NOTHING_JUDGED
from observatory.errors import ObservatoryError
from observatory.model import ChartCheck, RankedChart, Repair
from observatory.quoting import markdown
from observatory.report import words
from observatory.ui.chart_edits import is_same, like
from observatory.ui.chart_link import change_chart, show_chart
from observatory.ui.charts import COST, Showing, spec_chart, violations
from observatory.ui.session import observatory

MOST_FIELDS = 4


def verdict(chart: RankedChart, found: ChartCheck, others: list[RankedChart]) -> None:
    """Broken hard rules with their repairs first, then the cost beside that of the best chart of the same fields."""
    for note in found.notes:
        st.caption(f":material/info: {markdown(note)}")
    if found.hard:
        broken = "a rule that every chart must keep" if len(found.hard) == 1 else "rules that every chart must keep"
        st.markdown(f":red[**● This chart breaks {broken}.**]")
        violations(found.hard)
        repairs(found.repairs)
    elif NOTHING_JUDGED not in found.notes:
        st.markdown(f":green[**It keeps every rule that a chart must keep**] and costs **{found.cost}**.", help=COST)
        _best(chart, others)
    if found.soft:
        with st.expander(f"What it costs: {found.cost}"):
            violations(found.soft)


def repairs(offered: tuple[Repair, ...]) -> None:
    """The smallest repairs as buttons that say their edits."""
    if not offered:
        return
    st.markdown("**Put it right:**")
    with st.container(gap="xsmall"):
        for number, repair in enumerate(offered):
            st.button(
                markdown(" ".join(repair.edits)),
                key=f"edit_repair_{number}",
                icon=":material/build:",
                on_click=change_chart,
                args=(repair.spec,),
                help=f"{words.count(len(repair.edits), 'edit')}; the chart then costs {repair.cost}.",
                wrap=True,
            )


def _best(chart: RankedChart, others: list[RankedChart]) -> None:
    if not others:
        return
    best = others[0]
    if best.cost >= chart.cost:
        st.markdown("No chart of these fields that the rules know costs less.")
        return
    said = observatory().compare(best, chart)
    st.markdown(markdown(f"The best chart of these fields costs {best.cost}: {best.summary} {said}"))
    with st.container(horizontal=True, gap="small"):
        for label, icon, act, arguments in (
            ("See both", "compare", show_chart, (chart.spec, best.spec)),
            ("Take that one", "check", change_chart, (best.spec,)),
        ):
            key = f"edit_best_{icon}"
            st.button(label, key=key, type="tertiary", icon=f":material/{icon}:", on_click=act, args=arguments)


def rivals(chart: RankedChart, on: Showing) -> list[RankedChart]:
    """Other charts of the same fields over the same rows, judged as the chart is, the cheapest first."""
    obs = observatory()
    if not 0 < len(chart.fields) <= MOST_FIELDS:
        return []
    try:
        proposed = [like(found.spec, chart.spec) for found in obs.recommend(on.dataset, chart.fields, on.task, k=4)]
        others = [obs.judged(spec, on.dataset, task=on.task) for spec in proposed if not is_same(spec, chart.spec)]
    except ObservatoryError:
        return []
    return sorted(others, key=lambda other: other.cost)


def picture(spec: Mapping[str, Any], on: Showing, *, key: str, taller: int = 0) -> ObservatoryError | None:
    """Draw the open chart, or say in a sentence why it cannot be drawn and return that."""
    try:
        spec_chart(spec, on.dataset, key=key, taller=taller, weighted=on.weighted)
    except ObservatoryError as error:
        st.info(
            f"It cannot be drawn. {markdown(error.message)}  \n{markdown(error.hint)}", icon=":material/hide_image:"
        )
        return error
    return None
