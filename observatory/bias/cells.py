"""Groups of the reference that are too few or too many in the sample, as findings."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from observatory.bias.axis import Axis, make_axes
from observatory.bias.children import children, departures, explained
from observatory.bias.coded import Known, Side, code
from observatory.bias.describe import Condition, group, interval, predicate, share
from observatory.bias.explain import Explained, Region, explain
from observatory.bias.reference import shared_fields
from observatory.bias.remedy import remedy
from observatory.bias.run import H_MIN, MAX_FIELDS, Outcome, Run
from observatory.bias.statistics import cohens_h, detectable_h, share_apart, wilson
from observatory.bias.values import unlike
from observatory.model import Effect, Finding, Note, Severity, Table

Worded = Callable[[Sequence[Region]], list[Finding]]
Placed = tuple[tuple[Finding, tuple[str, int]], ...]
MAX_PAIRED = 24
_TRIFLE = 0.05


def cells(run: Run) -> Outcome:
    """Levels, ranges, sets of levels and two-way cells whose share departs from the reference table."""
    if run.reference is None:
        return Outcome()
    fields, notes = shared_fields(run)
    if not fields or not run.n_rows or not run.reference.n_rows:
        why = "have no field in common that makes groups" if not fields else "must both have rows"
        return _nothing(why, notes)
    axes = make_axes(fields, [run.table, run.reference])
    sample, reference = (code(t, axes, run.random_state) for t in (run.table, run.reference))
    different = unlike(axes, fields, (run.table, run.reference), (sample, reference))
    notes = [*notes, *different.values(), *_capped(run, len(fields))]
    alike = [i for i, a in enumerate(axes) if a.field not in different]
    if not alike:
        return _nothing("hold different values in every field they have in common", notes)
    axes = [axes[i] for i in alike]
    sample, reference = (dataclasses.replace(s, codes=tuple(s.codes[i] for i in alike)) for s in (sample, reference))
    found = explain(sample, reference, axes, range(min(len(axes), MAX_PAIRED)))
    theirs = run.reference
    kept, below = said(found, reference, axes, lambda regions: _findings(regions, axes, run.table, theirs))
    check = _check(run, found, len(axes), sample.n, reference.n)
    return Outcome(check, found.families(), kept, tuple(notes), explained=below)


def _nothing(why: str, notes: Sequence[Note]) -> Outcome:
    text = f"The sample and the reference {why}, so nothing was compared."
    needs = "To compare them, choose a reference with rows and with fields of the same names and values."
    return Outcome("Nothing could be compared with the reference.", notes=(*notes, Note("reference", (), text, needs)))


def said(found: Explained, reference: Side | Known, axes: Sequence[Axis], worded: Worded) -> tuple[Placed, Outcome]:
    """The findings of all regions, and those that they explain, each with the place of its test."""
    regions = [simplest(r, reference, axes) for r in found.regions]
    asked = [dataclasses.replace(c, region=simplest(c.region, reference, axes)) for c in departures(found, axes)]
    below = children(regions, asked, axes)
    findings = worded([*regions, *(c.region for c in below)])
    parents, own = findings[: len(regions)], findings[len(regions) :]
    kept = tuple((f, p) for f, p in zip(parents, found.places()) if abs(f.effect.value) >= H_MIN)
    told = [(explained(f, parents[c.parent], regions[c.parent], axes), c.place) for f, c in zip(own, below)]
    large = tuple((f, p) for f, p in told if abs(f.effect.value) >= H_MIN)
    before = {q: np.exp(t.log_p) for q, t in found.before.items()}
    return kept, Outcome(families=before, found=large)


def simplest(region: Region, reference: Side | Known, axes: Sequence[Axis]) -> Region:
    """The region or its complement (trifles left out): the smaller, or the one that is too small if both are large."""
    axis, codes = axes[region.axes[0]], region.codes[0]
    other = tuple(c for c in range(1, axis.n_codes) if c not in codes)
    shares = reference.margin(region.axes[0], axis.n_codes)
    if len(region.axes) > 1 or codes == (0,):
        return region
    if axis.ordered:
        is_one_range = other[-1] - other[0] == len(other) - 1
    else:
        other = tuple(c for c in other if shares[c] > _TRIFLE * shares[list(other)].sum())
        is_one_range = len(other) == 1 and other[0] != axis.rest
    inside = float(shares[list(codes)].sum())
    if is_one_range and (inside > 0.6 or (inside > 0.4 and region.z > 0)):
        return Region(region.axes, (other,), -region.z, region.question, region.log_p, -region.h)
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


def _findings(regions: Sequence[Region], axes: Sequence[Axis], table: Table, reference: Table) -> list[Finding]:
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


def _check(run: Run, found: Explained, n_axes: int, n: float, m: float) -> str:
    n_tests = {q: len(p) for q, p in found.left.items()}
    h = max(H_MIN, detectable_h(run.n_rows if n == run.n_rows else n, m, 4 * max(n_tests["levels"], 1)))
    return (
        f"{n_axes} fields were compared with the reference in {sum(n_tests.values()):,} groups:"
        f" {n_tests['levels']:,} levels, {n_tests['tails'] + n_tests['ranges']:,} ranges,"
        f" {n_tests['sets']:,} sets of levels and {n_tests['pairs']:,} pairs. Had half of the reference been"
        f" {share(share_apart(0.5, h))} of the sample, or a tenth {share(share_apart(0.1, h))},"
        " it would have been noticed (power 80 %)."
    )


def _capped(run: Run, n_fields: int) -> list[Note]:
    notes = []
    if len(run.group_fields) > MAX_FIELDS:
        text = (
            f"Only {MAX_FIELDS} of {len(run.group_fields)} fields were compared with the reference, coarse ones first."
        )
        notes.append(Note("capped", (), text))
    if n_fields > MAX_PAIRED:
        text = f"Pairs of fields were compared among {MAX_PAIRED} of {n_fields} fields, coarse ones first."
        notes.append(Note("capped", (), text))
    return notes
