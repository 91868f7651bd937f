"""Can rows whose value is missing be told from those that hold it, and do several fields together tell them better?

Nothing but the sample is needed. A small decision tree learns on one half of the rows; what is said is borne out by the
other half: the tree by its area under the ROC curve, a region of two or more fields by a Cochran-Mantel-Haenszel test
given the single group that tells most.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import special

from observatory.bias.axis import Axis
from observatory.bias.classify import auc, part, tree_places, tree_scores
from observatory.bias.coded import Side
from observatory.bias.compare.candidates import Mask, tests
from observatory.bias.compare.cells import count_where, where_sql
from observatory.bias.compare.deep import Sides, refined, tested
from observatory.bias.compare.explain import Region, inside
from observatory.bias.describe import count, group, interval, share
from observatory.bias.run import Outcome, Run
from observatory.bias.statistics import cohens_h, wilson
from observatory.bias.traces.alone import coded_sample
from observatory.model import Note
from observatory.quoting import sql_name

MAX_FIELDS = 5
_LEAST, _MOST = 0.02, 0.98
_MIN_ROWS = 40
_DEPTH = 3
_H_MIN = 0.2
_GAIN = 0.1
_SAME = 0.5


def retained(run: Run) -> Outcome:
    """For fields missing in 2 to 98 % of the rows: how well the other fields tell where, and a note on a region of
    several fields where they are missing clearly more often than in any single group.
    """
    axes, side = run.once(coded_sample)
    fields = lacking(side)
    claims: dict[str, Any] = {}
    notes = []
    for i in fields:
        others = [j for j in range(len(axes)) if j != i and not _same_rows(side.codes[i] == 0, side.codes[j] == 0)]
        learn, test = _halves(side, side.codes[i] == 0, others, run.random_state)
        kept = [axes[j] for j in others]
        if not kept or min(len(s.weights) for s in (*learn, *test)) < _MIN_ROWS:
            continue
        claims[axes[i].field] = told = auc(*tree_scores(learn, test, kept, _DEPTH))
        pair = _pair(learn, test, kept)
        if pair and max(told["p"], pair[2]) * len(fields) <= run.options.max_q:
            notes.append(_note(run, axes[i], pair[0], pair[1], kept))
    check = (
        ""
        if not claims
        else (
            f"Where values are missing was told by the other fields for {count(len(claims), 'field')}, on the half of"
            " the rows held out."
        )
    )
    return Outcome(check, notes=tuple(notes), claims={"missing_told_apart": claims} if claims else {})


def lacking(side: Side) -> list[int]:
    """Positions of the fields missing in 2 to 98 % of the rows, nearest to half of them first; one of each set of
    fields that are missing in the same rows, and five at most.
    """
    shares = [float((codes == 0).mean()) if len(codes) else 0.0 for codes in side.codes]
    ranked = sorted((i for i, s in enumerate(shares) if _LEAST <= s <= _MOST), key=lambda i: abs(shares[i] - 0.5))
    kept: list[int] = []
    for i in ranked:
        if not any(_same_rows(side.codes[i] == 0, side.codes[j] == 0) for j in kept):
            kept.append(i)
    return kept[:MAX_FIELDS]


def _same_rows(a: Mask, b: Mask) -> bool:
    return bool((a & b).sum() >= _SAME * max((a | b).sum(), 1))


def _halves(side: Side, lost: Mask, fields: Sequence[int], random_state: int) -> tuple[Sides, Sides]:
    """Rows that lack a value and rows that hold it, a random half of each to learn on and the rest."""
    rng = np.random.default_rng(random_state)
    codes = tuple(side.codes[j] for j in fields)
    whole = Side(codes, side.weights)
    orders = [rng.permutation(np.flatnonzero(rows)) for rows in (lost, ~lost)]
    learn = part((whole, whole), [o[: len(o) // 2] for o in orders])
    return learn, part((whole, whole), [o[len(o) // 2 :] for o in orders])


def _pair(learn: Sides, test: Sides, axes: Sequence[Axis]) -> tuple[Region, Region, float] | None:
    """The region of several fields where values are missing most, the single group that tells most, and the p of the
    first given the second on the half held out; None if it does not tell clearly more.
    """
    places = [p for p in tree_places(learn, axes, _DEPTH) if len(p[0]) > 1 and (0,) not in p[1]]
    proposed = tested(places, learn)
    single = _single(learn, axes)
    if not len(proposed.z) or single is None or proposed.z.max() <= 0:
        return None
    i = int(proposed.z.argmax())
    region = refined(Region(*proposed.places[i], float(proposed.z[i]), "", 0.0, 0.0), learn, axes)
    both = tested([(region.axes, region.codes), (single.axes, single.codes)], test)
    if len(region.axes) < 2 or len(both.z) < 2 or both.z[0] <= both.z[1]:
        return None
    rates = [_rates(r, test) for r in (region, single)]
    h, h_single = (float(cohens_h(*r)) for r in rates)
    if h < _H_MIN or h - h_single < _GAIN:
        return None
    return region, single, _given(region, single, test)


def _single(sides: Sides, axes: Sequence[Axis]) -> Region | None:
    """The one-way group of largest z."""
    made = []
    for question in ("levels", "tails", "ranges", "sets"):
        t = tests(question, *sides, axes, ())
        if len(t.z) and np.abs(t.z).max() > 0:
            i = int(np.abs(t.z).argmax())
            place, z = t.places[i], float(t.z[i])
            if z < 0:
                axis, codes = axes[place[0][0]], place[1][0]
                place = place[0], (tuple(c for c in range(1, axis.n_codes) if c not in codes),)
            if place[1][0]:
                made.append(Region(*place, abs(z), question, 0.0, 0.0))
    return max(made, key=lambda r: r.z, default=None)


def _rates(region: Region, sides: Sides) -> tuple[float, float]:
    """Share of rows that lack the value, inside a region and outside."""
    (lost, held), (n_lost, n_held) = zip(*((int(rows.sum()), len(rows)) for rows in (inside(region, s) for s in sides)))
    return lost / max(lost + held, 1), (n_lost - lost) / max(n_lost + n_held - lost - held, 1)


def _given(region: Region, single: Region, sides: Sides) -> float:
    """One-sided p of Cochran-Mantel-Haenszel: missing by region, within and without the single group."""
    here, there = ([inside(r, s) for s in sides] for r in (region, single))
    observed = expected = variance = 0.0
    for within in (True, False):
        a, b = ((x[y == within]) for x, y in zip(here, there))
        n, n_lost, n_in = len(a) + len(b), len(a), int(a.sum() + b.sum())
        if n > 1:
            observed += a.sum()
            expected += n_lost * n_in / n
            variance += n_lost * (n - n_lost) * n_in * (n - n_in) / (n * n * (n - 1))
    return float(special.ndtr(-(observed - expected - 0.5) / np.sqrt(variance))) if variance > 0 else 1.0


def _note(run: Run, axis: Axis, region: Region, single: Region, axes: Sequence[Axis]) -> Note:
    """The note, counted over all rows."""
    lost, *wheres = f"{sql_name(axis.field)} IS NULL", where_sql(region, axes), where_sql(single, axes)
    asked = [*wheres, *(f"{lost} AND ({w})" for w in wheres), lost]
    n, n_single, n_lost, n_lost_single, n_all = count_where(run.table, asked)
    words = [
        group([axes[i].condition(codes) for i, codes in zip(r.axes, r.codes)], opening=False) for r in (region, single)
    ]
    text = (
        f"{axis.field} is missing for {share(n_lost / max(n, 1))} of {words[0]}"
        f" ({interval(wilson(n_lost, n))}) and {share((n_all - n_lost) / max(run.n_rows - n, 1))} of all others; of"
        f" {words[1]} alone it is {share(n_lost_single / max(n_single, 1))}, so it takes these fields together."
    )
    return Note("missing", (axis.field, *(axes[i].field for i in region.axes)), text)
