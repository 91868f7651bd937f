"""Answers kept as they come, so that an hour of asking a model can be broken off and gone on with, and scored again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


class Log:
    """A dictionary in a file of JSON lines; without a file it is kept in memory only."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._kept: dict[str, Any] = {}
        if path is not None and path.is_file():
            lines = path.read_text(encoding="utf-8").splitlines()
            self._kept = {line["key"]: line["value"] for line in map(json.loads, filter(None, lines))}

    def __contains__(self, key: str) -> bool:
        return key in self._kept

    def __getitem__(self, key: str) -> Any:
        return self._kept[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._kept[key] = value
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"key": key, "value": value}, default=str) + "\n")
