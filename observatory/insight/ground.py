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
from observatory.insight.facts import Fact, Facts
from observatory.insight.figures import Spot, false_numbers
from observatory.insight.words import STOP, name_words, stem

_UNSAFE = re.compile(r"https?:|www\.|<[a-z/!]|@\w|[{}\[\]`|]|\bignore\b|\binstruction", re.IGNORECASE)
_DATA_WORDS = re.compile(r"\b(?:table|data ?set|data|rows?|records?|fields?|columns?)\b", re.IGNORECASE)


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


def check(sentences: Iterable[str], facts: Facts) -> Grounded:
    """The sentences that the facts bear out, and the others with the reason.

    >>> from observatory.insight.facts import Number
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
        *false_numbers(text, found, facts),
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
