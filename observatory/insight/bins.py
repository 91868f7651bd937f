"""Bins: whether a question asks for them, and how wide."""

from __future__ import annotations

import re
from collections.abc import Sequence

from observatory.insight.linking import Mention
from observatory.insight.words import Token

_WIDTH = re.compile(
    r"\b(?:bins?|buckets?|steps?|intervals?|groups?|ranges?|bands?)\s+of\s+(?:width\s+)?(\d+(?:\.\d+)?)(?![\d.]|\s*(?:and|to|-|–)\s*\d)",
    re.IGNORECASE,
)


def bin_width(text: str) -> float | None:
    """The width of bins that a question asks for.

    >>> bin_width("ages in bins of 10"), bin_width("ages in bins"), bin_width("ages in the range of 10 and 20")
    (10, None, None)
    """
    match = _WIDTH.search(text)
    said = float(match[1]) if match and match[1] else None
    return None if not said else int(said) if said.is_integer() else said


def binned(question: Sequence[Token], mention: Mention) -> bool:
    """Whether the words beside a field ask for bins: “age groups”, “binned age”."""
    after = question[mention.end].lower if mention.end < len(question) else ""
    gap = question[mention.end].start - question[mention.end - 1].end if after else 0
    then = [t.lower for t in question[mention.end + 1 : mention.end + 2]]
    after = "" if gap > 1 or (after == "group" and then in (["by"], ["into"])) else after
    before = question[mention.start - 1].lower if mention.start else ""
    return after in (
        "group",
        "groups",
        "bin",
        "bins",
        "bucket",
        "buckets",
        "range",
        "ranges",
        "band",
        "bands",
    ) or before in ("bin", "binned")
