"""The code of a chart, and the way to the page where it can be changed and run."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import streamlit as st

from observatory.errors import ObservatoryError
from observatory.model import Dataset
from observatory.ui import code_link
from observatory.ui.chart_link import CHART, packed
from observatory.ui.code_export import export_buttons
from observatory.ui.code_link import CODE


def code_panel(code: str, spec: Mapping[str, Any] | None, dataset: Dataset) -> None:
    """The code to read and copy, and beneath it a link that opens it, by its chart where there is one, to be run."""
    st.code(code, wrap_lines=True)
    export_buttons(code, dataset, key=f"export_{sha256(code.encode()).hexdigest()[:12]}")
    try:
        place = {CODE: code_link.packed(code)} if spec is None else {CHART: packed(spec)}
    except ObservatoryError:
        return
    st.page_link(
        "pages/code.py",
        label="Edit and run",
        icon=":material/code:",
        query_params={"dataset": dataset.id, **place},
        help="Change this code and see at once what it draws.",
    )
