"""Questions worth asking of a data set, each a way into a conversation."""

from __future__ import annotations

import streamlit as st

from observatory.model import Attempt, Dataset, Goal, Visualization
from observatory.quoting import markdown
from observatory.ui.exchanges import what_was_sent
from observatory.ui.personas import persona_choice
from observatory.ui.session import observatory, once
from observatory.ui.summary import worded


def goals(dataset: Dataset, n: int = 5) -> None:
    """Questions worth asking, by whoever asks; each opens the page that answers it."""
    obs = observatory()
    persona = persona_choice(dataset)
    worded(("goals", persona), dataset, lambda llm: obs.explore_goals(dataset, n, persona, llm=llm), _draw)


def _draw(found: list[Goal], dataset: Dataset) -> None:
    _seen(dataset).update({goal.question: goal for goal in found})
    for goal in found:
        st.page_link(
            "pages/ask.py",
            label=markdown(goal.question),
            icon=":material/help:",
            help=markdown(goal.rationale),
            query_params={"dataset": dataset.id, "ask_question": goal.question},
        )
    what_was_sent(found[0].sent if found else ())


def goal_answer(dataset: Dataset, question: str) -> Visualization | None:
    """The answer to a question that is one of the goals: its own chart; None for any other question."""
    drafts = once((("goals", None), dataset.id), lambda: observatory().explore_goals(dataset, llm=False))
    goal = {**{draft.question: draft for draft in drafts}, **_seen(dataset)}.get(question)
    return None if goal is None else _answer(goal)


def _seen(dataset: Dataset) -> dict[str, Goal]:
    """The goals that this person was shown, in whoever's words."""
    found: dict[str, Goal] = st.session_state.setdefault(f"goals_seen_{dataset.id}", {})
    return found


def _answer(goal: Goal) -> Visualization:
    attempt = Attempt(step="specify", source="rules", ok=True, spec=goal.spec, code=goal.code)
    facts, status = " ".join(goal.facts), observatory().engine()
    return Visualization(goal.question, goal.spec, goal.code, (attempt,), facts, (), status, sent=goal.sent)
