"""The editor: code with line numbers, run by one key, and what may be written in it."""

from __future__ import annotations

import streamlit as st

from observatory.model import Dataset, SandboxStatus
from observatory.sandbox.allowed import MODULES
from observatory.ui.code_attempts import again
from observatory.ui.code_draft import draft, drop_draft, is_changed, keep_draft
from observatory.ui.code_hold import how_held
from observatory.ui.code_link import MOST, change
from observatory.ui.session import observatory

TEXT, _SHOWN = "code_text", "code_shown"
_UNRUN = "code_unrun"
_LINE, _TOP = 22, 12
_NUMBERS = r"\A ".join(str(number) for number in range(1, 1000))
_BOX = f'.st-key-{TEXT} [data-testid="stTextAreaRootElement"]'
_TYPING = f'.st-key-{TEXT} [data-testid="InputInstructions"] > span + span'
_STYLE = f"""<style>
.st-key-{TEXT} :has(> [data-testid="stTextAreaRootElement"]) {{ max-height: 60vh; overflow: hidden auto; }}
{_BOX} {{ position: relative; overflow: clip; flex-shrink: 0; }}
{_BOX} textarea, {_BOX}::before {{ font: 0.875rem/{_LINE}px "Source Code Pro", ui-monospace, monospace; }}
{_BOX} textarea {{
    padding: {_TOP}px {_TOP}px {_TOP}px 3.4rem; max-height: none; resize: none; white-space: pre; overflow: auto hidden;
    field-sizing: content; min-height: 0;
}}
{_BOX} textarea:not(:focus) {{ animation: code-from-the-left 0.02s; }}
@keyframes code-from-the-left {{ from, to {{ white-space: pre-wrap; }} }}
{_BOX}::before {{
    content: "{_NUMBERS}" / ""; position: absolute; inset: 0 auto {_TOP}px 0; width: 3rem; padding: {_TOP}px 0.6rem 0 0;
    box-sizing: border-box; overflow: hidden; white-space: pre; text-align: right; pointer-events: none;
    background: inherit; color: color-mix(in srgb, currentcolor 60%, transparent);
}}
.st-key-{TEXT} [data-testid="InputInstructions"] {{ visibility: hidden; }}
</style>"""
_QUIET = f"""<style>
body:not(:has({_TYPING})):not(:has(.st-key-{_UNRUN}:active)) div:has(> .st-key-{_UNRUN}) {{
    display: none; transition: display 1s allow-discrete;
}}
</style>"""
"""The mark of a change is there while one types, which the browser knows, and stays until the server knows it too."""
_WRITE = """
Leave an Altair chart in `chart`, or write `def plot(data):` and return one. The table is there as the pandas DataFrame
`data`; `alt`, `pd` and `np` are there too. You may import {modules}.
"""


def editor(code: str, dataset: Dataset, status: SandboxStatus) -> None:
    """The open code as text to change; it is run by the button or by Ctrl+Enter, and kept until then."""
    st.session_state[_SHOWN] = dataset.id
    if st.session_state.get(TEXT) != (text := draft(code, dataset)):
        st.session_state[TEXT] = text
    st.html(_STYLE + ("" if is_changed(code, dataset) else _QUIET))
    with st.container(gap="small"):
        st.text_area(
            "Python code",
            key=TEXT,
            height="content",
            max_chars=MOST,
            label_visibility="collapsed",
            on_change=_keep,
            args=(code, dataset),
        )
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                "Run",
                key="code_run",
                type="primary",
                icon=":material/play_arrow:",
                shortcut="Ctrl+Enter",
                on_click=_run,
                args=(code, dataset),
            )
            _unrun(code, dataset)
            guide(dataset)
            how_held(status)


def is_staying(dataset: Dataset) -> bool:
    """Whether the editor stood there before with code of this data set; another page takes away what it holds."""
    return TEXT in st.session_state and st.session_state.get(_SHOWN) == dataset.id


def _unrun(code: str, dataset: Dataset) -> None:
    """A quiet mark that what is drawn is older than what is written, and the way back to it."""
    with st.container(key=_UNRUN, horizontal=True, vertical_alignment="center", gap="small", width="content"):
        st.caption("◐ changed, not run yet")
        st.button("Undo", key="code_undo", type="tertiary", on_click=_undo, args=(code, dataset))


def mark_line(line: int) -> None:
    """Lay a colour over a line of the editor, counted from 1, and bring it into view once."""
    top, once = _TOP + (line - 1) * _LINE, f"code-to-line-{line}"
    st.html(
        f"<style>{_BOX}::after {{ content: ''; position: absolute; top: {top}px; left: 0; right: 0; height: {_LINE}px;"
        " background: rgb(213 94 0 / 0.16); border-left: 3px solid #d55e00; pointer-events: none;"
        " scroll-snap-align: center; }"
        f'.st-key-{TEXT} :has(> [data-testid="stTextAreaRootElement"]) {{ animation: {once} 0.2s; }}'
        f"@keyframes {once} {{ from, to {{ scroll-snap-type: y mandatory; }} }}</style>"
    )


def _keep(code: str, dataset: Dataset) -> None:
    keep_draft(st.session_state[TEXT], code, dataset)


def _undo(code: str, dataset: Dataset) -> None:
    drop_draft(code, dataset)
    st.session_state[TEXT] = code


def _run(code: str, dataset: Dataset) -> None:
    again()
    text = st.session_state[TEXT]
    for run in (code, text):
        drop_draft(run, dataset)
    change(text, dataset)


def guide(dataset: Dataset) -> None:
    """What may be written, and the fields of the data set as code names them."""
    with st.popover("What can I write?", type="tertiary", icon=":material/help:"):
        modules = sorted(name for name in MODULES if "." not in name)
        st.markdown(_WRITE.format(modules=", ".join(modules)))
        fields = observatory().profile(dataset).fields
        st.dataframe(
            {"Field": [repr(f.name) for f in fields], "Type": [f.type for f in fields]},
            hide_index=True,
            height=min(400, 38 + 35 * len(fields)),
        )
