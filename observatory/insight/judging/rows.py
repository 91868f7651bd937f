"""Whether a chart keeps the rows that the question asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from observatory.insight.assemble import asks_share
from observatory.insight.judging.faults import fault
from observatory.insight.judging.seen import Seen
from observatory.insight.wording import filter_words
from observatory.insight.words import alike, name_words, tokens
from observatory.model import Fault, FieldProfile, Filter

_RAW, _LETTERS, _FEW = 0.6, 4, 30
_HOW_MUCH = re.compile(r"\bhow much\s+(\w+)", re.IGNORECASE)


def rows(seen: Seen) -> Iterator[Fault]:
    """Filters that are missing, other or added; a chart that shows the groups apart needs no filter."""
    amounts = {word.lower() for word in _HOW_MUCH.findall(seen.question)}
    asked = [f for f in (seen.asked.wish.filters if seen.asked else ()) if not _values(f.value) & amounts]
    kept = seen.filters()
    everywhere = [f for f in kept if all(f in view.filters for view in seen.views)]
    fields_shown = {e.field for view in seen.views for e in view.encodings if not e.aggregate}
    for wanted in asked:
        same = [f for f in kept if f.field == wanted.field]
        if any(_alike(wanted, f) for f in same):
            continue
        if _covers_all(wanted, seen.field(wanted.field)) or (
            asks_share(seen.question) and wanted.field in fields_shown
        ):
            continue
        if same:
            yield fault("filter_differs", asked=_said(wanted), shown=_said(same[0]))
        elif not (wanted.field in fields_shown and wanted.op in ("equal", "oneOf")):
            yield fault("filter_missing", asked=_said(wanted))
        else:
            yield fault("filter_missing", _RAW * 5, asked=_said(wanted))
    for extra in everywhere:
        if all(f.field != extra.field for f in asked) and extra.op != "valid" and not _may_mean(seen, extra):
            yield fault("filter_added", shown=_said(extra))


def contradicted(seen: Seen) -> Iterator[Fault]:
    """Of rows that further transforms choose: filters that keep just the rows of another value than is asked for."""
    for wanted in seen.asked.wish.filters if seen.asked else ():
        same = [f for f in seen.filters() if f.field == wanted.field and f.op == wanted.op == "equal"]
        if same and not any(_alike(wanted, f) for f in same):
            yield fault("filter_differs", asked=_said(wanted), shown=_said(same[0]))


def _may_mean(seen: Seen, one: Filter) -> bool:
    """Whether a word of the question is alike a value of a filter, though the rules made nothing of it."""
    if _plurals(seen).get(one.field) in _values(one.value):
        return True
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


def named_groups(seen: Seen) -> Iterator[Fault]:
    """Rows that a word names in a plural that the rules do not read: children, hurricanes."""
    asked = {f.field for f in seen.asked.wish.filters} if seen.asked is not None else set()
    for name, value in _plurals(seen).items():
        kept = [f for f in seen.filters() if f.field == name]
        if name in asked or name in seen.shown() or (not kept and not seen.exact):
            continue
        if not kept:
            yield fault("filter_missing", 4.0, asked=f"{name} is {value}")
        elif not any(value in _values(f.value) for f in kept):
            yield fault("filter_differs", asked=f"{name} is {value}", shown=_said(kept[0]))


def _plurals(seen: Seen) -> dict[str, str]:
    """The field and value of each word of the question that is a value of few with an ending of a plural."""
    words = {token.lower for token in tokens(seen.question) if token.kind == "word"}
    found = {}
    for field in seen.profile.fields:
        if field.type in ("nominal", "ordinal") and field.distinct <= _FEW:
            for value in (str(t.value).lower() for t in field.top):
                if len(value) >= _LETTERS and words & {f"{value}s", f"{value}es", f"{value}ren"}:
                    found[field.name] = value
    return found


def _covers_all(one: Filter, field: FieldProfile | None) -> bool:
    """Whether a range leaves no value of a field out."""
    if field is None or one.op != "range" or one.negated or not isinstance(one.value, (list, tuple)):
        return False
    ends = [*one.value, field.min, field.max]
    if len(ends) != 4 or not all(isinstance(end, (int, float)) for end in ends):
        return False
    return bool(ends[0] <= ends[2] and ends[3] <= ends[1])
