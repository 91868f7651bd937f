"""Findings and notes on the page: severity as a shape and a word, the sentence, and the evidence behind one click."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from observatory.model import BiasReport, Dataset, Finding, Note
from observatory.quoting import markdown
from observatory.report import words
from observatory.ui.session import observatory

COLOURS = {"high": "red", "medium": "orange", "low": "gray"}


def finding_line(finding: Finding) -> None:
    """One finding as one sentence."""
    st.markdown(f"{_severity(finding)} {markdown(finding.statement)}")


def finding_lines(label: str, findings: Sequence[Finding]) -> None:
    """Further findings, one sentence each, behind one click; nothing where there are none."""
    if findings:
        with st.expander(label):
            for finding in findings:
                finding_line(finding)


def _severity(finding: Finding) -> str:
    shape, word = words.SEVERITY[finding.severity]
    return f":{COLOURS[finding.severity]}[**{shape} {word}**]"


def finding_card(number: int, finding: Finding, dataset: Dataset) -> None:
    """A finding with its picture, the figures behind it, its rows, its SQL and what to do about it."""
    with st.container(border=True):
        st.markdown(f"**{number}** {_severity(finding)}")
        st.markdown(f"##### {markdown(finding.statement)}")
        chart = observatory().draw_finding(finding, dataset)
        if chart is not None:
            st.altair_chart(chart, alt=finding.statement)
        st.caption(_evidence(finding))
        if finding.remedy:
            st.markdown(_remedy(finding))
        box = st.expander("Rows and SQL", on_change="rerun", key=f"bias_{dataset.id}_{number}")
        if box.open:
            with box:
                _rows(finding, dataset)
                st.code(finding.evidence_sql, language="sql", wrap_lines=True)


def _evidence(finding: Finding) -> str:
    effect = f"{finding.effect.name} {finding.effect.value:.2f}"
    chance = f"q = {finding.q:.2g}" if finding.q is not None else ""
    found = f"found by {finding.detector}"
    return " · ".join(markdown(part) for part in (f"{finding.n:,} rows", effect, chance, found) if part)


def _remedy(finding: Finding) -> str:
    remedy = finding.remedy or {}
    parts = []
    if remedy.get("weight"):
        parts.append(f"give these rows the weight {remedy['weight']:.2f}")
    if remedy.get("collect"):
        parts.append(f"collect {remedy['collect']:,} more rows of this group")
    if remedy.get("drop"):
        parts.append(f"keep one of each: {remedy['keep']:,} rows stay, {remedy['drop']:,} go")
    if remedy.get("compare_by"):
        fields = ", ".join(remedy["compare_by"])
        parts.append(f"compare within the groups of {finding.columns[-1]}; it is uneven over {fields} too")
    advice = ", or ".join(parts) + "." if parts else ""
    return f":material/build: **What to do:** {markdown(advice[:1].upper() + advice[1:])}" if advice else ""


def _rows(finding: Finding, dataset: Dataset) -> None:
    obs = observatory()
    rows = obs.rows_at(dataset, finding.rows) if finding.rows else obs.rows(dataset, finding.where)
    shown = f"{len(rows):,} of {finding.n:,} rows" if len(rows) < finding.n else f"{len(rows):,} rows"
    st.caption(shown)
    st.dataframe(rows, hide_index=True, alt=f"Rows behind: {finding.statement}")


def notes(found: Sequence[Note]) -> None:
    """What is not claimed, and which reference would settle it."""
    for note in found:
        needs = f" :gray[{markdown(note.needs)}]" if note.needs else ""
        st.markdown(f"- {markdown(note.statement)}{needs}")


def odd_rows(report: BiasReport, dataset: Dataset) -> None:
    """The rows most unlike the others, as a ranking: odd is not wrong."""
    ranking = report.claims.get("odd_rows") or ()
    if not ranking:
        return
    st.header("The oddest rows", anchor=False)
    st.caption("A ranking by isolation forest. Odd is not wrong: look at them before you decide.")
    why = {row["row"]: row["why"] for row in ranking}
    rows = observatory().rows_at(dataset, list(why))
    rows.insert(1, "why", [why[position] for position in rows["row"]])
    st.dataframe(rows, hide_index=True, alt="The rows most unlike the others, and what sets them apart")
