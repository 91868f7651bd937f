"""Ask: a question in plain words, answered with a chart and how it was made."""

import streamlit as st

from observatory import ui

dataset = ui.current()
ui.heading(dataset, "What do you want to know?")
question = ui.asked()
if question:
    with st.spinner("Reading your question …", show_time=True):
        found = ui.ask(dataset, question)
    st.subheader(ui.text(question), anchor=False)
    ui.answer(found, dataset, key="ask")

st.header("Questions worth asking", anchor=False)
ui.goals(dataset)
