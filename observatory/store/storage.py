"""The types that a column of text may have, each with the proof that a cell survives it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from observatory.quoting import sql_literal

_NUMBER = r"[+-]?(0|[1-9]\d*)?(\.\d*)?([eE][+-]?\d{1,3})?|[+-]?(inf|Inf|INF|infinity|Infinity)"
_COMMA = r"[+-]?(0|[1-9]\d{0,2}(\.\d{3})+|[1-9]\d*)(,\d+)?"
_ISO = r"\d{4}-\d{2}-\d{2}"
_CLOCK = r"[ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?"
_HOUR = r"( \d{1,2}:\d{2}(:\d{2})?)?"


@dataclass(frozen=True)
class Storage:
    """A type that a column of text may have: its cells match `pattern` and `sql` turns them into it.

    `exact` is a condition that holds when the cell `{v}` survived; `{x}` is the converted value.
    """

    name: str
    pattern: re.Pattern[str]
    sql: str
    exact: str = "{x} IS NOT NULL"

    def converted(self, cell: str) -> str:
        """The SQL of the value of a cell, NULL when it is not of this type."""
        return self.sql.format(v=cell)

    def matches(self, cell: str) -> bool:
        """Whether the cell looks like this type."""
        return self.pattern.fullmatch(cell) is not None

    def condition(self, cell: str) -> str:
        """The SQL condition that a cell is of this type."""
        return self.exact.format(v=cell, x=self.converted(cell), p=sql_literal(self.pattern.pattern))


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.ASCII)


def _clocked(pattern: str, order: str) -> tuple[Storage, ...]:
    dates = Storage(f"DATE {order}", _pattern(pattern), f"CAST(try_strptime({{v}}, '{order}') AS DATE)", _FULL)
    formats = f"['{order} %H:%M:%S', '{order} %H:%M']"
    times = Storage(f"TIMESTAMP {order}", _pattern(pattern + _HOUR), f"try_strptime({{v}}, {formats})", _FULL)
    return dates, times


_FULL = "regexp_full_match({v}, {p}) AND {x} IS NOT NULL"
TEXT = Storage("VARCHAR", _pattern(r"(?s:.*)"), "{v}", "TRUE")
NUMBERS = (
    Storage("BOOLEAN", _pattern("true|false|True|False|TRUE|FALSE"), "TRY_CAST({v} AS BOOLEAN)", _FULL),
    Storage("BIGINT", _pattern(r"-?(0|[1-9]\d{0,18})"), "TRY_CAST({v} AS BIGINT)", "{x}::VARCHAR = {v}"),
    Storage("UBIGINT", _pattern(r"0|[1-9]\d{0,19}"), "TRY_CAST({v} AS UBIGINT)", "{x}::VARCHAR = {v}"),
    Storage(
        "DOUBLE",
        _pattern(_NUMBER),
        "TRY_CAST({v} AS DOUBLE)",
        _FULL + " AND (isfinite({x}) OR {v} ILIKE '%inf%') AND NOT regexp_full_match({v}, '[+-]?\\d{{16,}}')",
    ),
    Storage(
        "DOUBLE ,",
        _pattern(_COMMA),
        "TRY_CAST(replace(replace({v}, '.', ''), ',', '.') AS DOUBLE)",
        _FULL + " AND NOT regexp_full_match({v}, '[+-]?[\\d.]{{16,}}')",
    ),
)
TIMES = (
    Storage("DATE", _pattern(_ISO), "TRY_CAST({v} AS DATE)", _FULL),
    Storage("TIMESTAMP", _pattern(f"{_ISO}{_CLOCK}"), "TRY_CAST({v} AS TIMESTAMP)", _FULL),
    Storage(
        "TIMESTAMPTZ", _pattern(f"{_ISO}{_CLOCK} ?(Z|[+-]\\d{{2}}(:?\\d{{2}})?)"), "TRY_CAST({v} AS TIMESTAMPTZ)", _FULL
    ),
)
DAY_FIRST = (*_clocked(r"\d{1,2}/\d{1,2}/\d{4}", "%d/%m/%Y"), *_clocked(r"\d{1,2}-\d{1,2}-\d{4}", "%d-%m-%Y"))
MONTH_FIRST = (*_clocked(r"\d{1,2}/\d{1,2}/\d{4}", "%m/%d/%Y"), *_clocked(r"\d{1,2}-\d{1,2}-\d{4}", "%m-%d-%Y"))
_OTHER_DATES = (*_clocked(r"\d{1,2}\.\d{1,2}\.\d{4}", "%d.%m.%Y"), *_clocked(r"\d{4}/\d{1,2}/\d{1,2}", "%Y/%m/%d"))
CELL = (*NUMBERS, *TIMES, *DAY_FIRST, *MONTH_FIRST, *_OTHER_DATES, TEXT)
"""Types to try for a cell of unknown kind, narrowest first."""
ISO_TIMES = (*TIMES, TEXT)
"""Types to try for what was text in the file already."""
