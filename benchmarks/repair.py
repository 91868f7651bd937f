"""Broken chart code: the share of programs that repair turns into the chart that was meant.

    python benchmarks/repair.py [--model NAME|none] [--corpus first|second|third] [--only NAME] [--json]

`broken_charts.toml` holds programs over the sample data sets, what is broken in each, and the chart that was meant;
`broken_charts_second.toml` holds those of somebody who had not seen the cures, and `broken_charts_third.toml` a small
sample of what was left after them. Each is reported apart. A program counts as fixed if its chart has the marks that
were meant and Vega draws the same values with them: the labels that Vega gives each mark for screen readers are
compared as a multiset, so a bar may lie on its side. Passed are 80 % without a model and 95 % with one. `held_out`
programs are counted on their own; the head of each file says what that is worth.
"""

from __future__ import annotations

import argparse
import copy
import json
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import observatory
from benchmarks.nl2vis import engine

CORPORA = {"first": "broken_charts.toml", "second": "broken_charts_second.toml", "third": "broken_charts_third.toml"}
_SAME = {"circle": "point", "square": "point", "trail": "line"}
_LABEL = re.compile(r'<path aria-label="([^"]*)"[^>]*aria-roledescription="([^"]*)"')
_TEXT = re.compile(r'<text aria-label="([^"]*)"[^>]*aria-roledescription="([^"]*)"')
Meaning = tuple[tuple[str, ...], Counter[tuple[str, ...]]]


# ── what a chart shows ───────────────────────────────────────────────────────────────────────────


def meaning(spec: Mapping[str, Any], rows: list[dict[str, Any]]) -> Meaning:
    """The marks of a chart over rows, and the values of each thing that Vega draws, in any order."""
    import vl_convert

    chart = copy.deepcopy(dict(spec))
    marks = tuple(sorted(_marked(chart)))
    if "data" not in chart:
        chart["data"] = {"name": "rows"}
        chart["datasets"] = chart.get("datasets", {}) | {"rows": rows}
    svg: str = vl_convert.vegalite_to_svg(chart, allowed_base_urls=[])
    found = [*_LABEL.findall(svg), *_TEXT.findall(svg)]
    labels = [label for label, kind in found if kind not in ("axis", "legend", "title")]
    return marks, Counter(tuple(sorted(set(_values(unescape(label))))) for label in labels)


def _marked(node: Any) -> Iterator[str]:
    """The marks of all parts; a line is drawn as its points, each of which then has a label."""
    for part in node if isinstance(node, list) else node.values() if isinstance(node, dict) else ():
        yield from _marked(part)
    if isinstance(node, dict) and "mark" in node:
        mark = node["mark"] if isinstance(node["mark"], dict) else {"type": node["mark"]}
        yield _SAME.get(mark["type"], mark["type"])
        if mark["type"] in ("line", "area", "trail"):
            node["mark"] = {"type": "point"}


def _values(label: str) -> Iterator[str]:
    """The values of a label such as “class: suv; Mean of hwy: 18.129”, with four figures."""
    for part in label.split("; "):
        value = part.rpartition(": ")[2].replace("−", "-").replace(",", "")
        try:
            yield f"{float(value):.4g}"
        except ValueError:
            yield value


# ── running ──────────────────────────────────────────────────────────────────────────────────────


def programs(corpus: str = "first") -> list[dict[str, Any]]:
    """The broken programs of a corpus."""
    text = Path(__file__).with_name(CORPORA[corpus]).read_text("utf-8")
    found: list[dict[str, Any]] = tomllib.loads(text)["program"]
    return found


def verdict(obs: Any, program: Mapping[str, Any], rows: list[dict[str, Any]], *, llm: bool) -> dict[str, Any]:
    """What came of one program: whether it is broken, whether it was fixed, and by how many attempts of which kind."""
    dataset, code = program["dataset"], program["code"]
    right = obs.try_code(f"import altair as alt\nchart = {program['right']}", dataset)
    attempts = obs.repair_code(code, dataset, llm=llm)
    last = attempts[-1]
    error = next((a.error for a in reversed(attempts) if a.error), None)
    said = f"no chart: {error}"
    if last.ok and last.spec is not None:
        wanted, found = meaning(right.spec, rows), meaning(last.spec, rows)
        said = "fixed" if found == wanted else f"mark {found[0]}" if found[0] != wanted[0] else "values"
    return {
        "name": program["name"],
        "held_out": program.get("held_out", False),
        "was_broken": not attempts[0].ok,
        "verdict": said,
        "steps": [f"{a.step}/{a.source}" for a in attempts],
        "changed": [a.changed for a in attempts if a.changed],
        "code": last.code,
    }


def run(model: str, only: str = "", corpora: tuple[str, ...] = tuple(CORPORA)) -> dict[str, Any]:
    """Every program's verdict, and the shares that were fixed, of each corpus."""
    results: dict[str, list[dict[str, Any]]] = {corpus: [] for corpus in corpora}
    with engine(model) as llm, observatory.open(llm=llm) as obs:
        rows: dict[str, Any] = {}
        for corpus, program in [(name, program) for name in corpora for program in programs(name)]:
            if only and only not in program["name"]:
                continue
            name = program["dataset"]
            if name not in rows:
                rows[name] = json.loads(obs.rows_for_code(name).to_json(orient="records", date_format="iso"))
            results[corpus].append(verdict(obs, program, rows[name], llm=llm is not None))
            print(f"{program['name']:32} {results[corpus][-1]['verdict']}", file=sys.stderr)
    return {"model": model, "corpora": {corpus: summary(found) for corpus, found in results.items()}}


def summary(results: list[dict[str, Any]]) -> dict[str, Any]:
    """The shares of programs that were fixed: of all, and of those that were held out."""

    def share(some: list[dict[str, Any]]) -> dict[str, Any]:
        fixed = sum(r["verdict"] == "fixed" for r in some)
        return {"n": len(some), "fixed": fixed, "share": fixed / len(some) if some else None}

    held_out = [r for r in results if r["held_out"]]
    return {"all": share(results), "held_out": share(held_out), "programs": results}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="none", help="model of the registry, or none: deterministic repair alone")
    parser.add_argument("--corpus", choices=tuple(CORPORA), help="one of them alone")
    parser.add_argument("--only", default="", help="only programs with this in their name")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    args = parser.parse_args()
    result = run(args.model, args.only, (args.corpus,) if args.corpus else tuple(CORPORA))
    if args.json:
        print(json.dumps(result, indent=1))
        return 0
    for corpus, found in result["corpora"].items():
        for kind in ("all", "held_out"):
            told = found[kind]
            print(f"{result['model']}, {corpus}, {kind.replace('_', ' ')}: {told['fixed']} of {told['n']} fixed")
        for program in found["programs"]:
            if program["verdict"] != "fixed":
                print(f"  {program['name']}: {program['verdict']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
