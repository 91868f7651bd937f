"""The table that the failing line used, read from the frames of the libraries that the error passed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import pandas as pd

from observatory.sandbox.reading import FILENAME
from observatory.sandbox.sealing import frame_of

_HOLDERS = ("self", "obj", "frame", "data", "left", "context")
_MOST = 5_000


@dataclass(frozen=True)
class AtHand:
    """The columns of a table, those that hold dates and the names of its index; or the name of the one column used.

    `is_plain` says that no library was asked: what failed is the code's own dictionary or list.
    """

    columns: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    index: tuple[str, ...] = ()
    column: str = ""
    other: str = ""
    is_plain: bool = False


def at_hand(error: BaseException) -> AtHand:
    """What the innermost frame of a library held, below the line of the chart code.

    >>> try:
    ...     pd.DataFrame({"a": [1]})["b"]
    ... except KeyError as error:
    ...     at_hand(error).columns
    ('a',)
    """
    table, column, other, depth, passed = None, "", "", 0, False
    for name, held in _frames(error):
        if name == FILENAME or (name.startswith("<") and not name.startswith("<frozen")):
            table, column, other, depth, passed = None, "", "", 0, True
            continue
        depth += 1
        table = next((found for key in _HOLDERS if (found := _table(held.get(key))) is not None), table)
        series = next((held[key] for key in ("self", "data") if isinstance(held.get(key), pd.Series)), None)
        column = column or (str(series.name)[:200] if series is not None and isinstance(series.name, str) else "")
        other = other or (held["other"][:200] if type(held.get("other")) is str else "")
    if table is None and isinstance(holder := getattr(error, "obj", None), pd.DataFrame):
        table = holder
    if table is None:
        return AtHand(column=column, other=other, is_plain=passed and not depth)
    names = tuple(str(name) for name in table.columns[:_MOST])
    dates = tuple(name for name, kind in zip(names, table.dtypes, strict=False) if str(kind).startswith("datetime"))
    return AtHand(names, dates, tuple(str(name) for name in table.index.names if name), column, other)


def _frames(error: BaseException) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The file and the locals of each step, the outermost first."""
    step: TracebackType | None = BaseException.__dict__["__traceback__"].__get__(error)
    while step is not None:
        frame = frame_of(step)
        yield frame.f_code.co_filename, frame.f_locals
        step = step.tb_next


def _table(value: Any) -> pd.DataFrame | None:
    """A table of pandas, also where Altair wraps it."""
    if type(value) is dict:
        value = value.get("data")
    if type(value).__module__.partition(".")[0] == "narwhals" and type(value).__name__ == "DataFrame":
        value = value.to_native()
    return value if isinstance(value, pd.DataFrame) else None
