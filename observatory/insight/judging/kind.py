"""Whether the mark suits what is to be seen: a trend, a relation, a distribution, parts of a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator

from observatory.insight.judging.faults import fault
from observatory.insight.judging.seen import Seen
from observatory.insight.terms import over_time
from observatory.insight.wording import MARKS
from observatory.model import Fault

_RELATION = re.compile(
    r"\b(?:relat(?:e|es|ed|ion|ionship)|correlat\w+|depend\w* on|go(?:es)? with|versus|vs\.?|scatter)\b", re.IGNORECASE
)
_SPREAD = re.compile(r"\b(?:distribut\w+|histogram|spread|how common)\b", re.IGNORECASE)
_PARTS = re.compile(r"\b(?:share|proportion|percentage|part|made up|composition|divided)\b", re.IGNORECASE)
_SLICES = ((12, 6.0), (8, 4.0), (6, 2.0))
_ALIKE = ({"bar", "histogram"}, {"point", "circle", "square"}, {"line", "area"}, {"boxplot", "tick"})


def kind(seen: Seen) -> Iterator[Fault]:
    """Pies of too many or ordered slices, and marks that do not answer the question."""
    yield from _pies(seen)
    if seen.asked is not None and seen.views:
        yield from _asked_mark(seen)
        yield from _task(seen)


def _pies(seen: Seen) -> Iterator[Fault]:
    if "arc" not in seen.marks():
        return
    n = max(seen.levels("color"), seen.levels("detail"), seen.levels("text"))
    points = next((points for least, points in _SLICES if n > least), None)
    if points is not None:
        yield fault("many_slices", points, n=n)
    for view, e, field in seen.encodings():
        if view.mark == "arc" and e.channel == "color" and (e.bin or e.time_unit or field.type == "temporal"):
            yield fault("pie_of_order", field=field.name)


def _asked_mark(seen: Seen) -> Iterator[Fault]:
    assert seen.asked is not None
    asked = seen.asked.wish.mark
    if asked is None or "mark" not in seen.asked.said or asked in seen.marks():
        return
    alike = any(asked in group and seen.marks() & group for group in _ALIKE)
    shown = _words(seen)
    if not ({asked} | seen.marks() <= {"bar", "histogram"}):
        yield fault("not_the_mark", 2.0 if alike else None, asked=MARKS.get(asked, asked), shown=shown)


def _task(seen: Seen) -> Iterator[Fault]:
    """Marks that do not serve what the words of the question are about; a mark that is asked for is right."""
    assert seen.asked is not None
    marks, shown = seen.marks(), _words(seen)
    if "mark" in seen.asked.said:
        return
    timed = any(f.type == "temporal" or f.role == "time" for _, e, f in seen.encodings() if e.channel in "xy")
    if over_time(seen.question) and timed and not marks & {"line", "area", "point", "rect"}:
        yield fault("trend_by_marks", 0.5 if "bar" in marks else None, shown=shown)
    elif over_time(seen.question) and timed and not marks & {"line", "area"}:
        yield fault("trend_by_marks", shown=shown)
    if (
        _RELATION.search(seen.question)
        and (_n_numbers(seen) == 2 or _only_counts(seen))
        and not marks & {"point", "rect", "line"}
    ):
        yield fault("relation_by_marks", shown=shown)
    if _SPREAD.search(seen.question) and _n_numbers(seen) <= 1 and not _spreads(seen):
        yield fault("distribution_by_marks", shown=shown)
    if _PARTS.search(seen.question) and not _n_numbers(seen) and not marks & {"bar", "arc", "area", "rect"}:
        yield fault("parts_by_marks", shown=shown)


def _n_numbers(seen: Seen) -> int:
    """The number of measures that the question names."""
    assert seen.asked is not None
    fields = [seen.field(f.field) for f in seen.asked.wish.fields]
    return sum(1 for f in fields if f is not None and f.type == "quantitative" and f.role == "measure")


def _only_counts(seen: Seen) -> bool:
    """Whether all that the chart shows of the rows is how many there are."""
    fields = {f.name for _, e, f in seen.encodings()}
    return len(fields) == 1 and any(e.aggregate == "count" for view in seen.views for e in view.encodings)


def _spreads(seen: Seen) -> bool:
    raw = seen.marks() & {"boxplot", "tick", "point", "errorbar", "area", "rect"}
    binned = any(e.bin for view in seen.views for e in view.encodings)
    counted = any(e.aggregate == "count" for view in seen.views for e in view.encodings)
    averaged = any(e.aggregate in ("mean", "median", "sum") for view in seen.views for e in view.encodings)
    return (bool(raw) and not averaged) or (binned and not averaged) or (counted and not averaged)


def _words(seen: Seen) -> str:
    return " and ".join(sorted(MARKS.get(mark, mark) for mark in seen.marks())) or "chart"
