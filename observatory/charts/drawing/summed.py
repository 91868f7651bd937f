"""The first steps of a written chart, as far as they sum its rows up, done in SQL: over all rows, however many."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from observatory.charts.drawing.bound import Bound, cell_sql, plain_name, records
from observatory.charts.drawing.titles import cells
from observatory.charts.drawing.units import TRUNCATED, iso_sql
from observatory.charts.drawing.used import nodes
from observatory.charts.drawing.values import filter_sql, summary_sql, time_sql
from observatory.charts.spec.expression import condition_of
from observatory.charts.spec.transform import shaped
from observatory.errors import FieldNotFound
from observatory.model import FieldProfile, Profile, Table
from observatory.quoting import sql_name, vega_name

MOST_GROUPS = 50_000
_OPERATIONS = ("count", "sum", "mean", "average", "median", "min", "max", "distinct", "stdev", "variance", "q1", "q3")
_FLAG = re.compile(r"(?P<test>.+) \? 1 : 0", re.DOTALL)
_ROUNDS = {
    "quarter": "make_timestamp(2012, 3 * quarter({v}) - 2, 1, 0, 0, 0)",
    "month": "make_timestamp(2012, month({v}), 1, 0, 0, 0)",
    "date": "make_timestamp(2012, 1, day({v}), 0, 0, 0)",
    "day": "TIMESTAMP '2012-01-01' + to_days(CAST(dayofweek({v}) AS INTEGER))",
    "hours": "TIMESTAMP '2012-01-01' + to_hours(CAST(hour({v}) AS INTEGER))",
    "minutes": "TIMESTAMP '2012-01-01' + to_minutes(CAST(minute({v}) AS INTEGER))",
}
"""Rounds of time as the moments of 2012 that Vega-Lite's `timeUnit` makes of them."""


def summed(spec: Mapping[str, Any], table: Table, profile: Profile) -> tuple[dict[str, Any], Bound] | None:
    """The chart without its steps up to the first `aggregate`, and the rows that these give; None where SQL cannot.

    Understood are filters of fields, `timeUnit`, and flags (`condition ? 1 : 0`) before the aggregate.
    """
    steps = spec.get("transform")
    at = next((i for i, step in enumerate(steps) if "aggregate" in step), -1) if isinstance(steps, list) else -1
    if at < 0 or not isinstance(steps, list) or any("data" in node for node in nodes(spec)):
        return None
    try:
        made = _Made(profile)
        for step in steps[:at]:
            made.take(step)
        columns = {vega_name(name): made.group(vega_name(name)) for name in steps[at].get("groupby", [])}
        columns |= {item["as"]: made.summary(item) for item in steps[at]["aggregate"]}
    except (_Beyond, FieldNotFound, KeyError, TypeError):
        return None
    shown = ", ".join(f"{sql} AS c{i}" for i, sql in enumerate(columns.values()))
    where = " AND ".join(made.conditions) or "TRUE"
    frame = table.query(f"SELECT {shown} FROM t WHERE {where} GROUP BY ALL ORDER BY ALL LIMIT {MOST_GROUPS + 1}")
    if len(frame) > MOST_GROUPS:
        return None
    rows = records(cells(frame.set_axis([plain_name(name) for name in columns], axis=1)))
    return {**spec, "transform": steps[at + 1 :]}, Bound(rows, len(rows))


class _Beyond(Exception):
    """A step that is left to Vega-Lite."""


class _Made:
    """What the steps before an aggregate make: conditions on rows, and columns by their names."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.conditions: list[str] = []
        self.columns: dict[str, str] = {}

    def take(self, step: Mapping[str, Any]) -> None:
        """One step; raises _Beyond."""
        if "filter" in step:
            left = shaped([step])
            if left.notes or left.derived or any(f.field in self.columns for f in left.filters):
                raise _Beyond
            self.conditions += [f"coalesce({filter_sql(f, self._field(f.field))}, FALSE)" for f in left.filters]
        elif set(step) == {"timeUnit", "field", "as"}:
            unit, field = step["timeUnit"], self._field(vega_name(step["field"]))
            if field.type != "temporal" or unit not in TRUNCATED | _ROUNDS:
                raise _Beyond
            self.columns[step["as"]] = iso_sql((TRUNCATED | _ROUNDS)[unit].format(v=time_sql(field)))
        else:
            found = _FLAG.fullmatch(step.get("calculate", ""))
            condition = condition_of(found["test"]) if found else None
            if condition is None or not condition.exact or not condition.filters:
                raise _Beyond
            tests = [f"coalesce({filter_sql(f, self._field(f.field))}, FALSE)" for f in condition.filters]
            self.columns[step["as"]] = f"CASE WHEN {' AND '.join(tests)} THEN 1.0 ELSE 0.0 END"

    def group(self, name: str) -> str:
        """SQL of a column that groups rows."""
        return self.columns[name] if name in self.columns else cell_sql(self._field(name))

    def summary(self, item: Mapping[str, Any]) -> str:
        """SQL of one summary."""
        op = {"average": "mean"}.get(item["op"], item["op"])
        if op == "count":
            return summary_sql("count", "")
        if op not in _OPERATIONS:
            raise _Beyond
        name = vega_name(item["field"])
        number = self.columns.get(name)
        if op == "distinct" and number is None:
            return summary_sql("distinct", sql_name(self._field(name).name))
        if number is None and self._field(name).type != "quantitative":
            raise _Beyond
        if number is None:
            value = f"TRY_CAST({sql_name(self._field(name).name)} AS DOUBLE)"
            number = f"CASE WHEN isfinite({value}) THEN {value} END"
        return summary_sql(op, f"({number})")

    def _field(self, name: str) -> FieldProfile:
        return self.profile.field(name)
