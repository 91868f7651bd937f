"""Questions worth asking: rules enumerate and rank the charts, the model only words what each of them answers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from observatory.errors import ChartError, FieldNotFound, LLMError, RuleError
from observatory.insight.facts import Facts, about, known
from observatory.insight.ground import is_plain, spots
from observatory.insight.linking import field_mentions
from observatory.insight.prompts import fill
from observatory.insight.sheet import Sheet, sheet
from observatory.insight.wording import channels, chart_words, is_histogram, mark_of, question_for
from observatory.insight.words import tokens, vocabulary
from observatory.model import FieldProfile, Finding, Goal, Profile, RankedChart, Task, Wish, WishedField

if TYPE_CHECKING:
    from observatory.llm import LLM

Recommend = Callable[[Wish, int], list[RankedChart]]
_NO_QUESTION = vocabulary("chart charts plot plots graph histogram axis title table rows row data")
_LEADING = vocabulary("why because increase increases decrease decreases rise rises fall falls cause causes biased")


@dataclass(frozen=True)
class Candidate:
    """A chart that could be a goal, what kind of question it answers, and how much its fields have to say."""

    chart: RankedChart
    task: str
    interest: float


def explore_goals(
    profile: Profile,
    recommend: Recommend,
    llm: LLM | None,
    *,
    n: int = 5,
    persona: str | None = None,
    findings: Sequence[Finding] = (),
) -> list[Goal]:
    """At most `n` questions, each with the chart that answers it, of different fields and kinds; best first.

    One call of the model words all questions, for a `persona` if one is given; where its words name other fields
    than the chart, or there is no model, the question is a template.
    """
    chosen = _varied(list(_candidates(profile, recommend, findings)), n)
    facts = known(profile, findings)
    drafts = [_draft(i, c, profile, facts, findings) for i, c in enumerate(chosen)]
    if llm is None or not drafts:
        return drafts
    try:
        said = _ask(llm, drafts, profile, persona)
    except LLMError:
        return drafts
    return [_worded(goal, text, profile, facts) for goal, text in zip(drafts, [*said, *[""] * len(drafts)])]


# ── which charts ─────────────────────────────────────────────────────────────────────────────────


def _candidates(profile: Profile, recommend: Recommend, findings: Sequence[Finding]) -> Iterator[Candidate]:
    """The best open charts, and one for each kind of question about the most telling fields."""
    seen: set[str] = set()
    for wish, task in _wishes(profile, findings):
        try:
            charts = recommend(wish, 8 if not wish.fields else 1)
        except (RuleError, ChartError, FieldNotFound):
            continue
        for chart in charts:
            key = json.dumps(chart.spec, sort_keys=True, default=str)
            if key not in seen and chart.fields:
                seen.add(key)
                kind = task or _kind(chart.spec, profile)
                yield Candidate(chart, kind, _interest(chart, profile, findings))


def _wishes(profile: Profile, findings: Sequence[Finding]) -> Iterator[tuple[Wish, str]]:
    yield Wish(), ""
    measures = _telling(profile, lambda f: f.type == "quantitative" and f.role == "measure")
    groups = _telling(profile, lambda f: f.type in ("nominal", "ordinal") and 1 < f.distinct <= 20 and f.role != "text")
    times = _telling(profile, lambda f: f.type == "temporal" or f.role == "time")
    flagged = {name for f in findings[:3] for name in f.columns}
    groups.sort(key=lambda f: f.name not in flagged)
    for measure in measures[:2]:
        yield _wish("distribution", WishedField(measure.name)), "distribution"
        for time in times[:1]:
            yield _wish("trend", WishedField(time.name), WishedField(measure.name, "mean")), "trend"
        for group in groups[:2]:
            yield _wish("summary", WishedField(group.name), WishedField(measure.name, "mean")), "summary"
    for first, second in pairwise(measures[:3]):
        yield _wish("relation", WishedField(first.name), WishedField(second.name)), "relation"
    for group in groups[:2]:
        yield _wish("part", WishedField(group.name), WishedField(None, "count")), "part"
    if len(groups) > 1:
        pair = (WishedField(groups[0].name), WishedField(groups[1].name), WishedField(None, "count"))
        yield _wish("part", *pair), "part"


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
    return mean + (0.3 if flagged else 0.0) + (0.15 if len(known_fields) > 1 else 0.0) - 0.01 * chart.rank


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


def _varied(found: list[Candidate], n: int) -> list[Candidate]:
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


# ── in words ─────────────────────────────────────────────────────────────────────────────────────


def _draft(i: int, candidate: Candidate, profile: Profile, facts: Facts, findings: Sequence[Finding]) -> Goal:
    chart = candidate.chart
    shown = tuple(dict.fromkeys(s.field for s in channels(chart.spec) if s.field is not None))
    return Goal(
        index=i,
        question=question_for(chart.spec, profile),
        visualization=chart_words(chart.spec),
        rationale=_rationale(candidate, shown, findings),
        fields=shown or chart.fields,
        spec=chart.spec,
        facts=about(facts, shown or chart.fields, 3),
        source="template",
        code=chart.code,
    )


def _rationale(candidate: Candidate, shown: Sequence[str], findings: Sequence[Finding]) -> str:
    flagged = next((f for f in findings if set(f.columns) & set(shown)), None)
    if flagged is not None:
        return f"There is a finding about {' and '.join(c for c in flagged.columns if c in shown)}: {flagged.statement}"
    names = " and ".join(shown)
    return {
        "distribution": f"It shows which values of {names} are common and which are rare.",
        "trend": f"It shows {names} from first to last.",
        "relation": f"It shows whether {names} go together.",
        "part": f"It shows how the rows are divided by {names}.",
    }.get(candidate.task, f"It compares the groups of {_grouping(candidate.chart.spec) or names}.")


def _grouping(spec: Mapping[str, Any]) -> str:
    return " and ".join(dict.fromkeys(s.field for s in channels(spec) if s.field is not None and not s.aggregate))


def _ask(llm: LLM, drafts: Sequence[Goal], profile: Profile, persona: str | None) -> list[str]:
    """One question for each chart, in one reply."""
    labels = sheet(profile, n=max(25, len(profile.fields)))
    lines = [f"{i}. {json.dumps(_safe(goal, labels), ensure_ascii=False)}" for i, goal in enumerate(drafts, 1)]
    asker = f"Word them for this reader: {json.dumps(persona[:80], ensure_ascii=False)}.\n" if persona else ""
    n = len(drafts)
    schema = {
        "type": "object",
        "properties": {
            "questions": {"type": "array", "minItems": n, "maxItems": n, "items": {"type": "string", "maxLength": 120}}
        },
        "required": ["questions"],
        "additionalProperties": False,
    }
    messages = [
        {"role": "system", "content": fill("goals_system")},
        {"role": "user", "content": fill("data", data="\n".join(lines)) + "\n" + fill("goals_task", persona=asker)},
    ]
    reply = llm.complete(messages, schema=schema, max_tokens=40 * n)
    try:
        found = json.loads(reply)["questions"]
    except (ValueError, KeyError, TypeError):
        return []
    return [str(q) for q in found] if isinstance(found, list) else []


def _safe(goal: Goal, labels: Sheet) -> str:
    """The chart in words, with the label in place of a name that may not stand in a prompt."""
    words = goal.visualization
    for name in sorted(goal.fields, key=len, reverse=True):
        label = labels.label(name) or "field"
        words = words.replace(name, label) if label != name else words
    return words


def _worded(goal: Goal, text: str, profile: Profile, facts: Facts) -> Goal:
    """The goal with the model's question, where that asks about the chart's fields and presumes no answer."""
    question = " ".join(text.split())
    if not _asks_for(goal, question, profile, facts):
        return goal
    return Goal(**{**vars(goal), "question": question, "source": "llm"})


def _asks_for(goal: Goal, question: str, profile: Profile, facts: Facts) -> bool:
    if not question.endswith("?") or not 10 <= len(question) <= 140 or not is_plain(question):
        return False
    words = tokens(question)
    named = {m.field.name for m in field_mentions(words, profile)} | {
        s.field for s in spots(question, facts) if s.item is None
    }
    sure = {m.field.name for m in field_mentions(words, profile) if m.coverage > 0.99}
    if not set(goal.fields) <= named or sure - set(goal.fields):
        return False
    plain = question
    for name in sorted(goal.fields, key=len, reverse=True):
        plain = plain.replace(name, "")
    if (_LEADING | _NO_QUESTION) & {t.lower for t in tokens(plain)} or any(ch.isdigit() for ch in plain):
        return False
    aggregates = {s.aggregate for s in channels(goal.spec) if s.aggregate}
    said = {name for name, words in _SAID.items() if words & {t.lower for t in tokens(plain)}}
    return said <= {"mean" if a == "average" else a for a in aggregates}


_SAID = {
    "mean": frozenset({"average", "mean", "averages"}),
    "sum": frozenset({"total", "sum", "totals"}),
    "median": frozenset({"median"}),
    "max": frozenset({"maximum", "highest", "largest", "greatest"}),
    "min": frozenset({"minimum", "lowest", "smallest"}),
}
