"""A pandas DataFrame as canonical Parquet bytes, so that the same frame is the same version."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from observatory.errors import EmptyTable


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame as Parquet without pandas' metadata; an index is kept when it has a name.

    Columns that mix types, or have one that Parquet lacks, are written as text; categories as their values and
    durations in seconds.
    """
    named = [name for name in frame.index.names if name is not None]
    if named:
        frame = frame.reset_index(level=named)
    if not len(frame.columns) or not len(frame):
        raise EmptyTable("The data frame has no rows or no columns.", "Pass a frame with both.")
    names = [" ".join(map(str, name)) if isinstance(name, tuple) else str(name) for name in frame.columns]
    arrays = [_array(frame.iloc[:, i]) for i in range(len(names))]
    pq.write_table(pa.Table.from_arrays(arrays, names=names), path)


def _array(column: pd.Series) -> pa.Array:
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    if pd.api.types.is_timedelta64_dtype(column.dtype):
        column = column.dt.total_seconds()
    try:
        array = pa.Array.from_pandas(column)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        array = pa.array([None if _is_missing(value) else str(value) for value in column], pa.string())
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if pa.types.is_null(array.type):
        array = array.cast(pa.string())
    return array.cast(pa.float32()) if pa.types.is_float16(array.type) else array


def _is_missing(value: object) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)
