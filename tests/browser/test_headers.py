"""A page of the dashboard loads nothing from elsewhere and sends nothing there, whatever slips into it."""

from __future__ import annotations

import contextlib
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response

pytestmark = pytest.mark.browser

PAGES = ["/", "/overview", "/bias", "/charts", "/ask", "/code"]
COLLECT = """
window.violations = []
document.addEventListener("securitypolicyviolation", e => violations.push(e.effectiveDirective + " " + e.blockedURI))
"""
ESCAPES = {
    "connect-src": [
        "fetch('{to}/fetch', {{mode: 'no-cors'}}).catch(() => 0)",
        "navigator.sendBeacon('{to}/beacon', 'x')",
        "new WebSocket('{to}/socket'.replace('http', 'ws'))",
        "new EventSource('{to}/events')",
    ],
    "img-src": ["new Image().src = '{to}/image'", "{append}('input', 'type=image src={to}/input')"],
    "script-src-elem": ["{append}('script', 'src={to}/script.js')", "import('{to}/module.js').catch(() => 0)"],
    "style-src-elem": ["{append}('link', 'rel=stylesheet href={to}/style.css')"],
    "font-src": ["new FontFace('x', 'url({to}/font.woff2)').load().catch(() => 0)"],
    "frame-src": ["{append}('iframe', 'src={to}/frame')"],
    "object-src": ["{append}('object', 'data={to}/object')", "{append}('embed', 'src={to}/embed')"],
    "media-src": ["{append}('video', 'src={to}/video')"],
    "form-action": [
        "{append}('form', 'id=f method=post action={to}/form', '<input name=a value=b>'); document.forms.f.submit()"
    ],
    "base-uri": ["document.head.insertAdjacentHTML('afterbegin', '<base href={to}/>')"],
    "script-src-attr": ["{append}('i', 'onclick=window.ran=1 id=h'); document.getElementById('h').click()"],
    "script-src": [
        "setTimeout('window.ran = 1')",
        "setTimeout(() => {{ try {{ eval('window.ran = 1') }} catch {{ }} }})",
        "setTimeout(() => {{ try {{ Function('window.ran = 1')() }} catch {{ }} }})",
    ],
}
APPEND = """((tag, attributes, inner = "") => {
    const part = document.createElement(tag)
    for (const each of attributes.split(" ")) part.setAttribute(...each.split(/=(.*)/s))
    part.innerHTML = inner
    document.body.append(part)
})"""


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[bytes]]]:
    """Another origin of this machine, and all that was ever said to it."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        stopped = threading.Event()

        def listen() -> None:
            while not stopped.is_set():
                try:
                    caller, _ = server.accept()
                except TimeoutError:
                    continue
                with caller:
                    caller.settimeout(1)
                    try:
                        heard.append(caller.recv(200))
                    except OSError:
                        heard.append(b"")

        thread = threading.Thread(target=listen)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", heard
        stopped.set()
        thread.join()


@pytest.fixture(scope="module")
def watched(browser: Browser) -> Iterator[BrowserContext]:
    """A context whose pages collect what breaks their policy."""
    opened = browser.new_context(viewport={"width": 1440, "height": 2400})
    opened.add_init_script(COLLECT)
    yield opened
    opened.close()


@pytest.fixture
def page(watched: BrowserContext) -> Iterator[Page]:
    opened = watched.new_page()
    yield opened
    opened.close()


def opened(page: Page, address: str) -> Response:
    response = page.goto(address)
    assert response is not None
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=90_000)
    page.locator("[data-testid=stSkeleton]").first.wait_for(state="detached", timeout=90_000)
    return response


def test_no_page_breaks_its_own_policy(page: Page, url: str) -> None:
    for path in PAGES:
        response = opened(page, f"{url}{path}?dataset=penguins")
        assert "default-src 'self'" in response.headers["content-security-policy"]
        assert page.get_by_test_id("stMainBlockContainer").inner_text().strip()
        assert page.evaluate("violations") == [], path


def test_the_page_works_under_the_other_name_of_this_machine(page: Page, url: str) -> None:
    opened(page, f"{url.replace('127.0.0.1', 'localhost')}/overview?dataset=penguins")
    page.get_by_text("Can I trust it?").first.wait_for(timeout=90_000)
    assert page.evaluate("violations") == []


@pytest.fixture
def below_a_path(url: str) -> Iterator[str]:
    """The dashboard behind a proxy that gives it the path /tools/observatory/ and takes it off again."""
    host, port = url.removeprefix("http://").split(":")

    def answer(caller: socket.socket) -> None:
        with caller, socket.create_connection((host, int(port))) as server:
            asked = b""
            while b"\r\n\r\n" not in asked and (more := caller.recv(65536)):
                asked += more
            upgrade = b"upgrade: websocket" in asked.lower()
            asked = asked.replace(b" /tools/observatory/", b" /", 1)
            server.sendall(asked if upgrade else asked.replace(b"keep-alive", b"close", 1))
            back = threading.Thread(target=pass_on, args=(caller, server), daemon=True)
            back.start()
            pass_on(server, caller)

    with socket.create_server(("127.0.0.1", 0)) as proxy:

        def listen() -> None:
            while True:
                try:
                    caller, _ = proxy.accept()
                except OSError:
                    return
                threading.Thread(target=answer, args=(caller,), daemon=True).start()

        threading.Thread(target=listen, daemon=True).start()
        yield f"http://127.0.0.1:{proxy.getsockname()[1]}/tools/observatory"


def pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while part := source.recv(65536):
            target.sendall(part)
        target.shutdown(socket.SHUT_WR)


def test_the_page_works_behind_a_proxy_that_gives_it_a_path(page: Page, below_a_path: str) -> None:
    failed: list[str] = []
    page.on("response", lambda reply: failed.append(reply.url) if reply.status >= 400 else None)
    opened(page, f"{below_a_path}/overview?dataset=penguins")
    page.get_by_text("Can I trust it?").first.wait_for(timeout=90_000)
    assert page.evaluate("violations") == []
    assert failed == []


def test_what_slips_into_a_page_reaches_no_other_host_and_runs_no_text(
    page: Page, url: str, elsewhere: tuple[str, list[bytes]]
) -> None:
    address, heard = elsewhere
    opened(page, f"{url}/")
    for directive, attempts in ESCAPES.items():
        for attempt in attempts:
            before = len(page.evaluate("violations"))
            page.evaluate(f"() => {{ {attempt.format(to=address, append=APPEND)} }}")
            page.wait_for_function("n => violations.length > n", arg=before, timeout=20_000)
            assert page.evaluate("violations.at(-1)").startswith(directive), attempt
    assert page.evaluate("window.ran") is None
    assert page.url.startswith(url)
    # Chromium opens a connection for a frame or a form before it asks the policy, and then says nothing on it.
    assert b"".join(heard) == b""


@pytest.mark.parametrize("path", ["/", "/nowhere", "/favicon.png", "/_stcore/health", "/_stcore/upload_file/a/b"])
def test_every_answer_carries_the_headers(url: str, path: str) -> None:
    try:
        with urllib.request.urlopen(f"{url}{path}", timeout=10) as reply:
            headers = reply.headers
    except urllib.error.HTTPError as refused:
        headers = refused.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
    scripts = next(part for part in headers["Content-Security-Policy"].split("; ") if part.startswith("script-src"))
    assert "'unsafe-eval'" not in scripts
    assert "'unsafe-inline'" not in scripts
