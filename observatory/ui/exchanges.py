"""What a language model was sent and what it answered, word for word, for whoever wants to know."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from observatory.model import Exchange
from observatory.quoting import markdown


def exchanges(sent: Sequence[Exchange]) -> None:
    """Each question to a model and its answer, as they are."""
    for exchange in sent:
        st.caption(markdown(f"{exchange.model or 'The language model'}, {exchange.seconds:.1f} s"))
        for message in exchange.messages:
            st.code(f"{message.get('role', '')}:\n{message.get('content', '')}", language=None, wrap_lines=True)
        said = exchange.reply or exchange.error or "No answer."
        st.code(f"answer:\n{said}", language=None, wrap_lines=True)


def what_was_sent(sent: Sequence[Exchange]) -> None:
    """The exchanges behind one click; nothing where no model was asked."""
    if sent:
        with st.popover("What the model was sent", icon=":material/outgoing_mail:", type="tertiary"):
            exchanges(sent)
