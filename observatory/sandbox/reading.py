"""Chart code as a tree of Python, or a plain sentence on why it is none."""

from __future__ import annotations

import ast
import warnings

from observatory.errors import ChartCodeFailed, ChartCodeRejected

FILENAME = "chart.py"
_LONGEST = 40_000


def read(code: str) -> ast.Module:
    """The tree of the code. Raises ChartCodeFailed for what is not Python, ChartCodeRejected for what is too long.

    >>> read("chart = (")
    Traceback (most recent call last):
    observatory.errors.ChartCodeFailed: The code is not valid Python: '(' was never closed.
    """
    if len(code) > _LONGEST:
        raise ChartCodeRejected(f"The code is longer than {_LONGEST:,} characters.", "Keep what draws the chart.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(code.removeprefix("\ufeff"), FILENAME)
    except SyntaxError as exc:
        said = str(exc.msg).rstrip(".")[:200]
        raise ChartCodeFailed(
            f"The code is not valid Python: {said}.", "Mend the line.", line=max(exc.lineno or 1, 1)
        ) from None
    except (ValueError, RecursionError, MemoryError, OverflowError):
        raise ChartCodeRejected("The code cannot be read as Python.", "Write it more plainly.") from None
