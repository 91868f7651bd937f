"""Code: the Python behind a chart, to be read, changed and run where it can do no harm."""

import streamlit as st

from observatory import ui
from observatory.ui.code_attempts import ran
from observatory.ui.code_editor import editor, is_staying
from observatory.ui.code_history import attempts
from observatory.ui.code_hold import held, not_run
from observatory.ui.code_link import keep, opened
from observatory.ui.code_result import result

dataset = ui.current()
ui.heading(dataset, "What if I write it myself?")
status = held()
found = opened(dataset, arrived=not is_staying(dataset))
if not status.ready:
    not_run(status, found, dataset)
else:
    keep(found, dataset)
    st.markdown("This Python draws the chart. Change it and run it: it sees this table and nothing else.")
    with st.grid(2, min_column_width=600, gap=("medium", "large")):
        editor(found.code, dataset, status)
        with st.container(), ui.guard():
            result(ran(found.code, dataset), dataset)
    attempts(found.code, dataset)
