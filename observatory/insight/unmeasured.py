"""What to say where a question asks for an amount that is not in the table, so that rows are not counted in silence."""

from __future__ import annotations

import re
from dataclasses import dataclass

from observatory.insight.join import Joined
from observatory.insight.rules import Reading

_NAMED = re.compile(
    r"\bhow\s+much\b|\b(?:average|mean|typical|median|total|sum)\s+(?!number)\w+"
    r"|\b(?:share|percentage|percent|proportion|fraction|rate)\s+of\b",
    re.IGNORECASE,
)
"""An amount that the question names: where the table has none of that name, a model's guess is no better."""
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


def unmeasured(question: str, reading: Reading, joined: Joined) -> Unmeasured:
    """Refused where an amount is asked for outright of which a word is unread; else said plainly.

    >>> from observatory.model import Wish, WishedField
    >>> rows = Wish((WishedField("class"), WishedField(None, "count")))
    >>> unmeasured("How much did a ticket cost?", Reading(rows, lost=("ticket", "cost")), Joined(rows)).said
    'This is not an answer. Nothing in the table was found for “ticket”, “cost”.'
    """
    named = reading.understood and not reading.is_open and _NAMED.search(question) is not None
    left = [w for w in reading.lost if w not in joined.read or named]
    counts = any(f.field is None and f.aggregate == "count" for f in reading.wish.fields)
    if reading.is_measured or not left or not counts or (joined.by_model and not named):
        return Unmeasured()
    words = ", ".join(f"“{w}”" for w in left[:6])
    if named or _DEGREE.search(question):
        return Unmeasured(f"This is not an answer. Nothing in the table was found for {words}.", refused=True)
    return Unmeasured(f"What is counted is rows: no field to measure was found for {words}.")
