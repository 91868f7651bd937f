"""A suggested change in words, so that the hint and the change say the same."""

from __future__ import annotations

import re
from itertools import takewhile

_LONGEST = 60


def changed_line(code: str, fix: str) -> int | None:
    """The first line, counted from 1, that a change touches.

    >>> changed_line("a = 1\\nb = 2", "a = 1\\nb = 3")
    2
    """
    if code == fix:
        return None
    before, after = code.splitlines(), fix.splitlines()
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
    return min(same + 1, max(1, len(before)))


def told(code: str, fix: str) -> str:
    """What a change does, in a sentence; "" for one that is too long to be said.

    >>> told("alt.Chart(data).mark_scatter()", "alt.Chart(data).mark_point()")
    'Did you mean “mark_point”?'
    >>> told("d = s.size()", "d = s.size().reset_index()"), told("f(1, 2)", "f(1)")
    ('Add “.reset_index()”.', 'Leave “, 2” out.')
    """
    old, new = (text.strip() for text in _words(code, fix))
    if "\n" in old or "\n" in new or max(len(old), len(new)) > _LONGEST:
        return ""
    if old == new:
        return "Put the lines together." if fix.count("\n") < code.count("\n") else ""
    if not old or not new:
        return f"Add “{new}”." if new else f"Leave “{old}” out."
    if re.fullmatch(r"[\w.]+", new) and re.fullmatch(r"[\w.]+", old):
        return f"Did you mean “{new}”?"
    return f"Write “{new}”, not “{old}”."


def _words(code: str, fix: str) -> tuple[str, str]:
    """What stands in one text and in the other where they differ, as whole words."""
    start = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(code, fix, strict=False)))
    left = min(len(code), len(fix)) - start
    ends = zip(reversed(code), reversed(fix), strict=False)
    end = min(left, sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], ends)))
    parts = (code[start : len(code) - end], fix[start : len(fix) - end])
    if any(re.match(r"[\w(]", part) for part in parts):
        start -= len(re.findall(r"\w*$", code[:start])[0])
    if any(re.search(r"[\w.]$", part) for part in parts):
        end -= len(re.findall(r"^\w*", code[len(code) - end :])[0])
    return code[start : len(code) - end], fix[start : len(fix) - end]
