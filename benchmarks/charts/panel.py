"""Textbook charts at rank 1: `python -m benchmarks.charts.panel [--peer PYTHON] [--misses] [--json]`.

A request of panel.json is met when our first chart is one of those written down for it: its mark is one of those named
and its channels are exactly those named, with the same field, aggregate, bins or unit of time. `facet` is one row or
column. A chart side by side (an offset by the field of the colour) counts as its stacked form, unless the panel says
how to stack. Bars, lines and areas must have a number on an axis, not the same field as a category. Scales, order and
limit are preferences there and are not compared. Mirrored charts count only if listed.

With --peer the first answer of Draco 2 is judged alike (benchmarks/charts/draco2.py says how to make PYTHON). Draco
has no unit of time: its bins of a date are taken for whichever unit is asked for; a pie is its bar in polar
coordinates. It is asked only where the wish and at least one of the charts written down can be said in its words; it
knows the tasks value and summary, any other is left for it to choose.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from benchmarks.charts.draco2 import peer
from benchmarks.charts.wishes import panel, profile_of, wish_of
from benchmarks.piped import Piped
from observatory.charts import recommend
from observatory.charts.draco import draco_wish, from_draco
from observatory.charts.draco.language import AGGREGATES, CHANNELS, FACETS, MARKS, stacks
from observatory.charts.spec.reading import parse
from observatory.charts.spec.view import TIME_UNITS, Encoding, View
from observatory.errors import ChartInvalidSpec, RuleUnsatisfiable
from observatory.model import Profile, Wish

_LENGTHS = ("bar", "line", "area")
_OFFSETS = ("xOffset", "yOffset")
_DRACO_MARKS = {*MARKS, "arc"}
_DRACO_CHANNELS = {*CHANNELS, *FACETS, "facet", "theta"}


def shown(encoding: Encoding) -> str:
    """What a channel shows in the panel's notation.

    >>> shown(Encoding("x", "day", "temporal", time_unit="yearmonth")), shown(Encoding("y", None, "", "count"))
    ('yearmonth(day)', 'count')
    """
    if encoding.field is None:
        return encoding.aggregate or ""
    function = encoding.aggregate or encoding.time_unit or ("bin" if encoding.bin else None)
    return f"{function}({encoding.field})" if function else encoding.field


def channels(view: View, *, facet: bool = False) -> dict[str, str]:
    """What each channel shows; with `facet` a row or a column is called that."""
    names = {"row": "facet", "column": "facet"} if facet else {}
    return {names.get(e.channel, e.channel): shown(e) for e in view.encodings}


def meets(view: View, wanted: Mapping[str, Any], *, bins_are_units: bool = False) -> bool:
    """Whether a chart is one of the charts that the panel writes as `wanted`.

    >>> histogram = View("bar", (Encoding("x", "age", "quantitative", bin=20), Encoding("y", None, "", "count")))
    >>> meets(histogram, {"mark": ["bar"], "channels": {"x": "bin(age)", "y": "count"}})
    True
    """
    expected = dict(wanted["channels"])
    found = channels(view, facet="facet" in expected)
    offsets = {name: found.pop(name) for name in _OFFSETS if name in found}
    if offsets and ("stack" in wanted or set(offsets.values()) != {found.get("color")}):
        return False
    if bins_are_units:
        units = "|".join(TIME_UNITS)
        expected = {name: re.sub(rf"^({units}|yearweek)\(", "bin(", text) for name, text in expected.items()}
    if view.mark not in wanted["mark"] or found != expected or len(found) + len(offsets) < len(view.encodings):
        return False
    if view.mark in _LENGTHS and not any(e.type == "quantitative" for e in view.encodings if e.channel in ("x", "y")):
        return False
    stacked = next((e.stack or "zero" for e in view.encodings if e.stack or stacks(view, e)), None)
    return wanted.get("stack") in (None, stacked)


def first_of_ours(profile: Profile, wish: Wish) -> View | None:
    """Our best chart, or None."""
    try:
        found = recommend(profile, wish, 1)
    except RuleUnsatisfiable:
        return None
    return parse(dict(found[0].spec)) if found else None


def first_of_draco(draco: Piped, profile: Profile, wish: Wish) -> View | None:
    """Draco's best chart, or None when it has none, or one of several layers."""
    facts = draco_wish(wish, profile)
    answers = draco.ask("complete", facts=facts.text, k=1)["answers"]
    try:
        return parse(from_draco(answers[0]["facts"], facts.names)) if answers else None
    except ChartInvalidSpec:
        return None


