"""The sample weighed to its population: which fields, which cells, what it costs and what becomes of the findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from observatory.bias.coded import Weights
from observatory.bias.describe import count, share
from observatory.bias.remedy.advice import rows_to_collect
from observatory.bias.remedy.balance import field_balance, level_balance, reweighed, selected, sentence, subject
from observatory.bias.remedy.strata import (
    Cells,
    Cut,
    Population,
    affordable,
    cells,
    chosen,
    cuts,
    key_sql,
    population,
)
from observatory.bias.remedy.weights import Fit, design_effect, effective_n, post_stratify, rake, trim
from observatory.bias.run import Run
from observatory.errors import ObservatoryError
from observatory.model import Collect, Finding, LevelBalance, Reweighed, Weighting

METHODS = ("raking", "post-stratification")
_LARGE = 0.01


@dataclass(frozen=True, eq=False)
class Weighed:
    """The cells of a sample with the weight of each, the cuts they are made by, and what was left out of it."""

    cuts: tuple[Cut, ...]
    cells: Cells
    fit: Fit
    n_trimmed: int
    left_out: dict[str, str]
    known: Population


def weigh(
    run: Run,
    findings: Sequence[Finding] = (),
    fields: Sequence[str] = (),
    method: str = "raking",
    trim_at: float | None = None,
) -> Weighting:
    """Weights to the margins of the population (raking) or to its joint cells (post-stratification), in numbers.

    Without `fields` those of the findings about too few or too many are weighed by, each combination that one names
    as a group of its own, and then the other fields of at most 12 levels, as far as 200,000 cells go. Numbers are in
    the bins of the report and missing values are a level. `trim_at` cuts weights at that many times their mean.
    """
    about = selected(findings)
    made = weighed(run, about, fields, method, trim_at)
    weights, counts = made.fit.weights, made.cells.counts
    levels = _balance(made)
    by_field = field_balance(levels, [c.name for c in made.cuts])
    names = tuple(c.name for c in made.cuts if c.axis)
    before, after = (float(np.mean([getattr(f, k) for f in by_field])) for k in ("asmd_before", "asmd_after"))
    rows = effective_n(weights, counts)
    return Weighting(
        method="raking" if method == "raking" else "post-stratification",
        fields=names,
        n=run.n_rows,
        design_effect=design_effect(weights, counts),
        effective_n=rows,
        largest=float(weights.max(initial=0.0)),
        trimmed_at=trim_at,
        n_trimmed=made.n_trimmed,
        asmd_before=before,
        asmd_after=after,
        balance=tuple(levels),
        findings=tuple(_again(made, about)),
        collect=tuple(_to_collect(about, run.n_rows)),
        left_out=made.left_out,
        statement=sentence(names, run.n_rows, rows, before, after, _absent(made)),
        by_field=tuple(by_field),
        groups=tuple(c.name for c in made.cuts if not c.axis),
        converged=made.fit.converged or method != "raking",
        rounds=made.fit.rounds,
    )


def row_weights(
    run: Run,
    findings: Sequence[Finding] = (),
    fields: Sequence[str] = (),
    method: str = "raking",
    trim_at: float | None = None,
) -> pd.DataFrame:
    """The weight of every row: columns `row` (position in import order) and `weight` (mean of 1); as `weigh` makes."""
    made = weighed(run, selected(findings), fields, method, trim_at)
    frame = run.table.query(f"SELECT rowid AS row, {key_sql(made.cuts)} AS weight FROM t")
    if not frame["row"].is_monotonic_increasing:
        frame = frame.sort_values("row", ignore_index=True)
    places = np.searchsorted(made.cells.keys, frame["weight"].to_numpy())
    return frame.assign(weight=made.fit.weights[places])


def weighed(
    run: Run, findings: Sequence[Finding], fields: Sequence[str], method: str, trim_at: float | None
) -> Weighed:
    """The weights of every cell; ObservatoryError for what cannot be weighed to."""
    if method not in METHODS:
        raise ObservatoryError(f"There is no method “{method}” of weighing.", "Choose raking or post-stratification.")
    if trim_at is not None and not trim_at >= 1:
        raise ObservatoryError("Weights cannot be trimmed below their mean of 1.", "Trim at 1 or more, such as 5.")
    if not run.n_rows:
        raise ObservatoryError("There are no rows to weigh.", "Choose a table with rows.")
    known = population(run)
    names = chosen(run, known, fields, findings)
    if method != "raking" and not set(names) <= set(known.rows_of):
        hint = "Rake to the marginals, or give a reference table."
        raise ObservatoryError("Marginals do not say how the fields go together, so there are no joint cells.", hint)
    made = cuts(run, known, names, findings if method == "raking" else ())
    if not made:
        hint = f"Name the fields to weigh by: {', '.join(known.axes)}."
        raise ObservatoryError("No field has so few levels that it is weighed by unasked.", hint)
    left_out: dict[str, str] = {}
    n = affordable(run.table, made)
    for cut in made[n:]:
        left_out[cut.name] = "With it there would be more than 200,000 combinations of groups to weigh."
    made = made[:n]
    found = cells(run.table, made, [str(f.where) for f in findings])
    fit = _raked(made, found, left_out) if method == "raking" else _stratified(run, made, found, left_out)
    n_trimmed = 0
    if trim_at is not None:
        weights, n_trimmed = trim(fit.weights, found.counts, trim_at)
        fit = Fit(weights, fit.rounds, fit.worst)
    return Weighed(tuple(made), found, fit, n_trimmed, left_out, known)


def _raked(made: Sequence[Cut], found: Cells, left_out: dict[str, str]) -> Fit:
    margins, codes = [], []
    for cut, code in zip(made, found.codes()):
        target = _attainable(cut, np.bincount(code, weights=found.counts, minlength=len(cut.target)), left_out)
        if target is not None:
            margins.append(target)
            codes.append(code)
    return rake(found.counts, codes, margins)


def _attainable(cut: Cut, counts: Any, left_out: dict[str, str]) -> Weights | None:
    """The shares that weights can reach: levels without a row here have none, the others share theirs; missing values
    keep their share where the population has none. None, where nothing is left."""
    target, ours = cut.target.copy(), counts / max(counts.sum(), 1e-300)
    if cut.axis and target[0] == 0 < ours[0] < 1:
        target = target * (1 - ours[0])
        target[0] = ours[0]
        left_out[f"{cut.name} is missing"] = f"The population has no missing {cut.name}: those rows keep their share."
    for i in np.flatnonzero((counts == 0) & (target > 0)):
        left_out[cut.said(int(i))] = (
            f"It is {share(target[i])} of the population and has no row here: no weight can stand for it."
        )
    for i in np.flatnonzero((counts > 0) & (target == 0)):
        left_out[cut.said(int(i))] = f"The population has none of it: {count(int(counts[i]))} here weigh nothing."
    target[counts == 0] = 0
    if target.sum() <= 0:
        left_out[cut.name] = "No row here has a value that the population has."
        return None
    return np.asarray(target / target.sum())


def _stratified(run: Run, made: Sequence[Cut], found: Cells, left_out: dict[str, str]) -> Fit:
    """Post-stratified weights; the cells that one side lacks are merged with their likest, and said."""
    assert run.reference is not None
    theirs = cells(run.reference, made)
    keys = np.union1d(found.keys, theirs.keys)
    ours, other = (np.zeros(len(keys)) for _ in range(2))
    ours[np.searchsorted(keys, found.keys)] = found.counts
    other[np.searchsorted(keys, theirs.keys)] = theirs.counts
    weights, _ = post_stratify(ours, other, Cells(keys, ours, (), found.sizes).codes())
    lost, empty = (ours == 0) & (other > 0), (other == 0) & (ours > 0)
    if lost.any():
        part = share(other[lost].sum() / other.sum())
        left_out["combinations without rows here"] = (
            f"{int(lost.sum()):,} combinations, {part} of the population, have no row here: they count with the"
            " nearest one that has."
        )
    if empty.any():
        left_out["combinations without rows in the population"] = (
            f"{int(empty.sum()):,} combinations, {count(int(ours[empty].sum()))} here, are not in the reference: they"
            " count with the nearest one that is."
        )
    return Fit(weights[np.searchsorted(keys, found.keys)], 0, 0.0)


def _absent(made: Weighed) -> list[str]:
    """Groups that are 1 % of the population or more, of which there is no row here."""
    codes = zip(made.cuts, made.cells.codes())
    counted = [(cut, np.bincount(c, weights=made.cells.counts, minlength=len(cut.target))) for cut, c in codes]
    return [
        cut.said(int(i)) for cut, n in counted for i in np.flatnonzero((n == 0) & (cut.target >= _LARGE)) if cut.axis
    ]


def _balance(made: Weighed) -> list[LevelBalance]:
    counts, weights = made.cells.counts, made.fit.weights
    levels = []
    for cut, code in zip(made.cuts, made.cells.codes()):
        if cut.axis:
            n = made.known.n if cut.name in made.known.rows_of else None
            plain, heavy = (np.bincount(code, weights=w, minlength=len(cut.target)) for w in (counts, counts * weights))
            sides = (plain / plain.sum(), heavy / max(heavy.sum(), 1e-300), cut.target)
            levels += level_balance(cut.name, cut.labels, *sides, n)
    return levels


def _again(made: Weighed, findings: Sequence[Finding]) -> list[Reweighed]:
    total = float((made.fit.weights * made.cells.counts).sum())
    return [reweighed(f, float((made.fit.weights * hits).sum()) / total) for f, hits in zip(findings, made.cells.hits)]


def _to_collect(findings: Sequence[Finding], n_rows: int) -> list[Collect]:
    made = []
    for f in findings:
        need = rows_to_collect(f.n, n_rows, f.reference_share or 0.0)
        if f.direction == "under" and need:
            made.append(Collect(subject(f), str(f.where), f.n, need))
    return made
