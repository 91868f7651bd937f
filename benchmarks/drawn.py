"""Charts that are shown and cannot be drawn: there may be none.

    python benchmarks/drawn.py [--cases DIR] [--model NAME|none] [--limit N] [--log FILE] [--json]

Every chart that answers one of the 120 questions in benchmarks/insight or, with the folder of
benchmarks/nl2vis.py, any of the English questions there, and every chart of a goal or a recommendation for the tables
asked about. A chart is drawn if the page draws it and if vl_convert draws its spec with all rows, both with marks in
the picture. Passes if all of at least 200 are.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.lida.log import Log
from benchmarks.lida.serving import served
from benchmarks.lida.shown import is_drawn

ROOT = Path(__file__).resolve().parents[1]
ENOUGH = 200


def questions(cases: Path | None) -> Iterator[tuple[Path, str]]:
    """Tables and what is asked of them: people's questions first, then the first of each case, then its others."""
    for name in ("questions", "questions_second", "questions_third"):
        people = tomllib.loads((ROOT / f"benchmarks/insight/{name}.toml").read_text(encoding="utf-8"))
        for question in people["question"]:
            yield ROOT / "datasets" / f"{question['dataset']}.csv", question["ask"]
    found = json.loads((cases / "cases.json").read_text(encoding="utf-8")) if cases else []
    for number in range(max((len(case["nl"]) for case in found), default=0)):
        for case in found:
            if cases and number < len(case["nl"]):
                yield cases / "tables" / case["table"], case["nl"][number]


def shown(obs: Any, asked: list[tuple[Path, str]], log: Log) -> Iterator[dict[str, Any]]:
    """Every chart, where it comes from, and whether it is drawn."""
    for table, question in asked:
        dataset, key = obs.ingest(table), f"{table.stem}: {question}"
        if key not in log:
            spec = obs.visualize(dataset, question).spec
            log[key] = {"from": "question", "of": key, "spec": spec, **is_drawn(obs, dataset, spec)}
        yield log[key]
    for table in sorted({table for table, _ in asked}):
        dataset = obs.ingest(table)
        for goal in obs.explore_goals(dataset, llm=False):
            yield {"from": "goal", "of": goal.question, "spec": goal.spec, **is_drawn(obs, dataset, goal.spec)}
        for chart in obs.recommend(dataset):
            of = f"{table.stem} {chart.rank}"
            yield {"from": "recommendation", "of": of, "spec": chart.spec, **is_drawn(obs, dataset, chart.spec)}


def run(args: argparse.Namespace) -> dict[str, Any]:
    """How many charts there are, and those that are not drawn."""
    import observatory

    asked = list(questions(args.cases))[: args.limit]
    with ExitStack() as stack:
        llm = None if args.model == "none" else stack.enter_context(served(args.model)).client
        charts = list(shown(stack.enter_context(observatory.open(llm=llm)), asked, Log(args.log)))
    failed = [chart for chart in charts if chart["error"]]
    by = {kind: sum(chart["from"] == kind for chart in charts) for kind in ("question", "goal", "recommendation")}
    different = len({json.dumps([chart["of"].split(":")[0], chart["spec"]], sort_keys=True) for chart in charts})
    return {"model": args.model, "charts": len(charts), "different": different, **by, "not_drawn": failed}


def main() -> int:
    """Print the count and each failure; 1 if there is one, or too few charts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=Path, help="folder with cases.json and tables/")
    parser.add_argument("--model", default="none", help="model of the registry, or none: rules alone")
    parser.add_argument("--limit", type=int, help="ask only the first N questions")
    parser.add_argument("--log", type=Path, help="keep answers in this file, and go on from it")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    args = parser.parse_args()
    found = run(args)
    if args.json:
        print(json.dumps(found, indent=1))
    else:
        kinds = ", ".join(f"{found[kind]} of {kind}s" for kind in ("question", "goal", "recommendation"))
        print(f"{found['model']}: {found['charts']} charts ({kinds}), {len(found['not_drawn'])} not drawn")
        for chart in found["not_drawn"]:
            print(f"  {chart['of']}: {chart['error']}")
    return 1 if found["not_drawn"] or found["charts"] < ENOUGH else 0


if __name__ == "__main__":
    sys.exit(main())
