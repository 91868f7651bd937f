"""The switch to weights: there where a population is named, off at first, and kept in the link."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest


def page(name: str) -> None:
    import streamlit as st

    from observatory.ui.session import observatory
    from observatory.ui.weighted import weights_switch

    st.code(repr(weights_switch(observatory().dataset(name))))


@pytest.fixture
def open_switch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., AppTest]]:
    monkeypatch.setenv("OBSERVATORY_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setenv("OBSERVATORY_LLM", "off")
    st.cache_resource.clear()

    def opened(name: str, **params: str) -> AppTest:
        app = AppTest.from_function(page, args=(name,), default_timeout=60)
        for key, value in params.items():
            app.query_params[key] = value
        return app.run()

    yield opened
    from observatory.ui.session import observatory

    observatory().close()
    st.cache_resource.clear()


def test_no_population_no_switch(open_switch) -> None:
    app = open_switch("penguins")
    assert not app.exception
    assert not app.toggle
    assert app.code[0].value == "None"


def test_the_switch_is_off_until_it_is_on(open_switch) -> None:
    app = open_switch("us_forces")
    assert app.code[0].value == "None"
    app.toggle[0].set_value(True).run()
    assert not app.exception
    assert app.code[0].value == "{'reference': 'us_residents'}"
    assert app.caption[0].value.replace("\\", "").startswith("Weighted by gender and race")


def test_the_link_holds_the_choice(open_switch) -> None:
    app = open_switch("us_forces", charts_weighted="true")
    assert app.code[0].value == "{'reference': 'us_residents'}"


def test_a_population_that_is_not_there_is_passed_over(open_switch) -> None:
    app = open_switch("penguins", bias_reference="nowhere", bias_marginals="upload")
    assert not app.exception
    assert app.code[0].value == "None"
