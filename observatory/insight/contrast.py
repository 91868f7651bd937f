"""Values of a field that a question sets against each other: groups to compare, not rows to keep."""

from __future__ import annotations

import re
from collections.abc import Sequence

from observatory.insight.linking import Mention, ValueMention
from observatory.insight.words import Token, alike, name_words, vocabulary

_COMPARED = re.compile(
    r"\b(?:than|versus|vs\.?|compar\w+|differ\w*|difference|against|between|better|worse|gap)\b", re.IGNORECASE
)
_MORE = (
    r"(?:more|less|fewer|better|worse|higher|lower|greater|smaller|larger|longer|shorter|older|younger|cheaper|richer"
    r"|poorer|taller|heavier|lighter|faster|slower|earlier|later|likely|often|dearer)"
)
_THAN = re.compile(rf"\b{_MORE}\b[^.?!;]*?\bthan\b(?!\s+[-−$]?\d)|\bcompared\s+(?:to|with)\b", re.IGNORECASE)
_WHETHER = re.compile(
    rf"^\s*(?:is|are|was|were|do|does|did|have|has|had)\b[^.?!;]*\b{_MORE}\b(?!\s+(?:than\s+)?[-−$]?\d)", re.IGNORECASE
)
_JOINED = vocabulary("and vs versus")


def contrasted(text: str, words: Sequence[Token], values: Sequence[ValueMention]) -> list[Mention]:
    """The fields to group by, in place of their values; at most one that has a single value in the question.

    Two values of a field are compared where they are all of its values, or a word such as “than” says so; one value
    is where the others are asked about (“than others”), or a yes-no question has a comparative.
    """
    found = []
    for field in {v.field.name: v.field for v in values}.values():
        said = [v for v in values if v.field is field]
        if len({v.value for v in said}) < 2:
            continue
        every = len({v.value for v in said}) == field.distinct
        if every or _COMPARED.search(text) or _side_by_side(words, said):
            found.append(_mention(said))
    if not found and values and (_THAN.search(text) or _WHETHER.search(text)):
        found.append(_mention([_subject(words, values)]))
    return found


def _mention(said: Sequence[ValueMention]) -> Mention:
    first, last = min(v.start for v in said), max(v.end for v in said)
    return Mention(said[0].field, first, last, 1.0, 1, contrast=True)


def _side_by_side(words: Sequence[Token], said: Sequence[ValueMention]) -> bool:
    """“male and female”, with nothing else between them, where no other value of the field is named."""
    gap = [t.lower for t in words[said[0].end : said[1].start]]
    return len(said) == 2 and len(gap) == 1 and gap[0] in _JOINED


def _subject(words: Sequence[Token], values: Sequence[ValueMention]) -> ValueMention:
    """The value whose others are asked about: that of the field after “other”, else the first."""
    for i, token in enumerate(words[:-1]):
        if token.lower in ("other", "others", "another"):
            named = [v for v in values if any(alike(words[i + 1].text, part) for part in name_words(v.field.name))]
            if named:
                return named[0]
    return values[0]
