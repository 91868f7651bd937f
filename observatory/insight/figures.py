"""Numbers in a sentence: of what they are said, what kind the words around say they are, and whether that is known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from observatory.insight.claims import claims
from observatory.insight.facts import Facts, Number

_CUES: tuple[tuple[str, frozenset[str]], ...] = (
    (r"mean|average|averages|averaging", frozenset({"mean"})),
    (r"median", frozenset({"median"})),
    (r"deviation", frozenset({"sd"})),
    (r"quartiles?|percentile", frozenset({"quartile", "median"})),
    (
        r"minimum|min|lowest|smallest|least|youngest|earliest|from|between|starts?|starting|begins?",
        frozenset({"min", "time"}),
    ),
    (r"maximum|max|highest|largest|greatest|oldest|latest|to|up|until|ends?|ending", frozenset({"max", "time"})),
    (r"missing|blank|empty|null|absent|lack|lacks|lacking", frozenset({"missing", "missing_share"})),
    (r"fields?|columns?|variables?|attributes?|features?", frozenset({"fields"})),
    (r"values?|categories|category|levels?|distinct|unique|different|groups?|kinds?|types?", frozenset({"distinct"})),
    (r"rows?|records?|entries|observations?|cases?|lines?", frozenset({"rows", "n", "missing"})),
)
_CUE_RES = tuple((re.compile(rf"(?:{words})$", re.IGNORECASE), kinds) for words, kinds in _CUES)
_NUMBER = re.compile(
    r"(?<![\w.])([-−]?\d+(?:[,\u202f]\d{3})*(?:\.\d+)?)(\s*(?:k|m|thousand|million|billion)\b)?"
    r"(\s*(?:%|percent|per cent))?",
    re.IGNORECASE,
)
_SPELLED = {
    word: n
    for n, word in enumerate(
        ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 2
    )
}
_SPELLED_RE = re.compile(rf"\b({'|'.join(_SPELLED)})\b", re.IGNORECASE)
_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "billion": 1e9}
_BOUNDS = frozenset({"from", "to", "between", "up", "until"})
_TABLE_KINDS = frozenset({"rows", "fields"})


@dataclass(frozen=True)
class Spot:
    """Where a sentence names a field, or a value of a field."""

    start: int
    end: int
    field: str
    item: str | None = None


def false_numbers(text: str, found: Sequence[Spot], facts: Facts) -> Iterator[str]:
    """The numbers of a sentence that are no known number of what they are said of, each with a reason."""
    covered = [(s.start, s.end) for s in found]
    for start, end, value, step, percent, said in _numbers(text):
        if any(a <= start and end <= b for a, b in covered):
            continue
        cue, gap = _cue(text, start, end), _says_gap(text, start, end)
        before = [s for s in found if s.end <= start]
        subjects = _subjects(found, start, end)
        known = [n for n in facts.numbers if _same(n.value, value, step) and _fits(n, cue, percent, gap)]
        if any(_is_about(n, subjects, before) for n in known):
            continue
        names = ", ".join(dict.fromkeys(s.item or s.field for s in subjects)) or "the table"
        yield f"{said} is no known number of {names}"


def _numbers(text: str) -> Iterator[tuple[int, int, float, float, bool, str]]:
    """Each number with its place, value, the step of its last digit, and whether it is a percentage."""
    for match in _NUMBER.finditer(text):
        digits = re.sub(r"[,\u202f]", "", match[1]).replace("−", "-")
        scale = _SCALES.get((match[2] or "").strip().lower(), 1.0)
        decimals = len(digits.partition(".")[2])
        yield (
            match.start(),
            match.end(),
            float(digits) * scale,
            scale * 10.0**-decimals,
            bool(match[3]),
            match[0].strip(),
        )
    for match in _SPELLED_RE.finditer(text):
        yield match.start(), match.end(), float(_SPELLED[match[1].lower()]), 1.0, False, match[0]


def _same(known: float, said: float, step: float) -> bool:
    """Equal once the known number is rounded to the digits that were written."""
    return abs(known - said) <= step / 2 + 1e-9 * abs(known)


def _cue(text: str, start: int, end: int) -> frozenset[str] | None:
    """The kind of number that the nearest word says it is: up to four words before, or two after."""
    before = re.findall(r"[^\W\d_]+|[,;.]", re.split(r"\d", text[:start])[-1])[-5:][::-1]
    after = re.findall(r"[^\W\d_]+", re.split(r"[\d,;.(]", text[end:])[0])[:2]
    near = [(float(i), w) for i, w in enumerate(after) if w.lower() not in _BOUNDS]
    near += [(i + 0.5, w) for i, w in enumerate(before)]
    for _, word in sorted(near):
        for pattern, kinds in _CUE_RES:
            if pattern.match(word):
                return kinds
    return None


def _says_gap(text: str, start: int, end: int) -> bool:
    """Whether the part of the sentence around a number speaks of what is missing."""
    part = re.split(r"[;,](?!\d)", text[:start])[-1] + " " + re.split(r"[;,](?!\d)", text[end:])[0]
    return any(kind == "gap" for kind, _ in claims(part))


def _fits(number: Number, cue: frozenset[str] | None, percent: bool, gap: bool) -> bool:
    """Whether the words around a number say it is of this kind."""
    if percent != (number.kind in ("share", "missing_share")):
        return False
    if (number.kind in ("missing", "missing_share")) != gap and number.kind in (
        "n",
        "share",
        "missing",
        "missing_share",
    ):
        return False
    return percent or cue is None or number.kind in cue


def _subjects(found: Sequence[Spot], start: int, end: int) -> list[Spot]:
    """What a number is said of: the nearest name before it, else after it; of a field and its value, both."""
    before = [s for s in found if s.end <= start]
    after = [s for s in found if s.start >= end]
    nearest = before[-1:] or after[:1]
    if not nearest:
        return []
    place = (nearest[0].start, nearest[0].end)
    chosen = [s for s in found if (s.start, s.end) == place]
    if chosen[0].item is None:
        beside = [s for s in (after if before else after[1:]) if s.item is not None and s.field == chosen[0].field]
        chosen += beside[:1]
    return chosen


def _is_about(number: Number, subjects: Sequence[Spot], before: Sequence[Spot]) -> bool:
    if number.kind in _TABLE_KINDS:
        return not before
    if number.item is not None:
        return any(s.item == number.item and s.field == number.field for s in subjects)
    return any(s.field == number.field and s.item is None for s in subjects)
