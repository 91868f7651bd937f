"""The rows that a chart brings with it, in the place of those of the data set: which fields they hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from observatory.charts.spec.transform import Derived, OwnRows

MOST_ROWS = 20_000
_SHAPES = ("graticule", "sphere")


def own_rows(data: Any, datasets: Any) -> OwnRows | None:
    """The rows that a chart holds itself, by value or by the name of one of its `datasets`; None where it has none.

    An empty list of values stands for the rows of the data set, as does a name that the chart does not explain; an
    empty one among its `datasets` is what was left of a table, so nothing is drawn.

    >>> [made.name for made in own_rows({"values": [{"a": 1}, {"b": "x"}]}, {}).fields]
    ['a', 'b']
    >>> own_rows({"name": "source"}, {}) is None, own_rows({"name": "a"}, {"a": []})
    (True, OwnRows(fields=(), is_open=True))
    """
    if not isinstance(data, Mapping):
        return None
    if "sequence" in data:
        given = data["sequence"] if isinstance(data["sequence"], Mapping) else {}
        made = given.get("as", "data")
        return OwnRows((Derived(made if isinstance(made, str) else "data", "own", "quantitative", _n_steps(given)),))
    if any(shape in data for shape in _SHAPES):
        return OwnRows(is_open=True)
    named = datasets.get(data["name"]) if isinstance(datasets, Mapping) and isinstance(data.get("name"), str) else None
    if named == [] and "values" not in data:
        return OwnRows(is_open=True)
    return _fields(data.get("values", named))


def without_rows(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The chart without the rows that the whole of it stands on; those of single parts stay.

    >>> without_rows({"mark": "bar", "data": {"name": "d"}, "datasets": {"d": [{"a": 1}], "e": [{"b": 1}]}})
    {'mark': 'bar', 'data': {'values': []}, 'datasets': {'e': [{'b': 1}]}}
    """
    data, datasets = spec.get("data"), spec.get("datasets")
    if not isinstance(data, Mapping) or own_rows(data, datasets) is None:
        return dict(spec)
    left = {name: rows for name, rows in datasets.items() if name != data.get("name")} if datasets else {}
    rest = {key: item for key, item in spec.items() if key != "datasets"} | {"data": {"values": []}}
    return rest | ({"datasets": left} if left else {})


def _n_steps(sequence: Mapping[str, Any]) -> int | None:
    numbers = [sequence.get("start", 0), sequence.get("stop"), sequence.get("step", 1)]
    if not all(isinstance(number, (int, float)) for number in numbers) or not numbers[2]:
        return None
    return int(abs(numbers[1] - numbers[0]) / abs(numbers[2])) + 1


def _fields(values: Any) -> OwnRows | None:
    if isinstance(values, (str, Mapping)) and values:
        return OwnRows(is_open=True)
    if not isinstance(values, list) or not values:
        return None
    cells: dict[str, list[Any]] = {}
    for row in values[:MOST_ROWS]:
        for name, cell in row.items() if isinstance(row, Mapping) else [("data", row)]:
            cells.setdefault(str(name), []).append(cell)
    return OwnRows(tuple(_field(name, column) for name, column in cells.items()))


def _field(name: str, cells: list[Any]) -> Derived:
    known = [cell for cell in cells if cell is not None]
    numbers = all(isinstance(cell, (int, float)) and not isinstance(cell, bool) for cell in known)
    return Derived(name, "own", "quantitative" if known and numbers else None, len(set(map(str, known))))
