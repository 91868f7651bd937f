"""Whether the rows are summarised, grouped and kept as they should be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from observatory.insight.judging.faults import fault
from observatory.insight.judging.seen import Seen
from observatory.insight.terms import extensive
from observatory.insight.words import name_words, vocabulary
from observatory.model import Fault, FieldProfile

if TYPE_CHECKING:
    from observatory.charts.spec.view import View

_FOLLOWS = 0.9
_AVERAGES = vocabulary(
    "rate rates ratio share percent percentage pct proportion fraction average avg mean median per capita cap age year "
    "temp temperature score rating grade gpa index rank density speed velocity height length width depth latitude "
    "longitude pressure humidity exp expectancy mpg mileage efficiency wind altitude elevation displacement "
    "acceleration diameter angle level price size time distance"
)
_CODES = vocabulary("id ids code codes no nr num key zip zipcode postcode postal phone telephone extension ssn isbn")
_LITTLE, _MUCH = 0.05, 0.3


def transformation(seen: Seen) -> Iterator[Fault]:
    """What is lost, summed up that does not add up, or shown raw that should be summed up."""
    yield from _left_out(seen)
    yield from _several(seen)
    yield from _sums(seen)
    yield from _grain(seen)


def _left_out(seen: Seen) -> Iterator[Fault]:
    shares = [(p.n_left_out / p.n_rows, p) for _, p in seen.counts() if p.n_rows]
    if not shares:
        return
    share, most = max(shares, key=lambda pair: pair[0])
    if share > _LITTLE:
        points = 1.0 if share > _MUCH else 0.5
        yield fault("rows_left_out", points, n=most.n_left_out, of=most.n_rows, share=round(100 * share))


def _several(seen: Seen) -> Iterator[Fault]:
    """Lines and areas through several single values at one place."""
    known = {v.rule for v in seen.check.hard}
    for view, plotted in seen.counts():
        raw = all(e.aggregate is None for e in view.encodings)
        joined = view.mark in ("line", "area") and raw and "repeated_values" not in known
        if joined and plotted.n_looked_at > 1.05 * plotted.n_places:
            n, places = plotted.n_looked_at, plotted.n_places
            yield fault("several_at_a_place", n=n, places=places, mark=view.mark)


def _sums(seen: Seen) -> Iterator[Fault]:
    """Totals of what does not add up, by its name or because they only follow the number of rows."""
    asked = {f.field for f in seen.asked.wish.fields if f.aggregate == "sum"} if seen.asked else set()
    follows = {id(view): plotted.follows_rows for view, plotted in seen.counts()}
    for view, e, field in seen.encodings():
        if e.aggregate in ("sum", "mean", "median") and field.role == "time":
            yield fault("sum_of_times", field=field.name)
        elif e.aggregate in ("sum", "mean", "median") and field.role != "identifier" and is_code(field):
            yield fault("sum_of_codes", field=field.name)
        elif e.aggregate == "sum" and field.name not in asked and not extensive(field):
            r = follows.get(id(view))
            if is_average(field):
                yield fault("sum_of_averages", field=field.name)
            elif r is not None and r > _FOLLOWS:
                yield fault("sum_follows_rows", field=field.name, r=f"{r:.2f}")


def is_average(field: FieldProfile) -> bool:
    """Whether a field is by its name one of those that people average and do not add up.

    >>> is_average(FieldProfile("temp_max", "quantitative", "measure", "DOUBLE", 0, 9))
    True
    """
    return bool(_AVERAGES & set(name_words(field.name))) and not extensive(field)


def is_code(field: FieldProfile) -> bool:
    """Whether the numbers of a field are by its name only labels.

    >>> is_code(FieldProfile("customer_id", "quantitative", "measure", "BIGINT", 0, 9))
    True
    """
    return name_words(field.name)[-1:] != () and name_words(field.name)[-1] in _CODES


def _grain(seen: Seen) -> Iterator[Fault]:
    """A single mark, or as many groups as rows."""
    for view, plotted in seen.counts():
        if plotted.n_marks == 1 and plotted.n_rows > 1 and view.mark not in ("text", "rule", "boxplot"):
            yield fault("one_mark", n=plotted.n_rows)
        yield from _groups(seen, view)


def _groups(seen: Seen, view: View) -> Iterator[Fault]:
    """Groups by a field in which nearly every row has a value of its own."""
    if not any(e.aggregate for e in view.encodings):
        return
    for e in view.encodings:
        field = seen.field(e.field)
        if field is None or e.aggregate or e.bin or e.time_unit or field.role == "identifier":
            continue
        rows = seen.profile.n_rows - field.missing
        if e.channel in ("x", "y") and field.distinct > 0.6 * rows and rows > 20 and not seen.is_as_asked():
            yield fault("every_row_a_group", field=field.name, n=field.distinct, rows=rows)
