"""Attempts at a chart: every code that was run in this session, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from observatory.model import CodeRun, Dataset
from observatory.ui.code_check import checked
from observatory.ui.code_link import before
from observatory.ui.session import observatory

MOST = 30
_LIST, _LAST = "code_attempts", "code_last"


@dataclass(frozen=True)
class CodeAttempt:
    """Code that was run, the code it came out of, and what came of it: the message of an error, or ""."""

    number: int
    code: str
    before: str | None
    error: str


def ran(code: str, dataset: Dataset) -> CodeRun:
    """What the code gives; the last run of the session is kept, and a new one is noted as an attempt."""
    key = (dataset.id, code)
    last: tuple[tuple[str, str], CodeRun] | None = st.session_state.get(_LAST)
    if last is not None and last[0] == key:
        return last[1]
    obs = observatory()
    with st.spinner(f"Running; it is stopped after {obs.settings.code_seconds:g} s at the latest …", show_time=True):
        run = checked(obs.try_code(code, dataset), dataset)
    st.session_state[_LAST] = (key, run)
    _note(run, dataset)
    return run


def again() -> None:
    """Forget the last run, so that the same code is run once more."""
    st.session_state.pop(_LAST, None)


def attempts_at(dataset: Dataset) -> list[CodeAttempt]:
    """The attempts of this session, the first first."""
    return list(st.session_state.get(_LIST, {}).get(dataset.id, ()))


def _note(run: CodeRun, dataset: Dataset) -> None:
    """Note a run as a new attempt, or in the place of the same code run earlier."""
    found = attempts_at(dataset)
    message = "" if run.ok else str((run.error or {}).get("message", ""))
    same = next((a for a in found if a.code == run.code), None)
    number = same.number if same else found[-1].number + 1 if found else 1
    earlier = same.before if same else before(run.code)
    attempt = CodeAttempt(number, run.code, earlier, "" if run.ok else message or "It gave no chart.")
    found = [attempt if a is same else a for a in found] if same else [*found, attempt]
    st.session_state[_LIST] = {**st.session_state.get(_LIST, {}), dataset.id: found[-MOST:]}
