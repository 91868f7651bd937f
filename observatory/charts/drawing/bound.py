"""The rows of a data set bound to a chart that is drawn as it is written: columns under their own names, typed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from observatory.charts.drawing.titles import cells, line
from observatory.charts.drawing.units import iso_sql
from observatory.charts.drawing.used import takes_rows
from observatory.charts.drawing.values import filter_sql
from observatory.charts.spec.own import own_rows
from observatory.charts.spec.transform import shaped
from observatory.model import FieldProfile, Filter, Profile, Table
from observatory.quoting import sql_name, vega_field

ROWS = "rows"
_NUMBERS = ("INT", "BIGINT", "SMALLINT", "TINYINT", "HUGEINT", "UBIGINT", "UINTEGER", "USMALLINT", "UTINYINT")
_FRACTIONS = ("DOUBLE", "FLOAT", "DECIMAL", "REAL")


@dataclass(frozen=True)
class Bound:
    """Rows of the data set as JSON values; `n_rows` is how many there are to draw, of which these may be a sample."""

    records: list[dict[str, Any]]
    n_rows: int

    @property
    def is_sample(self) -> bool:
        """Whether rows are missing for there being too many."""
        return len(self.records) < self.n_rows


def rows_of(spec: Mapping[str, Any], names: Sequence[str], table: Table, profile: Profile, most: int) -> Bound:
    """The named columns of all rows, or of a fixed random sample of `most` of those that the first filters keep."""
    columns = ", ".join(f"{cell_sql(profile.field(name))} AS c{i}" for i, name in enumerate(names)) or "0 AS none"
    n_rows, where = profile.n_rows, "TRUE"
    if n_rows > most:
        where = " AND ".join(_kept_sql(f, profile) for f in first_filters(spec, profile)) or "TRUE"
        n_rows = int(table.query(f"SELECT count(*) FROM t WHERE {where}").iloc[0].iloc[0])
    order = "hash(rowid), rowid" if n_rows > most else "rowid"
    frame = table.query(f"SELECT {columns} FROM t WHERE {where} ORDER BY {order} LIMIT {most}")
    drawn = cells(frame.set_axis([plain_name(name) for name in names], axis=1) if names else frame[[]])
    return Bound(records(drawn), n_rows)


def plain_name(name: str) -> str:
    """The name of a column as Vega can read it: on one line, and not that of a part of every JavaScript object.

    >>> plain_name("constructor"), plain_name("a b")
    ('constructor ', 'a b')
    """
    return line(" ".join(re.split("[\r\n\u2028\u2029]", name)))


def renamed(node: Any, names: Sequence[str]) -> Any:
    """A chart whose fields of these names have the names under which their columns are bound."""
    changed = {vega_field(name): vega_field(plain_name(name)) for name in names if plain_name(name) != name}
    return _renamed(node, changed) if changed else node


def _renamed(node: Any, names: Mapping[str, str]) -> Any:
    if isinstance(node, Mapping):
        return {k: item if k in ("data", "datasets", "title") else _renamed(item, names) for k, item in node.items()}
    if isinstance(node, list):
        return [_renamed(item, names) for item in node]
    return names.get(node, node) if isinstance(node, str) else node


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON values; what is missing is null.

    >>> records(pd.DataFrame({"a": [1.5, None]}))
    [{'a': 1.5}, {'a': None}]
    """
    plain = rows.astype(object).where(rows.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]


def first_filters(spec: Mapping[str, Any], profile: Profile) -> tuple[Filter, ...]:
    """The conditions on fields of the data set that stand before all else, at the top of a chart.

    >>> spec = {"transform": [{"filter": "datum.a > 1"}, {"calculate": "1", "as": "b"}, {"filter": "datum.b > 1"}]}
    >>> [f.field for f in first_filters(spec, Profile(0, (FieldProfile("a", "quantitative", "measure", "", 0, 0),)))]
    ['a']
    """
    steps = spec.get("transform")
    known = {field.name for field in profile.fields}
    found: list[Filter] = []
    for step in steps if isinstance(steps, list) else ():
        left = shaped([step])
        if not left.exact or left.derived or any(f.field not in known for f in left.filters):
            break
        found += left.filters
    return tuple(found)


def _kept_sql(filter: Filter, profile: Profile) -> str:
    """A condition that keeps what a filter of the chart may keep: where SQL knows no answer, a chart may."""
    return f"coalesce({filter_sql(filter, profile.field(filter.field))}, TRUE)"


def cell_sql(field: FieldProfile) -> str:
    """A cell as Altair writes it: numbers, truth values, local times as ISO 8601, and all else as text."""
    name, storage = sql_name(field.name), field.storage.upper()
    if storage.startswith(("TIMESTAMP", "DATE")):
        return iso_sql(f"TRY_CAST({name} AS TIMESTAMP)")
    if storage == "TIME":
        return iso_sql(f"(DATE '1970-01-01' + {name})")
    if storage.startswith((*_NUMBERS, *_FRACTIONS)):
        return f"CASE WHEN isfinite(CAST({name} AS DOUBLE)) THEN CAST({name} AS DOUBLE) END"
    return name if storage.startswith("BOOL") else f"CAST({name} AS VARCHAR)"


def bind(spec: Mapping[str, Any], rows: Bound | None) -> dict[str, Any]:
    """The chart with the rows in the place of the data that it does not hold itself, and its own texts made safe."""
    own = spec.get("datasets")
    datasets = {str(name): _safe(values) for name, values in own.items()} if isinstance(own, Mapping) else {}
    name = next(n for n in (ROWS, *(f"{ROWS}{i}" for i in range(len(datasets) + 1))) if n not in datasets)
    whole = {key: _bound(item, own, name) for key, item in spec.items() if key not in ("data", "datasets", "config")}
    data = spec.get("data")
    if rows is not None:
        datasets[name] = rows.records
    if isinstance(data, Mapping) and own_rows(data, own) is not None:
        whole["data"] = _safe_data(data)
    elif takes_rows({key: item for key, item in spec.items() if key != "data"}, own):
        whole["data"] = {"name": name}
    return whole | ({"datasets": datasets} if datasets else {})


def _bound(node: Any, own: Any, name: str) -> Any:
    if isinstance(node, list):
        return [_bound(item, own, name) for item in node]
    if not isinstance(node, Mapping):
        return node
    bound = {key: _bound(item, own, name) for key, item in node.items() if key != "data"}
    data = node.get("data")
    if isinstance(data, Mapping):
        bound["data"] = {"name": name} if own_rows(data, own) is None else _safe_data(data)
    elif "data" in node:
        bound["data"] = data
    return bound


def _safe_data(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _safe(item) if key == "values" else item for key, item in data.items()}


def _safe(values: Any) -> Any:
    """Rows of the chart's own with the texts in them as Vega can draw them."""
    if not isinstance(values, list):
        return values
    return [
        {key: line(cell) if isinstance(cell, str) else cell for key, cell in row.items()}
        if isinstance(row, Mapping)
        else line(row)
        if isinstance(row, str)
        else row
        for row in values
    ]
