"""XLSX into staging: the first sheet that holds a table."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

import python_calamine

from observatory.errors import EmptyTable, TableTooLarge, UnreadableFile
from observatory.store.dialect import is_header
from observatory.store.names import unique_names
from observatory.store.staging import Intake, Staging

_Cell = int | float | str | bool | time | date | datetime | timedelta


def read_workbook(path: Path, staging: Staging, max_columns: int, max_bytes: int) -> Intake:
    """Stage the first sheet with cells; the other sheets are named in a warning."""
    intake = Intake([], "xlsx")
    rows = _rows(path, intake, max_bytes)
    header, body = _split(rows, intake)
    intake.names, said = unique_names(header)
    intake.check_width(max_columns)
    intake.warnings += said
    if not body:
        raise EmptyTable("The sheet has a header and no rows.", "Choose a file that has a table in it.")
    typed = [any(row[i] != "" and not isinstance(row[i], str) for row in body) for i in range(len(header))]
    intake.kinds = ["cell" if is_typed else "text" for is_typed in typed]
    intake.physical = staging.load_rows(([_text(cell) for cell in row] for row in body), len(header))
    return intake


def _rows(path: Path, intake: Intake, max_bytes: int) -> list[list[_Cell]]:
    """Rows of the sheet, all as wide as its widest, blank rows left out."""
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > max_bytes:
                raise TableTooLarge(
                    f"Unpacked, the workbook is larger than the limit of {max_bytes:,} bytes.",
                    "Choose a smaller file, or raise OBSERVATORY_MAX_BYTES.",
                )
        with python_calamine.CalamineWorkbook.from_path(path) as workbook:
            sheets = {name: workbook.get_sheet_by_name(name) for name in _sheet_names(workbook)}
            filled = [name for name, sheet in sheets.items() if sheet.height and sheet.width]
            if not filled:
                raise EmptyTable("The workbook has no cells.", "Choose a file that has a table in it.")
            rows = sheets[filled[0]].to_python(skip_empty_area=True)
    except (python_calamine.CalamineError, zipfile.BadZipFile, OSError) as exc:
        raise UnreadableFile("The workbook is damaged or locked with a password.", "Save it again as XLSX.") from exc
    others = ", ".join(f"“{name}”" for name in filled[1:])
    if others:
        intake.warnings.append(f"Only the sheet “{filled[0]}” was read; there are also {others}.")
    return _without_blank(rows, intake)


def _sheet_names(workbook: python_calamine.CalamineWorkbook) -> list[str]:
    sheets = python_calamine.SheetTypeEnum.WorkSheet
    return [sheet.name for sheet in workbook.sheets_metadata if sheet.typ == sheets]


def _without_blank(rows: Sequence[list[_Cell]], intake: Intake) -> list[list[_Cell]]:
    filled = [row for row in rows if any(cell != "" for cell in row)]
    if len(filled) < len(rows):
        intake.warnings.append(f"{len(rows) - len(filled):,} blank rows of the sheet were left out.")
    return filled


def _split(rows: list[list[_Cell]], intake: Intake) -> tuple[list[str], list[list[_Cell]]]:
    """Header and body; lone cells above the header are titles, which are rejected records."""
    skip = 0
    while skip < min(20, len(rows) - 1) and len(rows[skip]) > 2 and sum(cell != "" for cell in rows[skip]) == 1:
        intake.reject(skip + 1, "a line above the table", " ".join(str(cell) for cell in rows[skip]).strip())
        skip += 1
    if skip:
        intake.warnings.append(f"{skip} lines above the table are not part of it; they are among the rejected records.")
    table = rows[skip:]
    texts = [[_text(cell) or "" for cell in row] for row in table[:100]]
    if is_header(texts[0], texts[1:]):
        return texts[0], table[1:]
    intake.warnings.append("The sheet has no header row; its columns are called “column 1”, “column 2”, ….")
    return [f"column {i}" for i in range(1, len(texts[0]) + 1)], table


def _text(cell: _Cell) -> str | None:
    """A cell as text that comes back as the same value; whole numbers, which Excel keeps as floats, without `.0`."""
    if cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, timedelta):
        return str(cell)
    return cell.isoformat() if isinstance(cell, (date, time)) else str(cell)
