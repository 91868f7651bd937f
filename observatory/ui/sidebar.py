"""The sidebar: which data set is open and how the language model is."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from observatory.model import EngineStatus
from observatory.quoting import markdown
from observatory.ui.session import observatory, privacy

ICON = Path(__file__).parent / "static" / "icon.svg"
LOGO = Path(__file__).parent / "static" / "logo.svg"
LOOK = Path(__file__).parent / "static" / "look.css"
WORDS = {
    "ready": ("green", "Language model ready"),
    "starting": ("orange", "Language model is loading"),
    "downloading": ("orange", "Language model is being fetched"),
    "down": ("red", "Language model is down"),
    "off": ("gray", "No language model"),
}
WITHOUT = "Everything works without it, in plainer words."


def sidebar() -> None:
    """Draw the sidebar; while the engine changes, its state is asked again every few seconds."""
    with st.sidebar:
        state = observatory().engine().state
        seconds = None if state in ("ready", "off") else 3
        st.fragment(run_every=seconds)(_engine)(state)
        st.caption(markdown(privacy(observatory().settings)))


def _engine(drawn: str) -> None:
    status = observatory().engine()
    colour, words = WORDS[status.state]
    st.badge(words, color=colour, icon=":material/memory:")  # type: ignore[arg-type]
    st.caption(_detail(status))
    if status.progress is not None and status.state == "downloading":
        st.progress(min(1.0, status.progress), text=f"{status.progress:.0%}")
    if status.state != drawn:
        st.rerun()


def _detail(status: EngineStatus) -> str:
    detail = status.detail if status.state in ("down", "downloading") else ""
    parts = [status.model or "", detail, WITHOUT if status.state != "ready" else ""]
    return " · ".join(markdown(part) for part in parts if part)
