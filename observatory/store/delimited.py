"""CSV and its kin into staging: fast when the text is well formed and provably so, else slowly and exactly."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import duckdb
import numpy as np

from observatory.store.decode import Text
from observatory.store.dialect import NO_DELIMITER, Dialect, sniff
from observatory.store.names import unique_names
from observatory.store.records import MAX_RECORD, Row, read_rows
from observatory.store.staging import Intake, Staging

_CHUNK = 1 << 24
_FORMATS = {",": "csv", "\t": "tsv"}
_NEWLINE, _RETURN, _QUOTE = 10, 13, 34


def read_delimited(text: Text, staging: Staging, max_columns: int) -> Intake:
    """Stage delimited text; the intake accounts for every record below the header."""
    dialect = sniff(text.path)
    names, said = unique_names(dialect.names)
    told = None if dialect.delimiter == NO_DELIMITER else dialect.delimiter
    intake = Intake(names, _FORMATS.get(dialect.delimiter, "csv"), text.encoding, told)
    intake.warnings += [*text.warnings, *dialect.warnings, *said]
    intake.check_width(max_columns)
    intake.kinds = ["cell"] * len(names)
    for row in dialect.preamble:
        intake.reject(row.line, "a line above the table", row.raw)
    if not _read_fast(text.path, dialect, staging, intake):
        _read_exactly(text.path, dialect, staging, intake)
    return intake


def _read_fast(path: Path, dialect: Dialect, staging: Staging, intake: Intake) -> bool:
    """Whether DuckDB's reader took every record that the bytes hold; the two are counted independently."""
    n_records = count_records(path, dialect.skip)
    if n_records is None or (len(intake.names) == 1 and _has_blank_line(path)):
        return False
    try:
        n = staging.load_csv(path, dialect.delimiter, len(intake.names), dialect.skip, MAX_RECORD)
    except duckdb.Error:
        return False
    if n != n_records:
        return False
    intake.physical += n
    return True


def count_records(path: Path, skip: int) -> int | None:
    r"""Records after the first `skip` lines, blank lines aside, by the parity of quotes; None when newlines are mixed.

    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile() as file:
    ...     _ = file.write(b'a,b\n"x\ny",1\n\n2,3')
    ...     file.flush()
    ...     count_records(Path(file.name), 1)
    2
    """
    n_lf = n_crlf = n_cr = n_records = 0
    inside, blank, before = 0, True, b""
    with path.open("rb") as file:
        for _ in range(skip):
            line = file.readline()
            n_lf, n_crlf, n_cr = n_lf + 1, n_crlf + line.endswith(b"\r\n"), n_cr + line.count(b"\r")
        while chunk := file.read(_CHUNK):
            n_lf += chunk.count(b"\n")
            n_cr += chunk.count(b"\r")
            n_crlf += chunk.count(b"\r\n") + (before == b"\r" and chunk.startswith(b"\n"))
            n, inside, blank = _count_chunk(np.frombuffer(chunk, np.uint8), inside, blank)
            n_records += n
            before = chunk[-1:]
    if n_cr != n_crlf or n_crlf not in (0, n_lf):
        return None
    return n_records + (not blank)


def _count_chunk(data: np.ndarray, inside: int, blank: bool) -> tuple[int, int, bool]:
    """Non-blank records that end in the chunk, then the state after it: inside quotes, nothing since a newline."""
    ends = np.flatnonzero(data == _NEWLINE)
    quotes = np.flatnonzero(data == _QUOTE)
    if quotes.size or inside:
        ends = ends[(np.searchsorted(quotes, ends) + inside) % 2 == 0]
    stops = np.append(ends, data.size)
    lengths = np.diff(stops, prepend=-1) - 1
    has_return = (lengths > 0) & (data[(stops - 1).clip(0)] == _RETURN)
    filled = lengths > has_return
    filled[0] |= not blank
    return int(filled[:-1].sum()), (inside + quotes.size) % 2, not filled[-1]


def _has_blank_line(path: Path) -> bool:
    before = b"\n"
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            block = (before + chunk).replace(b"\r", b"")
            if b"\n\n" in block:
                return True
            before = block[-1:]
    return False


def _read_exactly(path: Path, dialect: Dialect, staging: Staging, intake: Intake) -> None:
    width = len(intake.names)
    with path.open(encoding="utf-8", newline="") as file:
        lines = iter(lambda: file.readline(MAX_RECORD + 2), "")
        body = islice(lines, dialect.skip, None)
        rows = read_rows(body, dialect.delimiter, width=width, start=dialect.skip + 1)
        fitted = _fit(_without_blank_end(rows), intake, width)
        n = staging.load_rows(fitted, width)
    assert intake.physical == n + intake.n_rejected


def _without_blank_end(rows: Iterator[Row]) -> Iterator[Row]:
    """The rows without the blank lines that end the file."""
    blanks: list[Row] = []
    for row in rows:
        if not row.raw:
            blanks.append(row)
            continue
        yield from blanks
        blanks.clear()
        yield row


def _fit(rows: Iterator[Row], intake: Intake, width: int) -> Iterator[list[str | None]]:
    """Cells of the rows that have `width` of them or can be padded to it; the others become rejects."""
    n_padded = 0
    for row in rows:
        n = len(row.cells or ())
        if row.cells is None:
            intake.reject(row.line, row.reason, row.raw)
        elif n > width and any(row.cells[width:]):
            intake.reject(row.line, f"{n:,} cells where the table has {width:,} columns", row.raw)
        elif n == 1 and width > 2:
            intake.reject(row.line, f"one cell where the table has {width:,} columns", row.raw)
        else:
            n_padded += n < width
            intake.physical += 1
            yield [cell or None for cell in row.cells[:width]] + [None] * (width - n)
    if n_padded:
        intake.warnings.append(f"{n_padded:,} rows were short; the cells they lack are missing values.")
