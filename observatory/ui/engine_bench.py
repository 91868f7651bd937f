"""How fast the model is on this machine: measured on a click, with what the figures mean and what spoils them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from observatory.model import EngineStatus
from observatory.quoting import markdown
from observatory.report import words
from observatory.ui.engine import TOKENS, size
from observatory.ui.session import guard, observatory

if TYPE_CHECKING:
    from observatory.llm.bench import EngineBench
    from observatory.llm.benching import BenchRun

_SECONDS = 1
_HEIGHT = 260
_LABEL = {"type": "text", "baseline": "top", "dy": 6, "fontSize": 13, "color": "#ffffff"}  # within its bar
_IN_TABLE = "Tokens per second of all answers together, and for each of them:"
_WHAT = (
    "Measure how fast the model reads questions and writes answers, alone and for several readers at once. It takes "
    "minutes, the whole processor and as much memory again, and makes answers slow meanwhile."
)


def bench(status: EngineStatus) -> None:
    """A button that measures, how far that is, and the figures as sentence, chart and table."""
    run = observatory().bench()
    if run is None:
        return
    st.header("How fast is it on this machine?", anchor=False)
    if run.is_running:
        st.fragment(run_every=_SECONDS)(_follow)(run)
    else:
        st.caption(_WHAT)
        if run.error is not None:
            st.warning(markdown(run.error.message), icon=":material/error:")
        _buttons(run, status)
    if run.result is not None:
        figures(run.result)


def _buttons(run: BenchRun, status: EngineStatus) -> None:
    label = "Measure again" if run.result is not None or run.error is not None else "Measure"
    off = status.state != "ready"
    with st.container(horizontal=True):
        st.button(label, key="engine_bench", icon=":material/speed:", disabled=off, on_click=run.start)
        if run.error is not None:
            st.button(
                "Measure anyway",
                key="engine_bench_anyway",
                type="tertiary",
                disabled=off,
                on_click=run.start,
                kwargs={"anyway": True},
                help="The figures will be marked as disturbed.",
            )


def _follow(run: BenchRun) -> None:
    if not run.is_running:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(min(1.0, run.share), text=f"Measuring: {markdown(run.step)} …")
        st.button("Stop", key="engine_bench_stop", on_click=run.stop, help="End after what is being measured now.")


def figures(found: EngineBench) -> None:
    """What was measured: one sentence, what spoils it, a chart and a table by readers, and the rest in words."""
    with guard():
        st.markdown(f"**{markdown(verdict(found))}**")
        if found.is_disturbed:
            st.warning(
                f"Other programs kept {found.other_cores:.1f} cores busy meanwhile, so the machine can do more than "
                "this. Measure again when it is idle.",
                icon=":material/info:",
            )
        with st.grid(2, min_column_width=320, gap="medium"):
            _chart("Writes, tokens per second (decode)", {s.batch: s.decode for s in found.speeds}, "engine_decode")
            _chart("Reads, tokens per second (prefill)", {s.batch: s.prefill for s in found.speeds}, "engine_prefill")
        st.caption(_IN_TABLE)
        st.dataframe(_table(found), hide_index=True, width="content", alt=_IN_TABLE)
        st.markdown("\n".join(f"- {markdown(line)}" for line in remarks(found)))
        st.caption(TOKENS)


def verdict(found: EngineBench) -> str:
    """The speed of one answer, in tokens and in a reader's terms."""
    one = found.speeds[0].decode
    return (
        f"{found.model} writes {one:.0f} tokens a second for one reader, "
        f"{words.percent(min(1.0, found.roofline_share))} of what the memory of this machine allows."
    )


def remarks(found: EngineBench) -> list[str]:
    """What else was measured, one sentence each."""
    most = found.speeds[0].decode / found.roofline_share if found.roofline_share else 0.0
    return [
        f"The memory delivers {found.bandwidth / 1e9:.0f} GB a second and every token needs the whole model once, so "
        f"{most:.0f} tokens a second are the most that one reader can get here (the roofline).",
        f"With one core kept busy by another program it still writes {found.busy_decode:.0f} tokens a second.",
        f"The first word comes after {found.first_token_uncached:.1f} s for a table it never saw, and after "
        f"{found.first_token_cached:.1f} s for one it knows.",
        f"Four readers at once get {found.users_speedup:.2f} times the tokens a second of one, and need not read "
        f"{words.percent(found.prefix_reuse)} of what one of them had read.",
        *_guessing(found),
        f"It was loaded in {found.load_time:.1f} s and holds {size(found.resident)} of memory, with "
        f"{words.count(found.threads, 'thread')}.",
        f"Other programs took {found.other_cores:.2f} cores meanwhile; the load of the machine was "
        f"{found.load_average:.1f}.",
    ]


def _guessing(found: EngineBench) -> list[str]:
    """What guessing ahead (speculative decoding) gains or costs, if it is in use."""
    tried = found.speculation
    if tried is None:
        return []
    right = words.percent(tried.accepted / tried.drafted) if tried.drafted else "none"
    return [
        f"Guessing ahead with {tried.draft} it writes {tried.decode:.0f} tokens a second and {tried.without:.0f} "
        f"without; {right} of {tried.drafted:,} guesses were right; it then holds {size(tried.resident)} of memory."
    ]


def _chart(title: str, speeds: dict[int, float], key: str) -> None:
    """Bars by answers at once, each with its figure; reading and writing have a scale each, for they differ tenfold."""
    rows = [{"answers": n, "tokens": speed} for n, speed in speeds.items()]
    tokens = {"field": "tokens", "type": "quantitative"}
    spec = {
        "height": _HEIGHT,
        "title": {"text": title, "anchor": "start"},
        "encoding": {
            "x": {"field": "answers", "type": "ordinal", "title": "answers at once", "axis": {"labelAngle": 0}},
            "y": {**tokens, "title": None, "axis": None},
        },
        "layer": [
            {"mark": {"type": "bar", "color": "#0f766e", "width": {"band": 0.6}}},
            {"mark": _LABEL, "encoding": {"text": {**tokens, "format": ".1f"}}},
        ],
    }
    said = "; ".join(f"{n} at once: {speed:.1f}" for n, speed in speeds.items())
    alt = f"{title}, all answers together. {said}."
    st.vega_lite_chart(rows, spec, key=key, alt=alt)


def _table(found: EngineBench) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "At once": [speed.batch for speed in found.speeds],
            "Reads": [round(speed.prefill, 1) for speed in found.speeds],
            "Writes": [round(speed.decode, 1) for speed in found.speeds],
            "Writes each": [round(speed.decode / speed.batch, 1) for speed in found.speeds],
        }
    )
