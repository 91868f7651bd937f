"""Data: the front door, where a table is dropped or chosen."""

import streamlit as st

from observatory import ui

obs = ui.observatory()
st.title("See who is missing from your data", anchor=False)
st.markdown(
    "Drop a table. In seconds you know what is in it, whether it can be trusted, what to ask, and how to show it."
)
with ui.guard():
    ui.drop_zone()

samples = sorted(obs.samples(), key=lambda sample: sample.card.reference is None)
names = {sample.name for sample in samples}
own = [dataset for dataset in obs.datasets() if dataset.name not in names]
if own:
    st.header("Your data sets", anchor=False)
    with st.grid(3, min_column_width=280, gap="medium"):
        for dataset in own:
            ui.dataset_card(dataset)

st.header("Or look at one of these", anchor=False)
with st.grid(3, min_column_width=280, gap="medium"):
    for sample in samples:
        ui.sample_card(sample)
