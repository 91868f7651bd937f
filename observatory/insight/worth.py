"""Which charts are worth a question: what has an outcome or a main measure by group first, then the other kinds."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from observatory.errors import ChartError, FieldNotFound, RuleError
from observatory.insight.wording import channels, is_histogram, mark_of
from observatory.insight.words import name_words, stem, vocabulary
from observatory.model import FieldProfile, Finding, Profile, RankedChart, Task, Wish, WishedField

Recommend = Callable[[Wish, int], list[RankedChart]]
_OUTCOME_STORY, _MEASURE_STORY, _ODD, _WANTED = 0.7, 0.45, 0.5, 0.9
ANSWERS = (
    vocabulary("yes no"), vocabulary("true false"), vocabulary("0 1"), vocabulary("y n"), vocabulary("ja nein"),
    vocabulary("pass fail"), vocabulary("won lost"), vocabulary("alive dead"), vocabulary("accepted rejected"),
)  # fmt: skip
_OUTCOMES = vocabulary(
    "survived survival hired admitted accepted approved promoted dismissed churn churned default defaulted passed won "
    "outcome result target label success died deceased recidivism granted bought converted left"
)
_MAIN = vocabulary(
    "salary pay wage income earnings price fare cost sales revenue profit score rate amount total value points output"
)
_CONTEXT = vocabulary("age year experience tenure index")


@dataclass(frozen=True)
class Candidate:
    """A chart that could be a goal, what kind of question it answers, and how much its fields have to say."""

    chart: RankedChart
    task: str
    interest: float


def candidates(
    profile: Profile, recommend: Recommend, findings: Sequence[Finding], wanted: Sequence[str] = ()
) -> Iterator[Candidate]:
    """The best open charts, and one for each kind of question about the most telling fields and those `wanted`."""
    seen: set[str] = set()
    for wish, task in [*_wishes(profile, findings), *_wanted(wanted)]:
        try:
            charts = recommend(wish, 8 if not wish.fields else 1)
        except (RuleError, ChartError, FieldNotFound):
            continue
        for chart in charts:
            key = json.dumps(chart.spec, sort_keys=True, default=str)
            if key not in seen and chart.fields:
                seen.add(key)
                kind = task or _kind(chart.spec, profile)
                about = sum(name in wanted for name in chart.fields) / len(chart.fields)
                yield Candidate(chart, kind, _interest(chart, profile, findings) + _WANTED * about)


def _wanted(names: Sequence[str]) -> Iterator[tuple[Wish, str]]:
    """The first fields that somebody wants to know about, each alone and with the next."""
    for name in names[:4]:
        yield Wish((WishedField(name),)), ""
    for first, second in pairwise(names[:4]):
        yield Wish((WishedField(first), WishedField(second))), ""


def _wishes(profile: Profile, findings: Sequence[Finding]) -> Iterator[tuple[Wish, str]]:
    """Outcomes and measures by group, each measure alone and over time, pairs of measures, and the groups."""
    yield Wish(), ""
    measures, times = main_measures(profile), _telling(profile, lambda f: f.type == "temporal" or f.role == "time")
    groups = [f for f in _telling(profile, _is_group) if not is_outcome(f)]
    flagged = {name for f in findings[:3] for name in f.columns}
    groups.sort(key=lambda f: f.name not in flagged)
    outcomes = _telling(profile, is_outcome)
    for outcome in outcomes[:2]:
        for group in groups[:4]:
            pair = (WishedField(group.name), WishedField(outcome.name, channel="color"), WishedField(None, "count"))
            yield Wish(pair, "bar", "part"), "part"
    for measure in measures[:2]:
        yield _wish("distribution", WishedField(measure.name)), "distribution"
        for time in times[:1]:
            yield _wish("trend", WishedField(time.name), WishedField(measure.name, "mean")), "trend"
        for group in [*groups[:4], *outcomes[:1]]:
            yield _wish("summary", WishedField(group.name), WishedField(measure.name, "mean")), "summary"
    for first, second in pairwise(measures[:3]):
        yield _wish("relation", WishedField(first.name), WishedField(second.name)), "relation"
    for group in groups[:2]:
        yield _wish("part", WishedField(group.name), WishedField(None, "count")), "part"
    if len(groups) > 1:
        pair = (WishedField(groups[0].name), WishedField(groups[1].name), WishedField(None, "count"))
        yield _wish("part", *pair), "part"


def _is_group(field: FieldProfile) -> bool:
    return field.type in ("nominal", "ordinal") and 1 < field.distinct <= 20 and field.role not in ("text", "time")


def is_outcome(field: FieldProfile) -> bool:
    """Whether a field says how something ended: two values such as yes and no, or a name such as survived.

    >>> from observatory.model import TopValue
    >>> top = (TopValue("no", 5), TopValue("yes", 4))
    >>> is_outcome(FieldProfile("helped", "nominal", "dimension", "VARCHAR", 0, 2, top=top))
    True
    >>> is_outcome(FieldProfile("sex", "nominal", "dimension", "VARCHAR", 0, 2))
    False
    """
    if field.distinct != 2 or field.role in ("identifier", "text", "time"):
        return False
    values = {str(t.value).lower().removesuffix(".0") for t in field.top if t.value is not None}
    named = {stem(w) for w in name_words(field.name)} & {stem(w) for w in _OUTCOMES}
    return field.type != "temporal" and (values in ANSWERS or bool(named))


def main_measures(profile: Profile) -> list[FieldProfile]:
    """The measures, what is earned, paid or scored first, and ages and the like last."""
    found = _telling(profile, lambda f: f.type == "quantitative" and f.role == "measure" and not is_outcome(f))
    return sorted(found, key=lambda f: -_centrality(f))


def _centrality(field: FieldProfile) -> int:
    words = set(name_words(field.name))
    return 1 if words & _MAIN else -1 if words & _CONTEXT else 0


def _wish(task: Task, *fields: WishedField) -> Wish:
    return Wish(fields, None, task)


def _telling(profile: Profile, wanted: Callable[[FieldProfile], bool]) -> list[FieldProfile]:
    """Fields of a kind, those that say the most first."""
    found = [f for f in profile.fields if wanted(f) and f.role != "identifier" and f.distinct > 1]
    return sorted(found, key=lambda f: -_field_interest(f, profile))


def _field_interest(field: FieldProfile, profile: Profile) -> float:
    """From 0 to 1: how many rows have it, and for a category how far it is from one value or as many as rows."""
    if not profile.n_rows or field.distinct < 2:
        return 0.0
    present = 1 - field.missing / profile.n_rows
    if field.type in ("nominal", "ordinal"):
        rarest = min(1.0, 2 * (1 - (field.top[0].n / profile.n_rows if field.top else 1)))
        return present * rarest * (1.0 if field.distinct <= 12 else 0.6 if field.distinct <= 40 else 0.2)
    if field.type == "temporal" or field.role == "time":
        return present
    return present * (1.0 if field.distinct > 10 else 0.6)


def _interest(chart: RankedChart, profile: Profile, findings: Sequence[Finding]) -> float:
    known_fields = [f for f in profile.fields if f.name in chart.fields]
    mean = sum(_field_interest(f, profile) for f in known_fields) / max(1, len(known_fields))
    flagged = any(set(f.columns) & set(chart.fields) for f in findings[:3])
    more = (0.3 if flagged else 0.0) + (0.15 if len(known_fields) > 1 else 0.0) - 0.01 * chart.rank
    return mean + more + _story(chart, known_fields, profile)


def _story(chart: RankedChart, fields: Sequence[FieldProfile], profile: Profile) -> float:
    """More for an outcome or the main measure by group; less for pairs that are neither, and for dots by category."""
    groups = [f for f in fields if _is_group(f) and f.distinct <= 8 and not is_outcome(f)]
    outcomes = [f for f in fields if is_outcome(f)]
    means = [s.field for s in channels(chart.spec) if s.aggregate == "mean"]
    categories = [f for f in fields if _is_group(f)]
    if len(fields) == 2 and outcomes and groups:
        return _OUTCOME_STORY
    if len(fields) == 2 and groups and means and means[0] in [f.name for f in main_measures(profile)[:1]]:
        named = groups[0].type == "nominal" or not isinstance(groups[0].min, (int, float))
        return 0.0 if not named or any(map(is_outcome, profile.fields)) else _MEASURE_STORY
    if mark_of(chart.spec) in ("point", "tick") and categories and not means:
        return -_ODD
    return -_ODD / 2 if len(fields) > 1 and len(categories) == len(fields) else 0.0


def _kind(spec: Mapping[str, Any], profile: Profile) -> str:
    """What kind of question a chart answers."""
    mark = mark_of(spec)
    if is_histogram(spec) or mark in ("boxplot", "tick"):
        return "distribution"
    times = {f.name for f in profile.fields if f.type == "temporal" or f.role == "time"}
    if mark in ("line", "area") or any(s.field in times for s in channels(spec) if s.channel == "x"):
        return "trend"
    if mark == "point" and not any(s.aggregate for s in channels(spec)):
        return "relation"
    return "part" if all(s.aggregate in (None, "count") for s in channels(spec)) else "summary"


def varied(found: list[Candidate], n: int) -> list[Candidate]:
    """Greedily the most interesting next one, each field and kind of question counting less once it was had."""
    chosen: list[Candidate] = []
    fields: Counter[str] = Counter()
    tasks: Counter[str] = Counter()
    left = list(found)
    while left and len(chosen) < n:
        best = max(left, key=lambda c: c.interest - 0.35 * tasks[c.task] - 0.3 * _repeated(c, fields))
        left.remove(best)
        if any(set(best.chart.fields) == set(c.chart.fields) and best.task == c.task for c in chosen):
            continue
        chosen.append(best)
        fields.update(best.chart.fields)
        tasks[best.task] += 1
    return chosen


def _repeated(candidate: Candidate, fields: Counter[str]) -> float:
    names = candidate.chart.fields
    return sum(fields[name] for name in names) / len(names)
