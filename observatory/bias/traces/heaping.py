"""Do values heap on round numbers, as they do when people estimate rather than measure?

Whipple's index is the number of values that end in 0 or 5 against the fifth that would by chance, times 100; the United
Nations call 105 to 110 fairly accurate, up to 125 approximate, up to 175 rough and more than that very rough. Here it
is taken for any round step (5, 10, 50, 100, ...), in windows of one step around each of its multiples, so that a slope
of the distribution cancels. A smooth distribution whose middle half is two steps wide puts within 1e-4 of the expected
share on the multiples, so what is more was rounded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from observatory.bias.compare.cells import count_where
from observatory.bias.describe import count, number, share
from observatory.bias.run import Outcome, Run
from observatory.bias.traces.edges import MIN_DISTINCT, SCALE_ENDS, Values, is_natural, measured, measures, step_of
from observatory.model import FieldProfile, Note
from observatory.quoting import sql_literal, sql_name

Counts = np.ndarray[Any, np.dtype[np.int64]]
_MIN_ROWS = 200
_MIN_EXCESS = 0.1  # one value in ten was rounded: Whipple's index of 140
_NEARLY_ALL = 0.95  # what is recorded finer (ages of infants in months) does not set the scale of the rest
_HUGE = 1e150
_CLOSE = 1e-4
_MAX_P = 1e-9
_WIDTH = 2.0  # steps in the middle half of the values
_MIN_PEAKS = 5  # round numbers that hold more than their neighbours: one favourite is a default, not a habit
_PEAK_SHARE = 0.6
_MAX_NOTES = 2
_PILE = 3.0  # rows at the very last value over those at any of the three before it: half a stretch would be an edge
_MIN_PILE = 0.005  # of the rows
_QUALITY = ((125, "approximate"), (175, "rough"), (np.inf, "very rough"))


@dataclass(frozen=True)
class Heap:
    """Values of a field that are multiples of `round_step`: their share, the share expected, and Whipple's index."""

    field: FieldProfile
    step: float
    round_step: float
    n: int
    share: float
    expected: float
    p: float

    @property
    def excess(self) -> float:
        """Share of the values that must have been rounded to explain the heaps."""
        return (self.share - self.expected) / (1 - self.expected)

    @property
    def index(self) -> float:
        """Whipple's index: 100 without heaping."""
        return 100 * self.share / self.expected


def heaping(run: Run) -> Outcome:
    """Notes on numbers that heap on round values, with Whipple's index; `claims["heaping"]` has SQL for the digits.

    Steps below one are left out, being how an instrument or a coinage is graduated, and so are years, codes and
    identifiers. Heaping says how values were recorded, not who is missing, so it is never a finding; nor is a pile at
    the largest value, which a note calls a likely top code.
    """
    fields = measures(run)
    values = run.once(measured) if fields else {}
    found = [h for f in fields if (h := heap(f, values[f.name]))]
    found.sort(key=lambda h: (-h.excess, h.field.name))
    check = f"{count(len(fields), 'number')} looked at for heaps on round values (Whipple's index)."
    notes = [_note(h) for h in found[:_MAX_NOTES]]
    claims = {"heaping": [_claim(h) for h in found]} if found else {}
    return Outcome(check if fields else "", notes=(*notes, *piles(run, fields, values)[:_MAX_NOTES]), claims=claims)


def heap(field: FieldProfile, values: Values) -> Heap | None:
    """The round step on which most of the sorted values heap; None when they do not."""
    distinct, counts = np.unique(values, return_counts=True)
    enough = len(values) >= _MIN_ROWS and float(np.abs(distinct).max()) < _HUGE
    step = _common_step(distinct, counts) if enough else 0.0
    if not step:
        return None
    low, high = np.quantile(values, [0.25, 0.75])
    units = np.round(distinct / step)
    kept = np.abs(distinct / step - units) < _CLOSE
    found = []
    for round_step in (m * 10.0**power for power in range(9) for m in (1, 5)):
        factor = round(round_step / step)
        if factor >= 2 and abs(factor * step - round_step) < _CLOSE * step and high - low >= _WIDTH * round_step:
            found.append(_heap(field, units[kept], counts[kept], step, factor))
    heaps = [h for h in found if h is not None]
    best = max((h.excess for h in heaps), default=0.0)
    return next((h for h in reversed(heaps) if h.excess >= 0.9 * best), None)


