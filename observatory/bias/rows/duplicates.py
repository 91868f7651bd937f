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
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import special

from observatory.bias.describe import count, interval, listed, share
from observatory.bias.drawn import drawn
from observatory.bias.matching.shared import storage_of
from observatory.bias.rows.hashed import Keys, Rows, later_rows, n_pairs, repeated, row_keys
from observatory.bias.run import Outcome, Run
from observatory.bias.statistics import wilson
from observatory.model import Effect, FieldProfile, Finding, Severity, Table
from observatory.quoting import sql_name

MAX_ROWS_SHOWN = 10_000
_SLACK = 3.0
_N_CUTS = 10
_MAX_CELLS = 2_000_000


@dataclass(frozen=True, eq=False)
class Copies:
    """Rows beyond the first of each set of equal rows, over some fields, and the pairs chance would bring about.

    `rows` are the positions of the first 10,000 of them.
    """

    fields: tuple[FieldProfile, ...]
    surplus: int
    groups: int
    expected: float
    rows: Rows = field(default_factory=lambda: np.empty(0, dtype=np.int64))

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
    return Outcome(_check(run, None if chosen else tried[-1]), families, found)


def _check(run: Run, ordinary: Copies | None) -> str:
    """What was looked for; equal rows that are no more than chance brings are said here, for they are no news."""
    text = f"All {run.n_rows:,} rows were compared"
    if ordinary is None or not ordinary.surplus:
        return f"{text}; one exact copy is enough where chance would bring none."
    but = _but(ordinary, run)
    verb = "agrees" if ordinary.surplus == 1 else "agree"
    what = f"{verb} in everything but {listed(but)} with" if but else "equal" + "s" * (ordinary.surplus == 1)
    said = f"{count(ordinary.surplus)} {what} an earlier one"
    return f"{text}; {said}, as is to be expected of so few different values."


def _is_copying(found: Copies, n_rows: int) -> bool:
    return found.surplus > _SLACK * found.expected and n_rows > 1


def copies(table: Table, fields: Sequence[FieldProfile], random_state: int = 0) -> Copies:
    """Surplus copies of rows over those fields, and how many equal pairs chance would bring about.

    Copies are counted over all rows; what chance brings is estimated from at most 100,000 rows of twenty fields.
    """
    keys = row_keys(table, _hash(fields))
    again, n = repeated(keys)
    if not len(again):
        return Copies(tuple(fields), 0, 0, 0.0)
    total = len(keys) * (len(keys) - 1) / 2
    equal = float((n.astype(float) * (n - 1) / 2).sum()) / total
    expected = total * _expected(_telling(_part(table, fields, random_state)), equal, random_state)
    found = Copies(tuple(fields), int((n - 1).sum()), len(again), expected)
    if not _is_copying(found, table.n_rows):
        return found
    return dataclasses.replace(found, rows=later_rows(keys, again)[:MAX_ROWS_SHOWN])


def _against(found: Copies, run: Run) -> Copies:
    """The same, expecting as many equal pairs as a random sample of that size from the reference would hold."""
    if run.reference is None or not found.surplus or run.reference.n_rows < 2:
        return found
    if not {f.name for f in found.fields} <= storage_of(run.reference).keys():
        return found
    n, m = run.n_rows, run.reference.n_rows
    pairs = n_pairs(row_keys(run.reference, _hash(found.fields))) * n * (n - 1) / (m * (m - 1))
    return dataclasses.replace(found, expected=max(found.expected, pairs))


def _hash(fields: Sequence[FieldProfile]) -> str:
    return f"hash({', '.join(sql_name(f.name) for f in fields)})"


def _part(table: Table, fields: Sequence[FieldProfile], random_state: int) -> Keys:
    """Rows x fields: a key of every value, of a drawn part of the rows where there are many."""
    columns = ", ".join(f"hash({i}, {sql_name(f.name)}) AS h{i}" for i, f in enumerate(fields))
    part = drawn(table, random_state, _MAX_CELLS // len(fields))
    return table.query(f"SELECT {columns} FROM t WHERE {part}").to_numpy(dtype=np.uint64)


def _telling(values: Keys) -> Keys:
    """The fields without those that another one of few values determines, whose agreement says nothing new."""
    coded = [pd.factorize(column)[0] for column in values.T]
    sizes = [int(codes.max(initial=0)) + 1 for codes in coded]
    most = min(50, len(values) // 4)
    coarse = sorted((i for i, n in enumerate(sizes) if 1 < n <= most), key=lambda i: -sizes[i])[:12]
    idle = {i for i, n in enumerate(sizes) if n < 2}
    for a, b in combinations(coarse, 2):
        if np.count_nonzero(np.bincount(coded[a] * sizes[b] + coded[b])) == sizes[a]:
            idle.add(b)
    return values[:, [i for i in range(len(coded)) if i not in idle]]


def _expected(values: Keys, pairs: float, random_state: int) -> float:
    """Largest estimate, over the cuts, of the share of all pairs of rows that chance alone makes equal; `pairs` is the
    share that is.
    """
    n, n_fields = values.shape
    if n_fields < 2 or n < 2:
        return pairs
    total = n * (n - 1) / 2
    both = n_pairs(values.sum(axis=1, dtype=np.uint64))
    largest = 0.0
    for part in _cuts(n_fields, _N_CUTS, random_state):
        inside = np.array(part)
        only_a, only_b = (n_pairs(values[:, p].sum(axis=1, dtype=np.uint64)) - both for p in (inside, ~inside))
        neither = total - both - only_a - only_b
        largest = max(largest, only_a * only_b / max(neither, 1.0) / total)
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
    return Finding(
        id="",
        kind="rows",
        columns=tuple(f.name for f in found.fields),
        where=None,
        direction="duplicates",
        rows=tuple(found.rows.tolist()),
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
