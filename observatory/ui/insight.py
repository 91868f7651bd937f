"""Words and questions: templates at once, the model's checked wording as soon as it is there."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import streamlit as st

from observatory.model import Attempt, Dataset, EngineStatus, Goal, Summary, Visualization
from observatory.quoting import markdown
from observatory.ui.charts import spec_chart
from observatory.ui.code_panel import code_panel
from observatory.ui.session import later, observatory, once, open_dataset

PLACEHOLDER = "for instance: how many rows are there for each group?"
STEPS = {
    "specify": "Understood the question",
    "generate": "Wrote the chart",
    "fix": "Put right by rule",
    "repair": "Repaired",
    "fallback": "Fell back to the best chart",
}


def summary(dataset: Dataset) -> None:
    """Two or three sentences on what the data set is about."""
    obs = observatory()
    _worded("summary", dataset, lambda llm: obs.summarize(dataset, llm=llm), _draw_summary)


def goals(dataset: Dataset, n: int = 5) -> None:
    """Questions worth asking; each opens the page that answers it."""
    obs = observatory()
    _worded("goals", dataset, lambda llm: obs.explore_goals(dataset, n, llm=llm), _draw_goals)


def _worded(kind: str, dataset: Dataset, work: Callable[[bool], Any], draw: Callable[[Any, Dataset], None]) -> None:
    status = observatory().engine()
    wording: Future[Any] | None = None
    if status.state == "ready":
        wording = later((kind, dataset.id, status.model), lambda: work(True))
    draft = once((kind, dataset.id), lambda: work(False))

    def fragment(drawn: bool) -> None:
        done = wording is not None and wording.done() and wording.exception() is None
        draw(wording.result() if wording is not None and done else draft, dataset)
        if wording is not None and not wording.done():
            st.caption(":material/hourglass_top: the language model is finding better words …")
        elif not drawn and wording is not None:
            st.rerun()

    finished = wording is None or wording.done()
    st.fragment(run_every=None if finished else 2)(fragment)(finished)


def _draw_summary(found: Summary, _dataset: Dataset) -> None:
    st.markdown(" ".join(markdown(sentence.text) for sentence in found.sentences))
    worded = any(sentence.source == "llm" for sentence in found.sentences)
    dropped = f" {found.dropped} of its sentences did not hold and are left out." if found.dropped else ""
    if worded or dropped:
        st.caption(f"Worded by the language model, every number checked.{dropped}")


def _draw_goals(found: list[Goal], dataset: Dataset) -> None:
    for goal in found:
        st.page_link(
            "pages/ask.py",
            label=markdown(goal.question),
            icon=":material/help:",
            help=markdown(goal.rationale),
            query_params={"dataset": dataset.id, "ask_question": goal.question},
        )


def question_box(dataset: Dataset) -> None:
    """A box to ask anything; the answer has a page of its own."""
    with st.form(f"question_{dataset.id}", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        question = st.text_input("Ask anything about this table", placeholder=PLACEHOLDER, max_chars=500)
        if st.form_submit_button("Ask") and question and question.strip():
            open_dataset(dataset, "pages/ask.py", ask_question=question.strip())


def asked() -> str:
    """The question in the box of this page, which is the one in the link."""
    question = st.text_input(
        "Your question", placeholder=PLACEHOLDER, max_chars=500, key="ask_question", bind="query-params"
    )
    return (question or "").strip()


def ask(dataset: Dataset, question: str) -> Visualization:
    """The answer to a question; one of the goals is answered with its own chart."""
    obs = observatory()
    status = obs.engine()
    model = status.model if status.state == "ready" else None
    drafts = once(("goals", dataset.id), lambda: obs.explore_goals(dataset, llm=False))
    for goal in [*drafts, *_worded_goals(dataset, model)]:
        if goal.question == question:
            return _from_goal(goal, question, status)
    answer: Visualization = once(
        ("ask", dataset.id, model, question), lambda: obs.visualize(dataset, question, llm=model is not None)
    )
    return answer


def _worded_goals(dataset: Dataset, model: str | None) -> list[Goal]:
    """The goals in the words of the model, if it has found them by now."""
    if model is None:
        return []
    obs = observatory()
    wording = later(("goals", dataset.id, model), lambda: obs.explore_goals(dataset))
    return wording.result() if wording.done() and wording.exception() is None else []


def _from_goal(goal: Goal, question: str, status: EngineStatus) -> Visualization:
    attempt = Attempt(step="specify", source="rules", ok=True, spec=goal.spec, code=goal.code)
    facts = " ".join(goal.facts)
    return Visualization(question, goal.spec, goal.code, (attempt,), facts, (), status)


def answer(found: Visualization, dataset: Dataset, *, key: str) -> None:
    """A question and its answer: what to be careful about, chart, checked words, and how it came about."""
    for warning in found.warnings:
        st.warning(markdown(warning), icon=":material/info:")
    if found.spec:
        spec_chart(found.spec, dataset, key=key)
    if found.explanation:
        st.markdown(markdown(found.explanation))
    with st.expander("How this was made"):
        for attempt in found.attempts:
            _attempt(attempt)
        st.caption(_engine_words(found))
    if found.code:
        with st.expander("Altair code"):
            code_panel(found.code, found.spec, dataset)


def _attempt(attempt: Attempt) -> None:
    who = "language model" if attempt.source == "llm" else "rules"
    mark = ":material/check:" if attempt.ok else ":material/close:"
    error = f": {markdown(attempt.error)}" if attempt.error else ""
    st.markdown(f"{mark} {STEPS[attempt.step]} ({who}){error}")


def _engine_words(found: Visualization) -> str:
    if any(attempt.source == "llm" for attempt in found.attempts):
        return (
            f"Read by {markdown(found.engine.model or 'the language model')}, completed and checked by the chart rules."
        )
    return "Read and completed by rules; no language model took part."
