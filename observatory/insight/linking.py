"""Which words of a question name which field, and which are values of a field."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from observatory.insight.words import STOP, Token, alike, is_aside, name_words, stem, tokens, vocabulary, words_for_sex
from observatory.insight.world import root, spoken_values
from observatory.model import FieldProfile, Profile, Scalar

_HEADS = vocabulary(
    "id ids name names code number num no nr detail details description date type title key index count"
)
ORDINALS = {
    word: str(n)
    for n, word in enumerate(("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"), 1)
}
_ALONE = vocabulary("id name type date code")
_COMPOUNDS = {("email", "address"), ("mail", "address"), ("phone", "number"), ("telephone", "number"), ("zip", "code")}
_GAPS = vocabulary("of the in a an for")
MANY_VALUES = 30
_MONTHS = vocabulary("jan feb mar apr may jun jul aug sep oct nov dec")
_VALUE_STOP = STOP | vocabulary("no yes not other each per over under more less most least true false none")


_YES = frozenset(("yes", "y", "true", "t", "1", "1.0", "ja", "oui", "si", "sí", "sim"))
_NO = frozenset(("no", "n", "false", "f", "0", "0.0", "nein", "non", "não"))


@dataclass(frozen=True)
class Mention:
    """Tokens [start, end) of a question that name a field; `coverage` is the share of the name they make up.

    `weak`: they are the thing that the name is about (“dorms” for dorm_name), which may just as well mean the rows.
    `contrast`: they are two of its values side by side, to be compared.
    """

    field: FieldProfile
    start: int
    end: int
    coverage: float
    n_words: int
    weak: bool = False
    contrast: bool = False


@dataclass(frozen=True)
class ValueMention:
    """Tokens [start, end) of a question that are a value of a field."""

    field: FieldProfile
    value: Scalar
    start: int
    end: int
    quoted: bool


def field_mentions(question: Sequence[Token], profile: Profile, taken: frozenset[int] = frozenset()) -> list[Mention]:
    """The fields a question names, in the order of its words; no word names two fields.

    >>> from observatory.model import FieldProfile, Profile
    >>> fields = [FieldProfile(n, "nominal", "dimension", "VARCHAR", 0, 9) for n in ("bedType", "decor")]
    >>> [m.field.name for m in field_mentions(tokens("types of bed"), Profile(9, tuple(fields)))]
    ['bedType']
    """
    rarity = _rarity(profile)
    found = [*_literal(question, profile), *_worded(question, profile, rarity, taken)]
    found = [m for m in found if not taken & set(range(m.start, m.end))]
    return _drop_modifiers(_without_overlap(found), question)


def _rarity(profile: Profile) -> dict[str, float]:
    counts = Counter(s for f in profile.fields for s in {stem(w) for w in name_words(f.name)})
    n = len(profile.fields)
    return {s: math.log(1 + n / count) for s, count in counts.items()}


def _literal(question: Sequence[Token], profile: Profile) -> Iterator[Mention]:
    """Names written out as they are, whatever they are made of."""
    for field in profile.fields:
        written = [t.lower for t in tokens(field.name)]
        parts = list(name_words(field.name))
        for name in [written, *([parts] if len(parts) > 2 and parts != written else [])]:
            if not name or (len(name) == 1 and (len(name[0]) < 2 or name[0] in STOP)):
                continue
            for i in range(len(question) - len(name) + 1):
                span = question[i : i + len(name)]
                quoted = len(span) == 1 and span[0].lower == field.name.lower()
                if quoted or [t.lower for t in span] == name:
                    yield Mention(field, i, i + len(name), 1.0, len(name) + 1)


def _worded(
    question: Sequence[Token], profile: Profile, rarity: dict[str, float], taken: frozenset[int]
) -> Iterator[Mention]:
    for field in profile.fields:
        words = name_words(field.name)
        total = sum(rarity[stem(w)] for w in words)
        for i in range(len(question)):
            if i in taken or question[i].kind != "word" or not words:
                continue
            end, matched = _match(question, i, words, taken)
            coverage = sum(rarity[stem(w)] for w in matched) / total if total else 0.0
            if matched and _counts(matched, coverage, field, profile):
                about = coverage < 0.99 and words[-1] in _HEADS and words[-1] not in matched
                rows = field.role == "identifier" and question[end - 1].lower.endswith("s")
                weak = about and (len(matched) == 1 or rows)
                yield Mention(field, i, end, coverage, len(matched), weak)


def _match(question: Sequence[Token], i: int, words: tuple[str, ...], taken: frozenset[int]) -> tuple[int, list[str]]:
    """The longest run from token `i` whose words are words of the name, in any order, small words between."""
    left, end = list(words), i
    matched: list[str] = []
    for j in range(i, min(len(question), i + len(words) + 2)):
        token = question[j]
        if j in taken or token.kind not in ("word", "number"):
            break
        hit = next((w for w in left if alike(token.text, w) or (len(w) > 6 and root(token.text) == root(w))), None)
        if hit is None:
            if j == i or token.lower not in _GAPS or (j == i + 1 and question[i].lower in ("number", "count", "total")):
                break
            continue
        if token.lower in STOP and len(matched) == 0 and len(words) > 1:
            break
        left.remove(hit)
        matched.append(hit)
        end = j + 1
    return end, matched


def _counts(matched: Sequence[str], coverage: float, field: FieldProfile, profile: Profile) -> bool:
    """A whole name, or a part of it that no other field has."""
    if coverage > 0.99:
        return True
    stems = {stem(w) for w in matched}
    rivals = [f for f in profile.fields if f is not field and stems <= {stem(w) for w in name_words(f.name)}]
    if rivals or all(w in ("number", "num", "no", "nr", "other", "per", "total", "count", "to", "in") for w in matched):
        return False
    return max(len(w) for w in matched) >= 3 or set(matched) <= _ALONE


def _without_overlap(found: Iterable[Mention]) -> list[Mention]:
    kept: list[Mention] = []
    used: set[int] = set()
    for mention in sorted(found, key=lambda m: (-m.n_words, -m.coverage, m.start, m.end)):
        span = set(range(mention.start, mention.end))
        if not span & used:
            kept.append(mention)
            used |= span
    return sorted(kept, key=lambda m: m.start)


def _drop_modifiers(found: list[Mention], question: Sequence[Token]) -> list[Mention]:
    """In “institution types” the last word is the head: of two names side by side the fuller one, else the second."""
    kept: list[Mention] = []
    for mention in found:
        side = kept[-1] if kept else None
        ordered = side is not None and side.start > 0 and question[side.start - 1].lower in ORDINALS
        if side is not None and not ordered and side.end == mention.start and _one_phrase(question, side.end, mention):
            if side.coverage > mention.coverage + 0.01 or _is_first(found, side, mention, question):
                continue
            kept.pop()
        kept.append(mention)
    return kept


def _is_first(found: Sequence[Mention], first: Mention, second: Mention, question: Sequence[Token]) -> bool:
    """Whether the first of two names side by side is meant: “email address”, or “maker code” where the maker is named
    elsewhere too and the second is a mere code."""
    said = question[second.start - 1].lower, question[second.start].lower
    again = sum(m.field is first.field for m in found) > 1
    return said in _COMPOUNDS or (again and set(name_words(second.field.name)) <= _ALONE)


def _one_phrase(question: Sequence[Token], i: int, second: Mention) -> bool:
    """Whether two names are one compound noun; a verb such as “earns” for salary is none."""
    left, right = question[i - 1], question[i]
    is_noun = right.stem in {stem(w) for w in name_words(second.field.name)}
    return right.start - left.end == 1 and "quoted" not in (left.kind, right.kind) and is_noun


def value_mentions(question: Sequence[Token], profile: Profile, taken: frozenset[int]) -> list[ValueMention]:
    """Values of the fields' top values that the question says, quoted ones and longer ones first.

    >>> from observatory.model import TopValue
    >>> top = (TopValue("King", 5), TopValue("Twin", 4))
    >>> bed = FieldProfile("bed", "nominal", "dimension", "VARCHAR", 0, 2, top=top)
    >>> [m.value for m in value_mentions(tokens("rooms with king beds"), Profile(9, (bed,)), frozenset())]
    ['King']
    """
    found: list[ValueMention] = []
    for field in profile.fields:
        if field.type in ("quantitative", "temporal"):
            continue
        for item in field.top:
            found.extend(_said(question, field, item.value, taken))
    found += [m for m in _spoken(question, profile) if not taken & set(range(m.start, m.end))]
    found.sort(key=lambda m: (not m.quoted, m.start - m.end, m.field.distinct))
    kept: list[ValueMention] = []
    used: set[int] = set(taken)
    for mention in found:
        span = set(range(mention.start, mention.end))
        if not span & used:
            kept.append(mention)
            used |= span
    return sorted(kept, key=lambda m: m.start)


def _said(
    question: Sequence[Token], field: FieldProfile, value: Scalar, taken: frozenset[int]
) -> Iterator[ValueMention]:
    if value is None or isinstance(value, bool):
        return
    yield from _ordinal(question, field, value)
    if re.fullmatch(r"[-\d.,\s]*", str(value)):
        return
    words = [_bare(t.text) for t in tokens(str(value))]
    parts = name_words(str(value)) if re.fullmatch(r"\w{4,30}", str(value)) else ()
    sexes = words_for_sex(str(value)) if field.distinct <= 4 else ()
    own = [w for w in name_words(field.name) if w not in _HEADS]
    rare = len(field.top) > MANY_VALUES and len(words) == 1
    for i, token in enumerate(question):
        if i in taken:
            continue
        after_name = i > 0 and any(alike(question[i - 1].text, w) for w in own)
        if token.text == str(value) and len(token.text) == 1 and after_name:
            yield ValueMention(field, value, i, i + 1, False)
        elif rare and token.kind != "quoted" and not _is_name(token, str(value)):
            continue
        elif token.kind == "quoted" and token.lower == str(value).lower():
            yield ValueMention(field, value, i, i + 1, True)
        elif token.text == f"{value}s" or token.lower in sexes:
            yield ValueMention(field, value, i, i + 1, False)
        elif words and _reads(question[i : i + len(words)], words, is_name=str(value)[:1].isupper()):
            yield ValueMention(field, value, i, i + len(words), False)
        elif len(parts) > 1 and _shortens(parts, question[i : i + len(parts)]):
            yield ValueMention(field, value, i, i + len(parts), False)


def _spoken(question: Sequence[Token], profile: Profile) -> Iterator[ValueMention]:
    """Values that words of the world mean: “died” is the no of survived."""
    for field, said, start, end in spoken_values(question, profile):
        levels = {"yes": _YES, "no": _NO}.get(said) if yes_of(field) is not None else None
        fitting = [t.value for t in field.top if str(t.value).lower() in (levels or {said})]
        if len(fitting) == 1:
            yield ValueMention(field, fitting[0], start, end, False)


def _is_name(token: Token, value: str) -> bool:
    """Whether a word is one of very many values: written as it is there, or long and no common word."""
    return token.text == value or (len(token.text) > 4 and not is_aside(token.text))


def _ordinal(question: Sequence[Token], field: FieldProfile, value: Scalar) -> Iterator[ValueMention]:
    """“first class” for 1, 1st or first in a field of classes."""
    parts = name_words(field.name)
    digits = re.fullmatch(r"(\d)(?:st|nd|rd|th)?", str(value).lower())
    for i, (token, after) in enumerate(pairwise(question)):
        n = ORDINALS.get(token.lower) or next((o for o in ORDINALS.values() if _th(o) == token.lower), None)
        same = n is not None and (n == (digits[1] if digits else ORDINALS.get(str(value).lower())))
        if same and any(alike(after.text, part) for part in parts):
            yield ValueMention(field, value, i, i + 1, False)


def _th(n: str) -> str:
    return n + {"1": "st", "2": "nd", "3": "rd"}.get(n, "th")


def _reads(span: Sequence[Token], words: Sequence[str], *, is_name: bool) -> bool:
    """Whether the tokens say the words of a value; a lone short or common word must have the same capitals.

    Rainy is rain, but early is no Earl: a name has no such adjective.
    """
    if len(span) < len(words) or any(t.kind == "quoted" for t in span):
        return False
    if len(words) == 1:
        token = span[0]
        if len(words[0]) < 2 or token.lower in _VALUE_STOP or token.lower in _MONTHS:
            return len(words[0]) >= 2 and token.text == words[0].upper()
        said, value = _bare(token.text), words[0]
        adjective = not is_name and len(value) > 2 and said in (f"{value}y", f"{value}{value[-1]}y")
        same = stem(token.text) == stem(value) or (len(value) > 6 and root(said) == root(value))
        return said == value or adjective or (len(value) > 3 and same)
    return all(_bare(t.text) == w or stem(t.text) == stem(w) for t, w in zip(span, words))


def _shortens(parts: Sequence[str], span: Sequence[Token]) -> bool:
    """Whether a value such as AsstProf is short for the words."""
    return len(span) == len(parts) and all(_short_for(p, t.lower) for p, t in zip(parts, span))


def _short_for(part: str, word: str) -> bool:
    letters = iter(word)
    return len(part) >= 3 and word[0] == part[0] and all(letter in letters for letter in part)


def _bare(text: str) -> str:
    return re.sub(r"[^\w]", "", text).lower()


def yes_of(field: FieldProfile) -> Scalar:
    """The value that means yes where a field says yes or no of each row; None where it does not.

    >>> from observatory.model import TopValue
    >>> top = (TopValue("no", 9), TopValue("yes", 5))
    >>> yes_of(FieldProfile("survived", "nominal", "dimension", "VARCHAR", 0, 2, top=top))
    'yes'
    """
    levels = {str(top.value).strip().lower(): top.value for top in field.top}
    if field.distinct != 2 or len(levels) != 2 or not (levels.keys() & _YES and levels.keys() & _NO):
        return None
    return next(value for level, value in levels.items() if level in _YES)
