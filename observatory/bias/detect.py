"""The bias report of a table: every detector in turn, one false-discovery control, one ranked list."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from observatory.bias.absent.missing import missing
from observatory.bias.compare.cells import cells
from observatory.bias.compare.itemsets import itemsets
from observatory.bias.compare.marginals import marginals
from observatory.bias.compare.told_apart import told_apart
from observatory.bias.merge import merge
from observatory.bias.notes import folded
from observatory.bias.remedy.balance import selected
from observatory.bias.remedy.fairness import fairness
from observatory.bias.remedy.weighing import weigh
from observatory.bias.rows.duplicates import duplicates
from observatory.bias.rows.groups import groups
from observatory.bias.rows.modes import modes
from observatory.bias.rows.near_duplicates import near_duplicates
from observatory.bias.rows.odd_rows import odd_rows
from observatory.bias.rows.outliers import outliers
from observatory.bias.run import Outcome, Run
from observatory.bias.statistics import benjamini_hochberg
from observatory.bias.traces.coverage import coverage
from observatory.bias.traces.dominance import dominance
from observatory.bias.traces.edges import edges
from observatory.bias.traces.gaps import gaps
from observatory.bias.traces.geography import geography
from observatory.bias.traces.heaping import heaping
from observatory.bias.verdict import needs_reference, verdict
from observatory.errors import ObservatoryError
from observatory.model import BiasOptions, BiasReport, Finding, Note, Profile, Table

DETECTORS = (
    cells,
    marginals,
    missing,
    duplicates,
    outliers,
    edges,
    heaping,
    gaps,
    geography,
    dominance,
    near_duplicates,
    coverage,
    told_apart,
    itemsets,
    groups,
    modes,
    odd_rows,
    fairness,
)
_MAX_OTHERS = 5
_SEVERITY = ("high", "medium", "low")
_EVIDENCE = ("reference", "marginals", "target", "internal")


def detect_bias(
    table: Table,
    profile: Profile,
    *,
    reference: Table | None = None,
    marginals: pd.DataFrame | None = None,
    target: str | None = None,
    options: BiasOptions = BiasOptions(),
) -> BiasReport:
    """How a table departs from its population, as far as the table and what it is compared with can tell.

    `marginals` has the columns `field, value, share`; `target` names the field that matters most and must exist
    (FieldNotFound). All tests share one Benjamini-Hochberg control: a finding has q <= .05 and an effect size above
    the threshold of its detector; findings that another one explains (`explained_by`) are controlled among the tests
    before raking, ranked last and at most four for each. The same table and options give the same report.
    """
    *_, report = steps(Run(table, profile, reference, marginals, target, options))
    return report


def steps(run: Run, detectors: Sequence[Callable[[Run], Outcome]] | None = None) -> Iterator[BiasReport]:
    """The report after each detector, quick ones first: `pending` names those to come, and the last one has none.

    All `DETECTORS` are asked unless some of them are given.
    """
    _check(run)
    detectors = DETECTORS if detectors is None else detectors
    asked = tuple(detectors) if run.n_rows and run.profile.fields else ()
    outcomes: dict[str, Outcome] = {}
    if not asked:
        yield _report(run, outcomes, ())
    for i, detector in enumerate(asked, 1):
        outcomes[detector.__name__] = detector(run)
        yield _report(run, outcomes, tuple(d.__name__ for d in asked[i:]))


def _check(run: Run) -> None:
    """FieldNotFound for a target that does not exist, ObservatoryError for options out of range."""
    if run.target is not None:
        run.profile.field(run.target)
    given = run.options
    if not 0 <= given.random_state < 2**32:
        raise ObservatoryError(f"The seed {given.random_state} is out of range.", "Choose one from 0 to 4294967295.")
    if not 0 < given.max_q < 1 or not 0 <= given.min_effect <= math.pi:
        hint = "Choose a rate such as 0.05 and an effect size such as 0.1."
        raise ObservatoryError("The false-discovery rate or the least effect size is out of range.", hint)
    if given.min_count < 1 or given.sample_rows < 1:
        raise ObservatoryError("Least rows of a combination and rows for models are counts.", "Choose 1 or more.")


def _report(run: Run, outcomes: Mapping[str, Outcome], pending: tuple[str, ...]) -> BiasReport:
    below = {name: o.explained for name, o in outcomes.items() if o.explained is not None}
    max_q = run.options.max_q
    ranked = _sorted([*_controlled(outcomes, max_q), *_controlled(below, max_q)])
    findings = _named(merge(run, ranked, [w for o in outcomes.values() for w in o.witnesses]))
    claims: dict[str, Any] = {"needs_reference": needs_reference(run)}
    for outcome in outcomes.values():
        claims |= outcome.claims
    return BiasReport(
        findings=tuple(findings),
        notes=folded([*run.notes, *(n for o in outcomes.values() for n in o.notes), *_target_notes(run)]),
        verdict=verdict(run, findings, compared=_is_compared(run, outcomes)),
        checks={name: o.check for name, o in outcomes.items() if o.check},
        remedy=_remedy(run, findings, pending),
        claims=claims,
        fairness=next((o.fairness for o in outcomes.values() if o.fairness), None),
        pending=pending,
    )


def _is_compared(run: Run, outcomes: Mapping[str, Outcome]) -> bool:
    """Whether some group was compared with a reference other than the table itself, or with marginals."""
    asked = [o for name, o in outcomes.items() if name in ("cells", "marginals")]
    is_itself = any(note.kind == "itself" for note in run.notes)
    return not is_itself and any(len(p) for o in asked for p in o.families.values())


def _controlled(outcomes: Mapping[str, Outcome], max_q: float) -> list[Finding]:
    """The findings that stay after Benjamini-Hochberg over the tests of all detectors, with their q."""
    families = {(name, q): p for name, o in outcomes.items() for q, p in o.families.items() if len(p)}
    controlled = dict(zip(families, benjamini_hochberg(list(families.values()))))
    found = []
    for name, outcome in outcomes.items():
        for finding, (question, position) in outcome.found:
            q = float(controlled[name, question][position])
            also = outcome.also.get((question, position), {})
            others = [field for field, (family, i) in also.items() if controlled[name, family][i] <= max_q]
            remedy = {**(finding.remedy or {}), "compare_by": others[:_MAX_OTHERS]} if others else finding.remedy
            if q <= max_q:
                found.append(dataclasses.replace(finding, q=q, remedy=remedy))
    return found


def _sorted(findings: list[Finding]) -> list[Finding]:
    """Unexplained ones first, then serious ones, then what a reference bears out, then the smaller q."""
    return sorted(_explained(findings), key=lambda f: (f.explained_by is not None, *_weight(f)))


def _named(findings: list[Finding]) -> list[Finding]:
    """The same with ids by rank, to which `explained_by` refers; those whose parent is not there are left out."""
    named = [dataclasses.replace(f, id=f"f{i}") for i, f in enumerate(findings, 1)]
    ids = {f.where: f.id for f in reversed(named)}
    return [
        dataclasses.replace(f, explained_by=ids[f.explained_by]) if f.explained_by else f
        for f in named
        if f.explained_by is None or f.explained_by in ids
    ]


def _weight(finding: Finding) -> tuple[int, int, float, str]:
    q = finding.q if finding.q is not None else 1.0
    return _SEVERITY.index(finding.severity), _EVIDENCE.index(finding.evidence), q, finding.statement


def _explained(findings: list[Finding]) -> list[Finding]:
    """Those of which the parent is not found are left out; `explained_by` still is the `where` of the parent.

    A field that is missing more often than in the reference is explained by the group that it is missing in.
    """
    ordered = sorted(findings, key=_weight, reverse=True)
    by_group = {c: f.where for f in ordered if f.detector == "missing" for c in f.columns[:-1]}
    lost = [f.detector == "cells" and f.direction == "missing" and len(f.columns) == 1 for f in findings]
    made = [
        dataclasses.replace(f, explained_by=f.explained_by or by_group.get(f.columns[0])) if is_lost else f
        for f, is_lost in zip(findings, lost)
    ]
    known = {f.where for f in made}
    return [f for f in made if f.explained_by is None or f.explained_by in known]


def _target_notes(run: Run) -> tuple[Note, ...]:
    if run.target is None or run.compares:
        return ()
    text = f"Whether rows were selected by {run.target} cannot be told from the sample alone."
    return (Note("target", (run.target,), text, f"To tell, the shares of {run.target} in the population are needed."),)


def _remedy(run: Run, findings: list[Finding], pending: tuple[str, ...]) -> dict[str, Any]:
    """The fields to weigh the sample by, those of all findings about too few or too many; in the end, the weighting."""
    about = selected(findings)
    fields = list(dict.fromkeys(c for f in about for c in f.columns))
    if not fields:
        return {}
    return {"weigh_by": fields} if pending else {"weigh_by": fields, **weigh(run, findings).to_dict()}
