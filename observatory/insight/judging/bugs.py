"""Whether a chart runs, names what is there, and draws anything that can be seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from observatory.insight.judging.faults import fault
from observatory.insight.judging.seen import Seen, part, units
from observatory.model import Fault, FieldProfile

_PAPER = ("white", "#fff", "#ffffff", "transparent")
_FAINT = 0.05


def bugs(seen: Seen) -> Iterator[Fault]:
    """What keeps the chart from being drawn, or from showing anything."""
    if seen.refused:
        yield fault("not_drawn", why=seen.refused)
    if seen.code_fault:
        yield _code(seen.code_fault)
    counted = [plotted for _, plotted in seen.counts()]
    if counted and len(counted) == len(seen.views) and not sum(p.n_marks for p in counted):
        yield fault("nothing_drawn")
    yield from _unknown_values(seen)
    yield from _unseen(seen)


def _code(said: str) -> Fault:
    return fault("code_differs") if said == "code_differs" else fault("code_fails", why=said)


def _unknown_values(seen: Seen) -> Iterator[Fault]:
    """Filters on values that a field has not, where all values of the field are known."""
    for kept in seen.filters():
        known = seen.field(kept.field)
        if known is None or kept.op not in ("equal", "oneOf") or not _is_listed(known):
            continue
        listed = {_plain(t.value) for t in known.top}
        wanted = kept.value if isinstance(kept.value, (list, tuple)) else [kept.value]
        missing = [value for value in wanted if _plain(value) not in listed]
        if missing:
            some = ", ".join(str(t.value) for t in known.top[:4])
            yield fault("unknown_value", field=kept.field, value=str(missing[0])[:60], known=some)


def _is_listed(field: FieldProfile) -> bool:
    return field.type in ("nominal", "ordinal") and 0 < field.distinct <= len(
        [t for t in field.top if t.value is not None]
    )


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value).strip().lower()
    return text.removesuffix(".0")


def _unseen(seen: Seen) -> Iterator[Fault]:
    """Marks as white as the paper, or as good as see-through."""
    grounds = (seen.spec.get("background"), part(seen.spec, "config").get("background"))
    paper = {*_PAPER, *(ground.lower() for ground in grounds if isinstance(ground, str))}
    for unit in units(seen.spec):
        mark = part(unit, "mark")
        colour = str(mark.get("color", mark.get("fill", ""))).lower()
        if colour in paper and "color" not in part(unit, "encoding") and mark.get("type") not in ("text", "rule"):
            yield fault("invisible", look="colour", value=colour)
        opacity = mark.get("opacity", 1)
        if isinstance(opacity, (int, float)) and not isinstance(opacity, bool) and opacity < _FAINT:
            yield fault("invisible", look="opacity", value=opacity)
