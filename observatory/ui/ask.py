"""The questions of a conversation: they stand in the link, so that it restores the conversation."""

from __future__ import annotations

import streamlit as st

from observatory.model import Dataset
from observatory.ui.session import open_dataset

ASKED = "ask_question"
MOST, LONGEST = 20, 500
"""Turns of a conversation, and characters of a question: a link stays below what servers and browsers take."""
PLACEHOLDER = "for instance: how many rows are there for each group?"


def question_box(dataset: Dataset) -> None:
    """A box to ask anything; the answer has a page of its own."""
    with st.form(f"question_{dataset.id}", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        question = st.text_input("Ask anything about this table", placeholder=PLACEHOLDER, max_chars=LONGEST)
        if st.form_submit_button("Ask") and question and question.strip():
            open_dataset(dataset, "pages/ask.py", ask_question=question.strip())


def asked(dataset: Dataset) -> list[str]:
    """The questions of the conversation: those in the link, else those that were left when the page was."""
    held = f"conversation_{dataset.id}"
    linked = [clean for text in st.query_params.get_all(ASKED) if (clean := _clean(text))][:MOST]
    if not linked and held in st.session_state:
        linked = list(st.session_state[held])
    _keep(dataset, linked)
    return linked


def ask_next(dataset: Dataset, question: str) -> None:
    """Add a question to the conversation; a full one lets its first question go."""
    if clean := _clean(question):
        _keep(dataset, [*asked(dataset), clean][-MOST:])


def start_over(dataset: Dataset) -> None:
    """An empty conversation."""
    _keep(dataset, [])


def take_back(dataset: Dataset) -> None:
    """The conversation without its last question."""
    _keep(dataset, asked(dataset)[:-1])


def _keep(dataset: Dataset, questions: list[str]) -> None:
    st.session_state[f"conversation_{dataset.id}"] = questions
    if st.query_params.get_all(ASKED) != questions:
        if questions:
            st.query_params[ASKED] = questions
        else:
            st.query_params.pop(ASKED, None)


def _clean(text: str) -> str:
    return " ".join(text.split())[:LONGEST]
