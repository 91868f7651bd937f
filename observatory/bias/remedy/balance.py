"""How far a sample is from its reference in each field, before and after weighting.

ASMD: absolute standardised mean difference, the share of a level in the sample less that in the reference, in standard
deviations of the reference (Austin, 2009); .1 is the usual limit of what is called balanced.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from observatory.bias.coded import Weights
from observatory.bias.describe import listed, number, share
from observatory.bias.statistics import cohens_h
from observatory.model import FieldBalance, Finding, LevelBalance, Reweighed

_SHOWN = 3


def asmd(share: Weights, reference: Weights, n_reference: float | None = None) -> Weights:
    """ASMD of shares of levels; with `n_reference` rows the deviation has Bessel's correction, as in Meta's `balance`.

    Where the reference has all or nothing of a level, the deviation is the pooled one of both sides.

    >>> asmd(np.array([0.3, 0.7]), np.array([0.5, 0.5])).round(2).tolist()
    [0.4, 0.4]
    """
    bessel = n_reference / (n_reference - 1) if n_reference and n_reference > 1 else 1.0
    spread = reference * (1 - reference) * bessel
    spread = np.where(spread > 1e-15, spread, (share * (1 - share) + spread) / 2)
    apart = np.abs(share - reference)
    return np.asarray(np.divide(apart, np.sqrt(np.maximum(spread, 0)), out=apart.copy(), where=spread > 1e-15))


def level_balance(
    field: str, labels: Sequence[str], sample: Weights, weighted: Weights, reference: Weights, n: float | None
) -> list[LevelBalance]:
    """The balance of every level that either side has; `n` as in `asmd`."""
    before, after = asmd(sample, reference, n), asmd(weighted, reference, n)
    return [
        LevelBalance(field, labels[i], *(float(x[i]) for x in (sample, weighted, reference, before, after)))
        for i in range(len(labels))
        if sample[i] > 0 or reference[i] > 0
    ]


def field_balance(levels: Sequence[LevelBalance], weighed: Sequence[str]) -> list[FieldBalance]:
    """The mean ASMD over the levels of each field, the fields worst off before weighting first."""
    made = []
    for name in dict.fromkeys(level.field for level in levels):
        own = [level for level in levels if level.field == name]
        before, after = (float(np.mean([getattr(x, k) for x in own])) for k in ("asmd_before", "asmd_after"))
        made.append(FieldBalance(name, before, after, name in weighed))
    return sorted(made, key=lambda f: (-f.asmd_before, f.field))


def selected(findings: Sequence[Finding]) -> list[Finding]:
    """The findings that weights are about: groups of too few or too many rows, not explained by another."""
    return [
        f
        for f in findings
        if f.direction in ("under", "over") and f.explained_by is None and f.where and f.reference_share is not None
    ]


def subject(finding: Finding) -> str:
    """The group that a finding is about, in words."""
    words, said, _ = finding.statement.partition(f" is {share(finding.sample_share)} of ")
    return words if said else finding.statement.rstrip(".")


def reweighed(finding: Finding, weighted_share: float) -> Reweighed:
    """A finding looked at again under the weights."""
    theirs = finding.reference_share or 0.0
    there = "the population" if finding.evidence == "marginals" else "the reference"
    return Reweighed(
        finding.id,
        f"{subject(finding)} is {share(weighted_share)} of the weighted sample and {share(theirs)} of {there}.",
        weighted_share,
        theirs,
        float(cohens_h(finding.sample_share, theirs)),
        float(cohens_h(weighted_share, theirs)),
    )


def sentence(
    fields: Sequence[str], n: int, effective_n: float, before: float, after: float, absent: Sequence[str] = ()
) -> str:
    """What weighting gives and what it costs, in one sentence, and in another what no weight can stand for.

    >>> sentence(["sex"], 891, 412.3, 0.314, 0.021)
    'Weighted by sex, the sample counts as 412 of its 891 rows; the mean difference (ASMD) falls from .31 to .02.'
    >>> sentence(["sex"], 9, 9, 0.1, 0.1, ["class = crew"]).partition(". ")[2]
    'No weight can stand for class = crew, of which there is no row.'
    """
    shown = fields if len(fields) <= _SHOWN + 1 else fields[:_SHOWN]
    named = [*shown, *([f"{len(fields) - _SHOWN} more fields"] if len(shown) < len(fields) else [])]
    moves = "falls" if after < before else "stays" if after == before else "rises"
    change = f"at {_short(before)}" if moves == "stays" else f"from {_short(before)} to {_short(after)}"
    counts = f"{round(effective_n):,} of its {n:,} rows"
    text = f"Weighted by {listed(named)}, the sample counts as {counts}; the mean difference (ASMD) {moves} {change}."
    if not absent:
        return text
    gone = [*absent[:_SHOWN], *([f"{len(absent) - _SHOWN} more groups"] if len(absent) > _SHOWN else [])]
    return f"{text} No weight can stand for {listed(gone, 'or')}, of which there is no row."


def _short(value: float) -> str:
    text = f"{value:.2f}" if value >= 0.005 or value == 0 else "less than .01"
    return text.removeprefix("0") if value != 0 else number(0)
