"""Is a field missing more often in some groups than in others?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from observatory.bias.absent.patterns import MAX_LACKING, Block, blocks, notes_on, together
from observatory.bias.axis import Axis, make_axes
from observatory.bias.compare.cells import count_where
from observatory.bias.describe import count, group, interval, listed, share
from observatory.bias.matching.shared import storage_of
from observatory.bias.run import Outcome, Run
from observatory.bias.statistics import chi_square, cohens_h, detectable_h, share_apart, two_proportion_z, wilson
from observatory.model import Effect, FieldProfile, Finding, Note, Severity
from observatory.quoting import sql_name

MAX_GROUPS = 40
_H_MIN = 0.2
_V_MIN = 0.1
_MIN_EXPECTED = 5
_MIN_SHARE = 0.01
_N_BINS = 8
_STRUCTURAL = 0.8
_SAME_GROUP = 0.5
_UNEXPLAINED = 0.05
_SURE = 1e-3
Counts = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, eq=False)
class Link:
    """A block and the groups of an axis: rows per code, of which missing, with Cramér's V and p."""

    block: Block
    axis: Axis
    n: Counts
    missing: Counts
    v: float
    p: float


def missing(run: Run) -> Outcome:
    """Fields missing by group: chi-square per pair of fields over all rows; one finding per field, its strongest group.

    Reported from Cramér's V .1 and, for the group against all others, Cohen's h .2. Where a reference lacks the field
    about as often, missing values are compared with it as cells instead. Fields missing together are a note.
    """
    lacking = [f for f in run.profile.fields if 0 < f.missing < run.n_rows]
    notes = _empty_notes(run)
    if not lacking:
        return Outcome("No field is missing in some rows and present in others.", notes=notes)
    patterns = blocks(run, lacking[:MAX_LACKING])
    axes = make_axes(run.group_fields[:MAX_GROUPS], [run.table], n_bins=_N_BINS)
    known = _as_in_reference(run, patterns)
    links = [k for axis in axes for k in _links(run, patterns, axis, known)]
    sets = together(run, patterns)
    families = {"missing": np.array([k.p for k in links])}
    named = {links.index(k): k for k in _strongest(links, sets)}
    made = _told_once([(_finding(k, run), k) for k in named.values()], run)
    found = [(f, ("missing", i)) for f, i in zip(made, named)]
    also = {("missing", i): _others(k, links) for i, k in named.items()}
    h = max(_H_MIN, detectable_h(run.n_rows / 2, run.n_rows / 2, max(len(links), 1)))
    check = (
        f"{count(len(patterns), 'pattern')} of missing values, compared over the groups of {count(len(axes), 'field')}"
        f" ({count(len(links), 'test')}); between two halves of the rows, 10 % against {share(share_apart(0.1, h))}"
        " would have been noticed (power 80 %)."
    )
    told = {k.block for k in links if k.v >= _V_MIN}
    asked = {k.block for k in links if k.block.name not in known}
    open_fields = [f for b in patterns if b in asked - told for f in b.fields]
    notes = (
        *notes,
        *notes_on(sets, run, [k.block for k in named.values()]),
        *_unexplained_notes(run, open_fields),
        *_capped_notes(run, len(lacking)),
    )
    return Outcome(check, families, tuple(found), notes, also=also)


def _empty_notes(run: Run) -> tuple[Note, ...]:
    names = [f.name for f in run.profile.fields if run.n_rows and f.missing == run.n_rows]
    if not names:
        return ()
    shown = [*names[:6], *([f"{len(names) - 6} more"] if len(names) > 6 else [])]
    verb = "holds" if len(names) == 1 else "hold"
    return (Note("empty", tuple(names), f"{listed(shown)} {verb} no value in any row."),)


def _unexplained_notes(run: Run, fields: Sequence[FieldProfile]) -> tuple[Note, ...]:
    """Fields that lack many values, of which no other field tells where."""
    named = [f for f in fields if f.missing >= _UNEXPLAINED * run.n_rows]
    if not named:
        return ()
    shown = [f"{f.name} ({share(f.missing / run.n_rows)})" for f in named[:6]]
    shown += [f"{len(named) - 6} more"] if len(named) > 6 else []
    text = f"Values are missing in {listed(shown)}, and no other field tells where."
    needs = "To tell whether high or low values are missing more often, the missing values themselves are needed."
    return (Note("unexplained", tuple(f.name for f in named), text, needs),)


def _capped_notes(run: Run, n_lacking: int) -> tuple[Note, ...]:
    said = []
    if n_lacking > MAX_LACKING:
        said.append(f"the first {MAX_LACKING} of {n_lacking} fields with missing values")
    if len(run.group_fields) > MAX_GROUPS:
        said.append(f"groups of {MAX_GROUPS} of {len(run.group_fields)} fields, coarse ones first")
    return (Note("capped", (), f"Missing values were compared over {listed(said)}."),) if said else ()


