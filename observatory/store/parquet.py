"""Parquet straight into `t`: its types stand, except those that no chart or statement can use."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from observatory.errors import TableTooLarge, UnreadableFile
from observatory.quoting import sql_literal, sql_name
from observatory.store.names import unique_names
from observatory.store.staging import Intake, Staging

_AS_TEXT = ("UUID", "INTERVAL", "ENUM", "BIT", "TIME", "HUGEINT", "UHUGEINT", "BIGNUM")
_BATCH = 200
_NESTED = ("STRUCT", "MAP", "UNION")


def read_parquet(path: Path, staging: Staging, max_columns: int, max_bytes: int) -> Intake:
    """Create `t` from a Parquet file: nested values become JSON text, NaN a missing value, both with a warning."""
    source = sql_literal(str(path))
    try:
        described = staging.connection.execute(f"DESCRIBE SELECT * FROM read_parquet({source})").fetchall()
        n_rows = staging.count(f"SELECT num_rows FROM parquet_file_metadata({source})")
        names, said = unique_names(pq.read_schema(path).names)
        intake = Intake(names, "parquet", physical=n_rows, warnings=said)
        intake.check_width(max_columns)
        if n_rows * len(names) > max_bytes:
            raise TableTooLarge(
                f"The table has {n_rows * len(names):,} cells; the limit is {max_bytes:,}.",
                "Keep the rows and columns that matter, or raise OBSERVATORY_MAX_BYTES.",
            )
        _create(staging, source, described, intake)
    except duckdb.OutOfMemoryException:
        raise
    except (duckdb.Error, pa.ArrowException) as exc:
        raise UnreadableFile("The Parquet file is damaged.", "Copy or save it again.") from exc
    return intake


def _create(staging: Staging, source: str, described: list[tuple[str, ...]], intake: Intake) -> None:
    values = []
    floats: list[str] = []
    changed: dict[str, list[str]] = {}
    for name, (raw, storage, *_) in zip(intake.names, described):
        cell, base = sql_name(raw), storage.split("(")[0]
        if storage.endswith("]") or base in _NESTED:
            value, how = f"CAST(to_json({cell}) AS VARCHAR)", "Nested values are kept as JSON text"
        elif base == "BLOB" or base in _AS_TEXT or base.startswith("TIME WITH"):
            value, how = f"CAST({cell} AS VARCHAR)", f"Values of type {base} are kept as text"
        elif base in ("FLOAT", "DOUBLE"):
            value, how = f"CASE WHEN NOT isnan({cell}) THEN {cell} END", ""
            floats.append(cell)
        else:
            value, how = cell, ""
        if how:
            changed.setdefault(how, []).append(f"“{name}”")
        values.append(f"{value} AS {sql_name(name)}")
    staging.connection.execute(f"CREATE TABLE t AS SELECT {', '.join(values)} FROM read_parquet({source})")
    for how, names in changed.items():
        intake.warnings.append(f"{how} in {', '.join(names[:5])}{' …' if len(names) > 5 else ''}.")
    n_nan = _count_nan(staging, source, floats)
    if n_nan:
        intake.warnings.append(f"{n_nan:,} cells that are not a number (NaN) are missing values.")


def _count_nan(staging: Staging, source: str, floats: list[str]) -> int:
    n = 0
    for start in range(0, len(floats), _BATCH):
        terms = " + ".join(f"count(*) FILTER (isnan({cell}))" for cell in floats[start : start + _BATCH])
        n += staging.count(f"SELECT {terms} FROM read_parquet({source})")
    return n
