"""Bias: who or what is missing, how sure we are, and what to do about it."""

import streamlit as st

from observatory import ui

obs = ui.observatory()
dataset = ui.current()
ui.heading(dataset, "Who or what is missing?")
compared = ui.comparison(dataset)
with st.spinner("Looking for who or what is missing …", show_time=True):
    report = obs.detect_bias(dataset, compared.reference)
st.subheader(ui.text(report.verdict), anchor=False)

findings = [finding for finding in report.findings if not finding.explained_by]
explained = [finding for finding in report.findings if finding.explained_by]
for number, finding in enumerate(findings[:6], start=1):
    ui.finding_card(number, finding, dataset)
ui.finding_lines(f"{len(findings[6:])} more", findings[6:])
ui.finding_lines(f"{len(explained)} more that follow from these", explained)

if report.notes:
    st.header("Not claimed, and why", anchor=False)
    ui.notes(report.notes)
ui.odd_rows(report, dataset)
with st.expander("What was looked for, and how small an effect would have been seen"):
    for detector, check in report.checks.items():
        st.markdown(f"- **{ui.text(detector)}**: {ui.text(check)}")
