"""How well charts are checked and repaired: `python -m benchmarks.charts.repair [--json]`.

Over `broken.json`: the share of charts of which one of the named rules is found, the share with a valid repair in at
most two edits, and both together. Over `good.json`: the charts with a broken hard rule or an edit. CPU milliseconds for
each check and each repair, of which the first of a process also read the rule base.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import observatory
from observatory.charts import check
from observatory.model import ChartCheck, Profile, Table

HERE = Path(__file__).resolve().parent
DATASETS = HERE.parents[1] / "datasets"
MOST_EDITS = 2


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    as_json = parser.parse_args().json
    figures = measured()
    print(json.dumps(figures, ensure_ascii=False, indent=2) if as_json else readable(figures))


def measured() -> dict[str, Any]:
    """All the figures, with the ids of the charts that fall short."""
    broken, good = (_charts(name) for name in ("broken", "good"))
    tables: dict[str, tuple[Profile, Table]] = {}
    with observatory.open() as obs:
        for name in sorted({chart["table"] for chart in (*broken, *good)}):
            dataset = obs.ingest(DATASETS / name)
            tables[name] = obs.profile(dataset), obs._store.table(dataset.id)
        checks = [_timed(chart, tables, repair=False) for chart in (*broken, *good)]
        repairs = [_timed(chart, tables, repair=True) for chart in broken]
    named = {c["id"]: bool({v.rule for v in found.hard} & set(c["rules"])) for c, (found, _) in zip(broken, checks)}
    mended = {c["id"]: _mended(found) for c, (found, _) in zip(broken, repairs)}
    faulty = [c["id"] for c, (found, _) in zip(good, checks[len(broken) :]) if found.hard or found.repairs]
    return {
        "broken": len(broken),
        "named_rule": _share(named),
        "repaired_in_two_edits": _share(mended),
        "both": _share({name: named[name] and mended[name] for name in named}),
        "without_named_rule": [name for name in named if not named[name]],
        "without_repair": [name for name in mended if not mended[name]],
        "good": len(good),
        "good_called_broken": faulty,
        "cpu_ms_check": _times([ms for _, ms in checks]),
        "cpu_ms_repair": _times([ms for _, ms in repairs]),
    }


def _charts(name: str) -> list[dict[str, Any]]:
    return list(json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))["charts"])


def _timed(
    chart: Mapping[str, Any], tables: Mapping[str, tuple[Profile, Table]], *, repair: bool
) -> tuple[ChartCheck, float]:
    profile, table = tables[chart["table"]]
    start = time.process_time()
    found = check(chart["spec"], profile, table=table, repair=repair)
    return found, 1000 * (time.process_time() - start)


def _mended(found: ChartCheck) -> bool:
    return any(len(repair.edits) <= MOST_EDITS for repair in found.repairs)


def _share(hits: Mapping[str, bool]) -> float:
    return round(sum(hits.values()) / len(hits), 4)


def _times(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {name: round(ordered[int(q * (len(ordered) - 1))], 1) for name, q in (("median", 0.5), ("p95", 0.95))}


def readable(figures: Mapping[str, Any]) -> str:
    """The figures as text."""
    check_ms, repair_ms = figures["cpu_ms_check"], figures["cpu_ms_repair"]
    return "\n".join(
        (
            f"{figures['broken']} broken charts: {figures['named_rule']:.1%} get the named rule, "
            f"{figures['repaired_in_two_edits']:.1%} a valid repair in at most {MOST_EDITS} edits, "
            f"{figures['both']:.1%} both.",
            f"{figures['good']} good charts: {len(figures['good_called_broken'])} are called broken.",
            f"CPU per check: median {check_ms['median']} ms, p95 {check_ms['p95']} ms; "
            f"with repair: median {repair_ms['median']} ms, p95 {repair_ms['p95']} ms.",
            *(f"Without the named rule: {name}" for name in figures["without_named_rule"]),
            *(f"Without a small repair: {name}" for name in figures["without_repair"]),
            *(f"Called broken: {name}" for name in figures["good_called_broken"]),
        )
    )


if __name__ == "__main__":
    main()
