"""Charts in the link: which one is open and which one it is compared with, so that a link restores both."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from typing import Any

import streamlit as st

from observatory.errors import ChartInvalidSpec
from observatory.quoting import markdown
from observatory.sandbox.grammar import accept
from observatory.ui.session import guard, show

CHART, AGAINST = "chart", "against"
MOST = 200_000
"""Characters of a chart's JSON; with them a chart may hold some thousands of rows."""
LONGEST = 48_000
"""Characters of a chart in the link: two of them, and all else, stay below the 120,000 that the server takes."""
_HISTORY = "charts_history"
_HINT = "Open the list of charts, or paste the chart again."


def packed(spec: Mapping[str, Any]) -> str:
    """A chart as text for a link: its JSON, deflated, in URL-safe Base64; ChartInvalidSpec where it is too long.

    >>> unpacked(packed({"mark": "bar"}))
    {'mark': 'bar'}
    """
    text = json.dumps(spec, separators=(",", ":"), ensure_ascii=False)
    link = base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")
    if len(text) > MOST or len(link) > LONGEST:
        raise ChartInvalidSpec(
            "The chart holds too many rows to stand in a link.",
            "Let it sum them up, or use the rows of the data set; it can be downloaded as it is.",
        )
    return link


def unpacked(text: str) -> dict[str, Any]:
    """The chart that a link holds, packed or as JSON; raises ChartInvalidSpec for anything else.

    >>> unpacked('{"mark": "bar"}')
    {'mark': 'bar'}
    """
    if text.lstrip().startswith(("{", "[")):
        return read(text)
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        stream = zlib.decompressobj()
        content = stream.decompress(raw, 4 * MOST + 1).decode()
    except (binascii.Error, zlib.error, ValueError) as exc:
        raise ChartInvalidSpec("The link holds no readable chart.", _HINT) from exc
    return read(content)


def read(text: str) -> dict[str, Any]:
    """Vega-Lite JSON as a mapping; raises ChartInvalidSpec with what is wrong, for too long a text too."""
    if len(text) > MOST:
        raise ChartInvalidSpec(f"The chart is longer than {MOST:,} characters.", "Leave its data out.")
    try:
        spec = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as exc:
        place = f", line {exc.lineno}" if isinstance(exc, json.JSONDecodeError) else ""
        raise ChartInvalidSpec(f"The chart is not valid JSON{place}.", "Paste Vega-Lite JSON, from { to }.") from exc
    if not isinstance(spec, dict):
        raise ChartInvalidSpec("The chart is not a JSON object.", "Paste Vega-Lite JSON, from { to }.")
    return spec


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def linked(name: str = CHART) -> dict[str, Any] | None:
    """The chart that the link names, None without one; raises ChartInvalidSpec."""
    text = st.query_params.get(name)
    return unpacked(text) if text else None


def open_charts() -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """The chart that the link opens and the one beside it; what cannot be read is said and left out."""
    found = []
    for name in (CHART, AGAINST):
        try:
            chart = linked(name)
            found.append(None if chart is None else _let_in(chart))
        except ChartInvalidSpec as error:
            show(error)
            found.append(None)
    return found[0], found[1] if found[0] is not None else None


def _let_in(chart: Mapping[str, Any]) -> dict[str, Any]:
    """The chart as the grammar takes it; one that it refuses stays, to be judged and mended, for it is never drawn."""
    try:
        accepted = accept(chart)
    except ChartInvalidSpec:
        return dict(chart)
    for note in accepted.notes:
        st.caption(f":material/info: {markdown(note)}")
    return accepted.spec


def show_chart(spec: Mapping[str, Any], against: Mapping[str, Any] | None = None) -> None:
    """Open a chart, beside another if there is one; the history of another chart is forgotten."""
    with guard():
        fresh, other = packed(spec), None if against is None else packed(against)
        if fresh != st.query_params.get(CHART):
            st.session_state[_HISTORY] = []
        _put(fresh, other)


def change_chart(spec: Mapping[str, Any]) -> None:
    """Put a changed chart in the place of the open one, which can be had back."""
    with guard():
        fresh, old = packed(spec), st.query_params.get(CHART)
        if old and fresh != old:
            st.session_state[_HISTORY] = [*history(), old]
        _put(fresh)


def history() -> list[str]:
    """What the open chart was before, the first first."""
    return list(st.session_state.get(_HISTORY, ()))


def undo() -> None:
    """Take back the last change."""
    if earlier := history():
        st.session_state[_HISTORY] = earlier[:-1]
        _put(earlier[-1])


def reset() -> None:
    """Take back all changes."""
    if earlier := history():
        st.session_state[_HISTORY] = []
        _put(earlier[0])


def leave() -> None:
    """Go back to the list of charts."""
    st.session_state[_HISTORY] = []
    for name in (CHART, AGAINST):
        st.query_params.pop(name, None)


def _put(chart: str, against: str | None = None) -> None:
    st.query_params[CHART] = chart
    if against is None:
        st.query_params.pop(AGAINST, None)
    else:
        st.query_params[AGAINST] = against
