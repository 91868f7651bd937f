"""Seconds and memory of a bias report as rows grow: `python -m benchmarks.bias.scale [--rows 100000 1000000]`.

Twenty fields, of which three depend on others; a tenth of one group is thinned out, a field is missing in one region,
and 200 rows are copies. Each size runs in a process of its own, with a reference of as many rows and without one.
"First" is when the first findings are there, "whole" when the last detector has reported.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

import observatory
from observatory.model import BiasReport

CHUNK = 1_000_000


def people(n: int, rng: np.random.Generator, *, biased: bool) -> pd.DataFrame:
    """`n` rows of twenty fields."""
    age = rng.integers(0, 100, n).astype("int16")
    region = rng.choice(list("ABCDEFGHIJ"), n)
    income = rng.lognormal(9 + age / 100, 0.6, n).round(0)
    income[(region == "J") & (rng.random(n) < 0.3)] = np.nan
    frame = pd.DataFrame({"age": age, "region": region, "income": income})
    frame["sex"] = rng.choice(["female", "male"], n)
    frame["day"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1500, n), "D")
    frame["children"] = rng.poisson(1.2, n).astype("int8")
    for i, levels in enumerate((2, 3, 5, 8, 12, 40)):
        frame[f"group_{i}"] = rng.choice([f"v{k}" for k in range(levels)], n)
    for i in range(6):
        frame[f"score_{i}"] = rng.normal(i, 1 + i, n).round(3)
    frame["weight"] = (50 + age / 4 + rng.normal(0, 12, n)).round(1)
    frame["member"] = rng.random(n) < 0.3
    if biased:
        frame = frame[~((age >= 60) & (frame["sex"] == "female") & (rng.random(n) < 0.5))]
    return frame


def write(path: Path, n: int, *, biased: bool, seed: int) -> None:
    """About `n` rows as Parquet, a million at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng, writer = np.random.default_rng(seed), None
    for start in range(0, n, CHUNK):
        frame = people(min(CHUNK, n - start), rng, biased=biased)
        if biased and start == 0:
            frame = pd.concat([frame, frame.iloc[:200]])
        table = pa.Table.from_pandas(frame, preserve_index=False)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    assert writer is not None
    writer.close()


def measure(workspace: Path, name: str, reference: str | None) -> dict[str, float]:
    """CPU and wall seconds of the first findings and of the whole report, and the peak of memory in MB."""
    with observatory.open(workspace) as obs:
        known = {d.name: d for d in obs.datasets()}
        dataset = known[name]
        start = time.perf_counter(), time.process_time()
        obs.profile(dataset)
        profiled = time.perf_counter() - start[0]
        start = time.perf_counter(), time.process_time()
        job = obs.bias_job(dataset, known[reference] if reference else None)
        first = job.first(_has_found)
        seen = time.perf_counter() - start[0], time.process_time() - start[1]
        report = job.wait()
        whole = time.perf_counter() - start[0], time.process_time() - start[1]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    assert first.findings
    return {
        "rows": dataset.n_rows,
        "profile_s": profiled,
        "first_s": seen[0],
        "first_cpu_s": seen[1],
        "whole_s": whole[0],
        "whole_cpu_s": whole[1],
        "peak_mb": peak,
        "findings": len(report.findings),
    }


def _has_found(report: BiasReport) -> bool:
    return bool(report.findings)


def main() -> None:
    """Print one line for each number of rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=[100_000, 1_000_000, 10_000_000])
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        workspace, name, reference = given.measure
        print(json.dumps(measure(Path(workspace), name, reference or None)))
        return
    print("| rows | reference | profile s | first s | (CPU) | whole s | (CPU) | peak MB | findings | load |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for n in given.rows:
        with tempfile.TemporaryDirectory() as scratch:
            _store(Path(scratch), n)
            for reference in ("", "reference"):
                _line(Path(scratch) / "workspace", reference)


def _store(folder: Path, n: int) -> None:
    with observatory.open(folder / "workspace") as obs:
        for name, biased in (("sample", True), ("reference", False)):
            path = folder / f"{name}.parquet"
            write(path, n, biased=biased, seed=int(biased))
            obs.ingest(path, name)
            path.unlink()


def _line(workspace: Path, reference: str) -> None:
    command = [sys.executable, "-m", "benchmarks.bias.scale", "--measure", str(workspace), "sample", reference]
    m = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    first, whole = (f"{m[f'{k}_s']:.2f} | {m[f'{k}_cpu_s']:.2f}" for k in ("first", "whole"))
    head = f"| {m['rows']:,.0f} | {reference or 'none'} | {m['profile_s']:.1f} | {first} | {whole}"
    print(f"{head} | {m['peak_mb']:,.0f} | {m['findings']:.0f} | {os.getloadavg()[0]:.1f} |", flush=True)


if __name__ == "__main__":
    main()
