"""What to say where a question asks for an amount that is not in the table, so that rows are not counted in silence."""

from __future__ import annotations

import re
from dataclasses import dataclass

from observatory.insight.join import Joined
from observatory.insight.rules import Reading

_AMOUNT = re.compile(
    r"\bhow\s+(?:much|big|high|low|large|long|far|fast|old|tall|heavy|expensive|good|bad)\b"
    r"|\b(?:average|mean|typical|median|total|sum)\s+(?!number)\w+"
    r"|\b(?:which|what|who|where)\b[^.?!]*\b(?:the\s+(?:\w{3,}est|most\s+\w+|least\s+\w+)|highest|lowest)\b"
    r"|\b(?:share|percentage|percent|proportion|fraction|rate)\s+of\b",
    re.IGNORECASE,
)


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
    left = [w for w in reading.lost if w not in joined.read]
    counts = any(f.field is None and f.aggregate == "count" for f in joined.wish.fields)
    if reading.is_measured or joined.by_model or not left or not counts:
        return Unmeasured()
    words = ", ".join(f"“{w}”" for w in left[:6])
    if _AMOUNT.search(question):
        return Unmeasured(f"This is not an answer. Nothing in the table was found for {words}.", refused=True)
    return Unmeasured(f"What is counted is rows: no field to measure was found for {words}.")
