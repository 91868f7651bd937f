"""Chart code that people and models write: run in the sandbox, over the rows of a data set."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING, Any

from observatory import model
from observatory.errors import ChartCodeFailed, ChartCodeRejected, ChartInvalidSpec, FieldNotFound, ObservatoryError
from observatory.quoting import vega_name
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


def misnamed(error: FieldNotFound, code: str, fields: Sequence[str]) -> ChartCodeFailed:
    r"""A field that does not exist as an error of the code: where it is named, and the code with the closest name.

    The code is only searched, for reading it as Python is done in the sandbox.

    >>> found = misnamed(FieldNotFound("Clas", ["class"]), "x = 1\ny = 'Clas:N'", ["class"])
    >>> found.line, found.fix
    (2, "x = 1\ny = 'class:N'")
    """
    counted = re.compile(rf"(['\"])count\(\s*{re.escape(error.name)}\s*\)(?::\w+)?\1")
    if counts := counted.search(code):
        right = counted.sub(r"\1count()\1", code)
        return ChartCodeFailed(_COUNTS, "Write count().", line=_line_at(code, counts.start()), fix=right)
    word = re.compile(rf"(?<!\w){_written(error.name)}(?!\w)")
    line = next((number for number, text in enumerate(code.splitlines(), 1) if word.search(text)), None)
    if line and (meant := _function(error.name, fields)):
        fixed = re.sub(rf"(?<!\w){re.escape(error.name)}", lambda _: meant, code)
        return ChartCodeFailed(error.message, f"Did you mean “{meant}”?", line=line, fix=fixed)
    close = get_close_matches(error.name, fields, n=1, cutoff=0.6)
    fix = word.sub(lambda _: _escaped(close[0]), code) if close and line else None
    return ChartCodeFailed(error.message, error.hint, line=line, fix=fix)


def _function(name: str, fields: Sequence[str]) -> str | None:
    """The shorthand that was meant by one of which Altair knows no function.

    >>> _function("Year(date)", ["date"]), _function("avg(age)", ["age"]), _function("age", ["age"])
    ('year(date)', 'average(age)', None)
    """
    parts = re.fullmatch(r"(\w+)\((.+)\)", name)
    if parts is None or parts[2] not in fields:
        return None
    wrong = parts[1].lower().replace("_", "")
    close = get_close_matches(_MEANT.get(wrong, wrong), _FUNCTIONS, n=1, cutoff=0.75)
    return f"{close[0]}({_escaped(parts[2])})" if close else None


_MEANT = {"avg": "average", "monthyear": "yearmonth", "std": "stdev", "nunique": "distinct", "hour": "hours"}
_FUNCTIONS = (
    *("mean", "average", "sum", "median", "min", "max", "count", "distinct", "stdev", "variance", "valid", "missing"),
    *("year", "quarter", "month", "week", "day", "date", "dayofyear", "hours", "minutes", "seconds"),
    *("yearmonth", "yearquarter", "yearmonthdate", "yearweek", "monthdate", "hoursminutes"),
)
_COUNTS = "count() takes no column: it counts rows."
_PLACES, _BEFORE = 100, 400
"""Places of a name that are looked at, and letters before each: enough for the code of a chart."""
_PATH = re.compile("“(.*?)” is read as a path", re.DOTALL)
_CHANNEL = re.compile(
    r"(\b(x|y)(2|Offset|Error|Error2)?|color|fill|stroke|opacity|size|shape|angle|theta2?|radius2?|row|column|facet|order"
    r"|detail|text|tooltip|href|url|key|description|latitude2?|longitude2?|field|shorthand|strokeWidth|strokeDash"
    r"|fillOpacity|strokeOpacity)\s*=\s*$"
    r"|\balt\.[A-Z]\w*\(\s*$|\bencode\(\s*$|\b(tooltip|detail|order)\s*=\s*\[[^=()]*$"
)
"""What stands in code before the name of a field: a channel, one of Altair's classes, or a list of a channel."""


