"""CPU time of the top five charts, for one to four wished fields of tables with 10, 20 and 40 columns.

Run: python -m benchmarks.charts.speed [--json]. Prints milliseconds of process CPU time, p50 and p95, for these and for
a page of the whole table.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable

from observatory.charts import recommend
from observatory.model import FieldProfile, Profile, Wish, WishedField

REPEATS = 40


def table(n_columns: int) -> Profile:
    """A table whose columns take turns: number, category, number, time, number, category."""
    kinds: list[Callable[[str], FieldProfile]] = [_number, _category, _number, _time, _number, _category]
    return Profile(5_000, tuple(kinds[i % len(kinds)](f"column {i}") for i in range(n_columns)))


def _number(name: str) -> FieldProfile:
    half = {"0.5": 48.0}
    return FieldProfile(name, "quantitative", "measure", "DOUBLE", 3, 900, 0.0, 100.0, 50.0, 20.0, half)


def _category(name: str) -> FieldProfile:
    return FieldProfile(name, "nominal", "dimension", "VARCHAR", 0, 6)


def _time(name: str) -> FieldProfile:
    return FieldProfile(name, "temporal", "time", "DATE", 0, 1461, "2012-01-01", "2015-12-31")


def cpu_ms(task: Callable[[], object]) -> float:
    """Milliseconds of CPU time that a call takes, in all threads."""
    start = time.process_time()
    task()
    return 1000 * (time.process_time() - start)


def spread(times: list[float]) -> dict[str, float]:
    """The median and the 95th percentile."""
    ordered = sorted(times)
    return {"p50": round(ordered[len(ordered) // 2], 1), "p95": round(ordered[int(0.95 * len(ordered))], 1)}


def measure() -> list[dict[str, object]]:
    """One row for each number of columns and of wished fields; 0 fields ask for a page of the whole table."""
    dice, rows = random.Random(0), []
    for n_columns in (10, 12, 20, 40):
        profile = table(n_columns)
        names = [field.name for field in profile.fields]
        for n_fields in (0, 1, 2, 3, 4):
            wishes = [Wish(tuple(WishedField(name) for name in dice.sample(names, n_fields))) for _ in range(REPEATS)]
            recommend(profile, wishes[0])
            times = [cpu_ms(lambda wish=wish, profile=profile: recommend(profile, wish)) for wish in wishes]
            rows.append({"columns": n_columns, "fields": n_fields, **spread(times)})
    return rows


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    rows = measure()
    if parser.parse_args().json:
        print(json.dumps(rows))
        return
    print(f"{'columns':>8}{'fields':>8}{'p50 ms':>8}{'p95 ms':>8}")
    for row in rows:
        print(f"{row['columns']:>8}{row['fields'] or 'page':>8}{row['p50']:>8}{row['p95']:>8}")


if __name__ == "__main__":
    main()
