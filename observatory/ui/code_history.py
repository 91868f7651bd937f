"""The list of attempts: what each changed or why it failed, the way back to it, and how it differs from another."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from observatory.model import Dataset
from observatory.quoting import markdown
from observatory.ui.code_attempts import CodeAttempt, attempts_at
from observatory.ui.code_diff import diff, replaced, summary
from observatory.ui.code_link import change

FEW = 5
_CHOSEN, _ALL = "code_chosen", "code_all"
_WORDS = 60


def attempts(code: str, dataset: Dataset) -> None:
    """The attempts to choose from beside what the open one changed; nothing where there is but one."""
    found = {attempt.number: attempt for attempt in reversed(attempts_at(dataset))}
    here = next((attempt for attempt in found.values() if attempt.code == code), None)
    if len(found) < 2 or here is None:
        return
    st.header("Attempts", anchor=False)
    with st.grid(2, min_column_width=380, gap="medium"):
        with st.container():
            _listed(found, here, dataset)
        with st.container():
            _compared(found, here)


def _listed(found: Mapping[int, CodeAttempt], here: CodeAttempt, dataset: Dataset) -> None:
    """The latest attempts and the open one, or all of them."""
    is_all = bool(st.session_state.get(_ALL))
    shown = [number for place, number in enumerate(found) if is_all or place < FEW or number == here.number]
    st.session_state[_CHOSEN] = here.number
    st.radio(
        "Go back to an attempt",
        shown,
        format_func=lambda number: _line(found[number]),
        key=_CHOSEN,
        on_change=_go_back,
        args=(dataset,),
    )
    if len(found) > FEW:
        label = f"Only the last {FEW}" if is_all else f"All {len(found)} attempts"
        st.button(label, key="code_more", type="tertiary", on_click=_toggle)


def _toggle() -> None:
    st.session_state[_ALL] = not st.session_state.get(_ALL)


def _go_back(dataset: Dataset) -> None:
    chosen = st.session_state[_CHOSEN]
    for attempt in attempts_at(dataset):
        if attempt.number == chosen:
            change(attempt.code, dataset)


def _line(attempt: CodeAttempt) -> str:
    """An attempt in a few words: what went wrong, or what was changed."""
    if attempt.error:
        return f"{attempt.number} · failed: {_short(attempt.error)}"
    if attempt.before is None:
        return f"{attempt.number} · where it began"
    return f"{attempt.number} · {_short(summary(attempt.before, attempt.code))}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return markdown(line if len(line) <= _WORDS else f"{line[:_WORDS].rstrip()} …")


def _compared(found: Mapping[int, CodeAttempt], here: CodeAttempt) -> None:
    """How the open attempt differs from the one it came out of, or from another that is chosen."""
    others = [number for number in found if number != here.number]
    origin = next((place for place, number in enumerate(others) if found[number].code == here.before), None)
    chosen = st.selectbox(
        f"Compare attempt {here.number} with",
        others,
        index=origin,
        format_func=lambda number: f"attempt {number}",
        placeholder="another attempt",
        key=f"code_against_{here.number}",
        width=280,
    )
    old = here.before if chosen is None else found[chosen].code
    if old is None:
        st.caption(f"Attempt {here.number} is where it began.")
        return
    if words := replaced(old, here.code):
        gone, come = (_short(part) or "nothing" for part in words)
        st.markdown(f"{gone} :gray[became] **{come}**")
    st.code(diff(old, here.code) or "Only the ends of lines differ.", language="diff", wrap_lines=True)
