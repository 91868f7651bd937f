"""A stranger walks through the dashboard in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

HOSTILE = '<img src=x onerror=alert(1)>,":red[x] **b**","a). :- not x. b(1","DROP TABLE t; --",größe 🦆'


def csv(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_dropped_table_lands_on_its_overview(tab, tmp_path: Path) -> None:
    rows = "\n".join(f"{('red', 'blue')[i % 2]},{i % 17},{i % 5 + 0.5}" for i in range(200))
    tab.go("/", "See who is missing from your data")
    tab.page.locator("input[type=file]").set_input_files(csv(tmp_path, "paint.csv", f"colour,drops,weight\n{rows}\n"))
    tab.settle("What should I ask?")
    assert "dataset=paint-" in tab.page.url
    expect(
        tab.page.locator("[data-testid=stVegaLiteChart] svg, [data-testid=stVegaLiteChart] canvas").first
    ).to_be_visible()
    tab.page.reload()
    tab.settle("What should I ask?")


def test_hostile_names_are_shown_as_they_are(tab, tmp_path: Path) -> None:
    rows = "\n".join(f"<b>{i % 3}</b>,{i},:red[{i % 2}],{i / 7},$x$" for i in range(120))
    tab.go("/", "See who is missing from your data")
    tab.page.locator("input[type=file]").set_input_files(csv(tmp_path, "hostile.csv", f"{HOSTILE}\n{rows}\n"))
    tab.settle("What should I ask?")
    assert tab.page.locator("img[src=x]").count() == 0
    for path, text in (
        ("bias", "Who or what is missing?"),
        ("charts", "How do I show it?"),
        ("ask", "What do you want to know?"),
    ):
        query = tab.page.url.partition("?")[2]
        tab.go(f"/{path}?{query}", text)
        assert tab.page.locator("img[src=x]").count() == 0
        assert tab.page.locator("[data-testid=stException]").count() == 0


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/overview", "Can I trust it?"),
        ("/bias", "Who or what is missing?"),
        ("/charts", "How do I show it?"),
        ("/ask", "What do you want to know?"),
    ],
)
def test_a_link_opens_the_same_view(tab, path: str, text: str) -> None:
    tab.go(f"{path}?dataset=titanic_passengers", text)
    expect(tab.page.get_by_text("Titanic passengers").first).to_be_visible()


def test_an_unknown_data_set_gets_one_sentence(tab) -> None:
    tab.go("/overview?dataset=titanic_pasengers", "There is no data set called")
    expect(tab.page.get_by_text("Did you mean")).to_be_visible()


def test_a_picture_named_csv_is_refused_in_one_sentence(tab, tmp_path: Path) -> None:
    picture = tmp_path / "picture.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    tab.go("/", "See who is missing from your data")
    tab.page.locator("input[type=file]").set_input_files(picture)
    tab.page.get_by_test_id("stAlert").wait_for(timeout=20_000)
    assert "Traceback" not in tab.page.content()
