"""One finding for what several detectors say: the others become its witnesses."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from observatory.bias.reference import holds
from observatory.bias.run import Run, Witness
from observatory.model import Finding, Table

SAME_ROWS = 0.5
_LIKE = {"missing": "over"}


def merge(run: Run, findings: Sequence[Finding], witnesses: Sequence[Witness]) -> list[Finding]:
    """The findings, best first, less those about the same rows as a better one, with the detectors that agree.

    The same rows: Jaccard of at least .5 over sample and reference together, and the same direction. Findings without
    a predicate are about their `rows`.
    """
    kept: list[Finding] = []
    for finding in findings:
        i = next((i for i, k in enumerate(kept) if _agree(run, k, finding)), None)
        if i is None or finding.detector == kept[i].detector:
            kept.append(finding)
        else:
            kept[i] = _with(kept[i], [finding.detector, *finding.witnesses])
    return [_with(f, [w.detector for w in witnesses if _bears_out(run, w, f)]) for f in kept]


def _with(finding: Finding, names: Sequence[str]) -> Finding:
    new = [n for n in names if n not in (finding.detector, *finding.witnesses)]
    return dataclasses.replace(finding, witnesses=(*finding.witnesses, *dict.fromkeys(new)))


def _agree(run: Run, a: Finding, b: Finding) -> bool:
    if a.direction != b.direction or (a.explained_by is None) != (b.explained_by is None):
        return False
    if a.where and b.where:
        return _overlap(run, a.where, b.where) >= SAME_ROWS
    if a.rows and b.rows:
        both = len(set(a.rows) & set(b.rows))
        return both >= SAME_ROWS * len(set(a.rows) | set(b.rows))
    return False


def _bears_out(run: Run, witness: Witness, finding: Finding) -> bool:
    direction = _LIKE.get(str(finding.direction), finding.direction)
    return bool(
        finding.where and direction == witness.direction and _overlap(run, finding.where, witness.where) >= SAME_ROWS
    )


def _overlap(run: Run, a: str, b: str) -> float:
    """Jaccard of two predicates; each table counts as much as the other."""
    if a == b:
        return 1.0
    key = (a, b) if a < b else (b, a)
    known = run.once(_overlaps)
    if key not in known:
        known[key] = _jaccard(run, *key)
    return known[key]


def _overlaps(_: Run) -> dict[tuple[str, str], float]:
    return {}


def _jaccard(run: Run, a: str, b: str) -> float:
    other = run.reference if run.reference is not None and holds(run, a) and holds(run, b) else None
    sides = [_counts(t, a, b) for t in (run.table, other) if t is not None and t.n_rows]
    either = sum(e for _, e in sides)
    return sum(both for both, _ in sides) / either if either else 0.0


def _counts(table: Table, a: str, b: str) -> tuple[float, float]:
    sql = f"SELECT count(*) FILTER (WHERE ({a}) AND ({b})), count(*) FILTER (WHERE ({a}) OR ({b})) FROM t"
    both, either = table.query(sql).iloc[0].tolist()
    return both / table.n_rows, either / table.n_rows
