"""Words that look like a field or a value and stand for the rows, or for no more than a part of a field's name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from observatory.insight.linking import Mention, ValueMention
from observatory.insight.terms import grouped
from observatory.insight.words import Token, name_words, stem, vocabulary
from observatory.model import Profile

_COUNTED = re.compile(r"\b(?:how\s+many|(?:number|count|amount)\s+of)\s+([^\W\d_]+)", re.IGNORECASE)
_TOLD_APART = 0.9  # a field with so many values for each row tells the rows apart
_EACH = vocabulary("each every per")
_LABELS = {stem(word) for word in vocabulary("name title id code number detail description")}
_PART = re.compile(r"\b(?:shares?|rates?|percentages?|proportions?|fractions?|ranges?)\b", re.IGNORECASE)


def counted_nouns(text: str) -> set[str]:
    """What a question counts, in its own words: the rows may be that.

    >>> counted_nouns("How many birds are there?")
    {'birds'}
    """
    return {found[1].lower() for found in _COUNTED.finditer(text)}


def without_names(text: str, words: Sequence[Token], mentions: Sequence[Mention]) -> tuple[str, tuple[Token, ...]]:
    """The question with “share” blotted out where it is part of a field's name, as in “share count”; places stay.

    Words such as share, rate and range ask for a calculation where they are no part of a name.
    """
    kept = list(words)
    for mention in mentions:
        for i in range(mention.start, mention.end):
            if _PART.fullmatch(words[i].text) and len(name_words(mention.field.name)) > 1:
                blot = "_" * (words[i].end - words[i].start)
                text = text[: words[i].start] + blot + text[words[i].end :]
                kept[i] = replace(words[i], text=blot)
    return text, tuple(kept)


def standing_for_rows(words: Sequence[Token], mentions: Sequence[Mention], profile: Profile) -> list[Mention]:
    """“the schools for each denomination”: a plural name of what every row is one of, beside a group that is named.

    >>> from observatory.insight.linking import field_mentions
    >>> from observatory.insight.words import tokens
    >>> from observatory.model import FieldProfile
    >>> fields = [FieldProfile(n, "nominal", "dimension", "VARCHAR", 0, k) for n, k in (("School", 9), ("Faith", 3))]
    >>> known, words = Profile(9, tuple(fields)), tokens("number of the schools for each faith")
    >>> [m.field.name for m in standing_for_rows(words, field_mentions(words, known), known)]
    ['School']
    """
    each = _after_each(words, mentions)
    found = []
    for mention in mentions:
        others = [m for m in each if m.field is not mention.field]
        others += [m for m in mentions if m.field is not mention.field and not m.weak and grouped(words, m)]
        last = words[mention.end - 1].lower
        before = {t.lower for t in words[max(0, mention.start - 3) : mention.start]}
        plural = last.endswith("s") and last not in name_words(mention.field.name) and stem(last) not in _LABELS
        plural = plural and mention.field.role not in ("measure", "time")
        if (
            plural
            and others
            and mention.field.distinct >= _TOLD_APART * profile.n_rows
            and not before & {"different", "distinct", "unique", "names", "name", *_EACH}
            and (not grouped(words, mention) or (mention.weak and each))
        ):
            found.append(mention)
    return found


def without_own(
    words: Sequence[Token], values: Sequence[ValueMention], mentions: Sequence[Mention]
) -> list[ValueMention]:
    """“how many participants of each type”: the plural of a value of the field that groups is the rows.

    `values` but for these.
    """
    named = {m.field.name for m in _after_each(words, mentions)}

    def counted(value: ValueMention) -> bool:
        before = [t.lower for t in words[max(0, value.start - 2) : value.start]]
        plural = words[value.end - 1].lower == f"{str(value.value).lower()}s"
        return plural and (before == ["how", "many"] or before == ["number", "of"])

    return [v for v in values if not (v.field.name in named and counted(v))]


def _after_each(words: Sequence[Token], mentions: Sequence[Mention]) -> list[Mention]:
    """The fields that “each”, “every” or “per” stands before."""
    return [m for m in mentions if _EACH & {t.lower for t in words[max(0, m.start - 2) : m.start]}]
