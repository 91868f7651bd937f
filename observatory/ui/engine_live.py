"""What the language model does right now: who waits, how fast it writes, and what it need not read again."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from observatory.model import EngineLive
from observatory.report import words
from observatory.ui.engine import TOKENS
from observatory.ui.session import observatory

_SECONDS = 2
_HEIGHT = 220
_NO_FIGURE = "–"
_ACCENT = "#1a9a8a"


def live() -> None:
    """The figures of the moment and the last minute, drawn again every two seconds."""
    st.fragment(run_every=_SECONDS)(_Watch(observatory().engine().state).draw)()


class _Watch:
    """Draws the page again when the model is no longer as it was when the page was drawn."""

    def __init__(self, state: str) -> None:
        self._state = state

    def draw(self) -> None:
        if observatory().engine().state != self._state:
            st.rerun()
        now = observatory().engine_live()
        if now is None:
            st.caption("This model does not say what it is doing.")
            return
        _figures(now)
        _last_minute(now.last_minute)
        st.caption(f"{_so_far(now)} {TOKENS}")


def _figures(now: EngineLive) -> None:
    with st.grid(5, min_column_width=150, gap="small"):
        st.metric("Answering", now.answering, help="Questions that are being answered right now.")
        st.metric("Waiting", now.waiting, help="Questions that wait; everyone who asks gets the same number of turns.")
        st.metric(
            "Tokens per second",
            _number(now.last_tokens_per_second, 1),
            help="How fast the last answer was written. People read about five tokens a second.",
        )
        st.metric(
            "To the first word",
            _number(now.first_token_seconds, 1, " s"),
            help="From the last question to the first word of its answer, waiting not counted.",
        )
        st.metric(
            "Read before",
            words.percent(now.cached_share) if now.prompt_tokens else _NO_FIGURE,
            help="The share of all questions' tokens that was kept from earlier ones, so that it costs no time again: "
            "mostly what a table is about.",
        )


def _number(value: float | None, digits: int, unit: str = "") -> str:
    return _NO_FIGURE if value is None else f"{value:,.{digits}f}{unit}"


def _last_minute(tokens: Sequence[int]) -> None:
    """Tokens written in each second of the last minute; where there were none, one calm line."""
    if not any(tokens):
        st.caption("Nothing was written in the last minute.")
        return
    rows = [{"ago": i - len(tokens) + 1, "tokens": n} for i, n in enumerate(tokens)]
    spec = {
        "height": _HEIGHT,
        "mark": {"type": "area", "line": {"color": _ACCENT}, "color": _ACCENT, "fillOpacity": 0.2},
        "encoding": {
            "x": {
                "field": "ago",
                "type": "quantitative",
                "title": "seconds from now",
                "axis": {"grid": False, "values": [-60, -45, -30, -15, 0]},
            },
            "y": {
                "field": "tokens",
                "type": "quantitative",
                "title": None,
                "axis": {"tickCount": 3, "domain": False, "tickMinStep": 1},
            },
            "tooltip": [
                {"field": "ago", "type": "quantitative", "title": "seconds from now"},
                {"field": "tokens", "type": "quantitative", "title": "tokens written"},
            ],
        },
        "title": {"text": "Tokens written, second by second", "anchor": "start"},
    }
    most = max(tokens)
    alt = f"Tokens written in each second of the last minute: {sum(tokens):,} in all, at most {most:,} in one second."
    st.vega_lite_chart(rows, spec, key="engine_minute", alt=alt)


def _so_far(now: EngineLive) -> str:
    ended = [f"{words.count(now.answered, 'question')} answered"]
    ended += [
        f"{n:,} {name}" for n, name in ((now.failed, "failed"), (now.cancelled, "dropped by readers who left")) if n
    ]
    return f"Since it was started: {', '.join(ended)}, {now.written_tokens:,} tokens written."
