"""Every page with no data, with data, with hostile names and with the language model down."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

PAGES = ("overview", "bias", "charts", "ask")
HOSTILE = {
    "<img src=x onerror=alert(1)>": ["<b>a</b>", ":red[b]", "$c$", None] * 30,
    'a "quoted" one': range(120),
    "a). :- not x. b(1": [i % 7 for i in range(120)],
    "DROP TABLE t; --": [i / 3 for i in range(120)],
}


def said(app: AppTest) -> str:
    """All the words on the page."""
    elements = [
        *app.title,
        *app.header,
        *app.subheader,
        *app.markdown,
        *app.caption,
        *app.error,
        *app.info,
        *app.warning,
    ]
    return "\n".join(str(element.value) for element in elements)


def test_the_front_door_shows_samples_and_the_drop_zone(open_page: Callable[..., AppTest]) -> None:
    app = open_page()
    assert not app.exception
    assert app.title[0].value == "See who is missing from your data"
    assert "Titanic passengers" in said(app)
    assert "No language model" in sidebar(app)


def sidebar(app: AppTest) -> str:
    """All the words beside the page."""
    return "\n".join(str(getattr(element, "value", "")) for element in app.sidebar)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_without_a_data_set_offers_to_choose_one(open_page: Callable[..., AppTest], page: str) -> None:
    app = open_page(page)
    assert not app.exception
    assert not app.error
    assert app.title[0].value == "No data set is open yet"
    assert [button.label for button in app.main.button] == ["Choose a data set"]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_with_a_sample_draws_without_error(open_page: Callable[..., AppTest], page: str) -> None:
    app = open_page(page, dataset="titanic_passengers")
    assert not app.exception
    assert not app.error
    assert "Titanic passengers" in said(app)


@pytest.mark.parametrize("page", PAGES)
def test_an_unknown_data_set_is_named_with_the_closest_one(open_page: Callable[..., AppTest], page: str) -> None:
    app = open_page(page, dataset="titanic_pasengers")
    assert not app.exception
    assert "no data set called" in app.error[0].value
    assert "Did you mean “titanic" in app.error[0].value


@pytest.mark.parametrize("page", PAGES)
def test_hostile_names_and_cells_do_no_harm(open_page: Callable[..., AppTest], page: str) -> None:
    open_page()
    from observatory.ui.session import observatory

    dataset = observatory().ingest(pd.DataFrame(HOSTILE), "hostile <b> :red[x]")
    app = open_page(page, dataset=dataset.id)
    assert not app.exception
    assert not app.error
    assert "<img" not in said(app).replace("\\<img", "")


def test_a_dropped_file_opens_its_overview(open_page: Callable[..., AppTest]) -> None:
    app = open_page()
    rows = "\n".join(f"{'ab'[i % 2]},{i}" for i in range(50))
    app.file_uploader[0].set_value(("letters.csv", f"letter,number\n{rows}\n".encode(), "text/csv")).run()
    assert not app.exception
    assert not app.error
    assert app.title[0].value == "letters"
    assert "Can I trust it?" in [header.value for header in app.header]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("header.csv", b"a,b\n"),
        ("page.csv", b"<!doctype html><html><body>404</body></html>"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(64)),
        ("cut.parquet", b"PAR1" + bytes(64)),
    ],
)
def test_a_bad_file_gets_a_sentence_and_leaves_nothing(
    open_page: Callable[..., AppTest], name: str, content: bytes
) -> None:
    app = open_page()
    app.file_uploader[0].set_value((name, content, "application/octet-stream")).run()
    assert not app.exception
    assert len(app.error) == 1
    from observatory.ui.session import observatory

    assert observatory().datasets() == []


def test_a_question_in_the_link_is_answered(open_page: Callable[..., AppTest]) -> None:
    app = open_page("ask", dataset="titanic_passengers", ask_question="How many passengers are there for each class?")
    assert not app.exception
    assert not app.error
    assert "How many passengers are there for each class" in said(app)


def test_with_a_broken_engine_the_pages_still_work(
    open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OBSERVATORY_LLM", "engine")
    monkeypatch.setenv("OBSERVATORY_LLM_BASE_URL", "http://127.0.0.1:9/v1")
    open_page()
    from observatory.ui.session import observatory

    assert observatory().wait_for_engine(20).state == "down"
    app = open_page("overview", dataset="titanic_passengers")
    assert not app.exception
    assert not app.error
    assert "Language model is down" in sidebar(app)
