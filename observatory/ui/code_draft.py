"""Drafts: what was changed in the editor and not run, kept for the code it was changed in while the session lasts."""

from __future__ import annotations

import streamlit as st

from observatory.model import Dataset

MOST = 30
_DRAFTS = "code_drafts"


def draft(code: str, dataset: Dataset) -> str:
    """What the editor last held of this code: the code itself where nothing was changed."""
    return _drafts().get((dataset.id, code), code)


def is_changed(code: str, dataset: Dataset) -> bool:
    """Whether the editor holds something else than this code, which was run."""
    return draft(code, dataset) != code


def keep_draft(text: str, code: str, dataset: Dataset) -> None:
    """Keep what the editor holds of this code; the latest drafts are kept, and none that is the code itself."""
    others = {place: kept for place, kept in _drafts().items() if place != (dataset.id, code)}
    fresh = others if text == code else {**others, (dataset.id, code): text}
    st.session_state[_DRAFTS] = dict([*fresh.items()][-MOST:])


def drop_draft(code: str, dataset: Dataset) -> None:
    """Forget what was changed in this code."""
    keep_draft(code, code, dataset)


def _drafts() -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = st.session_state.get(_DRAFTS, {})
    return found
