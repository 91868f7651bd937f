"""Seconds from a drop to an answer, for a warm load and for a switch of pages, in headless Chromium.

    python -m benchmarks.pages [--json] [--keep FOLDER]

A 10 MB CSV is dropped on the front door; the clock runs until the overview shows a verdict, a drawn chart and the
field table. `--keep` saves screenshots.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
CHROMIUM = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"]


def ten_megabytes(folder: Path) -> Path:
    """A CSV of 10 MB: people with a duplicated block, values missing by group, numbers, dates and levels."""
    random = np.random.default_rng(7)
    n = 172_000
    group = random.choice(["north", "south", "east", "west"], n, p=[0.5, 0.25, 0.15, 0.1])
    age = random.normal(45, 16, n).clip(0, 99).round(1)
    frame = pd.DataFrame(
        {
            "person": np.arange(n) + 100_000,
            "region": group,
            "sex": random.choice(["female", "male"], n),
            "age": np.where((group == "west") & (random.random(n) < 0.4), np.nan, age),
            "income": random.lognormal(10, 0.6, n).round(2),
            "seen": pd.to_datetime("2024-01-01") + pd.to_timedelta(random.integers(0, 700, n), unit="D"),
            "visits": random.poisson(3, n),
            "score": random.normal(0, 1, n).round(4),
            "plan": random.choice(["basic", "plus", "family", "none"], n, p=[0.6, 0.2, 0.15, 0.05]),
        }
    )
    path = folder / "people.csv"
    frame.to_csv(path, index=False)
    return path


@contextmanager
def dashboard(workspace: Path) -> Iterator[str]:
    """The address of a dashboard without a language model."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {**os.environ, "OBSERVATORY_WORKSPACE": str(workspace), "OBSERVATORY_LLM": "off"}
    command = [sys.executable, "-m", "observatory", "serve", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        time.sleep(4)  # the server imports what pages need in the background
        yield address
    finally:
        process.terminate()
        process.wait(20)


def settled(page: Page) -> None:
    """Wait until the script of the page has ended."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=60_000)


def seconds(act: Callable[[], None]) -> float:
    """Wall-clock seconds of an act."""
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def drop(page: Page, address: str, path: Path) -> dict[str, float]:
    """Drop a file; seconds until the verdict, the first drawn chart and the whole page are there."""
    page.goto(address)
    page.get_by_text("See who is missing").first.wait_for()
    settled(page)
    begun = time.perf_counter()
    page.locator("input[type=file]").set_input_files(path)
    marks = {}
    page.get_by_text("Can I trust it?").first.wait_for(timeout=60_000)
    page.get_by_text("See the evidence").first.wait_for(timeout=60_000)
    marks["verdict"] = time.perf_counter() - begun
    page.locator("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg").first.wait_for(
        timeout=60_000
    )
    marks["chart"] = time.perf_counter() - begun
    page.get_by_text("What is in each field?").first.wait_for(timeout=60_000)
    settled(page)
    marks["page"] = time.perf_counter() - begun
    return marks


def measure(keep: Path | None) -> dict[str, object]:
    """All figures of this benchmark."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = ten_megabytes(Path(folder))
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        with dashboard(Path(folder) / "workspace") as address:
            page = browser.new_page(viewport={"width": 1440, "height": 2600})
            dropped = drop(page, address, path)
            if keep:
                page.screenshot(path=keep / "dropped.png")
            dataset = page.url.partition("dataset=")[2]

            def load() -> None:
                page.goto(f"{address}/overview?dataset={dataset}")
                page.get_by_text("What is in each field?").first.wait_for()
                settled(page)

            def switch(name: str, text: str) -> Callable[[], None]:
                def act() -> None:
                    page.get_by_test_id("stSidebarNav").get_by_text(name, exact=True).click()
                    page.get_by_text(text).first.wait_for()
                    settled(page)

                return act

            loads = [seconds(load) for _ in range(5)]
            visits = [("Bias", "Who or what is missing?"), ("Charts", "How do I show it?"), ("Ask", "What do you want")]
            switches = [seconds(switch(*visit)) for _ in range(4) for visit in visits][len(visits) :]
        browser.close()
        return {
            "bytes": path.stat().st_size,
            "drop": dropped,
            "warm_load": statistics.median(loads),
            "switch": statistics.median(switches),
            "switch_worst": max(switches),
            "loadavg": os.getloadavg()[0],
        }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--keep", type=Path)
    arguments = parser.parse_args()
    found = measure(arguments.keep)
    print(json.dumps(found, indent=None if arguments.json else 2))


if __name__ == "__main__":
    main()