def _as_in_reference(run: Run, patterns: Sequence[Block]) -> set[str]:
    """Blocks of which the reference has missing values too, at least half as often as the sample."""
    if run.reference is None or not run.reference.n_rows:
        return set()
    theirs = storage_of(run.reference)
    both = [b for b in patterns if b.name in theirs]
    lost = count_where(run.reference, [f"{sql_name(b.name)} IS NULL" for b in both])
    return {b.name for b, n in zip(both, lost) if n / run.reference.n_rows >= 0.5 * b.missing / run.n_rows}


def _links(run: Run, patterns: Sequence[Block], axis: Axis, known: set[str]) -> list[Link]:
    """Every block against the groups of one axis, where that is known; not the `known` ones, if the axis is too."""
    theirs = storage_of(run.reference) if run.reference is not None and known else {}
    tested = [b for b in patterns if all(f.name != axis.field for f in b.fields)]
    tested = [b for b in tested if not (axis.field in theirs and b.name in known)]
    if not tested:
        return []
    present = ", ".join(f"count({sql_name(b.name)}) AS p{i}" for i, b in enumerate(tested))
    frame = run.table.query(f"SELECT {axis.code_sql()} AS g, count(*) AS n, {present} FROM t GROUP BY 1 ORDER BY 1")
    n = np.zeros(axis.n_codes)
    n[frame["g"]] = frame["n"]
    n[0] = 0
    links = []
    for i, block in enumerate(tested):
        lost = np.zeros(axis.n_codes)
        lost[frame["g"]] = frame["n"] - frame[f"p{i}"]
        lost[0] = 0
        counts = _pooled(n, lost)
        v, p = chi_square(counts)
        if counts.shape[0] > 1:
            links.append(Link(block, axis, n, lost, v, p))
    return links


def _pooled(n: Counts, lost: Counts) -> Counts:
    """Missing and present rows per group, groups too small for chi-square put together or left out."""
    rate = lost.sum() / n.sum()
    small = n * min(rate, 1 - rate) < _MIN_EXPECTED
    rows = [*zip(lost[~small], (n - lost)[~small]), (lost[small].sum(), (n - lost)[small].sum())]
    return np.array([r for r in rows if sum(r) * min(rate, 1 - rate) >= _MIN_EXPECTED]).reshape(-1, 2)


def _strongest(links: Sequence[Link], sets: Sequence[Sequence[Block]]) -> list[Link]:
    """The link of each block that tells best where it is missing; blocks that go together name a field once."""
    scores = {k: _score(k) for k in links if k.v >= _V_MIN and k.p <= _SURE and _h(k, _worst(k)) >= _H_MIN}
    found: list[Link] = []
    for blocks_together in sets:
        best = [
            max((k for k in scores if k.block is b), key=lambda k: scores[k], default=None) for b in blocks_together
        ]
        by_field: dict[str, Link] = {}
        for k in best:
            if k and (k.axis.field not in by_field or scores[k] > scores[by_field[k.axis.field]]):
                by_field[k.axis.field] = k
        found += by_field.values()
    return found


def _worst(link: Link) -> list[int]:
    """Codes of the group that is missing more often than all the others, by z: neighbouring bins, or levels by rate."""
    n, lost = link.n, link.missing
    ok = [c for c in range(link.axis.n_codes) if n[c] >= max(_MIN_EXPECTED, _MIN_SHARE * n.sum())]
    if link.axis.ordered:
        runs = [ok[i:j] for i in range(len(ok)) for j in range(i + 1, len(ok) + 1)]
    else:
        ok.sort(key=lambda c: -lost[c] / n[c])
        runs = [ok[:j] for j in range(1, len(ok) + 1)] + [[c] for c in ok[1:]]
    runs = [r for r in runs if n[r].sum() < n.sum()]
    if not runs:
        return []
    n_in: Any = np.array([n[r].sum() for r in runs])
    lost_in = np.array([lost[r].sum() for r in runs])
    rest = n.sum() - n_in
    return runs[int(np.argmax(two_proportion_z(lost_in / n_in, n_in, (lost.sum() - lost_in) / rest, rest)))]


def _score(link: Link) -> float:
    """How well the worst group tells where the block is missing: z² less one for each group it was chosen from."""
    codes = _worst(link)
    n = link.n[codes].sum()
    z = float(two_proportion_z(_inside(link, codes), n, _rest(link, codes), link.n.sum() - n))
    return z * z - float((link.n > 0).sum() - 1)


