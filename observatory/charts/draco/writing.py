"""Charts, wishes and tables written as facts of Draco 2; fields are `f0`, `f1`, … and no name becomes a fact."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from observatory.charts.draco.language import (
    AGGREGATES,
    BINS,
    CARRIED,
    CHANNELS,
    FACETS,
    MARKS,
    STACKS,
    TASKS,
    plain,
    settled,
    stacks,
    starts_at_zero,
)
from observatory.charts.rules.facts import chart_type, number, span_days, whole
from observatory.charts.spec.reading import parse
from observatory.charts.spec.view import Encoding, View
from observatory.errors import ChartInvalidSpec
from observatory.model import FieldProfile, Profile, Wish, WishedField

_UNIT_DAYS = {"year": 365.25, "yearquarter": 91.3, "yearmonth": 30.4, "yearweek": 7.0, "yearmonthdate": 1.0}
_SAFE = re.compile(r"-?[A-Za-z]\w{0,30}", re.ASCII)


@dataclass(frozen=True)
class DracoFacts:
    """Facts of Draco 2, the names of the fields (`names[0]` is `f0`), and sentences on what is left out."""

    text: str
    names: tuple[str, ...]
    notes: tuple[str, ...] = ()


def to_draco(spec: Mapping[str, Any], profile: Profile, task: str | None = None) -> DracoFacts:
    """The chart of a Vega-Lite spec over a table, as Draco 2 checks it.

    A pie is a bar in polar coordinates, as in Draco's renderer; a unit of time is bins of time; bins are the nearest
    of the numbers Draco knows. Raises ChartInvalidSpec for marks, channels and aggregates Draco has no word for.

    >>> penguins = Profile(9, (FieldProfile("größe", "quantitative", "measure", "DOUBLE", 0, 9),))
    >>> facts = to_draco({"mark": "tick", "encoding": {"x": {"field": "größe", "type": "quantitative"}}}, penguins)
    >>> facts.names, "attribute((mark,type),m0,tick)." in facts.text
    (('größe',), True)
    """
    view = parse(spec)
    polar = view.mark == "arc"
    names = tuple(dict.fromkeys(e.field for e in view.encodings if e.field is not None))
    notes = _notes(view)
    lines = schema_facts(profile, names) + _task(task, notes)
    lines += ["entity(view,root,v0).", f"attribute((view,coordinates),v0,{'polar' if polar else 'cartesian'})."]
    if view.limit is not None:
        order = "descending" if view.descending else "ascending"
        lines.append(f'vega((view,limit),v0,{whole(view.limit)}). vega((view,order),v0,"{order}").')
    if view.interval is not None:
        lines.append(f'vega((view,interval),v0,"{view.interval}").')
    mark = "bar" if polar else _word(view.mark, MARKS, "mark")
    lines += ["entity(mark,v0,m0).", f"attribute((mark,type),m0,{mark})."]
    words = [_words(view, e, profile) for e in view.encodings]
    kinds = {name: field_type(profile.field(name)) for name in names}
    read = settled(view.mark, [plain(w, kinds.get(w.get("field", ""), ""), polar) for w in words])
    for index, (shown, wanted, got) in enumerate(zip(words, view.encodings, read.encodings, strict=True)):
        lines += _encoding_facts(index, shown, names) + _carried(index, wanted, got, notes)
    return DracoFacts("\n".join(lines), names, tuple(notes))


def draco_wish(wish: Wish, profile: Profile, columns: Sequence[str] | None = None) -> DracoFacts:
    """A partial chart for Draco to complete; `columns` are those it is told of, at first only the wished ones.

    Raises ChartInvalidSpec for what Draco has no word for.
    """
    names = tuple(dict.fromkeys(item.field for item in wish.fields if item.field is not None))
    names += tuple(name for name in columns or () if name not in names)
    notes: list[str] = []
    if wish.filters or wish.sort or wish.limit:
        notes.append("Draco has no filters, order or limit: they are left out.")
    lines = schema_facts(profile, names) + _task(wish.task, notes)
    lines += ["entity(view,root,v0).", "entity(mark,v0,m0)."]
    if wish.mark:
        lines.append(f"attribute((mark,type),m0,{_word(wish.mark, MARKS, 'mark')}).")
    for index, item in enumerate(wish.fields):
        lines += _encoding_facts(index, _wished(item), names, scale=False)
    return DracoFacts("\n".join(lines), names, tuple(notes))


def _wished(item: WishedField) -> dict[str, str]:
    if item.time_unit:
        raise ChartInvalidSpec(f"Draco has no word for the unit of time “{item.time_unit}”.", "Leave the unit out.")
    words = {} if item.field is None or item.aggregate == "count" else {"field": item.field}
    if item.channel:
        words["channel"] = _channel(item.channel)
    if item.aggregate or item.field is None:
        words["aggregate"] = _word(item.aggregate or "count", AGGREGATES, "aggregate")
    return words | ({"binning": str(BINS[1])} if item.bin else {})


def schema_facts(profile: Profile, names: Sequence[str]) -> list[str]:
    """The table as Draco's `schema_from_dataframe` describes it, as far as the profile knows.

    A number between -1 and 1 is rounded away from zero, so that it keeps its sign.
    """
    lines = [f"attribute(number_rows,root,{whole(profile.n_rows)})."]
    for index, name in enumerate(names):
        lines.append(f"entity(field,root,f{index}). attribute((field,name),f{index},f{index}).")
        known = _field_words(profile.field(name), profile.n_rows)
        lines += [f"attribute((field,{key}),f{index},{value})." for key, value in known.items()]
    return lines


def field_type(field: FieldProfile) -> str:
    """Draco's type of a field: number, string, boolean or datetime.

    >>> field_type(FieldProfile("year", "temporal", "time", "BIGINT", 0, 12))
    'number'
    """
    if field.storage.upper() == "BOOLEAN":
        return "boolean"
    return {"quantitative": "number", "temporal": "datetime"}.get(chart_type(field), "string")


def _field_words(field: FieldProfile, n_rows: int) -> dict[str, str | int]:
    words: dict[str, str | int] = {"type": field_type(field), "unique": whole(field.distinct)}
    counts = [top.n for top in field.top if top.n > 0]
    n_values = n_rows - field.missing
    if counts and len(counts) == field.distinct and sum(counts) == n_values:
        words["entropy"] = whole(-1000 * sum(n / n_values * math.log(n / n_values) for n in counts))
    if words["type"] == "number":
        known = {"min": number(field.min), "max": number(field.max), "std": number(field.sd)}
        words |= {key: _outwards(value) for key, value in known.items() if value is not None}
    elif words["type"] == "string" and counts:
        words["freq"] = whole(max(counts))
    return words


def _outwards(value: float) -> int:
    return int(math.copysign(1, value)) if 0 < abs(value) < 1 else whole(math.trunc(value))


def _task(task: str | None, notes: list[str]) -> list[str]:
    if task is None:
        return []
    if task not in TASKS:
        notes.append(f"Draco has no task “{task}”: it is left out.")
        return []
    return [f"attribute(task,root,{task})."]


def _words(view: View, encoding: Encoding, profile: Profile) -> dict[str, str]:
    """What Draco says of one encoding; `scale` and `zero` belong to the scale of its channel."""
    if encoding.datum is not None or (encoding.field is None and encoding.aggregate != "count"):
        raise ChartInvalidSpec("Draco has no word for a constant.", "Show a field or a count instead.")
    words = {"channel": _channel(encoding.channel, view.mark == "arc")}
    if encoding.field is not None:
        words["field"] = encoding.field
    if encoding.aggregate:
        words["aggregate"] = _word(encoding.aggregate, AGGREGATES, "aggregate")
    groups = encoding.bin or _time_groups(encoding, profile)
    if groups:
        words["binning"] = str(min(BINS, key=lambda n: abs(math.log(n / groups))))
    if encoding.channel in FACETS:
        return words
    words["scale"] = _scale(encoding)
    if encoding.zero or (encoding.zero is None and starts_at_zero(view, encoding)):
        words["zero"] = "true"
    if encoding.stack in STACKS:
        words["stack"] = encoding.stack
    elif encoding.stack is None and stacks(view, encoding):
        words["stack"] = "zero"
    return words


def _scale(encoding: Encoding) -> str:
    if encoding.type in ("quantitative", "temporal"):
        return "log" if encoding.scale == "log" else "linear"
    return "categorical" if encoding.type == "nominal" and encoding.channel == "color" else "ordinal"


def _time_groups(encoding: Encoding, profile: Profile) -> float | None:
    """How many groups a unit of time makes of a field: months, for example, from the first to the last."""
    if not encoding.time_unit or encoding.field is None:
        return None
    field = profile.field(encoding.field)
    days, length = span_days(field), _UNIT_DAYS.get(encoding.time_unit)
    return 12 if days is None or length is None else max(days / length, 1)


def _channel(channel: str, polar: bool = False) -> str:
    """Draco's word for a channel: the angle of a pie is the length of its bars."""
    if channel in FACETS:
        return FACETS[channel]
    if polar and channel in ("theta", "color"):
        return "y" if channel == "theta" else channel
    return _word(channel, () if polar else CHANNELS, "channel")


