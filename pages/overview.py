"""Overview: what is in the data set, can it be trusted, what does it look like, what to ask."""

import streamlit as st

from observatory import ui

obs = ui.observatory()
dataset = ui.current()
ui.heading(dataset, dataset.title)
with st.spinner("Counting every field …", show_time=True):
    profile = obs.profile(dataset)

trust, about = st.columns([3, 2], gap="large")
with trust:
    st.header("Can I trust it?", anchor=False)
    asked = ui.Asked(dataset, ui.Comparison(ui.declared_reference(dataset)), ui.declared_target(dataset))
    bias = ui.so_far(asked)
    ui.first_findings(bias, asked)
    ui.compared_with(dataset)
    ui.page_link("pages/bias.py", "See the evidence", dataset)
with about:
    st.header("What is it?", anchor=False)
    ui.summary(dataset)
    ui.import_report(dataset)

st.header("What does it look like?", anchor=False)
ui.pinned_grid(dataset)
with st.spinner("Ranking charts …", show_time=True):
    charts = obs.recommend(dataset, k=4)
ui.chart_grid(charts, dataset, key="overview")
ui.page_link("pages/charts.py", "More charts, and why these", dataset)

st.header("What should I ask?", anchor=False)
ui.question_box(dataset)
ui.goals(dataset)

st.header("What is in each field?", anchor=False)
ui.field_table(profile)
ui.field_meanings(dataset)
ui.infographic(dataset)
