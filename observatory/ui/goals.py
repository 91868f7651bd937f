"""Questions worth asking of a data set, each a way into a conversation."""

from __future__ import annotations

import streamlit as st

from observatory.model import Attempt, Dataset, EngineStatus, Goal, Visualization
from observatory.quoting import markdown
from observatory.ui.session import later, observatory, once
from observatory.ui.summary import worded


def goals(dataset: Dataset, n: int = 5) -> None:
    """Questions worth asking; each opens the page that answers it."""
    obs = observatory()
    st.session_state[_drawn(dataset)] = True
    worded("goals", dataset, lambda llm: obs.explore_goals(dataset, n, llm=llm), _draw)


def _draw(found: list[Goal], dataset: Dataset) -> None:
    for goal in found:
        st.page_link(
            "pages/ask.py",
            label=markdown(goal.question),
            icon=":material/help:",
            help=markdown(goal.rationale),
            query_params={"dataset": dataset.id, "ask_question": goal.question},
        )


def goal_answer(dataset: Dataset, question: str) -> Visualization | None:
    """The answer to a question that is one of the goals: its own chart; None for any other question."""
    obs = observatory()
    status = obs.engine()
    drafts = once(("goals", dataset.id), lambda: obs.explore_goals(dataset, llm=False))
    for goal in [*drafts, *_worded(dataset, status)]:
        if goal.question == question:
            return _answer(goal, status)
    return None


def _worded(dataset: Dataset, status: EngineStatus) -> list[Goal]:
    """The goals in the words of the model, if it has found them by now."""
    if status.state != "ready" or not st.session_state.get(_drawn(dataset)):
        return []
    obs = observatory()
    wording = later(("goals", dataset.id, status.model), lambda: obs.explore_goals(dataset))
    return wording.result() if wording.done() and wording.exception() is None else []


def _drawn(dataset: Dataset) -> str:
    """Whether this person was shown the goals: their wording is not begun for somebody who asked something else."""
    return f"goals_drawn_{dataset.id}"


def _answer(goal: Goal, status: EngineStatus) -> Visualization:
    attempt = Attempt(step="specify", source="rules", ok=True, spec=goal.spec, code=goal.code)
    return Visualization(
        goal.question, goal.spec, goal.code, (attempt,), " ".join(goal.facts), (), status, sent=goal.sent
    )
