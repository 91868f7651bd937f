"""Which rows to collect, and what more rows of one group would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from observatory.bias.coded import Codes, Weights
from observatory.bias.describe import count, share
from observatory.bias.remedy.advice import rows_to_collect
from observatory.bias.remedy.balance import selected, subject
from observatory.bias.remedy.strata import Cells, Cut, cells, chosen, cuts, groups, population
from observatory.bias.remedy.weights import design_effect, rake
from observatory.bias.run import Run
from observatory.bias.statistics import cohens_h, two_proportion_z
from observatory.errors import ObservatoryError
from observatory.model import Changed, Finding, WhatIf

COLUMNS = ("group", "where", "have", "need")
TOLERANCE = 0.05
MAX_CELLS = 5_000
_Z = 1.959964
_SURE = 1e12
_ENOUGH = 0.1
_ROUNDS = 200


def collection_plan(
    run: Run, findings: Sequence[Finding] = (), fields: Sequence[str] = (), tolerance: float = TOLERANCE
) -> pd.DataFrame:
    """The least rows to add, all others kept, until every group reaches its share less `tolerance` of it.

    The groups are the combinations of those of the findings; or the levels of each of `fields`. The rows of the plan
    are combinations, with `group` in words, `where` as SQL, `have` and `need`. The least number is that of a linear
    programme over the combinations that the population has; how the levels go together is then as near to the
    population as the need of each allows (iterative proportional fitting). Rounded to whole rows.
    """
    findings = selected(findings)
    if not 0 < tolerance < 1:
        raise ObservatoryError("The tolerance is a share between 0 and 1.", "Choose one such as 0.05.")
    if not run.compares:
        population(run)
    made = _margins(run, findings, fields)
    if not made:
        return pd.DataFrame(columns=list(COLUMNS))
    known = population(run)
    ours, seed = cells(run.table, made), _seed(run, made, known.rows_of)
    keys = np.union1d(ours.keys, seed.keys)
    have, there = (_on(keys, c) for c in (ours, seed))
    codes = Cells(keys, have, (), ours.sizes).codes()
    targets = [c.target for c in made]
    if findings and not fields and _is_counted(findings):
        codes_asked, targets = [np.arange(len(keys))], [there / there.sum()]
    else:
        codes_asked = codes
    need = _whole(_least(have, there, codes_asked, targets, tolerance))
    rows = [(*_named(made, [int(c[i]) for c in codes]), int(have[i]), int(need[i])) for i in np.flatnonzero(need)]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.sort_values(["need", "where"], ascending=[False, True], ignore_index=True)


def _margins(run: Run, findings: Sequence[Finding], fields: Sequence[str]) -> list[Cut]:
    """The groups of the findings; the fields where they are asked for or only marginals are known."""
    if not fields and not findings:
        return []
    if not fields and _is_counted(findings):
        return groups(run, findings)[: _few([2] * len(findings))]
    known = population(run)
    made = cuts(run, known, chosen(run, known, fields or [f.columns[0] for f in findings], ()), ())
    return made[: _few([len(c.target) for c in made])]


def _is_counted(findings: Sequence[Finding]) -> bool:
    """Whether the groups of all findings can be counted in a reference table."""
    return all(f.evidence != "marginals" for f in findings)


def _few(sizes: Sequence[int]) -> int:
    """How many cuts make at most `MAX_CELLS` cells; at least one."""
    return max(sum(int(np.prod(sizes[: k + 1], dtype=object)) <= MAX_CELLS for k in range(len(sizes))), 1)


def _seed(run: Run, made: Sequence[Cut], rows_of: Sequence[str]) -> Cells:
    """The cells of the population; of marginals, as if its fields had nothing to do with each other."""
    if run.reference is not None and all(c.axis is None or c.name in rows_of for c in made):
        return cells(run.reference, made)
    sizes = tuple(len(c.target) for c in made)
    product = np.ones(1)
    for cut in made:
        product = np.outer(product, cut.target).ravel()
    keys = np.flatnonzero(product)
    return Cells(keys, product[keys], (), sizes)


def _on(keys: Codes, found: Cells) -> Weights:
    counts = np.zeros(len(keys))
    counts[np.searchsorted(keys, found.keys)] = found.counts
    return counts


def _least(have: Weights, seed: Weights, codes: Sequence[Codes], targets: Sequence[Weights], tolerance: float) -> Any:
    """Rows to add to each cell: the linear programme, then spread as in the seed."""
    from scipy.optimize import linprog

    open_cells = np.flatnonzero(seed > 0)
    n = float(have.sum())
    rows, bounds = [], []
    for code, target in zip(codes, targets):
        counts = np.bincount(code, weights=have, minlength=len(target))
        for level in np.flatnonzero(target > 0):
            wanted = (1 - tolerance) * target[level]
            rows.append(wanted - (code[open_cells] == level))
            bounds.append(counts[level] - wanted * n)
    found = linprog(  # type: ignore[no-untyped-call]
        np.ones(len(open_cells)), A_ub=np.array(rows), b_ub=np.array(bounds), method="highs"
    )
    if found.x is None:
        raise ObservatoryError("No plan brings all these groups to their share.", "Choose fewer fields.")
    added = np.zeros(len(have))
    added[open_cells] = found.x
    if added.sum() < 0.5:
        return np.zeros(len(have))
    margins = [np.bincount(code, weights=added, minlength=len(t)) / added.sum() for code, t in zip(codes, targets)]
    fit = rake(seed, codes, margins)
    spread = fit.weights * seed / (fit.weights * seed).sum() * added.sum()
    return spread if fit.converged else added


def _whole(need: Weights) -> Weights:
    """Whole numbers with the same sum, rounded up: the largest remainders go first."""
    whole = np.floor(need + 1e-9)
    left = int(np.ceil(need.sum() - 1e-6) - whole.sum())
    whole[np.argsort(whole - need, kind="stable")[: max(left, 0)]] += 1
    return whole


def _named(made: Sequence[Cut], codes: Sequence[int]) -> tuple[str, str]:
    where = " AND ".join(f"({cut.where(code)})" for cut, code in zip(made, codes))
    inside = [cut.said(code) for cut, code in zip(made, codes) if cut.axis or code]
    return "; ".join(inside) or "Rows of none of these groups", where


@dataclass(frozen=True, eq=False)
class Prospect:
    """What has to be known to say what more rows of a group would change: counts, and what its rows are like.

    `inside` is for each finding the share of the group's rows in it; `more` the group's rows by cell, summing to 1.
    """

    group: str
    where: str
    have: int
    n: int
    reference_share: float
    n_reference: float
    findings: tuple[Finding, ...]
    inside: tuple[float, ...]
    counts: Weights
    more: Weights
    codes: tuple[Codes, ...]
    targets: tuple[Weights, ...]
    min_effect: float


def prospect(run: Run, findings: Sequence[Finding], group: str) -> Prospect:
    """Count what a what-if needs; `group` is the id of a finding, or a predicate.

    New rows are taken to be like the group's rows in the reference or, where there is none with such rows, like its
    rows in the sample. ObservatoryError where the predicate does not run or nothing is known of its share.
    """
    where = next((str(f.where) for f in findings if f.id == group and f.where), group)
    findings = selected(findings)
    known = population(run)
    named = [c for f in findings for c in f.columns if c in known.axes]
    made = cuts(run, known, list(dict.fromkeys(named)), findings)
    made = made[: _few([len(c.target) for c in made])] if made else []
    ours = cells(run.table, made)
    have = _count(run.table, where)
    theirs = None if run.reference is None else _count(run.reference, where)
    like = run.reference if run.reference is not None and theirs else run.table
    more = cells(like, made, [str(f.where) for f in findings], f"({where})")
    keys = np.union1d(ours.keys, more.keys)
    total = max(float(more.counts.sum()), 1.0)
    own = next((f for f in findings if f.where == where), None)
    if theirs is None and own is None:
        raise ObservatoryError("The marginals do not give the share of this group.", "Choose the group of a finding.")
    part = (own.reference_share or 0.0) if own and theirs is None else (theirs or 0) / max(_rows(run), 1)
    return Prospect(
        group=subject(own) if own else where,
        where=where,
        have=have,
        n=run.n_rows,
        reference_share=part,
        n_reference=float(run.reference.n_rows) if run.reference is not None else _SURE,
        findings=tuple(findings),
        inside=tuple(1.0 if f is own else float(h.sum()) / total for f, h in zip(findings, more.hits)),
        counts=_on(keys, ours),
        more=_on(keys, more) / total,
        codes=tuple(Cells(keys, _on(keys, ours), (), ours.sizes).codes()),
        targets=tuple(c.target for c in made),
        min_effect=run.options.min_effect,
    )


def _rows(run: Run) -> int:
    return run.reference.n_rows if run.reference is not None else 0


def _count(table: Any, where: str) -> int:
    return int(table.query(f"SELECT count(*) FILTER (WHERE ({where})) AS n FROM t")["n"].iloc[0])


def what_if(known: Prospect, n_more: int) -> WhatIf:
    """The sample with `n_more` rows of the group: shares, which findings stay, and the price of weighting then.

    A finding stays where Cohen's h is as large as a finding's must be, and its two-sided p at most .05.
    """
    n = known.n + n_more
    changed = tuple(_changed(f, inside, known, n_more) for f, inside in zip(known.findings, known.inside))
    before, after = (_price(known, k) for k in (0, n_more))
    part = (known.have + n_more) / max(n, 1)
    staying = sum(c.stays for c in changed)
    return WhatIf(
        group=known.group,
        where=known.where,
        n_more=n_more,
        have=known.have,
        need=rows_to_collect(known.have, known.n, known.reference_share),
        n=n,
        share_before=known.have / max(known.n, 1),
        share=part,
        reference_share=known.reference_share,
        findings=changed,
        design_effect_before=before,
        design_effect=after,
        effective_n_before=known.n / before,
        effective_n=n / after,
        statement=(
            f"{known.group}: {share(part)} of {count(n)} with {n_more:,} more ({share(known.reference_share)} of the"
            f" population); {staying} of {count(len(changed), 'finding')} {'stays' if staying == 1 else 'stay'}, and"
            f" weighted the rows count as {n / after:,.0f} instead of {known.n / before:,.0f}."
        ),
    )


def _changed(finding: Finding, inside: float, known: Prospect, n_more: int) -> Changed:
    n, theirs = known.n + n_more, finding.reference_share or 0.0
    now = (finding.n + n_more * inside) / n
    h = float(cohens_h(now, theirs))
    z = float(two_proportion_z(now, n, theirs, known.n_reference))
    stays = abs(h) >= known.min_effect and abs(z) >= _Z
    told = f"{subject(finding)} would be {share(now)} of the sample ({share(theirs)} of the population)."
    before = float(cohens_h(finding.sample_share, theirs))
    return Changed(finding.id, told, finding.sample_share, now, theirs, before, h, z, stays)


def _price(known: Prospect, n_more: int) -> float:
    """Design effect of raking the sample with `n_more` rows of the group to the findings' margins.

    A level that the sample has not yet counts from a tenth of its share on: fewer rows cannot stand for it.
    """
    counts = known.counts + n_more * known.more
    targets = []
    for code, target in zip(known.codes, known.targets):
        had, has = (np.bincount(code, weights=c, minlength=len(target)) for c in (known.counts, counts))
        enough = (had > 0) | (has > _ENOUGH * target * counts.sum())
        counts = np.where(enough[code], counts, 0.0)
        reached = np.where(enough, target, 0.0)
        targets.append(reached / reached.sum() if reached.sum() else has / has.sum())
    return design_effect(rake(counts, known.codes, targets, _ROUNDS).weights, counts)
