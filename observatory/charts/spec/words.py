"""Charts in plain words: titles, the conditions of their filters, and what one shows in a sentence."""

from __future__ import annotations

import calendar
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from observatory.charts.spec.groups import leading, plots
from observatory.charts.spec.reading import Part, Reading, parse, read
from observatory.charts.spec.view import Encoding, View, is_discrete
from observatory.errors import ChartInvalidSpec
from observatory.model import TIME_UNITS, FieldProfile, Filter, Profile

LINE, LINES, AXIS = 48, 2, 40
_MARK_WORDS = {
    "point": "points",
    "bar": "bars",
    "line": "a line",
    "area": "an area",
    "tick": "ticks",
    "rect": "a heat map",
    "arc": "a pie",
    "boxplot": "box plots",
    "text": "text",
    "rule": "rules",
    "errorbar": "error bars",
    "errorband": "a band",
}
_AGGREGATE_WORDS = {
    "mean": "mean",
    "median": "median",
    "sum": "total",
    "min": "least",
    "max": "greatest",
    "distinct": "number of different",
    "stdev": "standard deviation of",
    "variance": "variance of",
    "q1": "lower quartile of",
    "q3": "upper quartile of",
}
INTERVALS = {
    "ci": "95 % interval of the mean",
    "stderr": "one standard error around the mean",
    "stdev": "one standard deviation around the mean",
    "iqr": "the middle half of the rows",
}


def phrase(encoding: Encoding) -> str:
    """What a channel shows, as an axis says it.

    >>> phrase(Encoding("y", "Fare", "quantitative", aggregate="mean"))
    'mean Fare'
    """
    if encoding.stack == "normalize" and encoding.type == "quantitative":
        whole = replace(encoding, stack=None)
        return "share of rows" if encoding.field is None else f"share of {phrase(whole)}"
    if encoding.aggregate == "count" or encoding.field is None:
        return "number of rows"
    if encoding.aggregate:
        return f"{_AGGREGATE_WORDS.get(encoding.aggregate, encoding.aggregate)} {encoding.field}"
    if encoding.time_unit:
        return f"{encoding.field} ({TIME_UNITS.get(encoding.time_unit, encoding.time_unit)})"
    return encoding.field


def title(view: View) -> str:
    """A title in plain words.

    >>> title(View("bar", (Encoding("x", "Class", "nominal"), Encoding("y", "Fare", "quantitative", "mean"))))
    'Mean Fare by Class'
    """
    groups, measures = _groups_and_measures(view)
    if view.mark in ("boxplot", "tick") or _is_histogram(view):
        shown = [e for e in view.encodings if e.bin] if _is_histogram(view) else measures[:1] or groups[:1]
        words = "distribution of " + " and ".join(phrase(e) for e in shown)
        groups = [e for e in groups if e not in shown]
    elif view.mark == "rect" or any(e.aggregate for e in measures) or len(measures) < 2:
        words = " and ".join(phrase(e) for e in measures) or "rows"
    else:
        x, y, *rest = sorted(measures, key=lambda e: {"x": 0, "y": 1}.get(e.channel, 2))
        words, groups = f"{phrase(y)} against {phrase(x)}", [*rest, *groups]
    by = " and ".join(dict.fromkeys(phrase(e) for e in groups))
    words = f"{words} by {by}" if by else words
    words += "".join(f", {condition(f)}" for f in view.filters)
    if view.limit is not None and view.measured():
        words += f": the {view.limit} {'largest' if view.descending else 'smallest'}"
    return (
        words if words.startswith(tuple(e.field for e in view.encodings if e.field)) else words[:1].upper() + words[1:]
    )


def _is_histogram(view: View) -> bool:
    binned = any(e.bin for e in view.encodings)
    counts = [e.aggregate == "count" for e in view.encodings if e.aggregate]
    measured = any(e.type == "quantitative" and not e.bin and e.channel in ("x", "y") for e in view.encodings)
    return binned and (all(counts) if counts else not measured)


def _groups_and_measures(view: View) -> tuple[list[Encoding], list[Encoding]]:
    shown = [e for e in view.encodings if e.datum is None]
    measures = [e for e in shown if e.aggregate or (e.type == "quantitative" and not e.bin and e.format != "d")]
    groups = [e for e in shown if e not in measures]
    if view.mark in ("line", "area", "bar") and len(measures) == 2:
        measures = sorted(measures, key=lambda e: e.channel != "y")
        return measures[1:] + groups, measures[:1]
    return groups, measures


