"""One chart open: left its picture and what the rules say of it, right its parts, which can be changed."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from observatory.charts.spec.own import without_rows
from observatory.charts.spec.reading import parse
from observatory.charts.spec.reading import read as reading
from observatory.charts.spec.vegalite import to_spec
from observatory.charts.spec.view import Encoding, View
from observatory.charts.spec.words import condition, title
from observatory.errors import ChartInvalidSpec, ObservatoryError
from observatory.model import Dataset, Profile
from observatory.quoting import markdown
from observatory.ui import chart_edits as edits
from observatory.ui import chart_words as words
from observatory.ui.chart_link import CHART, change_chart, history, leave, linked, packed, read, reset, show_chart, undo
from observatory.ui.chart_pins import pin_button
from observatory.ui.chart_score import chart_score
from observatory.ui.chart_verdict import picture, rivals, verdict
from observatory.ui.charts import Showing, chart_details, task_box
from observatory.ui.session import guard, observatory, show
from observatory.ui.weighted import weights_switch

TALLER = 100
COUNTED = "(number of rows)"
_REFUSED, _UNCHECKED = "edit_json_refused", "charts_pasted_refused"


def chart_editor(spec: Mapping[str, Any], dataset: Dataset) -> None:
    """The open chart beside its parts; every change is checked at once and stands in the link."""
    tools = st.container(horizontal=True, vertical_alignment="center", gap="small")
    left, right = st.columns([11, 9], gap="large")
    with right:
        on = Showing(dataset, task_box(), weights_switch(dataset))
        _parts(spec, dataset)
    with left, guard():
        refused = picture(spec, on, key="edit_chart", taller=TALLER)
        _judgement(spec, on, tools, refused)
        chart_score(spec, dataset)


def _judgement(spec: Mapping[str, Any], on: Showing, tools: Any, refused: ObservatoryError | None) -> None:
    """What the rules say, and the row of tools; a chart that cannot be read gets a sentence and the way back.

    `refused` is why it could not be drawn, which is not said again.
    """
    obs = observatory()
    with tools:
        st.button("All charts", key="edit_leave", type="tertiary", icon=":material/arrow_back:", on_click=leave)
        _tool("Undo", undo, "undo", "Take back the last change.", not history())
        _tool("Reset", reset, "restart_alt", "Take back all changes.", not history())
    try:
        chart = obs.judged(spec, on.dataset, task=on.task)
        found = obs.check(spec, on.dataset, repair=True, task=on.task)
    except ObservatoryError as error:
        if refused is None or refused.message != error.message:
            show(error)
        return
    with tools:
        pin_button(spec, on.dataset, task=on.task, weighted=on.weighted, key="edit_pin")
        others = rivals(chart, on)
        if others:
            _tool("Better than …", lambda: show_chart(spec, others[0].spec), "compare", "Set it beside another chart.")
        chart_details(chart, on, key="edit")
    notes = tuple(note for note in found.notes if refused is None or refused.message not in note)
    verdict(chart, replace(found, notes=notes), others)


def _tool(label: str, act: Callable[[], None], icon: str, help: str, disabled: bool = False) -> None:
    key = f"edit_{icon}"
    st.button(label, key=key, type="tertiary", icon=f":material/{icon}:", on_click=act, help=help, disabled=disabled)


def _parts(spec: Mapping[str, Any], dataset: Dataset) -> None:
    """Mark, channels and title; for what has no such parts, its JSON alone."""
    view = _view(spec)
    if view is None:
        st.caption("Its parts cannot be changed one by one. Change its JSON below.")
    else:
        with guard():
            _controls(view, observatory().profile(dataset))
    _as_json(spec)


def _as_json(spec: Mapping[str, Any]) -> None:
    """The chart as text that can be changed; text that is no chart is kept, with what is wrong beneath it."""
    place, refused = st.session_state.get(_REFUSED, (None, None))
    if place != st.query_params.get(CHART):
        refused = None
    text = json.dumps(spec, indent=2, ensure_ascii=False)
    key = f"edit_json_{zlib.crc32(text.encode())}"
    with st.expander("As Vega-Lite JSON", icon=":material/data_object:", expanded=refused is not None):
        if refused is None:
            st.session_state[key] = text
        st.text_area(
            "Vega-Lite JSON", key=key, height=320, on_change=_from_json, args=(key,), label_visibility="collapsed"
        )
        if refused is not None:
            show(refused)


def _view(spec: Mapping[str, Any]) -> View | None:
    """The one view of a chart, read leniently where it must; None for several or none, and where it is not all."""
    try:
        return parse(spec)
    except ObservatoryError:
        pass
    try:
        found = reading(spec)
    except ObservatoryError:
        return None
    is_one = found.composition == "single" and len(found.parts) == 1 and found.parts[0].rows.exact
    return found.parts[0].view if is_one else None


def _from_json(key: str) -> None:
    st.session_state.pop(_REFUSED, None)
    try:
        spec = read(st.session_state[key])
        packed(spec)
        change_chart(spec)
    except ObservatoryError as error:
        st.session_state[_REFUSED] = (st.query_params.get(CHART), error)


def _controls(view: View, profile: Profile) -> None:
    marks = [*words.MARKS] if view.mark in words.MARKS else [view.mark, *words.MARKS]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        _choice("Mark", "mark", marks, view.mark, lambda m: words.MARKS.get(m, m), edits.with_mark)
        st.button(
            "Swap axes", key="edit_swap", type="tertiary", icon=":material/swap_horiz:",
            on_click=_apply, args=(edits.swapped,),
        )  # fmt: skip
    for encoding in view.encodings:
        _channel(view, encoding, profile)
    _add(view, profile)
    _text("Title", "title", view.title or title(view), edits.with_title)
    if view.filters:
        st.markdown("Only rows with " + " ".join(f":gray-badge[{markdown(condition(f))}]" for f in view.filters))
    if view.limit is not None:
        st.caption(f"Only the {view.limit} {'largest' if view.descending else 'smallest'} groups.")


def _channel(view: View, e: Encoding, profile: Profile) -> None:
    """A channel: its field, what is shown of it, scale and order behind one click, and a way to remove it."""
    name, label = e.channel, words.CHANNELS.get(e.channel) or markdown(e.channel)
    field = next((f for f in profile.fields if f.name == e.field), None)
    names = [None, *(f.name for f in profile.fields), *([e.field] if field is None and e.field is not None else [])]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        _choice(
            label,
            f"{name}_field",
            range(len(names)),
            names.index(e.field),
            lambda i: names[i] or COUNTED,
            lambda v, i: edits.with_field(v, name, names[i], profile),
        )
        choices = edits.shown_choices(e, field)
        if len(choices) > 1:
            _choice(
                f"{label} shows",
                f"{name}_shown",
                choices,
                edits.shown(e, field),
                lambda c: words.SHOWN.get(c, c),
                lambda v, c: edits.with_shown(v, name, c, profile),
            )
        _more(view, e, label)


def _more(view: View, e: Encoding, label: str) -> None:
    """Scale, order, interval and stacking of a channel, where it has such, and the way to remove it."""
    name = e.channel
    scales, sorts = edits.scale_choices(e), edits.sort_choices(e)
    with st.popover("More", type="tertiary", key=f"edit_{name}_more", help=f"More of: {label.lower()}"):
        if scales:
            _choice(
                "Scale", f"{name}_scale", scales, edits.scale(e), lambda c: words.SCALES.get(c, c),
                lambda v, c: edits.with_scale(v, name, c), is_shown=False,
            )  # fmt: skip
        if sorts:
            _choice(
                "Order", f"{name}_sort", sorts, edits.sort(e), lambda c: words.SORTS[c],
                lambda v, c: edits.with_sort(v, name, c), is_shown=False,
            )  # fmt: skip
        if edits.can_bound(view, e):
            _choice(
                "Interval", f"{name}_interval", [*words.INTERVALS], view.interval or "none",
                lambda c: words.INTERVALS[c], edits.with_interval, is_shown=False,
            )  # fmt: skip
        if edits.can_stack(view, e):
            _choice(
                "Lengths", f"{name}_stack", [*words.STACKS], e.stack or "zero", lambda c: words.STACKS[c],
                lambda v, c: edits.with_stack(v, name, c), is_shown=False,
            )  # fmt: skip
        st.button(
            f"Remove: {label.lower()}", key=f"edit_{name}_remove", type="tertiary", icon=":material/close:",
            on_click=_apply, args=(lambda v: edits.without(v, name),), disabled=len(view.encodings) == 1,
        )  # fmt: skip


def _add(view: View, profile: Profile) -> None:
    """Add a channel that shows nothing yet."""
    free = edits.free_channels(view)
    if not free:
        return
    with st.popover("Add a channel", type="tertiary", icon=":material/add:"):
        st.selectbox("Channel", free, format_func=lambda c: words.CHANNELS[c], key="edit_new_channel")
        st.selectbox("Field", [f.name for f in profile.fields], key="edit_new_field")
        st.button("Add", key="edit_new", on_click=_added, args=(profile,))


def _added(profile: Profile) -> None:
    channel, name = st.session_state["edit_new_channel"], st.session_state["edit_new_field"]
    _apply(lambda view: edits.with_field(view, channel, name, profile))


def _choice(
    label: str,
    key: str,
    options: Sequence[Any],
    now: Any,
    say: Callable[[Any], str],
    change: Callable[[View, Any], View],
    *,
    is_shown: bool = True,
) -> None:
    """A box whose choice changes the open chart; it shows what the chart is, whoever changed it.

    A box in a closed popover or expander does not hear of changes and would send its old choice again, so it is another
    one for each choice.
    """
    key = f"edit_{key}{'' if is_shown else f'_{now}'}"
    st.session_state[key] = now
    st.selectbox(label, options, format_func=say, key=key, on_change=_from_widget, args=(key, change))


def _text(label: str, key: str, now: str, change: Callable[[View, str], View]) -> None:
    key = f"edit_{key}"
    st.session_state[key] = now
    st.text_input(label, key=key, max_chars=200, on_change=_from_widget, args=(key, change))


def _from_widget(key: str, change: Callable[[View, Any], View]) -> None:
    chosen = st.session_state[key]
    _apply(lambda view: change(view, chosen))


def _apply(change: Callable[[View], View]) -> None:
    with guard():
        spec = linked()
        view = None if spec is None else _view(spec)
        if view is not None:
            change_chart(to_spec(change(view)))


def chart_of_yours() -> None:
    """Paste a Vega-Lite chart to have it checked, repaired and drawn over this data."""
    text, refused = st.session_state.get(_UNCHECKED, ("", None))
    if text != st.session_state.get("charts_pasted", ""):
        refused = None
    with st.expander("Check a chart of yours", icon=":material/fact_check:", expanded=refused is not None):
        st.caption("Paste Vega-Lite JSON. It is checked and drawn over this data set, without the data it stands on.")
        st.text_area("Vega-Lite JSON of your chart", key="charts_pasted", height=180, label_visibility="collapsed")
        if refused is not None:
            show(refused)
        st.button("Check it", key="charts_check", on_click=_pasted)


def _pasted() -> None:
    text = st.session_state.get("charts_pasted", "")
    try:
        if not text.strip():
            raise ChartInvalidSpec("There is nothing to check yet.", "Paste Vega-Lite JSON, from { to }.")
        spec = without_rows(read(text))
        spec.pop("data", None)
        packed(spec)
        show_chart(spec)
        st.session_state.pop(_UNCHECKED, None)
    except ObservatoryError as error:
        st.session_state[_UNCHECKED] = (text, error)
