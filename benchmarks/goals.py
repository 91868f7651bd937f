"""Goals and the charts for them: are they drawn, and do they use the goal's fields and mark? Ours beside LIDA's.

    python benchmarks/goals.py [--tables DIR] [--model NAME|none] [--peer PYTHON] [-n 5] [--limit N] [--log FILE]
        [--json]

The tables are our samples, those of DIR/tables that `TABLES` names (DIR is that of benchmarks/nl2vis.py) and, with
LIDA's environment (benchmarks/lida/peer.py), six of vega_datasets. For each table there are our goals and LIDA's,
`n` of each. Every goal is then asked for in its own words, the question and the words for the chart: of us with and
without a model, and of LIDA by its own goals.

Visualization error rate (LIDA): the share of goals whose chart is not made. A chart of ours is made if the page draws
it and vl_convert draws its spec with all rows, both with marks in the picture; LIDA's if its code runs.

A goal's fields are the columns whose names stand in its words for the chart, and where none does, in its question;
its mark is that of the first kind of chart named there (`MARKS`). A chart uses them if each of these fields is on a
channel or in a filter and the mark is that mark. LIDA's chart is read to its advantage: a field is used if its name
stands in the code that ran, and a mark if any layer has it. A goal that names no kind of chart asks for no mark; one
that names no field says nothing and is left out.

Passes if no chart fails and at least 90 % use the goal's fields and mark.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.lida.log import Log
from benchmarks.lida.peer import peer
from benchmarks.lida.serving import served
from benchmarks.lida.shown import is_drawn, units
from benchmarks.piped import Piped
from observatory.insight.wording import channels, flat, is_histogram, mark_of

SAMPLES = Path(__file__).resolve().parents[1] / "datasets"
TABLES = (
    "hr_1@employees",
    "dorm_1@dorm",
    "manufactory_1@products",
    "wrestler@wrestler",
    "store_1@invoices",
    "school_finance@school",
    "wedding@Church",
    "entrepreneur@entrepreneur",
)
VEGA = ("cars", "stocks", "barley", "seattle-weather", "la-riots", "airports")
NO_ANSWER = "This is not an answer."
MARKS = {
    r"histogram": "histogram",
    r"(?:stacked |grouped |side[- ]by[- ]side |horizontal )?bar(?: ?chart| graph| plot|s)?": "bar",
    r"column chart": "bar",
    r"count ?plot": "bar",
    r"line(?: ?chart| graph| plot)?|time series|trend line": "line",
    r"scatter ?plot|scatter(?: chart| graph)?|bubble chart": "point",
    r"dot plot": "point",
    r"pie(?: ?chart| graph)?|donut chart": "arc",
    r"heat ?map": "rect",
    r"box ?plot|box[- ]and[- ]whisker(?: plot)?": "boxplot",
    r"area(?: ?chart| graph| plot)": "area",
    r"strip plot": "tick",
}
SAME = {"circle": "point", "square": "point"}


# ── what a goal asks for ─────────────────────────────────────────────────────────────────────────


def plain(name: str) -> str:
    """A name as LIDA writes it, in lower case.

    >>> plain("Miles per Gallon")
    'miles_per_gallon'
    """
    return re.sub(r"[^0-9a-z]+", "_", name.lower()).strip("_")


def fields_named(text: str, columns: Sequence[str]) -> tuple[str, ...]:
    """The columns whose names stand in a text, each part of it read as one name only, the longest first.

    >>> fields_named("scatter plot of temp_max and Wind", ["temp", "temp_max", "wind", "rain"])
    ('temp_max', 'wind')
    """
    rest, found = f"_{plain(text)}_", set()
    for column in sorted(columns, key=lambda c: (-len(plain(c)), c)):
        if plain(column) and f"_{plain(column)}_" in rest:
            found.add(column)
            rest = rest.replace(f"_{plain(column)}_", "_|_")
    return tuple(column for column in columns if column in found)


def mark_named(text: str) -> str | None:
    """The mark of the first kind of chart that a text names.

    >>> mark_named("grouped bar chart of a line"), mark_named("histogram of age"), mark_named("mean of age")
    ('bar', 'histogram', None)
    """
    found = [(m.start(), mark) for words, mark in MARKS.items() if (m := re.search(rf"\b(?:{words})\b", text.lower()))]
    return min(found)[1] if found else None


def asked_for(goal: Mapping[str, Any], columns: Sequence[str]) -> dict[str, Any]:
    """The fields and the mark that a goal names."""
    words = str(goal["visualization"])
    named = fields_named(words, columns) or fields_named(str(goal["question"]), columns)
    return {"fields": named, "mark": mark_named(_without(words, named))}


def _without(text: str, names: Sequence[str]) -> str:
    """A text without names, for a field may be called “line”."""
    for name in names:
        text = re.sub(rf"\b{re.escape(name)}\b", "…", text, flags=re.IGNORECASE)
    return text


def in_words(goal: Mapping[str, Any]) -> str:
    """How a goal is asked for.

    >>> in_words({"question": "How old are they?", "visualization": "histogram of age"})
    'How old are they? Show a histogram of age.'
    """
    question, words = (str(goal[key]).strip().rstrip(".?") for key in ("question", "visualization"))
    return f"{question}? Show a {words}."


# ── what a chart uses ────────────────────────────────────────────────────────────────────────────


def uses(spec: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
    """Whether our chart shows or keeps rows by each field asked for, with the mark asked for."""
    shown = {shown.field for shown in channels(spec)} | _filtered(spec.get("transform", []))
    return set(asked["fields"]) <= shown and _is_marked(
        asked["mark"], mark_of(spec), is_histogram(spec) or counts_categories(spec)
    )


def counts_categories(spec: Mapping[str, Any]) -> bool:
    """Whether bars count the rows of each category: all that a histogram of names can be.

    >>> names, rows = {"field": "a", "type": "nominal"}, {"aggregate": "count"}
    >>> counts_categories({"mark": "bar", "encoding": {"x": names, "y": rows}})
    True
    """
    encoding = [d for d in flat(spec)[1].values() if isinstance(d, Mapping)]
    counted = any(d.get("aggregate") == "count" for d in encoding)
    return mark_of(spec) == "bar" and counted and any(d.get("type") in ("nominal", "ordinal") for d in encoding)


def _filtered(transform: Any) -> set[str]:
    """The fields that transforms read."""
    return set(re.findall(r'"field": "((?:[^"\\]|\\.)*)"', json.dumps(transform)))


def _is_marked(asked: str | None, mark: str, histogram: bool) -> bool:
    return asked is None or (histogram if asked == "histogram" else SAME.get(mark, mark) == asked)


def lida_uses(answer: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
    """Whether LIDA's chart has a layer of the mark asked for, and its code the names of the fields."""
    if answer.get("error"):
        return False
    code = f"_{plain(answer['code'])}_"
    parts = units(answer["spec"])
    binned = "bin" in answer["code"] or "cut(" in answer["code"]
    marked = any(
        _is_marked(asked["mark"], mark_of(part), (mark_of(part) == "bar" and binned) or counts_categories(part))
        for part in parts
    )
    return marked and all(f"_{plain(name)}_" in code for name in asked["fields"])


