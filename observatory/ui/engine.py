"""The language model in words: whether it is ready, where it runs, and what it is."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import streamlit as st

from observatory.model import EngineLive, EngineStatus, ModelChoice
from observatory.quoting import markdown
from observatory.report import words
from observatory.settings import Settings
from observatory.ui.session import observatory, privacy

TOKENS = "Tokens are the pieces of words that a language model reads and writes: four make about three English words."
_WORDS_PER_TOKEN = 0.75
_WITHOUT = "Everything works without it: questions are read by rules, and texts come from templates."
_TO_HAVE_ONE = (
    "Start the dashboard with `OBSERVATORY_LLM=engine` for a model on this machine, or with "
    "`OBSERVATORY_LLM_BASE_URL` for one elsewhere."
)
_FACT_WIDTH = 150
_READY = "The model is ready."  # with more to say, the engine says more


def heading() -> EngineStatus:
    """How the model is in one sentence, where it runs, and what can be done if it is not ready."""
    settings, status = observatory().settings, observatory().engine()
    st.title("Is the language model ready?", anchor=False)
    st.subheader(markdown(verdict(status, settings)), anchor=False)
    st.markdown(markdown(privacy(settings)))
    if status.state in ("downloading", "starting"):
        _under_way(status)
    elif status.state == "down":
        st.error(markdown(status.detail), icon=":material/error:")
    if status.state == "off":
        st.markdown(_TO_HAVE_ONE)
    if status.state != "ready":
        st.caption(_WITHOUT)
    return status


def _under_way(status: EngineStatus) -> None:
    def draw() -> None:
        now = observatory().engine()
        progress(now if now.state in ("downloading", "starting") else status)

    st.fragment(run_every=1)(draw)()


def progress(status: EngineStatus) -> None:
    """How far a download is, or what is being done where that cannot be told as a share."""
    if status.progress is None:
        st.markdown(f":material/hourglass_top: {markdown(status.detail)}")
    else:
        st.progress(min(1.0, status.progress), text=markdown(status.detail))


def verdict(status: EngineStatus, settings: Settings) -> str:
    """How the model is, and where, in one sentence.

    >>> verdict(EngineStatus("ready", "tiny"), Settings())
    'Yes: tiny runs on this machine.'
    >>> verdict(EngineStatus("ready", "tiny"), Settings(llm_base_url="https://models.example/v1"))
    'Yes: tiny answers at models.example.'
    """
    name = status.model or "the model"
    host = urlsplit(settings.llm_base_url).hostname
    sentences = {
        "ready": f"Yes: {name} answers at {host}." if host else f"Yes: {name} runs on this machine.",
        "starting": f"Soon: {name} is being asked." if host else f"Soon: {name} is being made ready.",
        "downloading": f"Not yet: {name} is being fetched.",
        "down": "No: it cannot be used right now.",
        "off": "No language model is used.",
    }
    return sentences[status.state]


def facts(status: EngineStatus) -> None:
    """What the model is and what it was started with, each explained; what is not known is not shown."""
    live = observatory().engine_live()
    known = next((choice for choice in observatory().models() if choice.name == status.model), None)
    shown = [fact for fact in _facts(status, known, live or EngineLive()) if fact[1]]
    with st.grid(4, min_column_width=_FACT_WIDTH, gap=("small", "medium")):
        for label, value, explained in shown:
            with st.container(gap=None):
                st.caption(label, help=explained)
                st.markdown(f"**{markdown(value)}**")
    if observatory().settings.llm_base_url:
        st.caption(f"{markdown(status.detail)} What else runs there is not told to those who ask.")
    elif status.detail != _READY:
        st.caption(markdown(status.detail))


def _facts(status: EngineStatus, known: ModelChoice | None, live: EngineLive) -> list[tuple[str, str, str]]:
    said = known or ModelChoice("")
    return [
        ("Model", status.model or "", "Its name in the registry of models, or at its server."),
        ("Size of its file", size(said.bytes), "All that it has learnt; it is read once for every token."),
        (
            "Rounded as",
            said.quantization or live.quantization or "",
            "Its numbers are rounded (quantized) to about four bits each: small and fast, at a little loss.",
        ),
        ("Licence", said.licence, "Under which anyone may use it."),
        ("Reads at once", _given(live.context, in_words), f"The longest question, with the table's summary. {TOKENS}"),
        ("Memory it holds", size(live.resident), "Its file, and what it has read and may be asked about again."),
        ("Answers side by side", _given(live.slots, str), "More questions than that wait, each reader in turn."),
        ("Processor cores", _given(live.threads, str), "As many as other programs leave free write an answer."),
        ("Guesses ahead", _guesses(live), "A quick helper proposes tokens and the model checks several at once."),
        ("Started again", _restarts(live), "After a crash it comes back by itself."),
    ]


def _given(value: int | None, say: Callable[[int], str]) -> str:
    return "" if value is None else say(value)


def size(n_bytes: int | None) -> str:
    """Bytes for reading.

    >>> size(1_117_320_768), size(98_362_432), size(None)
    ('1.1 GB', '98 MB', '')
    """
    if n_bytes is None:
        return ""
    return f"{n_bytes / 1e9:.1f} GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:.0f} MB"


def in_words(tokens: int) -> str:
    """Tokens, and about how many English words they are.

    >>> in_words(8192)
    '8,192 tokens, about 6,100 words'
    """
    return f"{tokens:,} tokens, about {round(tokens * _WORDS_PER_TOKEN, -2):,.0f} words"


def _guesses(live: EngineLive) -> str:
    if live.draft in (None, "", "off"):
        return "no" if live.threads is not None else ""
    if not live.drafted:
        return f"with {live.draft}"
    return f"with {live.draft}, {words.percent((live.accepted or 0) / live.drafted)} right"


def _restarts(live: EngineLive) -> str:
    return words.count(live.restarts, "time") if live.restarts else ""
