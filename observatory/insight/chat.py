"""A conversation over a data set: a question stands on its own or changes the chart before; numbers answer it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from observatory.insight.computed import left_out, small_groups, told
from observatory.insight.editing import Charting, edit
from observatory.insight.editing.read import read as read_instruction
from observatory.insight.followup import Kind, kind_of
from observatory.insight.rules import read as read_question
from observatory.insight.wording import channels, flat, mark_of
from observatory.model import EngineStatus, Numbers, Profile, Sentence, Turn, Visualization

if TYPE_CHECKING:
    from observatory.llm import LLM

_REFERENCE = re.compile(r"^\s*#(\d{1,3})\b[\s:,]*(?=\S)")
_LONGEST, _SUGGESTED, _FEW_GROUPS, _MANY_GROUPS = 500, 3, 12, 8
_NOT_WHY = (
    "A chart shows what is in the data, not why: nothing here tells a cause from what merely goes with it. "
    "Breaking the numbers down can show where the difference sits."
)


@dataclass(frozen=True)
class Answering:
    """What answers are made of elsewhere: charts for questions, edits, the numbers of a chart, and findings on it.

    `findings` are statements about the fields and groups that a chart shows, the most serious first.
    """

    visualize: Callable[[str], Visualization]
    charting: Charting
    numbers: Callable[[Mapping[str, Any]], Numbers | None]
    findings: Callable[[Mapping[str, Any]], Sequence[str]]


def chat(
    profile: Profile,
    question: str,
    history: Sequence[Turn | Visualization],
    answering: Answering,
    llm: LLM | None,
    *,
    status: EngineStatus,
) -> Turn:
    """The answer to a question in the light of those before it.

    A follow-up changes the last chart; “#2 by sex” changes that of the second turn. All that is said is computed.
    """
    text = " ".join(question.split())[:_LONGEST]
    asked, last = _refers(text, history)
    kind: Kind = "new"
    if last is not None and asked != text:
        kind = "follow-up"
    elif last is not None:
        reading, instruction = read_question(asked, profile), read_instruction(asked, profile, last.spec)
        kind = kind_of(asked, reading, instruction, llm)
    if last is None or kind == "new":
        return answered(profile, answering.visualize(asked), answering, question=text)
    if kind in ("about", "why"):
        answer = replace(last, question=text, warnings=(), changes=(), sent=())
        return answered(profile, answer, answering, question=text, kind=kind)
    found = edit(profile, last.spec, asked, answering.charting, llm, status=status)
    if not found.changes and asked == text:
        own = answering.visualize(asked)
        if _is_answer(own):
            return answered(profile, own, answering, question=text)
    return answered(profile, found, answering, question=text, kind="follow-up")


def _refers(text: str, history: Sequence[Turn | Visualization]) -> tuple[str, Visualization | None]:
    """The question and the answer that it may change: the last with a chart, or the one that it names by its number."""
    answers = [turn.answer if isinstance(turn, Turn) else turn for turn in history]
    named = _REFERENCE.match(text)
    if named and 0 < int(named[1]) <= len(answers) and answers[int(named[1]) - 1].spec:
        return text[named.end() :], answers[int(named[1]) - 1]
    return text, next((answer for answer in reversed(answers) if answer.spec), None)


def answered(
    profile: Profile, answer: Visualization, answering: Answering, *, question: str = "", kind: Kind = "new"
) -> Turn:
    """An answer with the numbers of its chart, what they say, what to beware of, and what could be asked next."""
    asked = question or answer.question
    if not answer.spec or not _is_answer(answer):
        return Turn(asked, kind, answer)
    numbers = answering.numbers(answer.spec)
    if numbers is not None:
        answer = replace(answer, explanation=answering.charting.describe(answer.spec) or answer.explanation)
    said = [] if numbers is None else list(told(numbers))
    said = [_NOT_WHY, *said[:1]] if kind == "why" else said
    caveats = [] if numbers is None else [left_out(numbers), small_groups(numbers)]
    return Turn(
        asked,
        kind,
        answer,
        numbers,
        tuple(Sentence(text, "template") for text in said),
        tuple(text for text in (*answering.findings(answer.spec), *caveats) if text),
        suggestions(profile, answer.spec, numbers, breakdowns=kind == "why"),
    )


def _is_answer(answer: Visualization) -> bool:
    """Whether a chart answers what was asked, and is not merely shown in place of an answer."""
    return bool(answer.spec) and not any(attempt.step == "fallback" for attempt in answer.attempts)


def suggestions(
    profile: Profile, spec: Mapping[str, Any], numbers: Numbers | None, *, breakdowns: bool = False
) -> tuple[str, ...]:
    """Follow-ups that can be answered: further groups, another summary, fewer groups, shares."""
    steps = json.dumps(spec.get("transform", ()), ensure_ascii=False)
    shown = {s.field for s in channels(spec)}
    shown |= {f.name for f in profile.fields if f"datum[{json.dumps(f.name)}]" in steps.replace('\\"', '"')}
    groups = [
        f for f in profile.fields if f.role == "dimension" and f.name not in shown and 1 < f.distinct <= _FEW_GROUPS
    ]
    splits = [f"by {f.name} too" for f in groups]
    if breakdowns:
        return tuple(splits[:_SUGGESTED])
    found = splits[:1] if len([s for s in shown if s]) < 3 else []
    aggregates = {s.aggregate for s in channels(spec)}
    if numbers is not None and not numbers.times and len(numbers.rows) > _MANY_GROUPS and len(numbers.groups) == 1:
        found.append("top 5")
    if "mean" in aggregates:
        found.append("use the median")
    if aggregates & {"count", "sum"} and _may_be_shared(spec):
        found.append("as a share")
    if _may_be_sorted(spec, numbers):
        found.append("sort high to low")
    found += [f"by {f.name} instead" for f in groups[1:2]]
    return tuple(dict.fromkeys(found))[:_SUGGESTED]


def _may_be_shared(spec: Mapping[str, Any]) -> bool:
    encoding = flat(spec)[1]
    stacked = any(isinstance(known, Mapping) and known.get("stack") == "normalize" for known in encoding.values())
    return mark_of(spec) == "bar" and "color" in encoding and not stacked


def _may_be_sorted(spec: Mapping[str, Any], numbers: Numbers | None) -> bool:
    encoding = flat(spec)[1]
    is_sorted = any(isinstance(known, Mapping) and known.get("sort") is not None for known in encoding.values())
    return (
        mark_of(spec) == "bar" and numbers is not None and len(numbers.groups) == 1 and not (numbers.times or is_sorted)
    )
