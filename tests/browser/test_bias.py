"""The bias page in a real browser: it fills while one looks, and rows are picked on the map by dragging a box."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

LINK = "/bias?dataset=titanic_passengers"
A_WHILE = 120_000


def test_the_report_fills_and_rows_are_picked_on_the_map(tab) -> None:
    tab.go(LINK, "Found 1 group out of step with the reference")
    expect(tab.page.get_by_text("Looking for")).to_have_count(0, timeout=A_WHILE)
    expect(tab.page.get_by_role("button", name="Stop here")).to_have_count(0)
    tab.page.get_by_role("tab", name="Explore").click()
    tab.settle("No rows picked yet")
    chart = tab.page.locator("[data-testid=stVegaLiteChart]").last
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    tab.page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.3 * box["height"])
    tab.page.mouse.down()
    tab.page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.8 * box["height"], steps=8)
    tab.page.mouse.up()
    expect(tab.page.get_by_text("rows picked,")).to_be_visible(timeout=A_WHILE)


def test_nothing_is_wider_than_a_telephone(tab) -> None:
    tab.page.set_viewport_size({"width": 390, "height": 2400})
    tab.go(LINK, "Found 1 group out of step with the reference")
    assert tab.page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_link_restores_what_was_seen(tab, browser) -> None:
    tab.go(f"{LINK}&bias_effect=0.2", "Found 1 group out of step with the reference")
    expect(tab.page.get_by_text("Looking for")).to_have_count(0, timeout=A_WHILE)
    tab.page.get_by_role("tab", name="Fairness").click()
    tab.settle("Fields to compare the groups of")
    context = browser.new_context(viewport={"width": 1440, "height": 2400})
    other = context.new_page()
    other.goto(tab.page.url)
    expect(other.get_by_role("tab", name="Fairness")).to_have_attribute("aria-selected", "true", timeout=A_WHILE)
    expect(other.get_by_text("Fields to compare the groups of")).to_be_visible(timeout=A_WHILE)
    other.get_by_text("Parameters").click()
    expect(other.get_by_role("spinbutton", name="Smallest effect worth a finding")).to_have_value("0.20")
    context.close()


def test_a_finding_with_its_chart_fits_a_card(tab) -> None:
    tab.page.set_viewport_size({"width": 1440, "height": 1000})
    tab.go(LINK, "Found 1 group out of step with the reference")
    card = tab.page.locator("[class*=st-key-bias_]").filter(has_text="Rows and SQL").first
    expect(card.locator("[data-testid=stVegaLiteChart]").first).to_be_visible(timeout=A_WHILE)
    tab.page.wait_for_timeout(1_000)
    assert card.bounding_box()["height"] < 450
