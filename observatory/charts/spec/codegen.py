"""A Vega-Lite chart as the Altair code that makes it; every name out of the data is a Python string literal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from observatory.charts.spec.reading import parse


def altair_code(spec: Mapping[str, Any]) -> str:
    """Altair code whose `chart.to_dict()` is the spec again; `data` is the table as a DataFrame.

    >>> print(altair_code({"mark": "bar", "encoding": {"x": {"field": "it's", "type": "nominal"}}}))
    import altair as alt
    <BLANKLINE>
    chart = (
        alt.Chart(data)
        .mark_bar()
        .encode(
            x=alt.X(field="it's", type='nominal'),
        )
    )
    <BLANKLINE>
    """
    parse(spec)
    mark = spec["mark"]
    name, options = (mark["type"], _arguments(mark, but="type")) if isinstance(mark, Mapping) else (mark, "")
    title = spec.get("title")
    chart = f"alt.Chart(data, title={title!r})" if title is not None else "alt.Chart(data)"
    lines = ["import altair as alt", "", "chart = (", f"    {chart}"]
    lines += [f"    .{_transform(step)}" for step in spec.get("transform", [])]
    lines += [f"    .mark_{name}({options})", "    .encode("]
    lines += [
        f"        {channel}=alt.{channel[0].upper()}{channel[1:]}({_arguments(d)}),"
        for channel, d in spec["encoding"].items()
    ]
    return "\n".join([*lines, "    )", ")", ""])


def _arguments(values: Mapping[str, Any], but: str = "") -> str:
    """Keyword arguments; keys that are no Python names are passed as a dictionary."""
    named = [f"{key}={value!r}" for key, value in values.items() if key != but and str(key).isidentifier()]
    others = {key: value for key, value in values.items() if not str(key).isidentifier()}
    return ", ".join(named + ([f"**{others!r}"] if others else []))


def _transform(step: Mapping[str, Any]) -> str:
    if "filter" in step:
        return f"transform_filter({step['filter']!r})"
    if "window" in step:
        sort = ", ".join(f"alt.SortField(**{item!r})" for item in step["sort"])
        window = ", ".join(f"alt.WindowFieldDef(**{item!r})" for item in step["window"])
        return f"transform_window(window=[{window}], sort=[{sort}])"
    joined = ", ".join(f"alt.JoinAggregateFieldDef(**{item!r})" for item in step["joinaggregate"])
    return f"transform_joinaggregate(joinaggregate=[{joined}], groupby={step['groupby']!r})"
