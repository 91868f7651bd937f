"""The suggestion: the first cure that gives code that parses."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from observatory.sandbox.allowed import ATTRIBUTES, MODULES, QUIET
from observatory.sandbox.fixes import (
    calls,
    charts,
    columns,
    dates,
    elsewhere,
    fields,
    names,
    removals,
    schema,
    syntax,
    tables,
    transforms,
)
from observatory.sandbox.fixes.code import Code, parsed
from observatory.sandbox.fixes.failure import Failure, failure_of

_LONGEST = 50_000
_MOST = 24
_CURES = (
    elsewhere.cures,
    calls.cures,
    removals.cures,
    dates.cures,
    tables.cures,
    charts.cures,
    transforms.cures,
    schema.cures,
    columns.cures,
    names.cures,
    charts.given,
    schema.spelt,
    charts.outdated,
)


def suggest(code: str, error: BaseException, columns: Sequence[str], numbers: Collection[str] = ()) -> str | None:
    """The whole code with the smallest change that is likely to mend it, or None where nothing is likely.

    `error` is what the code raised, or what refused it, and `columns` are those of the data set, of which
    `numbers` hold numbers. It never raises.

    >>> suggest("alt.Chart(data).mark_bar().encode(x='Clas')", KeyError("Clas"), ["class"])
    "alt.Chart(data).mark_bar().encode(x='class')"
    """
    if len(code) > _LONGEST:
        return None
    try:
        tried = islice(_candidates(code, error, columns, numbers), _MOST)
        return next((text for text in tried if text.strip() and text != code and _is_new(text, code, columns)), None)
    except Exception:  # the code may have made the error and its parts: what they do must not replace the error itself
        return None


def _candidates(text: str, error: BaseException, known: Sequence[str], numbers: Collection[str]) -> Iterator[str]:
    if not _parses(text):
        mended = syntax.mended(text) or ""
        yield from [mended] if re.search(r"\b(alt|[cC]hart|(gg)?plot|plt|sns|px|go)\b", mended) else []
        return
    code = Code(text)
    failure = failure_of(error, code, known, numbers)
    for cure in _CURES:
        for mended in cure(code, failure):
            yield from [_finished(mended, failure)] if mended != text and _parses(mended) else []
            yield mended


def _finished(text: str, failure: Failure) -> str:
    """The code with the arguments and columns, too, that the next run would stumble over."""
    text = names.spelt(Code(next(schema.spelt(Code(text), failure))))
    return columns.same_but_for_case(Code(text), failure, fields.made(Code(text)))


def _is_new(text: str, before: str, names: Sequence[str]) -> bool:
    """Whether the code is whole, and asks for nothing that the guard refuses and it did not ask for before."""
    if not _compiles(text):
        return False
    allowed = ATTRIBUTES.union(QUIET, names, *MODULES.values())
    return not {name for name in _attributes(text) if name not in allowed} - _attributes(before)


def _attributes(text: str) -> set[str]:
    try:
        return {node.attr for node in ast.walk(parsed(text)) if isinstance(node, ast.Attribute)}
    except (SyntaxError, ValueError):
        return set()


def _compiles(text: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(text, "<fix>", "exec")
        except (SyntaxError, ValueError):
            return False
    return True


def _parses(text: str) -> bool:
    try:
        parsed(text)
    except (SyntaxError, ValueError):
        return False
    return True
