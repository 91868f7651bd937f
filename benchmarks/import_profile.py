"""CPU seconds to import and profile generated tables: `python benchmarks/import_profile.py [folder]`."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from observatory.profile import profile
from observatory.settings import Settings
from observatory.store import Store


def people(n: int, *, random_state: int = 0) -> pd.DataFrame:
    """A table of people: id, times, categories, text with quotes, numbers with gaps; about 95 bytes a row as CSV."""
    rng = np.random.default_rng(random_state)
    income = rng.lognormal(10, 0.6, n).round(2)
    return pd.DataFrame(
        {
            "id": np.arange(1, n + 1),
            "joined": pd.Timestamp("2015-01-01") + pd.to_timedelta(rng.integers(0, 3650, n), "D"),
            "seen": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 31_536_000, n), "s"),
            "city": rng.choice(["Bern", "Köln", "São Paulo", "New York", "Lagos"], n, p=[0.4, 0.3, 0.1, 0.1, 0.1]),
            "note": rng.choice(['said "no", twice', "plain words", "a, b and c"], n),
            "sex": rng.choice(["f", "m"], n),
            "age": rng.integers(18, 90, n),
            "income": np.where(rng.random(n) < 0.05, np.nan, income),
            "score": rng.normal(0, 1, n).round(4),
            "member": rng.random(n) < 0.3,
        }
    )


def spent(action: Callable[[], Any]) -> tuple[Any, float, float]:
    """The result of an action, its CPU seconds (all threads) and its wall seconds."""
    cpu, wall = time.process_time(), time.perf_counter()
    result = action()
    return result, time.process_time() - cpu, time.perf_counter() - wall


def main(folder: Path) -> None:
    """Print one line for each table and step."""
    csv, big, wide = folder / "ten_megabytes.csv", folder / "million.parquet", folder / "wide.parquet"
    people(108_000).to_csv(csv, index=False)
    people(1_000_000).to_parquet(big)
    pd.DataFrame(np.random.default_rng(0).normal(size=(2_000, 2_000))).add_prefix("f").to_parquet(wide)
    store = Store(folder / "workspace", Settings())
    print(f"{'table':22} {'rows':>9} {'columns':>7} {'MB':>6}  step     {'CPU s':>6} {'wall s':>6}")
    for path in (csv, big, wide):
        dataset, *importing = spent(lambda path=path: store.ingest(path))
        table = store.table(dataset.id)
        _, *profiling = spent(lambda table=table: profile(table))
        head = f"{path.name:22} {dataset.n_rows:>9,} {dataset.n_columns:>7,} {path.stat().st_size / 1e6:>6.1f}"
        for step, (cpu, wall) in (("import", importing), ("profile", profiling)):
            print(f"{head}  {step:7}  {cpu:6.2f} {wall:6.2f}")
    store.close()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as scratch:
            main(Path(scratch))
