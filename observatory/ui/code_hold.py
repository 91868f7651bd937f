"""How chart code is held: what keeps it from doing harm on this machine, and what is shown where it cannot be held."""

from __future__ import annotations

import streamlit as st

from observatory.model import Dataset, SandboxLayer, SandboxStatus
from observatory.quoting import markdown
from observatory.sandbox.layers import ALTERNATIVES
from observatory.ui.chart_verdict import picture
from observatory.ui.charts import Showing
from observatory.ui.code_link import Opened
from observatory.ui.session import observatory

STATES = {"on": "● holds", "off": "○ left out", "missing": "◌ not on this machine"}
PLAIN = {
    "guard": "Code is read before it runs",
    "facade": "Tools that can do no harm",
    "namespaces": "A world of its own",
    "rlimits": "Bounds on time and memory",
    "no_new_privs": "No way to more rights",
    "landlock": "Files and ports are closed",
    "seccomp": "Few calls to the system",
    "audit": "Python keeps watch itself",
    "clock": "A clock outside",
    "grammar": "The chart is read before it is drawn",
}
"""Each layer in plain words; its name stands behind them."""
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
    """A line for each layer: what it is, whether it holds here, whether it must, and what it does."""
    lines = [
        {
            "Layer": _named(layer.name),
            "Here": STATES[layer.state],
            "Needed": needed(layer),
            "What it does": markdown(layer.detail),
        }
        for layer in status.layers
    ]
    if lines:
        st.table(lines, border="horizontal", hide_index=True)


def _named(name: str) -> str:
    word = markdown(name.replace("_", " "))
    return f"{PLAIN[name]} :gray[({word})]" if name in PLAIN else word


def needed(layer: SandboxLayer) -> str:
    """Whether code runs only with this layer; of two of them either one is enough.

    >>> needed(SandboxLayer("landlock", "on", False, "")), needed(SandboxLayer("clock", "on", True, ""))
    ('one of the two', 'yes')
    """
    return "one of the two" if layer.name in ALTERNATIVES else "yes" if layer.required else "no"


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
