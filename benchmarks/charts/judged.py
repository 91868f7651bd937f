"""What Draco's hard rules say of the charts that we recommend, and where we differ on purpose."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.charts.wishes import sampled, textbook
from benchmarks.piped import Piped
from observatory.charts import recommend
from observatory.charts.draco import to_draco
from observatory.charts.spec.reading import parse
from observatory.charts.spec.view import Encoding, View
from observatory.errors import ChartInvalidSpec, RuleUnsatisfiable
from observatory.model import Profile

SAMPLED = 40


def _single_times(view: View, profile: Profile) -> list[Encoding]:
    """Encodings of dates and years, each time by itself, and of numbers with at most thirty values."""
    raw = [e for e in view.encodings if e.field and not (e.aggregate or e.bin or e.time_unit)]
    return [e for e in raw if e.type == "temporal" or _is_step(profile, e)]


def _is_step(profile: Profile, encoding: Encoding) -> bool:
    field = profile.field(encoding.field or "")
    return encoding.type == "quantitative" and (field.role == "time" or field.distinct <= 30)


def _grouped_by_times(view: View, profile: Profile) -> bool:
    loose = [e for e in view.encodings if e.type in ("quantitative", "temporal")]
    loose = [e for e in loose if e.field and not (e.aggregate or e.bin or e.time_unit)]
    return bool(loose) and all(e in _single_times(view, profile) for e in loose)


def _stands_on_times(view: View, profile: Profile) -> bool:
    times = _single_times(view, profile)
    return view.mark in ("bar", "area") and any(e.channel in "xy" for e in times)


def _banded(view: View, _: Profile) -> bool:
    axes = [e for e in view.encodings if e.channel in ("x", "y")]
    return all(e.bin or e.time_unit or e.type in ("nominal", "ordinal") for e in axes)


def _pie(view: View, _: Profile) -> bool:
    return view.mark == "arc"


def _line_each(view: View, _: Profile) -> bool:
    return view.mark == "line" and view.on("detail") is not None


def _single_amounts(view: View, _: Profile) -> bool:
    lengths = [e for e in view.encodings if e.channel in ("x", "y", "theta") and e.type == "quantitative"]
    return bool(lengths) and all(e.aggregate in (None, "sum", "count") for e in lengths)


INTENDED: dict[str, tuple[str, Callable[[View, Profile], bool]]] = {
    "aggregate_not_all_continuous": (
        "A mean for each year, date or step of a short count is what a line shows; Draco knows no time and sees any "
        "number, which it wants in bins.",
        _grouped_by_times,
    ),
    "bar_area_without_zero": (
        "The axis that starts at zero is the one that bars and areas are measured by, not the dates they stand on.",
        _stands_on_times,
    ),
    "rect_without_d_d": (
        "Bins and units of time are bands: a heat map of them needs no scale of names, as Vega-Lite draws it.",
        _banded,
    ),
    "bar_tick_continuous_x_y": (
        "Bars may stand on single years, which are numbers to Draco; two measures are forbidden to us as well.",
        _stands_on_times,
    ),
    "stack_without_summative_agg": (
        "Where each row is one part, single amounts stack as their sum would; Draco stacks sums and counts only.",
        _single_amounts,
    ),
    "detail_without_agg": (
        "A thin line for each of very many series shows all of them; Draco wants a summary beside every detail.",
        _line_each,
    ),
    "col_no_x": ("Small pies stand side by side, and a pie has no horizontal axis to use instead.", _pie),
    "row_no_y": ("Small pies stand one above the other; other marks would use the vertical axis.", _pie),
}


def charts() -> Iterator[tuple[str, Profile, int, dict[str, Any]]]:
    """Our top five for every request: where the request is from, the table, the rank and the chart."""
    for origin, requests in (("panels", textbook()), ("sample tables", sampled(SAMPLED))):
        for _, profile, wish in requests:
            try:
                found = recommend(profile, wish)
            except RuleUnsatisfiable:
                continue
            for chart in found:
                yield origin, profile, chart.rank, dict(chart.spec)


def judged(draco: Piped) -> dict[str, Any]:
    """Charts by their origin: accepted, different on purpose, wrong to Draco, and without words in Draco."""
    counts: dict[str, Counter[str]] = {}
    violations: Counter[str] = Counter()
    first: Counter[str] = Counter()
    unsaid: Counter[str] = Counter()
    examples: dict[str, Any] = {}
    for origin, profile, rank, spec in charts():
        count = counts.setdefault(origin, Counter())
        try:
            facts = to_draco(spec, profile)
        except ChartInvalidSpec as error:
            unsaid[error.message] += 1
            count["no word"] += 1
            continue
        view, reply = parse(spec), draco.ask("judge", facts=facts.text)
        found = set(reply["violations"] or ()) or set([] if reply["accepted"] else ["unsatisfiable"])
        violations.update(found)
        first.update(found if rank == 1 else ())
        rest = sorted(name for name in found if name not in INTENDED or not INTENDED[name][1](view, profile))
        for name in rest:
            examples.setdefault(name, spec)
        count["accepted" if not found else "intended" if not rest else "wrong"] += 1
    rows = [{"origin": origin} | _shares(count) for origin, count in counts.items()]
    rows.append({"origin": "all"} | _shares(sum(counts.values(), Counter())))
    return {"rows": rows, "violations": violations, "first": first, "no word": unsaid, "examples": examples}


def _shares(count: Counter[str]) -> dict[str, Any]:
    said = count["accepted"] + count["intended"] + count["wrong"]
    shares = {"accepted_share": count["accepted"] / said, "apart_share": 1 - count["wrong"] / said}
    return {"charts": said} | {key: round(share, 4) for key, share in shares.items()} | dict(count)


def print_judged(figures: dict[str, Any]) -> None:
    """The shares, the violations by name with the reason of each intended one, and an example of each other."""
    print(f"\n{'charts from':>14}{'judged':>8}{'accepted':>10}{'apart from intended':>21}{'no word':>9}")
    for row in figures["rows"]:
        shares = f"{row['accepted_share']:>10.1%}{row['apart_share']:>21.1%}"
        print(f"{row['origin']:>14}{row['charts']:>8}{shares}{row.get('no word', 0):>9}")
    for name, n in figures["violations"].most_common():
        reason = INTENDED[name][0] if name in INTENDED else "not intended"
        print(f"{n:>6} ({figures['first'][name]} at rank 1)  {name}: {reason}")
    for message, n in figures["no word"].most_common():
        print(f"{n:>6}  {message}")
    for name, spec in figures["examples"].items():
        print(f"  for example {name}: {json.dumps(spec)}")
