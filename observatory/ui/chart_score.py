"""How good the open chart is on six dimensions, and what to ask next, behind one click."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from observatory.model import Dataset
from observatory.ui.evaluation import evaluation, further_charts
from observatory.ui.session import guard, observatory


def chart_score(spec: Mapping[str, Any], dataset: Dataset) -> None:
    """The scores of a chart by rules and counted rows; they are computed only once the panel is opened."""
    box = st.expander("How good is this chart?", icon=":material/grade:", key="charts_score", on_change="rerun")
    if not box.open:
        return
    obs = observatory()
    with box, guard():
        question = st.text_input(
            "The question it is to answer",
            placeholder="none: it is judged by its titles",
            max_chars=1000,
            key="charts_score_question",
        )
        evaluation(obs.evaluate(dataset, spec, question, llm=False))
        further = obs.further(dataset, spec)
        if further:
            st.markdown("**To look further**")
            further_charts(further, dataset)