def _word(word: str, known: Sequence[str], what: str) -> str:
    if word not in known:
        raise ChartInvalidSpec(
            f"Draco has no word for the {what} “{word}”.", f"It knows {', '.join(known)}." if known else ""
        )
    return word


def _encoding_facts(index: int, words: Mapping[str, str], names: Sequence[str], scale: bool = True) -> list[str]:
    known = dict(words)
    if "field" in known:
        known["field"] = f"f{names.index(known['field'])}"
    kind, parent, entity = _entity(index, known.get("channel"))
    lines = [f"entity({kind},{parent},{entity})."]
    lines += [
        f"attribute(({kind},{key}),{entity},{value})." for key, value in known.items() if key not in ("scale", "zero")
    ]
    if kind == "encoding" and scale:
        lines.append(f"entity(scale,v0,s{index}). attribute((scale,channel),s{index},{known['channel']}).")
        lines.append(f"attribute((scale,type),s{index},{known['scale']}).")
        lines += [f"attribute((scale,zero),s{index},true)."] if "zero" in known else []
    return lines


def _entity(index: int, channel: str | None) -> tuple[str, str, str]:
    return ("facet", "v0", f"c{index}") if channel in FACETS.values() else ("encoding", "m0", f"e{index}")


def _carried(index: int, wanted: Encoding, got: Encoding, notes: list[str]) -> list[str]:
    """What the plain reading of Draco's words would lose; only our own words and numbers are carried."""
    kind, _, entity = _entity(index, FACETS.get(wanted.channel))
    lines = []
    for key in CARRIED:
        value = getattr(wanted, key)
        if value == getattr(got, key):
            continue
        word = str(value).lower() if value is None or isinstance(value, bool) else value
        if isinstance(word, int):
            lines.append(f"vega(({kind},{key}),{entity},{word}).")
        elif isinstance(word, str) and _SAFE.fullmatch(word):
            lines.append(f'vega(({kind},{key}),{entity},"{word}").')
        else:
            notes.append(f"The {key} of {wanted.channel} has no word in Draco: it is left out.")
    return lines


def _notes(view: View) -> list[str]:
    return ["Draco has no filters: they are left out."] if view.filters else []
