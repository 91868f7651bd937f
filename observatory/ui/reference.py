"""What a data set is compared with: a reference population of the catalog, chosen on the page and kept in the link."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from observatory.model import Alignment, Dataset
from observatory.quoting import markdown
from observatory.ui.session import observatory

NO_REFERENCE = "none"


@dataclass(frozen=True)
class Comparison:
    """What `Observatory.bias_job` compares a data set with: ids or names of data sets, and how the fields match."""

    reference: str | None = None
    marginals: str | None = None
    alignment: Alignment | None = None


def comparison(dataset: Dataset) -> Comparison:
    """What the data set is compared with, as chosen on the page."""
    return Comparison(reference=reference_box(dataset))


def declared_reference(dataset: Dataset) -> str | None:
    """The reference population that the card of the data set names."""
    known = {sample.name for sample in observatory().samples()}
    named = dataset.card.reference if dataset.card else None
    return named if named in known else None


def compared_with(dataset: Dataset) -> None:
    """Which reference population the findings compare with, where the card of the data set names one."""
    declared = declared_reference(dataset)
    for sample in observatory().samples():
        if sample.name == declared:
            st.caption(f"The reference is: {markdown(sample.card.title)}.")


def reference_box(dataset: Dataset) -> str | None:
    """Choose the reference population among the catalog and the samples; the choice stands in the link."""
    obs = observatory()
    samples = {sample.name: sample.card.title for sample in obs.samples()}
    stored = {d.id: d.title for d in obs.datasets() if d.id != dataset.id and d.name not in samples}
    titles = {name: title for name, title in {**samples, **stored}.items() if name != dataset.name}
    options = [NO_REFERENCE, *titles]
    declared = declared_reference(dataset)
    chosen = st.selectbox(
        "Reference population",
        options,
        index=options.index(declared) if declared in titles else 0,
        format_func=lambda name: titles.get(name, "none: judge the sample by itself"),
        key="bias_reference",
        bind="query-params",
        help="A table that shows how the population really is, with some of the same fields.",
    )
    return None if chosen == NO_REFERENCE else chosen
