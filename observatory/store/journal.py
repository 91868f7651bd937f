"""Small records that a workspace keeps: what people pinned, chose and set."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from observatory.store.folders import available


class Journal:
    """Records in a file, one JSON object a line, written anew as a whole: a full disk or a kill leaves the old ones.

    Several processes may share it. A line that is no JSON object is left out when read.

    >>> import tempfile
    >>> journal = Journal(Path(tempfile.mkdtemp()) / "pins.jsonl")
    >>> journal.change(lambda records: [*records, {"a": 1}])
    [{'a': 1}]
    >>> journal.read()
    [{'a': 1}]
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> list[dict[str, Any]]:
        """All records in the order in which they were written."""
        try:
            lines = self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        records = [_record(line) for line in lines]
        return [record for record in records if record is not None]

    def change(self, edit: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> list[dict[str, Any]]:
        """Replace the records by what `edit` makes of them, and return them; nobody else writes meanwhile."""
        with available(self._path.parent), self._locked():
            records = edit(self.read())
            fresh = self._path.with_suffix(".new")
            with fresh.open("w", encoding="utf-8") as file:
                file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
                file.flush()
                os.fsync(file.fileno())
            fresh.rename(self._path)
        return records

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _record(line: str) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None
