"""Chart code that people and models write: run in the sandbox, over the rows of a data set."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from observatory import model
from observatory.errors import ChartCodeFailed, ChartCodeRejected, ChartInvalidSpec, FieldNotFound, ObservatoryError
from observatory.quoting import vega_name
from observatory.sandbox.misread import OF_NUMBERS, misnamed, no_sum, unescaped
from observatory.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from observatory.llm import RecordingLLM
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
    _llm: Callable[[bool], RecordingLLM | None]
    _recommender: Callable[[str], Callable[[model.Wish, int], list[model.RankedChart]]]

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
            code = str(code).encode("utf-8", "replace").decode()
            return model.CodeRun(code, False, error=told, seconds=time.monotonic() - began, printed=printed)
        notes = (*drawn.notes, *self._sampled(chosen))
        seconds = time.monotonic() - began
        return model.CodeRun(code, True, drawn.spec, notes=notes, seconds=seconds, printed=drawn.printed)

    def repair_code(self, code: str, dataset: Any, *, llm: bool = True) -> list[model.Attempt]:
        """The attempts at a chart from code that may be broken: the last one is shown, and each says what it changed.

        The sandbox's suggestions are followed, then a model is asked if there is one, and at the end the chart rules
        make the chart of what the code names. Raises nothing for bad code.

        >>> import observatory
        >>> code = "chart = alt.Chart(df).mark_scatter().encode(x='cty', y='hwy')"
        >>> with observatory.open() as obs:
        ...     attempts = obs.repair_code(code, "cars", llm=False)
        ...     attempts[-1].code if obs.sandbox().ready else code.replace("df", "data").replace("scatter", "point")
        "chart = alt.Chart(data).mark_point().encode(x='cty', y='hwy')"
        """
        from observatory.insight.coding.repair import repair

        chosen, client = self.dataset(dataset), self._llm(llm)
        profile, recommend = self._profile(chosen.id), self._recommender(chosen.id)
        return repair(code, profile, lambda text: self.try_code(text, chosen), recommend, client)

    def sandbox(self) -> model.SandboxStatus:
        """Whether chart code may run on this machine, and by which layers it is held."""
        return self._sandbox.status()

    def rows_for_code(self, dataset: Any) -> pd.DataFrame:
        """The rows that code is given as `data`: all of them, or a fixed random sample of a large table."""
        chosen = self.dataset(dataset)
        return self._store.table(chosen.id).sample(self._most_rows(chosen)).reset_index(drop=True)

    def _drawn(self, code: str, dataset: model.Dataset) -> Drawn:
        from observatory.charts.drawing.used import demand_fields

        if not isinstance(code, str):
            raise ChartCodeRejected("Chart code is a text.", "Give the Python code as a str.")
        drawn = self._sandbox.run(code, dataset.id, lambda: self.rows_for_code(dataset))
        profile = self._profile(dataset.id)
        try:
            demand_fields(drawn.spec, profile)
        except FieldNotFound as error:
            raise _printing(misnamed(error, code, dataset.fields), drawn) from error
        except ChartInvalidSpec as error:
            raise _printing(unescaped(error, code), drawn) from error
        if (failed := summed_text(drawn.spec, profile, code)) is not None:
            raise _printing(failed, drawn)
        return drawn

    def _most_rows(self, dataset: model.Dataset) -> int:
        return min(self.settings.code_rows, MOST_CELLS // max(1, dataset.n_columns))

    def _sampled(self, dataset: model.Dataset) -> tuple[str, ...]:
        most = self._most_rows(dataset)
        if most >= dataset.n_rows:
            return ()
        return (f"The code saw a fixed random sample of {most:,} of {dataset.n_rows:,} rows.",)


def _printing(error: ChartCodeFailed, drawn: Drawn) -> ChartCodeFailed:
    error.printed = drawn.printed
    return error


def summed_text(spec: Mapping[str, Any], profile: model.Profile, code: str) -> ChartCodeFailed | None:
    """The error for a mean or a sum of a text, of which a chart shows nothing, or None where there is no such."""
    from observatory.charts.drawing.used import made_by, nodes

    made = made_by(spec)
    if made.is_open:
        return None
    texts = {field.name for field in profile.fields if _is_text(field)} - {d.name for d in made.derived}
    for node in nodes(spec):
        operation, name = node.get("aggregate") or node.get("op"), vega_name(str(node.get("field", "")))
        if isinstance(operation, str) and operation in OF_NUMBERS and name in texts:
            return no_sum(operation, name, code)
    return None


def _is_text(field: model.FieldProfile) -> bool:
    """Whether a field holds words, and nothing that Vega-Lite could take for a number."""
    values = [field.min, field.max, *(top.value for top in field.top)]
    words = [value for value in values if isinstance(value, str)]
    return field.type == "nominal" and field.storage == "VARCHAR" and bool(words) and not any(map(_is_number, words))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return not text.strip()
    return True
