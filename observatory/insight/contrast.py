"""Values of a field that a question sets against each other: groups to compare, not rows to keep."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from observatory.insight.linking import Mention, ValueMention
from observatory.insight.words import Token, alike, name_words, vocabulary

_COMPARED = re.compile(
    r"\b(?:than|versus|vs\.?|compar\w+|differ\w*|difference|against|between|better|worse|gap)\b", re.IGNORECASE
)
MORE = (
    r"(?:more|less|fewer|better|worse|higher|lower|greater|smaller|larger|longer|shorter|older|younger|cheaper|richer"
    r"|poorer|bigger|deeper|wider|thicker|thinner|fatter|warmer|colder|hotter"
    r"|taller|heavier|lighter|faster|slower|earlier|later|likely|often|dearer)"
)
_THAN = re.compile(rf"\b{MORE}\b[^.?!;]*?\bthan\b(?!\s+[-−$]?\d)|\bcompared\s+(?:to|with)\b", re.IGNORECASE)
_OTHERS = re.compile(
    r"\b(?:than|compared\s+(?:to|with))\s+(?:(?:the|all|in|any)\s+)*(?:others?|rest|everyone|anyone|elsewhere|average|usual)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![\w.,$-])(?:1[5-9]|20)\d\d(?![\w%-]|[.,]\d)")
_YEARS = re.compile(
    rf"\b{MORE}\b[^.?!;]*?\bthan\s+(?:\w+\s+){{0,2}}?{_YEAR.pattern}"
    rf"|{_YEAR.pattern}[^.?!;]*\b{MORE}\b[^.?!;]*\bthan\s+(?:\w+\s+){{0,2}}?{_YEAR.pattern}"
    rf"|{_YEAR.pattern}\s+(?:with|to|and)\s+(?:\w+\s+){{0,2}}?{_YEAR.pattern}\s+compared"
    rf"|\bcompar\w+\b[^.?!;]*{_YEAR.pattern}\s+(?:or|with|to|and|versus|vs\.?)\s+(?:in\s+)?{_YEAR.pattern}"
    rf"|\b{MORE}\b[^.?!;]*{_YEAR.pattern}\s+or\s+(?:in\s+)?{_YEAR.pattern}"
    rf"|{_YEAR.pattern}\s+(?:versus|vs\.?|compared\s+(?:to|with))\s+(?:in\s+)?{_YEAR.pattern}",
    re.IGNORECASE,
)
_WHETHER = re.compile(
    rf"^\s*(?:is|are|was|were|do|does|did|have|has|had)\b[^.?!;]*\b{MORE}\b(?!\s+(?:than\s+)?[-−$]?\d)", re.IGNORECASE
)
_MATTERS = re.compile(
    r"^\s*(?:do|does|did)\b[^.?!;]*\b(?:pay off|pays off|matter|help|hurt|affect|influence|make a difference)\b",
    re.IGNORECASE,
)
_JOINED = vocabulary("and vs versus")


def contrasted(
    text: str, words: Sequence[Token], values: Sequence[ValueMention], *, is_grouped: bool = False
) -> list[Mention]:
    """The fields to group by, in place of their values; at most one that has a single value in the question.

    Two values of a field are compared where they are all of its values, or a word such as “than” says so; one value
    is where the others are asked about (“than others”), or a yes-no question has a comparative. Values in a row are
    groups where the question names no other (`is_grouped`), and else rows to keep.
    """
    found = []
    for field in {v.field.name: v.field for v in values}.values():
        said = [v for v in values if v.field is field]
        if len({v.value for v in said}) < 2:
            continue
        every = len({v.value for v in said}) == field.distinct
        if every or _COMPARED.search(text) or (not is_grouped and _side_by_side(words, said)):
            found.append(_mention(said))
    if not found and values and is_contrast(text) and not two_years(text):
        found.append(_mention([_subject(words, values)]))
    return found


def is_contrast(text: str) -> bool:
    """Whether a question asks if one is more or less than others.

    >>> is_contrast("Do men earn more than women?"), is_contrast("the pay of men and women")
    (True, False)
    """
    return any(pattern.search(text) for pattern in (_THAN, _WHETHER, _MATTERS))


def beyond_others(text: str) -> bool:
    """Whether what is named is set against what is not: “more than others”.

    >>> beyond_others("Do nurses earn more than others?"), beyond_others("Do nurses earn more than porters?")
    (True, False)
    """
    return _OTHERS.search(text) is not None


def two_years(text: str) -> tuple[int, int] | None:
    """The two years that a question sets against each other, the earlier first.

    >>> two_years("Was 2015 warmer than 2012?"), two_years("between 2012 and 2015"), two_years("2012 or later")
    ((2012, 2015), None, None)
    """
    said = sorted({int(year) for year in _YEAR.findall(text)})
    return (said[0], said[1]) if len(said) == 2 and _YEARS.search(text) is not None else None


def _mention(said: Sequence[ValueMention]) -> Mention:
    first, last = min(v.start for v in said), max(v.end for v in said)
    return Mention(said[0].field, first, last, 1.0, 1, contrast=True)


def _side_by_side(words: Sequence[Token], said: Sequence[ValueMention]) -> bool:
    """“male and female”, “Rita, Katrina and Wilma”: with nothing else between them."""
    gaps = [[t.lower for t in words[a.end : b.start]] for a, b in pairwise(said)]
    return all(len(gap) == 0 for gap in gaps[:-1]) and len(gaps[-1]) == 1 and gaps[-1][0] in _JOINED


def _subject(words: Sequence[Token], values: Sequence[ValueMention]) -> ValueMention:
    """The value whose others are asked about: that of the field after “other”, else the first."""
    for i, token in enumerate(words[:-1]):
        if token.lower in ("other", "others", "another"):
            named = [v for v in values if any(alike(words[i + 1].text, part) for part in name_words(v.field.name))]
            if named:
                return named[0]
    return values[0]
