"""Questions worth asking: rules enumerate and rank the charts, the model only words what each of them answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from observatory.errors import LLMError
from observatory.insight.facts import Facts, about, known
from observatory.insight.ground import is_plain
from observatory.insight.linking import field_mentions
from observatory.insight.personas import favoured
from observatory.insight.prompts import fill
from observatory.insight.sheet import Sheet, safe_text, sheet
from observatory.insight.symbols import spots
from observatory.insight.wording import channels, chart_words, question_for
from observatory.insight.words import tokens, vocabulary
from observatory.insight.worth import Candidate, candidates, varied
from observatory.model import Finding, Goal, Profile, RankedChart, Wish

if TYPE_CHECKING:
    from observatory.llm import LLM

Recommend = Callable[[Wish, int], list[RankedChart]]
_NO_QUESTION = vocabulary("chart charts plot plots graph histogram axis title table rows row data")
_LEADING = vocabulary("why because increase increases decrease decreases rise rises fall falls cause causes biased")


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

    A `persona` asks first about the fields that their words name or that people of their role look at. One call of the
    model words all questions, for them if given; where its words name other fields than the chart, or there is no
    model, the question is a template.
    """
    wanted = favoured(profile, persona) if persona else ()
    chosen = varied(list(candidates(profile, recommend, findings, wanted)), n)
    facts = known(profile, findings)
    drafts = [_draft(i, c, profile, facts, findings) for i, c in enumerate(chosen)]
    if llm is None or not drafts:
        return drafts
    try:
        said = _ask(llm, drafts, profile, persona)
    except LLMError:
        return drafts
    return [_worded(goal, text, profile, facts) for goal, text in zip(drafts, [*said, *[""] * len(drafts)])]


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
    asker = f"Word them for this reader: {json.dumps(safe_text(persona), ensure_ascii=False)}.\n" if persona else ""
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
