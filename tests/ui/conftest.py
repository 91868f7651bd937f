"""Pages driven without a browser: an empty workspace and the language model as each test wants it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., AppTest]]:
    """A function that opens a page by its file, with query parameters."""
    monkeypatch.setenv("OBSERVATORY_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setenv("OBSERVATORY_LLM", "off")
    st.cache_resource.clear()

    def opened(page: str = "catalog", **params: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
        for name, value in params.items():
            app.query_params[name] = value
        app.run()
        return app if page == "catalog" else app.switch_page(f"pages/{page}.py").run()

    yield opened
    from observatory.ui.session import observatory

    observatory().close()
    st.cache_resource.clear()
