"""Charts: the best ones for the whole table or for chosen fields, each to be changed, compared and pinned."""

import streamlit as st

from observatory import ui
from observatory.ui.chart_contest import chart_contest
from observatory.ui.chart_editor import chart_editor, chart_of_yours
from observatory.ui.preferences import preferences

obs = ui.observatory()
dataset = ui.current()
ui.heading(dataset, "How do I show it?")
chart, against = ui.open_charts()
if chart is not None and against is not None:
    chart_contest(chart, against, dataset)
elif chart is not None:
    chart_editor(chart, dataset)
else:
    names = [field.name for field in obs.profile(dataset).fields]
    fields, task = ui.chart_wish(names)
    with st.spinner("Ranking charts …", show_time=True):
        charts = obs.recommend(dataset, fields, task, k=6)
    ui.chart_cards(charts, ui.Showing(dataset, task, ui.weights_switch(dataset)))
    ui.pinned_charts(dataset)
    chart_of_yours()
    preferences(task)
