"""What to say where a question asks for an amount, or of something, that is not in the table: no answer in silence."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass

from observatory.insight.entities import counted_nouns
from observatory.insight.join import Joined
from observatory.insight.linking import field_mentions
from observatory.insight.meanings import is_personal
from observatory.insight.rules import Reading
from observatory.insight.words import name_words, nearest, tokens, vocabulary
from observatory.model import Profile

_NAMED = re.compile(
    r"\bhow\s+much\b|\b(?:average|mean|typical|median|total|sum)\s+(?!number)\w+"
    r"|\b(?:share|percentage|percent|proportion|fraction|rate)\s+of\b",
    re.IGNORECASE,
)
"""An amount that the question names: where the table has none of that name, a model's guess is no better."""
_AVERAGED = re.compile(r"\bon\s+average\b|\b(?:average|mean|median|typical)\b", re.IGNORECASE)
"""An average that the rules found nothing to make of, but which a model may know the field of."""
_DEGREE = re.compile(
    r"\bhow\s+(?:big|high|low|large|long|far|fast|old|tall|heavy|expensive|good|bad)\b"
    r"|\b(?:which|what|who|where)\b[^.?!]*\b(?:the\s+(?:\w{3,}est|most\s+\w+|least\s+\w+)|highest|lowest)\b",
    re.IGNORECASE,
)
"""An adjective that asks for an amount, which a model may know the field of."""


@dataclass(frozen=True)
class Unmeasured:
    """What is said at the head of an answer that counts rows for want of a measure; `refused`: it is no answer."""

    said: str = ""
    refused: bool = False


def unmeasured(question: str, reading: Reading, joined: Joined, profile: Profile, about: str = "") -> Unmeasured:
    """Refused where an amount is asked for outright of which a word is unread, or a thing by name; else said plainly.

    `about` is what the table is called: all of its rows may be of it.

    >>> from observatory.model import Wish, WishedField
    >>> rows = Wish((WishedField("class"), WishedField(None, "count")))
    >>> lost = Reading(rows, lost=("ticket", "cost"))
    >>> unmeasured("How much did a ticket cost?", lost, Joined(rows), Profile(0, ())).said
    'This is not an answer. Nothing in the table was found for “ticket”, “cost”.'
    """
    held = not_held(question, reading, joined, profile, about)
    if held.refused:
        return held
    beside = _beside_rows(question, reading, joined, about)
    return beside if beside.refused else _amount(question, reading, joined)


def _beside_rows(question: str, reading: Reading, joined: Joined, about: str) -> Unmeasured:
    """Refused where nothing but the number of all rows is left of a question with words that are not in the table.

    What is counted may be the rows under another name: “how many birds”.
    """
    wish = joined.wish
    if wish.filters or any(f.field is not None for f in wish.fields):
        return Unmeasured()
    known = counted_nouns(question) | {word.lower() for word in name_words(about)}
    left = [w for w in reading.lost if w not in joined.read and w.lower() not in known]
    words = ", ".join(f"“{w}”" for w in left[:6])
    return Unmeasured(f"This is not an answer. Nothing in the table was found for {words}.", refused=bool(left))


def _amount(question: str, reading: Reading, joined: Joined) -> Unmeasured:
    named = reading.understood and not reading.is_open and _NAMED.search(question) is not None
    left = [w for w in reading.lost if w not in joined.read or named]
    counts = any(f.field is None and f.aggregate == "count" for f in reading.wish.fields)
    if reading.is_measured or not left or not counts or (joined.by_model and not named):
        return Unmeasured()
    words = ", ".join(f"“{w}”" for w in left[:6])
    averaged = reading.is_open and _AVERAGED.search(question) is not None
    if named or averaged or _DEGREE.search(question):
        return Unmeasured(f"This is not an answer. Nothing in the table was found for {words}.", refused=True)
    return Unmeasured(f"What is counted is rows: no field to measure was found for {words}.")


# ── a thing by its name ──

