"""How a chart does on six dimensions, with the reasons, and the charts that go further."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from observatory.model import Dataset, DimensionScore, Evaluation, Further
from observatory.quoting import markdown

NAMES = {
    "bugs": "It runs",
    "transformation": "The rows",
    "compliance": "The question",
    "type": "The mark",
    "encoding": "The channels",
    "aesthetics": "Easy to read",
}
"""The six dimensions in words."""
_WORDS = (
    (9.0, "good", ":material/check_circle:"),
    (7.0, "fair", ":material/info:"),
    (4.0, "weak", ":material/warning:"),
)


def evaluation(found: Evaluation) -> None:
    """The overall score, a line for each dimension with its score in words, and the reasons beneath."""
    word, _ = said(found.overall)
    st.markdown(f"**{found.overall:.1f} of 10: {word}**")
    for one in found.dimensions:
        _dimension(one)
    left_out = f" {found.dropped} of its comments did not hold and are left out." if found.dropped else ""
    if left_out or any(one.comment for one in found.dimensions):
        st.caption(f"Scores are by rules and counted rows. The language model only comments.{left_out}")
    for note in found.notes:
        st.caption(markdown(note))


def said(score: float) -> tuple[str, str]:
    """A score in a word, and its icon.

    >>> said(10.0)[0], said(3.2)[0]
    ('good', 'poor')
    """
    return next(((word, icon) for least, word, icon in _WORDS if score >= least), ("poor", ":material/error:"))


def _dimension(one: DimensionScore) -> None:
    word, icon = said(one.score)
    lines = [f"{icon} **{NAMES[one.dimension]}**: {word}, {one.score:g} of 10"]
    lines += [f"   - {markdown(reason)}" for reason in one.reasons]
    lines += [f"   - To mend it: {markdown(mend)}" for mend in one.mends]
    lines += [f"   - :material/chat: “{markdown(one.comment)}”"] if one.comment else []
    st.markdown("\n".join([f"- {lines[0]}", *lines[1:]]))


def further_charts(found: Sequence[Further], dataset: Dataset) -> None:
    """Questions that go further than a chart, each a link to the page that answers it."""
    for one in found:
        st.page_link(
            "pages/ask.py",
            label=markdown(one.question),
            icon=":material/arrow_forward:",
            help=markdown(one.reason),
            query_params={"dataset": dataset.id, "ask_question": one.question},
        )
