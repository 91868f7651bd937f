"""A conversation over a data set: the questions of the link, answered in turn, and a box for the next one."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import streamlit as st

from observatory.model import Dataset, Turn
from observatory.quoting import markdown
from observatory.ui.answer import answer
from observatory.ui.ask import LONGEST, MOST, ask_next, asked, start_over, take_back
from observatory.ui.goals import goal_answer, goals
from observatory.ui.rewording import reworded
from observatory.ui.session import guard, later, observatory, once, stop

_STOPPED = "ask_stopped"


@dataclass(frozen=True)
class Reading:
    """A question that the language model is reading in the background, under a key."""

    key: tuple[Any, ...]
    answer: Future[Turn]


def conversation(dataset: Dataset) -> None:
    """The questions so far with their answers, what is worth asking, and the box for the next question."""
    if question := st.chat_input("Ask anything about this table", key=f"ask_box_{dataset.id}", max_chars=LONGEST):
        ask_next(dataset, question)
    questions = asked(dataset)
    if not questions:
        st.header("Questions worth asking", anchor=False)
        goals(dataset)
        return
    turns: list[Turn] = []
    reading = False
    for number, text in enumerate(questions, start=1):
        with st.chat_message("user", avatar=":material/person:"):
            st.markdown(f"**{markdown(text)}**")
        with st.chat_message("assistant", avatar=":material/insights:"), guard():
            with st.spinner("Reading your question …", show_time=True):
                turn, pending = _turn(dataset, tuple(questions[:number]), turns)
            is_shown = bool(turns) and turn.answer.spec == turns[-1].answer.spec
            turns.append(turn)
            answer(turn, dataset, number=number, is_last=number == len(questions), is_shown=is_shown)
            if pending is not None:
                reading = True
                _wait(pending)
            elif number == len(questions):
                reworded(turn, (dataset.id, *questions))
    _foot(dataset, turns)
    if not reading:
        with st.expander("Questions worth asking"):
            goals(dataset)


def _turn(dataset: Dataset, questions: tuple[str, ...], before: list[Turn]) -> tuple[Turn, Reading | None]:
    """The answer to the last of the questions: by rules at once, and by the model when it is there."""
    obs = observatory()
    status = obs.engine()
    text, history = questions[-1], tuple(before)
    goal = goal_answer(dataset, text) if not history else None
    if goal is not None:
        return once(("goal", dataset.id, text, goal.sent != ()), lambda: obs.turn(dataset, goal)), None
    draft: Turn = once(("chat", dataset.id, questions), lambda: obs.chat(dataset, text, history, llm=False))
    key = ("chat", dataset.id, status.model, questions)
    if status.state != "ready" or key in st.session_state.get(_STOPPED, ()):
        return draft, None
    reading: Future[Turn] = later(key, lambda: obs.chat(dataset, text, history))
    if not reading.done():
        return draft, Reading(key, reading)
    return (draft if reading.exception() is not None else reading.result()), None


@st.fragment(run_every=1)
def _wait(reading: Reading) -> None:
    """The page is drawn again once the model has read the question too, or need not any more."""
    if reading.answer.done():
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(":material/hourglass_top: the language model is reading the question too …", width="content")
        if st.button("Stop", key=f"ask_stop_{len(reading.key[-1])}", type="tertiary", icon=":material/stop:"):
            st.session_state[_STOPPED] = [*st.session_state.get(_STOPPED, ()), reading.key]
            stop(reading.key)
            st.rerun()


def _foot(dataset: Dataset, turns: list[Turn]) -> None:
    """What can be done with the whole conversation."""
    drawn = [turn for turn in turns if turn.answer.spec and turn.sentences]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button("Start over", icon=":material/restart_alt:", on_click=start_over, args=(dataset,), type="tertiary")
        st.button("Take back", icon=":material/undo:", on_click=take_back, args=(dataset,), type="tertiary")
        st.button(
            "Pin all to the report",
            icon=":material/keep:",
            on_click=_pin_all,
            args=(dataset, drawn),
            type="tertiary",
            disabled=not drawn,
            help="Put every chart of this conversation into the report, each with its question as a note.",
        )
    full = f" It holds {MOST} questions; the first ones make room for new ones." if len(turns) >= MOST else ""
    st.caption(
        f"The link of this page holds the conversation: whoever opens it sees the same questions answered.{full}"
    )


def _pin_all(dataset: Dataset, turns: list[Turn]) -> None:
    with guard():
        for turn in turns:
            observatory().pin(dataset, turn.answer.spec, turn.question)
        st.toast("The conversation is pinned to the report.", icon=":material/keep:")
