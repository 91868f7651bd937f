"""What is known of why chart code failed."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from observatory.sandbox.fixes.at_hand import AtHand, at_hand
from observatory.sandbox.fixes.code import Code
from observatory.sandbox.fixes.words import useful
from observatory.sandbox.reading import FILENAME
from observatory.sandbox.sealing import frame_of

_LONGEST = 20_000
_QUOTED = re.compile(r"[`“\"']([^`“”\"'\n]{1,200})[`”\"']")


@dataclass(frozen=True)
class Failure:
    """An error of chart code: the name of its type, its text, the line, the names it speaks of, the columns there are.

    `numbers` are the columns that hold numbers.
    `owner` is the type of the object that lacks an attribute, `offered` are the attributes it has, and `hand` is the
    table that the line used.
    """

    kind: str
    message: str
    line: int | None
    name: str
    columns: tuple[str, ...]
    owner: str = ""
    offered: tuple[str, ...] = ()
    key: object = None
    hand: AtHand = field(default_factory=AtHand)
    numbers: frozenset[str] = frozenset()

    @property
    def is_none(self) -> bool:
        """Whether an attribute of None was asked for."""
        return self.says(r"^'NoneType' object") is not None

    @property
    def quoted(self) -> list[str]:
        """The words in quotes of the message.

        >>> Failure("KeyError", "Label(s) ['ctyy'] do not exist", None, "", ()).quoted
        ['ctyy']
        """
        return _QUOTED.findall(self.message)

    def says(self, pattern: str) -> re.Match[str] | None:
        """Where the message holds a regular expression."""
        return re.search(pattern, self.message)


def failure_of(error: BaseException, code: Code, columns: Sequence[str], numbers: Collection[str] = ()) -> Failure:
    """What an exception tells: of the code, of a library, of the guard, or one of the observatory's own.

    >>> failure_of(KeyError("cls"), Code("data['cls']"), ["class"]).key
    'cls'
    """
    cause = error.__cause__
    if type(error).__name__ in ("ChartCodeFailed", "ChartCodeRejected") and isinstance(cause, Exception):
        return failure_of(cause, code, columns, numbers)
    holder = getattr(error, "obj", None) if isinstance(error, AttributeError) else None
    owner = holder.__name__ if isinstance(holder, type) else type(holder).__name__ if holder is not None else ""
    line = getattr(error, "line", None) or getattr(error, "lineno", None) or _line(error, len(code.lines))
    name = getattr(error, "name", None)
    said = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    return Failure(
        kind=type(error).__name__,
        message=said[:_LONGEST],
        line=line if isinstance(line, int) else None,
        name=name if isinstance(name, str) else "",
        columns=tuple(str(column) for column in columns[:5000]),
        owner=owner,
        offered=() if holder is None else useful(holder),
        key=error.args[0] if isinstance(error, KeyError) and error.args else None,
        hand=at_hand(error),
        numbers=frozenset(numbers),
    )


def _line(error: BaseException, n_lines: int) -> int | None:
    """The last line of the chart code that the traceback passes; elsewhere than in the sandbox its name is in `<…>`."""
    passed: list[tuple[str, int]] = []
    trace = error.__traceback__
    while trace is not None:
        name = frame_of(trace).f_code.co_filename
        own = name == FILENAME or (name.startswith("<") and not name.startswith("<frozen"))
        if own and trace.tb_lineno <= n_lines:
            passed.append((name, trace.tb_lineno))
        trace = trace.tb_next
    lines = [line for name, line in passed if name == passed[0][0]]
    return lines[-1] if lines else None
