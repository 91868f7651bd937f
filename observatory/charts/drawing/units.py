"""Vega-Lite's time units as SQL: stretches of time, dates folded into one year, and rounds such as weekdays."""

from __future__ import annotations

TRUNCATED = {
    "year": "date_trunc('year', {v})",
    "yearquarter": "date_trunc('quarter', {v})",
    "yearmonth": "date_trunc('month', {v})",
    "yearweek": "date_trunc('week', {v} + INTERVAL 1 DAY) - INTERVAL 1 DAY",
    "yearmonthdate": "date_trunc('day', {v})",
    "yearmonthdatehours": "date_trunc('hour', {v})",
    "yearmonthdatehoursminutes": "date_trunc('minute', {v})",
    "monthdate": "make_timestamp(2012, month({v}), day({v}), 0, 0, 0)",
    "dayofyear": "TIMESTAMP '2012-01-01' + to_days(CAST(dayofyear({v}) AS INTEGER) - 1)",
    "hoursminutes": "TIMESTAMP '2012-01-01' + (date_trunc('minute', {v}) - date_trunc('day', {v}))",
}
"""Units drawn on an axis of time; weeks begin on Sunday, and what has no year lies in 2012, as in Vega-Lite."""

CYCLES = {
    "quarter": ("'Q' || quarter({v})", "quarter({v})"),
    "month": ("strftime({v}, '%b')", "month({v})"),
    "week": ("strftime({v}, '%U')", "strftime({v}, '%U')"),
    "date": ("CAST(day({v}) AS VARCHAR)", "day({v})"),
    "day": ("strftime({v}, '%a')", "isodow({v})"),
    "hours": ("strftime({v}, '%H')", "hour({v})"),
    "minutes": ("strftime({v}, '%M')", "minute({v})"),
}
"""Units that come round again, drawn as categories: their label, and what puts the labels in order."""

FORMATS = {
    "year": "%Y",
    "yearquarter": "%b %Y",
    "yearmonth": "%b %Y",
    "yearweek": "week of %d %b %Y",
    "yearmonthdate": "%d %b %Y",
    "yearmonthdatehours": "%d %b %Y %H:%M",
    "yearmonthdatehoursminutes": "%d %b %Y %H:%M",
    "monthdate": "%d %b",
    "dayofyear": "day %-j",
    "hoursminutes": "%H:%M",
}
"""How a moment of a unit is written, as a d3 format."""


def iso_sql(value: str) -> str:
    """A local time as text with a clock part, which Vega reads without a shift of the time zone.

    >>> iso_sql("v_x")
    "strftime(v_x, '%Y-%m-%dT%H:%M:%S')"
    """
    return f"strftime({value}, '%Y-%m-%dT%H:%M:%S')"


def unit_sql(unit: str, value: str) -> str:
    """The value of a time for a unit, as text: a moment, or the label of a round.

    >>> unit_sql("day", "v_x")
    "strftime(v_x, '%a')"
    """
    if unit in CYCLES:
        return CYCLES[unit][0].format(v=value)
    return iso_sql(TRUNCATED[unit].format(v=value))
