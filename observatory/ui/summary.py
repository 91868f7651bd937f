"""What a data set is about: template words at once, the model's checked wording as soon as it is there."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any

import streamlit as st

from observatory.model import Dataset, Summary
from observatory.quoting import markdown
from observatory.ui.exchanges import what_was_sent
from observatory.ui.session import later, observatory, once


def summary(dataset: Dataset) -> None:
    """Two or three sentences on what the data set is about."""
    obs = observatory()
    worded("summary", dataset, lambda llm: obs.summarize(dataset, llm=llm), _draw)


def worded(kind: Hashable, dataset: Dataset, work: Callable[[bool], Any], draw: Callable[[Any, Dataset], None]) -> None:
    """Draw the result of work without the model at once, and that with the model when it is done."""
    status = observatory().engine()
    wording: Future[Any] | None = None
    if status.state == "ready":
        wording = later((kind, dataset.id, status.model), lambda: work(True))
    draft = once((kind, dataset.id), lambda: work(False))

    def fragment(drawn: bool) -> None:
        done = wording is not None and wording.done() and wording.exception() is None
        draw(wording.result() if wording is not None and done else draft, dataset)
        if wording is not None and not wording.done():
            st.caption(":material/hourglass_top: the language model is finding better words …")
        elif not drawn and wording is not None:
            st.rerun()

    finished = wording is None or wording.done()
    st.fragment(run_every=None if finished else 2)(fragment)(finished)


def _draw(found: Summary, _dataset: Dataset) -> None:
    st.markdown(" ".join(markdown(sentence.text) for sentence in found.sentences))
    by_model = any(sentence.source == "llm" for sentence in found.sentences)
    dropped = f" {found.dropped} of its sentences did not hold and are left out." if found.dropped else ""
    if by_model or dropped:
        st.caption(f"Worded by the language model, every number checked.{dropped}")
    what_was_sent(found.sent)
