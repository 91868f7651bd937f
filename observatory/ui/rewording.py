"""The language model's words for an answer, written as they come: each sentence once it is whole and checked."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from observatory.model import Turn
from observatory.quoting import markdown
from observatory.ui.session import observatory


def reworded(turn: Turn, key: tuple[str, ...]) -> None:
    """The answer in the model's words under the computed ones; nothing where there is no model, or no number."""
    obs = observatory()
    if obs.engine().state != "ready" or turn.numbers is None:
        return
    held: dict[tuple[str, ...], tuple[tuple[str, ...], int]] = st.session_state.setdefault("ask_reworded", {})
    if key not in held:
        whole: list[str] = []
        dropped: list[None] = []

        def pieces() -> Iterator[str]:
            for sentence in obs.retell(turn):
                if sentence is None:
                    dropped.append(None)
                    continue
                whole.append(sentence.text)
                yield f"{markdown(sentence.text)} "

        with st.spinner("The language model is wording it …", show_time=True):
            st.write_stream(pieces())
        held[key] = (tuple(whole), len(dropped))
    elif held[key][0]:
        st.markdown(" ".join(markdown(text) for text in held[key][0]))
    _told(*held[key])


def _told(whole: tuple[str, ...], n_dropped: int) -> None:
    """Who worded it, and how many sentences did not hold."""
    lost = (
        ""
        if not n_dropped
        else f" {n_dropped} of its sentences did not hold and {'is' if n_dropped == 1 else 'are'} left out."
    )
    if whole or lost:
        st.caption(
            f"Worded by the language model, every number checked.{lost}" if whole else f"The language model:{lost}"
        )
