"""Charts that go further than a given one: one field more, another breakdown, its distribution, time, a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from observatory.errors import ChartError, FieldNotFound, RuleError
from observatory.insight.wording import channels, chart_words, filter_words, flat, mark_of, question_for
from observatory.insight.worth import is_outcome, main_measures
from observatory.model import FieldProfile, Filter, Finding, Further, Profile, RankedChart, Wish, WishedField

Recommend = Callable[[Wish, int], list[RankedChart]]
_MOST_GROUPS, _MOST_COLOURS = 20, 8


@dataclass(frozen=True)
class _Step:
    """A wish that goes further, in which way, and why."""

    kind: str
    wish: Wish
    reason: str


def further(
    spec: Mapping[str, Any],
    profile: Profile,
    recommend: Recommend,
    *,
    n: int = 3,
    findings: Sequence[Finding] = (),
    filters: tuple[Filter, ...] = (),
) -> list[Further]:
    """At most `n` charts that add something to a chart, each with its question and what it adds (LIDA's recommend).

    They differ in what they add as long as there are several ways, and none shows what the chart shows already.
    `filters` are those of the chart: the same rows are looked at. Charts that the rules forbid are left out.
    """
    steps = list(_steps(spec, profile, findings, filters))
    order = sorted(range(len(steps)), key=lambda i: (sum(steps[j].kind == steps[i].kind for j in range(i)), i))
    found: list[Further] = []
    seen = {_shows(spec)}
    for place in order:
        chart = _chart(steps[place].wish, recommend)
        if len(found) == n:
            break
        if chart is not None and _shows(chart.spec) not in seen and _keeps(chart, steps[place].wish):
            seen.add(_shows(chart.spec))
            found.append(Further(_question(chart, steps[place].wish, profile), steps[place].reason, chart))
    return found


def _chart(wish: Wish, recommend: Recommend) -> RankedChart | None:
    try:
        return next(iter(recommend(wish, 1)), None)
    except (RuleError, ChartError, FieldNotFound):
        return None


def _question(chart: RankedChart, wish: Wish, profile: Profile) -> str:
    """The question that the chart answers, with the rows that it is about."""
    question = question_for(chart.spec, profile)
    said = [f for f in wish.filters if f.op != "valid" and not f.negated]
    return f"{question[:-1]} where {filter_words(said)}?" if said else question


def _keeps(chart: RankedChart, wish: Wish) -> bool:
    """Whether the chart shows every field that the step is about."""
    shown = {s.field for s in channels(chart.spec)}
    return {f.field for f in wish.fields if f.field is not None} <= shown


def _shows(spec: Mapping[str, Any]) -> tuple[object, ...]:
    """What makes two charts the same: what they say in words, and of which rows."""
    steps = [step for step in spec.get("transform", []) if isinstance(step, Mapping)]
    kept = str([step["filter"] for step in steps if "filter" in step])
    return chart_words(spec), mark_of(spec), frozenset((s.words, s.bin) for s in channels(spec)), kept


# ── the ways to go ───────────────────────────────────────────────────────────────────────────────


def _steps(
    spec: Mapping[str, Any], profile: Profile, findings: Sequence[Finding], filters: tuple[Filter, ...]
) -> Iterator[_Step]:
    """Every way to go further, those of one kind in the order of what they promise."""
    known = {f.name: f for f in profile.fields}
    shown = [s for s in channels(spec) if s.field in known or s.field is None]
    fields = [known[s.field] for s in shown if s.field is not None]
    measured = [f for f in fields if f.type == "quantitative" and f.role == "measure"]
    grouped = [f for f in fields if f.type in ("nominal", "ordinal") and f.role not in ("identifier", "text")]
    names = {f.name for f in fields} | {f.field for f in filters}
    groups = [f for f in profile.fields if f.name not in names and _is_group(f)]
    groups.sort(key=lambda f: (not _is_flagged(f, findings), not is_outcome(f), f.distinct > _MOST_COLOURS))
    keep = filters
    yield from _finding(findings, names, known)
    yield from _one_more(shown, groups, keep)
    yield from _over_time(measured, profile, names, keep)
    yield from _distributions(spec, measured, grouped, keep)
    yield from _breakdowns(measured, grouped, groups, keep)
    yield from _relations(measured, profile, names, keep)
    yield from _closer(grouped, measured, groups, keep)


def _is_group(field: FieldProfile) -> bool:
    return (
        field.type in ("nominal", "ordinal")
        and 1 < field.distinct <= _MOST_GROUPS
        and field.role not in ("identifier", "text", "time")
    )


def _is_flagged(field: FieldProfile, findings: Sequence[Finding]) -> bool:
    return any(field.name in f.columns for f in findings[:5])


def _finding(findings: Sequence[Finding], names: set[str], known: Mapping[str, FieldProfile]) -> Iterator[_Step]:
    """The strongest finding that is about a field of the chart and one that it does not show."""
    for finding in findings[:10]:
        columns = [name for name in finding.columns if name in known]
        is_shown = finding.direction != "missing" and len(columns) <= 2
        if is_shown and set(columns) & names and set(columns) - names:
            wish = Wish(tuple(WishedField(name) for name in columns))
            yield _Step("finding", wish, f"There is a finding about these fields: {finding.statement}")


def _one_more(shown: Sequence[Any], groups: Sequence[FieldProfile], keep: tuple[Filter, ...]) -> Iterator[_Step]:
    """The same chart, told apart by one field more."""
    if len({s.field for s in shown}) > 2:
        return
    base = tuple(
        WishedField(s.field, s.aggregate if s.aggregate != "average" else "mean", s.bin or None, s.time_unit)
        for s in shown
    )
    for group in [g for g in groups if g.distinct <= _MOST_COLOURS][:3]:
        reason = f"It adds {group.name}, which the chart leaves out."
        yield _Step("one more", Wish((*base, WishedField(group.name)), None, None, keep), reason)


def _over_time(
    measured: Sequence[FieldProfile], profile: Profile, names: set[str], keep: tuple[Filter, ...]
) -> Iterator[_Step]:
    times = [f for f in profile.fields if (f.type == "temporal" or f.role == "time") and f.name not in names]
    for time in [f for f in times if f.distinct > 2][:1]:
        what = WishedField(measured[0].name, "mean") if measured else WishedField(None, "count")
        about = f"the mean of {measured[0].name}" if measured else "the number of rows"
        reason = f"It shows whether {about} stays the same along {time.name}."
        yield _Step("time", Wish((WishedField(time.name), what), None, "trend", keep), reason)


def _distributions(
    spec: Mapping[str, Any],
    measured: Sequence[FieldProfile],
    grouped: Sequence[FieldProfile],
    keep: tuple[Filter, ...],
) -> Iterator[_Step]:
    """What lies behind a mean, and how a number is distributed on its own."""
    means = any(d.get("aggregate") for d in flat(spec)[1].values() if isinstance(d, Mapping))
    for measure in measured[:2]:
        if grouped and means and grouped[0].distinct <= _MOST_GROUPS:
            pair = (WishedField(grouped[0].name), WishedField(measure.name))
            reason = f"It shows the values of {measure.name} behind each summary."
            yield _Step("distribution", Wish(pair, "boxplot", "distribution", keep), reason)
        reason = f"It shows which values of {measure.name} are common and which are rare."
        yield _Step("distribution", Wish((WishedField(measure.name),), None, "distribution", keep), reason)


def _breakdowns(
    measured: Sequence[FieldProfile],
    grouped: Sequence[FieldProfile],
    groups: Sequence[FieldProfile],
    keep: tuple[Filter, ...],
) -> Iterator[_Step]:
    """The same amount by other groups."""
    what = WishedField(measured[0].name, "mean") if measured else WishedField(None, "count")
    about = f"the mean of {measured[0].name}" if measured else "the number of rows"
    instead = f" in place of {grouped[0].name}" if grouped else ""
    for group in groups[:3]:
        reason = f"It breaks {about} down by {group.name}{instead}."
        yield _Step("breakdown", Wish((WishedField(group.name), what), None, None, keep), reason)


def _relations(
    measured: Sequence[FieldProfile], profile: Profile, names: set[str], keep: tuple[Filter, ...]
) -> Iterator[_Step]:
    """Another number beside the one that is shown."""
    others = [f for f in main_measures(profile) if f.name not in names]
    for measure, other in ((measure, other) for measure in measured[:1] for other in others[:2]):
        pair = (WishedField(other.name), WishedField(measure.name))
        reason = f"It shows whether {measure.name} goes with {other.name}."
        yield _Step("relation", Wish(pair, None, "relation", keep), reason)


def _closer(
    grouped: Sequence[FieldProfile],
    measured: Sequence[FieldProfile],
    groups: Sequence[FieldProfile],
    keep: tuple[Filter, ...],
) -> Iterator[_Step]:
    """A closer look at the largest group."""
    for field in grouped[:1]:
        top = [t for t in field.top if t.value is not None]
        if not groups or len(top) < 3 or top[0].n < 30 or any(f.field == field.name for f in keep):
            continue
        what = WishedField(measured[0].name, "mean") if measured else WishedField(None, "count")
        only = (*keep, Filter(field.name, "equal", top[0].value))
        reason = f"It looks closer at the largest group of {field.name}, {top[0].value}, by {groups[0].name}."
        yield _Step("closer", Wish((WishedField(groups[0].name), what), None, None, only), reason)
