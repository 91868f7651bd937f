"""The model's wording of what a chart shows, sentence by sentence as it comes; what does not hold is dropped."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from observatory.insight.facts import Fact, Facts, Number
from observatory.insight.ground import fault
from observatory.insight.prompts import fill
from observatory.insight.sheet import is_public
from observatory.insight.wording import number_words
from observatory.model import Numbers, Sentence, Turn

if TYPE_CHECKING:
    from observatory.llm import LLM

_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"])")
_ROWS, _TOKENS, _SENTENCES = 12, 120, 2
_KINDS = {"count": "n", "mean": "mean", "median": "median", "min": "min", "max": "max", "sum": "sum"}


def retold(turn: Turn, llm: LLM) -> Iterator[Sentence | None]:
    """The model's sentences on the numbers of a turn, each when it is complete and holds; None for one that does not.

    A number holds only if it is that of the group named before it, and a comparison only if a computed sentence makes
    it of the same groups. Groups whose names may not stand in a prompt are not told to the model. Raises LLMError.
    """
    numbers = turn.numbers
    if numbers is None or not turn.sentences or not numbers.groups:
        return
    facts = facts_of(turn, numbers)
    data = "\n".join(fact.text for fact in facts.sentences)
    if not facts.values:
        return
    question = json.dumps(turn.question[:300], ensure_ascii=False)
    messages = [
        {"role": "system", "content": fill("answer_system")},
        {"role": "user", "content": fill("data", data=data) + "\n" + fill("answer_task", question=question)},
    ]
    seen: set[str] = set()
    for text in sentences(llm.stream(messages, max_tokens=_TOKENS)):
        holds = text not in seen and not fault(text, facts)
        seen.add(text)
        yield Sentence(text, "llm") if holds else None
        if len(seen) == _SENTENCES:
            return


def sentences(pieces: Iterable[str]) -> Iterator[str]:
    """Whole sentences out of pieces of text; what is cut off at the end is none.

    >>> list(sentences(["The mean is 3", ".5. It is hi", "gh. And the"]))
    ['The mean is 3.5.', 'It is high.']
    """
    held = ""
    for piece in pieces:
        *whole, held = _END.split(held + piece)
        yield from (" ".join(text.split()) for text in whole)
    if held.strip().endswith((".", "!", "?")):
        yield " ".join(held.split())


def facts_of(turn: Turn, numbers: Numbers) -> Facts:
    """The computed sentences, and each number as that of its group and of nothing else."""
    public = [row for row in numbers.rows if all(is_public(v) for v in row[: len(numbers.groups)])][:_ROWS]
    group, kind = numbers.groups[0], _KINDS.get(numbers.aggregate or "")
    measured = numbers.measure.partition(" ")[2] if kind != "n" else group
    names = tuple(dict.fromkeys((*numbers.groups, measured)))
    values = tuple(dict.fromkeys((name, str(v)) for row in public for name, v in zip(numbers.groups, row)))
    found = [
        (str(label), _number(float(value), kind, measured, (group, str(label))))
        for label, value, *_ in public
        if kind is not None and len(numbers.groups) == 1 and isinstance(value, (int, float))
    ]
    told = [
        Fact(f"{numbers.measure} of {label}: {number_words(made.value)}.", names, (label,), (made,))
        for label, made in found
    ]
    hidden = {str(v) for row in numbers.rows for v in row[: len(numbers.groups)]} - {v for _, v in values}
    said = [s.text for s in turn.sentences if not any(_names(v, s.text) for v in hidden)]
    computed = [Fact(text, names, tuple(v for _, v in values if _names(v, text))) for text in said]
    whole = frozenset(numbers.groups) if not numbers.limited and not hidden else frozenset[str]()
    return Facts((*computed, *told), tuple(made for _, made in found), names, values, whole=whole)


def _names(value: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text) is not None


def _number(value: float, kind: str, measured: str, group: tuple[str, str]) -> Number:
    """A count is one of the rows of a value; any other number is that of a field in a group."""
    if kind == "n":
        return Number(value, kind, group[0], group[1])
    return Number(value, kind, measured, None, group)
