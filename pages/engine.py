"""Engine: the language model behind the words, how it is, what it does right now, and another one in its place."""

import streamlit as st

from observatory.ui.engine import facts, heading
from observatory.ui.engine_bench import bench
from observatory.ui.engine_live import live
from observatory.ui.engine_models import another_model, guessing

status = heading()
if status.state == "ready":
    st.header("What is it doing right now?", anchor=False)
    live()
    st.header("What runs?", anchor=False)
    facts(status)
another_model(status)
guessing(status)
bench(status)
