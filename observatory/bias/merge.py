"""One finding for what several detectors say: the others become its witnesses.

Which rows a predicate is about is looked up once for each predicate, among at most 50,000 rows of each table; where too
few of them are met there, pairs of predicates are counted over all rows.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from observatory.bias.matching.shared import holds
from observatory.bias.run import Run, Witness
from observatory.model import Finding, Table

SAME_ROWS = 0.5
_LIKE = {"missing": "over"}
_MAX_ROWS = 50_000
_FEW = 50
Mask = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Overlaps:
    """What is known so far: the rows of each table that meet a predicate, and the Jaccard of pairs counted in full."""

    met: dict[str, tuple[Mask, ...]] = field(default_factory=dict)
    counted: dict[tuple[str, str], float] = field(default_factory=dict)


def merge(run: Run, findings: Sequence[Finding], witnesses: Sequence[Witness]) -> list[Finding]:
    """The findings, best first, less those about the same rows as a better one, with the detectors that agree.

    The same rows: Jaccard of at least .5 over sample and reference together, each table counting as much as the other,
    and the same direction. Findings without a predicate are about their `rows`. A finding that another detector shows
    to be explained is a child only; children of what was merged or explained go to what stands in its place.
    """
    findings = _settled(findings)
    _look_up(run, [f.where for f in findings if f.where] + [w.where for w in witnesses])
    kept: list[Finding] = []
    stands: dict[str, str] = {}
    for finding in findings:
        agreeing = (i for i, k in enumerate(kept) if k.detector != finding.detector and _agree(run, k, finding))
        i = next(agreeing, None)
        if i is None:
            kept.append(finding)
            continue
        kept[i] = _with(kept[i], [finding.detector, *finding.witnesses])
        if finding.where and kept[i].where and finding.explained_by is None:
            stands[finding.where] = str(kept[i].where)
    kept = [dataclasses.replace(f, explained_by=stands.get(str(f.explained_by), f.explained_by)) for f in kept]
    return [_with(f, [w.detector for w in witnesses if _bears_out(run, w, f)]) for f in kept]


def _settled(findings: Sequence[Finding]) -> list[Finding]:
    """Less those that are there as children too; children of children belong to the first parent."""
    told = {(f.where, f.direction) for f in findings if f.explained_by}
    parent = {f.where: f.explained_by for f in findings if f.explained_by and f.where}
    kept = [f for f in findings if f.explained_by or (f.where, f.direction) not in told]
    return [dataclasses.replace(f, explained_by=_first(f.explained_by, parent)) if f.explained_by else f for f in kept]


def _first(where: str, parent: dict[str, str]) -> str:
    seen = {where}
    while (above := parent.get(where)) is not None and above not in seen:
        where = above
        seen.add(where)
    return where


def _with(finding: Finding, names: Sequence[str]) -> Finding:
    new = [n for n in names if n not in (finding.detector, *finding.witnesses)]
    return dataclasses.replace(finding, witnesses=(*finding.witnesses, *dict.fromkeys(new)))


def _agree(run: Run, a: Finding, b: Finding) -> bool:
    if a.direction != b.direction or (a.explained_by is None) != (b.explained_by is None):
        return False
    if a.where and b.where:
        return _overlap(run, a.where, b.where) >= SAME_ROWS
    if a.rows is None or b.rows is None or not (a.rows and b.rows):
        return False
    both = len(set(a.rows) & set(b.rows))
    return both >= SAME_ROWS * len(set(a.rows) | set(b.rows))


def _bears_out(run: Run, witness: Witness, finding: Finding) -> bool:
    direction = _LIKE.get(str(finding.direction), finding.direction)
    return bool(
        finding.where and direction == witness.direction and _overlap(run, finding.where, witness.where) >= SAME_ROWS
    )


# ── which rows ──


def overlaps(_: Run) -> Overlaps:
    """What is known of the rows of predicates, nothing yet."""
    return Overlaps()


def _tables(run: Run, *predicates: str) -> list[Table]:
    """The tables with rows on which all the predicates run."""
    other = run.reference if run.reference is not None and all(holds(run, p) for p in predicates) else None
    return [t for t in (run.table, other) if t is not None and t.n_rows]


def _look_up(run: Run, predicates: Iterable[str]) -> None:
    """One query per table for all predicates that are new."""
    known = run.once(overlaps).met
    new = [p for p in dict.fromkeys(predicates) if p not in known]
    on_both = [p for p in new if len(_tables(run, p)) == 2]
    met = [
        _rows(t, asked, run.random_state) for t, asked in ((run.table, new), (run.reference, on_both)) if t is not None
    ]
    for predicate in new:
        known[predicate] = tuple(m[predicate] for m in met if predicate in m)


def _rows(table: Table, predicates: Sequence[str], random_state: int) -> dict[str, Mask]:
    if not predicates or not table.n_rows:
        return {}
    some = ""
    if table.n_rows > _MAX_ROWS:
        some = f" WHERE hash(rowid, {random_state}) % {2**20} < {int(_MAX_ROWS / table.n_rows * 2**20)}"
    columns = ", ".join(f"coalesce(({p}), false) AS w{i}" for i, p in enumerate(predicates))
    frame = table.query(f"SELECT {columns} FROM t{some}")
    return {p: frame[f"w{i}"].to_numpy(dtype=bool) for i, p in enumerate(predicates)}


def _overlap(run: Run, a: str, b: str) -> float:
    """Jaccard of two predicates."""
    if a == b:
        return 1.0
    known = run.once(overlaps)
    sides = list(zip(known.met[a], known.met[b]))
    shares = [(float((x & y).mean()), float((x | y).mean())) for x, y in sides if len(x)]
    if any(min(x.sum(), y.sum()) >= _FEW for x, y in sides) or all(t.n_rows <= _MAX_ROWS for t in _tables(run, a, b)):
        return _jaccard(shares)
    key = (a, b) if a < b else (b, a)
    if key not in known.counted:
        known.counted[key] = _jaccard([_counts(t, a, b) for t in _tables(run, a, b)])
    return known.counted[key]


def _jaccard(shares: Sequence[tuple[float, float]]) -> float:
    either = sum(e for _, e in shares)
    return sum(both for both, _ in shares) / either if either else 0.0


def _counts(table: Table, a: str, b: str) -> tuple[float, float]:
    """Shares of the rows that meet both and either, over all rows."""
    sql = f"SELECT count(*) FILTER (WHERE ({a}) AND ({b})), count(*) FILTER (WHERE ({a}) OR ({b})) FROM t"
    both, either = table.query(sql).iloc[0].tolist()
    return both / table.n_rows, either / table.n_rows
