"""What to do about it: weights and their price, what more rows would change, and both to take away."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from observatory.model import BiasReport, Finding, Weighting, WhatIf
from observatory.quoting import markdown, spreadsheet
from observatory.report import words
from observatory.ui.bias_job import Asked
from observatory.ui.session import observatory, once

METHODS = {"raking": "raking (each field's shares)", "post-stratification": "post-stratification (all combinations)"}
TRIMS = (None, 2.0, 3.0, 5.0, 10.0, 20.0)
_WITH_DATA = 200_000


def remedy(report: BiasReport, asked: Asked) -> None:
    """Weights, a collection plan and a what-if; without anything to weigh to, what is needed for them."""
    if asked.compared.reference is None and asked.compared.marginals is None:
        st.markdown("Weights and rows to collect need to know the population: choose a reference or marginals above.")
        return
    if report.pending:
        st.markdown("Weights come when the search is over, for they rest on all findings.")
        return
    chosen = _choices(asked)
    weighting: Weighting = once(
        ("weigh", asked.key, repr(chosen)), lambda: observatory().weigh(asked.dataset, **asked.given, **chosen)
    )
    _balance(weighting)
    _again(weighting)
    _downloads(report, asked, chosen)
    _what_if(report, asked)


def _choices(asked: Asked) -> dict[str, Any]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        method = st.selectbox("Weighing method", list(METHODS), format_func=METHODS.__getitem__, key="bias_method")
        fields = st.multiselect(
            "Fields to weigh by",
            asked.dataset.fields,
            placeholder="those of the findings, and all of few levels",
            key="bias_weigh_by",
        )
        trim = st.select_slider(
            "Largest weight",
            TRIMS,
            format_func=lambda limit: "no limit" if limit is None else f"{limit:g} × the mean",
            key="bias_trim",
            help="Trimming keeps single rows from counting too much; what it costs in balance is shown below.",
        )
    return {"method": method, "fields": tuple(fields), "trim": trim}


def _balance(weighting: Weighting) -> None:
    st.markdown(f"##### {markdown(weighting.statement)}")
    numbers = (
        ("Rows", f"{weighting.n:,}", "Rows of this sample."),
        ("Worth after weighting", f"{weighting.effective_n:,.0f}", "Kish's effective sample size."),
        ("Design effect", f"{weighting.design_effect:.2f}", "By how much weighting widens variances (Kish)."),
        ("Largest weight", f"{weighting.largest:.1f}", "Relative to a mean of 1."),
    )
    with st.grid(4, min_column_width=150):
        for label, value, hint in numbers:
            st.metric(label, value, help=hint)
    drawing = observatory().draw_weighting(weighting)
    if drawing is not None:
        st.altair_chart(drawing.chart, alt=drawing.alt, key="bias_love")
        st.caption(markdown(drawing.caveat))
    if weighting.n_trimmed:
        st.caption(f"{words.count(weighting.n_trimmed, 'row')} would weigh more and are held at the limit.")
    for name, why in weighting.left_out.items():
        st.markdown(f"- **{markdown(name)}** is left out: {markdown(why)}")


def _again(weighting: Weighting) -> None:
    """The findings looked at once more under the weights."""
    if not weighting.findings:
        return
    rows = [
        {
            "finding": again.statement,
            "weighted": again.weighted_share,
            "reference": again.reference_share,
            "before": again.effect_before,
            "after": again.effect_after,
        }
        for again in weighting.findings
    ]
    st.markdown("**The findings under these weights**")
    number, column = st.column_config.NumberColumn, st.column_config.TextColumn
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        column_config={
            "finding": column("Finding", width="large"),
            "weighted": number("Share, weighted", format="percent"),
            "reference": number("Share in the reference", format="percent"),
            "before": number("Cohen's h before", format="%.2f"),
            "after": number("after", format="%.2f"),
        },
        alt="Each finding with its share and effect size before and after weighting",
    )


def _downloads(report: BiasReport, asked: Asked, chosen: dict[str, Any]) -> None:
    obs, dataset = observatory(), asked.dataset
    is_short = bool(chosen["fields"]) or any(finding.direction == "under" for finding in report.findings)
    beside = "beside the data" if dataset.n_rows <= _WITH_DATA else "by row number"
    with st.container(horizontal=True):
        st.download_button(
            f"Weights {beside} (CSV)",
            lambda: weights_csv(asked, chosen),
            f"{dataset.id}-weights.csv",
            "text/csv",
            key="biasweights_csv",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            "Rows to collect (CSV)",
            lambda: _csv(obs.collection_plan(dataset, **asked.given, fields=chosen["fields"])),
            f"{dataset.id}-to-collect.csv",
            "text/csv",
            key="bias_plan_csv",
            icon=":material/download:",
            on_click="ignore",
            disabled=not is_short,
            help=None if is_short else "No group is too few: there is nothing to collect.",
        )


def weights_csv(asked: Asked, chosen: dict[str, Any]) -> str:
    """Row number and weight, after all fields where the table is not too large for a spreadsheet."""
    obs, dataset = observatory(), asked.dataset
    weights = obs.weights(dataset, **asked.given, **chosen)
    if dataset.n_rows > _WITH_DATA:
        return _csv(weights)
    name = next(n for n in ("weight", "sample_weight", f"weight_{dataset.id}") if n not in dataset.fields)
    return _csv(obs.rows(dataset, n=dataset.n_rows).assign(**{name: weights["weight"].to_numpy()}))


def _csv(frame: pd.DataFrame) -> str:
    def safe(value: Any) -> Any:
        return spreadsheet(value) if isinstance(value, str) else value

    return frame.map(safe).rename(columns=safe).to_csv(index=False)


def _what_if(report: BiasReport, asked: Asked) -> None:
    """A slider: so many more rows of one group, and what that changes."""
    few = [
        f for f in report.findings if f.direction == "under" and f.where and f.reference_share and not f.explained_by
    ]
    if not few:
        return
    st.markdown("##### What if more rows were collected?")
    names = {finding.id: finding.statement for finding in few}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        group = st.selectbox("Of the group in", list(names), format_func=names.__getitem__, key="bias_collect_of")
        most = max(100, 2 * _need(next(f for f in few if f.id == group)))
        n_more = st.slider("Rows to collect", 0, most, most // 2, max(1, most // 200), key=f"bias_collect_{most}")
    found: WhatIf = once(
        ("what if", asked.key, group, n_more),
        lambda: observatory().what_if(asked.dataset, group, n_more, **asked.given),
    )
    st.markdown(markdown(found.statement))
    changed = [
        {
            "finding": c.statement,
            "now": c.share_before,
            "then": c.share,
            "reference": c.reference_share,
            "effect": c.effect,
            "stays": "stays" if c.stays else "gone",
        }
        for c in found.findings
    ]
    column = st.column_config
    st.dataframe(
        pd.DataFrame(changed),
        hide_index=True,
        column_config={
            "finding": column.TextColumn("Finding", width="large"),
            "now": column.NumberColumn("Share now", format="percent"),
            "then": column.NumberColumn("Share then", format="percent"),
            "reference": column.NumberColumn("Share in the reference", format="percent"),
            "effect": column.NumberColumn("Cohen's h then", format="%.2f"),
            "stays": column.TextColumn("Finding then"),
        },
        alt="What collecting these rows would change for each finding",
    )


def _need(finding: Finding) -> int:
    return int((finding.remedy or {}).get("collect") or 50)
