"""Delimited text read record by record, exactly: every physical record is either cells or a reject with its reason.

Records follow RFC 4180: a cell in quotes may hold delimiters, newlines and doubled quotes. A quote that never closes
spoils its own line only, never the rest of the file.
"""

from __future__ import annotations

import csv
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MAX_RECORD = 16_000_000
_MAX_JOINED = 1_000
_OPEN = "a quotation mark opens a cell and none closes it"
_AFTER = "text follows a closing quotation mark"
csv.field_size_limit(sys.maxsize)


@dataclass(frozen=True)
class Row:
    """One physical record: its first line (1-based), its raw text, and its cells, or the reason why it has none."""

    line: int
    raw: str
    cells: list[str] | None
    reason: str = ""
    n_lines: int = 1


def read_rows(lines: Iterable[str], delimiter: str, *, width: int | None = None, start: int = 1) -> Iterator[Row]:
    r"""The records of `lines` (with their newlines); `width` is the expected number of cells.

    Blank lines are none, except in a table of one column, where they are empty cells.

    >>> [row.cells for row in read_rows(['a,b\n', '"x\n', 'y",2\n'], ",")]
    [['a', 'b'], ['x\ny', '2']]
    """
    ahead: deque[str] = deque()
    source = iter(lines)
    line = start
    while (text := ahead.popleft() if ahead else next(source, None)) is not None:
        bare = _bare(text)
        if len(bare) > MAX_RECORD:
            row = Row(line, bare, None, f"longer than {MAX_RECORD:,} characters")
        elif '"' in bare:
            row = _quoted(bare, text, ahead, source, line, delimiter, width)
        else:
            row = Row(line, bare, bare.split(delimiter))
        if bare or width == 1:
            yield row
        line += row.n_lines


def _quoted(
    bare: str, text: str, ahead: deque[str], source: Iterator[str], line: int, delimiter: str, width: int | None
) -> Row:
    cells, reason = _split(bare, delimiter)
    if reason != _OPEN:
        return Row(line, bare, cells, reason)
    parts = [text]
    while reason == _OPEN and len(parts) <= _MAX_JOINED and (more := ahead.popleft() if ahead else next(source, "")):
        parts.append(more)
        if more.count('"') % 2:
            cells, reason = _split(_bare("".join(parts)), delimiter)
    if cells is not None and width in (None, len(cells)):
        return Row(line, _bare("".join(parts)), cells, "", len(parts))
    ahead.extendleft(reversed(parts[1:]))
    return Row(line, bare, None, _OPEN)


def _split(text: str, delimiter: str) -> tuple[list[str] | None, str]:
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True)), ""
    except csv.Error as exc:
        return None, _OPEN if "unexpected end" in str(exc) else _AFTER


def _bare(text: str) -> str:
    return text[:-2] if text.endswith("\r\n") else text[:-1] if text.endswith(("\n", "\r")) else text
