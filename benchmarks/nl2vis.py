"""Questions to charts: the share of cases whose mark, rows and order are all right.

    python benchmarks/nl2vis.py --cases DIR [--model NAME|none] [--limit N] [--all] [--json]

DIR holds `cases.json` and `tables/`: a subset of nvBench (MIT), questions in English with the rows, mark and order
of their chart. The first question of each case is asked, with `--all` every wording of it. A chart passes if its mark
is the one expected, the multiset of its plotted rows equals the expected one (a bar chart may lie on its side, a
scatter plot may be mirrored), and its bars stand in the expected order. Rows are computed by carrying out the spec on
the table.
With a model, `invalid_replies` of `replies` were no JSON of the schema asked for; none may be.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from observatory.insight.wording import flat, mark_of

MARKS = {
    "Bar": "bar",
    "Stacked Bar": "bar",
    "Pie": "arc",
    "Line": "line",
    "Grouping Line": "line",
    "Scatter": "point",
    "Grouping Scatter": "point",
}
UNITS = {
    "year": "%Y",
    "yearmonth": "%Y-%m",
    "yearmonthdate": "%Y-%m-%d",
    "month": "%b",
    "day": "%a",
    "hours": "%H",
}
FUNCTIONS = {"count": "size", "average": "mean", "distinct": "nunique", "stdev": "std"}
Row = tuple[str, ...]


def name_of(field: str) -> str:
    """The field name of a Vega-Lite field path."""
    return re.sub(r"\\(.)", r"\1", field)


# ── what a spec plots ────────────────────────────────────────────────────────────────────────────


def plotted(spec: Mapping[str, Any], frame: pd.DataFrame) -> pd.DataFrame:
    """The plotted rows, one column for each channel, in the order in which they stand."""
    for transform in spec.get("transform", []):
        frame = transformed(frame, transform)
    columns: dict[str, pd.Series] = {}
    aggregates: dict[str, tuple[str | None, str]] = {}
    encoding = flat(spec)[1]
    for channel, definition in encoding.items():
        field = name_of(definition["field"]) if "field" in definition else None
        if definition.get("aggregate"):
            aggregates[channel] = (field, definition["aggregate"])
        elif field is not None:
            columns[channel] = shown(frame[field], definition)
    plain = pd.DataFrame(columns)
    if not aggregates:
        return in_order(plain, encoding)
    for channel, (field, _) in aggregates.items():
        plain[channel] = 1 if field is None else measured(frame[field], aggregates[channel][1])
        plain[channel] = plain[channel] if field is not None else 1
    functions = {c: FUNCTIONS.get(a, a) for c, (_, a) in aggregates.items()}
    if not columns:
        return in_order(
            pd.DataFrame([{c: plain[c].size if f == "size" else plain[c].agg(f) for c, f in functions.items()}]),
            encoding,
        )
    groups = plain.groupby(list(columns), dropna=False, sort=True)
    return in_order(pd.DataFrame({c: groups[c].agg(f) for c, f in functions.items()}).reset_index(), encoding)


def measured(values: pd.Series, aggregate: str) -> pd.Series:
    """Values as an aggregate takes them: numbers, or whatever is told apart."""
    return values if aggregate in ("distinct", "valid", "missing") else pd.to_numeric(values, errors="coerce")


def shown(values: pd.Series, definition: Mapping[str, Any]) -> pd.Series:
    """Values as a channel groups them: by bin or unit of time."""
    if definition.get("timeUnit"):
        return pd.to_datetime(values).dt.strftime(UNITS.get(definition["timeUnit"], "%Y-%m-%d"))
    if definition.get("bin"):
        return pd.cut(pd.to_numeric(values), 10).astype(str)
    return values


def transformed(frame: pd.DataFrame, transform: Mapping[str, Any]) -> pd.DataFrame:
    """The frame after a filter, joined aggregate or rank."""
    if "filter" in transform:
        return frame[kept(frame, transform["filter"])]
    if "joinaggregate" in transform:
        group = [name_of(g) for g in transform["groupby"]]
        for item in transform["joinaggregate"]:
            op = FUNCTIONS.get(item["op"], item["op"])
            field = name_of(item["field"]) if "field" in item else group[0]
            frame = frame.assign(**{item["as"]: frame.groupby(group, dropna=False)[field].transform(op)})
        return frame
    if "window" in transform:
        keys = [(name_of(s["field"]), s.get("order", "ascending") == "ascending") for s in transform["sort"]]
        distinct = frame[[k for k, _ in keys]].drop_duplicates()
        ordered = distinct.sort_values([k for k, _ in keys], ascending=[up for _, up in keys])
        ranks = ordered.assign(**{transform["window"][0]["as"]: range(1, len(ordered) + 1)})
        return frame.merge(ranks, on=[k for k, _ in keys], how="left")
    raise ValueError(f"transform {sorted(transform)} is not carried out here")


def kept(frame: pd.DataFrame, predicate: Mapping[str, Any] | str) -> pd.Series:
    """Which rows a field predicate keeps, or an expression that asks whether there is a value."""
    if isinstance(predicate, str):
        found = re.fullmatch(r"isValid\(datum\[(.*)\]\)|datum\[(.*)\] === null", predicate)
        if found is None:
            raise ValueError(f"the expression {predicate} is not carried out here")
        return frame[json.loads(found[1])].notna() if found[1] else frame[json.loads(found[2])].isna()
    if "not" in predicate:
        return ~kept(frame, predicate["not"])
    values = frame[name_of(predicate["field"])]
    if "valid" in predicate:
        return values.notna() == predicate["valid"]
    op = next(key for key in ("equal", "lt", "lte", "gt", "gte", "range", "oneOf") if key in predicate)
    bound = moment(predicate[op])
    if any(isinstance(b, pd.Timestamp) for b in (bound if isinstance(bound, list) else [bound])):
        values = pd.to_datetime(values)
    if op == "range":
        return values.between(bound[0], bound[1])
    if op == "oneOf":
        return values.isin(bound)
    return {"equal": values.eq, "lt": values.lt, "lte": values.le, "gt": values.gt, "gte": values.ge}[op](bound)


def moment(value: Any) -> Any:
    """A Vega-Lite date or ISO text as a time; anything else as it is."""
    if isinstance(value, list):
        return [moment(v) for v in value]
    if isinstance(value, Mapping):
        return pd.Timestamp(value["year"], value.get("month", 1), value.get("date", 1), value.get("hours", 0))
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d.*", value):
        return pd.Timestamp(value)
    return value


def in_order(rows: pd.DataFrame, encoding: Mapping[str, Any]) -> pd.DataFrame:
    """Rows as their discrete axis sorts them: by its own values, or by the other axis."""
    for channel in ("x", "y"):
        definition = encoding.get(channel, {})
        if channel not in rows or definition.get("aggregate"):
            continue
        sort = definition.get("sort", "ascending")
        if isinstance(sort, str) and sort.lstrip("-") in rows:
            total = rows.groupby(channel, dropna=False)[sort.lstrip("-")].transform("sum")
            return (
                rows.assign(_by=total)
                .sort_values("_by", ascending=not sort.startswith("-"), kind="stable")
                .drop(columns="_by")
            )
        if definition.get("type") != "quantitative" or "y" not in rows:
            keys = rows[channel].astype(str) if rows[channel].dtype == object else rows[channel]
            return (
                rows.assign(_by=keys)
                .sort_values("_by", ascending=sort != "descending", kind="stable")
                .drop(columns="_by")
            )
    return rows


# ── comparing ────────────────────────────────────────────────────────────────────────────────────


def normal(value: Any) -> str:
    """A value as text in which equal values are equal, whatever type they came in."""
    if value is None or (isinstance(value, float) and value != value) or value is pd.NaT:
        return ""
    text = str(value).strip()
    try:
        return f"{float(text):.6g}"
    except ValueError:
        pass
    time_like = re.fullmatch(r"(\d{4}-\d{1,2}-\d{1,2})(?:[T ](\d\d:\d\d:\d\d).*)?", text)
    if time_like:
        day = "-".join(part.zfill(2) for part in time_like[1].split("-"))
        return day if time_like[2] in (None, "00:00:00") else f"{day} {time_like[2]}"
    return text


def axes(mark: str, rows: pd.DataFrame) -> list[tuple[str, str]]:
    """The pairs of channels that may stand for x and y."""
    ways = [("color", "theta")] if mark == "arc" else [("x", "y"), ("y", "x")]
    return [(a, b) for a, b in ways if a in rows and b in rows]


def pairs(rows: pd.DataFrame, x: str, y: str, extra: str | None) -> list[Row]:
    """Plotted rows as comparable text."""
    columns = [x, y, *([extra] if extra else [])]
    return [tuple(normal(v) for v in row) for row in rows[columns].itertuples(index=False)]


def without_zeros(rows: Counter[Row]) -> Counter[Row]:
    """Rows but those of zero: the expected rows hold combinations that do not occur in the table, a chart does not."""
    return Counter({row: n for row, n in rows.items() if row[1] != "0"})


def is_sorted(rows: Sequence[Row], by: str, direction: str) -> bool:
    """Whether rows stand in the order that was asked for; equal values may stand in any."""
    keys = [row[0 if by == "x" else 1] for row in rows]
    try:
        values: list[Any] = [float(k) for k in keys]
    except ValueError:
        values = [k.lower() for k in keys]
    ordered = list(pairwise(values))
    return all(a <= b for a, b in ordered) if direction == "ascending" else all(a >= b for a, b in ordered)


def verdict(case: Mapping[str, Any], spec: Mapping[str, Any], frame: pd.DataFrame) -> str:
    """“pass”, or what is wrong first: mark, rows or order; “computed” where a transform is not carried out here."""
    mark = mark_of(spec)
    wanted = MARKS[case["chart"]]
    if mark != wanted:
        return f"mark {mark}"
    try:
        rows = plotted(spec, frame)
    except ValueError:
        return "computed"
    split = any("classify" in row for row in case["expected"])
    extra = next((c for c in ("color", "row", "column", "shape") if c in rows), None) if split else None
    expected = Counter(
        tuple(normal(row.get(key)) for key in ("x_data", "y_data", *(["classify"] if extra else [])))
        for row in case["expected"]
    )
    for x, y in axes(mark, rows):
        found = pairs(rows, x, y, extra)
        if without_zeros(Counter(found)) == without_zeros(expected):
            order = case.get("order")
            if order and wanted == "bar" and not split and not is_sorted(found, order["by"], order["direction"]):
                return "order"
            return "pass"
    return "rows"


# ── running ──────────────────────────────────────────────────────────────────────────────────────


def run(folder: Path, model: str, limit: int | None, every: bool = False) -> dict[str, Any]:
    """Every case's verdict, and the pass rate; `every` wording of its question, or the first."""
    import observatory

    with engine(model) as llm:
        obs = observatory.open(llm=llm)
        try:
            return summary(list(answers(obs, folder, limit, every)), model)
        finally:
            obs.close()