def sayable(request: Mapping[str, Any]) -> bool:
    """Whether Draco has words for the wish and for at least one of the charts written down for it."""
    if request.get("mark", "bar") not in MARKS or {*request.get("channel", {}).values()} - _DRACO_CHANNELS:
        return False
    return any(
        _DRACO_MARKS & {*wanted["mark"]}
        and {*wanted["channels"]} <= _DRACO_CHANNELS
        and not re.search(
            rf"\b(?!bin|{'|'.join(AGGREGATES)}|{'|'.join(TIME_UNITS)}|yearweek)\w+\(", str(wanted["channels"])
        )
        for wanted in request["expect"]
    )


def judged(draco: Piped | None) -> list[dict[str, Any]]:
    """One row for each request: what it asks for, and whether our and Draco's first chart meet it (None: not asked)."""
    written, rows = panel(), []
    profiles = {name: profile_of(table) for name, table in written["tables"].items()}
    for request in written["requests"]:
        profile, wish = profiles[request["table"]], wish_of(request)
        row = {key: value for key, value in request.items() if key not in ("expect", "why")}
        view = first_of_ours(profile, wish)
        row |= {"ours": _met(view, request), "our_chart": _told(view), "draco": None}
        if draco is not None and sayable(request):
            answer = first_of_draco(draco, profile, wish)
            row |= {"draco": _met(answer, request, bins_are_units=True), "draco_chart": _told(answer)}
        rows.append(row | {"expect": [f"{'/'.join(w['mark'])} {w['channels']}" for w in request["expect"]]})
    return rows


def _met(view: View | None, request: Mapping[str, Any], *, bins_are_units: bool = False) -> bool:
    return view is not None and any(meets(view, w, bins_are_units=bins_are_units) for w in request["expect"])


def _told(view: View | None) -> str:
    return "none" if view is None else f"{view.mark} {channels(view)}"


def print_judged(rows: list[dict[str, Any]], *, misses: bool) -> None:
    """Requests met at rank 1 by task: ours of all, then ours and Draco's of those that Draco can be asked."""
    print(f"{'task':>14}{'requests':>10}{'ours':>14}{'asked of Draco':>16}{'ours':>14}{'draco':>14}")
    tasks = Counter(row.get("task", "none") for row in rows)
    for task in [*tasks, "all"]:
        mine = [row for row in rows if task in ("all", row.get("task", "none"))]
        asked = [row for row in mine if row["draco"] is not None]
        cells = [_share(mine, "ours"), _share(asked, "ours"), _share(asked, "draco")]
        print(f"{task:>14}{len(mine):>10}{cells[0]:>14}{len(asked):>16}{cells[1]:>14}{cells[2]:>14}")
    for row in rows if misses else []:
        if not row["ours"]:
            asked_for = {key: row[key] for key in ("fields", "task", "mark", "aggregate", "channel") if key in row}
            print(f"{row['table']} {asked_for}\n    ours {row['our_chart']}\n    not {' or '.join(row['expect'])}")


def _share(rows: list[dict[str, Any]], who: str) -> str:
    met = sum(bool(row[who]) for row in rows)
    return f"{met} ({met / len(rows):.1%})" if rows else "-"


def main() -> None:
    """Print the shares, or every request as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", metavar="PYTHON")
    parser.add_argument("--misses", action="store_true", help="list the requests that we do not meet")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.peer:
        with peer(options.peer) as draco:
            rows = judged(draco)
    else:
        rows = judged(None)
    if options.json:
        print(json.dumps(rows))
    else:
        print_judged(rows, misses=options.misses)


if __name__ == "__main__":
    main()
