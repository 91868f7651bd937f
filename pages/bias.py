"""Bias: who or what is missing, how sure we are, and what to do about it."""

import streamlit as st

from observatory import ui

obs = ui.observatory()
dataset = ui.current()
ui.heading(dataset, "Who or what is missing?")
first, found, more = st.container(), st.container(), st.container()

with st.expander("Parameters", icon=":material/tune:"):
    options = ui.parameters()
with first:
    verdict = st.container()
    left, right = st.columns([2, 1], gap="medium")
    with left:
        compared = ui.comparison(dataset)
    with right:
        target = ui.target_box(dataset)

asked = ui.Asked(dataset, compared, target, options)
with verdict:
    report = ui.so_far(asked)
    ui.verdict(report, asked)
with found:
    ui.findings(report, asked)
with more:
    names = ["Not claimed, and why", "Remedy", "Explore", "Odd rows", "Combinations", "Fairness", "What was looked for"]
    notes, remedy, explore, odd, combinations, fairness, looked = st.tabs(
        names, key="bias_more", on_change="rerun", bind="query-params"
    )
    if notes.open:
        with notes:
            ui.notes(report.notes)
    if remedy.open:
        with remedy, ui.guard():
            ui.remedy(report, asked)
    if explore.open:
        with explore, ui.guard():
            ui.explore(asked)
    if odd.open:
        with odd:
            ui.odd_rows(report.claims.get("odd_rows") or (), asked)
    if combinations.open:
        with combinations:
            ui.combinations(report)
    if fairness.open:
        with fairness:
            ui.fairness(report, asked)
    if looked.open:
        with looked:
            ui.checks(report)
