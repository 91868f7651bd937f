"""How a chart came about: each attempt at it, who made it, what was changed, what went wrong, and its code."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from observatory.model import Attempt
from observatory.quoting import markdown
from observatory.ui.code_diff import diff

STEPS = {
    "specify": "Understood the question",
    "generate": "Wrote the code",
    "fix": "Put right by rule",
    "repair": "Wrote the code anew",
    "fallback": "Made the chart anew",
}
WHO = {"person": "you", "rules": "rules", "llm": "language model"}
_MOST = 20_000


def attempts(found: Sequence[Attempt]) -> None:
    """The attempts in their order; the code of each is behind a click, with how it differs from the one before."""
    before = ""
    for number, attempt in enumerate(found, 1):
        _line(number, attempt)
        code = attempt.code or ""
        if code and code != before:
            with st.expander(f"Code of step {number}"):
                _code(code, before)
        before = code or before


def _line(number: int, attempt: Attempt) -> None:
    """An attempt in a sentence or two."""
    mark = ":material/check:" if attempt.ok else ":material/close:"
    said = [f"**{number}. {STEPS[attempt.step]}** :gray[({WHO[attempt.source]})]"]
    said += [markdown(text) for text in (attempt.changed, attempt.error) if text]
    st.markdown(f"{mark} " + "  \n".join(said))


def _code(code: str, before: str) -> None:
    """What was changed, and the whole code."""
    if before:
        st.caption("What was changed:")
        st.code(
            diff(before[:_MOST], code[:_MOST]) or "Only the ends of lines differ.", language="diff", wrap_lines=True
        )
        st.caption("The whole code:")
    st.code(code[:_MOST], wrap_lines=True)
