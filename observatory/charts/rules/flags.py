"""Findings as facts for the chart rules: which fields they are about, and what they say of them.

No name leaves Python: a field is known to the rules by its number alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from observatory.charts.rules.facts import Facts, number, whole
from observatory.model import Finding, Profile

MANY_COPIES = 0.01
_LOUDER = 2
_SUMS_UP = ("reference", "marginals")


@dataclass(frozen=True)
class Group:
    """A group of which there are too few or too many rows: its fields, its rows, how far its share is off.

    `through` are the fields of the finding that explains it: among groups of those it is no longer off.
    """

    fields: tuple[str, ...]
    n: int
    off: float
    too_few: bool
    through: tuple[str, ...] = ()


@dataclass(frozen=True)
class Flags:
    """What the rules need to know of the findings about a table; nothing where there is none.

    `lost` pairs a field with one by whose groups its values are missing, `far` a field with the share of its values
    that lie far out, `heaps` a heaped field with the number of round values in its range; `copies` is the share of rows
    that repeat others.
    """

    groups: tuple[Group, ...] = ()
    lost: tuple[tuple[str, str], ...] = ()
    far: tuple[tuple[str, float], ...] = ()
    heaps: tuple[tuple[str, int], ...] = ()
    copies: float = 0.0

    def facts(self, names: Sequence[str], *, is_open: bool = False) -> tuple[str, ...]:
        """Facts on the fields `names`, of which the first is `f0`; shares in thousandths.

        A finding about several fields counts where all of them are there, and one that another explains where that
        one's are not. An open request is told that there are
        groups to show.
        """
        ids = {name: f"f{index}" for index, name in enumerate(names)}
        known: list[tuple[str, str, str | int]] = []
        for group in self.groups:
            explained = group.through and set(group.through) <= set(ids)
            if set(group.fields) <= set(ids) and not explained:
                known += [(ids[name], "covered", whole(1000 * group.off)) for name in group.fields]
                known += [(ids[name], "scarce", whole(group.n)) for name in group.fields if group.too_few]
        known += [(ids[name], "lost", ids.get(other, "elsewhere")) for name, other in self.lost if name in ids]
        known += [(ids[name], "far", whole(1000 * share)) for name, share in self.far if name in ids]
        known += [(ids[name], "heaps", whole(n)) for name, n in self.heaps if name in ids]
        lines = [f"attribute((field,{key}),{entity},{value})." for entity, key, value in dict.fromkeys(known)]
        if self.copies >= MANY_COPIES:
            lines.append(f"attribute(copies,root,{whole(1000 * self.copies)}).")
        if is_open and (self.groups or self.lost):
            lines.append("attribute(flagged,root,yes).")
        return tuple(lines)

    def mark(self, facts: Facts, *, is_open: bool = False) -> Facts:
        """The facts of a chart, or of a wish for one, with what the findings say of its fields."""
        return replace(facts, text="\n".join((facts.text, *self.facts(facts.names, is_open=is_open))))

    def heard(self, quiet: Mapping[str, int]) -> dict[str, int]:
        """How little each field has to say, when a field that a finding is about has more to say than before."""
        about = {name for group in self.groups for name in group.fields} | {name for name, _ in self.lost}
        return {name: max(0, q - _LOUDER) if name in about else q for name, q in quiet.items()}


def flags(findings: Sequence[Finding] | Flags, profile: Profile, heaps: Mapping[str, float] | None = None) -> Flags:
    """What findings say of the fields of a table; `heaps` gives the round step on which a field's values heap.

    Fields that the profile has not are left out, and so are values that are missing because they do not apply.

    >>> flags((), Profile(0, ())).facts(["a"])
    ()
    """
    if isinstance(findings, Flags):
        return findings
    fields = {f.name for f in profile.fields}
    told = [f for f in findings if set(f.columns) <= fields]
    return Flags(
        groups=tuple(_group(f, told) for f in told if _is_group(f)),
        lost=_lost(told),
        far=tuple((f.columns[0], f.sample_share) for f in told if f.direction == "outliers" and len(f.columns) == 1),
        heaps=tuple(
            (name, n) for name, step in (heaps or {}).items() if name in fields and (n := _times(profile, name, step))
        ),
        copies=max((f.sample_share for f in told if f.direction == "duplicates"), default=0.0),
    )


def _is_group(finding: Finding) -> bool:
    return finding.kind == "region" and finding.direction in ("under", "over") and finding.evidence in _SUMS_UP


def _group(finding: Finding, told: Sequence[Finding]) -> Group:
    off = abs(finding.sample_share - (finding.reference_share or 0.0))
    parents = (f.columns for f in told if f.id == finding.explained_by)
    return Group(finding.columns, finding.n, off, finding.direction == "under", next(parents, ()))


def _lost(findings: Sequence[Finding]) -> tuple[tuple[str, str], ...]:
    """Fields and those by whose groups they are missing; the last column of such a finding holds the groups."""
    by_group = [
        f
        for f in findings
        if f.direction == "missing" and f.evidence == "internal" and len(f.columns) > 1 and f.severity != "low"
    ]
    return tuple(dict.fromkeys((name, f.columns[-1]) for f in by_group for name in f.columns[:-1]))


def _times(profile: Profile, name: str, step: float) -> int:
    """How many round values lie within the range of a field; 0 where that is not known."""
    low, high = number(profile.field(name).min), number(profile.field(name).max)
    if low is None or high is None or not step > 0:
        return 0
    return whole(math.floor(high / step) - math.ceil(low / step) + 1)
