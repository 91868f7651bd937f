"""Chart code that is run, and mended by following the suggestions that come with its errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from observatory.model import Attempt, CodeRun

TryCode = Callable[[str], CodeRun]
MOST_FIXES = 8
"""Suggestions that are followed in a row."""
Step = Literal["specify", "generate", "fix", "repair", "fallback"]
Author = Literal["llm", "rules", "person"]


def mend(
    code: str, try_code: TryCode, step: Step = "generate", source: Author = "llm", changed: str = ""
) -> list[Attempt]:
    """The code as it was run, then with each suggestion followed, until it gives a chart or nothing is suggested.

    At most MOST_FIXES suggestions are followed, and none that gives code that was run before. The last attempt is `ok`
    where there is a chart. Raises nothing for bad code.

    >>> def try_code(code: str) -> CodeRun:
    ...     fixed = code.replace("mark_scatter", "mark_point")
    ...     if fixed == code:
    ...         return CodeRun(code, True, {"mark": "point"})
    ...     return CodeRun(code, False, error={"message": "No mark_scatter.", "hint": "Use mark_point.", "fix": fixed})
    >>> [(a.step, a.ok, a.changed) for a in mend("alt.Chart(data).mark_scatter()", try_code)]
    [('generate', False, ''), ('fix', True, 'Use mark_point.')]
    """
    attempts: list[Attempt] = []
    seen: set[str] = set()
    for _ in range(MOST_FIXES + 1):
        seen.add(code)
        run = try_code(code)
        error = run.error or {}
        message = None if run.ok else str(error.get("message", "It gave no chart."))
        attempts.append(Attempt(step, source, run.ok, code, run.spec, message, changed))
        fix = error.get("fix")
        if run.ok or not isinstance(fix, str) or not fix.strip() or fix in seen:
            break
        code, changed, step, source = fix, str(error.get("hint", "")), "fix", "rules"
    return attempts
