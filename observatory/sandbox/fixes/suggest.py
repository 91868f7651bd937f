"""The suggestion: the first cure that gives code that parses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from observatory.sandbox.fixes import charts, columns, names, removals, schema, syntax, tables
from observatory.sandbox.fixes.code import Code, parsed
from observatory.sandbox.fixes.failure import failure_of

_LONGEST = 50_000
_MOST = 24
_CURES = (
    removals.cures,
    tables.cures,
    charts.cures,
    schema.cures,
    columns.cures,
    names.cures,
    charts.given,
    schema.spelt,
    charts.outdated,
)


def suggest(code: str, error: BaseException, columns: Sequence[str]) -> str | None:
    """The whole code with the smallest change that is likely to mend it, or None where nothing is likely.

    `error` is what the code raised, or what refused it, and `columns` are those of the data set. It never raises.

    >>> suggest("alt.Chart(data).mark_bar().encode(x='Clas')", KeyError("Clas"), ["class"])
    "alt.Chart(data).mark_bar().encode(x='class')"
    """
    if len(code) > _LONGEST:
        return None
    try:
        tried = islice(_candidates(code, error, columns), _MOST)
        return next((text for text in tried if text.strip() and text != code and _parses(text)), None)
    except Exception:  # the code may have made the error and its parts: what they do must not replace the error itself
        return None


def _candidates(text: str, error: BaseException, columns: Sequence[str]) -> Iterator[str]:
    if not _parses(text):
        mended = syntax.mended(text) or ""
        yield from [mended] if re.search(r"\b(alt|[cC]hart|plot)\b", mended) else []
        return
    code = Code(text)
    failure = failure_of(error, code, columns)
    for cure in _CURES:
        yield from cure(code, failure)


def _parses(text: str) -> bool:
    try:
        parsed(text)
    except (SyntaxError, ValueError):
        return False
    return True
