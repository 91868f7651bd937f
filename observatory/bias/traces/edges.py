"""Where do the values of a number end abruptly, as if what lies beyond had been left out?

A tail that ends by itself thins out. If its density falls at least linearly to nothing (a triangle, the bluntest end
that counts as thinning out), the outer half of any stretch at the end holds at most a quarter of the rows in that
stretch; a tail that was cut off holds a half. The share is tested against a quarter on stretches of 5, 10 and 20 % of
the rows, and on all three it must be high, so that a bump near the end is not taken for the end of the tail.

An edge is a fact about the sample; that anybody exists beyond it can only be known from a reference. Times are left
out: every collection begins and ends some day.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from observatory.bias.axis import family
from observatory.bias.compare.cells import count_where
from observatory.bias.describe import count, number
from observatory.bias.drawn import MAX_ROWS
from observatory.bias.matching.shared import storage_of
from observatory.bias.run import MAX_FIELDS, Outcome, Run, Witness
from observatory.bias.statistics import wilson
from observatory.model import Effect, FieldProfile, Finding, Note
from observatory.quoting import sql_literal, sql_name

Values = np.ndarray[Any, np.dtype[np.float64]]
STRETCHES = (0.05, 0.1, 0.2)
MIN_DISTINCT = 20  # fewer values are ratings or codes
_MIN_STRETCH = 40  # rows in the shortest stretch: 20 in its outer half where 10 are expected at most
_STEPS = 3  # values of a lattice in half a stretch: two say nothing of a slope
_FLAT = 0.6  # outer over inner half: 1 when cut off, 1/3 when thinning out linearly; a little less than between
_DENSE = 0.25  # density at the edge over that of the middle half: a normal tail has this at its last 5 %
_PEAK = 1.15  # density of the densest tenth over that at the edge: a hump within, not a start at the mode
_MAX_P = 1e-6  # a note for one column in a thousand tables is one too many
_MAX_NOTES = 3
SCALE_ENDS = {1, 5, 7, 10, 12, 20, 23, 24, 31, 50, 53, 59, 60, 90, 99, 100}  # ratings, clock and calendar, per cent
SCALE_ENDS |= {180, 200, 255, 359, 360, 365, 366, 999, 1000}  # angles, bytes, days, per mille
_AGE = {"age", "ages", "alter", "edad", "edat", "età", "eta", "âge", "idade", "leeftijd"}


@dataclass(frozen=True)
class Edge:
    """One abrupt end of a field: rows in the outer and inner half of the last stretch, `cut` begins that stretch.

    `peak` is the density of the densest tenth of the rows over that at the edge; `even`: the other end is as blunt.
    """

    field: FieldProfile
    upper: bool
    value: float
    cut: float
    outer: int
    inner: int
    peak: float
    even: bool
    p: float


def edges(run: Run) -> Outcome:
    """Numbers that are cut off where their own tail would go on: notes, and findings where no natural bound is likely.

    Bounded scales stay quiet: ends at 0 or 1, percentages, clock, calendar and angle ranges, ratings, years, codes and
    whatever is even from end to end. A finding needs an edge at a value that is not round (eligibility rules are), a
    hump within, and another end that thins out. With a reference, rows beyond the edge are a witness.
    """
    fields = measures(run)
    values = run.once(measured) if fields else {}
    found = [e for f in fields for e in abrupt(f, values[f.name])]
    compared = set(storage_of(run.reference)) if run.reference is not None else set()
    alone = sorted((e for e in found if e.field.name not in compared), key=lambda e: (e.p, e.field.name, e.upper))
    shown = [e for e in alone if not e.even or _is_age(e.field)]
    striking = [e for e in shown if _is_striking(e)]
    noted = [e for e in shown if e not in striking]
    check = f"{count(len(fields), 'number')} looked at for values that are cut off where their tail would go on."
    return Outcome(
        check if fields else "",
        {"edges": np.array([*(e.p for e in striking), *(1.0 for f in fields if f.name not in compared)])},
        tuple((_finding(e, run), ("edges", i)) for i, e in enumerate(striking)),
        tuple(_notes(noted, run))[:_MAX_NOTES],
        witnesses=tuple(_witness(e) for e in found if e.field.name in compared),
    )


def measures(run: Run) -> list[FieldProfile]:
    """Numeric fields that measure something, of more than 20 values: no years, places, codes or identifiers."""
    fields = [f for f in run.profile.fields if family(f.storage) == "number" and f.role == "measure"]
    return [f for f in fields if f.distinct > MIN_DISTINCT][:MAX_FIELDS]


def measured(run: Run) -> dict[str, Values]:
    """The finite values of `measures` by name, sorted: all rows, or a random 200,000 of them with both ends."""
    fields = measures(run)
    names = ", ".join(f"{sql_name(f.name)}::DOUBLE AS c{i}" for i, f in enumerate(fields))
    drawn = f" WHERE hash(rowid, {run.random_state}) % {2**20} < {int(MAX_ROWS / max(run.n_rows, 1) * 2**20)}"
    is_part = run.n_rows > MAX_ROWS
    frame = run.table.query(f"SELECT {names} FROM t{drawn if is_part else ''}")
    ends = [[float(v) for v in (f.min, f.max) if is_part and isinstance(v, (int, float))] for f in fields]
    columns = [np.append(frame[f"c{i}"].to_numpy(dtype=float, na_value=np.nan), e) for i, e in enumerate(ends)]
    return {f.name: np.sort(c[np.isfinite(c)]) for f, c in zip(fields, columns)}


def step_of(distinct: Values) -> float:
    """The step of which all differences of sorted distinct values are multiples, or 0 when there is none.

    Most neighbours lie a step or two apart, or else rows that share a value are clusters and no rows of their own.

    >>> step_of(np.array([18.0, 20.0, 21.0, 30.0])), step_of(np.array([0.1, 0.4, 0.61803]))
    (1.0, 0.0)
    """
    apart = np.diff(distinct)
    step = float(apart.min()) if len(apart) else 0.0
    if not step or not np.isfinite(distinct[-1] - distinct[0]):
        return 0.0
    times = apart / step
    return step if bool((np.abs(times - np.round(times)) < 1e-3).all()) and np.median(times) <= 2 else 0.0


def abrupt(field: FieldProfile, values: Values) -> list[Edge]:
    """The ends of sorted values that are cut off; none where a natural bound explains the end."""
    if len(values) < _MIN_STRETCH / STRETCHES[0] or len(distinct := np.unique(values)) <= MIN_DISTINCT:
        return []
    step = step_of(distinct)
    values = values if step else distinct  # repeats of a value that is no lattice's are no rows of their own
    if len(values) < _MIN_STRETCH / STRETCHES[0]:
        return []
    low, high = float(values[0]), float(values[-1])
    sides = [upper for upper in (False, True) if not is_natural(low, high, upper, values, step)]
    return [e for upper in sides if (e := _edge(field, values, upper, step)) and e.p <= _MAX_P]


def is_natural(low: float, high: float, upper: bool, values: Values, step: float) -> bool:
    """Whether an end is a bound of the scale itself: at zero or one, or at the end of a scale that begins there.

    Whole numbers from zero or one on may be ranks, counts or codes, of which any number may be the last.

    >>> is_natural(0, 100, True, np.arange(101.0), 1.0), is_natural(18, 65, True, np.arange(18.0, 66), 1.0)
    (True, False)
    """
    middle = float(np.median(values))
    starts = abs(low) <= max(1.0, step) if step else -1e-9 <= low <= 0.05 * abs(middle) or low == 1
    if not upper:
        mirrored = low < 0 and any(abs(-low - end) <= 0.02 * end for end in SCALE_ENDS)
        return starts or mirrored
    if abs(high) <= max(1.0, step) if step else -0.05 * abs(middle) <= high <= 1e-9:
        return True
    if step >= 1 and starts:
        return True
    if low >= 0 and (0.98 <= high <= 1 or 98 <= high <= 100):
        return True
    return (starts or low < 0) and any(0.98 * end <= high <= end for end in SCALE_ENDS)


def _edge(field: FieldProfile, values: Values, upper: bool, step: float) -> Edge | None:
    value = float(values[-1] if upper else values[0])
    nearest = value + (step if upper else -step) / 2
    spread = _spread(values, step)
    raw = nearest - spread[::-1] if upper else spread - nearest
    stretches = [_halves(raw, part, 2 * _STEPS * step) for part in STRETCHES]
    if not upper and nearest > 0:  # the start of a skewed field thins out on the log scale
        shortest = float(np.log1p(2 * _STEPS * step / nearest))
        stretches += [_halves(np.log(spread / nearest), part, shortest) for part in STRETCHES]
    if any(s is None for s in stretches):
        return None
    halves = [s for s in stretches if s is not None]
    if not _is_flat(halves):
        return None
    opposite = [_halves(raw[-1] - raw[::-1] + step / 2, part, 2 * _STEPS * step) for part in STRETCHES]
    asked = [h for i, h in enumerate(halves) if i % len(STRETCHES)]  # the shortest has few rows: it need only be flat
    p = max(float(special.bdtrc(outer - 1, outer + inner, 0.25)) for outer, inner, _ in asked)
    outer, inner, width = halves[0]
    at_edge = (outer + inner) / width
    quarter, three = np.quantile(values, [0.25, 0.75])
    if three <= quarter or at_edge < _DENSE * 0.5 * len(values) / (three - quarter + step):
        return None
    densest = np.quantile(raw, [0.1 * i for i in range(11)])
    peak = float((0.1 * len(values) / np.maximum(np.diff(densest), max(step, 1e-300))).max()) / at_edge
    even = _is_flat([s for s in opposite if s])
    return Edge(field, upper, value, value - width if upper else value + width, outer, inner, peak, even, p)


def _is_flat(halves: Sequence[tuple[int, int, float]]) -> bool:
    """Whether the outer half is about as dense as the inner one, at every scale."""
    return all(outer >= _FLAT * inner for outer, inner, _ in halves)


def _spread(values: Values, step: float) -> Values:
    """Sorted values of a lattice, those that are equal spread evenly over their step."""
    if not step:
        return values
    _, first, counts = np.unique(values, return_index=True, return_counts=True)
    place = np.arange(len(values)) - np.repeat(first, counts)
    return values + step * ((place + 0.5) / np.repeat(counts, counts) - 0.5)


def _halves(distance: Values, part: float, shortest: float) -> tuple[int, int, float] | None:
    """Rows in the outer and the inner half of the stretch that holds `part` of the rows, and its width."""
    width = max(float(distance[int(np.ceil(part * len(distance))) - 1]), shortest)
    outer, both = np.searchsorted(distance, [width / 2, width], side="right").tolist()
    if width <= 0 or both < _MIN_STRETCH or both > len(distance) / 2:
        return None
    return outer, both - outer, width


def _is_striking(edge: Edge) -> bool:
    return not edge.even and edge.peak >= _PEAK and not _is_rule(edge)


def _is_rule(edge: Edge) -> bool:
    """Whether an edge is likely a rule of who was included: any edge of an age, and round numbers."""
    return _is_age(edge.field) or _is_round(edge.value, abs(edge.value - edge.cut))


def _is_round(value: float, stretch: float) -> bool:
    """Whether a value has no more digits than the stretch before it calls for: 65, 0.5 or 2000, but not 43 or 1873.

    >>> _is_round(65.0, 8.0), _is_round(43.0, 8.0), _is_round(64.0, 8.0)
    (True, False, True)
    """
    unit = 10.0 ** np.floor(np.log10(max(stretch, 1e-300)))
    near = (value, value + 1, value - 1) if float(value).is_integer() else (value,)
    return any(abs(v / (5 * unit) - round(v / (5 * unit))) < 1e-6 for v in near)


def _is_age(field: FieldProfile) -> bool:
    """Hardly anybody reaches the natural bounds of an age, so both of its ends may be rules."""
    return bool(set(re.findall(r"[^\W\d_]+", field.name.lower())) & _AGE)


def _words(edge: Edge, run: Run) -> str:
    name, middle = f"{sql_name(edge.field.name)}::DOUBLE", (edge.cut + edge.value) / 2
    spans = [sorted((a, b)) for a, b in ((edge.value, middle), (middle, edge.cut))]
    at = [f"{name} BETWEEN {sql_literal(a)} AND {sql_literal(b)}" for a, b in spans]
    outer, inner = count_where(run.table, at)
    as_many = "more than" if outer > 1.3 * inner else "about as many as"
    last, before = (f"{number(a)} to {number(b)}" for a, b in spans)
    return (
        f"The values of {edge.field.name} end abruptly at {number(edge.value)}: {count(outer)} lie from {last},"
        f" {as_many} from {before} ({inner:,}), and none {'above' if edge.upper else 'below'}."
    )


def _witness(edge: Edge) -> Witness:
    name = f"{sql_name(edge.field.name)}::DOUBLE"
    where = f"{name} {'>' if edge.upper else '<'} {sql_literal(edge.value)} AND isfinite({name})"
    return Witness("edges", where, "under")


def _evidence_sql(edge: Edge) -> str:
    name, width = sql_name(edge.field.name), (edge.value - edge.cut) / 2
    bins = f"floor(({sql_literal(edge.value)} - {name}::DOUBLE) / {sql_literal(width)})"
    return (
        f"SELECT {bins} AS steps_from_edge, min({name}) AS low, max({name}) AS high, count(*) AS n FROM t"
        f" WHERE isfinite({name}::DOUBLE) GROUP BY 1 ORDER BY 1"
    )


def _finding(edge: Edge, run: Run) -> Finding:
    return Finding(
        id="",
        kind="column",
        columns=(edge.field.name,),
        where=None,
        direction=None,
        rows=None,
        n=0,
        sample_share=0.0,
        reference_share=None,
        interval=wilson(0, run.n_rows),
        effect=Effect("outer over inner half", edge.outer / max(edge.inner, 1)),
        p=edge.p,
        q=None,
        severity="low",
        evidence="internal",
        detector="edges",
        statement=_words(edge, run),
        evidence_sql=_evidence_sql(edge),
        remedy={"check": _needs(edge)},
    )


def _needs(edge: Edge) -> str:
    beyond = "larger" if edge.upper else "smaller"
    return f"Whether {beyond} values exist in the population needs a reference, or the rule by which rows were chosen."


def _notes(found: Sequence[Edge], run: Run) -> list[Note]:
    rule = " Such an end is usually a rule of who or what was included."
    return [Note("edges", (e.field.name,), _words(e, run) + rule * _is_rule(e), _needs(e)) for e in found]
