"""What the numbers of a chart say, in sentences that are computed: highest, lowest, total, gap, change, correlation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from observatory.insight.wording import number_words
from observatory.model import Numbers, Scalar

_ADDED = ("count", "sum")
_FEW, _MOST_NAMED = 30, 4
_COHEN = ((0.5, "a strong"), (0.3, "a moderate"), (0.1, "a weak"))
_YES = ("yes", "true", "1")
_BARE = ("yes", "no", "true", "false", "(missing)", "y", "n", "other", "none")


@dataclass(frozen=True)
class Row:
    """One number of a chart: the groups that it is of, the number, and its rows."""

    labels: tuple[str, ...]
    value: float
    n: int


def told(numbers: Numbers) -> tuple[str, ...]:
    """One to three sentences on the numbers that a chart draws; each number is one of these, or computed from them.

    >>> ages = Numbers(("class",), "mean age", "mean", (("1st", 40.0, 300), ("3rd", 25.0, 700)), 1000)
    >>> told(ages)[0]
    'The mean age is highest for 1st (40) and lowest for 3rd (25), a difference of 15: 1.6 times as much.'
    """
    rows = [r for r in _rows(numbers) if r is not None]
    if not rows:
        return ("There is no number to show: no row is left, or every value is missing.",)
    if numbers.aggregate == "corr":
        return (_correlation(numbers, rows[0]),)
    if not numbers.groups:
        return (f"The {numbers.measure} is {number_words(rows[0].value)}{_of_rows(numbers, rows[0].n)}.",)
    if numbers.aggregate == "share":
        return _shares(numbers, rows)
    if numbers.aggregate == "rate":
        return (_rates(numbers, rows),)
    along = numbers.groups.index(numbers.times[0]) if numbers.times else None
    said = []
    if along is not None and len(numbers.groups) == 1:
        said.append(_course(numbers, rows))
    elif along is not None and len(numbers.groups) == 2:
        said += _courses(numbers, rows, along)
    if numbers.aggregate in _ADDED and along is None:
        said.append(_total(numbers, rows))
    said.append(_extremes(numbers, rows))
    return tuple(text for text in said if text)[:3]


def _rows(numbers: Numbers) -> list[Row | None]:
    return [_row(values, numbers) for values in numbers.rows]


def _row(values: Sequence[Scalar], numbers: Numbers) -> Row | None:
    width = len(numbers.groups)
    value, n = values[width], values[width + 1]
    if not isinstance(value, (int, float)):
        return None
    labels = tuple(_label(str(v), name, numbers) for name, v in zip(numbers.groups, values))
    return Row(labels, float(value), int(float(str(n))))


def _label(value: str, group: str, numbers: Numbers) -> str:
    """A value that says nothing by itself, such as “yes” or 1, with the name of what it is of."""
    bare = value.lower() in _BARE or value.replace(".", "").isdigit()
    shared = numbers.aggregate == "share"
    return f"{group} = {value}" if bare and group not in numbers.times and not shared else value


def _of_rows(numbers: Numbers, n: int) -> str:
    return "" if numbers.aggregate == "count" else f" ({n:,} {'row' if n == 1 else 'rows'})"


def _name(row: Row) -> str:
    return ", ".join(row.labels)


def _extremes(numbers: Numbers, rows: Sequence[Row]) -> str:
    """The highest and the lowest, their difference and, where both are above zero, their ratio."""
    if len(rows) < 2:
        only = rows[0]
        return f"The {numbers.measure} for {_name(only)} is {number_words(only.value)}{_of_rows(numbers, only.n)}."
    high, low = max(r.value for r in rows), min(r.value for r in rows)
    if high == low:
        return f"The {numbers.measure} is the same for all {len(rows)} groups: {number_words(high)}."
    most, least = _named([r for r in rows if r.value == high]), _named([r for r in rows if r.value == low])
    top, bottom = f"{most} ({number_words(high)})", f"{least} ({number_words(low)})"
    first = f"Of the {len(rows)} shown, the" if numbers.limited else "The"
    said = f"{first} {numbers.measure} is highest for {top} and lowest for {bottom}"
    ratio = (
        f": {number_words(round(high / low, 1))} times as much"
        if numbers.has_zero and low > 0 and high / low >= 1.1
        else ""
    )
    return f"{said}, a difference of {number_words(high - low)}{ratio}."


def _named(rows: Sequence[Row]) -> str:
    names = [_name(r) for r in rows]
    return " and ".join(names) if len(names) <= 2 else f"{names[0]} and {len(names) - 1} others"


def _total(numbers: Numbers, rows: Sequence[Row]) -> str:
    """The total, and which part of it the largest group makes up."""
    total, top = sum(r.value for r in rows), max(rows, key=lambda r: r.value)
    if total <= 0 or any(r.value < 0 for r in rows) or len(rows) < 2:
        return ""
    whole = (
        f"{number_words(total)} rows"
        if numbers.aggregate == "count"
        else f"a {numbers.measure} of {number_words(total)}"
    )
    lead = (
        f"The {len(rows)} shown have"
        if numbers.limited
        else "There are in all"
        if whole.endswith("rows")
        else "In all there is"
    )
    return f"{lead} {whole}, of which {_name(top)} makes up {_percent(top.value / total)}."


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share < 0.1 else f"{100 * share:.0f} %"


def _course(numbers: Numbers, rows: Sequence[Row]) -> str:
    """From the first time to the last."""
    if len(rows) < 2:
        return ""
    first, last = rows[0], rows[-1]
    return f"From {_name(first)} to {_name(last)} the {numbers.measure} {_change(first.value, last.value, numbers)}."


def _change(first: float, last: float, numbers: Numbers) -> str:
    if first == last:
        return f"is the same at both ends ({number_words(first)})"
    verb = "rises" if last > first else "falls"
    percent = f", by {100 * abs(last - first) / abs(first):.0f} %" if numbers.has_zero and first > 0 else ""
    return f"{verb} from {number_words(first)} to {number_words(last)}{percent}"


def _courses(numbers: Numbers, rows: Sequence[Row], along: int) -> list[str]:
    """How each group goes, where they are few; the greatest and least change, where they are many."""
    other = 1 - along
    series: dict[str, list[Row]] = {}
    for row in rows:
        series.setdefault(row.labels[other], []).append(row)
    ends = {name: (own[0], own[-1]) for name, own in series.items() if len(own) > 1}
    if not ends:
        return []
    changed = sorted(ends.items(), key=lambda pair: pair[1][0].value - pair[1][1].value)
    if len(changed) <= 2:
        return [f"For {name} the {numbers.measure} {_change(a.value, b.value, numbers)}." for name, (a, b) in changed]
    up, down = changed[0], changed[-1]
    first = "greatest rise" if _rise(up) > 0 else "smallest fall"
    last = "greatest fall" if _rise(down) < 0 else "smallest rise"
    said = f"The {first} of the {numbers.measure} is that of {_ends(up, along)}"
    return [f"{said}; the {last} is that of {_ends(down, along)}."]


def _rise(series: tuple[str, tuple[Row, Row]]) -> float:
    return series[1][1].value - series[1][0].value


def _ends(series: tuple[str, tuple[Row, Row]], along: int) -> str:
    name, (first, last) = series
    values = f"{number_words(first.value)} to {number_words(last.value)}"
    return f"{name}, from {values} ({first.labels[along]} to {last.labels[along]})"


def _shares(numbers: Numbers, rows: Sequence[Row]) -> tuple[str, ...]:
    """The share of one level, the one that says yes if there is such, in each group along the axis."""
    if len(numbers.groups) == 1:
        said = ", ".join(f"{_name(r)} {_percent(r.value)}" for r in sorted(rows, key=lambda r: -r.value)[:_MOST_NAMED])
        return (f"Shares of all: {said}.",)
    split = next((i for i in range(len(numbers.groups)) if _sums_to_one(rows, i)), 0)
    levels = list(dict.fromkeys(r.labels[split] for r in rows))
    level = next((v for v in levels if v.lower() in _YES), None) or max(
        levels, key=lambda v: sum(r.n for r in rows if r.labels[split] == v)
    )
    own = sorted((r for r in rows if r.labels[split] == level), key=lambda r: -r.value)
    what = f"{numbers.groups[split]} = {level}"
    named = [(", ".join(v for i, v in enumerate(r.labels) if i != split), r.value) for r in own]
    if len(named) <= _MOST_NAMED:
        return (f"The share of {what} is " + ", ".join(f"{_percent(v)} for {name}" for name, v in named) + ".",)
    (high, most), (low, least) = named[0], named[-1]
    return (f"The share of {what} is highest for {high} ({_percent(most)}) and lowest for {low} ({_percent(least)}).",)


def _rates(numbers: Numbers, rows: Sequence[Row]) -> str:
    """A share that was computed for each group: all of them where they are few, else the highest and the lowest."""
    own = sorted(rows, key=lambda r: -r.value)
    if len(own) <= _MOST_NAMED:
        return f"The {numbers.measure} is " + ", ".join(f"{_percent(r.value)} for {_name(r)}" for r in own) + "."
    high, low = own[0], own[-1]
    top, bottom = f"{_name(high)} ({_percent(high.value)})", f"{_name(low)} ({_percent(low.value)})"
    return f"The {numbers.measure} is highest for {top} and lowest for {bottom}."


def _sums_to_one(rows: Sequence[Row], split: int) -> bool:
    wholes: dict[tuple[str, ...], float] = {}
    for r in rows:
        key = tuple(v for i, v in enumerate(r.labels) if i != split)
        wholes[key] = wholes.get(key, 0.0) + r.value
    return all(abs(whole - 1) < 1e-6 for whole in wholes.values())


def _correlation(numbers: Numbers, row: Row) -> str:
    """Pearson's r in the words of Cohen (1988): weak from .1 on, moderate from .3, strong from .5."""
    r, pair = row.value, numbers.measure.removeprefix("correlation of ")
    size = next((word for least, word in _COHEN if abs(r) >= least), "hardly any")
    way = (
        f": where one is high, the other tends to be {'high too' if r > 0 else 'low'}"
        if abs(r) >= _COHEN[-1][0]
        else ""
    )
    said = f"Between {pair} there is {size} linear relation (r = {r:.2f}, {row.n:,} rows){way}."
    return f"{said} That does not say that one causes the other."


