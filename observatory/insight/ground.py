"""Whether the facts bear a sentence out.

A sentence is accepted only if it reads, clause by clause, as one of the forms of `forms.toml`, and what each clause
says was computed and is true (`statements`, `truth`). What has none of these forms, such as a cause, a guess or an
unknown name, is dropped. True sentences may be dropped; that costs a few words. False ones must not pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from observatory.insight.facts import Facts
from observatory.insight.statements import Reader
from observatory.insight.words import STOP

_UNSAFE = re.compile(r"https?:|www\.|<[a-z/!]|@\w|[{}\[\]`|]|\bignore\b|\binstruction", re.IGNORECASE)


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
    (('The mean Fare is 32.2.',), 'the facts do not say so')
    """
    reader = Reader(facts)
    accepted: list[str] = []
    dropped: list[Dropped] = []
    for sentence in sentences:
        text = " ".join(sentence.split())
        reason = "it says the same again" if text in accepted else _fault(text, reader)
        if reason:
            dropped.append(Dropped(text, reason))
        else:
            accepted.append(text)
    return Grounded(tuple(accepted), tuple(dropped))


def fault(text: str, facts: Facts) -> str:
    """Why a sentence cannot be shown; empty where it can."""
    return _fault(text, Reader(facts))


def _fault(text: str, reader: Reader) -> str:
    if not text or len(text) > 300 or _UNSAFE.search(text):
        return "it is no plain sentence"
    return reader.fault(text)


def is_plain(text: str) -> bool:
    """Whether a text is free of links, markup and orders to a model."""
    return not _UNSAFE.search(text) and bool(set(text.lower().split()) - STOP)
