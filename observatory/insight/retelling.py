"""The model's wording of what a chart shows, sentence by sentence as it comes; what does not hold is dropped."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from observatory.insight.claims import claims
from observatory.insight.facts import Fact, Facts, Number
from observatory.insight.ground import fault
from observatory.insight.prompts import fill
from observatory.insight.sheet import is_public
from observatory.insight.wording import number_words
from observatory.insight.words import STOP, name_words, stem, vocabulary
from observatory.model import Numbers, Scalar, Sentence, Turn

if TYPE_CHECKING:
    from observatory.llm import LLM

_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"])")
_EXTREME = re.compile(
    r"\b(?:(?P<high>highest|most|largest|greatest|biggest|top|maximum|oldest|longest)"
    r"|(?P<low>lowest|least|smallest|fewest|bottom|minimum|youngest|shortest))\b",
    re.IGNORECASE,
)
_PLAIN = vocabulary(
    "group groups value values row rows table data each among these those while followed respectively it its they at "
    "overall there here both also largest greatest smallest least"
)
_ROWS, _TOKENS, _SENTENCES = 12, 120, 2
_KINDS = {"count": "n", "mean": "mean", "median": "median", "min": "min", "max": "max", "stdev": "sd", "share": "share"}


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
        holds = text not in seen and not fault(text, facts) and _extremes_hold(text, numbers)
        holds = holds and _is_known(text, facts)
        seen.add(text)
        yield Sentence(text, "llm") if holds else None
        if len(seen) == _SENTENCES:
            return


def _is_known(text: str, facts: Facts) -> bool:
    """Whether every word is one of the facts or a plain one: “the mean salary of 1st” must not pass for the age."""
    known = {stem(w) for fact in facts.sentences for w in re.findall(r"[^\W\d_]+", fact.text)}
    known |= {stem(part) for name in facts.names for part in name_words(name)}
    known |= {stem(w) for _, item in facts.values for w in re.findall(r"[^\W\d_]+", item)}
    return all(w.lower() in STOP | _PLAIN or stem(w) in known for w in re.findall(r"[^\W\d_]+", text))


def _extremes_hold(text: str, numbers: Numbers) -> bool:
    """Whether “highest” and “lowest” are said of the groups they are true of, and nothing else is compared.

    >>> ages = Numbers(("class",), "mean age", "mean", (("1st", 40.0, 300), ("3rd", 25.0, 700)), 1000)
    >>> _extremes_hold("It is highest for 1st.", ages), _extremes_hold("It is highest for 3rd (25).", ages)
    (True, False)
    """
    if any(kind not in ("extreme", "top", "bottom") for kind, _ in claims(text)):
        return False
    width = len(numbers.groups)
    values = {str(row[0]): float(row[1]) for row in numbers.rows if width == 1 and isinstance(row[1], (int, float))}
    for match in _EXTREME.finditer(text):
        after, before = _labels(text[match.end() :], values), _labels(text[: match.start()], values)
        named = after[:1] or before[-1:]
        wanted = max(values.values(), default=0.0) if match["high"] else min(values.values(), default=0.0)
        if not named or numbers.limited or values[named[0]] != wanted:
            return False
    return True


def _labels(text: str, values: Mapping[str, float]) -> list[str]:
    """The groups that a text names, in the order in which it does."""
    found = [(m.start(), v) for v in values for m in re.finditer(rf"(?<!\w){re.escape(v)}(?!\w)", text, re.IGNORECASE)]
    return [name for _, name in sorted(found)]


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
    """The computed sentences, and each number as that of its groups and of nothing else."""
    public = [row for row in numbers.rows if all(is_public(v) for v in row[: len(numbers.groups)])][:_ROWS]
    width, kind = len(numbers.groups), _KINDS.get(numbers.aggregate or "", "mean")
    names = tuple(dict.fromkeys((*numbers.groups, *_fields(numbers.measure))))
    known: list[Number] = []
    told: list[Fact] = []
    values = list(dict.fromkeys((name, str(v)) for row in public for name, v in zip(numbers.groups, row)))
    if width == 1:
        for label, value, *_ in public:
            made = _number(value, kind, numbers.groups[0], str(label))
            known += [made] if made is not None else []
            shown = "" if made is None else f"{numbers.measure} of {label}: {_shown(made)}."
            told += [Fact(shown, names, (str(label),), (made,))] if made is not None else []
    hidden = {str(v) for row in numbers.rows for v in row[:width]} - {v for _, v in values}
    said = [
        s.text for s in turn.sentences if not any(re.search(rf"(?<!\w){re.escape(v)}(?!\w)", s.text) for v in hidden)
    ]
    named = [tuple(v for _, v in values if re.search(rf"(?<!\w){re.escape(v)}(?!\w)", text)) for text in said]
    computed = [Fact(text, names, items) for text, items in zip(said, named)]
    return Facts((*computed, *told), tuple(known), names, tuple(values), numbers.measure)


def _fields(measure: str) -> tuple[str, ...]:
    """The field that a measure is of, such as “age” in “mean age”."""
    return (measure.partition(" ")[2],) if " " in measure and not measure.endswith("rows") else ()


def _number(value: Scalar, kind: str, field: str, item: str) -> Number | None:
    if not isinstance(value, (int, float)):
        return None
    return Number(100 * value if kind == "share" else float(value), kind, field, item)


def _shown(number: Number) -> str:
    return f"{number.value:.0f} %" if number.kind == "share" else number_words(number.value)
