"""Whether a chart shows what its titles say: fields, summaries and years."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from observatory.insight.judging.faults import fault
from observatory.insight.judging.seen import Seen, definitions, part
from observatory.insight.judging.worded import families, family, own_families, spelt_out, written
from observatory.insight.linking import field_mentions
from observatory.insight.words import tokens
from observatory.model import Fault

_YEAR = re.compile(r"\b[12]\d{3}\b")
_SUMMARIES = {"mean", "median"}


def titles(seen: Seen) -> Iterator[Fault]:
    """What the titles say and the chart does not show."""
    title = text(seen.spec.get("title"))
    said = _lost(title, seen) or _other_years(title, seen) or _other_summary(title, seen)
    if said:
        yield fault("title_differs", said=said)
    for _, definition, name in definitions(seen.spec):
        own = definition.get("title", part(definition, "axis").get("title"))
        if isinstance(own, str):
            yield from _of_channel(own, definition, name, seen)


def text(title: Any) -> str:
    """The words of a title, of one line or several.

    >>> text({"text": ["Rain", "by month"]}), text(None)
    ('Rain by month', '')
    """
    words = title.get("text") if isinstance(title, dict) else title
    return words if isinstance(words, str) else " ".join(map(str, words)) if isinstance(words, list) else ""


def _lost(title: str, seen: Seen) -> str:
    """Fields that the title names in full and nothing of the chart uses."""
    used = seen.shown() | {f.field for f in seen.filters()}
    everything = "\n".join(written(seen.spec))
    lost = [name for name in _named(title, seen) if name not in used and name not in everything]
    return " and ".join(lost[:3])


def _other_years(title: str, seen: Seen) -> str:
    """Years in the title where the chart keeps the rows of another one."""
    years = [int(year) for year in _YEAR.findall(title)]
    for kept in seen.filters():
        field = seen.field(kept.field)
        is_one = kept.op == "equal" and not kept.negated and str(kept.value).removesuffix(".0").isdigit()
        is_time = field is not None and field.role == "time"
        if years and is_one and is_time and not min(years) <= int(float(str(kept.value))) <= max(years):
            return str(years[0])
    return ""


def _other_summary(title: str, seen: Seen) -> str:
    """A mean or median in the title of a chart that shows only other summaries."""
    shown = {family(e.aggregate) for view in seen.views for e in view.encodings if e.aggregate}
    own = {kind for name in seen.shown() for kind in own_families(name)}
    said = (families(title) & _SUMMARIES) - own
    return f"a {said.pop()}" if said and shown and seen.exact and not said & shown else ""


def _of_channel(said: str, definition: Any, name: str | None, seen: Seen) -> Iterator[Fault]:
    """The title of an axis or legend against its field and its summary."""
    if name in seen.made:
        return
    aggregate = definition.get("aggregate")
    meant = _named(said, seen)
    if name is not None and meant and name not in meant:
        yield fault("axis_title_differs", said=said[:60], shown=name)
    elif isinstance(aggregate, str):
        kinds = families(said) - own_families(name or "")
        if kinds and family(aggregate) not in kinds:
            yield fault("axis_title_differs", said=said[:60], shown=f"the {aggregate}")


def _named(said: str, seen: Seen) -> list[str]:
    found = field_mentions(tokens(said), seen.profile) if said else []
    named = [m.field.name for m in found if m.coverage > 0.99 and not m.weak]
    return list(dict.fromkeys([*named, *(f.name for f in seen.profile.fields if said and spelt_out(said, f))]))
