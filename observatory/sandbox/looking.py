"""A look at the chart that code gave, where the code is still at hand: what is wrong with it can be mended there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from observatory.errors import ChartCodeFailed, ChartCodeRejected, ChartInvalidSpec, FieldNotFound
from observatory.sandbox.grammar import accept

_PARTS = ("layer", "hconcat", "vconcat", "concat")


def demand_drawable(spec: Mapping[str, Any], data: pd.DataFrame, code: str = "") -> None:
    """Raise ChartCodeFailed for a field that no table has, ChartCodeRejected for what the grammar refuses.

    The error has the line where the code names the field. Only views without transforms are looked at for fields.
    Nothing rests on this look: the spec is judged again by the process that asked for the chart.

    >>> demand_drawable({"mark": "bar", "encoding": {"x": {"field": "b"}}}, pd.DataFrame({"a": [1]}))
    Traceback (most recent call last):
    observatory.errors.ChartCodeFailed: There is no field called “b”.
    """
    datasets = spec.get("datasets", {})
    tables = {name: pd.DataFrame(rows[:_LOOKED_AT]) for name, rows in datasets.items() if _is_table(rows)}
    for name, table, is_count in _named(spec, data.head(1), tables):
        if name not in table.columns:
            error = FieldNotFound(name, [str(column) for column in table.columns])
            error.obj = table  # type: ignore[attr-defined]  # where `at_hand` looks for the table
            message, hint = (_COUNTS, "Write count().") if is_count else (error.message, error.hint)
            raise ChartCodeFailed(message, hint, line=_line_of(name, code)) from error
    few = {name: rows[:1] if isinstance(rows, list) else rows for name, rows in datasets.items()}
    try:
        accept({**spec, "datasets": few} if few else spec)
    except ChartInvalidSpec as error:
        raise ChartCodeRejected(error.message, error.hint) from error


_LOOKED_AT = 1_000


def _is_table(rows: Any) -> bool:
    """Whether there are rows, and all are objects, as far as they are looked at: no rows tell no fields."""
    return isinstance(rows, list) and bool(rows) and all(isinstance(row, dict) for row in rows[:_LOOKED_AT])


_COUNTS = "count() takes no column: it counts rows."


def _line_of(name: str, code: str) -> int | None:
    """The first line that names a field, as it is or as it stands in a string."""
    written = rf"(?:{re.escape(name)}|{re.escape(repr(name)[1:-1])})(?!\w)"
    for pattern in (rf"['\"](?:\w+\()?{written}", rf"(?<!\w){written}"):
        for number, line in enumerate(code.splitlines(), 1):
            if re.search(pattern, line):
                return number
    return None


def _named(
    node: Any, table: pd.DataFrame, tables: Mapping[str, pd.DataFrame]
) -> Iterator[tuple[str, pd.DataFrame, bool]]:
    """The fields that views name, the tables that they are read from, and whether rows are counted."""
    if not isinstance(node, Mapping) or node.get("transform"):
        return
    own = node.get("data")
    if isinstance(own, Mapping):
        if own.get("name") not in tables:
            return
        table = tables[str(own["name"])]
    for key in _PARTS:
        for part in node.get(key, []):
            yield from _named(part, table, tables)
    encoding = node.get("encoding")
    for definition in encoding.values() if isinstance(encoding, Mapping) else ():
        for item in definition if isinstance(definition, list) else [definition]:
            field = item.get("field") if isinstance(item, Mapping) else None
            if isinstance(field, str):
                yield re.sub(r"\\(.)", r"\1", field), table, item.get("aggregate") == "count"
