"""Values, filters and summaries of a channel as SQL."""

from __future__ import annotations

from datetime import datetime

from observatory.charts.drawing.palette import MISSING
from observatory.charts.spec.view import Encoding
from observatory.errors import ChartInvalidSpec
from observatory.model import FieldProfile, Filter
from observatory.quoting import sql_literal, sql_name

_OPERATORS = {"equal": "=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
_FUNCTIONS = {
    "count": "count(*)",
    "mean": "avg({v})",
    "median": "median({v})",
    "sum": "sum({v})",
    "min": "min({v})",
    "max": "max({v})",
    "distinct": "count(DISTINCT {v})",
    "stdev": "stddev_samp({v})",
    "variance": "var_samp({v})",
    "q1": "quantile_cont({v}, 0.25)",
    "q3": "quantile_cont({v}, 0.75)",
}


def summary_sql(aggregate: str, value: str) -> str:
    """A Vega-Lite aggregate as SQL; stdev and variance are those of a sample, as in Vega-Lite.

    Raises ChartInvalidSpec for an aggregate that is not known.

    >>> summary_sql("mean", "v_y"), summary_sql("q3", "v_y")
    ('avg(v_y)', 'quantile_cont(v_y, 0.75)')
    """
    if aggregate not in _FUNCTIONS:
        raise ChartInvalidSpec(f"There is no aggregate “{aggregate}”.", f"Take one of: {', '.join(_FUNCTIONS)}.")
    return _FUNCTIONS[aggregate].format(v=value)


YEARS = (1000, 2999)


def time_sql(profile: FieldProfile) -> str:
    """A time as TIMESTAMP; a number of the role time is a year, which stands for its first day, however it is stored.

    >>> print(time_sql(FieldProfile("a", "quantitative", "time", "DOUBLE", 0, 2)))
    CASE WHEN "a" BETWEEN 1000 AND 2999 THEN CAST(make_date(CAST(floor("a") AS BIGINT), 1, 1) AS TIMESTAMP) END
    """
    name = sql_name(profile.name)
    if profile.storage.upper() == "TIME":
        return f"(DATE '1970-01-01' + {name})"
    if profile.role == "time" and (profile.type == "quantitative" or "INT" in profile.storage.upper()):
        year = f"make_date(CAST(floor({name}) AS BIGINT), 1, 1)"
        return f"CASE WHEN {name} BETWEEN {YEARS[0]} AND {YEARS[1]} THEN CAST({year} AS TIMESTAMP) END"
    return f"TRY_CAST({name} AS TIMESTAMP)"


def value_sql(encoding: Encoding, profile: FieldProfile) -> str:
    """The value of a row for a channel, typed as it is drawn: DOUBLE, TIMESTAMP, or VARCHAR with nulls named."""
    name = sql_name(profile.name)
    if encoding.aggregate == "distinct":
        return name
    if encoding.type == "temporal" or encoding.time_unit:
        return time_sql(profile)
    if encoding.type == "quantitative":
        number = f"TRY_CAST({name} AS DOUBLE)"
        return f"CASE WHEN isfinite({number}) THEN {number} END"
    return f"coalesce(CAST({name} AS VARCHAR), {sql_literal(MISSING)})"


def filter_sql(filter: Filter, profile: FieldProfile) -> str:
    """A Vega-Lite field predicate as a DuckDB predicate; a negated one keeps the rows without a value.

    >>> print(filter_sql(Filter("a", "equal", "x"), FieldProfile("a", "nominal", "dimension", "VARCHAR", 0, 2)))
    CAST("a" AS VARCHAR) = 'x'
    """
    kept = _predicate(filter, profile)
    return f"NOT coalesce({kept}, FALSE)" if filter.negated else kept


def _predicate(filter: Filter, profile: FieldProfile) -> str:
    if filter.op == "valid":
        name = sql_name(profile.name)
        number = f"coalesce(isfinite(TRY_CAST({name} AS DOUBLE)), FALSE)"
        valid = number if profile.type == "quantitative" else f"({name} IS NOT NULL)"
        return valid if filter.value else f"NOT {valid}"
    if filter.op == "oneOf":
        return "(" + " OR ".join(_compare(profile, "=", v) for v in filter.value) + ")" if filter.value else "FALSE"
    if filter.op == "range":
        low, high = filter.value
        bounds = [_compare(profile, op, v) for op, v in ((">=", low), ("<=", high)) if v is not None]
        return "(" + (" AND ".join(bounds) or "TRUE") + ")"
    return _compare(profile, _OPERATORS[filter.op], filter.value)


def _compare(profile: FieldProfile, operator: str, value: object) -> str:
    name = sql_name(profile.name)
    if value is None:
        return f"{name} IS NULL"
    if isinstance(value, str) and profile.type == "temporal":
        return f"TRY_CAST({name} AS TIMESTAMP) {operator} {sql_literal(_time(value))}"
    if isinstance(value, str):
        return f"CAST({name} AS VARCHAR) {operator} {sql_literal(value)}"
    if isinstance(value, bool):
        return f"CAST({name} AS VARCHAR) {operator} '{str(value).lower()}'"
    return f"TRY_CAST({name} AS DOUBLE) {operator} {sql_literal(value)}"


def _time(text: str) -> object:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text