def answers(obs: Any, folder: Path, limit: int | None, every: bool) -> Iterator[dict[str, Any]]:
    """What came of each question."""
    cases = json.loads((folder / "cases.json").read_text(encoding="utf-8"))[:limit]
    datasets = {name: obs.ingest(folder / "tables" / name) for name in sorted({c["table"] for c in cases})}
    frames = {name: obs.rows(dataset, n=dataset.n_rows) for name, dataset in datasets.items()}
    asked = [(case, question) for case in cases for question in case["nl"][: None if every else 1]]
    for case, question in asked:
        started = time.perf_counter()
        answer = obs.visualize(datasets[case["table"]], question)
        seconds = time.perf_counter() - started
        said = verdict(case, answer.spec, frames[case["table"]])
        by_model = [a for a in answer.attempts if a.source == "llm"]
        print(f"{case['id']:10} {case['chart']:16} {said}", file=sys.stderr)
        yield {
            "id": case["id"],
            "question": question,
            "chart": case["chart"],
            "verdict": said,
            "model_kept": by_model[0].ok if by_model else None,
            "replies": len(answer.sent),
            "invalid_replies": sum(e.error is not None for e in answer.sent),
            "seconds": round(seconds, 3),
        }


@contextmanager
def engine(name: str) -> Iterator[Any]:
    """The client of a model of the registry while its engine runs; None for no model."""
    if name == "none":
        yield None
        return
    from observatory import llm
    from observatory.settings import Settings

    settings = Settings.from_env()
    running = llm.Engine(llm.models.pull(name, settings.models), settings)
    try:
        running.start()
        running.wait(180)
        yield running.client()
    finally:
        running.stop()


