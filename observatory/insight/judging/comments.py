"""A sentence of the language model on what was found: worded from what the rules say, and checked against it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from observatory.errors import LLMError
from observatory.insight.facts import Fact, Facts
from observatory.insight.ground import check
from observatory.insight.judging.seen import Seen
from observatory.insight.prompts import fill
from observatory.insight.sheet import Sheet, sheet
from observatory.insight.wording import chart_words
from observatory.insight.words import tokens, vocabulary
from observatory.model import Dimension, DimensionScore, Evaluation

if TYPE_CHECKING:
    from observatory.llm import LLM

_LONGEST, _MOST = 140, 3
_QUIET: tuple[Dimension, ...] = ("transformation", "type")
_GOOD, _POOR, _SLIGHT = 8.0, 5.0, 9.5
_PRAISE = vocabulary(
    "good well clear clearly right correct appropriate suitable effective fine great excellent perfect"
)
_BLAME = vocabulary("wrong bad poor missing incorrect misleading unclear inappropriate unsuitable fails error")


def commented(judged: Evaluation, seen: Seen, llm: LLM, facts: Facts) -> Evaluation:
    """The evaluation with the model's sentences that hold, and the number of those that do not.

    The model is asked about the three dimensions that score lowest, of those with a fault; where there is none, about
    the rows and the mark: a small model takes seconds for each sentence.

    A sentence must pass `ground.check` against the facts and the reasons of its dimension, and may not say a reason
    again, praise what scores low or blame what scores high. Without a reply there are no comments and a note says why.
    """
    try:
        said = _ask(judged, seen, llm)
    except LLMError as error:
        return replace(judged, notes=(*judged.notes, f"{error.message} There are no comments."))
    dropped, scored = 0, []
    asked = {one.dimension for one in _about(judged)}
    for one in judged.dimensions:
        text = "" if one.dimension not in asked else " ".join(str(said.get(one.dimension, "")).split())
        holds = bool(text) and _holds(text, one, facts, seen)
        dropped += bool(text) and not holds
        scored.append(replace(one, comment=text if holds else ""))
    return replace(judged, dimensions=tuple(scored), dropped=dropped)


def _ask(judged: Evaluation, seen: Seen, llm: LLM) -> dict[str, Any]:
    labels = sheet(seen.profile, seen.question)
    lines = [f"chart: {json.dumps(_safe(chart_words(seen.spec), seen, labels), ensure_ascii=False)}"]
    about = _about(judged)
    for one in about:
        reason = _safe(one.reasons[0], seen, labels)[:200]
        lines.append(f"{one.dimension} ({one.score:g} of 10): {json.dumps(reason, ensure_ascii=False)}")
    text = {"type": "string", "maxLength": _LONGEST}
    schema = {
        "type": "object",
        "properties": {one.dimension: text for one in about},
        "required": [one.dimension for one in about],
        "additionalProperties": False,
    }
    messages = [
        {"role": "system", "content": fill("evaluate_system")},
        {
            "role": "user",
            "content": fill("data", data="\n".join(lines))
            + "\n"
            + fill("evaluate_task", names=", ".join(one.dimension for one in about)),
        },
    ]
    try:
        found = json.loads(llm.complete(messages, schema=schema, max_tokens=50 * len(about)))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _about(judged: Evaluation) -> list[DimensionScore]:
    """What the model is asked about."""
    faulty = sorted((one for one in judged.dimensions if one.score < _SLIGHT), key=lambda one: one.score)
    return faulty[:_MOST] or [one for one in judged.dimensions if one.dimension in _QUIET]


def _safe(text: str, seen: Seen, labels: Sheet) -> str:
    """A sentence with the label in place of a name that may not stand in a prompt."""
    for name in sorted((f.name for f in seen.profile.fields), key=len, reverse=True):
        label = labels.label(name) or "a field"
        text = text.replace(name, label) if label != name and len(name) > 1 else text
    return text


def _holds(text: str, one: DimensionScore, facts: Facts, seen: Seen) -> bool:
    shown = tuple(f.name for f in seen.profile.fields if f.name in seen.shown())
    about = tuple(Fact(reason, shown) for reason in one.reasons)
    own = replace(facts, sentences=(*facts.sentences, *about))
    words = {token.lower for token in tokens(text)}
    if not text.endswith((".", "!")) or any(text.rstrip(".!") in reason for reason in one.reasons):
        return False
    if (one.score < _GOOD and words & _PRAISE) or (one.score > _POOR and not one.faults and words & _BLAME):
        return False
    return bool(check([text], own).accepted)
