"""Bytes that other processes may read and none may change: files in memory, sealed."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable

import pandas as pd
import pyarrow as pa

_MOST = 4


def sealed(content: bytes | memoryview | pa.Buffer, name: str) -> int:
    """A descriptor of a file in memory that holds this and can be changed by nobody, us included.

    >>> fd = sealed(b"a", "code")
    >>> os.pread(fd, 9, 0)
    b'a'
    >>> os.close(fd)
    """
    import fcntl

    fd = os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    left = memoryview(content)
    while left:
        left = left[os.write(fd, left) :]
    seals = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, seals)
    return fd


def stream(frame: pd.DataFrame) -> pa.Buffer:
    """A frame as an Arrow stream; columns that Arrow has no type for become texts."""
    try:
        table = pa.Table.from_pandas(frame, preserve_index=False)
    except pa.ArrowException:
        plain = {name: column.astype(str) if _is_odd(column) else column for name, column in frame.items()}
        table = pa.Table.from_pandas(pd.DataFrame(plain), preserve_index=False)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def frame(rows: pa.Buffer) -> pd.DataFrame:
    """The frame that an Arrow stream holds, as a copy that may be written to; no thread is started.

    >>> frame(stream(pd.DataFrame({"a": [1, 2]})))["a"].tolist()
    [1, 2]
    """
    held: pd.DataFrame = pa.ipc.open_stream(rows).read_pandas(use_threads=False)
    return held.copy()


def warm() -> None:
    """Load what reading a frame needs, for each kind of column."""
    times = pd.DatetimeIndex(["2024-01-01", pd.NaT])
    kinds = {"times": times, "zoned": times.tz_localize("UTC"), "groups": pd.Categorical(["a", None])}
    more = {"texts": ["a", None], "flags": [True, None], "numbers": [1.5, None], "spans": times - times[0]}
    frame(stream(pd.DataFrame({**kinds, **more})))


def _is_odd(column: pd.Series) -> bool:
    try:
        pa.Array.from_pandas(column)
    except pa.ArrowException:
        return True
    return False


class Frames:
    """The rows that were asked for last, sealed, by a key of their own; safe to use from many threads."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._held: OrderedDict[str, int] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, key: str, make: Callable[[], pd.DataFrame]) -> int:
        """A descriptor of the rows under this key, which the caller closes; made at most once while they are kept."""
        with self._lock:
            if key not in self._held:
                self._held[key] = sealed(stream(make()), "rows")
                if len(self._held) > self._most:
                    os.close(self._held.popitem(last=False)[1])
            self._held.move_to_end(key)
            return os.dup(self._held[key])

    def close(self) -> None:
        """Forget all rows."""
        with self._lock:
            while self._held:
                os.close(self._held.popitem()[1])
