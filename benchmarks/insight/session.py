"""Questions as people ask them, and every answer to be read: is it true, is it what was asked?

    python benchmarks/insight/session.py [--model NAME|none] [--set first|second|third] [--only DATASET] [--json]

The questions and what a true answer shows are in `questions.toml`; the second and the third set were written later
from the data alone, each by someone who knew neither the rules nor the questions before. What is printed is for a
reader: whether a chart answers a question in free words, no program can say. What a program can say is printed last:
how many answers are charts that are drawn, and how many say that they are no answer.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.lida.shown import is_drawn
from benchmarks.nl2vis import engine
from observatory.insight.wording import chart_words, filter_words

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parents[1] / "datasets"
FILES = {"first": "questions.toml", "second": "questions_second.toml", "third": "questions_third.toml"}
NO_ANSWER = "This is not an answer."


def answers(model: str, only: str | None, questions_file: Path) -> Iterator[dict[str, Any]]:
    """Each question with its answer."""
    import observatory

    questions = tomllib.loads(questions_file.read_text(encoding="utf-8"))["question"]
    with engine(model) as llm, observatory.open(llm=llm) as obs:
        for question in questions:
            if only in (None, question["dataset"]):
                dataset = obs.ingest(SAMPLES / f"{question['dataset']}.csv")
                started = time.perf_counter()
                answer = obs.visualize(dataset, question["ask"])
                yield {
                    **question,
                    "chart": chart_words(answer.spec),
                    "filters": filter_words(answer.wish.filters) if answer.wish else "",
                    "explanation": answer.explanation,
                    "warnings": list(answer.warnings),
                    "model_said": [exchange.reply or exchange.error for exchange in answer.sent],
                    "spec": answer.spec,
                    "refused": any(NO_ANSWER in warning for warning in answer.warnings),
                    "seconds": round(time.perf_counter() - started, 3),
                    **is_drawn(obs, dataset, answer.spec),
                }


def show(answer: dict[str, Any]) -> None:
    """One answer, to be read."""
    right = f"{answer['right']} ({answer['truth']})" if "truth" in answer else answer["right"]
    print(f"\n[{answer['dataset']}] {answer['ask']}\n  right:   {right}")
    print(f"  chart:   {answer['chart']}{' | ' + answer['filters'] if answer['filters'] else ''}")
    print(f"  says:    {answer['explanation']}")
    for warning in answer["warnings"]:
        print(f"  warning: {warning}")
    for reply in answer["model_said"]:
        print(f"  model:   {reply}")
    if answer["error"]:
        print(f"  ERROR:   {answer['error']}")


def main() -> int:
    """Print every answer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="none", help="model of the registry, or none: rules alone")
    parser.add_argument("--set", choices=FILES, default="first", help="which forty questions")
    parser.add_argument("--only", help="one of the four data sets")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    args = parser.parse_args()
    found = []
    for answer in answers(args.model, args.only, HERE / FILES[args.set]):
        found.append(answer)
        if not args.json:
            show(answer)
    counts = {
        "model": args.model,
        "n": len(found),
        "not_drawn": sum(bool(answer["error"]) for answer in found),
        "refused": sum(answer["refused"] for answer in found),
    }
    print(json.dumps(counts | {"answers": found}, indent=1) if args.json else f"\n{counts}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