# ── asking ───────────────────────────────────────────────────────────────────────────────────────


class Asked:
    """Goals and charts of one run; what a model was asked for is kept in the log."""

    def __init__(self, obs: Any, lida: Piped | None, log: Log, model: str, n: int) -> None:
        self._obs, self._lida, self._log, self._model, self._n = obs, lida, log, model, n

    def results(self, table: Path) -> Iterator[dict[str, Any]]:
        """One row for each goal and each way to a chart of it."""
        dataset = self._obs.ingest(table)
        columns = [field.name for field in self._obs.profile(dataset).fields]
        readers = ("rules",) if self._model == "none" else ("rules", "model")
        for goal in self._kept(f"{table.stem}: goals", lambda: self._own_goals(dataset)):
            yield self._judged(table, goal, columns, "goal", goal["drawn"])
            for reader in readers:
                yield self._judged(table, goal, columns, reader, self._chart(table, dataset, goal, reader))
        for goal in self._kept(f"{table.stem}: LIDA's goals", lambda: self._lida_goals(table)) if self._lida else []:
            for reader in readers:
                yield self._judged(table, goal, columns, reader, self._chart(table, dataset, goal, reader))
            yield self._judged(table, goal, columns, "lida", self._lida_chart(table, goal))

    def _kept(self, key: str, make: Any) -> Any:
        if key not in self._log:
            self._log[key] = make()
        return self._log[key]

    def _own_goals(self, dataset: Any) -> list[dict[str, Any]]:
        goals = self._obs.explore_goals(dataset, n=self._n, llm=self._model != "none")
        return [
            {"question": g.question, "visualization": g.visualization, "by": "ours", "worded_by": g.source}
            | {"drawn": {"spec": g.spec, **is_drawn(self._obs, dataset, g.spec)}}
            for g in goals
        ]

    def _lida_goals(self, table: Path) -> list[dict[str, Any]]:
        assert self._lida is not None
        answer = self._lida.ask("goals", table=str(table), n=self._n)
        if answer.get("error"):
            print(f"LIDA has no goals for {table.stem}: {answer['error']}", file=sys.stderr)
        goals = answer.get("goals", [])
        return [{"question": g["question"], "visualization": g["visualization"], "by": "lida"} for g in goals]

    def _chart(self, table: Path, dataset: Any, goal: Mapping[str, Any], reader: str) -> dict[str, Any]:
        """Our chart for a goal's words, by rules alone or with the model."""

        def make() -> dict[str, Any]:
            started = time.perf_counter()
            answer = self._obs.visualize(dataset, in_words(goal), llm=reader == "model")
            seconds = round(time.perf_counter() - started, 3)
            refused = any(NO_ANSWER in warning for warning in answer.warnings)
            found = {"spec": answer.spec, "refused": refused, "seconds": seconds, "warnings": list(answer.warnings)}
            return found | is_drawn(self._obs, dataset, answer.spec)

        return make() if reader == "rules" else dict(self._kept(f"{table.stem}: {reader}: {in_words(goal)}", make))

    def _lida_chart(self, table: Path, goal: Mapping[str, Any]) -> dict[str, Any]:
        def make() -> dict[str, Any]:
            assert self._lida is not None
            asked = {key: goal[key] for key in ("question", "visualization")}
            return self._lida.ask("visualize", table=str(table), **asked)

        return dict(self._kept(f"{table.stem}: lida: {in_words(goal)}", make))

    def _judged(
        self, table: Path, goal: Mapping[str, Any], columns: Sequence[str], reader: str, chart: Mapping[str, Any]
    ) -> dict[str, Any]:
        asked = asked_for(goal, columns)
        used = lida_uses(chart, asked) if reader == "lida" else not chart.get("refused") and uses(chart["spec"], asked)
        return {
            "table": table.stem,
            "goals_by": goal["by"],
            "reader": reader,
            "asked": in_words(goal),
            **asked,
            "error": chart.get("error"),
            "blank": not chart.get("error") and not chart.get("marks"),
            "refused": chart.get("refused", False),
            "used": bool(used),
            "seconds": chart.get("seconds"),
        }


