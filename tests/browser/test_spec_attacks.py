"""Charts that run scripts, send requests or freeze the page elsewhere, opened by a link in the real dashboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.sandbox.browser import CHART, HONEST, link
from benchmarks.sandbox.spec_attacks import SpecAttack, spec_attacks
from benchmarks.sandbox.spec_watch import EFFECTS, POINTS, START, listener, script

pytestmark = pytest.mark.browser

WORST = (
    "row_whose_image_ends_the_attribute",
    "form_action_is_a_script",
    "colours_of_rows",
    "bins_without_width",
)
ATTACKS = {attack.name: attack for attack in spec_attacks()}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a listener that must hear nothing."""
    with listener() as (opened, heard):
        yield opened
    assert heard == []


def opened(tab, text: str) -> list[list[float]]:
    """Open a chart by its link: the points of the page at which there is something to hover."""
    tab.page.add_init_script(script(START, CHART))
    tab.go(link(text), "How do I show it?")
    return tab.page.evaluate(script(POINTS, CHART))


def test_an_honest_chart_is_drawn(tab, port: int) -> None:
    assert opened(tab, HONEST)
    assert tab.page.evaluate(script(EFFECTS, CHART), port) == []


@pytest.mark.parametrize("attack", [ATTACKS[name] for name in WORST], ids=lambda attack: attack.name)
def test_an_attack_has_no_effect(tab, port: int, attack: SpecAttack) -> None:
    assert attack.proven
    for x, y in opened(tab, attack.text(port))[:12]:
        tab.page.mouse.move(x, y)
    tab.page.mouse.down()
    tab.page.mouse.up()
    assert tab.page.evaluate(script(EFFECTS, CHART), port) == []
    assert tab.page.evaluate("1 + 1") == 2
    assert len(tab.page.context.pages) == 1
