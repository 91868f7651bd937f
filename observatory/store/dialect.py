"""The shape of delimited text, told from its first records: delimiter, number of columns, header or none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from observatory.store.records import Row, read_rows

DELIMITERS = (",", ";", "\t", "|")
NO_DELIMITER = "\x1f"
"""Stands for the delimiter of a table of one column, whose cells may hold any of the others."""
_N_RECORDS = 300
_N_CHARACTERS = 4_000_000
_NUMBER = re.compile(r"\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?\s*")
_DATE = re.compile(r"\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T]\d.*)?\s*")
_MISSING = {"", "na", "n/a", "nan", "null", "none", "#n/a", "-", ".", "?"}


@dataclass(frozen=True)
class Dialect:
    """How to read the text: `skip` physical lines end just before the first record of data."""

    delimiter: str
    names: tuple[str, ...]
    skip: int
    preamble: tuple[Row, ...] = ()
    warnings: tuple[str, ...] = field(default=())


def sniff(path: Path) -> Dialect:
    """The dialect of a UTF-8 file; `sep=;` as its first line, as Excel writes it, is believed."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(islice(iter(lambda: file.readline(_N_CHARACTERS), ""), 4 * _N_RECORDS))
    skip = 0
    told = re.fullmatch(r"sep=(.)\s*", lines[0], re.IGNORECASE | re.DOTALL)
    if told and told[1] not in "\r\n":
        skip, delimiter = 1, told[1]
    else:
        delimiter = _delimiter(lines)
    rows = list(islice(read_rows(lines[skip:], delimiter, start=skip + 1), _N_RECORDS))
    return _describe(delimiter, rows, skip)


def _delimiter(lines: Sequence[str]) -> str:
    def fitness(delimiter: str) -> tuple[float, int]:
        rows = list(islice(read_rows(lines, delimiter), _N_RECORDS))
        widths = Counter(len(row.cells) for row in rows if row.cells)
        if not widths:
            return 0.0, 0
        wide = [(n, width) for width, n in widths.items() if width > 1]
        n, width = max(wide, default=(0, 1))
        share = n / len(rows)
        header = len(rows[0].cells or ()) if rows else 0
        return (round(share, 2), width) if share >= 0.6 or (share >= 0.25 and header > 1) else (0.0, 1)

    found = {delimiter: fitness(delimiter) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=lambda delimiter: found[delimiter])
    return best if found[best][0] else NO_DELIMITER


def _describe(delimiter: str, rows: list[Row], skip: int) -> Dialect:
    width = _modal_width(rows)
    preamble: list[Row] = []
    while len(rows) > 1 and width > 2 and len(preamble) < 20 and _is_title(rows[0], rows[1:], width):
        preamble.append(rows.pop(0))
    first = rows[0].cells if rows and rows[0].cells else []
    body = [row.cells for row in rows[1:] if row.cells]
    notes = []
    if preamble:
        notes.append(f"{len(preamble)} lines before the table are not part of it; they are among the rejected records.")
    if is_header(first, body):
        end = rows[0].line + rows[0].n_lines - 1 if rows else skip
        names, said = _fit_header(first, body, width)
        return Dialect(delimiter, names, end, tuple(preamble), (*notes, *said))
    notes.append("The file has no header row; its columns are called “column 1”, “column 2”, ….")
    end = rows[0].line - 1
    names = tuple(f"column {i}" for i in range(1, max(width, len(first)) + 1))
    return Dialect(delimiter, names, end, tuple(preamble), tuple(notes))


def _modal_width(rows: Sequence[Row]) -> int:
    widths = Counter(len(row.cells) for row in rows if row.cells)
    return max(widths, key=lambda width: (widths[width], width), default=1)


def _is_title(row: Row, rest: Sequence[Row], width: int) -> bool:
    """Whether a line above the header is a title: a single cell, or a comment, over rows of the usual width."""
    cells = [cell for cell in row.cells or () if cell.strip()]
    fits = any(row.cells and len(row.cells) == width for row in rest[:20])
    return fits and (len(cells) <= 1 or (row.raw.startswith("#") and len(row.cells or ()) != width))


def _fit_header(first: list[str], body: Sequence[list[str]], width: int) -> tuple[tuple[str, ...], list[str]]:
    """The header stretched to rows that are wider than it, as R's row names and trailing delimiters make them."""
    n_wide = sum(len(cells) == width for cells in body)
    if width <= len(first) or n_wide < 0.8 * len(body):
        return tuple(first), []
    missing = width - len(first)
    trailing = all(not cell for cells in body for cell in cells[len(first) :])
    if missing == 1 and not trailing:
        return ("", *first), ["The header has one name less than the rows have cells; the first column got none."]
    return (*first, *[""] * missing), [f"The header has {missing:,} names less than the rows have cells."]


def is_header(first: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether the first record names the columns rather than being data.

    It is data when it holds numbers or dates just where the rows below do; years and 0, 1, 2, … over other rows are
    names.

    >>> is_header(["5.1", "setosa"], [["4.9", "setosa"]]), is_header(["country", "1990"], [["France", "1.5"]])
    (False, True)
    """
    kinds = [_kind(cell) for cell in first]
    typed = [i for i, kind in enumerate(kinds) if kind not in ("text", "empty")]
    if not typed:
        return True
    if any(_column_kind(body, i) not in (kinds[i], "empty") for i in typed):
        return True
    if any(kind == "text" and _column_kind(body, i) in ("number", "date") for i, kind in enumerate(kinds)):
        return True
    return bool(body) and _counts_up(
        [first[i] for i in typed], [[row[i] for row in body if i < len(row)] for i in typed]
    )


def _counts_up(names: Sequence[str], columns: Sequence[Sequence[str]]) -> bool:
    """Whether numbers in a first row are years, or 0, 1, 2, …, while the cells below them are something else."""
    if len(names) < 1 or not all(re.fullmatch(r"\d{1,4}", name) for name in names):
        return False
    numbers = [int(name) for name in names]
    years = all(1800 <= n <= 2100 for n in numbers) and len(set(numbers)) == len(numbers)
    ordinal = (
        len(numbers) > 1 and numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] in (0, 1)
    )
    alike = all(re.fullmatch(r"\d{1,4}", cell) for column in columns for cell in column[:50])
    return (years or ordinal) and not alike


def _column_kind(body: Sequence[Sequence[str]], i: int) -> str:
    kinds = Counter(_kind(row[i]) for row in body[:100] if i < len(row))
    kinds.pop("empty", None)
    return max(kinds, key=lambda kind: kinds[kind], default="empty")


def _kind(cell: str) -> str:
    if cell.strip().lower() in _MISSING:
        return "empty"
    if _NUMBER.fullmatch(cell):
        return "number"
    return "date" if _DATE.fullmatch(cell) else "text"
