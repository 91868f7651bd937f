"""Ticks at every day or month, which are too many for a browser over a long time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from observatory.charts.drawing.used import nodes
from observatory.model import Profile
from observatory.quoting import vega_name

MOST_TICKS = 5_000
TICKS_SAID = f"Ticks at each of more than {MOST_TICKS:,} times were left out."
_A_YEAR = {"year": 1, "month": 12, "week": 53, "day": 366, "hour": 8_784}
_MILLISECONDS = 365.25 * 86_400_000
_YEAR = re.compile(r"[+-]?\d{4,6}(?=$|[-/T ])")
_GUIDES = ("axis", "legend")


def few_ticks(spec: Mapping[str, Any], profile: Profile) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The chart without ticks of which there may be too many, and what is to be said of that.

    >>> axis = {"field": "t", "type": "temporal", "axis": {"tickCount": "day"}}
    >>> rows = [{"t": "0001-01-01"}, {"t": "2026-01-01"}]
    >>> few_ticks({"mark": "bar", "data": {"values": rows}, "encoding": {"x": axis}}, Profile(0, ()))[1]
    ('Ticks at each of more than 5,000 times were left out.',)
    """
    left = _Left(spec, profile)
    few: dict[str, Any] = left.out(spec)
    return few, (TICKS_SAID,) if left.any else ()


class _Left:
    def __init__(self, spec: Mapping[str, Any], profile: Profile) -> None:
        self.spec, self.any = spec, False
        self.fields = {field.name: field for field in profile.fields}

    def out(self, node: Any) -> Any:
        if isinstance(node, list):
            return [self.out(item) for item in node]
        if not isinstance(node, Mapping):
            return node
        whole = {key: item if key in ("data", "datasets") else self.out(item) for key, item in node.items()}
        for guide in _GUIDES:
            held = whole.get(guide)
            if isinstance(held, Mapping) and (n := _each_year(held.get("tickCount"))) and not self._is_short(node, n):
                whole[guide] = {key: item for key, item in held.items() if key != "tickCount"}
                self.any = True
        return whole

    def _is_short(self, definition: Mapping[str, Any], n_each_year: float) -> bool:
        unit = definition.get("timeUnit")
        unit = unit.get("unit") if isinstance(unit, Mapping) else unit
        if isinstance(unit, str) and "year" not in unit:
            return True
        if not isinstance(definition.get("field"), str):
            return False
        years = [_year_of(cell) for cell in self._times(vega_name(definition["field"]), definition)]
        known = [year for year in years if year is not None]
        return len(known) == len(years) > 0 and (max(known) - min(known) + 1) * n_each_year <= MOST_TICKS

    def _times(self, name: str, definition: Mapping[str, Any]) -> Iterator[Any]:
        """The first and last time of a field of the data set, and all of rows of the chart's own and of its scale."""
        if name in self.fields:
            yield from (end for end in (self.fields[name].min, self.fields[name].max) if end is not None)
        datasets = self.spec.get("datasets", {})
        for node in nodes(self.spec):
            data = node.get("data")
            held = data.get("values", datasets.get(data.get("name"))) if isinstance(data, Mapping) else None
            for row in held if isinstance(held, list) else ():
                if isinstance(row, Mapping) and row.get(name) is not None:
                    yield row[name]
        scale = definition.get("scale")
        domain = scale.get("domain") if isinstance(scale, Mapping) else None
        yield from domain if isinstance(domain, list) else ()


def _each_year(count: Any) -> float | None:
    """How many ticks a year has, of a count that is an interval."""
    interval, step = (count.get("interval"), count.get("step", 1)) if isinstance(count, Mapping) else (count, 1)
    return None if not isinstance(interval, str) else _A_YEAR.get(interval.removeprefix("utc"), 1e9) / max(step, 1)


def _year_of(time: Any) -> float | None:
    if isinstance(time, Mapping):
        return time["year"] if isinstance(time.get("year"), int) else None
    if isinstance(time, (int, float)):
        return 1970 + time / _MILLISECONDS
    found = _YEAR.match(time.strip()) if isinstance(time, str) else None
    return float(found[0]) if found else None
