"""Whether a question gives the same chart when the columns of its table stand in another order.

    python benchmarks/shuffled.py --cases DIR [--model NAME|none] [--seeds 2] [--limit N] [--json]

Asked are the first question of each case in DIR (see nl2vis.py) and the questions in tests/insight/questions.toml over
the tables in datasets/. Each is asked of the table as it is, and of the table with its columns in `--seeds` other
orders; a chart is the same if its Vega-Lite is. At least 95 % must be.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.nl2vis import engine
from observatory.model import EngineStatus, Profile

QUESTIONS = Path(__file__).resolve().parents[1] / "tests" / "insight" / "questions.toml"


def asked(obs: Any, folder: Path) -> Iterator[tuple[Profile, str]]:
    """Each question with the profile of its table."""
    for case in json.loads((folder / "cases.json").read_text(encoding="utf-8")):
        yield profile_of(obs, folder / "tables" / case["table"]), case["nl"][0]
    for question in tomllib.loads(QUESTIONS.read_text(encoding="utf-8"))["question"]:
        yield profile_of(obs, question["table"]), question["ask"]


def profile_of(obs: Any, source: Path | str) -> Profile:
    """A table's profile as questions see it."""
    from observatory.profile import with_all_values

    dataset = obs.dataset(source)
    return with_all_values(obs._store.table(dataset.id), obs.profile(dataset))


def shuffled(profile: Profile, seed: int) -> Profile:
    """The profile with its fields in another order."""
    fields = list(profile.fields)
    random.Random(seed).shuffle(fields)
    return replace(profile, fields=tuple(fields))


def spec_for(profile: Profile, question: str, llm: Any) -> Any:
    """The chart for a question, or the name of the error."""
    from observatory.charts import recommend
    from observatory.insight import visualize

    status = EngineStatus("ready" if llm else "off")
    return visualize(profile, question, lambda wish, k: recommend(profile, wish, k), llm, status=status).spec


def run(folder: Path, model: str, n_seeds: int, limit: int | None) -> dict[str, Any]:
    """The share of charts that stay the same."""
    import observatory

    different, n = [], 0
    with engine(model) as llm, observatory.open() as obs:
        for profile, question in list(asked(obs, folder))[:limit]:
            usual = spec_for(profile, question, llm)
            for seed in range(1, n_seeds + 1):
                n += 1
                if spec_for(shuffled(profile, seed), question, llm) != usual:
                    different.append(question)
    return {
        "model": model,
        "n": n,
        "same": n - len(different),
        "same_share": 1 - len(different) / n,
        "different": different,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=Path, required=True, help="folder with cases.json and tables/")
    parser.add_argument("--model", default="none", help="model of the registry, or none: rules alone")
    parser.add_argument("--seeds", type=int, default=2, help="how many other orders of the columns")
    parser.add_argument("--limit", type=int, help="ask only the first N questions")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    args = parser.parse_args()
    result = run(args.cases, args.model, args.seeds, args.limit)
    if args.json:
        print(json.dumps(result, indent=1))
    else:
        print(f"{result['model']}: {result['same']} of {result['n']} charts stay the same ({result['same_share']:.1%})")
    for question in dict.fromkeys(result["different"]):
        print(f"  {question}", file=sys.stderr)
    return 0 if result["same_share"] >= 0.95 else 1


if __name__ == "__main__":
    sys.exit(main())
