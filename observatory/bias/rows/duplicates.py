"""Are there rows that are copies of other rows, more than equal values would bring about by themselves?

Equal rows are no news where there are few columns of few values. The yardstick is the rows that agree in part: cut
the columns into two parts A and B and count pairs of rows that agree on A only, on B only and on neither. If the
parts were filled independently, about `A only x B only / neither` pairs would agree on both (the log-linear estimate
of the missing cell, as in capture-recapture). Copies do not enter it. The largest such figure over several ways to
cut, or what a reference of the same columns holds, three times over to allow for dependence, has to be exceeded.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from observatory.bias.describe import count, interval, listed, share
from observatory.bias.matching.shared import storage_of
from observatory.bias.run import Outcome, Run
from observatory.bias.statistics import wilson
from observatory.model import Effect, FieldProfile, Finding, Note, Severity, Table
from observatory.quoting import sql_name

MAX_ROWS_SHOWN = 10_000
_SLACK = 3.0
_N_CUTS = 10
_FEW_CUTS = 4
_MANY_ROWS = 50_000
_WIDE = 200


@dataclass(frozen=True)
class Copies:
    """Rows beyond the first of each set of equal rows, over some fields, and the pairs chance would bring about."""

    fields: tuple[FieldProfile, ...]
    surplus: int
    groups: int
    expected: float

    @property
    def p(self) -> float:
        """Chance of so many surplus rows if three times the expected pairs came about (Poisson)."""
        return float(special.pdtrc(self.surplus - 1, _SLACK * self.expected)) if self.surplus else 1.0


def duplicates(run: Run) -> Outcome:
    """Exact copies over all rows and columns, and rows that agree in everything but an identifier."""
    fields = run.profile.fields
    if run.n_rows < 2 or len(fields) < 2:
        return Outcome("Copies of rows were not looked for: that takes two rows and two columns.")
    whole = _against(copies(run.table, fields, run.random_state), run)
    plain = tuple(f for f in fields if f.role != "identifier")
    but_id = whole if len(plain) in (len(fields), 0, 1) else _against(copies(run.table, plain, run.random_state), run)
    tried = [whole] if but_id is whole else [whole, but_id]
    families = {"duplicates": np.array([c.p for c in tried])}
    chosen = [(i, c) for i, c in enumerate(tried) if _is_copying(c, run.n_rows)]
    if len(chosen) == 2 and but_id.surplus == whole.surplus:
        chosen = chosen[:1]
    found = tuple((_finding(c, run), ("duplicates", i)) for i, c in chosen)
    notes = () if chosen else tuple(_note(c, run) for c in tried[-1:] if c.surplus)
    check = f"All {run.n_rows:,} rows were compared; one exact copy is enough where chance would bring none."
    return Outcome(check, families, found, notes)


def _is_copying(found: Copies, n_rows: int) -> bool:
    return found.surplus > _SLACK * found.expected and n_rows > 1


def copies(table: Table, fields: Sequence[FieldProfile], random_state: int = 0) -> Copies:
    """Surplus copies of rows over those fields, and how many equal pairs chance would bring about."""
    groups, surplus, pairs = _agreeing(table, fields)
    if not surplus:
        return Copies(tuple(fields), 0, 0, 0.0)
    telling = _telling(table, fields)
    return Copies(tuple(fields), surplus, groups, _expected(table, telling, pairs, random_state))


def _against(found: Copies, run: Run) -> Copies:
    """The same, expecting as many equal pairs as a random sample of that size from the reference would hold."""
    if run.reference is None or not found.surplus or run.reference.n_rows < 2:
        return found
    if not {f.name for f in found.fields} <= storage_of(run.reference).keys():
        return found
    n, m = run.n_rows, run.reference.n_rows
    pairs = _agreeing(run.reference, found.fields)[2] * n * (n - 1) / (m * (m - 1))
    return dataclasses.replace(found, expected=max(found.expected, pairs))


def _hash(fields: Sequence[FieldProfile]) -> str:
    return f"hash({', '.join(sql_name(f.name) for f in fields)})"


def _agreeing(table: Table, fields: Sequence[FieldProfile]) -> tuple[int, int, float]:
    """Sets of rows that agree on the fields, rows beyond the first of each, and pairs that agree."""
    row = table.query(
        "SELECT count(*) FILTER (WHERE n > 1), coalesce(sum(n - 1), 0), coalesce(sum(n::DOUBLE * (n - 1) / 2), 0)"
        f" FROM (SELECT count(*) AS n FROM t GROUP BY {_hash(fields)})"
    ).iloc[0]
    return int(row.iloc[0]), int(row.iloc[1]), float(row.iloc[2])


def _telling(table: Table, fields: Sequence[FieldProfile]) -> list[FieldProfile]:
    """The fields without those that another one of few values determines, whose agreement says nothing new."""
    coarse = sorted((f for f in fields if 1 < f.distinct <= min(50, table.n_rows // 4)), key=lambda f: -f.distinct)[:12]
    couples = [(a, b) for i, a in enumerate(coarse) for b in coarse[i + 1 :]]
    constant = {f.name for f in fields if f.distinct + (f.missing > 0) < 2}
    if couples:
        sql = ", ".join(f"count(DISTINCT {_hash([a, b])})" for a, b in couples)
        both = table.query(f"SELECT {sql} FROM t").iloc[0].tolist()
        constant |= {b.name for (a, b), n in zip(couples, both) if n == a.distinct + (a.missing > 0)}
    return [f for f in fields if f.name not in constant]


def _expected(table: Table, fields: Sequence[FieldProfile], pairs: float, random_state: int) -> float:
    """Largest estimate, over the cuts, of the pairs of rows that chance alone makes equal."""
    total = table.n_rows * (table.n_rows - 1) / 2
    if len(fields) < 2:
        return pairs
    largest = 0.0
    n_cuts = _N_CUTS if table.n_rows <= _MANY_ROWS and len(fields) <= _WIDE else _FEW_CUTS
    for part in _cuts(len(fields), n_cuts, random_state):
        a = [f for f, inside in zip(fields, part) if inside]
        b = [f for f, inside in zip(fields, part) if not inside]
        only_a = max(_agreeing(table, a)[2] - pairs, 0)
        only_b = max(_agreeing(table, b)[2] - pairs, 0)
        neither = total - pairs - only_a - only_b
        largest = max(largest, only_a * only_b / max(neither, 1.0))
    return largest


def _cuts(n_fields: int, n_cuts: int, random_state: int) -> list[tuple[bool, ...]]:
    """Ways to cut fields into two parts: all of them if few, else some at random, halves mostly."""
    if 2 ** (n_fields - 1) - 1 <= n_cuts:
        return [tuple(bool(k >> i & 1) for i in range(n_fields)) for k in range(1, 2 ** (n_fields - 1))]
    rng = np.random.default_rng(random_state)
    half = np.arange(n_fields) < n_fields // 2
    return [tuple(rng.permutation(half).tolist()) for _ in range(n_cuts)]


def _but(found: Copies, run: Run) -> list[str]:
    names = {f.name for f in found.fields}
    return [f.name for f in run.profile.fields if f.name not in names]


def _columns_sql(found: Copies) -> str:
    return ", ".join(sql_name(f.name) for f in found.fields)


def _finding(found: Copies, run: Run) -> Finding:
    columns, but = _columns_sql(found), _but(found, run)
    n, sample_share = found.surplus, found.surplus / run.n_rows
    agree = (
        f"agree with an earlier row in everything but {listed(but)}" if but else "are exact copies of an earlier row"
    )
    chance = "none" if found.expected < 0.5 else f"at most {count(round(_SLACK * found.expected))}"
    verb = agree if n > 1 else agree.replace("agree ", "agrees ").replace("are exact copies", "is an exact copy")
    rows = run.table.query(
        "SELECT r FROM (SELECT rowid AS r,"
        f" row_number() OVER (PARTITION BY {_hash(found.fields)} ORDER BY rowid) AS k FROM t)"
        f" WHERE k > 1 ORDER BY r LIMIT {MAX_ROWS_SHOWN}"
    )
    return Finding(
        id="",
        kind="rows",
        columns=tuple(f.name for f in found.fields),
        where=None,
        direction="duplicates",
        rows=tuple(int(r) for r in rows["r"].tolist()),
        n=n,
        sample_share=sample_share,
        reference_share=None,
        interval=wilson(n, run.n_rows),
        effect=Effect("share of surplus rows", sample_share),
        p=found.p,
        q=None,
        severity=severity(sample_share),
        evidence="internal",
        detector="duplicates",
        statement=(
            f"{count(n)} ({share(sample_share)}, {interval(wilson(n, run.n_rows))}) {verb};"
            f" by chance {chance} would be expected."
        ),
        evidence_sql=(
            f"SELECT {columns}, count(*) AS copies FROM t GROUP BY {columns} HAVING count(*) > 1 ORDER BY copies DESC"
        ),
        remedy={"keep": run.n_rows - n, "drop": n},
    )


def severity(sample_share: float) -> Severity:
    """Copies are high from 5 % of the rows, medium from 1 %."""
    return "high" if sample_share >= 0.05 else "medium" if sample_share >= 0.01 else "low"


def _note(found: Copies, run: Run) -> Note:
    but = _but(found, run)
    what = f"agree in everything but {listed(but)}" if but else "are equal to an earlier row"
    statement = (
        f"{count(found.surplus)} {what}, but the columns hold so few different values that equal rows"
        " are to be expected; nothing says that they are copies."
    )
    return Note(
        "duplicates",
        tuple(f.name for f in found.fields),
        statement,
        "To tell, a column that identifies each row is needed.",
    )
