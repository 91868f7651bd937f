"""The code page in a real browser: write, run by one key, break, mend, make it the chart; the link brings it back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

LINK = "/code?dataset=penguins"
DONE = "Drawn by your code"
A_WHILE = 60_000
MEANS = """\
means = data.groupby("species", as_index=False)["body_mass_g"].mean()
chart = alt.Chart(means).mark_bar().encode(
    x="species:N",
    y="body_mass_g:Q",
)"""
BROKEN = MEANS.replace("alt.Chart(means)", "alt.Chart(meens)")
BARS = "[data-testid=stVegaLiteChart] [aria-roledescription=bar]"
PICTURE = "[data-testid=stVegaLiteChart] svg, [data-testid=stVegaLiteChart] canvas"
SCROLLED = ".st-key-code_text :has(> [data-testid=stTextAreaRootElement])"
NAMELESS = """[...document.querySelectorAll("[data-testid=stMain] :is(button, input, textarea, [role=tab], a)")]
    .filter(e => e.checkVisibility())
    .filter(e => !(e.ariaLabel || [...(e.labels || [])].map(l => l.innerText).join("") || e.innerText).trim())
    .map(e => e.outerHTML)"""


def box(page):
    return page.get_by_role("textbox", name="Python code")


def run(tab, code: str, text: str) -> None:
    """Write code, run it by the keyboard, and wait for a text of the page."""
    before = tab.page.url
    box(tab.page).fill(code)
    box(tab.page).press("Control+Enter")
    expect(tab.page).not_to_have_url(before, timeout=A_WHILE)
    tab.settle(text)


def test_code_is_written_broken_mended_and_made_the_chart(tab) -> None:
    tab.go(LINK, DONE)
    run(tab, MEANS, DONE)
    expect(tab.page.locator(BARS)).to_have_count(3, timeout=A_WHILE)
    run(tab, BROKEN, "Line 2:")
    expect(tab.page.get_by_text("▶ 2")).to_be_visible()
    expect(tab.page.locator(PICTURE)).to_have_count(0)
    tab.page.get_by_role("button", name="Use this").click()
    tab.settle(DONE)
    expect(box(tab.page)).to_have_value(MEANS)
    expect(tab.page.locator(BARS)).to_have_count(3, timeout=A_WHILE)
    tab.page.get_by_role("button", name="Make this the chart").click()
    tab.settle("All charts")
    expect(tab.page.locator(BARS)).to_have_count(3, timeout=A_WHILE)


def test_a_link_restores_the_code_and_its_chart(tab, browser) -> None:
    tab.go(LINK, DONE)
    run(tab, MEANS, DONE)
    context = browser.new_context(viewport={"width": 1440, "height": 2400})
    other = context.new_page()
    other.goto(tab.page.url)
    expect(box(other)).to_have_value(MEANS, timeout=A_WHILE)
    expect(other.locator(BARS)).to_have_count(3, timeout=A_WHILE)
    context.close()


def test_attempts_are_gone_back_to_and_drafts_are_kept(tab) -> None:
    tab.go(LINK, DONE)
    began, unrun = box(tab.page).input_value(), tab.page.get_by_text("changed, not run yet")
    run(tab, MEANS, DONE)
    expect(unrun).not_to_be_visible()
    box(tab.page).fill("a = 1")
    expect(unrun).to_be_visible()
    assert box(tab.page).bounding_box()["height"] < 60
    tab.page.get_by_role("radio", name="where it began").check(force=True)
    expect(box(tab.page)).to_have_value(began, timeout=A_WHILE)
    expect(unrun).not_to_be_visible()
    tab.page.get_by_role("radio", name="2 ·").check(force=True)
    expect(box(tab.page)).to_have_value("a = 1", timeout=A_WHILE)
    expect(unrun).to_be_visible()
    tab.settle(DONE)


def test_the_code_of_a_chart_is_opened_from_its_details(tab) -> None:
    tab.go("/charts?dataset=penguins", "Check a chart of yours")
    tab.page.get_by_role("button", name="Details").first.click()
    entries = tab.page.evaluate("history.length")
    tab.page.get_by_role("link", name="Edit and run").click()
    tab.settle(DONE)
    assert "alt.Chart(data" in box(tab.page).input_value()
    assert tab.page.evaluate("history.length") == entries + 1


def test_every_control_has_a_name_and_is_reached_by_the_keyboard(tab) -> None:
    tab.go(LINK, DONE)
    run(tab, BROKEN, "Line 2:")
    assert tab.page.evaluate(NAMELESS) == []
    box(tab.page).focus()
    for name in ("Run", "What can I write?", "How is this held?", "Use this"):
        for _ in range(4):
            tab.page.keyboard.press("Tab")
            if name in tab.page.evaluate("document.activeElement.innerText"):
                break
        assert name in tab.page.evaluate("document.activeElement.innerText")


def test_the_numbers_stay_beside_the_lines_of_long_code_and_the_marked_one_is_seen(tab) -> None:
    tab.page.set_viewport_size({"width": 1440, "height": 800})
    tab.go(LINK, DONE)
    run(tab, "\n" * 40 + BROKEN, "Line 42:")
    assert box(tab.page).evaluate("e => e.scrollHeight - e.clientHeight") == 0
    tab.page.wait_for_function(f"document.querySelector('{SCROLLED}').scrollTop > 0", timeout=A_WHILE)


def test_nothing_is_wider_than_a_telephone(tab) -> None:
    width = 390
    tab.page.set_viewport_size({"width": width, "height": 3000})
    tab.go(LINK, DONE)
    run(tab, MEANS, DONE)
    assert tab.page.evaluate("document.documentElement.scrollWidth") == width
    picture, place = (tab.page.locator(s).first.bounding_box() for s in (PICTURE, "[data-testid=stMain]"))
    assert picture["x"] + picture["width"] <= place["x"] + place["width"]
