"""What each field means: its semantic type and description, and who says so."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import pandas as pd
import streamlit as st

from observatory.model import Dataset, Enrichment
from observatory.ui.session import later, observatory, once

SOURCES = {"card": "the data's own description", "llm": "the language model", "template": "rules", "rules": "rules"}


def field_meanings(dataset: Dataset) -> None:
    """Every field with its meaning and description: by rules at once, in the model's words when they are there."""
    obs = observatory()
    status = obs.engine()
    draft: Enrichment = once(("enrich", dataset.id), lambda: obs.enrich(dataset, llm=False))
    wording: Future[Any] | None = None
    if status.state == "ready" and any(f.source == "template" for f in draft.fields):
        wording = later(("enrich", dataset.id, status.model), lambda: obs.enrich(dataset))

    def fragment(was_done: bool) -> None:
        done = wording is not None and wording.done() and wording.exception() is None
        _draw(wording.result() if wording is not None and done else draft)
        if wording is not None and not wording.done():
            st.caption(":material/hourglass_top: the language model is describing the fields …")
        elif wording is not None and not was_done:
            st.rerun()

    finished = wording is None or wording.done()
    st.fragment(run_every=None if finished else 2)(fragment)(finished)


def _draw(found: Enrichment) -> None:
    rows = [
        {
            "Field": f.field,
            "Meaning": f.semantic_type + (" (a guess of the model)" if f.semantic_source == "llm" else ""),
            "Description": f.description,
            "Says": SOURCES[f.source],
        }
        for f in found.fields
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Every field with its meaning and description")
    if found.dropped:
        st.caption(f"{found.dropped} descriptions of the language model did not hold and are left out.")
