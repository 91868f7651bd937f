"""What went wrong in code: the sentence, the line among its neighbours, and a change that may put it right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from observatory.model import CodeRun, Dataset
from observatory.quoting import markdown
from observatory.ui.code_diff import diff
from observatory.ui.code_editor import mark_line
from observatory.ui.code_link import MOST, change

_AROUND = 2
_MARK = "▶"


def code_error(run: CodeRun, dataset: Dataset) -> None:
    """Why the code gave no chart, where, and what to do next."""
    error: Mapping[str, Any] = run.error or {}
    message = str(error.get("message") or "The code gave no chart.")
    hint = str(error.get("hint") or "")
    where = line_of(run)
    placed = "" if where is None else f"Line {where}: "
    st.error(f"{placed}{markdown(message)}" + (f"  \n{markdown(hint)}" if hint else ""), icon=":material/error:")
    if where is not None:
        mark_line(where)
        st.code(excerpt(run.code, where), language=None)
    fix = error.get("fix")
    if isinstance(fix, str) and fix != run.code and len(fix) <= MOST:
        _offer(run.code, fix, dataset)


def line_of(run: CodeRun) -> int | None:
    """The line that an error names, where the code has such a line."""
    line = (run.error or {}).get("line")
    return line if isinstance(line, int) and 1 <= line <= len(run.code.splitlines()) else None


def excerpt(code: str, line: int) -> str:
    r"""The lines around one that is marked, with their numbers.

    >>> print(excerpt("a\nb\nc", 2))
      1  a
    ▶ 2  b
      3  c
    """
    lines = code.splitlines()
    first, last = max(1, line - _AROUND), min(len(lines), line + _AROUND)
    width = len(str(last))
    return "\n".join(
        f"{_MARK if number == line else ' '} {number:>{width}}  {lines[number - 1]}".rstrip()
        for number in range(first, last + 1)
    )


def _offer(code: str, fix: str, dataset: Dataset) -> None:
    st.markdown("**This may put it right:**")
    st.code(diff(code, fix, around=0), language="diff")
    st.button(
        "Use this",
        key="code_fix",
        icon=":material/build:",
        on_click=change,
        args=(fix, dataset),
        help="It goes into the editor and is run; your attempt is kept.",
    )
