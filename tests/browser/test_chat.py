"""A conversation in a real browser: asked by keyboard, charted, followed up, and found again under its link."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_a_question_and_its_follow_up(tab) -> None:
    tab.go("/ask?dataset=titanic_passengers", "Questions worth asking")
    box = tab.page.get_by_label("Ask anything about this table")
    box.fill("average age by class")
    box.press("Enter")
    tab.settle("The mean age is highest for 1st")
    box.fill("by sex too")
    box.press("Enter")
    tab.settle("Changed: coloured by sex.")
    expect(tab.page.locator("[data-testid=stVegaLiteChart]")).to_have_count(2)
    assert tab.page.url.count("ask_question=") == 2
    tab.page.reload()
    tab.settle("Changed: coloured by sex.")
