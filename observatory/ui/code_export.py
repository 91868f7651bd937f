"""Downloads of a chart as code that runs elsewhere."""

from __future__ import annotations

import json

import streamlit as st

from observatory.errors import ObservatoryError
from observatory.model import Dataset
from observatory.ui.session import observatory


def export_buttons(code: str, dataset: Dataset, *, key: str) -> None:
    """A script and a notebook of chart code that ran; nothing where it cannot be exported."""
    try:
        # The code of a chart on the page is known to run, and is not run again for a button.
        chart = _Coded(code)
        script = observatory().export_script(dataset, chart)
        notebook = json.dumps(observatory().export_notebook(dataset, chart), indent=1, ensure_ascii=False)
    except ObservatoryError:
        return
    with st.container(horizontal=True, gap="small"):
        for label, text, name, mime in (
            ("Script", script, "chart.py", "text/x-python"),
            ("Notebook", notebook, "chart.ipynb", "application/x-ipynb+json"),
        ):
            st.download_button(
                label,
                text,
                name,
                mime,
                key=f"{key}_{label}",
                type="tertiary",
                icon=":material/download:",
                on_click="ignore",
                help=f"A {label.lower()} that reads the file by its name and draws this chart.",
            )


class _Coded:
    """Chart code as a chart of it."""

    def __init__(self, code: str) -> None:
        self.code = code