def summary(results: Sequence[Mapping[str, Any]], model: str) -> dict[str, Any]:
    """Pass rate, what failed, and the median time to a chart."""
    verdicts = Counter(str(r["verdict"]).split()[0] for r in results)
    return {
        "model": model,
        "n": len(results),
        "passed": verdicts["pass"],
        "pass_rate": verdicts["pass"] / len(results) if results else None,
        "failed_by": {key: n for key, n in verdicts.items() if key != "pass"},
        "replies": sum(r["replies"] for r in results),
        "invalid_replies": sum(r["invalid_replies"] for r in results),
        "median_seconds": statistics.median(r["seconds"] for r in results) if results else None,
        "cases": list(results),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=Path, required=True, help="folder with cases.json and tables/")
    parser.add_argument("--model", default="none", help="model of the registry, or none: rules alone")
    parser.add_argument("--limit", type=int, help="ask only the first N cases")
    parser.add_argument("--all", action="store_true", help="ask every wording of each question, not just the first")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    args = parser.parse_args()
    if not (args.cases / "cases.json").is_file():
        print(f"There is no cases.json in {args.cases}: give the folder of the cases with --cases.", file=sys.stderr)
        return 2
    result = run(args.cases, args.model, args.limit, args.all)
    if args.json:
        print(json.dumps(result, indent=1))
    else:
        print(
            f"{result['model']}: {result['passed']} of {result['n']} pass ({result['pass_rate']:.0%}), "
            f"median {result['median_seconds']:.2f} s, failed by {result['failed_by']}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
