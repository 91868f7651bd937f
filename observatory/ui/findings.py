"""Findings and notes on the page: severity as a shape and a word, the sentence, and the evidence behind one click."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from observatory.model import BiasReport, Dataset, Finding, Note
from observatory.quoting import markdown
from observatory.report import words
from observatory.ui.bias_job import LOOKS_FOR, Asked, progress, verdict_so_far
from observatory.ui.session import guard, observatory

if TYPE_CHECKING:
    from observatory.charts import Drawing

COLOURS = {"high": "red", "medium": "orange", "low": "gray"}
N_FIRST = 6
N_LINES = 3
N_SENTENCES = 8
COMBINATIONS = {
    "combinations": "Far more or fewer rows than their parts would give",
    "coverage": "Hardly any rows: too few to say anything about them",
}
_MEANING = (
    "Cohen's h is how far two shares lie apart: 0.2 is small, 0.5 middling, 0.8 large. q is the share of chance"
    " findings to expect among all that are at least as sure as this one."
)
_COLUMNS = {
    "statement": st.column_config.TextColumn("Combination", width="large"),
    "n": st.column_config.NumberColumn("Rows", format="localized"),
    "expected": st.column_config.NumberColumn("Expected", format="%.0f"),
    "where": st.column_config.TextColumn("As SQL"),
}


def finding_line(finding: Finding) -> None:
    """One finding as one sentence."""
    st.markdown(f"{_severity(finding)} {markdown(finding.statement)}")


def finding_lines(label: str, findings: Sequence[Finding]) -> None:
    """Further findings, one sentence each, behind one click; nothing where there are none."""
    if findings:
        with st.expander(label):
            for finding in findings:
                finding_line(finding)


def findings(report: BiasReport, asked: Asked) -> None:
    """The first findings as cards, each with those that follow from it, and the others folded."""
    own = [finding for finding in report.findings if not finding.explained_by]
    for number, finding in enumerate(own[:N_FIRST], start=1):
        children = [child for child in report.findings if child.explained_by == finding.id]
        with guard():
            finding_card(number, finding, children, asked)
    finding_lines(f"{len(own[N_FIRST:])} more", own[N_FIRST:])


def first_findings(report: BiasReport, asked: Asked) -> None:
    """The verdict and the first findings in a sentence each, drawn again while more come."""
    st.markdown(markdown(verdict_so_far(report)))
    for finding in [f for f in report.findings if not f.explained_by][:N_LINES]:
        finding_line(finding)
    progress(asked, report, can_stop=False)


def _severity(finding: Finding) -> str:
    shape, word = words.SEVERITY[finding.severity]
    return f":{COLOURS[finding.severity]}[**{shape} {word}**]"


def finding_card(number: int, finding: Finding, children: Sequence[Finding], asked: Asked) -> None:
    """A finding with its charts, the figures behind it, its rows, its SQL and what to do about it."""
    key = _key(finding, asked)
    with st.container(border=True, key=key, gap="small"):
        st.subheader(f"{number} {_severity(finding)} {markdown(finding.statement)}", anchor=False)
        drawn: Sequence[Drawing] = ()
        with guard():
            drawn = observatory().draw_finding(
                finding, asked.dataset, asked.compared.reference, asked.compared.alignment
            )
        if drawn:
            left, right = st.columns([3, 2], gap="medium")
            with left:
                _chart(drawn[-1], f"{key}_chart")
        with right if drawn else st.container():
            for i, drawing in enumerate(drawn[:-1]):
                _chart(drawing, f"{key}_chart{i}")
            if advice := _remedy(finding):
                st.markdown(advice)
            st.caption(_evidence(finding), help=_MEANING)
            more = "departure follows" if len(children) == 1 else "departures follow"
            finding_lines(f"{len(children)} more {more} from this", children)
        box = st.expander("Rows and SQL", on_change="rerun", key=f"{key}_rows")
        if box.open:
            with box:
                _rows(finding, asked.dataset)
                st.code(finding.evidence_sql, language="sql", wrap_lines=True)


def _key(finding: Finding, asked: Asked) -> str:
    """The same for the same rows, whatever their rank is at the time."""
    told = repr(
        (asked.dataset.id, finding.kind, finding.columns, finding.where or finding.statement, finding.direction)
    )
    return f"bias_{hashlib.sha256(told.encode()).hexdigest()[:16]}"


def _chart(drawing: Drawing, key: str) -> None:
    with st.container(gap=None):
        st.altair_chart(drawing.chart, alt=drawing.alt, key=key)
        st.caption(markdown(drawing.caveat))


def _evidence(finding: Finding) -> str:
    name, value = finding.effect.name, finding.effect.value
    effect = f"{value:.0f} {name}" if name.startswith("times ") else f"{name} {value:.2f}".replace(" -", " −")
    chance = "" if finding.q is None else f"q = {finding.q:.1g}" if finding.q > 1e-99 else "q < 1e-99"
    found = f"found by {_named(finding.detector)}"
    if finding.witnesses:
        found += f", borne out by {', '.join(_named(name) for name in finding.witnesses)}"
    return " · ".join(
        markdown(part)
        for part in (words.count(finding.n, "row") if finding.n or finding.where else "", effect, chance, found)
        if part
    )


def _named(detector: str) -> str:
    return detector.replace("_", " ")


def _remedy(finding: Finding) -> str:
    remedy = finding.remedy or {}
    parts = []
    if remedy.get("weight"):
        parts.append(f"give these rows the weight {remedy['weight']:.2f}")
    if remedy.get("collect"):
        parts.append(f"collect {remedy['collect']:,} more rows of this group")
    if finding.direction == "under" and not finding.n:
        parts.append("say of every result that it does not hold for this group: no weight can stand in for it")
    if remedy.get("drop"):
        parts.append(f"keep one of each: {remedy['keep']:,} rows stay, {remedy['drop']:,} go")
    if remedy.get("compare_by"):
        fields = ", ".join(remedy["compare_by"])
        parts.append(f"{_within(finding)}; {finding.columns[0]} is missing unevenly over {fields} too")
    elif finding.direction == "missing" and len(finding.columns) > 1:
        parts.append(f"ask how {finding.columns[0]} came to be missing there; until then, {_within(finding)}")
    advice = ", or ".join(parts) + "." if parts else str(remedy.get("check", ""))
    return f":material/build: **What to do:** {markdown(advice[:1].upper() + advice[1:])}" if advice else ""


def _within(finding: Finding) -> str:
    return f"compare {finding.columns[0]} within the groups of {finding.columns[-1]}, not over all rows"


def _rows(finding: Finding, dataset: Dataset) -> None:
    """The rows behind a finding, or what its evidence counts where it is about none."""
    obs = observatory()
    if finding.where is None and not finding.rows:
        st.dataframe(obs.evidence(finding, dataset), hide_index=True, alt=f"Counts behind: {finding.statement}")
        return
    rows = obs.rows_at(dataset, finding.rows) if finding.rows else obs.rows(dataset, finding.where)
    st.caption(f"{len(rows):,} of {finding.n:,} rows" if len(rows) < finding.n else f"{len(rows):,} rows")
    st.dataframe(rows, hide_index=True, alt=f"Rows behind: {finding.statement}")


def notes(found: Sequence[Note]) -> None:
    """What is not claimed, and which reference would settle it."""
    for note in found:
        needs = f" :gray[{markdown(note.needs)}]" if note.needs else ""
        st.markdown(f"- {markdown(note.statement)}{needs}")
    if not found:
        st.markdown("Nothing was left unsaid for want of a reference.")


def checks(report: BiasReport) -> None:
    """What each detector looked for, and how small an effect it would have seen."""
    told = [{"looked for": LOOKS_FOR.get(name, name), "what was done": check} for name, check in report.checks.items()]
    for row in told:
        st.markdown(f"- **{markdown(row['looked for'].capitalize())}**: {markdown(row['what was done'])}")


def _all_combinations(label: str, claimed: pd.DataFrame) -> None:
    more = "The same" if len(claimed) <= N_SENTENCES else f"All {len(claimed):,}"
    with st.expander(f"{more} as a table, with SQL"):
        st.dataframe(
            claimed[["statement", "n", "expected", "where"]],
            hide_index=True,
            column_config=_COLUMNS,
            alt=f"{label}: each with its rows, the rows expected, and as SQL",
        )


def combinations(report: BiasReport) -> None:
    """Combinations that are unusually common or rare, and those that too few rows cover: questions, not claims."""
    shown = False
    for name, label in COMBINATIONS.items():
        claimed = pd.DataFrame(list(report.claims.get(name) or ()))
        if len(claimed):
            shown = True
            st.markdown(f"**{label}**")
            for statement in claimed["statement"][:N_SENTENCES]:
                st.markdown(f"- {markdown(statement)}")
            _all_combinations(label, claimed)
    if not shown:
        still = {"itemsets", "coverage"} & set(report.pending)
        st.markdown("They are still being counted." if still else "No combination of groups stands out or lacks rows.")
