"""Parts of a question that say how to show, not what: the chart, its order, how many, which axis."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from observatory.insight.words import Token, vocabulary

Direction = Literal["ascending", "descending"]

_LEAD = (
    r"(?:\b(?:please\s+)?(?:using|with|by|in|as|into|through|via|draw|plot|show|visuali[sz]e|display|give|make|create)\s+)?"
    r"(?:(?:me|them|it|this|that|the result|by|as|in|with|using)\s+)*(?:(?:an?|the)\s+)?"
)
_KIND = r"(?:\s*-?\s*(?:charts?|graphs?|plots?|diagrams?))"
MARKS: tuple[tuple[str, str], ...] = (
    ("histogram", r"histograms?"),
    ("boxplot", rf"box(?:\s*-?\s*and\s*-?\s*whiskers?)?\s*-?\s*plots?|box{_KIND}"),
    ("rect", rf"heat\s*-?\s*maps?{_KIND}?"),
    ("arc", rf"(?:pie|donut|doughnut){_KIND}?"),
    ("point", rf"(?:group(?:ing|ed)?\s+)?scatter(?:\s*-?\s*plots?|{_KIND})?|(?:bubble|dot|point){_KIND}"),
    ("line", rf"(?:group(?:ing|ed)?\s+|multi-?\s*)?line{_KIND}"),
    ("area", rf"(?:stacked\s+)?area{_KIND}"),
    ("tick", rf"strip{_KIND}"),
    ("bar", rf"(?:stack(?:ed|ing)?\s+|group(?:ed|ing)?\s+|horizontal\s+|vertical\s+)*(?:bar|column){_KIND}|barcharts?"),
    ("bar", r"(?:(?:show|draw|rank|sort|order|display|list|by)\s+(?:the\s+)?|the\s+)bars"),
)
_MARK_RES = tuple((mark, re.compile(rf"{_LEAD}\b(?:{pattern})\b", re.IGNORECASE)) for mark, pattern in MARKS)

_HIGH = r"(?:high(?:est)?|larg(?:e|est)|big(?:gest)?|most|great(?:est)?|new(?:est)?|latest|max\w*|best)"
_LOW = r"(?:low(?:est)?|small(?:est)?|least|few(?:est)?|min\w*|worst)"
_OLD, _YOUNG = r"old(?:est)?", r"(?:young(?:est)?|new(?:est)?)"
_DIRECTION = re.compile(
    rf"""(?P<descending>\bdesc(?:end(?:ing)?)?\b|\b{_HIGH}\s*(?:to|-)\s*(?:the\s+)?{_LOW}|\b{_OLD}\s+to\s+(?:the\s+)?{_YOUNG}
    |\bz\s*(?:to|-)\s*a\b|\bdecreasing\s+order|\breversed?\s+(?:alphabetical(?:ly)?|order)|\blargest\s+first|\bhighest\s+first)
    |(?P<ascending>\basc(?:end(?:ing)?)?\b|\b{_LOW}\s*(?:to|-)\s*(?:the\s+)?{_HIGH}|\b{_YOUNG}\s+to\s+(?:the\s+)?{_OLD}
    |\ba\s*(?:to|-)\s*z\b|\bincreasing\s+order|\balphabetical(?:ly)?|\bsmallest\s+first|\blowest\s+first)""",
    re.IGNORECASE | re.VERBOSE,
)
_NAMED_FIRST = re.compile(rf"\b(?:(?P<low>{_LOW}|earliest|youngest)|{_HIGH})\s+\w+\s+first\b", re.IGNORECASE)
_SORT_VERB = re.compile(
    r"(?<!each )(?<!every )(?<!those )(?<!these )(?<!all )(?<!the )"
    r"(?<!per )(?<!of )(?<!by )\b(?:sort|order|rank|arrang|organi[sz])(?:ed|e|ing|s)?\b",
    re.IGNORECASE,
)
_WEAK_VERB = re.compile(
    r"\b(?:list|display|show|put|present|visuali[sz]e)\s+(?:(?:them|it|in|from|the|by|[xy]|axis|bars?|names?|total|number|results?|"
    r"an?|order|-)[\s-]*)*$"
    r"|(?:(?<=[,;]\s)|(?<=and\s))(?:list|display|show|put|present)\s+(?:the\s+)?\w+(?:\s+\w+)?\s+(?:in|from|by)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_BY_BARS = re.compile(r"\b(?:by|on)\s+(?:the\s+)?bars?\b", re.IGNORECASE)
_BARS = re.compile(r"(?<!the )\bbars?\b", re.IGNORECASE)
_SORT_BY = re.compile(
    r"\b(?:sort|order|rank|arrang|organi[sz])(?:ed|e|ing)?(?:\s+(?:them|it|the\s+\w+|bars?))?\s+(?:by|on)\b[^,.?!;]*",
    re.IGNORECASE,
)
_BORDER = re.compile(
    r"[,.?!;](?=\s|$)|\s+(?:and|then)\s+(?:show|draw|plot|visuali|group|split|display|use)", re.IGNORECASE
)
_COUNT_WORDS = re.compile(
    r"\b(?:total\s+number|number|counts?|how\s+many|amount|frequency|values?|bars?|size|height)\b", re.IGNORECASE
)

_NUMBER_WORDS = {
    w: i + 1 for i, w in enumerate(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"))
} | {
    "dozen": 12,
    "fifteen": 15,
    "twenty": 20,
}
_N = r"(?P<n>\d{1,4}|" + "|".join(_NUMBER_WORDS) + r")"
_TOP = re.compile(rf"\b(?P<end>top|first|best|bottom|last|worst)\s+{_N}\b", re.IGNORECASE)
_SUPERLATIVE = (
    r"(?P<end>most|least|fewest|(?:high|low|larg|small|bigg|great|old|young|cheap|long|short|lat|earli|new|heavi|light)est"
    r"|best|worst)"
)
_N_MOST = re.compile(rf"\b{_N}\s+{_SUPERLATIVE}\b", re.IGNORECASE)
_N_WITH_MOST = re.compile(
    rf"\b(?:which|what|the)\s+{_N}\s+[^\W\d]+\s+[^,.?!;]*?\b(?:the|with)\s+{_SUPERLATIVE}\b", re.IGNORECASE
)
_LOW_END = vocabulary("bottom last worst least fewest lowest smallest youngest cheapest shortest earliest lightest")
_WHICH = re.compile(rf"\b(?:which|what|who)\b[^,.?!;]*?\b{_SUPERLATIVE}\b", re.IGNORECASE)
_OF_EACH = re.compile(r"\b(?:each|every|per)\b", re.IGNORECASE)
_RELATED = re.compile(r"\b(?:relation\w*|correlation|association|distribution)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Clause:
    """What a part of the question says, and the tokens it is made of."""

    value: str
    tokens: frozenset[int]
    text: str = ""


@dataclass(frozen=True)
class Order:
    """A wished order; `target` is x, y, measure, dimension, or empty where the words are in `tokens` to be linked."""

    direction: Direction
    target: str
    tokens: frozenset[int]


def covered(question: Sequence[Token], start: int, end: int) -> frozenset[int]:
    """The numbers of the tokens that stand within characters [start, end)."""
    return frozenset(i for i, t in enumerate(question) if t.start >= start and t.end <= end)


def mark(text: str, question: Sequence[Token]) -> Clause | None:
    """The chart a question asks for, in its own words: histogram, boxplot, arc, point, line, area, bar, rect, tick.

    >>> from observatory.insight.words import tokens
    >>> q = "Show the sales by month using a line chart"
    >>> mark(q, tokens(q)).value
    'line'
    """
    for value, pattern in _MARK_RES:
        match = pattern.search(text)
        if match:
            spans = [m for _, p in _MARK_RES for m in p.finditer(text)]
            used = frozenset[int]().union(*(covered(question, m.start(), m.end()) for m in spans))
            return Clause(value, used, match.group().lower())
    return None


def order(text: str, question: Sequence[Token]) -> Order | None:
    """The order asked for; the words after “by” stay to be linked where they are neither an axis nor a count.

    >>> from observatory.insight.words import tokens
    >>> q = "Mean fare by class, and rank by the y-axis from high to low"
    >>> found = order(q, tokens(q))
    >>> found.direction, found.target
    ('descending', 'y')
    """
    first = _NAMED_FIRST.search(text)
    if first is not None:
        return Order("ascending" if first["low"] else "descending", "", covered(question, first.start(), first.end()))
    match = _DIRECTION.search(text)
    if match is None:
        by = _SORT_BY.search(text)
        if by is None:
            return None
        inside = covered(question, by.start(), by.end())
        return Order("ascending", _target(by.group()), inside)
    direction: Direction = "descending" if match["descending"] else "ascending"
    start = _clause_start(text, match.start())
    border = _BORDER.search(text, match.end())
    end = border.start() if border else len(text)
    if start == match.start() and not re.match(r"\s*(?:order\s+)?(?:by|of)\b", text[match.end() :]):
        end = match.end()
    if "alphabetical" in match.group().lower():
        return Order(direction, "dimension", covered(question, start, end))
    words = text[start : match.start()] + " " + text[match.end() : end]
    ends = re.search(r"\b(?:to|first)\b", match.group(), re.IGNORECASE) is not None
    return Order(direction, _target(words, ends=ends), covered(question, start, end))


def has_direction(text: str) -> bool:
    """Whether a text says which end comes first.

    >>> has_direction("from high to low"), has_direction("by salary")
    (True, False)
    """
    return _DIRECTION.search(text) is not None


def _clause_start(text: str, at: int) -> int:
    """Where the clause that holds the direction begins: its verb of sorting, or the direction itself."""
    left = max((text.rfind(c, 0, at) for c in ".?!;"), default=-1) + 1
    strong = [m.start() for m in _SORT_VERB.finditer(text, left, at)]
    if strong and at - strong[-1] <= 80:
        return strong[-1]
    weak = _WEAK_VERB.search(text[left:at])
    if weak:
        return left + weak.start()
    lead = re.search(r"\b(?:in|from)\s+(?:the\s+)?$", text[left:at], re.IGNORECASE)
    return left + lead.start() if lead else at


def _target(words: str, *, ends: bool = False) -> str:
    """What an order is by; bars “in descending order” stand by their names, bars from high to low by their `ends`."""
    by = re.search(r"\b(?:by|on)\b(.*)", words, re.IGNORECASE | re.DOTALL)
    said = by[1] if by else words
    axis = re.search(r"\b([xy])\b(?:[\s-]*axis)?", said, re.IGNORECASE) or re.search(
        r"\b([xy])[\s-]*axis\b", words, re.IGNORECASE
    )
    if axis:
        return axis[1].lower()
    if _BY_BARS.search(words) or (not ends and _BARS.search(words)):
        return "x"
    if _COUNT_WORDS.search(said):
        return "measure"
    return "" if re.search(r"\w", re.sub(r"\b(?:in|from|the|order|please|them|it|to)\b", "", said)) else "measure"


def limit(text: str, question: Sequence[Token]) -> tuple[int, Direction, frozenset[int]] | None:
    """How many to show, from which end, and the tokens that say it.

    >>> from observatory.insight.words import tokens
    >>> q = "the five youngest players"
    >>> limit(q, tokens(q))[:2]
    (5, 'ascending')
    """
    match = _TOP.search(text) or _N_MOST.search(text) or _N_WITH_MOST.search(text)
    if match is None:
        return None
    said = match["n"].lower()
    n = int(said) if said.isdigit() else _NUMBER_WORDS[said]
    direction: Direction = "ascending" if match["end"].lower() in _LOW_END else "descending"
    end = match.end("n") if match.re is _N_WITH_MOST else match.end()
    return n, direction, covered(question, match.start(), end)


def superlative(text: str) -> Direction | None:
    """The end that “which X has the most Y” asks about.

    >>> superlative("Which island has the fewest penguins?")
    'ascending'
    """
    match = _WHICH.search(text)
    if match is not None and (_RELATED.search(match.group()) or _OF_EACH.search(text, match.end())):
        return None
    return None if match is None else "ascending" if match["end"].lower() in _LOW_END else "descending"