def run(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Every goal of every table."""
    import observatory

    if args.peer and args.model == "none":
        raise SystemExit("LIDA needs a model: give one with --model.")
    with ExitStack() as stack:
        llm = None if args.model == "none" else stack.enter_context(served(args.model))
        obs = stack.enter_context(observatory.open(llm=llm.client if llm else None))
        lida = None
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="goals-")))
        tables = [*sorted(SAMPLES.glob("*.csv")), *nl2vis_tables(args.tables)]
        if args.peer and llm:
            lida = stack.enter_context(peer(args.peer, llm.base_url, llm.api_key, llm.name))
            vega = [Path(lida.ask("export", name=name, folder=str(folder))["path"]) for name in VEGA]
            tables = [*vega, *tables]
        asked, found = Asked(obs, lida, Log(args.log), args.model, args.n), []
        for table in tables[: args.limit]:
            found += asked.results(table)
            print(f"{table.stem}: {len(found)} charts so far", file=sys.stderr)
        return found


def nl2vis_tables(folder: Path | None) -> list[Path]:
    """The chosen tables of the cases of questions to charts."""
    return [folder / "tables" / f"{name}.csv" for name in TABLES] if folder else []


# ── figures ──────────────────────────────────────────────────────────────────────────────────────


def figures(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """For the goals of each side and each way to a chart: error rate, and the share that uses fields and mark."""
    kinds = sorted({(row["goals_by"], row["reader"]) for row in rows})
    return [_figures([r for r in rows if (r["goals_by"], r["reader"]) == kind]) for kind in kinds]


def _figures(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    naming = [row for row in rows if row["fields"]]
    times = [row["seconds"] for row in rows if row["seconds"] is not None]
    return {
        "goals_by": rows[0]["goals_by"],
        "reader": rows[0]["reader"],
        "tables": len({row["table"] for row in rows}),
        "goals": len(rows),
        "errors": sum(bool(row["error"]) for row in rows),
        "blank": sum(row["blank"] for row in rows),
        "refused": sum(row["refused"] for row in rows),
        "naming_fields": len(naming),
        "used": sum(row["used"] for row in naming),
        "used_share": round(sum(row["used"] for row in naming) / len(naming), 3) if naming else None,
        "median_seconds": statistics.median(times) if times else None,
    }


def show(rows: Sequence[Mapping[str, Any]]) -> None:
    """A table, and the goals whose fields and mark our charts do not use."""
    heads = ("goals by", "chart by", "tables", "goals", "errors", "blank", "refused", "use fields and mark")
    print("| " + " | ".join(heads) + " |\n" + "|---" * len(heads) + "|")
    for f in figures(rows):
        used = f"{f['used']} of {f['naming_fields']} ({f['used_share']:.0%})" if f["naming_fields"] else "–"
        cells = [f[k] for k in ("goals_by", "reader", "tables", "goals", "errors", "blank", "refused")]
        print("| " + " | ".join(map(str, [*cells, used])) + " |")
    for row in rows:
        if row["reader"] != "lida" and row["fields"] and not row["used"]:
            print(f"\n{row['table']} ({row['goals_by']}, {row['reader']}): {row['asked']}")
            print(f"  {row['fields']} {row['mark']}")


def main() -> int:
    """Print the figures; 1 if a chart of ours fails or too few use what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=Path, help="folder of benchmarks/nl2vis.py's cases, for its tables")
    parser.add_argument("--model", default="none", help="model of the registry, or none: rules alone")
    parser.add_argument("--peer", metavar="PYTHON", help="Python of LIDA's environment")
    parser.add_argument("-n", type=int, default=5, help="goals for each table")
    parser.add_argument("--limit", type=int, help="only the first tables")
    parser.add_argument("--log", type=Path, help="keep what a model was asked for in this file, and go on from it")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    args = parser.parse_args()
    rows = run(args)
    found = figures(rows)
    if args.json:
        print(json.dumps({"model": args.model, "figures": found, "charts": rows}, indent=1))
    else:
        show(rows)
    ours = [f for f in found if f["reader"] != "lida"]
    drawn = not any(f["errors"] or f["blank"] for f in ours)
    return 0 if drawn and all((f["used_share"] or 0) >= 0.9 for f in ours) else 1


if __name__ == "__main__":
    sys.exit(main())
