"""Column types: for each column the narrowest type that gives every one of its cells back as it was."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from observatory.quoting import sql_literal, sql_name
from observatory.store.staging import Intake, Kind, Staging
from observatory.store.storage import CELL, DAY_FIRST, ISO_TIMES, MONTH_FIRST, NUMBERS, TEXT, TIMES, Storage

MARKERS = ("NA", "N/A", "n/a", "#N/A", "<NA>", "NULL", "null", "NaN", "nan", "None", "-", ".", "?")
_MARKERS_IN_TEXT = ("N/A", "n/a", "#N/A", "<NA>", "NULL")
_MARKER_SQL = ", ".join(sql_literal(marker) for marker in MARKERS)
_BATCH = 500
_SAMPLE_CELLS = 400_000


@dataclass
class _Column:
    """A column on its way to a type: `candidates` narrowest first; the first is the one under test."""

    name: str
    cell: str
    kind: Kind
    candidates: list[Storage]
    is_code: bool = False
    n_bad: int = 0
    n_markers: int = 0
    near_miss: tuple[int, str] | None = None
    markers: Counter[str] = field(default_factory=Counter)

    @property
    def trimmed(self) -> str:
        return f"trim({self.cell})"

    @property
    def storage(self) -> Storage:
        return self.candidates[0]


def build_table(staging: Staging, intake: Intake) -> None:
    """Create `t` from the staged text, every column with its type; what was read as missing becomes a warning."""
    n_rows = staging.n_staged()
    columns = _candidates(staging, intake, n_rows)
    _verify(staging, columns)
    _refuse_ambiguous(staging, columns, intake)
    _count_markers(staging, columns)
    evidence = {m for column in columns if column.storage is not TEXT for m in column.markers}
    selected = ", ".join(f"{_value(column, evidence)} AS {sql_name(column.name)}" for column in columns)
    staging.connection.execute(f"CREATE TABLE t AS SELECT {selected} FROM staging")
    intake.warnings += [*_told_missing(columns, evidence), *_told_types(columns, n_rows)]


def _candidates(staging: Staging, intake: Intake, n_rows: int) -> list[_Column]:
    """Columns with the types that a sample of their cells admits."""
    n = max(50, min(2_000, _SAMPLE_CELLS // len(intake.names)))
    step = max(1, n_rows // n)
    rows = staging.connection.execute(
        f"SELECT * FROM staging WHERE rowid < {n // 2} OR rowid % {step} = 0 LIMIT {2 * n}"
    ).fetchall()
    columns = []
    for i, (name, kind, cells) in enumerate(zip(intake.names, intake.kinds, zip(*rows))):
        seen = {cell for cell in cells if cell} - set(MARKERS)
        seen = {cell.strip(" ") for cell in seen} if kind == "cell" else seen
        tried = _tried(kind, seen, intake.delimiter)
        types = [storage for storage in tried if all(map(storage.matches, seen))]
        if kind == "cell" and types == [TEXT]:
            types = [*_nearly(tried, seen), TEXT]
        is_code = bool(seen) and all(re.fullmatch("[A-Z]{2,3}", cell) for cell in seen)
        columns.append(_Column(name, f"c{i}", kind, types, is_code))
    return columns


def _tried(kind: Kind, seen: set[str], delimiter: str | None) -> list[Storage]:
    """The types to try; a comma is a decimal one beside semicolons, or when it does not stand before three digits."""
    has_commas = delimiter == ";" or any(re.search(r",(\d{1,2}|\d{4,})$", cell) for cell in seen)
    types = CELL if kind == "cell" else ISO_TIMES
    return [storage for storage in types if has_commas or storage.name != "DOUBLE ,"]


def _nearly(tried: Sequence[Storage], seen: set[str]) -> list[Storage]:
    """The type that nine in ten of the sampled cells have; testing it finds out which cells speak against it."""
    for storage in tried:
        if storage in (*NUMBERS, *TIMES) and sum(map(storage.matches, seen)) >= 0.9 * len(seen) > 1:
            return [storage]
    return []


def _verify(staging: Staging, columns: Sequence[_Column]) -> None:
    """Test the first candidate of each column on all rows until it holds; text always does."""
    pending = [column for column in columns if column.storage is not TEXT]
    while pending:
        alike: dict[tuple[str, Kind], list[_Column]] = {}
        for column in pending:
            alike.setdefault((column.storage.name, column.kind), []).append(column)
        for same in alike.values():
            for batch in _batches(same):
                _verify_alike(staging, batch)
        pending = [column for column in pending if column.n_bad and column.storage is not TEXT]


def _verify_alike(staging: Staging, batch: Sequence[_Column]) -> None:
    """Test columns that have the same candidate in one statement over their stacked cells."""
    marked = f"v IN ({_MARKER_SQL})" if batch[0].kind == "cell" else "FALSE"
    bad = f"v <> '' AND NOT {marked} AND ({batch[0].storage.condition('v')}) IS NOT TRUE"
    rows = staging.connection.execute(
        f"SELECT f, count(*) FILTER ({bad}), min(v) FILTER ({bad}), count(*) FILTER ({marked}), count(nullif(v, '')) "
        f"FROM {_stacked(batch)} GROUP BY f"
    ).fetchall()
    for f, n_bad, example, n_markers, n_cells in rows:
        column = batch[f]
        column.n_bad, column.n_markers = n_bad, n_markers
        if n_bad:
            column.near_miss = column.near_miss or (n_bad, example)
            column.candidates = [c for c in column.candidates[1:] if c.matches(example)]
        elif n_cells == n_markers:
            column.candidates = [TEXT]


def _stacked(batch: Sequence[_Column]) -> str:
    """SQL of all cells of the columns: `f`, the position of the column, and `v`, the cell without spaces around it."""
    cells = ", ".join(column.trimmed for column in batch)
    return f"(SELECT unnest([{cells}]) AS v, unnest(range({len(batch)})) AS f FROM staging)"


def _refuse_ambiguous(staging: Staging, columns: Sequence[_Column], intake: Intake) -> None:
    """Dates that could be day first or month first stay text."""
    twins = {day.name: month for day, month in zip(DAY_FIRST, MONTH_FIRST)}
    for column in columns:
        twin = twins.get(column.storage.name)
        if twin is None:
            continue
        trial = _Column(column.name, column.cell, column.kind, [twin, TEXT])
        _verify(staging, [trial])
        if trial.storage is twin:
            column.candidates = [TEXT]
            intake.warnings.append(
                f"The dates of “{column.name}” could have the day or the month first; they are kept as text."
            )


def _count_markers(staging: Staging, columns: Sequence[_Column]) -> None:
    counted = [c for c in columns if c.kind == "cell" and (c.storage is TEXT or c.n_markers)]
    for batch in _batches(counted):
        tally = f"SELECT f, v, count(*) FROM {_stacked(batch)} WHERE v IN ({_MARKER_SQL}) GROUP BY f, v"
        for f, marker, n in staging.connection.execute(tally).fetchall():
            batch[f].markers[marker] = n


def _value(column: _Column, evidence: set[str]) -> str:
    if column.storage is not TEXT:
        return column.storage.converted(column.trimmed)
    if column.kind == "text":
        return column.cell
    missing = _read_as_missing(column, evidence)
    value = f"nullif({column.cell}, '')"
    if not missing:
        return value
    return f"CASE WHEN {column.trimmed} NOT IN ({', '.join(map(sql_literal, missing))}) THEN {value} END"


def _read_as_missing(column: _Column, evidence: set[str]) -> list[str]:
    """The markers that are missing values here: in text only the plain ones, and those that are so in numbers."""
    if column.storage is not TEXT:
        return list(column.markers)
    if column.is_code:
        return []
    return [marker for marker in column.markers if marker in _MARKERS_IN_TEXT or marker in evidence]


def _told_missing(columns: Sequence[_Column], evidence: set[str]) -> Iterator[str]:
    """One sentence for each marker read as missing, and for “NA” that stayed text."""
    for marker in MARKERS:
        read = [c for c in columns if marker in c.markers and marker in _read_as_missing(c, evidence)]
        if read:
            n = sum(c.markers[marker] for c in read)
            yield f"“{marker}” was read as a missing value in {n:,} cells of {_listed(read)}."
        kept = [c for c in columns if marker in c.markers and c not in read]
        if kept and marker == "NA":
            yield f"“NA” was kept as text in {_listed(kept)}."


def _told_types(columns: Sequence[_Column], n_rows: int) -> Iterator[str]:
    commas = [c for c in columns if c.storage.name == "DOUBLE ,"]
    if commas:
        yield f"Decimal commas were read as decimal points in {_listed(commas)}."
    dates = [c for c in columns if "%" in c.storage.name]
    for name in dict.fromkeys(c.storage.name for c in dates):
        same = [c for c in dates if c.storage.name == name]
        yield f"Dates were read in the order {_in_words(name)} in {_listed(same)}."
    zones = [c for c in columns if c.storage.name == "TIMESTAMPTZ"]
    if zones:
        yield f"Times with an offset are kept as the same instants in UTC in {_listed(zones)}."
    for column in columns:
        if column.near_miss and column.storage is TEXT and column.near_miss[0] <= max(1, n_rows // 20):
            n, example = column.near_miss
            yield f"“{column.name}” is kept as text because of {n:,} cells, such as “{example[:40]}”."


def _listed(columns: Sequence[_Column]) -> str:
    names = ", ".join(f"“{c.name}”" for c in columns[:5])
    return names + (f" and {len(columns) - 5:,} more" if len(columns) > 5 else "")


def _batches(columns: Sequence[_Column]) -> Iterator[Sequence[_Column]]:
    for i in range(0, len(columns), _BATCH):
        yield columns[i : i + _BATCH]


def _in_words(name: str) -> str:
    order = name.split()[1]
    for code, word in (("%d", "day"), ("%m", "month"), ("%Y", "year")):
        order = order.replace(code, word)
    return order
