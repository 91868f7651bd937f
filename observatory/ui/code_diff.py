"""What was changed from one code to another: line by line, and within a line."""

from __future__ import annotations

import difflib
import itertools
import re
from collections import Counter

_MOST_PAIRS = 4_000
_EDGE = re.compile(r"([ ,()])")
_MOST_WORDS = 40_000
_ALIKE = 0.5


def diff(old: str, new: str, around: int = 2) -> str:
    r"""What was taken out (-) and put in (+), with some lines around; "" for the same code.

    >>> print(diff("a = 1\nb = 2", "a = 1\nb = 3"))
     a = 1
    -b = 2
    +b = 3
    """
    before, after = old.splitlines(), new.splitlines()
    if _pairs(before, after) > _MOST_PAIRS:
        return _side_by_side(before, after)
    lines = difflib.unified_diff(before, after, n=around, lineterm="")
    return "\n".join("⋯" if line.startswith("@@") else line for line in [*lines][3:])


def _pairs(old: list[str], new: list[str]) -> int:
    """How many pairs of the same line there are, which is what a comparison takes its time for, many times over."""
    counts = Counter(new)
    return sum(counts[line] for line in old)


def _side_by_side(old: list[str], new: list[str]) -> str:
    """Line by line, for texts of many lines that are alike."""
    pairs = [(one, other) for one, other in itertools.zip_longest(old, new) if one != other]
    removed = [f"-{line}" for line, _ in pairs if line is not None]
    return "\n".join([*removed, *(f"+{line}" for _, line in pairs if line is not None)])


def replaced(old: str, new: str) -> tuple[str, str] | None:
    """What stood in the one line that was changed, and what stands there now; None for any other change.

    >>> replaced("chart.encode(x='a', y='count()')", "chart.encode(x='a', y='mean(b)')")
    ("y='count()'", "y='mean(b)'")
    """
    taken, put = _changed_lines(old, new)
    return _words(taken[0], put[0]) if len(taken) == len(put) == 1 and taken != put else None


def summary(old: str, new: str) -> str:
    r"""What was changed, in a few words of the code: of the first changed line what is new in it.

    >>> summary("a = 1\nb = f(1, 2)", "a = 1\nb = f(1, 3)\nc = 4"), summary("a\nb", "a")
    ('b = f(1, 3) and 1 more line', 'without b')
    """
    taken, put = _changed_lines(old, new)
    if taken == put:
        return "spaces and blank lines"
    if not put:
        return f"without {taken[0]}"
    words = _words(taken[0], put[0]) if taken else None
    first = put[0] if words is None else words[1] or f"without {words[0]}"
    more = len(put) - 1
    return first + (f" and {more} more line{'s' if more > 1 else ''}" if more else "")


def _changed_lines(old: str, new: str) -> tuple[list[str], list[str]]:
    """The lines that were taken out and those that were put in, without blank ones."""
    lines = diff(old, new, around=0).splitlines()
    taken, put = ([line[1:].strip() for line in lines if line.startswith(sign)] for sign in "-+")
    return [line for line in taken if line], [line for line in put if line]


def _words(old: str, new: str) -> tuple[str, str] | None:
    """The words that two lines have each for itself; None for lines that have little in common, or are too long."""
    before, after = (re.split(_EDGE, line) for line in (old, new))
    if len(before) * len(after) > _MOST_WORDS:
        return None
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return None
    gone, come = [""], [""]
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal" and any(len(word) > 1 for word in before[a:b]):
            gone, come = [*gone, ""], [*come, ""]
        else:
            gone[-1] += "".join(before[a:b])
            come[-1] += "".join(after[c:d])
    return _joined(gone), _joined(come)


def _joined(parts: list[str]) -> str:
    return " … ".join(bare for part in parts if (bare := _bare(part)))


def _bare(text: str) -> str:
    """Text without the commas and brackets around it that belong to what stands beside it."""
    bare = text.strip(" ,")
    while bare.endswith(")") and bare.count(")") > bare.count("("):
        bare = bare[:-1].rstrip(" ,")
    while bare.startswith("(") and bare.count("(") > bare.count(")"):
        bare = bare[1:].lstrip(" ,")
    return bare
