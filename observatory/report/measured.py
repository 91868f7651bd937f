"""How wide text is: the advance widths of Helvetica, which Arial and Liberation Sans share, and lines cut by them."""

from __future__ import annotations

import re
import unicodedata

_WIDTHS = {
    **dict.fromkeys("ijl'", 222), **dict.fromkeys(" !,./:;I[]\\ft|·", 278), **dict.fromkeys("()-r`", 333),
    **dict.fromkeys("ckJsvxyz", 500), **dict.fromkeys("FLTZ", 611), **dict.fromkeys("ABEKPSVXY&", 667),
    **dict.fromkeys("CDHNRUw", 722), **dict.fromkeys("GOQ", 778), **dict.fromkeys("Mm", 833), "W": 944, "@": 1015,
    "%": 889, "…": 1000, "—": 1000,
}  # fmt: skip
_OTHER, _FULL, _BOLD, _SAFE = 556, 1000, 1.07, 1.03


def width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a text in pixels at a font size, never less than it is drawn, by a few percent.

    >>> round(width("mmm", 10)), round(width("iii", 10))
    (26, 7)
    """
    units = sum(_WIDTHS.get(ch, _FULL if unicodedata.east_asian_width(ch) in "WF" else _unknown(ch)) for ch in text)
    return units / 1000 * size * _SAFE * (_BOLD if bold else 1)


def _unknown(ch: str) -> int:
    """Letters of the alphabet are as wide as most; what Helvetica has no letter for may be as wide as it is high."""
    return _OTHER if ch < "ɏ" else _FULL if ch > "῿" and unicodedata.category(ch)[0] in "LSC" else 722


def lines(text: str, room: float, size: float, *, bold: bool = False, most: int = 3) -> list[str]:
    """A text cut into at most `most` lines of a width in pixels; what does not fit ends in “…”.

    >>> lines("one two three", 40, 10)
    ['one two', 'three']
    """
    found, words = [""], re.split(r"[^\S\u00a0]+", text.strip())
    while words:
        word = words.pop(0)
        longer = f"{found[-1]} {word}".strip()
        if width(longer, size, bold=bold) <= room:
            found[-1] = longer
        elif not found[-1]:  # one word that is wider than the line
            head = fitted(word, room, size, bold=bold, end="")
            found[-1] = head
            words.insert(0, word[len(head) :])
            found += [""] if words[0] else []
        else:
            words.insert(0, word)
            found.append("")
        if len(found) > most:
            rest = " ".join([found[most - 1], *words])
            return [*found[: most - 1], fitted(rest + " ", room, size, bold=bold)]
    return [line for line in found if line]


def fitted(text: str, room: float, size: float, *, bold: bool = False, end: str = "…") -> str:
    """As much of the beginning of a text as fits into a width, ending in `end` where it was cut; one letter at least.

    >>> fitted("abcdefgh", 30, 10)
    'abc…'
    """
    if width(text.rstrip(), size, bold=bold) <= room and text == text.rstrip():
        return text
    n = len(text)
    while n > 1 and width(text[:n].rstrip() + end, size, bold=bold) > room:
        n -= 1
    return text[:n].rstrip() + end
