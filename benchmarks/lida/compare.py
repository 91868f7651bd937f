"""Questions to charts, ours beside LIDA's: the same model, the same cases, the same verdict, in one run.

    python benchmarks/lida/compare.py --cases DIR --peer PYTHON --model NAME [--limit N] [--log FILE] [--json]

DIR is that of `benchmarks/nl2vis.py`, whose verdict both are given; PYTHON is that of LIDA's environment, which
benchmarks/lida/peer.py says how to make. LIDA summarizes the table (its default) and is asked for one Altair chart of
the case's first question. `benchmarks/lida/shown.py` says how its chart is read, always to its advantage. A reader's
error rate is the share of questions whose chart is not made or drawn. With --log each answer is kept as it comes, and
a run that was broken off goes on there.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.lida.log import Log
from benchmarks.lida.peer import peer
from benchmarks.lida.serving import served
from benchmarks.lida.shown import is_drawn, verdict_of
from benchmarks.nl2vis import verdict
from benchmarks.piped import Piped

READERS = ("ours", "lida")


def run(folder: Path, python: str, model: str, limit: int | None, log: Log) -> dict[str, Any]:
    """Both answers to every case, and how many of each pass."""
    import observatory

    cases = json.loads((folder / "cases.json").read_text(encoding="utf-8"))[:limit]
    missing = [case for case in cases if case["id"] not in log]
    if missing:
        collect(missing, folder, python, model, log)
    with observatory.open() as obs:
        results = [
            {"id": case["id"], "chart": case["chart"], **verdicts(case, log[case["id"]], rows_of(obs, folder, case))}
            for case in cases
        ]
    return {"model": model, "n": len(results)} | {name: summary(results, name) for name in READERS} | {"cases": results}


def collect(cases: Sequence[Mapping[str, Any]], folder: Path, python: str, model: str, log: Log) -> None:
    """Ask both, in turn, at the same engine."""
    import observatory

    with (
        served(model) as llm,
        observatory.open(llm=llm.client) as obs,
        peer(python, llm.base_url, llm.api_key, llm.name) as lida,
    ):
        for case in cases:
            table = folder / "tables" / case["table"]
            log[case["id"]] = {"ours": ours(obs, table, case), "lida": theirs(lida, table, case)}
            print(case["id"], {name: log[case["id"]][name].get("error") for name in READERS}, file=sys.stderr)


def ours(obs: Any, table: Path, case: Mapping[str, Any]) -> dict[str, Any]:
    """Our chart: its spec, whether it is drawn, what its rows are worth."""
    dataset = obs.ingest(table)
    started = time.perf_counter()
    answer = obs.visualize(dataset, case["nl"][0])
    seconds = time.perf_counter() - started
    return {"spec": answer.spec, "seconds": round(seconds, 3), **is_drawn(obs, dataset, answer.spec)}


def theirs(lida: Piped, table: Path, case: Mapping[str, Any]) -> dict[str, Any]:
    """LIDA's answer, as its environment gave it."""
    return lida.ask("visualize", table=str(table), question=case["nl"][0])


def rows_of(obs: Any, folder: Path, case: Mapping[str, Any]) -> pd.DataFrame:
    """The table of a case."""
    dataset = obs.ingest(folder / "tables" / case["table"])
    return obs.rows(dataset, n=dataset.n_rows)


def verdicts(case: Mapping[str, Any], answers: Mapping[str, Any], rows: pd.DataFrame) -> dict[str, Any]:
    """What each answer is worth, and whether it is a chart at all."""
    said = {"ours": verdict(case, answers["ours"]["spec"], rows), "lida": verdict_of(case, answers["lida"])}
    return {
        name: {
            "verdict": said[name],
            "error": answers[name].get("error"),
            "is_chart": not answers[name].get("error") and bool(answers[name].get("marks")),
            "seconds": answers[name]["seconds"],
        }
        for name in READERS
    }


def summary(results: Sequence[Mapping[str, Any]], name: str) -> dict[str, Any]:
    """Pass rate, what failed, error rates and the median time of one reader."""
    own = [result[name] for result in results]
    failed = Counter(result["verdict"].split()[0] for result in own)
    return {
        "passed": failed.pop("pass", 0),
        "failed_by": dict(failed),
        "errors": sum(bool(result["error"]) for result in own),
        "no_chart": sum(not result["is_chart"] for result in own),
        "median_seconds": statistics.median(result["seconds"] for result in own),
    }


def main() -> int:
    """Print both pass rates."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=Path, required=True, help="folder with cases.json and tables/")
    parser.add_argument("--peer", required=True, metavar="PYTHON", help="Python of LIDA's environment")
    parser.add_argument("--model", required=True, help="model of the registry")
    parser.add_argument("--limit", type=int, help="ask only the first N cases")
    parser.add_argument("--log", type=Path, help="keep answers in this file, and go on from it")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    args = parser.parse_args()
    result = run(args.cases, args.peer, args.model, args.limit, Log(args.log))
    if args.json:
        print(json.dumps(result, indent=1))
        return 0
    print(f"{result['model']}, {result['n']} questions")
    for name in READERS:
        of = result[name]
        print(
            f"{name:6} {of['passed']:3} pass ({of['passed'] / result['n']:.0%}), failed by {of['failed_by']}, "
            f"{of['errors']} errors, {of['no_chart']} not drawn, median {of['median_seconds']:.1f} s"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
