"""The chart that code ends with, and its Vega-Lite spec."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any

import altair as alt

from observatory.errors import ChartCodeFailed, ChartCodeRejected

LAST, LAST_SET = "last expression", "last set"
"""Names that no code can write, for the value of an expression at its end, and for what its last line sets."""
_VIEWS = ("mark", "layer", "hconcat", "vconcat", "concat", "spec")
_HINT = "Define plot(data) that returns a chart, or leave one in the variable chart."


def chart_of(held: Mapping[str, Any], data: Any) -> Any:
    """The chart among what the code left: the last expression, `chart`, what the last line sets, or of `plot(data)`.

    Without any of these it is the chart that was set last, or that the only function returns.

    >>> chart_of({"chart": alt.Chart().mark_bar()}, None).mark
    'bar'
    """
    for name in (LAST, "chart", LAST_SET):
        if is_chart(held.get(name)):
            return held[name]
    if isinstance(plot := held.get("plot"), types.FunctionType):
        return _called(plot, held, data)
    own = [value for value in held.values() if is_chart(value)]
    if own:
        return own[-1]
    functions = [value for value in held.values() if isinstance(value, types.FunctionType) and _is_own(value)]
    if len(functions) == 1:
        return _called(functions[0], held, data)
    if "chart" in held:
        raise ChartCodeFailed(f"The variable chart holds {_kind(held['chart'])}, not a chart.", _HINT)
    raise ChartCodeFailed("The code gives no chart.", _HINT)


def _called(plot: types.FunctionType, held: Mapping[str, Any], data: Any) -> Any:
    """What a function of the code returns; one that returns nothing may have left the chart in `chart`."""
    takes_rows = plot.__code__.co_argcount > 0 or plot.__code__.co_flags & 0x04
    returned = plot(held.get("data", data)) if takes_rows else plot()
    if is_chart(returned):
        return returned
    if returned is None and is_chart(held.get("chart")):
        return held["chart"]
    name = plot.__name__[:60]
    line = plot.__code__.co_firstlineno
    if returned is None:
        raise ChartCodeFailed(f"{name}(data) returns nothing.", "End it with “return chart”.", line=line)
    raise ChartCodeFailed(f"{name}(data) returns {_kind(returned)}, not a chart.", "Return the chart.", line=line)


def _is_own(function: types.FunctionType) -> bool:
    return function.__code__.co_filename == "chart.py" and function.__name__ != "<lambda>"


def is_chart(value: Any) -> bool:
    """Whether a value is a chart of Altair, or the spec of one.

    >>> is_chart({"mark": "bar"}), is_chart("bar")
    (True, False)
    """
    return isinstance(value, alt.TopLevelMixin) or (type(value) is dict and any(key in value for key in _VIEWS))


def _kind(value: Any) -> str:
    name = type(value).__name__[:60]
    return f"an {name}" if name[:1] in "AEIOUaeiou" else f"a {name}"


def spec_of(chart: Any) -> dict[str, Any]:
    """The Vega-Lite spec of a chart; raises what Altair finds wrong, ChartCodeRejected where rows have an address."""
    spec = dict(chart) if isinstance(chart, dict) else chart.to_dict()
    _accept_rows(spec)
    return spec


def _accept_rows(value: Any) -> None:
    if isinstance(value, dict):
        if isinstance(held := value.get("data"), dict) and "url" in held:
            raise ChartCodeRejected(
                "The chart takes its rows from an address.", "Use `data`: it holds the rows of the file."
            )
        for key, item in value.items():
            if key != "datasets":
                _accept_rows(item)
    elif isinstance(value, list):
        for item in value:
            _accept_rows(item)
