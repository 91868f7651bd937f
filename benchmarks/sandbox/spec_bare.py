"""The attacks of `spec_attacks/` on plain vega-embed, without any grammar: what they would do elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pandas as pd
from playwright.async_api import Error as BrowserError
from playwright.async_api import Page

from benchmarks.sandbox.spec_watch import Stage

ROWS = Path(__file__).parents[2] / "datasets" / "penguins.csv"
PAGE = """<!doctype html><meta charset=utf-8><title>a neighbour</title>
<script src=/vega/build/vega.min.js></script><script src=/vega-lite/build/vega-lite.min.js></script>
<script src=/vega-embed/build/vega-embed.min.js></script>
<body style="min-height: 4000px"><div id=chart></div><div id=neighbour><p>a neighbour</p></div><input id=beside>
<script>
const near = document.getElementById('neighbour'), rows = ROWS
near.dataset.was = near.innerHTML
async function draw(text) {
  const spec = JSON.parse(text)
  if (!Object.hasOwn(spec, 'data')) spec.data = {values: rows}
  await vegaEmbed('#chart', spec, text.includes('embedOptions') ? {} : {actions: false})
}
</script>"""


def bare_pages(modules: Path) -> Callable[[str], tuple[str, bytes] | None]:
    """What a server of bare vega-embed answers to a path."""
    rows = pd.read_csv(ROWS).to_json(orient="records")

    def answer(path: str) -> tuple[str, bytes] | None:
        if path == "/":
            return "text/html", PAGE.replace("ROWS", rows).encode()
        return ("text/javascript", (modules / path[1:]).read_bytes()) if path.endswith(".min.js") else None

    return answer


async def bare(stage: Stage, address: str, text: str) -> str:
    """What one attack does to plain vega-embed."""

    async def show(page: Page) -> None:
        await page.goto(address)
        with suppress(BrowserError):
            await page.evaluate("text => draw(text)", text)

    effects = await stage.watch(show)
    return "EFFECT: " + "; ".join(effects) if effects else "harmless"