_NAME = re.compile(
    r"\b(?:in|of|for|from|at)\s+(?:the\s+)?(?P<name>[A-ZÀ-Þ][^\W\d_]*[a-zß-ÿ](?:[\s-]+[A-ZÀ-Þ][^\W\d_]*[a-zß-ÿ])*)\b"
)
_NO_THING = vocabulary(
    " ".join([*calendar.month_name, *calendar.month_abbr, *calendar.day_name, *calendar.day_abbr]).lower()
    + " english german spanish french italian portuguese dutch celsius fahrenheit kelvin dollar dollars euro euros"
    " christmas easter excel python altair vega powerpoint january sept god i i'm"
)
"""Words that English writes with a capital and that name no thing a table is about."""


def not_held(question: str, reading: Reading, joined: Joined, profile: Profile, about: str = "") -> Unmeasured:
    """Refused where the question asks of a thing by its name (“in Russia”) that no value of the table is.

    A name is an unread word with a capital, after a preposition. Only a table that holds names can lack one, and only
    where all of its values are known.

    >>> from observatory.model import FieldProfile, TopValue, Wish, WishedField
    >>> country = FieldProfile("country", "nominal", "place", "VARCHAR", 0, 1, top=(TopValue("Rwanda", 12),))
    >>> wish = Wish((WishedField("country"), WishedField(None, "count")))
    >>> reading = Reading(wish, lost=("Russia",))
    >>> not_held("How many rows in Russia?", reading, Joined(wish), Profile(12, (country,))).said
    'This is not an answer. Nothing in the table is called “Russia”.'
    """
    names = [n for n in _names(question) if _is_unread(n, reading) and not _is_known(n, profile, about)]
    texts = [f for f in profile.fields if f.type in ("nominal", "ordinal") and f.role != "text"]
    listed = [[str(t.value) for t in f.top] for f in texts if not is_personal(f)]
    unknown = any(len(f.top) < f.distinct for f in texts)
    if not names or unknown or not any(map(_are_names, listed)) or joined.wish.filters != reading.wish.filters:
        return Unmeasured()
    values = [value for values in listed for value in values]
    close = list(dict.fromkeys(v for name in names for v in (*_holding(name, values), *nearest(name, values, 3))))[:3]
    hint = f" The nearest: {', '.join(close)}." if close else ""
    words = ", ".join(f"“{name}”" for name in names)
    return Unmeasured(f"This is not an answer. Nothing in the table is called {words}.{hint}", refused=True)


def _names(question: str) -> list[str]:
    """The names that a question says, unless it is written in capitals throughout."""
    words = [t.text for t in tokens(question) if t.kind == "word"]
    capitals = sum(word[:1].isupper() for word in words[1:])
    if len(words) > 3 and 2 * capitals > len(words):
        return []
    found = (match["name"] for match in _NAME.finditer(question))
    return [name for name in dict.fromkeys(found) if not set(re.split(r"[\s-]+", name.lower())) & _NO_THING]


def _is_unread(name: str, reading: Reading) -> bool:
    lost = {word.lower() for word in reading.lost}
    return all(t.lower in lost for t in tokens(name))


def _are_names(values: Sequence[str]) -> bool:
    """Whether most values are written as names are: with a capital, and not in capitals throughout."""
    named = [v for v in values if v[:1].isupper() and not v.isupper()]
    return 2 * len(named) > len(values)


def _holding(name: str, values: Sequence[str]) -> list[str]:
    """The values that a name is a part of, such as “New York” for York."""
    said = {t.lower for t in tokens(name)}
    return [value for value in values if said <= set(re.findall(r"\w+", value.lower()))]


def _is_known(name: str, profile: Profile, about: str) -> bool:
    """Whether a name is a field's, or in what the table is called."""
    words = tokens(name)
    titled = {word.lower() for word in name_words(about)}
    return bool(field_mentions(words, profile)) or any(t.lower in titled for t in words)
