"""The switch that shows charts with weights, where there is a population to weigh to."""

from __future__ import annotations

from typing import Any

import streamlit as st

from observatory.model import Dataset
from observatory.quoting import markdown
from observatory.ui.reference import MARGINALS, REFERENCE, declared_reference
from observatory.ui.session import observatory

_KEY = "charts_weighted"
_HELP = "Counts and summaries are weighted so that the rows agree with the population; single rows stay as they are."


def weights_switch(dataset: Dataset) -> dict[str, Any] | None:
    """What `Observatory.draw` is to weight by, once the reader has switched weights on; None while it is not to.

    The switch is there where the link or the card names a population, and its choice stands in the link.
    """
    population = _population(dataset)
    if population is None or not st.toggle("Show with weights", key=_KEY, bind="query-params", help=_HELP):
        return None
    with st.spinner("Weighing the rows …", show_time=True):
        weighting = observatory().weighting(dataset, population)
    if weighting is None:
        st.caption("No weights make these rows agree with the population, so the charts count each row once.")
        return None
    st.caption(markdown(weighting.statement))
    return population


def _population(dataset: Dataset) -> dict[str, Any] | None:
    """The population that the link names, or else the card."""
    for name, parameter in (("reference", REFERENCE), ("marginals", MARGINALS)):
        named = st.query_params.get(parameter)
        if named and any(named in (d.id, d.name) for d in observatory().datasets()):
            return {name: named}
    declared = declared_reference(dataset)
    return None if declared is None else {"reference": declared}
