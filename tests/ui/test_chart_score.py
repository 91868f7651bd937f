"""The open chart says how good it is once somebody asks, and not before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from observatory.ui.chart_link import packed
from observatory.workbench import Observatory

MEANS: dict[str, Any] = {
    "mark": "line",
    "encoding": {
        "x": {"field": "species", "type": "nominal"},
        "y": {"field": "body_mass_g", "type": "quantitative", "aggregate": "min"},
    },
}


def said(app: AppTest) -> str:
    return "\n".join(str(element.value) for element in (*app.markdown, *app.caption)).replace("\\", "")


def test_nothing_is_scored_before_the_panel_is_opened(
    open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(Observatory, "evaluate", lambda *given, **named: asked.append(given))
    app = open_page("charts", dataset="penguins", chart=packed(MEANS))
    assert not app.exception
    assert "How good is this chart?" in [box.label for box in app.expander]
    assert asked == []


def test_an_opened_panel_says_scores_reasons_and_what_to_look_at_next(open_page: Callable[..., AppTest]) -> None:
    app = open_page("charts", dataset="penguins", chart=packed(MEANS))
    app.session_state["charts_score"] = True
    app.run()
    assert not app.exception
    assert "**The mark**: poor" in said(app)
    assert "No question was given" in said(app)
    assert "To look further" in said(app)
    box = next(box for box in app.text_input if box.label == "The question it is to answer")
    box.set_value("What is the average body mass of each species?").run()
    assert not app.exception
    assert "the chart shows the lowest" in said(app) or "asks for the average" in said(app)
