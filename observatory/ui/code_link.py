"""Code in the link and in the session: which code is open, and where it came from."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from observatory.errors import ChartCodeError, ObservatoryError
from observatory.model import Dataset
from observatory.ui.chart_link import CHART
from observatory.ui.chart_link import unpacked as unpacked_chart
from observatory.ui.session import observatory, once, show

CODE = "code"
MOST = 20_000
STARTER = (
    "import altair as alt\n\nchart = alt.Chart(data).mark_bar().encode(y=alt.Y(aggregate='count', type='quantitative'))"
)
_OPEN, _BEFORE = "code_open", "code_before"
_HINT = "Write your own below, or go on from the best chart."


@dataclass(frozen=True)
class Opened:
    """The open code, the chart whose code it is where that is known, and whether it is that of the best chart."""

    code: str
    spec: Mapping[str, Any] | None = None
    is_best: bool = False


def packed(code: str) -> str:
    """Code as text for a link: deflated, in URL-safe Base64.

    >>> unpacked(packed("chart = 1"))
    'chart = 1'
    """
    return base64.urlsafe_b64encode(zlib.compress(code.encode(), 9)).decode().rstrip("=")


def unpacked(text: str) -> str:
    """The code that a link holds; raises ChartCodeError for what is none, and for too much of it."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        stream = zlib.decompressobj()
        code = stream.decompress(raw, 4 * MOST + 1).decode()
    except (binascii.Error, zlib.error, ValueError) as exc:
        raise ChartCodeError("The link holds no readable code.", _HINT) from exc
    if len(code) > MOST or not stream.eof:
        raise ChartCodeError(f"The code in the link is broken off or longer than {MOST:,} characters.", _HINT)
    return code


def opened(dataset: Dataset, *, arrived: bool = True) -> Opened:
    """The code of the link, else of the chart that the link names, else what was open last, else of the best chart.

    Whoever has not just arrived and has a link without code has gone back to where the best chart was open.
    """
    try:
        if text := st.query_params.get(CODE):
            return Opened(unpacked(text))
        if text := st.query_params.get(CHART):
            return _of_chart(text, dataset)
    except ObservatoryError as error:
        show(error)
        _link(None)
    kept: Opened | None = st.session_state.get(_OPEN, {}).get(dataset.id)
    return kept if kept is not None and (arrived or kept.is_best) else _best(dataset)


def _of_chart(text: str, dataset: Dataset) -> Opened:
    def work() -> Opened:
        spec = unpacked_chart(text)
        code = observatory().judged(spec, dataset).code
        if not code or len(code) > MOST:
            raise ChartCodeError("This chart cannot be written as code that fits here.", _HINT)
        return Opened(code.rstrip(), spec)

    found: Opened = once(("code of a chart", dataset.id, text), work)
    return found


def _best(dataset: Dataset) -> Opened:
    with st.spinner("Looking for a chart to begin with …", show_time=True):
        charts = observatory().recommend(dataset, k=1)
    found = Opened(charts[0].code.rstrip(), charts[0].spec) if charts and charts[0].code else Opened(STARTER)
    return replace(found, is_best=True)


def keep(found: Opened, dataset: Dataset) -> None:
    """Put the open code into the session, and into the link where the link alone would not open it."""
    st.session_state[_OPEN] = {**st.session_state.get(_OPEN, {}), dataset.id: found}
    if not found.is_best and not (CODE in st.query_params or CHART in st.query_params):
        _link(found.code)


def change(code: str, dataset: Dataset) -> None:
    """Open other code, which came out of the code that is open now."""
    earlier: Opened | None = st.session_state.get(_OPEN, {}).get(dataset.id)
    if earlier is None or earlier.code != code:
        st.session_state[_BEFORE] = (code, earlier.code if earlier else None)
        st.session_state[_OPEN] = {**st.session_state.get(_OPEN, {}), dataset.id: Opened(code)}
        _link(code)


def _link(code: str | None) -> None:
    """Code in the link, in the place of what stood there; in one go, for each change is an entry of the history."""
    others = {name: value for name, value in st.query_params.to_dict().items() if name not in (CODE, CHART)}
    st.query_params.from_dict(others if code is None else {**others, CODE: packed(code)})


def before(code: str) -> str | None:
    """The code that was open when this one was written, None where it came from a link or a chart."""
    after, earlier = st.session_state.get(_BEFORE, (None, None))
    return earlier if after == code else None
