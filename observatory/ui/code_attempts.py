"""Attempts at a chart: every code that was run, what came of it, what was changed, and the way back."""

from __future__ import annotations

import difflib
import itertools
from collections import Counter
from dataclasses import dataclass

import streamlit as st

from observatory.model import CodeRun, Dataset
from observatory.quoting import markdown
from observatory.ui.code_check import checked
from observatory.ui.code_link import before, change
from observatory.ui.session import observatory

MOST = 30
_LIST, _LAST, _CHOSEN = "code_attempts", "code_last", "code_chosen"
_WORDS = 48
_MOST_PAIRS = 4_000


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
    with st.spinner("Running …", show_time=True):
        run = checked(observatory().try_code(code, dataset), dataset)
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


def attempts(code: str, dataset: Dataset) -> None:
    """The attempts as a list to choose from, and what the open one changed; nothing where there is but one."""
    found = attempts_at(dataset)
    here = next((a for a in found if a.code == code), None)
    if len(found) < 2 or here is None:
        return
    st.header("Attempts", anchor=False)
    numbers = {a.number: a for a in reversed(found)}
    st.session_state[_CHOSEN] = here.number
    with st.grid(2, min_column_width=380, gap="medium"):
        with st.container():
            st.radio(
                "Go back to an attempt",
                [*numbers],
                format_func=lambda number: _line(numbers[number]),
                key=_CHOSEN,
                on_change=_go_back,
                args=(dataset,),
            )
        with st.container():
            _changes(here)


def _go_back(dataset: Dataset) -> None:
    chosen = st.session_state[_CHOSEN]
    for attempt in attempts_at(dataset):
        if attempt.number == chosen:
            change(attempt.code, dataset)


def _line(attempt: CodeAttempt) -> str:
    """An attempt in a few words: what went wrong, or what was changed."""
    said = f"failed: {_short(attempt.error)}" if attempt.error else f"drawn: {_short(_first_change(attempt))}"
    return f"{attempt.number} · {said}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return markdown(line if len(line) <= _WORDS else f"{line[:_WORDS].rstrip()} …")


def _first_change(attempt: CodeAttempt) -> str:
    if attempt.before is None:
        return "where it began"
    new = [line[1:].strip() for line in diff(attempt.before, attempt.code).splitlines() if line.startswith("+")]
    return next((line for line in new if line), "lines taken out")


def _changes(attempt: CodeAttempt) -> None:
    """What was changed for this attempt."""
    if attempt.before is None:
        st.caption(f"Attempt {attempt.number} is where it began: there is nothing to compare it with.")
        return
    st.caption(f"What attempt {attempt.number} changed")
    st.code(diff(attempt.before, attempt.code), language="diff", wrap_lines=True)


def diff(old: str, new: str, around: int = 2) -> str:
    r"""What was taken out (-) and put in (+), with some lines around; "" for the same code.

    >>> print(diff("a = 1\nb = 2", "a = 1\nb = 3"))
     a = 1
    -b = 2
    +b = 3
    """
    before, after = old.splitlines(), new.splitlines()
    if _pairs(before, after) > _MOST_PAIRS:
        return _side_by_side(before, after)
    lines = difflib.unified_diff(before, after, n=around, lineterm="")
    return "\n".join("⋯" if line.startswith("@@") else line for line in [*lines][3:])


def _pairs(old: list[str], new: list[str]) -> int:
    """How many pairs of the same line there are, which is what a comparison takes its time for, many times over."""
    counts = Counter(new)
    return sum(counts[line] for line in old)


def _side_by_side(old: list[str], new: list[str]) -> str:
    """Line by line, for texts of many lines that are alike."""
    pairs = [(one, other) for one, other in itertools.zip_longest(old, new) if one != other]
    removed = [f"-{line}" for line, _ in pairs if line is not None]
    return "\n".join([*removed, *(f"+{line}" for _, line in pairs if line is not None)])