def unescaped(error: ChartInvalidSpec, code: str) -> ChartCodeFailed:
    r"""A field whose name Vega-Lite reads as a path as an error of the code: its line, and code that means the field.

    >>> found = unescaped(ChartInvalidSpec("“a.b” is read as a path into the field “a”."), "x = alt.X('a.b:Q')")
    >>> found.line, found.fix
    (1, "x = alt.X('a\\\\.b:Q')")
    """
    named = _PATH.search(error.message)
    if named is None:
        return ChartCodeFailed(error.message, error.hint)
    name, new = named[1], _escaped(named[1])
    quoted = re.compile(rf"(?<=['\"])((?:\w+\()?){_written(name)}(?=\)?(?::\w+)?['\"])")
    places = [place for place in islice(quoted.finditer(code), _PLACES) if _is_channel(code, place.start() - 1)]
    fix = code
    for place in reversed(places):
        fix = fix[: place.start()] + place[1] + new + fix[place.end() :]
    line = _line_at(code, places[0].start()) if places else None
    message = f"“{name}” is read as a path, because of its dots or brackets."
    return ChartCodeFailed(message, f"Write it as {new[:80]} in the code.", line=line, fix=fix if places else None)


def _is_channel(code: str, at: int) -> bool:
    return _CHANNEL.search(code[max(0, at - _BEFORE) : at]) is not None


def summed_text(spec: Mapping[str, Any], profile: model.Profile, code: str) -> ChartCodeFailed | None:
    """The error for a mean or a sum of a text, of which a chart shows nothing, or None where there is no such."""
    from observatory.charts.drawing.used import made_by, nodes

    made = made_by(spec)
    if made.is_open:
        return None
    texts = {field.name for field in profile.fields if _is_text(field)} - {d.name for d in made.derived}
    for node in nodes(spec):
        operation, name = node.get("aggregate") or node.get("op"), vega_name(str(node.get("field", "")))
        if isinstance(operation, str) and operation in _OF_NUMBERS and name in texts:
            return _no_sum(operation, name, code)
    return None


def _no_sum(operation: str, name: str, code: str) -> ChartCodeFailed:
    field, summed = rf"{_written(name)}(?::\w+)?", rf"aggregate\s*=\s*(['\"]){operation}\2"
    forms = (
        (rf"(['\"]){operation}\(\s*{_written(name)}\s*\)(?::\w+)?\1", r"\1count()\1"),
        (rf"\bfield\s*=\s*(['\"]){field}\1\s*,\s*{summed}", r"aggregate=\2count\2"),
        (rf"(['\"]){field}\1\s*,\s*{summed}", r"\1count()\1"),
    )
    pattern, new = next((form for form in forms if re.search(form[0], code)), (rf"(['\"]){field}\1", r"\g<0>"))
    place, fix = re.search(pattern, code), re.sub(pattern, new, code)
    return ChartCodeFailed(
        f"“{name[:60]}” is text: it has no {_OF_NUMBERS[operation]}.",
        "Count rows with count(), or choose a column of numbers.",
        line=_line_at(code, place.start()) if place else None,
        fix=fix if fix != code else None,
    )


_OF_NUMBERS = {
    **{name: name for name in ("mean", "average", "sum", "median", "product", "variance")},
    **dict.fromkeys(("stdev", "stdevp"), "standard deviation"),
    **dict.fromkeys(("q1", "q3"), "quartiles"),
    **dict.fromkeys(("ci0", "ci1"), "confidence interval"),
    "variancep": "variance",
    "stderr": "standard error",
}
"""The aggregates that only numbers have, in words."""


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


def _written(name: str) -> str:
    """A pattern for a name as it may stand in a string of the code."""
    return re.escape(name) if name.isidentifier() else f"(?:{re.escape(name)}|{re.escape(repr(name)[1:-1])})"


def _escaped(name: str) -> str:
    """A field in a string of the code, where what Vega-Lite or Altair would read otherwise has a backslash."""
    return re.sub(r"([.\[\]:])", r"\\\\\1", name)


def _line_at(code: str, position: int) -> int:
    return code.count("\n", 0, position) + 1
