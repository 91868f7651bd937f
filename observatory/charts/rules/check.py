"""A chart that is there already: which rules it breaks, and the smallest changes after which it breaks no hard one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from observatory.charts.rules.explain import price, violations
from observatory.charts.rules.facts import Facts
from observatory.charts.rules.flags import Flags, flags
from observatory.charts.rules.narrow import kept
from observatory.charts.rules.rule_weights import RuleWeights
from observatory.charts.rules.solver import Answer, judge
from observatory.charts.rules.view_facts import KNOWN_TIME_UNITS, Scene, axis_kinds, known_word, part_facts
from observatory.charts.spec.own import without_rows
from observatory.charts.spec.parts import Part, Path
from observatory.charts.spec.reading import Reading, read
from observatory.charts.spec.view import Encoding, View
from observatory.errors import ChartInvalidSpec
from observatory.model import ChartCheck, Finding, Profile, Repair, Table, Violation

_PLACED = ("x", "y", "xOffset", "yOffset")
_PAIRED = ("two_summaries", "count_twice")
NOTHING_JUDGED = "No part of the chart could be judged."


@dataclass(frozen=True)
class Judge:
    """What a chart is judged by; the table need not be at hand."""

    profile: Profile
    table: Table | None = None
    task: str | None = None
    quiet: Mapping[str, int] | None = None
    weights: RuleWeights | None = None
    flags: Flags = Flags()


@dataclass(frozen=True)
class Judged:
    """One part of a chart with its facts, what the solver says of it, and the words for its places."""

    part: Part
    facts: Facts
    answer: Answer
    places: Mapping[str, str]
    scene: Scene = Scene()


def check(
    spec: Any,
    profile: Profile,
    *,
    repair: bool = False,
    task: str | None = None,
    quiet: Mapping[str, int] | None = None,
    weights: RuleWeights | None = None,
    findings: Sequence[Finding] | Flags = (),
    table: Table | None = None,
) -> ChartCheck:
    """The rules that a Vega-Lite or Altair chart breaks, and its smallest repairs; raises ChartInvalidSpec.

    With the task "open", `quiet` says how little each field has to say, 0 to 10. `findings` about the table weigh in as
    in `recommend`. With the `table` at hand, what filters leave is counted. A chart of several parts costs what its
    parts cost together.

    >>> check({"mark": "line", "encoding": {"x": {"aggregate": "count"}}}, Profile(0, ())).hard[0].rule
    'line_no_order'
    """
    plain = vega_lite(spec)
    by = Judge(profile, table, task, quiet, weights, flags(findings, profile))
    reading = read(plain)
    judged = judge_parts(reading, by)
    found = told(judged, by)
    if repair and found.hard:
        found = replace(found, repairs=_repairs(plain, reading, judged, by))
    return replace(found, notes=reading.notes if judged else (NOTHING_JUDGED, *reading.notes))


def _repairs(spec: Mapping[str, Any], reading: Reading, judged: Sequence[Judged], by: Judge) -> tuple[Repair, ...]:
    """The repairs of the chart as it is meant; where that is what is written, or beyond repair, of what is written."""
    from observatory.charts.rules.meant import meant
    from observatory.charts.rules.repair import repairs

    chart, words = meant(spec, reading, by.profile)
    if words:
        again = read(chart)
        parts = judge_parts(again, by)
        found = told(parts, by)
        if parts and found.valid:
            return (Repair(chart, words, found.cost),)
        further = repairs(chart, again, parts, by)
        if further:
            return tuple(replace(one, edits=tuple(dict.fromkeys((*words, *one.edits)))) for one in further)
    return repairs(spec, reading, judged, by)


def vega_lite(chart: Any) -> Mapping[str, Any]:
    """The JSON of a chart; an Altair chart gives it by `to_dict`, without its rows. Raises ChartInvalidSpec."""
    if isinstance(chart, Mapping):
        return chart
    if not hasattr(chart, "to_dict"):
        raise ChartInvalidSpec("The chart is not a JSON object.", "Give a Vega-Lite or an Altair chart.")
    try:
        plain = chart.to_dict()
    except (TypeError, ValueError, AttributeError, KeyError) as exc:
        reason = str(exc).split("\n")[0][:200]
        raise ChartInvalidSpec(f"The Altair chart cannot be written as Vega-Lite: {reason}", "Mend the chart.") from exc
    if not isinstance(plain, Mapping):
        raise ChartInvalidSpec("The chart is not a JSON object.", "Give a Vega-Lite or an Altair chart.")
    return without_rows(plain)


def judge_parts(reading: Reading, by: Judge, known: Sequence[Judged] = ()) -> tuple[Judged, ...]:
    """Each part of a chart with what the solver says of it; what is `known` of the same parts is said again."""

    def said(part: Part, scene: Scene) -> Judged:
        same = (one for one in known if one.part == part and one.scene == scene)
        return next(same, None) or _judged(part, scene, reading, by)

    return tuple(map(said, reading.parts, scenes_of(reading, by)))


def scenes_of(reading: Reading, by: Judge) -> list[Scene]:
    """What each part stands beside: the kinds of value that earlier layers have on the axes they share."""
    shared: dict[Path, dict[str, str]] = {}
    units: dict[Path, dict[str, str]] = {}
    scenes = []
    for part in reading.parts:
        names = [e.field for e in part.view.encodings if e.field is not None]
        rows = kept(by.profile, part.view.filters, names, by.table)
        beside = shared.setdefault(part.layer, {}) if part.layer is not None else {}
        timed = units.setdefault(part.layer, {}) if part.layer is not None else {}
        scenes.append(Scene(rows, dict(beside), dict(timed), _repeated(part, reading)))
        for channel, kind in axis_kinds(part.view).items():
            beside.setdefault(channel, kind)
            unit = known_word(getattr(part.view.on(channel), "time_unit", None), KNOWN_TIME_UNITS)
            if unit not in (None, "unknown"):
                timed.setdefault(channel, unit)
    return scenes


def _repeated(part: Part, reading: Reading) -> frozenset[int] | None:
    """Of a text layer at the positions of the marks of an earlier layer, the places of what those show too."""
    if part.layer is None or part.view.mark != "text":
        return None
    earlier = reading.parts[: reading.parts.index(part)]
    below = next(
        (p.view for p in earlier if p.layer == part.layer and _positions(p.view) == _positions(part.view)), None
    )
    if below is None:
        return None
    shown = {_shows(e) for e in below.encodings}
    return frozenset(place for place, e in enumerate(part.view.encodings) if _shows(e) in shown)


def _positions(view: View) -> frozenset[tuple[object, ...]]:
    return frozenset((e.channel, *_shows(e)) for e in view.encodings if e.channel in _PLACED)


def _shows(e: Encoding) -> tuple[object, ...]:
    return e.field, e.aggregate, e.bin, e.time_unit, str(e.datum)


def _judged(part: Part, scene: Scene, reading: Reading, by: Judge) -> Judged:
    facts = by.flags.mark(part_facts(part, by.profile, by.task, by.quiet, scene))
    answer = judge(facts, by.weights)
    if scene.repeated is not None:
        answer = replace(answer, preferences=tuple(p for p in answer.preferences if _adds(p, scene.repeated)))
    return Judged(part, facts, answer, places(part, reading), scene)


def _adds(preference: tuple[str, str], repeated: frozenset[int]) -> bool:
    """Whether a rule is about what labels add to the marks that they stand at, which pay for all else already."""
    rule, place = preference
    own = place.startswith("e") and place not in {f"e{index}" for index in repeated}
    return rule == "label_crowd" or (own and rule not in _PAIRED)


def told(judged: Sequence[Judged], by: Judge) -> ChartCheck:
    """What the rules say of all parts together."""
    sides = []
    for side in ("broken", "preferences"):
        merged: dict[str, Violation] = {}
        for one in judged:
            for v in violations(getattr(one.answer, side), one.answer, one.facts, by.weights, one.places):
                same = merged.get(v.rule)
                where = v.where if same is None else tuple(dict.fromkeys((*same.where, *v.where)))
                merged[v.rule] = replace(v, count=v.count + (same.count if same else 0), where=where)
        sides.append(tuple(sorted(merged.values(), key=lambda v: (-price(v), v.rule))))
    return ChartCheck(not sides[0], sides[0], sides[1], sum(price(v) for v in sides[1]))


def places(part: Part, reading: Reading) -> dict[str, str]:
    """The words for the entities of a part: `x (Fare)`, or `layer 2, x (Fare)` where there are several parts."""
    before = part_name(part, reading)
    words = {"m0": f"mark {part.view.mark[:40]}" if part.view.mark not in ("none", "") else "mark", "v0": "chart"}
    words |= {channel: channel for channel in ("x", "y")}
    words |= {f"w{index}": f"filter ({f.field[:80]})" for index, f in enumerate(part.view.filters)}
    for index, encoding in enumerate(part.view.encodings):
        what = (
            encoding.field
            if encoding.field is not None
            else "number of rows"
            if encoding.aggregate == "count"
            else None
        )
        shown = f" ({what[:80]})" if what is not None else " (constant)" if encoding.datum is not None else ""
        words[f"e{index}"] = f"{encoding.channel[:40]}{shown}"
    return {entity: f"{before}, {word}" for entity, word in words.items()} if before else words


def part_name(part: Part, reading: Reading) -> str:
    """`layer 2` or `chart 1`; nothing for a chart of one part."""
    if len(reading.parts) < 2:
        return ""
    names = {"layer": "layer", "concat": "chart", "hconcat": "chart", "vconcat": "chart"}
    steps = zip(part.path, part.path[1:], strict=False)
    named = [f"{names[str(key)]} {int(place) + 1}" for key, place in steps if key in names and isinstance(place, int)]
    return ", ".join(named) or f"chart {reading.parts.index(part) + 1}"
