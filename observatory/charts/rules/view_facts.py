"""A chart that is there already as facts for the solver: words that Vega-Lite has not become `unknown`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from observatory.charts.rules.facts import TASKS, Facts, field_facts, logarithm, whole
from observatory.charts.rules.narrow import Kept
from observatory.charts.spec.parts import Part
from observatory.charts.spec.transform import Derived
from observatory.charts.spec.view import CHANNELS, MARKS, STACKS, TYPES, Encoding, View
from observatory.errors import ChartInvalidSpec
from observatory.model import FieldProfile, FieldType, Profile, Role

KNOWN_AGGREGATES = (
    *(
        "count",
        "mean",
        "median",
        "sum",
        "min",
        "max",
        "distinct",
        "stdev",
        "stdevp",
        "variance",
        "variancep",
        "q1",
        "q3",
    ),
    *("ci0", "ci1", "stderr", "missing", "valid", "product", "values", "argmin", "argmax", "exponential"),
)
KNOWN_SCALES = (
    *("linear", "log", "pow", "sqrt", "symlog", "identity", "sequential", "time", "utc", "quantile", "quantize"),
    *("threshold", "bin-ordinal", "ordinal", "point", "band"),
)
_PARTS_OF_TIME = (
    "year",
    "quarter",
    "month",
    "week",
    "date",
    "day",
    "dayofyear",
    "hours",
    "minutes",
    "seconds",
    "milliseconds",
)
KNOWN_TIME_UNITS = (
    *_PARTS_OF_TIME,
    *(
        "yearquarter",
        "yearquartermonth",
        "yearmonth",
        "yearmonthdate",
        "yearmonthdatehours",
        "yearmonthdatehoursminutes",
    ),
    *("yearmonthdatehoursminutesseconds", "yearweek", "yearweekday", "yearweekdayhours", "yearweekdayhoursminutes"),
    *("yearweekdayhoursminutesseconds", "yeardayofyear", "quartermonth", "monthdate", "monthdatehours"),
    *("monthdatehoursminutes", "monthdatehoursminutesseconds", "weekday", "weekdayhours", "weekdayhoursminutes"),
    *("weekdayhoursminutesseconds", "dayhours", "dayhoursminutes", "dayhoursminutesseconds", "hoursminutes"),
    *("hoursminutesseconds", "minutesseconds", "secondsmilliseconds"),
)
_ROUNDS = {
    "of_year": ("quarter", "month", "week", "dayofyear", "monthdate"),
    "of_month": ("date",),
    "of_week": ("day",),
    "of_day": ("hours", "hoursminutes"),
    "of_hour": ("minutes",),
}
"""Units of time without a year, by what goes round: only those of one round share an axis."""
_SORTS = ("ascending", "descending")
_SORT_CHANNELS = {
    **{c: c for c in ("x", "y", "color", "size", "shape", "opacity", "text")},
    "fill": "color",
    "stroke": "color",
}
_SPREAD = ("sign", "floor", "magnitude", "skew", "days", "log_days", "missing", "outcome", "even")
_STATISTICS = ("unique", "log_unique", *_SPREAD)


@dataclass(frozen=True)
class Scene:
    """What is known around a part: the rows that its filters keep, and what its layers have on their axes.

    `units` are the units of time there. `repeated` are, of labels over the marks of an earlier layer, the places of
    the encodings that those have too; None for any other part.
    """

    kept: Kept | None = None
    beside: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    repeated: frozenset[int] | None = None


def view_facts(view: View, profile: Profile, task: str | None = None, quiet: Mapping[str, int] | None = None) -> Facts:
    """A whole chart, to be judged; `quiet` as in `wish_facts`."""
    return part_facts(Part((), view), profile, task, quiet)


def part_facts(
    part: Part,
    profile: Profile,
    task: str | None = None,
    quiet: Mapping[str, int] | None = None,
    scene: Scene = Scene(),
) -> Facts:
    """One part of a chart, to be judged, in the scene that it stands in.

    >>> facts = part_facts(Part((), View("scatter", ())), Profile(9, ()))
    >>> "attribute((mark,type),m0,unknown)." in facts.text
    True
    """
    view = part.view
    names = tuple(dict.fromkeys(e.field for e in view.encodings if e.field is not None))
    lines = [
        "entity(view,root,v0).",
        "entity(mark,v0,m0).",
        f"attribute((mark,type),m0,{known_word(view.mark, MARKS)}).",
    ]
    lines += _rows(part, profile, scene)
    for index, name in enumerate(names):
        lines += field_lines(part, name, f"f{index}", profile, scene, None if quiet is None else quiet.get(name, 0))
    if quiet is not None and any("outcome),f" in line for line in lines):
        lines.append("attribute(outcomes,root,yes).")
    if task:
        if task not in (*TASKS, "open"):
            raise ChartInvalidSpec(f"“{task}” is not one of {', '.join(TASKS)}.")
        lines.append(f"attribute(task,root,{task}).")
    if view.limit is not None:
        lines.append(f"attribute((view,limit),v0,{whole(view.limit)}).")
    if view.interval is not None:
        lines.append(f"attribute((view,interval),v0,{view.interval}).")
    marked = {"ordered": part.ordered, "labelled": part.labelled, "layered": part.layer is not None}
    lines += [f"attribute((mark,{key}),m0,yes)." for key, is_so in marked.items() if is_so]
    lines += [f"attribute((layer,{channel}),v0,{kind})." for channel, kind in scene.beside.items()]
    lines += [f"attribute((layer,unit),{channel},{unit})." for channel, unit in scene.units.items()]
    if scene.repeated is None:
        apart = sorted(channel for channel in part.apart if scene.beside.get(channel) == "number")
        lines += [f"attribute((layer,apart),{channel},yes)." for channel in apart]
    there = {f.name for f in profile.fields}
    unknown = [index for index, f in enumerate(view.filters) if f.field not in there and not part.rows.is_open]
    lines += [f"attribute((filter,known),w{index},no)." for index in unknown]
    for index, encoding in enumerate(view.encodings):
        lines += _encoding(index, encoding, names, view)
    return Facts("\n".join(lines), names, task)


def known_word(name: str | None, words: Iterable[str]) -> str | None:
    """A word of the vocabulary as a constant of the solver, `unknown` for any other, None for none.

    >>> known_word("bin-ordinal", KNOWN_SCALES), known_word("a). b(1", KNOWN_SCALES)
    ('bin_ordinal', 'unknown')
    """
    return None if name is None else name.replace("-", "_") if name in words else "unknown"


def axis_kinds(view: View) -> dict[str, str]:
    """What kind of value lies on each axis of a view: `category`, `time`, a round of time, or `number`."""
    kinds = {}
    for encoding in view.encodings:
        if encoding.channel in ("x", "y") and encoding.type in TYPES and shows_something(encoding):
            kinds[encoding.channel] = _kind(encoding)
    return kinds


def _kind(encoding: Encoding) -> str:
    if encoding.type in ("nominal", "ordinal") and encoding.aggregate not in KNOWN_AGGREGATES[:9]:
        return "category"
    if encoding.type != "temporal" or encoding.aggregate is not None:
        return "number"
    return next((kind for kind, units in _ROUNDS.items() if encoding.time_unit in units), "time")


def shows_something(encoding: Encoding) -> bool:
    """Whether a channel shows a field, a number of rows, or a constant."""
    return encoding.field is not None or encoding.aggregate == "count" or encoding.datum is not None


# ── rows and fields ──


def _rows(part: Part, profile: Profile, scene: Scene) -> list[str]:
    n_rows = profile.n_rows if scene.kept is None else scene.kept.n_rows
    if n_rows is None or not part.rows.rows_known:
        return []
    return [f"attribute(number_rows,root,{whole(n_rows)}).", f"attribute(log_rows,root,{logarithm(n_rows)})."]


def field_lines(part: Part, name: str, id: str, profile: Profile, scene: Scene, quiet: int | None = None) -> list[str]:
    """What the rules know of one field of a part, `id` its name among the facts."""
    made = part.rows.made(name)
    counted = scene.kept or Kept(profile.n_rows)
    known = counted.fields.get(name) or next((f for f in profile.fields if f.name == name), None)
    if made is not None:
        return _unsure(field_facts(_made(made, part.view, profile), id, 0), made.distinct is not None, id)
    visible = part.rows.visible is None or name in part.rows.visible
    if known is None or not visible:
        missing = [] if part.rows.is_open else [f"attribute((field,known),{id},no)."]
        return _unsure(field_facts(_assumed(name, part.view), id, 0), False, id) + missing
    lines = field_facts(known, id, profile.n_rows if counted.n_rows is None else counted.n_rows, quiet)
    sure = part.rows.levels_known and (counted.is_sure or name in counted.fields)
    return lines if sure else _unsure(lines, False, id)


def _unsure(lines: list[str], levels_known: bool, id: str) -> list[str]:
    """The facts without what counts values or rows."""
    left = _SPREAD if levels_known else _STATISTICS
    kept = [line for line in lines if not any(f"(field,{key})" in line for key in left)]
    return kept if levels_known else [*kept, f"attribute((field,unsure),{id},yes)."]


def _made(made: Derived, view: View, profile: Profile) -> FieldProfile:
    """What is known of a derived field: of its own, of the fields whose values it holds, or as it is drawn."""
    of = [f for f in profile.fields if f.name in made.of]
    like = of[0] if of and made.type is None else _assumed(made.name, view)
    kind: FieldType = next((t for t in TYPES if t == made.type), like.type)
    role: Role = (
        like.role
        if kind == like.type
        else "measure"
        if kind == "quantitative"
        else "time"
        if kind == "temporal"
        else "dimension"
    )
    distinct = made.distinct if made.distinct is not None else 2
    return FieldProfile(made.name, kind, "dimension" if role == "identifier" else role, like.storage, 0, distinct)


def _assumed(name: str, view: View) -> FieldProfile:
    """A field of which nothing is known, as the chart takes it."""
    shown = next((e for e in view.encodings if e.field == name), None)
    kind: FieldType = next((t for t in TYPES if shown is not None and t == shown.type), "nominal")
    if shown is not None and (shown.aggregate or shown.bin):
        kind = "quantitative"
    if shown is not None and shown.time_unit:
        kind = "temporal"
    roles: dict[str, Role] = {"quantitative": "measure", "temporal": "time"}
    return FieldProfile(name, kind, roles.get(kind, "dimension"), "", 0, 2)


# ── encodings ──


def _encoding(index: int, encoding: Encoding, names: tuple[str, ...], view: View) -> Iterator[str]:
    entity = f"e{index}"
    yield f"entity(encoding,m0,{entity})."
    for key, value in encoding_words(encoding, view).items():
        if value is not None:
            yield f"attribute((encoding,{key}),{entity},{value})."
    if encoding.field is not None:
        yield f"attribute((encoding,field),{entity},f{names.index(encoding.field)})."
    channel = known_word(encoding.channel, CHANNELS)
    scale = f"s_{str(channel).lower()}"
    yield f"entity(scale,v0,{scale})."
    yield f"attribute((scale,channel),{scale},{channel})."
    if encoding.scale is not None:
        yield f"attribute((scale,type),{scale},{known_word(encoding.scale, KNOWN_SCALES)})."
    if encoding.zero is not None:
        yield f"attribute((scale,zero),{scale},{'true' if encoding.zero else 'false'})."


def encoding_words(encoding: Encoding, view: View) -> dict[str, str | int | None]:
    """The attributes of an encoding but its field and scale, as constants of the solver."""
    return {
        "channel": known_word(encoding.channel, CHANNELS),
        "type": known_word(encoding.type, TYPES),
        "aggregate": known_word(encoding.aggregate, KNOWN_AGGREGATES),
        "binning": encoding.bin,
        "time_unit": known_word(encoding.time_unit, KNOWN_TIME_UNITS),
        "stack": known_word(encoding.stack, STACKS),
        "sort": "measure" if view.sorted_by_measure(encoding) else None,
        "sort_by": _sort_by(encoding),
        "shows": None if shows_something(encoding) else "nothing",
        "constant": None if encoding.datum is None else "yes",
    }


def _sort_by(encoding: Encoding) -> str | None:
    """The channel that a channel is sorted by, or `unknown`."""
    if not isinstance(encoding.sort, str) or encoding.sort in _SORTS:
        return None
    return _SORT_CHANNELS.get(encoding.sort.removeprefix("-"), "unknown")
