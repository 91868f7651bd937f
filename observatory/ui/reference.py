"""What a data set is compared with: a population, an earlier version or known shares; the choice stands in the link."""

from __future__ import annotations

import json
from dataclasses import dataclass

import streamlit as st

from observatory.errors import ObservatoryError
from observatory.model import Alignment, Dataset
from observatory.quoting import markdown
from observatory.ui.alignment import matching
from observatory.ui.session import observatory, show
from observatory.ui.shares import known_shares, stored_upload

NOTHING, UPLOAD, SHARES = "none", "upload", "shares"
REFERENCE, MARGINALS, ALIGNMENT = "bias_reference", "bias_marginals", "bias_alignment"
_KEY = "bias_compare_with"


@dataclass(frozen=True)
class Comparison:
    """What `Observatory.bias_job` compares a data set with: ids or names of data sets, and how the fields match."""

    reference: str | None = None
    marginals: str | None = None
    alignment: Alignment | None = None


def comparison(dataset: Dataset) -> Comparison:
    """What the data set is compared with, as chosen on the page or named by the link."""
    choices = _choices(dataset)
    st.session_state[_KEY] = _named(dataset, choices)
    chosen = st.selectbox(
        "Compare with",
        list(choices),
        format_func=choices.__getitem__,
        key=_KEY,
        on_change=_choose,
        args=(dataset,),
        help="A table that shows how the population really is, with some of the same fields, or shares that you know.",
    )
    if chosen == SHARES:
        return Comparison(marginals=known_shares(dataset, MARGINALS))
    if chosen == UPLOAD:
        _upload()
    if chosen in (NOTHING, UPLOAD):
        return Comparison()
    return Comparison(chosen, alignment=matching(dataset, chosen, _alignment(), ALIGNMENT))


def _choices(dataset: Dataset) -> dict[str, str]:
    """All there is to compare with, by what stands in the link."""
    obs = observatory()
    older = {d.id: f"an earlier version: {_when(d)}" for d in obs.versions(dataset)}
    samples = {s.name: s.card.title for s in obs.samples() if s.name != dataset.name}
    stored = {d.id: d.title for d in obs.datasets() if d.id != dataset.id and d.name not in samples}
    titles = samples | stored | older
    declared = obs.declared_reference(dataset)
    first = {declared: f"{titles[declared]} (named by its card)"} if declared in titles else {}
    last = {name: title for name, title in (stored | samples).items() if name not in first | older}
    return {
        NOTHING: "nothing: judge the table by itself",
        **(older | first if declared in older else first | older),
        UPLOAD: "a table to upload …",
        SHARES: "shares that you know, such as a census …",
        **last,
    }


def _when(dataset: Dataset) -> str:
    """When a version was stored, and how many rows it has."""
    return f"{dataset.created[:16].replace('T', ' ')}, {dataset.n_rows:,} rows"


def _named(dataset: Dataset, choices: dict[str, str]) -> str:
    """The choice that the link names, or what the card declares."""
    if st.query_params.get(MARGINALS):
        return SHARES
    named = st.query_params.get(REFERENCE, "")
    if named in choices:
        return named
    declared = declared_reference(dataset)
    return declared if declared in choices else NOTHING


def _choose(dataset: Dataset) -> None:
    """Put the choice into the link; what belonged to the one before is dropped."""
    chosen = st.session_state[_KEY]
    for name in (REFERENCE, MARGINALS, ALIGNMENT):
        st.query_params.pop(name, None)
    if chosen != (declared_reference(dataset) or NOTHING):
        st.query_params[REFERENCE] = chosen


def _alignment() -> Alignment | None:
    """The alignment that the link holds; one that cannot be read is said and left out."""
    text = st.query_params.get(ALIGNMENT)
    if not text:
        return None
    try:
        return Alignment.read(json.loads(text))
    except (ValueError, RecursionError):
        show(
            ObservatoryError("The link says in no readable way how the fields are matched.", "Match them again below.")
        )
    except ObservatoryError as error:
        show(error)
    return None


def _upload() -> None:
    """Take a file as a data set of its own and compare with it."""
    dropped = st.file_uploader("A table of the population", key="bias_upload")
    if dropped is None:
        return
    with st.spinner(f"Reading {markdown(dropped.name)} …", show_time=True):
        stored = stored_upload(dropped.name, dropped.getbuffer())
    st.query_params[REFERENCE] = stored.id
    st.rerun()


def declared_reference(dataset: Dataset) -> str | None:
    """The reference population that the card of the data set names."""
    return observatory().declared_reference(dataset)


def compared_with(dataset: Dataset) -> None:
    """Which reference population the findings compare with, where the card of the data set names one."""
    declared = declared_reference(dataset)
    if declared is not None:
        st.caption(f"The reference is: {markdown(_title(declared))}.")


def _title(named: str) -> str:
    obs = observatory()
    titles = {s.name: s.card.title for s in obs.samples()} | {d.id: d.title for d in obs.datasets()}
    return titles.get(named, named)
