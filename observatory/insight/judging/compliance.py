"""Whether a chart shows what the question asks for; without a question, whether it shows what its title says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from observatory.insight.assemble import asks_share
from observatory.insight.judging.faults import fault
from observatory.insight.judging.rows import contradicted, named_groups, rows
from observatory.insight.judging.seen import Seen, definitions, part
from observatory.insight.judging.titles import titles
from observatory.insight.judging.worded import (
    asks_count,
    families,
    family,
    hinted,
    own_families,
    unit_of_time,
    written,
)
from observatory.insight.linking import field_mentions
from observatory.insight.terms import is_aggregate
from observatory.insight.wording import AGGREGATES
from observatory.insight.words import is_aside, name_words, tokens
from observatory.model import TIME_UNITS, Fault, WishedField

if TYPE_CHECKING:
    from observatory.charts.spec.view import Encoding

_EACH = re.compile(r"^(?!.*\b(?:which|who)\b).*\b(?:each|every|per|by|over time)\b", re.IGNORECASE)
_MANY_TIMES = 60
_END = re.compile(r"\b(?:\w+est|most|least|record|range|extreme\w*|peak|limits?|top|up to)\b", re.IGNORECASE)
_RANKS = ("rank", "dense_rank", "row_number")
_NAMES = {**AGGREGATES, "count": "number", "distinct": "number of different values"}


def compliance(seen: Seen) -> Iterator[Fault]:
    """Fields, summaries, rows, order and number of groups: what is asked for against what is shown."""
    yield from titles(seen)
    yield from _units(seen)
    yield from named_groups(seen)
    yield from _unasked_ends(seen)
    if seen.asked is None or not seen.views:
        return
    if seen.asked.understood or seen.asked.wish.filters:
        yield from rows(seen) if seen.exact else contradicted(seen)
    if not seen.asked.understood:
        return
    yield from _fields(seen)
    yield from _summaries(seen)
    if seen.exact:
        yield from _limits(seen)
    yield from _wrong_end(seen)
    yield from _order(seen)
    yield from _shares(seen)


def _wished(seen: Seen) -> tuple[WishedField, ...]:
    return seen.asked.wish.fields if seen.asked is not None else ()


def _fields(seen: Seen) -> Iterator[Fault]:
    """Fields that are missing, added, or shown in the place of another."""
    shown, asked = seen.shown(), list(dict.fromkeys(f.field for f in _wished(seen) if f.field is not None))
    filtered = {f.field for f in seen.asked.wish.filters} if seen.asked else set()
    computed = "\n".join(written(seen.spec.get("transform"))) if seen.made else ""
    missing = [name for name in asked if name not in shown | filtered and name not in computed]
    made_up = {source for sources in seen.made.values() for source in sources} | set(seen.made)
    hints = _hints(seen)
    named = {*asked, *filtered, *made_up, *_mentioned(seen), *(name for names in hints.values() for name in names)}
    added = [f.name for f in seen.profile.fields if f.name in shown and f.name not in named]
    for name in missing:
        if added:
            yield fault("field_instead", field=name, shown=added.pop(0))
        else:
            yield fault("field_missing", field=name)
    for names in hints.values():
        if len(names) == 1 and not names & (shown | filtered | made_up) and added:
            yield fault("field_instead", 4.0, field=next(iter(names)), shown=added.pop(0))
    yield from _added(seen, added)


def _added(seen: Seen, added: list[str]) -> Iterator[Fault]:
    """Fields that are not asked for; a word of which nothing was made may well mean one of them."""
    unread = [word for word in seen.asked.unread if not is_aside(word)] if seen.asked is not None else []
    summarised = any(e.aggregate for view in seen.views for e in view.encodings)
    for place, name in enumerate(added):
        is_meant = place < len(unread)
        yield fault("field_added", 0.5 if is_meant else 2.0 if summarised and not unread else 1.0, field=name)


def _hints(seen: Seen) -> dict[str, set[str]]:
    """The fields that words of which nothing was made may mean, as their names are those words cut short."""
    return hinted(seen.asked.unread, seen.profile.fields) if seen.asked is not None else {}


def _mentioned(seen: Seen) -> set[str]:
    """The fields that the words of the question may mean, whatever was made of them."""
    return {m.field.name for m in field_mentions(tokens(seen.question), seen.profile)}


def _summaries(seen: Seen) -> Iterator[Fault]:
    """The aggregate of each field that is asked for, and the number of rows."""
    encodings = [e for view in seen.views for e in view.encodings]
    counts = any(e.aggregate == "count" for e in encodings) or not seen.exact
    said = any(is_aggregate(token.text) for token in tokens(seen.question))
    summarises_itself = seen.marks() & {"boxplot", "errorbar", "errorband"}
    for wished in _wished(seen):
        if wished.aggregate == "count":
            if asks_count(seen.question) and not counts and not any(e.aggregate == "distinct" for e in encodings):
                yield fault("count_missing")
        elif wished.field is not None and wished.aggregate is not None and said and not summarises_itself:
            yield from _summary(wished, [e for e in encodings if e.field == wished.field], families(seen.question))
    yield from _ends(seen, encodings)


def _summary(wished: WishedField, shown: list[Encoding], said: set[str]) -> Iterator[Fault]:
    if not shown or any(e.aggregate == wished.aggregate or family(e.aggregate) in said for e in shown):
        return
    asked = _NAMES.get(str(wished.aggregate), str(wished.aggregate))
    other = next((e.aggregate for e in shown if e.aggregate), None)
    if other is not None:
        yield fault("aggregate_differs", asked=asked, field=wished.field, shown=_NAMES.get(other, other))
    elif not any(e.bin for e in shown):
        yield fault("aggregate_missing", asked=asked, field=wished.field)


def _ends(seen: Seen, encodings: list[Encoding]) -> Iterator[Fault]:
    """Where the highest is asked for: the lowest is wrong, and so is a mean of each group, unless groups are ranked."""
    said = families(seen.question)
    if not said or not said <= {"max", "min"} or len(said) > 1:
        return
    (end,) = said
    wished = {f.field for f in _wished(seen) if f.field is not None and f.aggregate in (None, "mean")}
    for e in encodings:
        if e.field not in wished or e.aggregate is None or any(o.aggregate == end for o in encodings):
            continue
        other = family(e.aggregate)
        if other in ("max", "min"):
            yield fault(
                "aggregate_differs", asked=_NAMES[end], field=e.field, shown=_NAMES.get(e.aggregate, e.aggregate)
            )
        elif _EACH.search(seen.question) and end not in own_families(str(e.field)):
            shown = _NAMES.get(e.aggregate, e.aggregate)
            yield fault("aggregate_differs", 3.0, asked=_NAMES[end], field=e.field, shown=shown)


def _unasked_ends(seen: Seen) -> Iterator[Fault]:
    """The least or most of a field, where no word of the question asks for an end of anything."""
    if not seen.question or families(seen.question) & {"max", "min"} or _END.search(seen.question):
        return
    shown = [e for view in seen.views for e in view.encodings if e.aggregate]
    if any(e.aggregate not in ("min", "max") for e in shown) or len({e.aggregate for e in shown}) > 1:
        return
    for e in shown[:1]:
        yield fault("end_unasked", shown=_NAMES.get(str(e.aggregate), str(e.aggregate)), field=e.field)


def _units(seen: Seen) -> Iterator[Fault]:
    """Times grouped by another unit than the words say, as far as the chart groups them at all."""
    timed = [e for view in seen.views for e in view.encodings if e.time_unit and e.field]
    said = unit_of_time(seen.question)
    is_field = any(said in name_words(name) for name in seen.shown())
    raw = [e for _, e, f in seen.encodings() if f.type == "temporal" and not e.time_unit and f.distinct > _MANY_TIMES]
    if said and raw and not timed and seen.exact and not seen.made and said != "day":
        yield fault("unit_differs", field=raw[0].field, asked=TIME_UNITS.get(said, said), shown="single times")
        return
    if said and timed and not is_field and not any(said in str(e.time_unit) for e in timed):
        yield _unit_differs(timed[0], said)
        return
    for wished in _wished(seen):
        shown = [e for view in seen.views for e in view.encodings if e.field == wished.field and wished.field]
        units = [str(e.time_unit).removeprefix("year") for e in shown]
        if wished.time_unit and shown and shown[0].time_unit and wished.time_unit.removeprefix("year") not in units:
            yield _unit_differs(shown[0], wished.time_unit)


def _unit_differs(shown: Encoding, asked: str) -> Fault:
    unit = str(shown.time_unit)
    asked, found = TIME_UNITS.get(asked, asked), TIME_UNITS.get(unit, unit)
    return fault("unit_differs", field=shown.field, asked=asked, shown=found)


# ── order and number ─────────────────────────────────────────────────────────────────────────────


def _shares(seen: Seen) -> Iterator[Fault]:
    """Stacks of counts where shares of each bar are asked for."""
    stacked = {"color"} & {e.channel for view in seen.views for e in view.encodings} and seen.marks() == {"bar"}
    counts = [e for view in seen.views for e in view.encodings if e.aggregate == "count"]
    if asks_share(seen.question) and stacked and counts and all(e.stack != "normalize" for e in counts):
        yield fault("shares_missing")


def _order(seen: Seen) -> Iterator[Fault]:
    """The order that is asked for, of bars by their length or of groups by their own values."""
    if seen.asked is None:
        return
    wish = seen.asked.wish
    if wish.sort is None or seen.marks() & {"point", "line", "area", "arc", "boxplot"}:
        return
    if "sort" not in seen.asked.said and _EACH.search(seen.question):
        return
    groups = [e for view in seen.views for e in view.encodings if e.channel in ("x", "y") and not e.aggregate]
    groups = [e for e in groups if e.type in ("nominal", "ordinal") or e.time_unit or e.type == "temporal" or e.bin]
    if not groups:
        return
    found = {_direction(e, wish.sort_by or "measure") for e in groups} | _written(seen)
    if wish.sort in found or "other" in found:
        return
    name = "sort_reversed" if found & {"ascending", "descending"} else "sort_missing"
    yield fault(name, asked=wish.sort)


def _direction(e: Encoding, by: str) -> str:
    """Which way a channel is sorted by its own values or by the amount shown; "" where it is not sorted so."""
    sort = e.sort
    if isinstance(sort, tuple):
        return "other"
    if by == "measure":
        if isinstance(sort, str) and sort.lstrip("-") in ("x", "y", "color", "theta"):
            return "descending" if sort.startswith("-") else "ascending"
        return ("descending" if e.order[2] else "ascending") if e.order else ""
    return "descending" if sort == "descending" else "ascending" if sort in (None, "ascending") else ""


def _written(seen: Seen) -> set[str]:
    """Orders by a field of its own: {"field": …, "order": …}."""
    sorts = [part(definition, "sort") for _, definition, _ in definitions(seen.spec)]
    return {str(sort.get("order", "ascending")) for sort in sorts if "field" in sort or "op" in sort}


def _wrong_end(seen: Seen) -> Iterator[Fault]:
    """Windows that rank the rows from the other end than the question asks for."""
    wish = seen.asked.wish if seen.asked else None
    if wish is None or not wish.limit or not wish.sort:
        return
    for step in seen.spec.get("transform", ()):
        items = step.get("window", ()) if isinstance(step, dict) else ()
        ranks = any(isinstance(one, dict) and one.get("op") in _RANKS for one in items)
        sorts = [one for one in step.get("sort", ()) if isinstance(one, dict)] if ranks else []
        if sorts and sorts[0].get("order", "ascending") != wish.sort:
            yield fault("sort_reversed", 5.0, asked=wish.sort)


def _limits(seen: Seen) -> Iterator[Fault]:
    wish = seen.asked.wish if seen.asked else None
    if wish is None or wish.limit is None:
        return
    limits = [view.limit for view in seen.views]
    n_groups = max((seen.levels(c) for c in ("x", "y", "color")), default=0)
    if wish.limit not in limits and n_groups > wish.limit:
        yield fault("limit_missing", asked=wish.limit, shown=next((n for n in limits if n), n_groups))