def _inside(link: Link, codes: list[int]) -> float:
    return float(link.missing[codes].sum() / max(link.n[codes].sum(), 1))


def _rest(link: Link, codes: list[int]) -> float:
    rest = link.n.sum() - link.n[codes].sum()
    return float((link.missing.sum() - link.missing[codes].sum()) / max(rest, 1))


def _h(link: Link, codes: list[int]) -> float:
    return float(cohens_h(_inside(link, codes), _rest(link, codes))) if codes else 0.0


def _others(link: Link, links: Sequence[Link]) -> dict[str, tuple[str, int]]:
    """Other fields over which the block is uneven, strongest first, and the places of their tests."""
    also = [(i, k) for i, k in enumerate(links) if k.block is link.block and k.v >= _V_MIN and k is not link]
    return {k.axis.field: ("missing", i) for i, k in sorted(also, key=lambda ik: -ik[1].v)}


def _finding(link: Link, run: Run) -> Finding:
    codes = _always(link) or _worst(link)
    group_sql = link.axis.where(codes)
    n, h = int(link.missing[codes].sum()), _h(link, codes)
    return Finding(
        id="",
        kind="missing",
        columns=(*(f.name for f in link.block.fields), link.axis.field),
        where=f"({sql_name(link.block.name)} IS NULL) AND ({group_sql})",
        direction="missing",
        rows=None,
        n=n,
        sample_share=n / run.n_rows,
        reference_share=None,
        interval=wilson(n, run.n_rows),
        effect=Effect("Cohen's h", h),
        p=link.p,
        q=None,
        severity=_severity(h, _inside(link, codes)),
        evidence="internal",
        detector="missing",
        statement=_statement(link, codes),
        evidence_sql=(
            f"SELECT {group_sql} AS in_group, count(*) AS n,"
            f" count(*) - count({sql_name(link.block.name)}) AS n_missing FROM t GROUP BY 1"
        ),
    )


def _severity(h: float, inside: float) -> Severity:
    """Medium from h = .2; low where nearly all values are missing, as for a question that does not apply."""
    return "medium" if abs(h) >= _H_MIN and inside < _STRUCTURAL else "low"


def _told_once(found: Sequence[tuple[Finding, Link]], run: Run) -> list[Finding]:
    """The findings, of which those about much the same group as a stronger one are explained by it."""
    groups = [link.axis.where(_always(link) or _worst(link)) for _, link in found]
    order = sorted(range(len(found)), key=lambda i: (found[i][0].severity == "low", -found[i][0].effect.value))
    couples = [(order[j], order[i]) for i in range(len(order)) for j in range(i)]
    alike = _alike(run, [(groups[a], groups[b]) for a, b in couples])
    parents: dict[int, int] = {}
    for (a, b), same in zip(couples, alike):
        if same and a not in parents and b not in parents:
            parents[b] = a
    return [
        replace(f, explained_by=found[parents[i]][0].where) if i in parents else f for i, (f, _) in enumerate(found)
    ]


def _alike(run: Run, couples: Sequence[tuple[str, str]]) -> list[bool]:
    """Whether two groups hold much the same rows: Jaccard of at least .5."""
    if not couples:
        return []
    both = count_where(run.table, [f"({a}) AND ({b})" for a, b in couples])
    either = count_where(run.table, [f"({a}) OR ({b})" for a, b in couples])
    return [n >= _SAME_GROUP * m for n, m in zip(both, either)]


def _always(link: Link) -> list[int]:
    """The levels in which the field is always missing, if it never is in any other; else nothing."""
    full = [c for c in range(link.axis.n_codes) if link.n[c] and link.missing[c] == link.n[c]]
    split = link.missing.sum() == link.n[full].sum()
    return full if split and (len(full) == 1 or not link.axis.ordered) else []


def _statement(link: Link, codes: list[int]) -> str:
    """Who lacks the field most, with shares here and elsewhere; a perfect split is said to look structural."""
    inside = _inside(link, codes)
    names = [f.name for f in link.block.fields]
    verb = "is" if len(names) == 1 else "are"
    subject = listed(names[:4]) if len(names) <= 4 else f"{', '.join(names[:3])} and {len(names) - 3} more fields"
    worst = group([link.axis.condition(codes)])
    if always := _always(link):
        return (
            f"{subject} {verb} missing in every row with {group([link.axis.condition(always)])} and in no other:"
            " it looks as if it does not apply there, rather than lost."
        )
    bounds = interval(wilson(link.missing[codes].sum(), link.n[codes].sum()))
    rest = share(_rest(link, codes))
    return f"{subject} {verb} missing for {share(inside)} of {worst} ({bounds}) and {rest} of the others."
