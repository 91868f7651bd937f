"""Whether a sentence speaks of the chart before it: as a change, as a question about it, for reasons, or not at all."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Literal

from observatory.errors import LLMError
from observatory.insight.editing.read import Instruction
from observatory.insight.prompts import fill
from observatory.insight.rules import Reading
from observatory.insight.words import STOP, tokens
from observatory.model import WishedField

if TYPE_CHECKING:
    from observatory.llm import LLM

Kind = Literal["new", "follow-up", "about", "why"]

_WHY = re.compile(
    r"^\W*(?:but\s+|and\s+|so\s+)?(?:why\b|how\s+come\b|what\s+(?:is|are|was|were|might\s+be|could\s+be)?\s*(?:the\s+)?"
    r"(?:cause|causes|caused|reasons?|explains?|explanation)\b|explain\s+(?:that|this|why))",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"^\W*(?:and\s+|so\s+)?(?:which|who|what|where|when)"
    r"(?:\s+(?:one|group|year|bar|is|was|are|were|has|had|have|the|of|them|those|these))*"
    r"\s+(?:highest|lowest|largest|smallest|biggest|greatest|least|most|best|worst|maximum|minimum|total|difference|gap"
    r"|trend|top|winner)(?:\s+(?:one|common|frequent|rare|group|value|of\s+(?:them|these|those|all)))?\W*$",
    re.IGNORECASE,
)
_IS_THERE = re.compile(
    r"^\W*is\s+there\s+(?:an?|any)\s+(?:trend|difference|gap|relation\w*|correlation)\W*$", re.IGNORECASE
)
_LEADS = re.compile(
    r"^\W*(?:and|or|but|now|also|then|what\s+about|how\s+about|what\s+if|same|the\s+same|only|just|without|except"
    r"|exclud\w*|as|in|instead|make|turn|change|switch|sort|order|rank|top|bottom|by|per|for|split|colou?r|group|add|remove"
    r"|drop|use|swap|flip|undo|zoom|call|rename|compare\s+(?:that|it|this|them|with|to)|so|ok(?:ay)?|please|rather|again|from"
    r"|since|until|between|limit|leave|ignore|replace|horizontal|vertical|stacked|everyone|all)\b",
    re.IGNORECASE,
)
_POINTS = re.compile(
    r"\b(?:it|that|this|them|these|those|instead|too|as\s+well|again|same|the\s+chart|the\s+bars?)\b", re.IGNORECASE
)
_ASKS = re.compile(
    r"^\W*(?:how\s+(?!about\b|come\b)\w+|what\s+(?:is|are|was|were|share|percentage|proportion)"
    r"|which|who|where|when|show|plot|draw|chart|compare|is|are|do|does|did|list|give|find|display|average|mean|number"
    r"|count|distribution|histogram|relationship|correlation|total|median|(?:bar|line|pie|scatter|box|area)\b)",
    re.IGNORECASE,
)
_SHORT = 4


def kind_of(sentence: str, reading: Reading, instruction: Instruction, llm: LLM | None) -> Kind:
    """How a sentence after a chart is meant, by its words; where they leave it open the model is asked.

    `reading` is the sentence read as a question of its own, `instruction` the same read as a change of the chart.
    """
    if _WHY.search(sentence):
        return "why"
    if _IS_THERE.search(sentence) or (_ABOUT.search(sentence) and not _whole(reading)):
        return "about"
    leads, asks = _LEADS.search(sentence) is not None, _ASKS.search(sentence) is not None
    changes = bool(instruction.edits or instruction.problems)
    if asks and _whole(reading) and not leads:
        return "new"
    if asks and not leads and (instruction.unread or _asks_fully(sentence, reading)):
        return "new"
    if leads and (changes or not reading.understood):
        return "follow-up"
    if changes and (_POINTS.search(sentence) or (_is_short(sentence) and not (asks and reading.understood))):
        return "follow-up"
    if _whole(reading):
        return "new"
    if llm is not None:
        return _by_model(llm, sentence)
    return "follow-up" if changes and not asks else "new"


def _whole(reading: Reading) -> bool:
    """Whether a question says what to show and of what: a summary of a field, or two fields."""
    fields: tuple[WishedField, ...] = reading.wish.fields
    named = [f for f in fields if f.field is not None]
    return len(named) >= 2 or any(f.aggregate for f in named)


def _asks_fully(sentence: str, reading: Reading) -> bool:
    """Whether a question names a field and points at nothing before it."""
    return reading.understood and any(f.field for f in reading.wish.fields) and not _POINTS.search(sentence)


def _is_short(sentence: str) -> bool:
    return len([t for t in tokens(sentence) if t.lower not in STOP]) <= _SHORT


def _by_model(llm: LLM, sentence: str) -> Kind:
    """The model's choice of two; a model that fails leaves the question to stand on its own."""
    choices = {"change": "follow-up", "new": "new"}
    said = {"kind": {"enum": list(choices)}}
    schema = {"type": "object", "properties": said, "required": ["kind"], "additionalProperties": False}
    messages = [
        {"role": "system", "content": fill("follow_up_system")},
        {"role": "user", "content": fill("follow_up_task", sentence=json.dumps(sentence[:300], ensure_ascii=False))},
    ]
    try:
        return choices[json.loads(llm.complete(messages, schema=schema, max_tokens=16))["kind"]]  # type: ignore[return-value]
    except (LLMError, ValueError, KeyError, TypeError):
        return "new"
