"""The dashboard: one navigation, one sidebar, and the page that was asked for."""

import streamlit as st

from observatory import ui

st.set_page_config(page_title="Observatory", page_icon=ui.ICON, layout="wide")
st.logo(ui.LOGO, icon_image=ui.ICON, size="large")
st.html(ui.LOOK)
page = st.navigation(
    [
        st.Page(
            "pages/catalog.py",
            title="Data",
            icon=":material/database:",
            default=True,
            help="Drop a table or choose one.",
        ),
        st.Page("pages/overview.py", title="Overview", icon=":material/summarize:", help="What is in it, at a glance."),
        st.Page("pages/bias.py", title="Bias", icon=":material/balance:", help="Who or what is missing from it."),
        st.Page("pages/charts.py", title="Charts", icon=":material/bar_chart:", help="The best charts, and why."),
        st.Page("pages/ask.py", title="Ask", icon=":material/chat:", help="Ask in your own words."),
        st.Page("pages/code.py", title="Code", icon=":material/code:", help="Write a chart yourself."),
        st.Page("pages/engine.py", title="Engine", icon=":material/memory:", help="The language model, and how it is."),
    ]
)
with ui.guard():
    ui.sidebar()
    page.run()
