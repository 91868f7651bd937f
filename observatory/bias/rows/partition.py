"""Rows put into groups by one method: the groups in words, and their shares against those of the reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from observatory.bias.describe import listed, share
from observatory.bias.rows.features import Codes, Features, Matrix
from observatory.bias.rows.traits import Rule, rule, traits
from observatory.bias.run import Run, Witness
from observatory.bias.statistics import cohens_h, log_p, two_proportion_z
from observatory.model import RowGroup

_MAX_P = 0.05
_TOLD = 3


@dataclass(frozen=True, eq=False)
class Partition:
    """A label for every row, those of the sample first, and the groups, largest first, with their predicates."""

    method: str
    score_name: str
    score: float
    labels: Codes
    groups: tuple[RowGroup, ...]
    rules: tuple[Rule | None, ...]
    statement: str

    @property
    def is_divided(self) -> bool:
        """Whether there is more than one group."""
        return len(self.groups) > 1


def undivided(made: Features, method: str, score_name: str, statement: str) -> Partition:
    """All rows in one group."""
    whole = RowGroup(0, made.n, 1.0, 1.0 if len(made.reference) else None, "all rows")
    return Partition(method, score_name, 0.0, np.zeros(len(made.pooled), np.int64), (whole,), (None,), statement)


def described(run: Run, made: Features, labels: Codes) -> tuple[tuple[RowGroup, ...], tuple[Rule | None, ...]]:
    """Each group, largest first, with its shares, what sets it apart, and its predicate if a short one will do."""
    counts = np.bincount(labels)
    shares = np.bincount(labels[: made.n], minlength=len(counts)) / made.n
    theirs = np.bincount(labels[made.n :], minlength=len(counts)) / max(len(labels) - made.n, 1)
    rows, rules = [], []
    for label in np.argsort(-counts, kind="stable").tolist():
        inside = labels == label
        rules.append(rule(made, inside, run.random_state))
        words = [t.words for t in traits(made, inside)]
        text = listed(words) if words else "nothing that a single field could tell"
        reference_share = float(theirs[label]) if len(labels) > made.n else None
        n = int(inside[: made.n].sum())
        rows.append(RowGroup(label, n, float(shares[label]), reference_share, text))
    return tuple(rows), tuple(rules)


def sizes(groups: Sequence[RowGroup]) -> str:
    """The groups with their shares in words; of more than four the smaller ones by their shares alone."""
    told = groups if len(groups) <= _TOLD + 1 else groups[:_TOLD]
    text = "; ".join(f"{share(g.share)}{_against(g)} have {g.description}" for g in told)
    more = [f"{share(g.share)}{_against(g)}" for g in groups[len(told) :]]
    return f"{text}; and {len(more)} smaller ones of {listed(more)}" if more else text


def _against(group: RowGroup) -> str:
    return "" if group.reference_share is None else f" (reference {share(group.reference_share)})"


def compare(run: Run, made: Features, found: Partition) -> tuple[Matrix, list[Witness]]:
    """The p of each group's share against the reference, and witnesses for those that depart and have a predicate."""
    ours = np.array([g.share for g in found.groups])
    theirs = np.array([g.reference_share or 0.0 for g in found.groups])
    p = np.exp(log_p(two_proportion_z(ours, made.n, theirs, len(made.reference))))
    is_far = (p * len(p) <= _MAX_P) & (np.abs(cohens_h(ours, theirs)) >= run.options.min_effect)
    witnesses = [
        Witness(found.method, r.where, "over" if a > b else "under")
        for r, a, b, far in zip(found.rules, ours, theirs, is_far)
        if r is not None and far
    ]
    return p, witnesses
