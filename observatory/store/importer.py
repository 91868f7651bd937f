"""A file of any format we read becomes the table `t` of a database, with the account of every record."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import duckdb

from observatory.errors import EmptyTable, TableTooLarge, UnreadableFile
from observatory.model import ImportReport
from observatory.settings import Settings
from observatory.store.columns import build_table
from observatory.store.decode import decode, gunzip
from observatory.store.delimited import read_delimited
from observatory.store.documents import read_document, read_lines
from observatory.store.formats import Format, recognise
from observatory.store.parquet import read_parquet
from observatory.store.staging import Intake, Staging
from observatory.store.workbook import read_workbook


def import_table(raw: Path, database: Path, settings: Settings) -> tuple[ImportReport, tuple[str, ...]]:
    """Read `raw` into the table `t` of a new `database`; gives the import report and the names of the columns.

    Raises UnreadableFile, EmptyTable or TableTooLarge; files beside `database` are scratch and are removed.
    """
    began = time.perf_counter()
    scratch = [database.with_name("unpacked"), database.with_name("decoded")]
    try:
        source, kind = raw, recognise(raw)
        if kind == "gzip":
            gunzip(raw, scratch[0], settings.max_bytes)
            source, kind = scratch[0], recognise(scratch[0])
            if kind not in ("text", "json", "ndjson"):
                raise UnreadableFile("Inside the gzip file is no text.", "Unpack it and choose the table inside.")
        intake, n_rows = _build(source, kind, scratch[1], database, settings)
    except duckdb.OutOfMemoryException as exc:
        raise TableTooLarge(
            f"The table needs more memory than {settings.memory_limit}, or more disk than there is.",
            "Choose a smaller file, or raise OBSERVATORY_MEMORY_LIMIT.",
        ) from exc
    finally:
        for path in scratch:
            path.unlink(missing_ok=True)
        shutil.rmtree(database.with_name("spill"), ignore_errors=True)
    return _report(intake, n_rows, time.perf_counter() - began), tuple(intake.names)


def _build(source: Path, kind: Format, decoded: Path, database: Path, settings: Settings) -> tuple[Intake, int]:
    with Staging(database, settings.memory_limit) as staging:
        if kind == "parquet":
            intake = read_parquet(source, staging, settings.max_columns, settings.max_bytes)
        else:
            if kind == "xlsx":
                intake = read_workbook(source, staging, settings.max_columns, settings.max_bytes)
            else:
                read = {"json": read_document, "ndjson": read_lines}.get(kind, read_delimited)
                intake = read(decode(source, decoded), staging, settings.max_columns)
            if staging.n_staged():
                build_table(staging, intake)
        if intake.physical == intake.n_rejected:
            raise _empty(intake)
        n_rows = staging.count("SELECT count(*) FROM t")
        staging.connection.execute("CHECKPOINT")
    return intake, n_rows


def _empty(intake: Intake) -> EmptyTable | UnreadableFile:
    if intake.n_rejected:
        first = intake.rejects[0]
        return UnreadableFile(
            f"None of its {intake.n_rejected:,} records can be read; line {first.line}: {first.reason}.",
            "Open the file in a text editor and look at that line.",
        )
    return EmptyTable("The file has a header and no rows.", "Choose a file that has a table in it.")


def _report(intake: Intake, n_rows: int, seconds: float) -> ImportReport:
    if intake.physical != n_rows + intake.n_rejected:
        raise UnreadableFile(
            f"{intake.physical:,} records were read but {n_rows:,} stored and {intake.n_rejected:,} rejected.",
            "Save the table again as CSV or Parquet.",
        )
    if intake.n_rejected > len(intake.rejects):
        intake.warnings.append(f"Only the first {len(intake.rejects):,} of the rejected records are listed.")
    return ImportReport(
        intake.format,
        intake.encoding,
        intake.delimiter,
        intake.physical,
        n_rows,
        intake.n_rejected,
        tuple(intake.rejects),
        tuple(intake.warnings),
        round(seconds, 3),
    )
