"""Formats of numbers and times as d3 knows them, short enough and without what could end a text in an expression."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"""(?:[^"'\\\x00-\x1f{}]?[<>=^])?[-+( ]?[$#]?0?\d{0,2},?(?:\.\d{1,2})?~?[bcdeEfFgGnoprsSxX%]?""")
_TIME = re.compile(r"""[^"\\`\x00-\x1f<>{}]{1,120}""")
_DIRECTIVE = re.compile(r"%[-_0]?[a-zA-Z%]")


def is_number_format(text: str) -> bool:
    """Whether d3 reads a text as a format of numbers.

    >>> is_number_format(",.1f"), is_number_format("999999999d"), is_number_format("$,.2~s")
    (True, False, True)
    """
    return len(text) <= 16 and _NUMBER.fullmatch(text) is not None


def is_time_format(text: str) -> bool:
    r"""Whether d3 reads a text as a format of times.

    >>> is_time_format("%b %d, %Y"), is_time_format('%Y"'), is_time_format("abc")
    (True, False, False)
    """
    return _TIME.fullmatch(text) is not None and _DIRECTIVE.search(text) is not None
