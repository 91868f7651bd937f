"""The editor: code with line numbers, run by one key, and what may be written in it."""

from __future__ import annotations

import streamlit as st

from observatory.model import Dataset, SandboxStatus
from observatory.sandbox.allowed import MODULES
from observatory.ui.code_attempts import again
from observatory.ui.code_hold import how_held
from observatory.ui.code_link import MOST, change
from observatory.ui.session import observatory

TEXT, _SHOWN = "code_text", "code_shown"
_LINE, _TOP = 22, 12
_NUMBERS = r"\A ".join(str(number) for number in range(1, 1000))
_BOX = f'.st-key-{TEXT} [data-testid="stTextAreaRootElement"]'
_STYLE = f"""<style>
.st-key-{TEXT} :has(> [data-testid="stTextAreaRootElement"]) {{ max-height: 75vh; overflow: hidden auto; }}
{_BOX} {{ position: relative; overflow: hidden; flex-shrink: 0; }}
{_BOX} textarea, {_BOX}::before {{ font: 0.875rem/{_LINE}px "Source Code Pro", ui-monospace, monospace; }}
{_BOX} textarea {{
    padding: {_TOP}px {_TOP}px {_TOP}px 3.4rem; max-height: none; resize: none; white-space: pre; overflow-x: auto;
}}
{_BOX}::before {{
    content: "{_NUMBERS}" / ""; position: absolute; inset: 0 auto {_TOP}px 0; width: 3rem; padding: {_TOP}px 0.6rem 0 0;
    box-sizing: border-box; overflow: hidden; white-space: pre; text-align: right; pointer-events: none;
    background: inherit; color: color-mix(in srgb, currentcolor 60%, transparent);
}}
</style>"""
_WRITE = """
Leave an Altair chart in `chart`, or write `def plot(data):` and return one. The table is there as the pandas DataFrame
`data`; `alt`, `pd` and `np` are there too. You may import {modules}.
"""


def editor(code: str, dataset: Dataset, status: SandboxStatus) -> None:
    """The open code as text to change; it is run by the button or by Ctrl+Enter."""
    if st.session_state.get(_SHOWN) != code or TEXT not in st.session_state:
        st.session_state[_SHOWN] = st.session_state[TEXT] = code
    st.html(_STYLE)
    with st.form("code_form", enter_to_submit=False, border=False):
        st.text_area("Python code", key=TEXT, height="content", max_chars=MOST, label_visibility="collapsed")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.form_submit_button(
                "Run",
                key="code_run",
                type="primary",
                icon=":material/play_arrow:",
                shortcut="Ctrl+Enter",
                on_click=_run,
                args=(dataset,),
            )
            guide(dataset)
            how_held(status)


def mark_line(line: int) -> None:
    """Lay a colour over a line of the editor, counted from 1."""
    top = _TOP + (line - 1) * _LINE
    st.html(
        f"<style>{_BOX}::after {{ content: ''; position: absolute; top: {top}px; left: 0; right: 0; height: {_LINE}px;"
        " background: rgb(213 94 0 / 0.16); border-left: 3px solid #d55e00; pointer-events: none; }</style>"
    )


def _run(dataset: Dataset) -> None:
    again()
    change(st.session_state[TEXT], dataset)


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
