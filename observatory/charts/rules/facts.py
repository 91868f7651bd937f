"""Profile, wish and chart as facts for the solver.

A field is `f0`, `f1`, … and its name stays in Python; every statistic is a whole number that fits 32 bits.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from observatory.charts.spec.view import AGGREGATES, CHANNELS, MARKS, TIME_UNITS
from observatory.errors import ChartInvalidSpec, RuleUnsatisfiable
from observatory.model import FieldProfile, Profile, Scalar, Wish, WishedField

MOST_FIELDS = 5
_YES = {"yes", "y", "true", "t", "1", "1.0", "ja", "oui", "si", "sí", "sim"}
_NO = {"no", "n", "false", "f", "0", "0.0", "nein", "non", "não"}
_LARGEST = 1_000_000_000
_TYPES = ("quantitative", "nominal", "ordinal", "temporal")
_ROLES = ("measure", "dimension", "identifier", "text", "time", "place")
TASKS = ("value", "summary", "trend", "distribution", "relation", "part")


@dataclass(frozen=True)
class Facts:
    """Answer-set facts, and the real names of the opaque fields in them: `names[0]` is `f0`."""

    text: str
    names: tuple[str, ...]
    task: str | None = None


def whole(value: float, largest: int = _LARGEST) -> int:
    """A number as an integer the solver can hold; what is no number is 0.

    >>> whole(5e9), whole(float("-inf")), whole(float("nan"))
    (1000000000, -1000000000, 0)
    """
    if math.isnan(value):
        return 0
    return round(max(-largest, min(largest, value)))


def logarithm(value: float) -> int:
    """The decimal logarithm in hundredths; of one and less it is 0.

    >>> logarithm(1000), logarithm(0)
    (300, 0)
    """
    return whole(100 * math.log10(value)) if value > 1 else 0


def field_facts(field: FieldProfile, id: str, n_rows: int, quiet: int | None = None) -> list[str]:
    """What the rules know of one field."""
    n_distinct = max(field.distinct, 0)
    known: dict[str, str | int] = {
        "type": _known(field.type, _TYPES),
        "role": _known(field.role, _ROLES),
        "unique": whole(n_distinct),
        "log_unique": logarithm(n_distinct),
        "missing": whole(1000 * field.missing / n_rows) if n_rows else 0,
        "label": max(_label_lengths(field), default=0),
        "labels": sum(length + 2 for length in _label_lengths(field)),
    }
    if field.type == "quantitative":
        known |= _number_facts(field)
    if field.type != "quantitative" and names_numbers(field):
        known["numeric"] = "yes"
    days = span_days(field)
    if field.type == "temporal" and days is not None:
        known |= {"days": whole(days), "log_days": logarithm(days + 1)}
    if is_outcome(field):
        known["outcome"] = "yes"
    if field.role == "place" and field.name.casefold().startswith(("lon", "lng")):
        known["longitude"] = "yes"
    if is_even(field):
        known["even"] = "yes"
    if quiet is not None:
        known["quiet"] = quiet
    return [f"entity(field,root,{id})."] + [f"attribute((field,{key}),{id},{value})." for key, value in known.items()]


def is_outcome(field: FieldProfile) -> bool:
    """Whether a field says yes or no of each row: a truth value, or two levels that mean as much.

    >>> is_outcome(FieldProfile("hired", "nominal", "dimension", "BOOLEAN", 0, 2))
    True
    """
    if field.distinct != 2 or field.type not in ("nominal", "ordinal"):
        return False
    levels = {str(top.value).strip().lower() for top in field.top}
    return field.storage.upper() == "BOOLEAN" or bool(levels & _YES and levels & _NO)


def is_even(field: FieldProfile) -> bool:
    """Whether all common values of a field, more than two, have the same number of rows, and more than one.

    >>> from observatory.model import TopValue
    >>> is_even(FieldProfile("arm", "nominal", "dimension", "", 0, 3, top=tuple(TopValue(a, 9) for a in "abc")))
    True
    """
    return len(field.top) > 2 and len({top.n for top in field.top}) == 1 and field.top[0].n > 1


def _known(value: str, words: Sequence[str]) -> str:
    if value not in words:
        raise ChartInvalidSpec(f"“{value}” is not one of {', '.join(words)}.")
    return value


def _label_lengths(field: FieldProfile) -> list[int]:
    return [len(str(top.value)) for top in field.top[:30]] if field.type in ("nominal", "ordinal") else []


def number(value: Scalar) -> float | None:
    """A finite number, or None.

    >>> number(3), number("3"), number(float("inf"))
    (3.0, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if math.isfinite(value) else None


def _number_facts(field: FieldProfile) -> dict[str, str | int]:
    low, high = number(field.min), number(field.max)
    if low is None or high is None:
        return {"sign": "mixed"}
    sign = "positive" if low > 0 else "nonnegative" if low >= 0 else "mixed"
    least, most = (low, high) if low > 0 else (-high, -low)
    facts: dict[str, str | int] = {"sign": sign, "floor": whole(100 * least / most) if least > 0 else 0}
    if low > 0:
        facts["magnitude"] = whole(math.log10(high) - math.log10(low) + 0.05)
    return facts | {"skew": skew(field)} | ({"entropy": entropy(field)} if field.histogram else {})


def entropy(field: FieldProfile) -> int:
    """The Shannon entropy of a field's histogram, in hundredths of a bit: small where most values lie in a few bins."""
    n_values = sum(step.n for step in field.histogram)
    shares = [step.n / n_values for step in field.histogram if step.n > 0]
    return whole(-100 * sum(share * math.log2(share) for share in shares))


def skew(field: FieldProfile) -> int:
    """Pearson's second skewness over three, (mean - median) / sd, in hundredths: between -100 and 100."""
    median, mean, sd = number(field.quantiles.get("0.5")), number(field.mean), number(field.sd)
    if median is None or mean is None or not sd:
        return 0
    return whole(100 * (mean - median) / sd, 100)


def span_days(field: FieldProfile) -> float | None:
    """Days from the first to the last time of a field, or None when it has none."""
    try:
        first, last = datetime.fromisoformat(str(field.min)), datetime.fromisoformat(str(field.max))
        return (last.replace(tzinfo=None) - first.replace(tzinfo=None)).total_seconds() / 86_400
    except ValueError:
        return None


def names_numbers(field: FieldProfile) -> bool:
    """Whether a temporal field is stored as numbers, such as years: then it is drawn as a number."""
    storage = field.storage.upper()
    return any(word in storage for word in ("INT", "DOUBLE", "FLOAT", "DECIMAL", "REAL"))


def is_numbered(field: FieldProfile) -> bool:
    """Whether a field is an identifier whose values are numbers: the greatest is one, if not a telling one."""
    return field.role == "identifier" and names_numbers(field)


def chart_type(field: FieldProfile) -> str:
    """The Vega-Lite type a field is drawn with."""
    return "quantitative" if field.type == "temporal" and names_numbers(field) else field.type


def wish_facts(profile: Profile, wish: Wish, quiet: Mapping[str, int] | None = None) -> Facts:
    """A partial chart; `quiet` marks an open request and says how little each field has to say, 0 to 10."""
    if len(wish.fields) > MOST_FIELDS:
        raise RuleUnsatisfiable(
            f"A chart shows at most {MOST_FIELDS} things, and {len(wish.fields)} are asked for.",
            "Leave some of the fields out.",
        )
    names = tuple(dict.fromkeys(item.field for item in wish.fields if item.field is not None))
    lines = _profile_facts(profile, names, quiet)
    lines += ["entity(view,root,v0).", "entity(mark,v0,m0)."]
    asked = asked_field(profile, wish)
    if asked is not None:
        lines.append(f"attribute((field,interesting),f{names.index(asked)},true).")
    if wish.mark:
        lines.append(f"attribute((mark,type),m0,{_known(wish.mark, MARKS)}).")
    if wish.task or quiet is not None:
        lines.append(f"attribute(task,root,{_known(wish.task or 'open', (*TASKS, 'open'))}).")
    if wish.sort is not None:
        lines.append(f"wished({'sort_dimension' if wish.sort_by == 'dimension' else 'sort'}).")
    if wish.limit is not None:
        lines.append(f"attribute((view,limit),v0,{whole(max(wish.limit, 1))}). wished(limit).")
    for index, item in enumerate(wish.fields):
        lines += _wished(profile, names, index, item)
    return Facts("\n".join(lines), names, wish.task)


def asked_field(profile: Profile, wish: Wish) -> str | None:
    """The number that a wish asks about: to read values of several numbers, the one wished first.

    A wish for summaries asks about none: single rows, which the rules for it are about, do not serve it.
    """
    raw = [item.field for item in wish.fields if item.field is not None and not item.aggregate and not item.bin]
    numbers = [name for name in raw if chart_type(profile.field(name)) == "quantitative"]
    figures = [name for name in numbers if profile.field(name).role not in ("time", "identifier")]
    return figures[0] if wish.task == "value" and len(set(figures)) > 1 else None


def _profile_facts(profile: Profile, names: Iterable[str], quiet: Mapping[str, int] | None = None) -> list[str]:
    lines = [
        f"attribute(number_rows,root,{whole(profile.n_rows)}).",
        f"attribute(log_rows,root,{logarithm(profile.n_rows)}).",
    ]
    if quiet is not None and any(is_outcome(profile.field(name)) for name in quiet):
        lines.append("attribute(outcomes,root,yes).")
    for index, name in enumerate(names):
        field = profile.field(name)
        lines += field_facts(field, f"f{index}", profile.n_rows, None if quiet is None else quiet.get(name, 0))
    return lines


def _wished(profile: Profile, names: tuple[str, ...], index: int, item: WishedField) -> list[str]:
    entity = f"e{index}"
    lines = [f"entity(encoding,m0,{entity}).", f"attribute((encoding,index),{entity},{index})."]
    aggregate = item.aggregate if item.field is not None else "count"
    if item.field is not None and aggregate != "count":
        kind = "quantitative" if aggregate else chart_type(profile.field(item.field))
        if aggregate in ("min", "max") and not is_numbered(profile.field(item.field)):
            kind = chart_type(profile.field(item.field))
        lines.append(f"attribute((encoding,field),{entity},f{names.index(item.field)}).")
        lines.append(f"attribute((encoding,type),{entity},{kind}).")
    else:
        lines += [f"attribute((encoding,type),{entity},quantitative).", "wished(count)."]
    if aggregate:
        lines.append(f"attribute((encoding,aggregate),{entity},{_known(aggregate, AGGREGATES)}).")
        lines.append(f"wished(aggregate,{entity}).")
    if item.bin:
        lines.append(f"attribute((encoding,binning),{entity},20).")
    if item.bin is False:
        lines.append(f"prohibited((encoding,binning),{entity}).")
    if item.time_unit:
        lines.append(f"attribute((encoding,time_unit),{entity},{_known(item.time_unit, TIME_UNITS)}).")
        lines.append(f"wished(time_unit,{entity}).")
    if item.channel:
        channel = _known("color" if item.channel == "detail" else item.channel, CHANNELS)
        lines += [f"attribute((encoding,channel),{entity},{channel}).", f"wished(channel,{entity},{channel})."]
    return lines
