"""Another language model in the place of the one that runs: what there is to choose from, and how far the change is."""

from __future__ import annotations

import streamlit as st

from observatory.errors import ObservatoryError
from observatory.model import EngineStatus, ModelChoice
from observatory.quoting import markdown
from observatory.ui.engine import progress, size
from observatory.ui.session import observatory, show

_SECONDS = 1
_FAILED = "engine_change_failed"
_FOR_ALL = (
    "The choice holds for everyone who uses this dashboard, until it is started again; the setting `OBSERVATORY_MODEL` "
    "makes it last. The present model goes on answering until the new one is ready."
)
_GUESSING = (
    "A quick helper proposes the next tokens and the model checks several at once; answers stay the same. Without a "
    "graphics card that often gains nothing and takes memory: measure it below, and see above how many were right."
)
_AT_SERVER = "These are the models that the server lists. The choice holds for everyone who uses this dashboard."


def another_model(status: EngineStatus) -> None:
    """The models that could be used instead, and the change that is under way; nothing where there is no choice."""
    choices = observatory().models()
    if not choices:
        return
    st.header("Would another one do better?", anchor=False)
    error = st.session_state.pop(_FAILED, None)
    if error is not None:
        show(error)
    coming = observatory().coming_model()
    if coming is not None:
        _change(coming)
    if choices[0].bytes is None:
        _names(choices, status, coming)
        return
    st.caption(_FOR_ALL)
    with st.grid(3, min_column_width=280, gap="medium"):
        for choice in choices:
            _card(choice, status, coming)


def _card(choice: ModelChoice, status: EngineStatus, coming: EngineStatus | None) -> None:
    in_use = choice.name == status.model
    under_way = coming is not None and coming.state != "down"
    with st.container(border=True, height="stretch", vertical_alignment="distribute"):
        with st.container(gap="xsmall"):
            st.markdown(f"**{markdown(choice.name)}**")
            st.caption(f"{size(choice.bytes)} · {markdown(choice.licence)} · {_where(choice)}")
            st.markdown(f"{markdown(choice.use[:1].upper() + choice.use[1:])}.")
            if not choice.fits:
                st.caption(f"◐ It wants {size(choice.memory)} of memory, which this machine does not have.")
        st.button(
            "In use" if in_use else "Use it",
            key=f"engine_use_{choice.name}",
            disabled=in_use or under_way or not choice.fits,
            icon=":material/check:" if in_use else None,
            on_click=_use,
            args=(choice.name,),
            help=None if in_use else f"Change to {choice.name}",
        )


def guessing(status: EngineStatus) -> None:
    """How the engine guesses ahead, to be changed; the engine is started again for it."""
    live = observatory().engine_live()
    models = {choice.name: choice for choice in observatory().models() if choice.bytes is not None}
    if live is None or live.draft is None or status.model not in models:
        return
    own = models[status.model].bytes or 0
    smaller = [c.name for c in models.values() if c.is_installed and (c.bytes or 0) < own]
    names = {"off": "no", "ngram": "from words said before (n-grams)", **{name: f"with {name}" for name in smaller}}
    with st.expander("Guessing ahead (speculative decoding)", key="engine_guessing"):
        st.caption(_GUESSING)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            index = list(names).index(live.draft) if live.draft in names else 0
            chosen = st.selectbox(
                "Guess ahead", list(names), index=index, format_func=names.__getitem__, key="engine_draft", width=420
            )
            st.button(
                "Start it again so",
                key="engine_guess",
                disabled=chosen == live.draft or observatory().coming_model() is not None,
                on_click=_use,
                args=(status.model, chosen),
            )


def _where(choice: ModelChoice) -> str:
    return "on this machine" if choice.is_installed else "to be downloaded"


def _names(choices: list[ModelChoice], status: EngineStatus, coming: EngineStatus | None) -> None:
    names = [choice.name for choice in choices]
    st.caption(_AT_SERVER)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        index = names.index(status.model) if status.model in names else 0
        chosen = st.selectbox("Model", names, index=index, key="engine_name", width=420)
        st.button(
            "Use it",
            key="engine_use",
            disabled=chosen == status.model or (coming is not None and coming.state != "down"),
            on_click=_use,
            args=(chosen,),
        )


def _use(name: str, draft: str | None = None) -> None:
    try:
        observatory().use_model(name, draft)
    except ObservatoryError as error:
        st.session_state[_FAILED] = error


def _change(coming: EngineStatus) -> None:
    """How far the change is, with a way to end it; or why it failed, which stays until it is read."""
    if coming.state == "down":
        with st.container(horizontal=True, vertical_alignment="center"):
            said = f"{markdown(coming.model or 'The model')} could not be used: {markdown(coming.detail)}"
            st.warning(said, icon=":material/error:")
            st.button("All right", key="engine_read", type="tertiary", on_click=observatory().keep_model)
        return
    st.fragment(run_every=_SECONDS)(_follow)()


def _follow() -> None:
    now = observatory().coming_model()
    if now is None or now.state == "down":
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container():
            st.markdown(f"Changing to **{markdown(now.model or '')}**")
            progress(now)
        st.button("Stop", key="engine_stay", on_click=observatory().keep_model, help="Stay with the present model.")
