"""Who is asking: a choice above the questions worth asking."""

from __future__ import annotations

import streamlit as st

from observatory.model import Dataset, Persona
from observatory.ui.session import observatory, once


def persona_choice(dataset: Dataset) -> str | None:
    """Pills of people who may ask of the data set, and a box for anybody else; None where nobody is chosen."""
    proposed: tuple[Persona, ...] = once(("personas", dataset.id), lambda: observatory().personas(dataset, llm=False))
    known, other = st.columns([3, 2], vertical_alignment="bottom")
    chosen = known.pills("Ask as", [p.name for p in proposed], key=f"persona_{dataset.id}")
    own = other.text_input("or as somebody else", max_chars=80, key=f"persona_own_{dataset.id}", placeholder="a nurse")
    return (own or "").strip() or chosen