def _common_step(distinct: Values, counts: Counts) -> float:
    """The largest of 1, 2, 2.5 and 5 times a power of ten of which nearly all values are multiples; 0 for none."""
    for power in range(5, -5, -1):
        for m in (5.0, 2.5, 2.0, 1.0):
            step = float(f"{m}e{power}")
            times = distinct / step
            on = (np.abs(times) < 2**50) & (np.abs(times - np.round(times)) < _CLOSE)
            if counts[on].sum() >= _NEARLY_ALL * counts.sum():
                return step
    return 0.0


def _heap(field: FieldProfile, values: Values, counts: Counts, step: float, factor: int) -> Heap | None:
    """How much heaps on multiples of `factor`, for values in units of `step`."""
    place = np.floor(values / factor + 0.5)
    is_round = values == place * factor
    edge = (place == place[0]) | (place == place[-1])  # windows that may be cut by the range
    inside = ~edge & (values != 0)
    windows, window = np.unique(place[inside], return_inverse=True)
    n = np.bincount(window, weights=counts[inside])
    at = np.bincount(window, weights=(counts * is_round)[inside], minlength=len(windows))
    total, hit = int(n.sum()), int(at.sum())
    if total < _MIN_ROWS:
        return None
    expected, share_round = 1 / factor, hit / total
    large = n >= max(5.0, 0.002 * total)
    peaks = int((at[large] > 1.3 * n[large] * expected + 1).sum())
    p = float(special.bdtrc(hit - 1, total, expected))
    found = Heap(field, step, factor * step, total, share_round, expected, p)
    spread = peaks >= max(_MIN_PEAKS, _PEAK_SHARE * large.sum()) and float(at.max()) <= 0.5 * hit
    return found if spread and found.excess >= _MIN_EXCESS and p <= _MAX_P else None


def _note(found: Heap) -> Note:
    name = found.field.name
    what = "whole numbers" if found.round_step == 1 else f"multiples of {number(found.round_step)}"
    among = "" if found.step <= 1 else f" among multiples of {number(found.step)}"
    chance = f"{share(found.expected)}{among}"
    text = f"{share(found.share)} of the values of {name} are {what}, where chance would give {chance}"
    if found.expected == 0.2 and found.step == 1:
        grade = next(word for limit, word in _QUALITY if found.index < limit)
        text += f" (Whipple's index {found.index:.0f}, {grade}; 100 is none)"
    text += ". Narrow ranges that begin or end at such round numbers mislead."
    needs = "To tell rounding from true values, these from a record or a measurement are needed."
    return Note("heaping", (name,), text, needs)


def _claim(found: Heap) -> dict[str, Any]:
    name = sql_name(found.field.name)
    unit = sql_literal(found.step)
    digit = f"round({name}::DOUBLE / {unit})::HUGEINT % 10"
    times = f"{name}::DOUBLE / {sql_literal(found.round_step)}"
    return {
        "field": found.field.name,
        "step": found.round_step,
        "share": round(found.share, 4),
        "expected": round(found.expected, 4),
        "index": round(found.index, 1),
        "where": f"abs({times} - round({times})) < 1e-6",
        "evidence_sql": (
            f"SELECT abs({digit}) AS last_digit, count(*) AS n FROM t WHERE isfinite({name}::DOUBLE)"
            " GROUP BY 1 ORDER BY 1"
        ),
    }


def piles(run: Run, fields: Sequence[FieldProfile], values: Mapping[str, Values]) -> list[Note]:
    """Notes on fields of which many rows hold the very largest value: values beyond it may have been recorded as it."""
    notes = []
    for f in fields:
        v = values[f.name]
        distinct, counts = np.unique(v, return_counts=True)
        if (
            len(distinct) <= MIN_DISTINCT
            or v[-1] in SCALE_ENDS
            or is_natural(float(v[0]), float(v[-1]), True, v, step_of(distinct))
        ):
            continue
        top, near = int(counts[-1]), counts[-4:-1]
        if top >= max(20, _MIN_PILE * len(v)) and top >= _PILE * near.max():
            at = count_where(run.table, [f"{sql_name(f.name)}::DOUBLE = {sql_literal(float(v[-1]))}"])[0]
            text = (
                f"{count(at)} ({share(at / run.n_rows)}) have {f.name} = {number(float(v[-1]))}, the largest value, and"
                " far fewer have the values just below it: larger ones may have been recorded as this one."
            )
            notes.append(Note("heaping", (f.name,), text, f"To tell, ask how {f.name} was recorded at its upper end."))
    return notes
