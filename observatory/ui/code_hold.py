"""How chart code is held: what keeps it from doing harm on this machine, and what is shown where it cannot be held."""

from __future__ import annotations

import streamlit as st

from observatory.model import Dataset, SandboxStatus
from observatory.quoting import markdown
from observatory.ui.chart_verdict import picture
from observatory.ui.charts import Showing
from observatory.ui.code_link import Opened
from observatory.ui.session import observatory

STATES = {"on": "● holds", "off": "○ left out", "missing": "◌ not on this machine"}
HOW = "Code is run in a process of its own that can reach no file, no network and no other program."


def held() -> SandboxStatus:
    """Whether chart code can be held here; the first look tries every layer."""
    with st.spinner("Looking how code can be held here …"):
        return observatory().sandbox()


def how_held(status: SandboxStatus) -> None:
    """Each layer and its state on this machine, behind one click."""
    with st.popover("How is this held?", type="tertiary", icon=":material/shield:"):
        st.markdown(f"{HOW} {markdown(status.detail)}")
        layers(status)


def layers(status: SandboxStatus) -> None:
    """A line for each layer: its name, whether it holds here, whether it must, and what it does."""
    lines = [
        {
            "Layer": layer.name.replace("_", " "),
            "Here": STATES[layer.state],
            "Needed": "yes" if layer.required else "no",
            "What it does": layer.detail,
        }
        for layer in status.layers
    ]
    if lines:
        st.table(
            [{key: markdown(value) for key, value in line.items()} for line in lines],
            border="horizontal",
            hide_index=True,
        )


def not_run(status: SandboxStatus, found: Opened, dataset: Dataset) -> None:
    """Why code is not run here, the code to read and copy, and its chart where it is known."""
    st.info(
        f"{markdown(status.detail)}  \nYou can read and copy the code. Charts that need no code work as ever.",
        icon=":material/shield:",
    )
    if status.layers:
        with st.expander("What would hold it, and what is missing"):
            layers(status)
    with st.grid(2, min_column_width=460, gap="large"):
        with st.container():
            st.code(found.code, line_numbers=True)
        with st.container():
            if found.spec is not None:
                picture(found.spec, Showing(dataset), key="code_chart", taller=60)
