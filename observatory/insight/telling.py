"""What stands out: a sentence for a chart and the numbers worth printing large, each computed over all rows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from observatory.insight.clause import Known
from observatory.insight.facts import Facts, about
from observatory.insight.truth import RELATED
from observatory.insight.wording import Shown, channels, number_words, parts
from observatory.insight.worth import main_measures
from observatory.model import BigNumber, Profile

_KINDS = {"mean": "mean", "average": "mean", "median": "median", "sum": "sum", "min": "min", "max": "max"}
_SAID = {"mean": "mean", "median": "median", "sum": "total", "min": "lowest", "max": "highest"}
_LONGEST = 28


def chart_sentence(spec: Mapping[str, Any], facts: Facts) -> str:
    """What stands out in a chart of all rows, in a sentence; empty where nothing was computed of it.

    A chart of some of the rows has none, for the facts are those of all of them. `facts` should hold `aggregates`.
    """
    if "transform" in spec or any("transform" in unit for unit in spec.get("layer", ())):
        return ""
    known, (measures, groups) = Known(facts), parts(spec)
    fields = [s.field for s in groups if s.field is not None and not s.bin and not s.time_unit]
    shown = [s.field for s in channels(spec) if s.field is not None]
    said = ""
    binned = [s.field for s in groups if s.bin and s.field is not None]
    if len(binned) == 1 and not fields:
        said = _of_spread(binned[0], facts)
    elif len(measures) == 1 and fields:
        said = _of_groups(measures[0], fields, known)
    elif not measures and len(shown) == 2:
        said = _of_pair(shown[0], shown[1], known)
    if said:
        return said
    bare = [name for name in dict.fromkeys(shown) if facts.kinds.get(name, ("", ""))[1] != "identifier"]
    return " ".join(about(facts, bare, 1))


def _of_groups(measure: Shown, fields: list[str], known: Known) -> str:
    if measure.aggregate == "count" or measure.field is None:
        return _of_shares(fields, known) if len(fields) == 2 else ""
    kind = _KINDS.get(str(measure.aggregate))
    if kind is None:
        return ""
    if known.facts.kinds.get(fields[0], ("", ""))[1] == "time":
        return _of_times(kind, measure.field, fields[0], known) if len(fields) == 1 else ""
    if fields[0] not in known.facts.whole:
        return ""
    values = [(known.get(kind, measure.field, None, pair), pair[1]) for pair in _groups(fields[0], known)]
    values = sorted((v, item) for v, item in values if not math.isnan(v))
    if len(values) < 2 or values[0][0] == values[-1][0]:
        return ""
    (low, least), (high, most) = values[0], values[-1]
    name = f"{_SAID[kind]} {measure.field}"
    return f"The {name} is {number_words(high)} for {_cut(most)} and {number_words(low)} for {_cut(least)}."


def _of_times(kind: str, measure: str, time: str, known: Known) -> str:
    """The first and the last of the numbers by year."""
    found = [
        (float(n.group[1]), n.value)
        for n in known.facts.numbers
        if n.group and n.group[0] == time and (n.kind, n.field) == (kind, measure)
    ]
    if len(found) < 2:
        return ""
    (first, start), (last, end) = min(found), max(found)
    how = f"goes from {number_words(start)} in {first:g} to {number_words(end)} in {last:g}"
    return f"The {_SAID[kind]} {measure} {how}."


def _of_spread(field: str, facts: Facts) -> str:
    """Where the middle half of the values lies."""
    quartiles = sorted(n.value for n in facts.numbers if (n.kind, n.field, n.group) == ("quartile", field, None))
    medians = [n.value for n in facts.numbers if (n.kind, n.field, n.group) == ("median", field, None)]
    if len(quartiles) != 2 or not medians:
        return ""
    low, high = map(number_words, quartiles)
    return f"The middle half of {field} lies between {low} and {high}; the median is {number_words(medians[0])}."


def _of_shares(fields: list[str], known: Known) -> str:
    """Where a value of the second field is most and least common among the groups of the first."""
    groups, inside = fields
    answer = known.positive(inside) or known.positive(groups)
    if answer and answer[0] == groups:
        groups, inside = inside, groups
    top = answer or next(((inside, item) for _, item in known.counts(inside)), None)
    if top is None or groups not in known.facts.whole:
        return ""
    found = [(known.get("share", *top, pair), pair[1]) for pair in _groups(groups, known)]
    found = sorted((v, item) for v, item in found if not math.isnan(v))
    if len(found) < 2 or round(found[0][0]) == round(found[-1][0]):
        return ""
    (low, least), (high, most) = found[0], found[-1]
    what = f"{inside} is {_cut(top[1])}"
    return f"Where {groups} is {_cut(most)}, {what} in {high:.0f} % of rows; where it is {_cut(least)}, in {low:.0f} %."


def _groups(field: str, known: Known) -> list[tuple[str, str]]:
    return [pair for pair in known.facts.values if pair[0] == field]


def _of_pair(first: str, second: str, known: Known) -> str:
    r = known.get("correlation", first, None, (second, ""))
    if math.isnan(r):
        return ""
    if abs(r) < 0.2:
        how = "hardly go together"
    elif abs(r) < RELATED:
        how = "go together loosely"
    else:
        how = "rise together" if r > 0 else "go in opposite directions"
    number = f"{r:.2f}".replace("-", "−")
    return f"{first} and {second} {how} (correlation\u00a0{number})."


def big_numbers(profile: Profile, facts: Facts, n: int = 3) -> tuple[BigNumber, ...]:
    """The number of rows, the share of the outcome or of the largest group, the mean of the main measure, and the span.

    >>> big_numbers(Profile(12, ()), Facts((), (), (), ()))
    (BigNumber(value='12', label='rows'),)
    """
    known = Known(facts)
    found = [BigNumber(f"{profile.n_rows:,}", "row" if profile.n_rows == 1 else "rows")]
    share = _outcome(profile, known)
    if share is not None:
        found.append(share)
    for field in main_measures(profile)[:2]:
        if field.mean is not None:
            found.append(BigNumber(number_words(field.mean), f"mean {_cut(field.name)}"))
            break
    found += _span(profile)
    if len(found) < n:
        found.append(BigNumber(str(len(profile.fields)), "field" if len(profile.fields) == 1 else "fields"))
    return tuple(found[:n]) if profile.fields else tuple(found[:1])


def _outcome(profile: Profile, known: Known) -> BigNumber | None:
    for field in profile.fields:
        pair = known.positive(field.name)
        if pair is not None:
            return BigNumber(f"{known.get('share', *pair):.0f} %", f"{_cut(field.name)}: {_cut(pair[1])}")
    for field in profile.fields:
        order = known.counts(field.name)
        if 1 < len(order) <= 12 and order[0][0] > order[1][0]:
            item = order[0][1]
            return BigNumber(f"{known.get('share', field.name, item):.0f} %", f"{_cut(field.name)}: {_cut(item)}")
    return None


def _span(profile: Profile) -> list[BigNumber]:
    times = [f for f in profile.fields if (f.type == "temporal" or f.role == "time") and f.min is not None]
    ends = [(f.name, str(f.min)[:4], str(f.max)[:4]) for f in times]
    return [
        BigNumber(first if first == last else f"{first} – {last}", _cut(name))
        for name, first, last in ends[:1]
        if first.isdigit() and last.isdigit()
    ]


def _cut(text: str) -> str:
    """A name or value that fits into a sentence."""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"
