"""Rows to look at: a map with natural groups and oddness, and what sets the picked rows apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from observatory.model import Exploration, Grouping
from observatory.quoting import markdown
from observatory.report import words
from observatory.ui.bias_job import Asked
from observatory.ui.session import observatory, once

SELECTION = "picked"
_MOST = 200
_PLAIN = "nothing"


def exploration(asked: Asked) -> Exploration:
    """The map of a data set, worked out once."""
    with st.spinner("Drawing a map of the rows …", show_time=True):
        found: Exploration = once(("explore", asked.key), lambda: observatory().explore(asked.dataset, **asked.given))
    return found


def explore(asked: Asked) -> None:
    """A map of rows; colour it by natural groups or by oddness, drag a box to see rows and what sets them apart."""
    found = exploration(asked)
    if not found.rows:
        st.markdown("There is no map: the table has too few rows, or no field that rows could be compared by.")
        return
    groupings = {f"groups by {grouping.method}": grouping for grouping in found.groupings}
    odd = {f"oddness by {ranking.method}": ranking for ranking in found.odd}
    telling = [name for name, grouping in groupings.items() if len(grouping.groups) > 1]
    ways = [*telling, *odd, *(name for name in groupings if name not in telling), _PLAIN]
    colour = st.selectbox("Colour the rows by", ways, key="bias_map_colour")
    labels = _labels(groupings[colour]) if colour in groupings else None
    scores = odd[colour].scores if colour in odd else None
    drawing = observatory().draw_map(found, labels, scores, "Rows that are alike lie close together")
    left, right = st.columns([3, 2], gap="medium")
    with left:
        event = st.altair_chart(drawing.chart, alt=drawing.alt, key=f"bias_map_{asked.dataset.id}", on_select="rerun")
        st.caption(markdown(drawing.caveat))
    with right:
        if colour in groupings:
            _groups(groupings[colour])
        elif colour in odd and odd[colour].statement:
            st.markdown(markdown(odd[colour].statement))
    _picked(found, _inside(found, dict(event).get("selection", {}).get(SELECTION, {})), asked)


def _labels(grouping: Grouping) -> list[str]:
    """Each row's group as its number by size, the largest first."""
    names = {group.label: f"group {place}" for place, group in enumerate(grouping.groups, start=1)}
    return [names.get(label, "no group") for label in grouping.labels]


def _lists(grouping: Grouping) -> bool:
    """Whether the statement goes on to list the groups, which are shown one by one."""
    return len(grouping.groups) > 1 and "): " in grouping.statement


def _groups(grouping: Grouping) -> None:
    """What each group is, in words."""
    if grouping.statement:
        st.markdown(markdown(grouping.statement.partition("): ")[0] + ")." if _lists(grouping) else grouping.statement))
    for place, group in enumerate(grouping.groups, start=1):
        there = "" if group.reference_share is None else f", {words.percent(group.reference_share)} of the reference"
        st.markdown(
            f"**group {place}** :gray[{words.count(group.n, 'row')}, {words.percent(group.share)}{there}]  \n"
            f"{markdown(group.description)}"
        )


def _inside(found: Exploration, box: Mapping[str, Sequence[float]]) -> list[int]:
    """Positions of the rows in the box that was dragged, all of the map's, not only those drawn."""
    if not box.get("x") or not box.get("y"):
        return []
    (left, right), (low, high) = (sorted(box[axis]) for axis in ("x", "y"))
    return [row for row, x, y in zip(found.rows, found.x, found.y) if left <= x <= right and low <= y <= high]


def _picked(found: Exploration, rows: list[int], asked: Asked) -> None:
    if not rows:
        st.caption("No rows picked yet.")
        return
    share = f"{len(rows) / len(found.rows):.0%} of the map"
    st.markdown(f"##### {words.count(len(rows), 'row')} picked, {share}")
    for sentence in observatory().set_apart(asked.dataset, rows, **asked.given):
        st.markdown(f"- {markdown(sentence)}")
    shown = observatory().rows_at(asked.dataset, rows, _MOST)
    if len(rows) > len(shown):
        st.caption(f"The first {len(shown):,} of them:")
    st.dataframe(shown, hide_index=True, alt="The rows in the box that was dragged over the map")


def odd_rows(claimed: Sequence[Mapping[str, Any]], asked: Asked) -> None:
    """The rows most unlike the others, with a column for each method: a ranking, not a verdict."""
    ranking = pd.DataFrame(list(claimed))
    if not len(ranking):
        st.markdown("No ranking: there are too few rows, or none of their fields can be compared.")
        return
    methods = pd.DataFrame(list(ranking["methods"]))
    names = [str(name) for name in methods]
    st.caption(
        f"A ranking by the mean of {', '.join(names)}, not a verdict: odd is not wrong. Look at these rows before you"
        " decide. 100 % is the oddest of all rows."
    )
    rows = observatory().rows_at(asked.dataset, [int(row) for row in ranking["row"]])
    why = ranking[["row"]].assign(why=[str(why).partition(" Among the oddest")[0] for why in ranking["why"]])
    ranks = methods.set_axis([f"rank by {name}" for name in names], axis=1)
    column = st.column_config
    st.dataframe(
        pd.concat([why.merge(rows, on="row", suffixes=(" (ranking)", "")), ranks], axis=1),
        hide_index=True,
        column_config={
            "row": column.NumberColumn("Row", width="small"),
            "why": column.TextColumn("Why", width=480),
            **{f"rank by {name}": column.NumberColumn(format="percent") for name in names},
        },
        alt="The rows most unlike the others, what sets them apart, and how odd each method finds them",
    )
