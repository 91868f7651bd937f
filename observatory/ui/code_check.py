"""A chart that code gave and that cannot be drawn over the data: an error of the code like any other."""

from __future__ import annotations

from dataclasses import replace

from observatory.errors import ObservatoryError
from observatory.model import CodeRun, Dataset
from observatory.ui.session import observatory


def checked(run: CodeRun, dataset: Dataset) -> CodeRun:
    """The run, as a failed one where its chart cannot be drawn."""
    if not run.ok or run.spec is None:
        return run
    try:
        observatory().draw(run.spec, dataset)
    except ObservatoryError as error:
        return replace(run, ok=False, error={**error.to_dict(), "line": None, "fix": None})
    return run
