"""Column names as they came, changed only where a database cannot hold them, and then said."""

from __future__ import annotations

import re
from collections.abc import Sequence

_RESERVED = {"rowid"}


def unique_names(raw: Sequence[str]) -> tuple[list[str], list[str]]:
    """Names that differ even without regard to ASCII case, and one warning for each kind of change.

    Empty names become `column 1` by position, repeated ones get a number, and `rowid`, which the database keeps for
    the position of a row, is renamed.

    >>> unique_names(["", "a", "A"])[0]
    ['column 1', 'a', 'A (2)']
    """
    names = [name.replace("\x00", "") if name.strip() else f"column {i}" for i, name in enumerate(raw, 1)]
    taken = {_fold(name) for name in names}
    seen = set(_RESERVED)
    repeated: list[str] = []
    for i, name in enumerate(names):
        if _fold(name) in seen:
            names[i] = _next_free(name, taken)
            repeated.append(f"“{name}” is “{names[i]}”")
        seen.add(_fold(names[i]))
        taken.add(_fold(names[i]))
    n_empty = sum(not name.strip() for name in raw)
    warnings = [f"{n_empty:,} columns had no name and are called “column …” by their position."] if n_empty else []
    if repeated:
        more = f", and {len(repeated) - 5:,} more" if len(repeated) > 5 else ""
        warnings.append(f"Column names that were taken got a number: {', '.join(repeated[:5])}{more}.")
    return names, warnings


def _next_free(name: str, taken: set[str]) -> str:
    n = 2
    while _fold(f"{name} ({n})") in taken:
        n += 1
    return f"{name} ({n})"


def _fold(name: str) -> str:
    """The name as DuckDB compares it: ASCII letters in lower case, other letters as they are."""
    return re.sub("[A-Z]+", lambda match: match.group().lower(), name)
