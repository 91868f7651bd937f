"""Shares of the population that a person knows: a table of them in the catalog, a dropped one, or a grid to fill in."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd
import streamlit as st

from observatory.errors import ObservatoryError
from observatory.model import Dataset, Profile
from observatory.ui.session import observatory, show

_TYPED, _DROPPED = "typed", "dropped"
_KEY = "bias_shares_from"
_MAX_LEVELS, _MAX_FIELDS = 12, 8
_NEEDED = {"field", "value"}
_COUNTED = {"share", "n", "count", "percent"}


def known_shares(dataset: Dataset, parameter: str) -> str | None:
    """The id of a table of `field, value, share`, which stands in the link as `parameter`; None while there is none."""
    tables = {d.id: d.title for d in observatory().datasets() if _holds_shares(d)}
    named = st.query_params.get(parameter, "")
    choices = {_TYPED: "a grid to fill in", _DROPPED: "a table to upload …", **tables}
    if named in tables or st.session_state.get(_KEY) in tables:
        st.session_state[_KEY] = named if named in tables else _TYPED
    chosen = st.selectbox(
        "Shares from",
        list(choices),
        format_func=choices.__getitem__,
        key=_KEY,
        on_change=_choose,
        args=(parameter,),
        help="A table with the columns field, value and share, or n for counts: one row for each value.",
    )
    if chosen in tables:
        return chosen
    made = _filled_in(dataset) if chosen == _TYPED else _dropped()
    if made is not None:
        st.query_params[parameter] = made.id
        st.rerun()
    return None


def _holds_shares(dataset: Dataset) -> bool:
    names = {name.strip().casefold() for name in dataset.fields}
    return names >= _NEEDED and bool(names & _COUNTED)


def _choose(parameter: str) -> None:
    chosen = st.session_state[_KEY]
    st.query_params.pop(parameter, None)
    if chosen not in (_TYPED, _DROPPED):
        st.query_params[parameter] = chosen
    else:
        st.query_params["bias_reference"] = "shares"


def _dropped() -> Dataset | None:
    dropped = st.file_uploader("A table with the columns field, value and share", key="bias_shares_upload")
    if dropped is None:
        return None
    stored = stored_upload(dropped.name, dropped.getbuffer())
    if _holds_shares(stored):
        return stored
    names = ", ".join(stored.fields[:6])
    observatory().forget(stored)
    show(ObservatoryError(f"The table has the columns {names}.", "Name them field, value and share (or n for counts)."))
    return None


def stored_upload(name: str, content: memoryview) -> Dataset:
    """A dropped file as a data set of the catalog, under its own name."""
    with tempfile.TemporaryDirectory(prefix="observatory-drop-") as folder:
        path = Path(folder) / "dropped"
        path.write_bytes(content)
        return observatory().ingest(path, Path(name).stem)


def _filled_in(dataset: Dataset) -> Dataset | None:
    """A grid of the commonest levels with their shares here; the rows filled in become a data set."""
    st.caption("Fill in what you know, in per cent. Add rows for bands of a number, such as 18-34 or 65+.")
    column = st.column_config
    grid = st.data_editor(
        _grid(observatory().profile(dataset)),
        num_rows="dynamic",
        placeholder="",
        hide_index=True,
        key=f"bias_shares_{dataset.id}",
        column_config={
            "field": column.SelectboxColumn("Field", options=list(dataset.fields), required=True),
            "value": column.TextColumn("Value"),
            "here": column.NumberColumn("Here", format="%.1f %%", disabled=True),
            "share": column.NumberColumn("Population", format="%.1f %%", min_value=0.0, max_value=100.0),
        },
        alt="Values of the coarse fields, their shares here, and the shares of the population to fill in",
    )
    known = grid[grid["share"].notna() & grid["field"].notna()]
    if not st.button("Compare with these shares", disabled=known.empty, key="bias_shares_apply"):
        return None
    made = pd.DataFrame({"field": known["field"], "value": known["value"].fillna(""), "share": known["share"] / 100})
    return observatory().ingest(made, f"Shares for {dataset.title}")


def _grid(profile: Profile) -> pd.DataFrame:
    fields = [f for f in profile.fields if f.top and 1 < f.distinct <= _MAX_LEVELS and f.role != "identifier"]
    rows = [
        {"field": f.name, "value": str(top.value), "here": 100 * top.n / profile.n_rows, "share": None}
        for f in fields[:_MAX_FIELDS]
        for top in f.top
    ]
    made = pd.DataFrame(rows, columns=["field", "value", "here", "share"])
    return made.astype({"field": "string", "value": "string", "here": "float64", "share": "float64"})
