"""Our charts beside those of Draco 2: `python -m benchmarks.charts.peer --peer PYTHON [--json]`.

PYTHON is that of an environment with draco 2.0.1: benchmarks/charts/draco2.py says how to make one.

Speed: CPU milliseconds of the top five for the same wished columns, in turn in one run. Draco is told of the wished
columns only, and then of the whole table. Our time includes the Vega-Lite, the code and the sentence of each chart,
Draco's only the solver's answers. Space: what each can choose from. Judgement: what Draco's hard rules say of our
charts; see benchmarks/charts/judged.py.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.charts.draco2 import peer
from benchmarks.charts.judged import judged, print_judged
from benchmarks.charts.speed import cpu_ms, spread, table
from benchmarks.piped import Piped
from observatory.charts import recommend
from observatory.charts.draco import draco_wish, from_draco
from observatory.charts.draco.language import AGGREGATES, CHANNELS, FACETS, MARKS
from observatory.charts.rules.base import program, rules
from observatory.charts.rules.facts import wish_facts
from observatory.charts.rules.solver import every
from observatory.model import Profile, Wish, WishedField

MOST = 20_000


def wishes(profile: Profile, n_fields: int, repeats: int, dice: random.Random) -> list[Wish]:
    """Random columns of a table, as in `benchmarks.charts.speed`."""
    names = [field.name for field in profile.fields]
    return [Wish(tuple(WishedField(name) for name in dice.sample(names, n_fields))) for _ in range(repeats)]


def distinct(answers: list[dict[str, Any]], names: tuple[str, ...]) -> int:
    """How many different charts there are among Draco's answers."""
    return len({json.dumps(from_draco(answer["facts"], names), sort_keys=True) for answer in answers})


def speed(draco: Piped, repeats: int) -> list[dict[str, Any]]:
    """One row for each number of columns and of wished fields."""
    dice, rows = random.Random(0), []
    for n_columns in (10, 20, 40):
        profile = table(n_columns)
        columns = [field.name for field in profile.fields]
        for n_fields in (1, 2, 3, 4):
            times: dict[str, list[float]] = {"ours": [], "draco": [], "draco_whole": []}
            alike: dict[str, list[int]] = {"ours": [], "draco": []}
            recommend(profile, wishes(profile, n_fields, 1, random.Random(1))[0])
            for wish in wishes(profile, n_fields, repeats, dice):
                times["ours"].append(cpu_ms(lambda wish=wish, profile=profile: recommend(profile, wish)))
                alike["ours"].append(len({json.dumps(chart.spec) for chart in recommend(profile, wish)}))
                facts, whole = draco_wish(wish, profile), draco_wish(wish, profile, columns)
                reply = draco.ask("complete", facts=facts.text, k=5)
                times["draco"].append(reply["ms"])
                alike["draco"].append(distinct(reply["answers"], facts.names))
                times["draco_whole"].append(draco.ask("complete", facts=whole.text, k=5)["ms"])
            rows.append({"columns": n_columns, "fields": n_fields} | _row(times, alike))
            print_speed(rows[-1:], head=len(rows) == 1)
    return rows


def _row(times: dict[str, list[float]], alike: dict[str, list[int]]) -> dict[str, Any]:
    of = {name: spread(values) for name, values in times.items()}
    ratios = {f"times_{name}": round(of[name]["p50"] / of["ours"]["p50"], 1) for name in ("draco", "draco_whole")}
    return of | ratios | {f"distinct_{name}": round(sum(n) / len(n), 1) for name, n in alike.items()}


def print_speed(rows: list[dict[str, Any]], *, head: bool) -> None:
    """CPU milliseconds, p50/p95, how many times ours Draco takes, and distinct charts of five, on average."""
    if head:
        heads = f"{'columns':>8}{'fields':>7}{'ours':>13}{'draco':>15}{'times':>7}"
        print(f"{heads}{'told of all':>15}{'times':>7}{'distinct':>11}")
    for row in rows:
        cells = [f"{row[name]['p50']}/{row[name]['p95']}" for name in ("ours", "draco", "draco_whole")]
        print(
            f"{row['columns']:>8}{row['fields']:>7}{cells[0]:>13}{cells[1]:>15}{row['times_draco']:>7}"
            f"{cells[2]:>15}{row['times_draco_whole']:>7}{row['distinct_ours']:>6}/{row['distinct_draco']}",
            flush=True,
        )


def space(draco: Piped) -> dict[str, Any]:
    """What each chooses from: the words it tries, and how many charts complete a wish, counted to `MOST`."""
    words = {
        kind: re.search(rf"^domain\({kind},\((.*?)\)\)", program("facts"), re.MULTILINE)
        for kind in ("mark", "channel", "aggregate", "time_unit")
    }
    ours = {kind: len(found[1].split(";")) for kind, found in words.items() if found}
    ours |= Counter(rule.kind for rule in rules().values())
    theirs = {"mark": len(MARKS), "channel": len(CHANNELS) + len(FACETS), "aggregate": len(AGGREGATES), "time_unit": 0}
    theirs |= draco.ask("rules")
    profile = table(10)
    for n_fields in (1, 2, 3, 4):
        wish = Wish(tuple(WishedField(f"column {i}") for i in range(n_fields)))
        ours[f"charts_{n_fields}"] = len(every(wish_facts(profile, wish)))
        theirs[f"charts_{n_fields}"] = draco.ask("count", facts=draco_wish(wish, profile).text, most=MOST)["charts"]
    return {"ours": ours, "draco": theirs}


def print_space(of: dict[str, Any]) -> None:
    """Each word with our number and Draco's."""
    print(f"\nSpace: what each tries by itself (charts of 1-4 wished fields, counted to {MOST:,})")
    for key in of["draco"]:
        print(f"{key:>12}{of['ours'][key]:>10,}{of['draco'][key]:>10,}")


def main() -> None:
    """Print the speed, the space and the judgement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", required=True, metavar="PYTHON")
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--only", choices=("speed", "space", "judged"))
    parser.add_argument("--json", metavar="FILE", help="also write all figures to a file")
    options = parser.parse_args()
    figures: dict[str, Any] = {}
    with peer(options.peer) as draco:
        if options.only in (None, "speed"):
            figures["speed"] = speed(draco, options.repeats)
        if options.only in (None, "space"):
            figures["space"] = space(draco)
            print_space(figures["space"])
        if options.only in (None, "judged"):
            figures["judged"] = judged(draco)
            print_judged(figures["judged"])
    if options.json:
        Path(options.json).write_text(json.dumps(figures, indent=1), "utf-8")


if __name__ == "__main__":
    main()
