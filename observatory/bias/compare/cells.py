"""Groups of the reference that are too few or too many in the sample, as findings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from observatory.bias.axis import Axis
from observatory.bias.coded import Known, Side
from observatory.bias.compare.children import children, departures, explained
from observatory.bias.compare.compared import Compared, compared
from observatory.bias.compare.explain import Explained, Region, explain
from observatory.bias.describe import Condition, count, group, interval, listed, predicate, share
from observatory.bias.remedy.advice import remedy
from observatory.bias.run import Outcome, Run
from observatory.bias.statistics import cohens_h, detectable_h, share_apart, wilson
from observatory.model import BiasOptions, Effect, Finding, Note, Severity, Table

Worded = Callable[[Sequence[Region]], list[Finding]]
Placed = tuple[tuple[Finding, tuple[str, int]], ...]
_TRIFLE = 0.05


def cells(run: Run) -> Outcome:
    """Levels, ranges, sets of levels and two-way cells whose share departs from the reference table."""
    if run.reference is None:
        return Outcome()
    both = run.once(compared)
    if not both.axes:
        needs = "To compare them, choose a reference with rows and with fields of the same names and values."
        text = f"The sample and the reference {both.why_not}, so nothing was compared."
        notes = (*both.notes, Note("reference", (), text, needs))
        return Outcome("Nothing could be compared with the reference.", notes=notes)
    found, theirs = run.once(explained_away), run.reference
    kept, below = said(
        found, both.reference, both.axes, lambda regions: findings(regions, both.axes, run.table, theirs), run.options
    )
    return Outcome(_check(run, found, both), found.families(), kept, both.notes, explained=below)


def explained_away(run: Run) -> Explained:
    """The regions of the reference that depart in the sample, once they have been explained away."""
    both = run.once(compared)
    return explain(both.sample, both.reference, both.axes, range(both.n_paired), run.options)


def said(
    found: Explained, reference: Side | Known, axes: Sequence[Axis], worded: Worded, options: BiasOptions
) -> tuple[Placed, Outcome]:
    """The findings of all regions, and those that they explain, each with the place of its test."""
    regions = [simplest(r, reference, axes) for r in found.regions]
    asked = [replace(c, region=simplest(c.region, reference, axes)) for c in departures(found, axes, options)]
    below = children(regions, asked, axes)
    made = worded([*regions, *(c.region for c in below)])
    parents, own = made[: len(regions)], made[len(regions) :]
    kept = tuple((f, p) for f, p in zip(parents, found.places()) if abs(f.effect.value) >= options.min_effect)
    told = [(explained(f, parents[c.parent], regions[c.parent], axes), c.place) for f, c in zip(own, below)]
    large = tuple((f, p) for f, p in told if abs(f.effect.value) >= options.min_effect)
    before = {q: np.exp(t.log_p) for q, t in found.before.items()}
    return kept, Outcome(families=before, found=large)


def simplest(region: Region, reference: Side | Known, axes: Sequence[Axis]) -> Region:
    """The region or its complement (trifles left out): the smaller, or the one that is too small if both are large.

    Where many values are missing, what is left beside the region departs in its own way.
    """
    if len(region.axes) > 1:
        return region
    axis, codes = axes[region.axes[0]], region.codes[0]
    shares = reference.margin(region.axes[0], axis.n_codes)
    if codes != (0,) and shares[0] > _TRIFLE:
        return region
    other = tuple(c for c in range(1, axis.n_codes) if c not in codes)
    if codes == (0,):
        can_turn = region.z < 0
    elif axis.ordered:
        can_turn = bool(other) and other[-1] - other[0] == len(other) - 1
    else:
        other = tuple(c for c in other if shares[c] > _TRIFLE * shares[list(other)].sum())
        can_turn = 0 < len(other) <= max(len(codes), 1) and axis.rest not in other
    inside = float(shares[list(codes)].sum())
    if can_turn and (inside > 0.6 or (inside > 0.4 and region.z > 0)):
        return replace(region, codes=(other,), z=-region.z, h=-region.h)
    return region


def where_sql(region: Region, axes: Sequence[Axis]) -> str:
    """SQL predicate of a region."""
    return " AND ".join(f"({axes[i].where(codes)})" for i, codes in zip(region.axes, region.codes))


def count_where(table: Table, predicates: Sequence[str]) -> list[int]:
    """Rows of a table that meet each predicate."""
    if not predicates:
        return []
    counts = ", ".join(f"count(*) FILTER (WHERE {p})" for p in predicates)
    return [int(n) for n in table.query(f"SELECT {counts} FROM t").iloc[0].tolist()]


def count_rare(table: Table, predicates: Sequence[str]) -> list[int]:
    """The same for predicates that few rows meet: only rows that meet any of them are looked at twice."""
    if not predicates:
        return []
    counts = ", ".join(f"count(*) FILTER (WHERE {p})" for p in predicates)
    any_of = " OR ".join(f"({p})" for p in predicates)
    return [int(n) for n in table.query(f"SELECT {counts} FROM t WHERE {any_of}").iloc[0].tolist()]


def findings(regions: Sequence[Region], axes: Sequence[Axis], table: Table, reference: Table) -> list[Finding]:
    """Regions of a reference table as findings, counted over all rows of both tables."""
    predicates = [where_sql(r, axes) for r in regions]
    ours, theirs = count_where(table, predicates), count_where(reference, predicates)
    return [
        region_finding(r, axes, n, table.n_rows, m / reference.n_rows, "cells")
        for r, n, m in zip(regions, ours, theirs)
    ]


def region_finding(
    region: Region, axes: Sequence[Axis], n: int, n_rows: int, reference_share: float, detector: str
) -> Finding:
    """A region as a finding: `n` of `n_rows` here against a share there; the detector is "cells" or "marginals"."""
    sample_share, bounds = n / n_rows, wilson(n, n_rows)
    h = float(cohens_h(sample_share, reference_share))
    conditions = [axes[i].condition(codes) for i, codes in zip(region.axes, region.codes)]
    where = where_sql(region, axes)
    lost = h > 0 and any(c.missing for c in conditions)
    return Finding(
        id="",
        kind="missing" if lost else "region",
        columns=tuple(axes[i].field for i in region.axes),
        where=where,
        direction="missing" if lost else "under" if h < 0 else "over",
        rows=None,
        n=n,
        sample_share=sample_share,
        reference_share=reference_share,
        interval=bounds,
        effect=Effect("Cohen's h", h),
        p=float(np.exp(region.log_p)),
        q=None,
        severity=severity(h),
        evidence="marginals" if detector == "marginals" else "reference",
        detector=detector,
        statement=(
            f"{_subject(conditions)} {share(sample_share)} of this sample and {share(reference_share)} of"
            f" {'the population' if detector == 'marginals' else 'the reference'}"
            f" ({interval(bounds)})."
        ),
        evidence_sql=f"SELECT count(*) FILTER (WHERE {where}) AS n, count(*) AS n_rows FROM t",
        remedy=remedy(n, n_rows, reference_share),
    )


def _subject(conditions: Sequence[Condition]) -> str:
    if len(conditions) == 1 and conditions[0].missing:
        return f"{predicate(conditions[0])} in"
    return f"{group(conditions)} is"


def severity(h: float) -> Severity:
    """Cohen's words for h: from .5 a medium effect is high here, from .2 a small one is medium.

    >>> severity(-0.6), severity(0.3), severity(0.12)
    ('high', 'medium', 'low')
    """
    return "high" if abs(h) >= 0.5 else "medium" if abs(h) >= 0.2 else "low"


def _check(run: Run, found: Explained, both: Compared) -> str:
    n, m = both.sample.n, both.reference.n
    n_tests = {q: len(p) for q, p in found.left.items()}
    n = run.n_rows if n == run.n_rows else n
    h = max(run.options.min_effect, detectable_h(n, m, 4 * max(n_tests["levels"], 1)))
    kinds = {
        "level": n_tests["levels"],
        "range": n_tests["tails"] + n_tests["ranges"],
        "set": n_tests["sets"],
        "pair": n_tests["pairs"],
    }
    groups = listed([count(n, noun) for noun, n in kinds.items() if n] or ["none large enough"])
    return (
        f"{count(len(both.axes), 'field')} {'was' if len(both.axes) == 1 else 'were'} compared with the reference,"
        f" by {groups}. Had half of the reference been"
        f" {share(share_apart(0.5, h))} of the sample, or a tenth {share(share_apart(0.1, h))},"
        " it would have been noticed (power 80 %)."
    )
