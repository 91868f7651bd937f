"""Whether a chart shows what the question asks for; without a question, whether it shows what its title says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from observatory.insight.judging.faults import fault
from observatory.insight.judging.seen import Seen, definitions, part
from observatory.insight.linking import field_mentions
from observatory.insight.terms import is_aggregate
from observatory.insight.wording import AGGREGATES, filter_words
from observatory.insight.words import alike, is_aside, name_words, tokens
from observatory.model import TIME_UNITS, Fault, Filter, WishedField

if TYPE_CHECKING:
    from observatory.charts.spec.view import Encoding

_RAW = 0.6
_NAMES = {**AGGREGATES, "count": "number", "distinct": "number of different values"}


def compliance(seen: Seen) -> Iterator[Fault]:
    """Fields, summaries, rows, order and number of groups: what is asked for against what is shown."""
    yield from _titles(seen)
    if seen.asked is None or not seen.asked.understood or not seen.views:
        return
    yield from _fields(seen)
    yield from _summaries(seen)
    yield from _units(seen)
    if seen.exact:
        yield from _rows(seen)
        yield from _limits(seen)
    yield from _order(seen)


def _wished(seen: Seen) -> tuple[WishedField, ...]:
    return seen.asked.wish.fields if seen.asked is not None else ()


def _fields(seen: Seen) -> Iterator[Fault]:
    """Fields that are missing, added, or shown in the place of another."""
    shown, asked = seen.shown(), list(dict.fromkeys(f.field for f in _wished(seen) if f.field is not None))
    filtered = {f.field for f in seen.asked.wish.filters} if seen.asked else set()
    missing = [name for name in asked if name not in shown and name not in filtered]
    made_up = {source for sources in seen.made.values() for source in sources} | set(seen.made)
    named = {*asked, *filtered, *made_up, *_mentioned(seen)}
    added = [f.name for f in seen.profile.fields if f.name in shown and f.name not in named]
    for name in missing:
        if added:
            yield fault("field_instead", field=name, shown=added.pop(0))
        else:
            yield fault("field_missing", field=name)
    summarised = any(e.aggregate for view in seen.views for e in view.encodings)
    for name in added:
        is_sure = summarised and seen.asked is not None and all(map(is_aside, seen.asked.unread))
        yield fault("field_added", 2.0 if is_sure else 1.0, field=name)


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
            if not counts and not any(e.aggregate == "distinct" for e in encodings):
                yield fault("count_missing")
        elif wished.field is not None and wished.aggregate is not None and said and not summarises_itself:
            yield from _summary(wished, [e for e in encodings if e.field == wished.field])


def _summary(wished: WishedField, shown: list[Encoding]) -> Iterator[Fault]:
    if not shown or any(e.aggregate == wished.aggregate for e in shown):
        return
    asked = _NAMES.get(str(wished.aggregate), str(wished.aggregate))
    other = next((e.aggregate for e in shown if e.aggregate), None)
    if other is not None:
        yield fault("aggregate_differs", asked=asked, field=wished.field, shown=_NAMES.get(other, other))
    elif not any(e.bin for e in shown):
        yield fault("aggregate_missing", asked=asked, field=wished.field)


def _units(seen: Seen) -> Iterator[Fault]:
    for wished in _wished(seen):
        shown = [e for view in seen.views for e in view.encodings if e.field == wished.field and wished.field]
        units = [e.time_unit for e in shown]
        if (
            wished.time_unit
            and shown
            and units[0]
            and wished.time_unit.removeprefix("year") not in (str(unit).removeprefix("year") for unit in units)
        ):
            asked, found = (TIME_UNITS.get(unit, unit) for unit in (wished.time_unit, units[0]))
            yield fault("unit_differs", field=wished.field, asked=asked, shown=found)


# ── which rows ───────────────────────────────────────────────────────────────────────────────────


def _rows(seen: Seen) -> Iterator[Fault]:
    """Filters that are missing, other or added; a chart that shows the groups apart needs no filter."""
    asked = seen.asked.wish.filters if seen.asked else ()
    kept = seen.filters()
    fields_shown = {e.field for view in seen.views for e in view.encodings if not e.aggregate}
    for wanted in asked:
        same = [f for f in kept if f.field == wanted.field]
        if any(_alike(wanted, f) for f in same):
            continue
        if same:
            yield fault("filter_differs", asked=_said(wanted), shown=_said(same[0]))
        elif not (wanted.field in fields_shown and wanted.op in ("equal", "oneOf")):
            yield fault("filter_missing", asked=_said(wanted))
        else:
            yield fault("filter_missing", _RAW * 5, asked=_said(wanted))
    for extra in kept:
        if all(f.field != extra.field for f in asked) and extra.op != "valid" and not _may_mean(seen, extra):
            yield fault("filter_added", shown=_said(extra))


def _may_mean(seen: Seen, one: Filter) -> bool:
    """Whether a word of the question is alike a value of a filter, though the rules made nothing of it."""
    words = [token.lower for token in tokens(seen.question)]
    parts = {part for value in _values(one.value) for part in (value, *name_words(value))}
    return any(alike(word, part) for word in words for part in parts if len(part) > 2 or part == word)


def _said(one: Filter) -> str:
    words = f"{one.field} has a value" if one.op == "valid" else filter_words([one])
    return f"not {words}" if one.negated else words


def _alike(one: Filter, other: Filter) -> bool:
    """Whether two filters keep the same rows, ends of ranges aside."""
    if one.negated != other.negated:
        return False
    ops = {one.op.removesuffix("e"), other.op.removesuffix("e")} if one.op[:1] in "lg" else {one.op, other.op}
    if ops == {"equal", "oneOf"} or one.op == other.op or len(ops) == 1:
        return _values(one.value) == _values(other.value)
    return False


def _values(value: Any) -> set[str]:
    values = value if isinstance(value, (list, tuple)) else [value]
    return {str(v).strip().lower().removesuffix(".0").removesuffix("t00:00:00") for v in values}


# ── order and number ─────────────────────────────────────────────────────────────────────────────


def _order(seen: Seen) -> Iterator[Fault]:
    """The order that is asked for, of bars by their length or of groups by their own values."""
    wish = seen.asked.wish if seen.asked else None
    if wish is None or wish.sort is None or seen.marks() & {"point", "line", "area", "arc", "boxplot"}:
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


def _limits(seen: Seen) -> Iterator[Fault]:
    wish = seen.asked.wish if seen.asked else None
    if wish is None or wish.limit is None:
        return
    limits = [view.limit for view in seen.views]
    n_groups = max((seen.levels(c) for c in ("x", "y", "color")), default=0)
    if wish.limit not in limits and n_groups > wish.limit:
        yield fault("limit_missing", asked=wish.limit, shown=next((n for n in limits if n), n_groups))


# ── titles ───────────────────────────────────────────────────────────────────────────────────────


def _titles(seen: Seen) -> Iterator[Fault]:
    """Fields that the titles name in full and the chart does not show."""
    shown = seen.shown() | {f.field for f in seen.filters()}
    lost = [name for name in _named(_text(seen.spec.get("title")), seen) if name not in shown]
    if lost and not seen.made:
        yield fault("title_differs", said=" and ".join(lost[:3]))
    for _, definition, name in definitions(seen.spec):
        said = definition.get("title", part(definition, "axis").get("title"))
        if name is None or not isinstance(said, str) or name in seen.made:
            continue
        meant = _named(said, seen)
        if meant and name not in meant:
            yield fault("axis_title_differs", said=said[:60], shown=name)


def _named(text: str, seen: Seen) -> list[str]:
    found = field_mentions(tokens(text), seen.profile) if text else []
    return list(dict.fromkeys(m.field.name for m in found if m.coverage > 0.99 and not m.weak))


def _text(title: Any) -> str:
    words = title.get("text") if isinstance(title, dict) else title
    return words if isinstance(words, str) else " ".join(map(str, words)) if isinstance(words, list) else ""
