"""A chart in words, in three short parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from observatory.model import Dataset
from observatory.quoting import markdown
from observatory.ui.session import observatory


def explanation(spec: Mapping[str, Any], dataset: Dataset) -> None:
    """What a chart shows: its data, what stands for what, and what was computed."""
    found = observatory().explain(dataset, spec, llm=False)
    for title, text in (
        ("Data", found.data),
        ("What stands for what", found.encodings),
        ("What was computed", found.transformation),
    ):
        st.markdown(f"**{title}.** {markdown(text)}")