def condition(filter: Filter) -> str:
    """A filter in words, as it stands in a title.

    >>> condition(Filter("Hired", "gte", "2018-01-01")), condition(Filter("Age", "range", [20, None]))
    ('Hired from 2018 on', 'Age from 20 on')
    >>> condition(Filter("Sex", "oneOf", ["f", "m"])), condition(Filter("Age", "lt", 30))
    ('Sex f or m', 'Age below 30')
    >>> condition(Filter("Sex", "valid", True)), condition(Filter("Sex", "equal", "f", negated=True))
    ('Sex not missing', 'Sex not f')
    """
    if filter.op == "valid":
        return f"{filter.field} {'not missing' if filter.value else 'missing'}"
    if filter.negated:
        said = condition(replace(filter, negated=False))
        return f"{filter.field} not{said.removeprefix(filter.field)}"
    name, value = filter.field, filter.value
    if filter.op == "range":
        return f"{name} {_between(*value)}"
    if filter.op == "oneOf":
        shown = [_value(v) for v in value]
        return f"{name} {' or '.join(shown)}" if 0 < len(shown) <= 3 else f"{name} one of {len(shown)} values"
    if filter.op == "equal" or value is None:
        return f"{name} {_value(value)}"
    if filter.op in ("gte", "lte"):
        return f"{name} {_between(value, None) if filter.op == 'gte' else _between(None, value)}"
    time = _day(value) is not None
    relation = {("lt", True): "before", ("gt", True): "after", ("lt", False): "below", ("gt", False): "above"}
    return f"{name} {relation[filter.op, time]} {_value(value, last=filter.op == 'gt')}"


def _between(low: Any, high: Any) -> str:
    first, last = _value(low), _value(high, last=True)
    if low is None or high is None:
        return f"from {first} on" if high is None else f"up to {last}"
    return first if first == last else f"{first} to {last}"


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


def _value(value: Any, *, last: bool = False) -> str:
    """A value in words; the first day of a year, or its `last` one, is the year, and likewise a month."""
    day = _day(value)
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    if day is None:
        return textwrap.shorten(str(value), AXIS, placeholder="…") or "empty"
    edge = day + timedelta(1) if last and day < date.max else day
    if edge.day != 1:
        return f"{day.day} {calendar.month_name[day.month]} {day.year}"
    return str(day.year) if edge.month == 1 else f"{calendar.month_name[day.month]} {day.year}"


def lines(text: str) -> list[str]:
    """A title as at most two lines of 48 characters, cut with … after that.

    >>> lines("Number of rows by Bundesland and Geschlecht der befragten Personen")
    ['Number of rows by Bundesland and Geschlecht der', 'befragten Personen']
    >>> [len(line) for line in lines("x" * 200)]
    [48, 48]
    """
    found = textwrap.wrap(text, LINE)
    if len(found) > LINES:
        found = [*found[: LINES - 1], f"{found[LINES - 1][: LINE - 1].rstrip()}…"]
    return found


def short(text: str, most: int = AXIS) -> str:
    """The name of an axis on one line, cut to `most` characters.

    >>> short("mean Einkommen", 8)
    'mean Ei…'
    """
    flat = " ".join(text.split())
    return flat if len(flat) <= most else f"{flat[: most - 1].rstrip()}…"


def summarize(spec: Mapping[str, Any], profile: Profile) -> str:
    """One sentence on what a chart shows; raises ChartInvalidSpec and FieldNotFound.

    >>> summarize({"mark": "bar", "encoding": {"y": {"field": "a", "type": "nominal", "sort": "-x"},
    ...     "x": {"aggregate": "count", "type": "quantitative"}}}, Profile(891, ()))
    'Number of rows by a, as bars, sorted by length (891 rows).'
    """
    reading = read(spec)
    if reading.composition != "single":
        return _composite(reading, profile)
    return sentence(parse(spec), profile)


