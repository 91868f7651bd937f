"""Findings with their evidence, and notes on what cannot be claimed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from observatory.model.fairness import Fairness
from observatory.model.record import Record

Severity = Literal["high", "medium", "low"]


@dataclass(frozen=True)
class Effect(Record):
    """An effect size under its name in the literature, such as Cohen's h."""

    name: str
    value: float


@dataclass(frozen=True)
class Finding(Record):
    """A true statement about how a sample departs from its population, with its evidence.

    `where` is a DuckDB predicate with quoted names that runs on the table and on the reference alike; `rows`
    are positions in import order, at most 10,000; shares are in [0, 1]; `interval` is the 95 % interval of
    `sample_share`; `q` is `p` after weighted Benjamini-Hochberg over all tests of the run; findings with
    `explained_by` have a control of their own. `witnesses` are other detectors that point at the same rows.
    """

    id: str
    kind: Literal["region", "rows", "missing", "column"]
    columns: tuple[str, ...]
    where: str | None
    direction: Literal["under", "over", "missing", "duplicates", "outliers"] | None
    rows: tuple[int, ...] | None
    n: int
    sample_share: float
    reference_share: float | None
    interval: tuple[float, ...]
    effect: Effect
    p: float | None
    q: float | None
    severity: Severity
    evidence: Literal["reference", "marginals", "target", "internal"]
    detector: str
    statement: str
    evidence_sql: str
    explained_by: str | None = None
    remedy: Mapping[str, Any] | None = None
    witnesses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Note(Record):
    """Something worth knowing that is not a finding: what cannot be claimed, and what reference would settle it."""

    kind: str
    columns: tuple[str, ...]
    statement: str
    needs: str = ""


@dataclass(frozen=True)
class BiasOptions(Record):
    """What a run may be told: seed, rows that models look at, and when a departure is worth a finding.

    `max_q` is the false-discovery rate, `min_effect` the smallest Cohen's h of a finding, `min_count` the rows below
    which a combination of groups counts as not covered.
    """

    random_state: int = 0
    sample_rows: int = 20_000
    max_q: float = 0.05
    min_effect: float = 0.1
    min_count: int = 30


@dataclass(frozen=True)
class BiasReport(Record):
    """Findings best first, notes, and what the run looked for (`checks`: detector -> one sentence).

    `pending` names the detectors that have not reported yet: none in a whole report. `remedy` is a
    `model.Weighting` as JSON where there is a reference to weigh to; `fairness` is there when a target is given.
    """

    findings: tuple[Finding, ...]
    notes: tuple[Note, ...]
    verdict: str
    checks: Mapping[str, str] = field(default_factory=dict)
    remedy: Mapping[str, Any] = field(default_factory=dict)
    claims: Mapping[str, Any] = field(default_factory=dict)
    fairness: Fairness | None = None
    pending: tuple[str, ...] = ()
