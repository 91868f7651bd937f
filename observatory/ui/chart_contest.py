"""Two charts side by side: what each breaks, why one stands above the other, and which one a person finds better."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import streamlit as st

from observatory.charts.rules.explain import difference
from observatory.errors import ObservatoryError
from observatory.model import Dataset, RankedChart, Task
from observatory.quoting import markdown
from observatory.ui.chart_edits import is_same
from observatory.ui.chart_link import leave, packed, show_chart
from observatory.ui.chart_verdict import picture
from observatory.ui.charts import COST, Showing, task_box, violations
from observatory.ui.session import guard, observatory, show
from observatory.ui.weighted import weights_switch

SIDES = ("first", "second")


def chart_contest(spec: Mapping[str, Any], against: Mapping[str, Any], dataset: Dataset) -> None:
    """The open chart and another one, judged alike."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button("All charts", key="contest_leave", type="tertiary", icon=":material/arrow_back:", on_click=leave)
        st.button(
            "Exchange", key="contest_swap", type="tertiary", icon=":material/swap_horiz:",
            on_click=show_chart, args=(against, spec),
        )  # fmt: skip
    place = st.container(horizontal=True, vertical_alignment="bottom")
    with place:
        task = task_box()
    on = Showing(dataset, task, weights_switch(dataset))
    try:
        left, right = (observatory().judged(chart, dataset, task=task) for chart in (spec, against))
    except ObservatoryError as error:
        show(error)
        return
    with place:
        _other(left, right, on)
    st.subheader(headline(left, right), anchor=False, help=COST)
    _differences(left, right)
    both = (left, right)
    for chart, other, side, column in zip(both, both[::-1], SIDES, st.columns(2, gap="medium"), strict=True):
        with column.container(border=True, height="stretch"), guard():
            _side(chart, other, side, on)


def _other(left: RankedChart, right: RankedChart, on: Showing) -> None:
    """Choose what the first chart is compared with: proposals of the fields wished for, of its own, of the table."""
    wished = [name for name in st.query_params.get_all("charts_fields") if name in on.dataset.fields]
    proposed = {packed(right.spec): right}
    for fields in dict.fromkeys((tuple(wished[:4]), left.fields[:4], ())):
        with suppress(ObservatoryError):
            found = observatory().recommend(on.dataset, fields, on.task, k=4)
            proposed |= {packed(c.spec): c for c in found if not is_same(c.spec, left.spec)}
    now = packed(right.spec)
    st.session_state["contest_other"] = now

    def choose() -> None:
        chosen = proposed.get(st.session_state["contest_other"])
        if chosen is not None:
            show_chart(left.spec, chosen.spec)

    st.selectbox(
        "Compare with",
        [*proposed],
        format_func=lambda key: _name(proposed[key]),
        key="contest_other",
        on_change=choose,
    )


def _name(chart: RankedChart) -> str:
    title = chart.spec.get("title")
    return chart.summary or (title if isinstance(title, str) else "the chart of the link")


def headline(left: RankedChart, right: RankedChart) -> str:
    """Which one the rules put first, in one sentence."""
    broken = [any(v.weight is None for v in chart.violations) for chart in (left, right)]
    if broken[0] != broken[1]:
        worse, better = SIDES if broken[0] else SIDES[::-1]
        return f"The {better} one: the {worse} one breaks a rule that every chart must keep"
    if left.cost == right.cost:
        return f"The rules find both equally good: each costs {left.cost}"
    better, worse = SIDES if left.cost < right.cost else SIDES[::-1]
    low, high = sorted((left.cost, right.cost))
    return f"The {better} one is better: it costs {low}, the {worse} one {high}"


def _differences(left: RankedChart, right: RankedChart) -> None:
    gaps = difference(left, right)
    lines = [
        f"- The {side} one breaks a rule: {markdown(v.description)}"
        for side, chart in zip(SIDES, (left, right), strict=True)
        for v in chart.violations
        if v.weight is None
    ]
    lines += [f"- **{abs(gap)}** more for the {SIDES[gap > 0]}: {markdown(description)}" for description, gap in gaps]
    st.markdown("\n".join(lines))
    if len(gaps) > 1:
        st.caption(f"{left.cost} {' '.join(_signed(gap) for _, gap in gaps)} = {right.cost}")


def _signed(gap: int) -> str:
    return f"+ {gap}" if gap > 0 else f"− {-gap}"


def _side(chart: RankedChart, other: RankedChart, side: str, on: Showing) -> None:
    st.caption(side.capitalize())
    picture(chart.spec, on, key=f"contest_{side}")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "I find this one better", key=f"contest_{side}_better", icon=":material/thumb_up:",
            on_click=_prefer, args=(chart, other, on.dataset, on.task), help="It teaches the rules what you prefer.",
        )  # fmt: skip
        st.button(
            "Edit",
            key=f"contest_{side}_edit",
            type="tertiary",
            icon=":material/edit:",
            on_click=show_chart,
            args=(chart.spec,),
        )
    with st.expander(f"What it breaks, and what that costs: {chart.cost}"):
        violations(chart.violations)


def _prefer(better: RankedChart, worse: RankedChart, dataset: Dataset, task: Task | None) -> None:
    with guard():
        obs = observatory()
        obs.prefer(dataset, better.spec, worse.spec, task=task)
        now = [obs.judged(chart.spec, dataset, task=task) for chart in (better, worse)]
        st.toast(learned((better, worse), (now[0], now[1])), icon=":material/thumb_up:")


def learned(before: tuple[RankedChart, RankedChart], now: tuple[RankedChart, RankedChart]) -> str:
    """What a choice changed: of each pair, the first is the chart that a person found better."""
    if any(v.weight is None for v in now[0].violations):
        return "Noted. That chart breaks a rule that every chart must keep, so it will still not be proposed."
    if [(v.rule, v.count) for v in now[0].violations] == [(v.rule, v.count) for v in now[1].violations]:
        return "Noted. The rules see no difference between the two, so nothing changes."
    if now[0].cost >= now[1].cost:
        return "Noted. One choice alone does not outweigh the rules; more of its kind will."
    if before[0].cost < before[1].cost:
        return "Noted. The rules put that one first already."
    return "Noted: the rules now put that one first."
