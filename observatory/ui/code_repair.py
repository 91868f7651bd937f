"""Code that fails, repaired on request: each attempt is shown, and the code that draws goes into the editor."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from observatory.model import Attempt, CodeRun, Dataset
from observatory.ui.attempts import attempts
from observatory.ui.code_link import MOST, change
from observatory.ui.session import observatory

_DONE = "code_repaired"


def repair(run: CodeRun, dataset: Dataset) -> None:
    """The button that repairs code, and after it what was tried and the way to use it."""
    key = (dataset.id, run.code)
    done: tuple[tuple[str, str], list[Attempt]] | None = st.session_state.get(_DONE)
    if done is None or done[0] != key:
        asked = st.button(
            "Repair",
            key="code_repair",
            icon=":material/healing:",
            help="Tries known corrections one after the other, and the language model if it is ready.",
        )
        if not asked:
            return
        done = (key, _repaired(run.code, dataset))
        st.session_state[_DONE] = done
    _shown(done[1], dataset)


def _repaired(code: str, dataset: Dataset) -> list[Attempt]:
    obs = observatory()
    with st.spinner("Trying corrections …", show_time=True):
        return obs.repair_code(code, dataset, llm=obs.engine().state == "ready")


def _shown(found: Sequence[Attempt], dataset: Dataset) -> None:
    """What came of it in a sentence, the code to use, and the attempts."""
    last = found[-1]
    code = last.code or ""
    if last.ok and len(code) <= MOST:
        steps = "one step" if len(found) == 2 else f"{len(found) - 1} steps"
        st.success(f"It draws a chart after {steps}. Look whether it is the one you meant.", icon=":material/healing:")
        st.button("Use this code", key="code_use_repaired", type="primary", on_click=change, args=(code, dataset))
    else:
        st.info("No correction that is known gives a chart. The last attempt says why.", icon=":material/healing:")
    attempts(found)
