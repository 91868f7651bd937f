"""The infographic of a data set: a look at it, and buttons that save it."""

from __future__ import annotations

import streamlit as st

from observatory.model import Dataset, Infographic, InfographicStyle
from observatory.ui.session import observatory, once

STYLES: dict[InfographicStyle, str] = {"calm": "Calm", "ink": "Ink", "paper": "Paper"}


def infographic(dataset: Dataset) -> None:
    """One page that shows the data set at a glance, made when it is asked for, to look at and to save."""
    with st.expander("One page to share", icon=":material/wallpaper:"):
        style = st.segmented_control(
            "Style", list(STYLES), format_func=STYLES.__getitem__, default="calm", key=f"infographic_{dataset.id}"
        )
        if not st.toggle("Draw it", key=f"infographic_drawn_{dataset.id}"):
            st.caption("Charts, numbers, what to be careful about and the source, on one page.")
            return
        _shown(dataset, style or "calm")


def _shown(dataset: Dataset, style: InfographicStyle) -> None:
    obs = observatory()
    specs = [pin.spec for pin in obs.pins(dataset)]
    with st.spinner("Composing the page …", show_time=True):
        page: Infographic = once(
            ("infographic", dataset.id, style, str(specs)), lambda: obs.infographic(dataset, style=style, llm=False)
        )
        png: bytes = once(("infographic_png", dataset.id, style, str(specs)), lambda: obs.infographic_png(page))
    st.image(png, caption=f"{page.title}: {', '.join(f'{n.value} {n.label}' for n in page.numbers)}")
    with st.container(horizontal=True):
        st.download_button("Save as PNG", png, f"{dataset.name}.png", "image/png", key=f"png_{dataset.id}")
        st.download_button("Save as SVG", page.svg, f"{dataset.name}.svg", "image/svg+xml", key=f"svg_{dataset.id}")
