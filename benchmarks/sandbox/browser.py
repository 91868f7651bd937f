"""Every attack of `spec_attacks/` through the real entrances, and in the real dashboard in headless Chromium.

    python -m benchmarks.sandbox.browser [NAME …] [--without-grammar] [--json FILE] [--no-page]
    python -m benchmarks.sandbox.browser [NAME …] --bare NODE_MODULES [--json FILE]

A NAME is an attack or a kind. Each attack goes through `check`, `draw` and `picture`, in a process of its own with a
deadline, and then through a link to the charts page, where it is hovered, scrolled, clicked and typed at. Printed is a
Markdown table: refused (a typed error), harmless, or EFFECT. `--without-grammar` starts everything with a grammar that
accepts all, and so tells what the drawing, Vega and the headers of the server stop on their own. `--bare` shows what
the attacks do to plain vega-embed, whose packages were installed into NODE_MODULES.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from playwright.async_api import Error as BrowserError
from playwright.async_api import Page

from benchmarks.sandbox.spec_attacks import SpecAttack, spec_attacks
from benchmarks.sandbox.spec_bare import bare, bare_pages
from benchmarks.sandbox.spec_entrances import DATASET, ENTRANCES, MEMORY, OPEN_GRAMMAR, Entrances
from benchmarks.sandbox.spec_watch import Stage, listener

ROOT = Path(__file__).parents[2]
CHART = "[data-testid=stVegaLiteChart]"
SERVER = "import sys; from observatory.cli import main; sys.exit(main(sys.argv[1:]))"
LONGEST_LINK = 30_000
HONEST = '{"mark": "point", "encoding": {"x": {"field": "bill_length_mm", "type": "quantitative"}}}'


# the dashboard


@contextmanager
def dashboard(without_grammar: bool) -> Iterator[str]:
    """The address of a dashboard without a language model, with or without its grammar."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    script = (OPEN_GRAMMAR if without_grammar else "") + SERVER
    with tempfile.TemporaryDirectory() as workspace:
        environ = {**os.environ, "OBSERVATORY_WORKSPACE": workspace, "OBSERVATORY_LLM": "off"}
        command = [sys.executable, "-c", script, "serve", "--port", str(port)]
        process = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY)),
        )  # fmt: skip
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(600):
                with suppress(OSError):
                    urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()
                    break
                time.sleep(0.1)
            yield address
        finally:
            process.kill()
            process.wait(20)


def link(text: str) -> str:
    """The path of the charts page with a chart of this JSON, which need not be well formed."""
    packed = base64.urlsafe_b64encode(zlib.compress(text.encode("utf-8", "surrogatepass"), 9)).decode().rstrip("=")
    return f"/charts?dataset={DATASET}&chart={packed}"


async def shown(page: Page, address: str, path: str, said: dict[str, Any]) -> None:
    """Open the charts page, wait until its script has ended, and note what it says and what the headers stopped."""
    page.on("console", lambda m: said["stopped"].append(m.text[:120]) if "Content Security Policy" in m.text else None)
    await page.goto(address + path)
    await page.get_by_text("How do I show it?").first.wait_for(timeout=20_000)
    await page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=20_000)
    with suppress(BrowserError):
        ended = f"{CHART} :is(svg, canvas), [data-testid=stAlert]"
        await page.locator(ended).first.wait_for(timeout=4000)
    said["alerts"] = [text[:160] for text in await page.locator("[data-testid=stAlert]").all_inner_texts()]
    said["drawn"] = await page.locator(f"{CHART} :is(svg, canvas)").count() > 0


async def in_dashboard(stage: Stage, address: str, text: str) -> str:
    """What one attack does in the dashboard."""
    path = link(text)
    if len(path) > LONGEST_LINK:
        return "refused: too long for a link"
    said: dict[str, Any] = {"stopped": [], "alerts": [], "drawn": False}
    effects = await stage.watch(lambda page: shown(page, address, path, said))
    if effects:
        return "EFFECT: " + "; ".join(effects)
    stopped = f" (the headers stopped: {said['stopped'][0]})" if said["stopped"] else ""
    if said["drawn"]:
        return "harmless" + stopped
    return ("refused: " + (" ".join(said["alerts"]) or "nothing is drawn") + stopped).replace("\n", " ")


# all of it


async def run(attacks: Sequence[SpecAttack], options: argparse.Namespace) -> list[dict[str, Any]]:
    """A row for each attack, said as soon as it is known."""
    found: list[dict[str, Any]] = []
    with listener() as (port, heard):
        if options.bare:
            with listener(bare_pages(options.bare)) as (own, _):
                address = f"http://127.0.0.1:{own}/"
                async with Stage("#chart", address, port, heard) as stage:
                    return [told(one, {"page": await bare(stage, address, one.text(port))}) for one in attacks]
        entrances = Entrances(without_grammar=options.without_grammar)
        with dashboard(options.without_grammar) as address:
            async with Stage(CHART, address, port, heard, seconds=45) as stage:
                honest = "no page" if options.no_page else await in_dashboard(stage, address, HONEST)
                assert honest in ("harmless", "no page"), honest
                for one in attacks:
                    text = one.text(port)
                    heard.clear()
                    said = entrances(text)
                    said |= {"listener": f"EFFECT: request {heard[0]}"} if heard else {}
                    if not options.no_page:
                        said["page"] = await in_dashboard(stage, address, text)
                    found.append(told(one, said))
        entrances.close()
    return found


def told(attack: SpecAttack, said: dict[str, str]) -> dict[str, Any]:
    """One row, printed to stderr on the way."""
    print(attack.name, said, file=sys.stderr, flush=True)
    return {"name": attack.name, "kind": attack.kind, "aim": attack.aim, "proven": attack.proven, **said}


def word(said: str | None) -> str:
    """The first word of what an entrance said.

    >>> word("refused: ChartInvalidSpec: …")
    'refused'
    """
    return (said or "–").partition(":")[0].partition(" ")[0]


def table(rows: Sequence[dict[str, Any]]) -> str:
    """The rows as a Markdown table, and counts beneath it."""
    places = [place for place in (*ENTRANCES, "page", "listener") if any(place in r for r in rows)]
    lines = [f"| Attack | Aim | Bare | {' | '.join(places)} |", "|" + " --- |" * (3 + len(places))]
    for r in rows:
        cells = " | ".join(word(r.get(place)) for place in places)
        lines.append(f"| {r['kind']}: {r['name']} | {r['aim']} | {'effect' if r['proven'] else '–'} | {cells} |")
    counts = {place: dict(Counter(word(r.get(place)) for r in rows)) for place in places}
    return "\n".join([*lines, "", *(f"{place}: {count}" for place, count in counts.items())])


def main() -> None:
    """Run the attacks and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--without-grammar", action="store_true")
    parser.add_argument("--no-page", action="store_true", help="only the entrances of the library")
    parser.add_argument("--bare", type=Path, metavar="NODE_MODULES")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    chosen = [a for a in spec_attacks() if not options.names or {a.name, a.kind} & set(options.names)]
    rows = asyncio.run(run(chosen, options))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(table(rows))


if __name__ == "__main__":
    main()
