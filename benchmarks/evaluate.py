"""Whether the evaluation of charts tells good ones from spoilt ones: AUC overall, by mutation and by dimension.

    python benchmarks/evaluate.py [--data DIR] [--held-out] [--second | --third] [--limit N] [--json]

Good charts are those of benchmarks/judging/good.json, made by hand in the styles of several tools, and the goals and
recommendations of each sample data set; with --data also the goals of the tables in DIR/tables (nl2vis). Each is
spoilt in every way of benchmarks/judging/mutations.py that it allows, and both are evaluated by rules, without a
language model, with the question of the chart and again without it (mutations that only the question tells apart are
left out there). AUC is the chance that a good chart scores higher than a spoilt one, ties counting half; `pairs` is
the share of spoilt charts that score lower than the good chart they were made of. The data sets and the kinds of
mutation called held out were kept apart while points were set: --held-out measures them alone. --second measures the
set of benchmarks/judging/second.json instead, by an author who had read neither the evaluation nor the mutations: with
--held-out its charts and kinds that were kept apart at first; --third a smaller one that was scored once, at the end.
Both need --data for the tables of nl2vis. Passes with an overall AUC of 0.95 or more.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import observatory
from benchmarks.judging.mutations import HELD_OUT, Chart, mutated
from benchmarks.judging.second import SECOND, THIRD, second_set
from observatory.errors import ObservatoryError
from observatory.model import Evaluation

GOOD = Path(__file__).parent / "judging" / "good.json"
HELD_OUT_DATA = ("cars", "titanic_passengers", "atlantic_storms")
SAMPLES = (
    "atlantic_storms", "cars", "gapminder", "penguins", "seattle_weather", "titanic_aboard", "titanic_passengers",
    "us_forces", "us_residents",
)  # fmt: skip
PASSES = 0.95


@dataclass(frozen=True)
class Scored:
    """A chart that was evaluated: the mutation is "" for a good one."""

    origin: int
    source: str
    mutation: str
    asked: bool
    overall: float
    dimensions: Mapping[str, float]


def auc(good: Sequence[float], bad: Sequence[float]) -> float:
    """The chance that a good chart scores higher than a bad one (Mann and Whitney's U over n·m), ties counting half.

    >>> auc([3.0, 2.0], [1.0, 2.0])
    0.875
    """
    wins = sum((g > b) + 0.5 * (g == b) for g in good for b in bad)
    return wins / (len(good) * len(bad)) if good and bad else float("nan")


def good_charts(obs: Any, folder: Path | None, *, held_out: bool) -> Iterator[tuple[Any, str, str, Mapping[str, Any]]]:
    """Data set, source, question and spec of every good chart."""
    names = [name for name in SAMPLES if (name in HELD_OUT_DATA) == held_out]
    for chart in json.loads(GOOD.read_text(encoding="utf-8"))["charts"]:
        if chart["dataset"] in names:
            yield obs.dataset(chart["dataset"]), "by hand", chart["question"], chart["spec"]
    for name in names:
        dataset = obs.dataset(name)
        for goal in obs.explore_goals(dataset, 6, llm=False):
            yield dataset, "goal", goal.question, goal.spec
        for ranked in obs.recommend(dataset, k=4):
            yield dataset, "recommended", "", ranked.spec
    for place, path in enumerate(sorted((folder / "tables").glob("*.csv")) if folder else ()):
        if (place % 2 == 1) == held_out:
            dataset = obs.ingest(path)
            for goal in obs.explore_goals(dataset, 3, llm=False):
                yield dataset, "nl2vis table", goal.question, goal.spec


def run(folder: Path | None, *, held_out: bool, limit: int | None) -> list[Scored]:
    """Every chart and what spoils it, evaluated."""
    obs = observatory.open(llm=None)
    found: list[Scored] = []
    try:
        for origin, (dataset, source, question, spec) in enumerate(good_charts(obs, folder, held_out=held_out)):
            if limit is not None and origin >= limit:
                break
            for asked in [question, ""] if question else [""]:
                found += _scored(obs, dataset, origin, source, asked, spec, held_out=held_out)
            print(f"{origin:4} {source:13} {found[-1].overall}", file=sys.stderr)
    finally:
        obs.close()
    return found


def run_set(path: Path, folder: Path | None, *, held_out: bool, limit: int | None) -> list[Scored]:
    """The second or third set, evaluated; charts over tables of nl2vis are left out where there is no folder."""
    obs = observatory.open(llm=None)
    found, tables = [], dict[str, Any]()
    try:
        for one in second_set(path):
            _, is_nl2vis, table = one.dataset.partition("nl2vis:")
            if (
                one.held_out != held_out
                or (is_nl2vis and folder is None)
                or (limit is not None and one.origin >= limit)
            ):
                continue
            if one.dataset not in tables:
                csv = folder / "tables" / f"{table}.csv" if is_nl2vis and folder is not None else None
                tables[one.dataset] = obs.ingest(csv) if csv is not None else obs.dataset(one.dataset)
            judged = obs.evaluate(tables[one.dataset], one.spec, one.question, llm=False)
            by_dimension = {d.dimension: d.score for d in judged.dimensions}
            asked = bool(one.question)
            found.append(Scored(one.origin, "by a judge", one.kind, asked, judged.overall, by_dimension))
            print(f"{one.origin:4} {one.kind:28} {judged.overall}", file=sys.stderr)
    finally:
        obs.close()
    return found


def _scored(
    obs: Any, dataset: Any, origin: int, source: str, question: str, spec: Mapping[str, Any], *, held_out: bool
) -> Iterator[Scored]:
    def score(mutation: str, chart: Mapping[str, Any]) -> Scored:
        judged: Evaluation = obs.evaluate(dataset, chart, question, llm=False)
        by_dimension = {d.dimension: d.score for d in judged.dimensions}
        return Scored(origin, source, mutation, bool(question), judged.overall, by_dimension)

    yield score("", spec)
    for name, needs_question, spoilt in mutated(Chart(spec, obs.profile(dataset), question)):
        if (name in HELD_OUT) == held_out and (question or not needs_question):
            try:
                yield score(name, spoilt)
            except ObservatoryError as error:
                print(f"{name}: {error.message}", file=sys.stderr)


def summary(scored: Sequence[Scored]) -> dict[str, Any]:
    """AUC overall, with and without the question, by mutation and dimension; and the share of pairs in order."""
    own = {(s.origin, s.asked): s.overall for s in scored if not s.mutation}
    bad = [s for s in scored if s.mutation]
    kinds: dict[str, list[Scored]] = defaultdict(list)
    for s in bad:
        kinds[s.mutation].append(s)
    good = [s for s in scored if not s.mutation]
    return {
        "n_good": len(good),
        "n_spoilt": len(bad),
        "auc": _auc(good, bad),
        "auc_asked": _auc([s for s in good if s.asked], [s for s in bad if s.asked]),
        "auc_unasked": _auc([s for s in good if not s.asked], [s for s in bad if not s.asked]),
        "pairs": _pairs(bad, own),
        "by_source": {name: _auc([s for s in good if s.source == name], bad) for name in {s.source for s in good}},
        "by_mutation": {
            name: {
                "n": len(some),
                "auc": _auc(good, some),
                "pairs": _pairs(some, own),
            }
            for name, some in sorted(kinds.items())
        },
        "by_dimension": {
            name: auc([s.dimensions[name] for s in good], [s.dimensions[name] for s in bad])
            for name in good[0].dimensions
        },
    }


def _pairs(bad: Sequence[Scored], own: Mapping[tuple[int, bool], float]) -> float:
    """The share of spoilt charts below the good one that they were made of, where that was scored too."""
    below = [s.overall < own[s.origin, s.asked] for s in bad if (s.origin, s.asked) in own]
    return sum(below) / len(below) if below else float("nan")


def _auc(good: Sequence[Scored], bad: Sequence[Scored]) -> float:
    return round(auc([s.overall for s in good], [s.overall for s in bad]), 4)


def as_text(found: Mapping[str, Any]) -> str:
    """The summary as a table."""
    lines = [
        f"{found['n_good']} good, {found['n_spoilt']} spoilt: AUC {found['auc']:.3f} (with the question "
        f"{found['auc_asked']:.3f}, without {found['auc_unasked']:.3f}), pairs in order {found['pairs']:.1%}"
    ]
    lines += [f"  good ones {name}: {value:.3f}" for name, value in found["by_source"].items()]
    lines += [f"  dimension {name}: {value:.3f}" for name, value in found["by_dimension"].items()]
    for name, row in sorted(found["by_mutation"].items(), key=lambda pair: pair[1]["auc"]):
        lines.append(f"  {name:<24}{row['n']:>5}{row['auc']:>8.3f}{row['pairs']:>8.1%}")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder with tables/ of CSV files")
    parser.add_argument("--held-out", action="store_true", help="only data and mutations that were kept apart")
    parser.add_argument("--second", action="store_true", help="the set of an author who had not read the evaluation")
    parser.add_argument("--third", action="store_true", help="a smaller one, scored once after the last change")
    parser.add_argument("--limit", type=int, help="only the first N good charts")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    args = parser.parse_args()
    chosen = SECOND if args.second else THIRD if args.third else None
    scored = (
        run(args.data, held_out=args.held_out, limit=args.limit)
        if chosen is None
        else run_set(chosen, args.data, held_out=args.held_out, limit=args.limit)
    )
    found = summary(scored)
    print(json.dumps(found, indent=1) if args.json else as_text(found))
    return 0 if found["auc"] >= PASSES else 1


if __name__ == "__main__":
    sys.exit(main())
