"""Downloads of a chart as code that runs elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from observatory.model import Dataset
from observatory.ui.session import observatory


@dataclass(frozen=True)
class Coded:
    """A chart by its code, which is known to run: it is on the page."""

    code: str


def export_buttons(code: str, dataset: Dataset, *, key: str) -> None:
    """A script and a notebook of a chart's code, made when they are asked for."""
    obs, chart = observatory(), Coded(code)
    made: dict[str, tuple[Callable[[], str], str, str]] = {
        "Script": (lambda: obs.export_script(dataset, chart), "chart.py", "text/x-python"),
        "Notebook": (
            lambda: json.dumps(obs.export_notebook(dataset, chart), indent=1, ensure_ascii=False),
            "chart.ipynb",
            "application/x-ipynb+json",
        ),
    }
    with st.container(horizontal=True, gap="small"):
        for label, (content, name, mime) in made.items():
            st.download_button(
                label,
                content,
                name,
                mime,
                key=f"{key}_{label}",
                type="tertiary",
                icon=":material/download:",
                on_click="ignore",
                help=f"A {label.lower()} that reads the file by its name and draws this chart.",
            )
