"""Six scores in words with their reasons, and links to charts that go further, whatever the names are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

SPEC = {
    "mark": "line",
    "encoding": {
        "x": {"field": "species", "type": "nominal"},
        "y": {"field": "body_mass_g", "type": "quantitative", "aggregate": "mean"},
    },
}


def page(spec: dict, question: str) -> None:
    from observatory.ui.evaluation import evaluation
    from observatory.ui.session import observatory

    evaluation(observatory().evaluate("penguins", spec, question))


@pytest.fixture
def open_panel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., AppTest]]:
    monkeypatch.setenv("OBSERVATORY_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setenv("OBSERVATORY_LLM", "off")
    st.cache_resource.clear()
    yield lambda *given: AppTest.from_function(page, args=given, default_timeout=60).run()
    from observatory.ui.session import observatory

    observatory().close()
    st.cache_resource.clear()


def test_scores_are_said_in_words_with_reasons_and_what_mends_them(open_panel: Callable[..., AppTest]) -> None:
    app = open_panel(SPEC, "")
    assert not app.exception
    said = "\n".join(str(element.value) for element in (*app.markdown, *app.caption))
    for words in ("It runs", "The rows", "The question", "The mark", "The channels", "Easy to read"):
        assert words in said
    assert "**The mark**: poor" in said
    assert "A line joins neighbours" in said
    assert "To mend it" in said
    assert "No question was given" in said


def test_a_hostile_title_is_only_text(open_panel: Callable[..., AppTest]) -> None:
    spec = {**SPEC, "mark": "bar", "encoding": {**SPEC["encoding"], "y": {"field": "<img src=x> :red[b]"}}}
    app = open_panel(spec, ":red[what] <b>is</b> $this$?")
    assert not app.exception
    said = "\n".join(str(element.value) for element in (*app.markdown, *app.caption))
    assert " :red[" not in said
    assert "<img" not in said.replace("\\<img", "")