def small_groups(numbers: Numbers) -> str:
    """The groups of fewer than 30 rows behind a mean, a share or the like; "" for none, or where each is a row."""
    if numbers.aggregate in ("count", "sum", "corr", None) or not numbers.groups:
        return ""
    rows = [r for r in _rows(numbers) if r is not None]
    if numbers.aggregate == "share":
        rows = _wholes(numbers, rows)
    if rows and all(r.n == 1 for r in rows):
        return ""
    along = [i for i, name in enumerate(numbers.groups) if name in numbers.times]
    least: dict[str, int] = {}
    for row in rows:
        name = ", ".join(v for i, v in enumerate(row.labels) if i not in along) or _name(row)
        least[name] = min(row.n, least.get(name, row.n))
    usual = median(row.n for row in rows) if len(along) == len(numbers.groups) else 2 * _FEW
    few = sorted((n, name) for name, n in least.items() if n < min(_FEW, usual / 2))
    if not few:
        return ""
    named = ", ".join(f"{name} ({n})" for n, name in few[:_MOST_NAMED])
    more = f" and {len(few) - _MOST_NAMED} more" if len(few) > _MOST_NAMED else ""
    each = " at some time" if along and len(numbers.groups) > 1 else ""
    return f"Small groups, of fewer than {_FEW} rows{each}, say little: {named}{more}."


def _wholes(numbers: Numbers, rows: Sequence[Row]) -> list[Row]:
    """The groups that shares are of, each with all its rows."""
    split = next((i for i in range(len(numbers.groups)) if _sums_to_one(rows, i)), 0)
    found: dict[tuple[str, ...], int] = {}
    for r in rows:
        key = tuple(v for i, v in enumerate(r.labels) if i != split)
        found[key] = found.get(key, 0) + r.n
    return [Row(key, 1.0, n) for key, n in found.items()]


def left_out(numbers: Numbers) -> str:
    """How many rows lack a value that the chart needs."""
    if not numbers.left_out:
        return ""
    share = _percent(numbers.left_out / numbers.total) if numbers.total else ""
    lack, are = ("lacks", "is") if numbers.left_out == 1 else ("lack", "are")
    said = f"{numbers.left_out:,} of {numbers.total:,} rows ({share}) {lack} a value that the chart needs"
    return f"{said}, and {are} not in it."
