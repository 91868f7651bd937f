"""A chart that code gave and that cannot be drawn over the data: an error of the code like any other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from observatory.errors import FieldNotFound, ObservatoryError
from observatory.model import CodeRun, Dataset
from observatory.ui.session import observatory


def checked(run: CodeRun, dataset: Dataset) -> CodeRun:
    """The run, as a failed one where its chart cannot be drawn: for a field that does not exist, with line and fix."""
    if not run.ok or run.spec is None:
        return run
    try:
        observatory().draw(run.spec, dataset)
    except ObservatoryError as error:
        return replace(run, ok=False, error=told(error, run.code, dataset.fields))
    return run


def told(error: ObservatoryError, code: str, fields: Sequence[str]) -> dict[str, Any]:
    r"""An error of drawing as one of the code: where it names the field, and with the name that it may stand for.

    The code is only searched, for reading it as Python is done in the sandbox.

    >>> found = told(FieldNotFound("Clas", ["class"]), "x = 1\ny = 'Clas:N'", ["class"])
    >>> found["line"], found["fix"]
    (2, "x = 1\ny = 'class:N'")
    """
    line = fix = None
    if isinstance(error, FieldNotFound):
        word = re.compile(rf"(?<!\w){re.escape(error.name)}(?!\w)")
        close = get_close_matches(error.name, fields, n=1, cutoff=0.6)
        line = next((number for number, text in enumerate(code.splitlines(), 1) if word.search(text)), None)
        fix = word.sub(lambda _: close[0], code) if close and line else None
    return {**error.to_dict(), "line": line, "fix": fix}
