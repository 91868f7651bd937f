"""Bands of a number as people write them: "18-34", "65+", "under 18", "-5 to 3", "> 60", "[18, 35)", "(34, 64]"."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence

_NUMBER = r"[-+−]?(?:\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|\.\d+|inf)"
_RANGE = re.compile(rf"({_NUMBER})\s*(?:-|–|—|to|\.\.|until|to under)\s*({_NUMBER})")
_INTERVAL = re.compile(rf"([\[(\]])\s*({_NUMBER})\s*[,;]\s*({_NUMBER})\s*([\])\[])")
_FROM = re.compile(
    rf"(?:>=|≥|from|at least)\s*({_NUMBER})|({_NUMBER})\s*(?:\+|and (?:over|above|more)|or (?:over|more))"
)
_OVER = re.compile(rf"(?:>|over|above|more than)\s*({_NUMBER})")
_BELOW = re.compile(
    rf"(?:<=?|≤|under|below|up to|less than|at most)\s*{_NUMBER}|{_NUMBER}\s*(?:and|or) (?:under|less|below)"
)


def lower_end(text: str, *, whole: bool) -> float | None:
    """The smallest value that a band holds: -inf if it has no lower end, None if the text is no band.

    Where the lower end itself does not belong to it, the next number after it does: `whole` ones count in ones.

    >>> [lower_end(t, whole=True) for t in ("18-34", "65+", "under 18", "(34, 64]", "> 60", "-5 to 3", "blue")]
    [18.0, 65.0, -inf, 35.0, 61.0, -5.0, None]
    """
    text = text.strip()
    if _BELOW.fullmatch(text):
        return -math.inf
    if band := _RANGE.fullmatch(text):
        return _read(band[1])
    if band := _FROM.fullmatch(text):
        return _read(band[1] or band[2])
    if band := _OVER.fullmatch(text):
        return _after(_read(band[1]), whole=whole)
    if band := _INTERVAL.fullmatch(text):
        low = _read(band[2])
        return low if band[1] == "[" else _after(low, whole=whole)
    return None


def upper_end(text: str) -> float:
    """Where a band ends: inf if it has no upper end, or if the text is no band.

    >>> [upper_end(t) for t in ("18-34", "65+", "under 18", "(34, 64]")]
    [34.0, inf, 18.0, 64.0]
    """
    text = text.strip()
    if band := _RANGE.fullmatch(text):
        return _read(band[2])
    if band := _INTERVAL.fullmatch(text):
        return _read(band[3])
    if _BELOW.fullmatch(text):
        return _read(re.findall(_NUMBER, text)[0])
    return math.inf


def overlapping(texts: Sequence[str]) -> tuple[str, str] | None:
    """Two bands that hold the same numbers, more than a shared end, if there are any.

    >>> overlapping(["30+", "18-40"]), overlapping(["0-10", "10-20", "20+"])
    (('18-40', '30+'), None)
    """
    lows = [(low, text) for text in texts if (low := lower_end(text, whole=False)) is not None]
    ordered = [text for _, text in sorted(lows, key=lambda band: (band[0], upper_end(band[1])))]
    couples = itertools.pairwise(ordered)
    return next(((a, b) for a, b in couples if upper_end(a) > (lower_end(b, whole=False) or 0.0)), None)


def _read(text: str) -> float:
    return float(text.replace("−", "-"))


def _after(value: float, *, whole: bool) -> float:
    if math.isinf(value):
        return value
    return math.floor(value) + 1.0 if whole else math.nextafter(value, math.inf)
