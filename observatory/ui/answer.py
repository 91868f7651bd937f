"""One turn of a conversation: what was computed, the chart, what to beware of, and how all of it came about."""

from __future__ import annotations

import json
from collections.abc import Callable

import streamlit as st

from observatory.model import Dataset, Numbers, Turn, Visualization
from observatory.quoting import markdown
from observatory.ui.ask import LONGEST, ask_next
from observatory.ui.attempts import attempts
from observatory.ui.chart_pins import pin_button
from observatory.ui.charts import spec_chart
from observatory.ui.code_panel import code_panel
from observatory.ui.evaluation import evaluation, further_charts
from observatory.ui.exchanges import exchanges
from observatory.ui.explanation import explanation
from observatory.ui.session import guard, observatory, once, page_link


def answer(turn: Turn, dataset: Dataset, *, number: int, is_last: bool, is_shown: bool = False) -> None:
    """An answer: what was changed and understood, computed sentences, the chart, caveats, actions, and its making.

    `is_shown`: the chart stands above already, and need not be drawn again.
    """
    found, key = turn.answer, f"ask_{number}"
    if found.changes:
        st.caption(markdown(f"Changed: {'; '.join(found.changes)}."))
    for warning in found.warnings:
        st.warning(markdown(warning), icon=":material/info:")
    if not (is_shown and found.warnings):
        st.markdown(" ".join(markdown(sentence.text) for sentence in turn.sentences) or markdown(found.explanation))
    if found.spec and not is_shown:
        with guard():
            spec_chart(found.spec, dataset, key=key)
            _caveats(turn, dataset, is_last=is_last)
    if found.spec:
        _actions(turn, dataset, number=number, is_last=is_last, is_shown=is_shown)
    if not is_shown:
        _making(turn, dataset, number)


def _caveats(turn: Turn, dataset: Dataset, *, is_last: bool) -> None:
    """What to beware of, but for what stands on the chart or beneath it already."""
    said = observatory().draw(turn.answer.spec, dataset).caveat
    left_out = "" if turn.numbers is None else f"{turn.numbers.left_out:,} of {turn.numbers.total:,} rows"
    rest = [text for text in turn.caveats if text not in said and not (left_out and text.startswith(left_out))]
    if rest:
        st.markdown("\n".join(f"- {markdown(text)}" for text in rest))
    if turn.caveats and is_last:
        page_link("pages/bias.py", "What else to beware of in this table", dataset)


def _actions(turn: Turn, dataset: Dataset, *, number: int, is_last: bool, is_shown: bool) -> None:
    """Pin, follow-ups that can be answered, and a box to change the chart in words."""
    key = f"ask_{number}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if not is_shown:
            pin_button(turn.answer.spec, dataset, task=None, key=f"{key}_pin", note=turn.question)
        for place, suggestion in enumerate(turn.suggestions if is_last else ()):
            st.button(
                markdown(suggestion),
                key=f"{key}_next_{place}",
                type="tertiary",
                icon=":material/subdirectory_arrow_right:",
                on_click=ask_next,
                args=(dataset, suggestion),
            )
    if not is_shown:
        st.text_input(
            f"Change chart {number} in plain words",
            key=f"{key}_edit",
            placeholder="Change this chart: “as a line”, “only 2010 on”, “top 5”, “by region too” …",
            label_visibility="collapsed",
            max_chars=LONGEST - 8,
            on_change=_edit,
            args=(dataset, number, is_last, f"{key}_edit"),
        )


def _edit(dataset: Dataset, number: int, is_last: bool, key: str) -> None:
    """A change is the next turn; that of an earlier chart names it by its number."""
    text = str(st.session_state.get(key) or "").strip()
    st.session_state[key] = ""
    if text:
        ask_next(dataset, text if is_last else f"#{number} {text}")


def _making(turn: Turn, dataset: Dataset, number: int) -> None:
    """How an answer came about, behind one click: numbers, attempts, code, and what a model was sent."""
    found, numbers = turn.answer, turn.numbers
    drawn: dict[str, Callable[[], None]] = {"How this was made": lambda: _attempts(found)}
    if found.spec:
        drawn["In words"] = lambda: explanation(found.spec, dataset)
        drawn["How good is it?"] = lambda: _judged(turn, dataset, number)
    if numbers is not None and numbers.rows:
        drawn = {"Numbers": lambda: _table(numbers)} | drawn
    if found.code:
        drawn["Altair code"] = lambda: code_panel(found.code, found.spec, dataset)
    if turn.sent:
        drawn["What the model was sent"] = lambda: exchanges(turn.sent)
    with st.expander("Numbers, code and how this was made"):
        for tab, draw in zip(st.tabs(list(drawn)), drawn.values()):
            with tab:
                draw()


def _judged(turn: Turn, dataset: Dataset, number: int) -> None:
    """The scores of the chart, which take a moment and so are computed when they are asked for."""
    spec, obs = turn.answer.spec, observatory()
    key = (dataset.id, json.dumps(spec, sort_keys=True, default=str), turn.question)
    if not st.toggle("Judge this chart", key=f"judge_{number}"):
        st.caption("Six scores by rules and counted rows, with their reasons, and charts that go further.")
        return
    with st.spinner("Counting what is drawn …", show_time=True):
        evaluation(once(("judged", *key), lambda: obs.evaluate(dataset, spec, turn.question, llm=False)))
        further_charts(once(("further", *key), lambda: obs.further(dataset, spec)), dataset)


def _attempts(found: Visualization) -> None:
    attempts(found.attempts)
    if not found.attempts:
        st.markdown("The chart before it, as it was.")
    st.caption(_engine_words(found))


def _table(numbers: Numbers) -> None:
    n = "rows" if numbers.measure != "rows" else "number of rows"
    names = [*numbers.groups, numbers.measure, *([] if numbers.aggregate == "count" else [n])]
    rows = [row[: len(names)] for row in numbers.rows]
    columns = {f"{name} " if name in names[:i] else name: [row[i] for row in rows] for i, name in enumerate(names)}
    st.dataframe(columns, hide_index=True)


def _engine_words(found: Visualization) -> str:
    if any(attempt.source == "llm" for attempt in found.attempts):
        return (
            f"Read by {markdown(found.engine.model or 'the language model')}, completed and checked by the chart rules."
        )
    return "Read and completed by rules; no language model took part."
