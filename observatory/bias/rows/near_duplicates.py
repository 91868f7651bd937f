"""Are there rows that are nearly copies of others: with noise in their numbers, or with one or two cells changed?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from observatory.bias.axis import family
from observatory.bias.describe import count, interval, listed, share
from observatory.bias.rows.duplicates import MAX_ROWS_SHOWN, severity
from observatory.bias.rows.hashed import Rows as Positions
from observatory.bias.rows.hashed import repeated, row_keys, rows_with
from observatory.bias.rows.near_pairs import MAX_PARTS, NONE, Keys, Near, but_few_cells, within_noise
from observatory.bias.run import Outcome, Run
from observatory.bias.statistics import wilson
from observatory.model import Effect, FieldProfile, Finding, Table
from observatory.quoting import sql_name

_MIN_ROWS = 20
_MIN_COPIES = 5
_SURE = 0.01
_MAX_ROWS = 20_000
_MAX_BLOCK = 20
_WIDE_BIN = 0.5
_SHOWN = 4
_PAIRS_SHOWN = 100
_CHANGED = 0.05
_HUGE = 1e150  # the square of more is no number


@dataclass(frozen=True, eq=False)
class Rows:
    """Distinct rows to compare: their positions, numbers in standard deviations, and a random key for each value."""

    positions: Positions
    fields: tuple[FieldProfile, ...]
    keys: Keys
    numbers: np.ndarray[Any, np.dtype[np.float64]]
    numeric: tuple[int, ...]
    whole: bool


def near_duplicates(run: Run) -> Outcome:
    """Rows that agree with an earlier one but for noise in numbers, or for one or two cells, beyond what chance does.

    Up to 20,000 rows are all compared; of more, those that share a coarse key with at most 19 others (see `_blocks`).
    """
    fields = [f for f in run.profile.fields if f.role != "identifier" and f.distinct + (f.missing > 0) > 1]
    if run.n_rows < _MIN_ROWS or len(fields) < 2:
        return Outcome("Near copies were not looked for: that takes 20 rows and two columns that vary.")
    rows = _rows(run, fields)
    tried = _tried(rows)
    families = {"near_duplicates": np.array([near.p for near in tried])}
    found = [(_finding(n, rows, run), ("near_duplicates", i)) for i, n in enumerate(tried) if _is_copying(n)]
    compared = "All rows were" if rows.whole else f"{count(len(rows.positions))} of the same coarse key were"
    check = f"{compared} compared for near copies: noise in numbers, or one or two cells changed."
    return Outcome(check, families, tuple(found))


def _tried(rows: Rows) -> list[Near]:
    same = [i for i in range(len(rows.fields)) if i not in rows.numeric]
    parts = _parts(rows.keys)
    noisy = within_noise(rows.keys[:, same].sum(axis=1, dtype=np.uint64), rows.numbers)
    one = but_few_cells(parts, 1)
    two = but_few_cells(parts, 2) if not _is_copying(one) else NONE
    return [noisy, one, two]


def _is_copying(near: Near) -> bool:
    return near.p <= _SURE and len(np.unique(near.pairs[:, 1])) >= _MIN_COPIES


def _parts(keys: Keys) -> Keys:
    """At most twelve parts of the fields, each with a key: fields beyond that share one."""
    if keys.shape[1] <= MAX_PARTS:
        return keys
    return np.column_stack([keys[:, i::MAX_PARTS].sum(axis=1, dtype=np.uint64) for i in range(MAX_PARTS)])


def _is_number(field: FieldProfile) -> bool:
    return family(field.storage) in ("number", "time") and field.type in ("quantitative", "temporal")


def _value_sql(field: FieldProfile) -> str:
    name = sql_name(field.name)
    if not _is_number(field):
        return f"hash({name})"
    number = f"{name}::DOUBLE" if family(field.storage) == "number" else f"epoch({name})::DOUBLE"
    return f"CASE WHEN isfinite({number}) THEN {number} END"


def _rows(run: Run, fields: Sequence[FieldProfile]) -> Rows:
    columns = ", ".join(f"{_value_sql(f)} AS v{i}" for i, f in enumerate(fields))
    is_part = run.n_rows > _MAX_ROWS
    chosen = " WHERE rowid IN (SELECT unnest(CAST(? AS BIGINT[])))" if is_part else ""
    params = [_blocks(run.table, fields).tolist()] if is_part else []
    frame = run.table.query(f"SELECT rowid AS r, {columns} FROM t{chosen} ORDER BY rowid", params)
    positions = frame.pop("r").to_numpy(dtype=np.int64)
    keys = _keys(frame, run.random_state)
    first = np.sort(np.unique(keys.sum(axis=1, dtype=np.uint64), return_index=True)[1]) if len(frame) else positions
    numeric = tuple(i for i, f in enumerate(fields) if _is_number(f))
    numbers = [_scaled(frame[f"v{i}"].to_numpy(dtype=float, na_value=np.nan)[first]) for i in numeric]
    matrix = np.column_stack(numbers) if numbers else np.empty((len(first), 0))
    return Rows(positions[first], tuple(fields), keys[first], matrix, numeric, run.n_rows <= _MAX_ROWS)


def _keys(frame: pd.DataFrame, random_state: int) -> Keys:
    """A random 64-bit number for each value of each column."""
    rng = np.random.default_rng(random_state)
    columns = []
    for name in frame:
        codes, levels = pd.factorize(frame[name], use_na_sentinel=False)
        columns.append(rng.integers(0, 2**63, max(len(levels), 1), dtype=np.uint64)[codes])
    return np.column_stack(columns)


def _scaled(values: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """In units of the standard deviation without the outer half per cent on either side; missing is far away."""
    known = values[~np.isnan(values)]
    if not len(known):
        return np.full(len(values), -1e6)
    if (largest := float(np.abs(known).max())) > _HUGE:
        values, known = values / largest, known / largest
    low, high = np.quantile(known, [0.005, 0.995])
    spread = float(np.std(known[(known >= low) & (known <= high)])) or float(np.std(known)) or 1.0
    return np.where(np.isnan(values), -1e6, np.clip((values - np.mean(known)) / spread, -1e9, 1e9))


def _blocks(table: Table, fields: Sequence[FieldProfile]) -> Positions:
    """Positions of rows in small blocks: those that agree on either half of the fields, or on everything when numbers
    are cut into half standard deviations. A row with one or two cells changed agrees on a half mostly.
    """
    cut = [
        f"floor({_value_sql(f)} / {_WIDE_BIN * f.sd!r} + {i % 7 / 7!r})" if _is_number(f) and f.sd else _value_sql(f)
        for i, f in enumerate(fields)
    ]
    exact = [_value_sql(f) for f in fields]
    return np.unique(np.concatenate([_block(table, part) for part in (cut, exact[::2], exact[1::2])]))


def _block(table: Table, part: Sequence[str]) -> Positions:
    """Positions of the rows in some of the blocks of 2 to 20 rows that agree on a part."""
    keys = row_keys(table, f"hash({', '.join(part)})")
    again, n = repeated(keys)
    return rows_with(keys, again[n <= _MAX_BLOCK][: _MAX_ROWS // 6])


def _finding(near: Near, rows: Rows, run: Run) -> Finding:
    copies = np.unique(near.pairs[:, 1])
    positions = rows.positions[copies]
    n = len(copies)
    sample_share = n / run.n_rows
    bounds = wilson(n, run.n_rows)
    columns = ", ".join(sql_name(f.name) for f in rows.fields)
    shown = dict.fromkeys(rows.positions[near.pairs[:_PAIRS_SHOWN]].ravel().tolist())
    order = ", ".join(str(i) for i in shown)
    return Finding(
        id="",
        kind="rows",
        columns=tuple(f.name for f in rows.fields),
        where=None,
        direction="duplicates",
        rows=tuple(int(r) for r in positions[:MAX_ROWS_SHOWN]),
        n=n,
        sample_share=sample_share,
        reference_share=None,
        interval=bounds,
        effect=Effect("share of surplus rows", sample_share),
        p=near.p,
        q=None,
        severity=severity(sample_share),
        evidence="internal",
        detector="near_duplicates",
        statement=_statement(near, rows, n, f"{share(sample_share)}, {interval(bounds)}"),
        evidence_sql=(
            f"SELECT rowid, {columns} FROM t WHERE rowid IN ({order}) ORDER BY list_position([{order}], rowid)"
        ),
        remedy={"keep": run.n_rows - n, "drop": n},
    )


def _statement(near: Near, rows: Rows, n: int, shares: str) -> str:
    least = "" if rows.whole else "at least "
    chance = "by chance none" if near.expected < 0.5 else f"by chance at most {count(round(near.expected), 'pair')}"
    agree = "agrees" if n == 1 else "agree"
    subject = f"{least}{count(n)} ({shares}) {agree} with an earlier row"
    subject = subject[0].upper() + subject[1:]
    if near.n_cells:
        cells = "one cell" if near.n_cells == 1 else "two cells"
        return f"{subject} in all but {cells}, now in one column and now in another; {chance} would be expected."
    changed = _changed(near, rows)
    names = [*changed[:_SHOWN], *([f"{len(changed) - _SHOWN} more"] if len(changed) > _SHOWN else [])]
    size = f"(at most {share(near.tolerance)} of a standard deviation)"
    return f"{subject} in everything but small changes of {listed(names)} {size}; {chance} would be expected."


def _changed(near: Near, rows: Rows) -> list[str]:
    """The numbers that differ in a twentieth of the pairs or more."""
    apart = (rows.numbers[near.pairs[:, 0]] != rows.numbers[near.pairs[:, 1]]).mean(axis=0)
    often = [rows.fields[i].name for i, a in zip(rows.numeric, apart) if a >= _CHANGED]
    return often or [rows.fields[rows.numeric[int(np.argmax(apart))]].name]
