"""What a chart by code costs: cold and warm, small and large, sixty-four at once, and a thousand in a row.

python -m benchmarks.sandbox.speed
"""

from __future__ import annotations

import os
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd

from observatory.errors import ChartCodeError
from observatory.sandbox.box import Sandbox

SMALL = """
def plot(data):
    x = alt.X("group:N", sort="-y")
    return alt.Chart(data).mark_bar().encode(x=x, y="mean(value):Q", tooltip=["group", "value"])
"""
LARGE = """
def plot(data):
    means = data.groupby("group", as_index=False).agg(value=("value", "mean"), n=("value", "size"))
    return alt.Chart(means).mark_bar().encode(x="group:N", y="value:Q", tooltip=["n:Q"])
"""
HOSTILE = (
    "while True:\n    pass",
    "rows = [0]\nwhile True:\n    rows = rows + rows",
    "def plot(data):\n    return plot(data)",
    "chart = alt.Chart(pd.concat([data] * 2000)).mark_point().encode(x='value')",
)


def frame(n: int) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "group": rng.choice(list("abcdefgh"), n),
            "value": rng.normal(size=n),
            "count": rng.integers(0, 1000, n),
            "day": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1000, n), unit="D"),
        }
    )


def timed(box: Sandbox, code: str, rows: pd.DataFrame) -> float:
    began = time.perf_counter()
    box.run(code, f"rows{len(rows)}", lambda: rows)
    return time.perf_counter() - began


def quantiles(seconds: list[float]) -> str:
    cuts = statistics.quantiles(seconds, n=20)
    return f"median {1000 * statistics.median(seconds):.1f} ms, p95 {1000 * cuts[-1]:.1f} ms"


def descendants(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *descendants(int(child))]
    return found


def memory(pids: list[int]) -> float:
    """Megabytes that processes hold: the proportional set size, in which shared pages count once."""
    lines = [Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines() for pid in pids]
    return sum(int(line.split()[1]) for lines in lines for line in lines if line.startswith("Pss:")) / 1024


def main() -> None:
    print(f"load {os.getloadavg()[0]:.2f}")
    small, large = frame(500), frame(100_000)
    cold = []
    for _ in range(5):
        box = Sandbox()
        cold.append(timed(box, SMALL, small))
        box.close()
    print(f"cold, with the test of all layers: median {statistics.median(cold):.2f} s, worst {max(cold):.2f} s")
    box = Sandbox()
    timed(box, SMALL, small)
    print(f"warm, 500 rows: {quantiles([timed(box, SMALL, small) for _ in range(200)])}")
    pids = descendants(os.getpid())
    print(f"idle: {len(pids)} processes, {memory(pids):.0f} MB")
    first = timed(box, LARGE, large)
    print(f"100,000 rows: first {1000 * first:.0f} ms, then {quantiles([timed(box, LARGE, large) for _ in range(50)])}")
    at_once(box, small)
    in_a_row(box, small)
    box.close()


def at_once(box: Sandbox, rows: pd.DataFrame) -> None:
    """Sixty-four at once, every second one hostile."""
    codes = [SMALL if place % 2 else HOSTILE[place // 2 % len(HOSTILE)] for place in range(64)]

    def one(code: str) -> tuple[str, float, str]:
        began = time.perf_counter()
        try:
            box.run(code, "rows500", lambda: rows)
        except ChartCodeError as error:
            return code, time.perf_counter() - began, error.message
        return code, time.perf_counter() - began, ""

    with ThreadPoolExecutor(64) as pool:
        ended = list(pool.map(one, codes))
    honest = [(seconds, said) for code, seconds, said in ended if code == SMALL]
    refused = [said for _, said in honest if said]
    print(f"64 at once, half hostile: {len(honest) - len(refused)} of {len(honest)} honest ones drawn, {set(refused)}")
    worst = max(seconds for seconds, _ in honest)
    print(f"  honest: {quantiles([seconds for seconds, _ in honest])}, worst {worst:.2f} s of {box.limits.seconds:g}")
    print(f"  hostile ones ended within {max(seconds for code, seconds, _ in ended if code != SMALL):.1f} s")


def in_a_row(box: Sandbox, rows: pd.DataFrame, n: int = 1000) -> None:
    """Memory, descriptors and processes before and after many charts."""

    def state() -> tuple[float, int, int]:
        pids = descendants(os.getpid())
        open_files = sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in (os.getpid(), *pids))
        return memory([*pids, os.getpid()]), open_files, len(pids)

    for _ in range(50):
        timed(box, SMALL, rows)
    before = state()
    seconds = [timed(box, SMALL, rows) for _ in range(n)]
    after = state()
    print(f"{n:,} in a row: {quantiles(seconds)}")
    for what, one, other in zip(("memory (MB)", "descriptors", "processes"), before, after, strict=True):
        print(f"  {what}: {one:.0f} before, {other:.0f} after")


if __name__ == "__main__":
    main()
