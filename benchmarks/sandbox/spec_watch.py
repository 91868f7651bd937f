"""A page in Chromium that is prodded like a curious person would, and watched for what an attack is after."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from playwright.async_api import Browser, Page, async_playwright
from playwright.async_api import Error as BrowserError

FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--js-flags=--max-old-space-size=1024",
]
SECRET = "Sesame"
PATIENCE = 10
PIXEL = b"GIF89a\x01\x00\x01\x00\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x00;"
START = """
window.__wheels = 0
window.addEventListener('wheel', e => { if (e.defaultPrevented && !e.target.closest(PLACE)) window.__wheels++ })
"""
EFFECTS = """
port => {
  const effects = [], place = document.querySelector(PLACE), far = `127.0.0.1:${port}`
  const bad = text => text.includes(far) || text.includes('__pwned') || /^\\s*javascript:/i.test(text)
  if (window.__pwned !== undefined) effects.push('script: it ran')
  const active = ['src', 'href', 'xlink:href', 'srcdoc', 'style', 'formaction', 'action', 'cursor']
  for (const e of document.querySelectorAll('*'))
    for (const a of e.attributes)
      if ((active.includes(a.name) || /^on/i.test(a.name)) && bad(a.value) && e !== document.querySelector('base'))
        effects.push(`html: <${e.localName} ${a.name}>`)
  for (const e of document.querySelectorAll('script, style'))
    if (bad(e.textContent)) effects.push(`html: <${e.localName}>`)
  const tip = '#vg-tooltip-element :is(img, iframe, script, a)'
  const inside = `${PLACE} :is(img, iframe, script, object, embed, base), ${tip}`
  for (const e of document.querySelectorAll(inside)) effects.push(`html: <${e.localName}> in the chart`)
  const boxes = '.vega-bind input:is([type=password], [type=file], [type=image], [type=submit])'
  for (const e of document.querySelectorAll(boxes)) effects.push(`html: <input type=${e.type}>`)
  for (const e of document.querySelectorAll('.vega-bind input'))
    if (getComputedStyle(e).position === 'fixed') effects.push('html: a box over the page')
  for (const e of document.querySelectorAll('.vega-bind'))
    if (!e.closest(PLACE)) effects.push('cross: a box outside the chart')
  const said = [...document.querySelectorAll(`${PLACE} svg text`)].map(e => e.textContent).join(' ')
  if (said.includes('SECRET') || said.includes('a neighbour')) effects.push('cross: it shows what others hold')
  const near = document.querySelector('#neighbour')
  if (near && near.dataset.was !== near.innerHTML) effects.push('cross: the neighbour changed')
  if (window.__wheels) effects.push('cross: it takes the wheel from the page')
  return [...new Set(effects)]
}
""".replace("SECRET", SECRET)


def script(source: str, place: str) -> str:
    """START, EFFECTS or POINTS for charts at a CSS selector.

    >>> script("document.querySelector(`${PLACE} svg`)", "#a")
    'document.querySelector(`#a svg`)'
    """
    return source.replace("${PLACE}", place).replace("PLACE", repr(place))


@contextmanager
def listener(pages: Callable[[str], tuple[str, bytes] | None] = lambda _path: None) -> Iterator[tuple[int, list[str]]]:
    """A server on 127.0.0.1 that notes each path it is asked for: its port and what it heard."""
    heard: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            found = pages(self.path)
            kind, body = found or (("image/gif", PIXEL) if ".png" in self.path else ("application/json", b"[]"))
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the name that the library calls

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port, heard
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Stage:
    """A Chromium for one attack after the other, started anew after each that freezes it.

    `place` is the CSS selector of the chart, `own` what addresses of the page itself begin with.
    """

    place: str
    own: str
    port: int
    heard: list[str]
    seconds: float = 8
    _playwright: Any = None
    _browser: Browser | None = None
    asked: dict[str, str] = field(default_factory=dict)

    async def __aenter__(self) -> Stage:
        self._playwright = await async_playwright().start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._close()
        await self._playwright.stop()

    async def _close(self) -> None:
        browser, self._browser = self._browser, None
        if browser is not None:
            with suppress(BrowserError, TimeoutError):
                await asyncio.wait_for(browser.close(), 40)

    async def watch(self, show: Callable[[Page], Awaitable[None]]) -> list[str]:
        """What happens while an attack is shown and prodded: "script: …", "request: …", "frozen: …" and so on."""
        if self._browser is None:
            path = shutil.which("chromium")
            self._browser = await self._playwright.chromium.launch(executable_path=path, args=FLAGS)
        self.heard.clear()
        self.asked.clear()
        effects: list[str] = []
        context = await self._browser.new_context(viewport={"width": 1280, "height": 1500})
        await context.add_init_script(script(START, self.place))
        page = await context.new_page()
        page.on("crash", lambda _: effects.append("frozen: the tab crashed"))
        page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.dismiss()))
        context.on("page", lambda other: other.on("request", lambda request: self._note(request.url)))
        session = await context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", lambda event: self._note(event["request"]["url"], event["requestId"]))
        session.on("Network.loadingFailed", self._forget)
        await session.send("Network.enable")
        with suppress(BrowserError):
            try:
                await asyncio.wait_for(show(page), self.seconds)
            except TimeoutError:
                effects.append(f"slow: not shown in {self.seconds:.0f} seconds")
            else:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._prod(page, effects), self.seconds)
        frozen = not await self._awake(page)
        if frozen:
            effects.append(f"frozen: no answer for {PATIENCE} seconds")
        effects += [f"request: {url}" for url in dict.fromkeys([*self.asked.values(), *self.heard])]
        if frozen:
            await self._close()
        else:
            effects += await self._found(page)
            with suppress(BrowserError, TimeoutError):
                await asyncio.wait_for(context.close(), 10)
        return list(dict.fromkeys(effects))

    def _forget(self, event: dict[str, Any]) -> None:
        """A request that the headers of the page stopped was not sent."""
        if event.get("blockedReason") == "csp":
            self.asked.pop(event["requestId"], None)

    def _note(self, url: str, key: str = "") -> None:
        if not url.startswith(
            (self.own, self.own.replace("http", "ws", 1), "data:", "blob:", "about:", "chrome-error:")
        ):
            self.asked[key or url] = url[:120]

    async def _awake(self, page: Page) -> bool:
        try:
            return bool(await asyncio.wait_for(page.evaluate("1 + 1"), PATIENCE) == 2)
        except BrowserError as error:
            return "crashed" not in str(error)
        except TimeoutError:
            return False

    async def _found(self, page: Page) -> list[str]:
        with suppress(BrowserError, TimeoutError):
            return list(await asyncio.wait_for(page.evaluate(script(EFFECTS, self.place), self.port), 10))
        return []

    async def _prod(self, page: Page, effects: list[str]) -> None:
        """Hover, scroll, click and type; what is found on the way is kept, since a click may leave the page."""
        with suppress(BrowserError):
            await page.locator(f"{self.place} :is(svg, canvas)").first.wait_for(timeout=5000)
        places = await page.evaluate(script(POINTS, self.place))
        for x, y in places:
            await page.mouse.move(x, y)
            await asyncio.sleep(0.03)
        effects += await self._found(page)
        if places:
            await page.mouse.wheel(0, 10)
            await page.mouse.down()
            await page.mouse.move(places[0][0], places[0][1])
            await page.mouse.up()
        await page.mouse.move(1270, 5)
        await page.mouse.wheel(0, 10)
        for box in await page.locator("#beside").all():
            await box.press_sequentially(SECRET)
        await page.keyboard.type(SECRET)
        effects += await self._found(page)
        await self._click(page, places[:5], effects)

    async def _click(self, page: Page, places: list[list[float]], effects: list[str]) -> None:
        clickable = ".vega-bind :is(input, option), .vega-embed summary, .vega-actions a"
        for one in (await page.locator(clickable).all())[:12]:
            with suppress(BrowserError):
                await one.click(timeout=500, no_wait_after=True)
        await asyncio.sleep(0.1)
        effects += await self._found(page)
        for x, y in places:
            await page.mouse.click(x, y)
            await asyncio.sleep(0.15)
        await asyncio.sleep(0.3)


POINTS = """
() => {
  const found = [], chart = document.querySelector(`${PLACE} :is(svg, canvas)`)
  if (!chart) return found
  const all = selector => [...document.querySelectorAll(selector.split(',').map(s => `${PLACE} svg ${s}`).join())]
  const marks = all('.role-mark > :is(path, image, text, line, a)')
  const words = all(':is(.role-axis-label, .role-title-text, .role-legend-label) text')
  const parts = [...marks.slice(0, 2), ...words.slice(0, 2), ...words.slice(-1), ...marks.slice(-4)]
  for (const e of [...parts, chart]) {
    const box = e.getBoundingClientRect()
    found.push([box.x + box.width / 2, box.y + box.height / 2])
  }
  const box = chart.getBoundingClientRect()
  for (let i = 1; i < 6; i++)
    for (let j = 1; j < 4; j++) found.push([box.x + box.width * i / 6, box.y + box.height * j / 4])
  return found.filter(([x, y]) => x > 0 && y > 0 && x < innerWidth && y < innerHeight)
}
"""
