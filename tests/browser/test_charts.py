"""The charts page in a real browser: edit, repair, pin, report; and a link that brings the edited chart back."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

LINK = "/charts?dataset=penguins"
A_WHILE = 60_000


def choose(tab, box: str, option: str) -> None:
    tab.page.get_by_role("combobox", name=box, exact=True).click()
    tab.page.get_by_role("option", name=option, exact=True).click()


def edit_scatter(tab) -> None:
    """Open the scatter plot of two numbers."""
    tab.go(f"{LINK}&charts_fields=bill_depth_mm&charts_fields=bill_length_mm", "Check a chart of yours")
    tab.page.get_by_role("button", name="Edit", exact=True).first.click()
    tab.settle("Horizontal axis shows")


def test_a_chart_is_broken_repaired_pinned_and_stands_in_the_report(tab, tmp_path: Path) -> None:
    edit_scatter(tab)
    choose(tab, "Mark", "bars")
    tab.settle("This chart breaks")
    tab.page.get_by_role("button", name="Change the mark").first.click()
    tab.settle("It keeps every rule")
    tab.page.get_by_role("button", name="Pin", exact=True).click()
    expect(tab.page.get_by_role("button", name="Pinned", exact=True)).to_be_visible(timeout=A_WHILE)
    tab.page.get_by_role("button", name="All charts").click()
    tab.settle("Check a chart of yours")
    tab.page.get_by_text("Pinned to the report: 1 chart").click()
    with tab.page.expect_download(timeout=A_WHILE) as download:
        tab.page.get_by_role("button", name="Download the report").click()
    download.value.save_as(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text("utf-8")
    assert page.index("Pinned charts") < page.index("Can I trust it?")
    assert 'alt="Scatter plot' in page
    tab.page.get_by_role("button", name="Remove", exact=True).click()
    expect(tab.page.get_by_text("Pinned to the report")).to_have_count(0, timeout=A_WHILE)


def test_a_link_restores_the_edited_chart(tab, browser) -> None:
    edit_scatter(tab)
    for axis, shown in (("Vertical axis shows", "mean"), ("Horizontal axis shows", "in bins")):
        before = tab.page.url
        choose(tab, axis, shown)
        expect(tab.page).not_to_have_url(before, timeout=A_WHILE)
        tab.settle("What it costs")
    context = browser.new_context(viewport={"width": 1440, "height": 2400})
    other = context.new_page()
    other.goto(tab.page.url)
    expect(other.get_by_role("combobox", name="Horizontal axis shows")).to_have_value("in bins", timeout=A_WHILE)
    expect(other.get_by_role("combobox", name="Vertical axis shows")).to_have_value("mean")
    expect(other.locator("[data-testid=stVegaLiteChart] svg, [data-testid=stVegaLiteChart] canvas")).to_be_visible()
    context.close()


def test_nothing_is_wider_than_a_telephone(tab) -> None:
    tab.page.set_viewport_size({"width": 390, "height": 2400})
    edit_scatter(tab)
    assert tab.page.evaluate("document.documentElement.scrollWidth") == 390
    tab.page.get_by_role("button", name="All charts").click()
    tab.settle("Check a chart of yours")
    assert tab.page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("width", [1440, 390])
def test_panels_stay_inside_their_card(tab, width: int) -> None:
    tab.page.set_viewport_size({"width": width, "height": 3600})
    tab.go(f"{LINK}&charts_fields=species&charts_fields=island", "Check a chart of yours")
    pictures = "[data-testid=stVegaLiteChart] svg, [data-testid=stVegaLiteChart] canvas"
    expect(tab.page.locator(pictures)).to_have_count(6, timeout=A_WHILE)
    beyond = tab.page.evaluate(
        """selector => [...document.querySelectorAll(selector)].map(picture => {
            const card = picture.closest("[data-testid=stVegaLiteChart]").getBoundingClientRect()
            const box = picture.getBoundingClientRect()
            const place = picture.closest("[data-testid=stVerticalBlock]").getBoundingClientRect()
            return Math.max(box.right - place.right, box.right - card.right, box.bottom - card.bottom)
        })""",
        pictures,
    )
    assert max(beyond) <= 1, beyond


def test_hovering_fetches_nothing_that_a_cell_of_a_column_called_image_names(tab, tmp_path: Path) -> None:
    cells = [f"http://127.0.0.1:9/{index % 3}.png,{index % 7},{'abc'[index % 3]}" for index in range(60)]
    (tmp_path / "pictures.csv").write_text("\n".join(["image,score,title", *cells]))
    tab.go("/", "See who is missing from your data")
    tab.page.locator("input[type=file]").set_input_files(tmp_path / "pictures.csv")
    tab.settle("60 rows")
    link = tab.page.get_by_role("link", name="More charts").get_attribute("href")
    tab.go(f"/{link}&charts_fields=image&charts_fields=score", "Check a chart of yours")
    chart = tab.page.locator("[data-testid=stVegaLiteChart]").first
    tooltip = tab.page.locator("#vg-tooltip-element")
    width = chart.bounding_box()["width"]
    for part in range(1, 20):
        chart.hover(position={"x": width * part / 20, "y": 100})
    expect(tooltip).to_contain_text("http://127.0.0.1:9/", timeout=A_WHILE)
    expect(tooltip.locator("img")).to_have_count(0)
