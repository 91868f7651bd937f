"""Charts: the best ones for the whole table or for chosen fields, and the rules that say why."""

import streamlit as st

from observatory import ui

obs = ui.observatory()
dataset = ui.current()
ui.heading(dataset, "How do I show it?")
names = [field.name for field in obs.profile(dataset).fields]
fields, task = ui.chart_wish(names)
with st.spinner("Ranking charts …", show_time=True):
    charts = obs.recommend(dataset, fields, task)
ui.chart_grid(charts, dataset, key="charts")
