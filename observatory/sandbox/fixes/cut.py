"""The cure for code that was cut off: what was begun and not finished is left out, and all brackets are closed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_CLOSES = {"(": ")", "[": "]", "{": "}"}
_MOST = 60


def uncut(text: str, parses: Callable[[str], bool]) -> str | None:
    """The longest beginning of the text that is whole once its brackets are closed, or None.

    >>> print(uncut("chart = f(x='a', y=g('b', title='Se", lambda text: text.endswith(")")))
    chart = f(x='a', y=g('b'))
    """
    tried = 0
    for end in _ends(text):
        part = re.sub(r"(,|\b\w+\s*=|\.\w*|\.)\s*$", "", text[:end].rstrip()).rstrip()
        part = re.sub(r"(,|\b\w+\s*=)\s*$", "", part).rstrip()
        open_, in_string = _state(part)
        if in_string or not part:
            continue
        whole = part + "".join(_CLOSES[sign] for sign in reversed(open_))
        tried += 1
        if parses(whole):
            return whole
        if tried >= _MOST:
            return None
    return None


def _ends(text: str) -> Iterator[int]:
    """Where the text may be cut, the latest first: its end, and before and after commas, brackets and quotes."""
    yield len(text)
    for at in range(len(text) - 1, -1, -1):
        if text[at] in ",()[]{}'\"\n":
            yield at + 1
            yield at


def _state(text: str) -> tuple[list[str], bool]:
    """The brackets that are open at the end, and whether a string is."""
    stack: list[str] = []
    quote = ""
    at = 0
    while at < len(text):
        sign = text[at]
        if quote:
            if sign == "\\":
                at += 1
            elif text.startswith(quote, at) or (sign == "\n" and len(quote) == 1):
                at += len(quote) - 1
                quote = ""
        elif sign in "'\"":
            quote = sign * 3 if text.startswith(sign * 3, at) else sign
            at += len(quote) - 1
        elif sign == "#":
            at = text.find("\n", at) % (len(text) + 1)
        elif sign in _CLOSES:
            stack.append(sign)
        elif sign in _CLOSES.values() and stack:
            stack.pop()
        at += 1
    return stack, bool(quote)
