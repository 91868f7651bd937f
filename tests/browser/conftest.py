"""A real dashboard and a real Chromium that fails on console errors and on any request to another host."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a dashboard with an empty workspace and no language model."""
    port = free_port()
    environ = {
        **os.environ,
        "OBSERVATORY_WORKSPACE": str(tmp_path_factory.mktemp("workspace")),
        "OBSERVATORY_LLM": "off",
    }
    command = [sys.executable, "-m", "observatory", "serve", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_healthy(address, process)
        yield address
    finally:
        process.terminate()
        _, log = process.communicate(timeout=20)
    assert b"Traceback" not in log, log.decode()


def wait_until_healthy(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the dashboard stopped"
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1) as reply:
                if reply.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the dashboard did not start")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    flags = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-software-rasterizer"]
    flags.append("--disable-background-networking")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        yield opened
        opened.close()


DRAWN = "[...document.querySelectorAll('[data-testid=stVegaLiteChart]')].every(e => e.querySelector('svg, canvas'))"
"""Charts move what is below them until they are drawn, and a click in that moment is lost."""


@dataclass
class Tab:
    """A page that remembers what went wrong on it."""

    page: Page
    address: str
    problems: list[str] = field(default_factory=list)

    def go(self, path: str, text: str) -> None:
        """Open a path and wait for a text of the page, for the script to end, and for all widgets and charts."""
        self.page.goto(f"{self.address}{path}")
        self.settle(text)

    def settle(self, text: str) -> None:
        self.page.get_by_text(text).first.wait_for(timeout=30_000)
        self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=30_000)
        expect(self.page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=30_000)
        self.page.wait_for_function(DRAWN, timeout=30_000)


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One context for all tabs: what the browser has fetched and compiled once it has for all of them."""
    opened = browser.new_context(viewport={"width": 1440, "height": 2400}, reduced_motion="reduce")
    yield opened
    opened.close()


@pytest.fixture
def tab(context: BrowserContext, url: str) -> Iterator[Tab]:
    opened = Tab(context.new_page(), url)
    opened.page.on("console", lambda m: opened.problems.append(m.text) if m.type == "error" else None)
    opened.page.on("pageerror", lambda error: opened.problems.append(str(error)))
    opened.page.on(
        "request", lambda r: None if _is_local(r.url, url) else opened.problems.append(f"request to {r.url}")
    )
    yield opened
    opened.page.close()
    assert opened.problems == []


def _is_local(requested: str, address: str) -> bool:
    host = address.removeprefix("http://")
    return requested.startswith((f"http://{host}", f"ws://{host}", "data:", "blob:"))
