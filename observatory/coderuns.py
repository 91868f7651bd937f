"""Chart code that people and models write: run in the sandbox, over the rows of a data set."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from observatory import model
from observatory.errors import ChartCodeFailed, FieldNotFound, ObservatoryError
from observatory.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from observatory.sandbox.box import Drawn, Sandbox
    from observatory.store import Store

MOST_CELLS = 10_000_000
"""Cells that code is given at most; a wider table gives it fewer rows."""


class CodeRuns:
    """Code in, a chart out that can be checked, drawn, linked and pinned like any other."""

    _store: Store
    _sandbox: Sandbox
    _profile: Callable[[str], model.Profile]
    settings: Settings
    dataset: Callable[[Any], model.Dataset]

    def run_code(self, code: str, dataset: Any) -> model.ChartSpec:
        """The chart that Python code makes of a data set: `plot(data)` returns it, or the variable `chart` holds it.

        Rows that are just those of the data set are left out of it, and what the code computed stands in it. Raises
        ChartCodeRejected, SandboxUnavailable, and ChartCodeFailed, also for a chart of fields that do not exist.

        >>> import observatory
        >>> code = "chart = alt.Chart(data).mark_bar().encode(x='class', y='count()')"
        >>> with observatory.open() as obs:
        ...     obs.run_code(code, "cars").to_dict()["mark"] if obs.sandbox().ready else {"type": "bar"}
        {'type': 'bar'}
        """
        return model.ChartSpec(self._drawn(code, self.dataset(dataset)).spec)

    def try_code(self, code: str, dataset: Any) -> model.CodeRun:
        """What came of the code, a chart or an error, with what must be said of it; raises nothing for bad code."""
        chosen = self.dataset(dataset)
        began = time.monotonic()
        try:
            drawn = self._drawn(code, chosen)
        except ObservatoryError as error:
            told = error.to_dict()
            printed = str(told.pop("printed", ""))
            return model.CodeRun(code, False, error=told, seconds=time.monotonic() - began, printed=printed)
        notes = (*drawn.notes, *self._sampled(chosen))
        seconds = time.monotonic() - began
        return model.CodeRun(code, True, drawn.spec, notes=notes, seconds=seconds, printed=drawn.printed)

    def sandbox(self) -> model.SandboxStatus:
        """Whether chart code may run on this machine, and by which layers it is held."""
        return self._sandbox.status()

    def rows_for_code(self, dataset: Any) -> pd.DataFrame:
        """The rows that code is given as `data`: all of them, or a fixed random sample of a large table."""
        chosen = self.dataset(dataset)
        return self._store.table(chosen.id).sample(self._most_rows(chosen)).reset_index(drop=True)

    def _drawn(self, code: str, dataset: model.Dataset) -> Drawn:
        from observatory.charts.drawing.used import demand_fields

        drawn = self._sandbox.run(code, dataset.id, lambda: self.rows_for_code(dataset))
        try:
            demand_fields(drawn.spec, self._profile(dataset.id))
        except FieldNotFound as error:
            raise misnamed(error, code, dataset.fields) from error
        return drawn

    def _most_rows(self, dataset: model.Dataset) -> int:
        return min(self.settings.code_rows, MOST_CELLS // max(1, dataset.n_columns))

    def _sampled(self, dataset: model.Dataset) -> tuple[str, ...]:
        most = self._most_rows(dataset)
        if most >= dataset.n_rows:
            return ()
        return (f"The code saw a fixed random sample of {most:,} of {dataset.n_rows:,} rows.",)


def misnamed(error: FieldNotFound, code: str, fields: Sequence[str]) -> ChartCodeFailed:
    r"""A field that does not exist as an error of the code: where it is named, and the code with the closest name.

    The code is only searched, for reading it as Python is done in the sandbox.

    >>> found = misnamed(FieldNotFound("Clas", ["class"]), "x = 1\ny = 'Clas:N'", ["class"])
    >>> found.line, found.fix
    (2, "x = 1\ny = 'class:N'")
    """
    word = re.compile(rf"(?<!\w){re.escape(error.name)}(?!\w)")
    close = get_close_matches(error.name, fields, n=1, cutoff=0.6)
    line = next((number for number, text in enumerate(code.splitlines(), 1) if word.search(text)), None)
    fix = word.sub(lambda _: close[0], code) if close and line else None
    return ChartCodeFailed(error.message, error.hint, line=line, fix=fix)
