"""Pages driven without a browser: an empty workspace and the language model as each test wants it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]


_init = PagesManager.__init__


def _without_the_pages_folder(manager: PagesManager, *arguments: object, **named: object) -> None:
    """As the server does: every run goes through streamlit_app.py, although there is a folder called `pages`."""
    PagesManager.uses_pages_directory = False
    _init(manager, *arguments, **named)


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., AppTest]]:
    """A function that opens a page by its file, with query parameters."""
    monkeypatch.setenv("OBSERVATORY_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setenv("OBSERVATORY_LLM", "off")
    monkeypatch.setattr(PagesManager, "__init__", _without_the_pages_folder)
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
