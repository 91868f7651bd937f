"""Stretches of time without rows that the usual spacing of the rows does not explain.

Only the spacings themselves are looked at, in units of their median (days that hold rows, mostly), so that weekends,
holidays, months and seasons, which come again, are what a gap is measured against. Two tests must agree. Under a
power law, the heaviest tail in practice, j * log(s_j / s_(j+1)) over the longest spacings are independent exponentials
(Rényi), which gives the gap a p against the spacings after it. And days that hold rows as often as around the gap
would leave it empty with probability (1 - f)^length.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from observatory.bias.compare.cells import count_where
from observatory.bias.describe import count, number
from observatory.bias.matching.shared import storage_of
from observatory.bias.run import Outcome, Run, Witness
from observatory.bias.statistics import wilson
from observatory.model import Effect, FieldProfile, Finding
from observatory.quoting import sql_literal, sql_name

Days = np.ndarray[Any, np.dtype[np.int64]]
_MAX_FIELDS = 8
_MIN_PERIODS = 30  # days that hold rows: fewer are waves of a survey
_MIN_LENGTH = 5  # periods: shorter ones are holidays or a machine that stood still
_TIMES = 3.0  # as long as the longest other gap: twice as long is what chance makes of exponential spacings
_MIN_SIDE = 0.05  # of the rows on either side, or else it is a few stray dates that lie far off
_MIN_EXPECTED = 20  # rows that the calmer side would have had in the gap
_MAX_GAPS = 3
_MAX_P = 0.01  # of the more doubtful of the two tests
_TAIL = 50
_YEAR = 365.25
_SEASON = 20  # days by which a season's start may shift from year to year
_TURN = 21  # days that a house may be closed over Christmas and New Year


@dataclass(frozen=True)
class Gap:
    """Days without rows after `before` and until `after` (days since 1970), against `other`, the longest other gap."""

    field: FieldProfile
    before: int
    after: int
    other: int
    expected: float
    times: float
    p: float

    @property
    def days(self) -> int:
        """How many days are empty."""
        return self.after - self.before - 1


def gaps(run: Run) -> Outcome:
    """Dates and times between which there are no rows, where the spacing of all others would have some.

    A gap is at least five periods (median spacings) and three times as long as the longest other one, with a twentieth
    of the rows on either side; seasons and the turn of the year are left out. A fact about the sample: whether anything
    happened then needs a reference, and a reference that has the field decides by itself.
    """
    dated = [f for f in run.profile.fields if f.storage.upper().startswith(("DATE", "TIMESTAMP"))]
    fields = [f for f in dated if f.distinct >= _MIN_PERIODS][:_MAX_FIELDS]
    looked = [(f, *counts_by_day(run, f)) for f in fields]
    looked = [(f, d, n) for f, d, n in looked if len(d) >= _MIN_PERIODS]
    theirs = storage_of(run.reference) if run.reference is not None else {}
    found = [g for f, d, n in looked for g in gaps_between(f, d, n)]
    with_gap = {g.field.name for g in found}
    alone = [g for g in found if g.field.name not in theirs]
    check = (
        f"{count(len(looked), 'field')} of dates looked at for stretches without rows that its rhythm does not explain."
    )
    return Outcome(
        check if looked else "",
        {"gaps": np.array([*(g.p for g in alone), *(1.0 for f, _, _ in looked if f.name not in with_gap)])},
        tuple((_finding(g, run), ("gaps", i)) for i, g in enumerate(alone)),
        witnesses=tuple(Witness("gaps", _where(g), "under") for g in found if g.field.name in theirs),
    )


def counts_by_day(run: Run, field: FieldProfile) -> tuple[Days, Days]:
    """Days since 1970 that hold rows, in order, and the rows of each."""
    name = sql_name(field.name)
    day = f"CASE WHEN isfinite({name}) THEN floor(epoch({name}) / 86400)::BIGINT END"
    frame = run.table.query(
        f"SELECT d, count(*) AS n FROM (SELECT {day} AS d FROM t) WHERE d IS NOT NULL GROUP BY 1 ORDER BY 1"
    )
    return frame["d"].to_numpy(dtype=np.int64), frame["n"].to_numpy(dtype=np.int64)


def gaps_between(field: FieldProfile, days: Days, n: Days) -> list[Gap]:
    """The gaps that stand out among the days that hold rows; at most three, the longest first."""
    spacings = np.diff(days)
    unit = float(np.median(spacings))
    order = np.argsort(-spacings, kind="stable")
    longest = spacings[order].astype(float)
    for k in range(min(_MAX_GAPS, len(order) - 1), 0, -1):
        length, other = (longest[k - 1] - 1) / unit, (longest[k] - 1) / unit
        if length < max(_MIN_LENGTH, _TIMES * (other + 1)):
            continue
        p = _tail_p(longest + unit, k)
        made = [_gap(field, days, n, int(i), int(longest[k]) - 1, length / (other + 1), p) for i in sorted(order[:k])]
        return [] if _is_season(made) else [g for g in made if _counts(g, days, n)]
    return []


def _tail_p(spacings: np.ndarray[Any, np.dtype[np.float64]], k: int) -> float:
    """p of the ratio between spacing k and the next, by those after it, times the number of spacings."""
    logs = -np.diff(np.log(spacings[: k + _TAIL]))
    ranked = np.arange(1, len(logs) + 1) * logs
    below = ranked[k:]
    scale = max(float(below.mean()) if len(below) else 1.0, 1.0 / len(spacings))
    used = max(len(below), 1)
    return float(min(1.0, _MAX_GAPS * (1 + ranked[k - 1] / (scale * used)) ** -used))


def _gap(field: FieldProfile, days: Days, n: Days, i: int, other: int, times: float, tail_p: float) -> Gap:
    """The gap after day `i`, with the rate of the calmer of its two sides, each as long as the gap."""
    before, after = int(days[i]), int(days[i + 1])
    length = after - before - 1
    sides = [(days <= before) & (days > before - length), (days >= after) & (days < after + length)]
    expected = min(float(n[s].sum()) for s in sides)
    held = min(int(s.sum()) for s in sides) / length
    empty = length * np.log1p(-min(held, 1 - 1e-9))
    p = max(tail_p, float(np.exp(empty)) * len(days))
    return Gap(field, before, after, other, expected, times, min(p, 1.0))


def _counts(gap: Gap, days: Days, n: Days) -> bool:
    earlier = float(n[days <= gap.before].sum()) / float(n.sum())
    enough = gap.expected >= _MIN_EXPECTED and min(earlier, 1 - earlier) >= _MIN_SIDE
    return enough and gap.p <= _MAX_P and not _is_turn(gap)


def _is_season(found: Sequence[Gap]) -> bool:
    """Whether gaps come again at the same time of the year."""
    starts = [g.before for g in found]
    rests = [abs((b - a + _YEAR / 2) % _YEAR - _YEAR / 2) for a, b in pairwise(starts)]
    return any(r <= _SEASON for r in rests)


def _is_turn(gap: Gap) -> bool:
    """Whether a gap is a short closing over Christmas and New Year."""
    first, last = (np.datetime64(d, "D") for d in (gap.before + 1, gap.after - 1))
    return gap.days <= _TURN and first.astype("datetime64[Y]") != (last + 7).astype("datetime64[Y]")


def _day(days: int) -> str:
    date = np.datetime64(days, "D").item()
    return f"{date.day} {date:%B %Y}"


def _where(gap: Gap) -> str:
    kind = gap.field.storage
    low, high = (f"{sql_literal(str(np.datetime64(d, 'D')))}::{kind}" for d in (gap.before + 1, gap.after))
    return f"{sql_name(gap.field.name)} >= {low} AND {sql_name(gap.field.name)} < {high}"


def _finding(gap: Gap, run: Run) -> Finding:
    a_day = gap.expected / gap.days
    rate = number(round(a_day, 1 if a_day >= 0.1 else 3))
    n = count_where(run.table, [_where(gap)])[0]
    period = "month" if gap.days > 60 else "week" if gap.days > 14 else "day"
    other = f"the longest is {count(gap.other, 'day')}" if gap.other else "no day is without rows"
    return Finding(
        id="",
        kind="column",
        columns=(gap.field.name,),
        where=None,
        direction=None,
        rows=None,
        n=n,
        sample_share=n / run.n_rows,
        reference_share=None,
        interval=wilson(n, run.n_rows),
        effect=Effect("times the longest other gap", gap.times),
        p=gap.p,
        q=None,
        severity="medium" if gap.expected >= 0.1 * run.n_rows else "low",
        evidence="internal",
        detector="gaps",
        statement=(
            f"No rows have {gap.field.name} from {_day(gap.before + 1)} to {_day(gap.after - 1)}:"
            f" {count(gap.days, 'day')} without any, at {rate} rows a day around them (gaps like this apart, {other})."
        ),
        evidence_sql=(
            f"SELECT date_trunc('{period}', {sql_name(gap.field.name)}) AS period, count(*) AS n FROM t"
            " GROUP BY 1 ORDER BY 1"
        ),
        remedy={"check": "Ask whether nothing happened then, or whether nothing was collected; a reference can tell."},
    )