def sentence(view: View, profile: Profile) -> str:
    """One sentence on what a view shows; raises FieldNotFound.

    >>> counts = Encoding("y", None, "quantitative", "count")
    >>> sentence(View("bar", (Encoding("x", "a", "nominal"), counts)), Profile(9, ()))
    'Number of rows by a, as bars (9 rows).'
    """
    shares = any(e.stack == "normalize" for e in view.encodings)
    sorted_bars = view.mark == "bar" and not shares and any(view.sorted_by_measure(e) for e in view.encodings)
    said = f"{title(view)}, as {drawn_as(view)}{', sorted by length' if sorted_bars else ''}"
    rows = _rows(view, profile)
    return f"{said} ({rows})." if rows else f"{said}."


def _composite(reading: Reading, profile: Profile) -> str:
    drawn = plots(reading.parts)
    if not drawn:
        raise ChartInvalidSpec("The chart has nothing to draw.", "Give it a mark and an encoding.")
    said = [headline(plot) for plot in drawn]
    if len(said) > 1:
        return f"{len(said)} charts: {'; '.join(said)}."
    rows = _rows(leading(drawn[0]).view, profile)
    return f"{said[0]} ({rows})." if rows else f"{said[0]}."


def headline(plot: Sequence[Part]) -> str:
    """What a plot shows and how, with what its further layers add."""
    first = leading(plot)
    added = list(dict.fromkeys(beside(part.view) for part in plot if part is not first))
    more = f", with {' and '.join(added)}" if added else ""
    return f"{first.view.title or title(first.view)}, as {drawn_as(first.view)}{more}"


def drawn_as(view: View) -> str:
    """The marks of a view in words, with its interval.

    >>> drawn_as(View("line", (), interval="ci"))
    'a line with a band: 95 % interval of the mean'
    """
    grouped = view.mark == "bar" and (view.on("xOffset") or view.on("yOffset"))
    words = "bars side by side" if grouped else _MARK_WORDS.get(view.mark, view.mark)
    apart = view.on("detail")
    if view.mark == "line" and apart is not None and apart.field is not None:
        words = f"a line for each {apart.field}"
    if view.interval is None:
        return words
    around = INTERVALS[view.interval]
    if view.mark in ("errorbar", "errorband"):
        return f"{words}: {around}"
    return f"{words} with {'a band' if view.mark in ('line', 'area') else 'error bars'}: {around}"


def beside(view: View) -> str:
    """What a layer adds to the one beneath it, in words.

    >>> beside(View("rule", (Encoding("y", "Fare", "quantitative", "mean"),)))
    'a line at the mean Fare'
    """
    if view.mark == "rule" and not (view.on("x2") or view.on("y2")):
        at = [
            f"{_value(e.datum)}" if e.datum is not None else f"the {phrase(e)}"
            for e in view.encodings
            if e.channel in "xy"
        ]
        return f"a line at {at[0]}" if len(at) == 1 else "lines"
    if view.mark == "text":
        text = view.on("text")
        return f"labels of the {phrase(text)}" if text is not None and text.datum is None else "labels"
    if view.mark in ("errorbar", "errorband"):
        return drawn_as(view)
    shown = title(view)
    return f"{drawn_as(view)} of {shown[:1].lower()}{shown[1:]}"


def _rows(view: View, profile: Profile) -> str:
    """How many rows a chart shows, as far as the profile can tell; "" where filters or a limit leave some out."""
    if view.filters or view.limit is not None:
        return ""
    needed = {e.field for e in view.encodings if e.field and not is_discrete(e)}
    gaps = [field for field in (profile.field(name) for name in sorted(needed)) if not _is_complete(field)]
    noun = "row" if profile.n_rows == 1 else "rows"
    if not gaps:
        return f"{profile.n_rows:,} {noun}"
    if len(gaps) > 1 or _may_fail(gaps[0]):
        return "rows with a value"
    return f"{profile.n_rows - gaps[0].missing:,} of {profile.n_rows:,} {noun}"


def _is_complete(field: FieldProfile) -> bool:
    return not field.missing and not _may_fail(field)


def _may_fail(field: FieldProfile) -> bool:
    """Whether values that are present may still not be drawn: text that is no number or time, and infinities."""
    infinite = any(str(bound).lstrip("-") in ("inf", "Infinity") for bound in (field.min, field.max))
    return infinite or (field.type in ("quantitative", "temporal") and "CHAR" in field.storage.upper())
