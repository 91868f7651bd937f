"""How long people wait: from a question to its chart, and from a question to the first words of text.

    python benchmarks/answers.py [--model NAME] [--limit N] [--json]

Charts: the forty questions of benchmarks/insight/questions.toml, each asked once, data set after data set; a chart is
there when it is drawn. The first question to a data set finds the model without what it has to read about the table.
Questions that rules answer or refuse without asking the model count, and are left out of a second median, which is the
one that has to pass. Words: for each of our samples the model is given what it reads for a summary, so that this prefix
was seen before, and is then asked for the same in one sentence; the first words are there with the first piece of text
that has a letter. Beside it the time without such a prefix, of a table that was not seen.

Passes with a median of at most 6 s to a chart and at most 1.5 s to the first words on two idle cores; what other
programs take is printed with the figures.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.lida.serving import served
from observatory.errors import LLMInvalidReply
from observatory.llm import ScriptedLLM
from observatory.llm.machine import OtherLoad

ROOT = Path(__file__).resolve().parents[1]
QUESTIONS = ROOT / "benchmarks" / "insight" / "questions.toml"
CHART_SECONDS, WORD_SECONDS = 6.0, 1.5
SHORTER = "\nSay it in one sentence."


def charts(obs: Any, limit: int | None) -> list[dict[str, Any]]:
    """Seconds from each question to its drawn chart, and whether the model was asked."""
    found = []
    for question in tomllib.loads(QUESTIONS.read_text(encoding="utf-8"))["question"][:limit]:
        dataset = obs.ingest(ROOT / "datasets" / f"{question['dataset']}.csv")
        obs.profile(dataset)
        started = time.perf_counter()
        answer = obs.visualize(dataset, question["ask"])
        if answer.spec:
            obs.draw(answer.spec, dataset)
        seconds = time.perf_counter() - started
        found.append({"ask": question["ask"], "seconds": round(seconds, 3), "asked_model": bool(answer.sent)})
    return found


def words(llm: Any) -> list[dict[str, Any]]:
    """Seconds to the first words about each sample: when its prefix was not seen, and when it was."""
    import observatory

    found = []
    with observatory.open(llm=ScriptedLLM()) as obs:  # its silence costs nothing, and what it was sent is kept
        for path in sorted((ROOT / "datasets").glob("*.csv")):
            *before, task = obs.summarize(obs.ingest(path)).sent[-1].messages
            unseen = first_word(llm, [*before, task])
            seen = first_word(llm, [*before, {**task, "content": task["content"] + SHORTER}])
            found.append({"dataset": path.stem, "unseen": round(unseen, 3), "seen": round(seen, 3)})
    return found


def first_word(llm: Any, messages: Sequence[Mapping[str, str]]) -> float:
    """Seconds until the first piece of a streamed answer that has a letter; the rest is not waited for."""
    started = time.perf_counter()
    for piece in llm.stream(messages, max_tokens=24):
        if any(letter.isalpha() for letter in piece):
            return time.perf_counter() - started
    raise LLMInvalidReply("The model wrote no word.", "Choose another model.")


def run(model: str, limit: int | None) -> dict[str, Any]:
    """All figures of one model."""
    import observatory

    with served(model) as llm, observatory.open(llm=llm.client) as obs:
        load = OtherLoad(llm.pid)
        waits = charts(obs, limit)
        spoken = words(llm.client)
        others = load.since_last()[1]
    asked = [wait["seconds"] for wait in waits if wait["asked_model"]]
    return {
        "model": model,
        "questions": len(waits),
        "chart_median": statistics.median(wait["seconds"] for wait in waits),
        "asked_model": len(asked),
        "chart_median_asked": statistics.median(asked) if asked else None,
        "chart_slowest": max(wait["seconds"] for wait in waits),
        "tables": len(spoken),
        "words_median": statistics.median(wait["seen"] for wait in spoken),
        "words_slowest": max(wait["seen"] for wait in spoken),
        "words_median_unseen": statistics.median(wait["unseen"] for wait in spoken),
        "other_cores": round(others, 2),
        "load_average": round(os.getloadavg()[0], 2),
        "charts": waits,
        "words": spoken,
    }


def show(found: Mapping[str, Any]) -> None:
    """The figures as text."""
    asked = found["chart_median_asked"]
    print(f"{found['model']}, other programs took {found['other_cores']} cores, load {found['load_average']}")
    print(
        f"chart: median {found['chart_median']:.2f} s of {found['questions']} questions, slowest "
        f"{found['chart_slowest']:.2f} s"
        + (f"; {found['asked_model']} of them asked the model, median {asked:.2f} s" if asked is not None else "")
    )
    print(
        f"first words: median {found['words_median']:.2f} s of {found['tables']} tables, slowest "
        f"{found['words_slowest']:.2f} s; of a table that was not seen {found['words_median_unseen']:.2f} s"
    )


def main() -> int:
    """Print the figures; 1 if people wait too long."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="qwen2.5-coder-1.5b-instruct", help="model of the registry")
    parser.add_argument("--limit", type=int, help="only the first N questions")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    args = parser.parse_args()
    found = run(args.model, args.limit)
    if args.json:
        print(json.dumps(found, indent=1))
    else:
        show(found)
    median = found["chart_median"] if found["chart_median_asked"] is None else found["chart_median_asked"]
    return 0 if median <= CHART_SECONDS and found["words_median"] <= WORD_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
