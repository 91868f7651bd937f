"""Whether the facts bear a sentence out: its numbers, names, directions, comparisons and causes.

A sentence is accepted only if every number in it is a known number of the field or value that it is said of, every
name in it exists, and every claim in it (more, most, rises, because, related, …) is made by a fact about the same
fields. True sentences may be dropped; that costs a few words. False ones must not pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from observatory.insight.claims import claim_word, claims
from observatory.insight.facts import Fact, Facts, Number
from observatory.insight.words import STOP, name_words, stem

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
_UNSAFE = re.compile(r"https?:|www\.|<[a-z/!]|@\w|[{}\[\]`|]|\bignore\b|\binstruction", re.IGNORECASE)
_DATA_WORDS = re.compile(r"\b(?:table|data ?set|data|rows?|records?|fields?|columns?)\b", re.IGNORECASE)
_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "billion": 1e9}
_BOUNDS = frozenset({"from", "to", "between", "up", "until"})
_TABLE_KINDS = frozenset({"rows", "fields"})


@dataclass(frozen=True)
class Dropped:
    """A sentence that the facts do not bear out, and why."""

    text: str
    reason: str


@dataclass(frozen=True)
class Grounded:
    """The sentences that hold and those that do not."""

    accepted: tuple[str, ...]
    dropped: tuple[Dropped, ...]


@dataclass(frozen=True)
class Spot:
    """Where a sentence names a field, or a value of a field."""

    start: int
    end: int
    field: str
    item: str | None = None


def check(sentences: Iterable[str], facts: Facts) -> Grounded:
    """The sentences that the facts bear out, and the others with the reason.

    >>> facts = Facts((), (Number(32.2, "mean", "Fare"),), ("Fare",), ())
    >>> found = check(["The mean Fare is 32.2.", "The mean Fare is 64."], facts)
    >>> found.accepted, found.dropped[0].reason
    (('The mean Fare is 32.2.',), '64 is no known number of Fare')
    """
    accepted: list[str] = []
    dropped: list[Dropped] = []
    for sentence in sentences:
        text = " ".join(sentence.split())
        reason = "it says the same again" if text in accepted else fault(text, facts)
        if reason:
            dropped.append(Dropped(text, reason))
        else:
            accepted.append(text)
    return Grounded(tuple(accepted), tuple(dropped))


def fault(text: str, facts: Facts) -> str:
    """Why a sentence cannot be shown; empty where it can."""
    if not text or len(text) > 300 or _UNSAFE.search(text):
        return "it is no plain sentence"
    found = spots(text, facts)
    reasons = (
        *_false_numbers(text, found, facts),
        *_unknown_names(text, found, facts),
        *_false_claims(text, found, facts),
    )
    if reasons:
        return reasons[0]
    return "" if found or _DATA_WORDS.search(text) else "it names nothing of the data"


def spots(text: str, facts: Facts) -> list[Spot]:
    """Where the sentence names fields and values; longer names win over shorter ones."""
    found: list[Spot] = []
    for name in facts.names:
        patterns = [re.escape(name)]
        words = name_words(name)
        if len(words) > 1:
            patterns.append(r"[\s_-]+".join(map(re.escape, words)))
        found += [Spot(m.start(), m.end(), name) for p in patterns for m in _whole(p, text)]
    for field, item in facts.values:
        if re.search(r"[^\W\d_]", item) and len(item) > 1:
            found += [Spot(m.start(), m.end(), field, item) for m in _whole(re.escape(item), text)]
    kept: list[Spot] = []
    for spot in sorted(found, key=lambda s: (s.start - s.end, s.item is not None)):
        same = [k for k in kept if k.start < spot.end and spot.start < k.end]
        if not same or (
            spot.item is not None
            and all((k.start, k.end) == (spot.start, spot.end) and k.item is not None for k in same)
        ):
            kept.append(spot)
    return sorted(kept, key=lambda s: s.start)


def _whole(pattern: str, text: str) -> Iterator[re.Match[str]]:
    return re.finditer(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE)


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────


def _false_numbers(text: str, found: Sequence[Spot], facts: Facts) -> Iterator[str]:
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


# ── names ────────────────────────────────────────────────────────────────────────────────────────


def _unknown_names(text: str, found: Sequence[Spot], facts: Facts) -> Iterator[str]:
    """Quoted, capitalised and code-like words that are no field, no value and no word of the title."""
    known = _vocabulary(facts)
    inside = [(s.start, s.end) for s in found]
    for match in re.finditer(r"[\"“”']([^\"“”']{1,60})[\"“”'](?!\w)", text):
        if not any(a <= match.start(1) and match.end(1) <= b for a, b in inside) and match[1].lower() not in known:
            yield f"“{match[1]}” is no field or value"
    for match in re.finditer(r"[^\W\d]\w*", text):
        word = match[0]
        if any(a <= match.start() and match.end() <= b for a, b in inside):
            continue
        first = match.start() == 0 or re.search(r"[.!?:]\s+$", text[: match.start()]) is not None
        is_name = "_" in word or re.search(r"[a-z][A-Z]", word) or (word[0].isupper() and not first and word != "I")
        if is_name and stem(word) not in known and word.lower() not in known:
            yield f"“{word}” is no field or value"


def _vocabulary(facts: Facts) -> set[str]:
    texts = (facts.title, *facts.names, *(item for _, item in facts.values))
    words = {w.lower() for text in texts for w in (text, *re.findall(r"\w+", text), *name_words(text))}
    return words | {stem(w) for w in words}


# ── claims ───────────────────────────────────────────────────────────────────────────────────────


def _false_claims(text: str, found: Sequence[Spot], facts: Facts) -> Iterator[str]:
    """Claims that no one fact about all the names in the sentence makes too."""
    plain = _without(text, found)
    made = claims(plain)
    if found and _names_extreme(plain):
        made = {claim for claim in made if claim[0] != "extreme"}
    if not made:
        return
    fields = {s.field for s in found if s.item is None}
    items = {s.item for s in found if s.item is not None}
    bases = [f for f in facts.sentences if _covers(f, fields, items)] if found else []
    allowed = [claims(_without(f.text, spots(f.text, facts))) | _implied(f) for f in bases]
    if not any(made <= a for a in allowed):
        kind, _ = min(made.difference(*allowed) or made)
        yield f"no fact says “{claim_word(plain, kind)}” of this"


def _covers(fact: Fact, fields: set[str], items: set[str]) -> bool:
    """Whether a fact is about all of these fields and values."""
    named = set(fact.items) | {i for i in items if any(True for _ in _whole(re.escape(i), fact.text))}
    return fields <= set(fact.fields) and items <= named and bool(fact.fields)


def _implied(fact: Fact) -> set[tuple[str, str]]:
    """More than half of the rows are most of them."""
    shares = [n.value for n in fact.numbers if n.kind == "share"]
    return {("majority", "")} if shares and shares[0] > 50 else set()


def _names_extreme(text: str) -> bool:
    """Whether the extreme is that of a number, which is checked as such: “the highest Fare is 512”."""
    return (
        re.search(
            r"\b(?:highest|lowest|greatest|smallest|least|oldest|youngest|earliest|latest)\b[^,;.]*\d",
            text,
            re.IGNORECASE,
        )
        is not None
    )


def _without(text: str, found: Sequence[Spot]) -> str:
    """The text with the names in it blanked out, so that a field called “growth” is no claim."""
    for spot in sorted(found, key=lambda s: -s.start):
        text = text[: spot.start] + "_" * (spot.end - spot.start) + text[spot.end :]
    return text


def is_plain(text: str) -> bool:
    """Whether a text is free of links, markup and orders to a model."""
    return not _UNSAFE.search(text) and bool(set(text.lower().split()) - STOP)
