"""What a word that Vega-Lite or the table has not may stand for: the nearest first."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

_ALIASES: Mapping[str, Mapping[str, str]] = {
    "mark": {
        **dict.fromkeys(("scatter", "scatterplot", "dot", "dots", "bubble", "marker", "points", "strip"), "point"),
        **dict.fromkeys(("pie", "donut", "doughnut", "sector"), "arc"),
        **dict.fromkeys(("column", "columns", "barh", "histogram", "hist", "bars", "none"), "bar"),
        **dict.fromkeys(("heatmap", "tile", "matrix", "square"), "rect"),
        **dict.fromkeys(("box", "violin", "boxes", "whisker"), "boxplot"),
    },
    "channel": {
        **dict.fromkeys(("colour", "hue", "col", "group", "series", "c"), "color"),
        **dict.fromkeys(("symbol", "style", "marker"), "shape"),
        **dict.fromkeys(("facet_col", "facetcolumn"), "column"),
        **dict.fromkeys(("label", "annotation"), "text"),
        **dict.fromkeys(("horizontal", "category", "xaxis"), "x"),
        **dict.fromkeys(("vertical", "value", "height", "yaxis"), "y"),
        "angle": "theta",
    },
    "aggregate": {
        **dict.fromkeys(("avg", "mittel"), "mean"),
        **dict.fromkeys(("std", "sd", "stddev"), "stdev"),
        **dict.fromkeys(("total", "add"), "sum"),
        **dict.fromkeys(("nunique", "unique", "countdistinct"), "distinct"),
        **dict.fromkeys(("n", "cnt", "size", "frequency", "freq"), "count"),
        **dict.fromkeys(("percentile", "quantile", "med", "p50"), "median"),
        "var": "variance",
    },
    "time_unit": {
        **dict.fromkeys(("monthly", "year-month", "yearandmonth"), "yearmonth"),
        **dict.fromkeys(("yearly", "annual", "annually", "years"), "year"),
        **dict.fromkeys(("daily", "dates"), "yearmonthdate"),
        **dict.fromkeys(("monthname", "months"), "month"),
        **dict.fromkeys(("dayofweek", "dow", "weekdays"), "day"),
        "weekly": "yearweek",
        "quarterly": "yearquarter",
        "hourly": "hours",
    },
    "type": {
        **dict.fromkeys(("numeric", "numerical", "number", "continuous", "float", "int", "integer"), "quantitative"),
        **dict.fromkeys(("category", "categorical", "string", "text", "discrete", "str", "bool", "boolean"), "nominal"),
        **dict.fromkeys(("date", "datetime", "time", "timestamp"), "temporal"),
        **dict.fromkeys(("ordered", "order", "rank"), "ordinal"),
    },
    "scale": {**dict.fromkeys(("logarithmic", "log10", "ln", "log2"), "log"), "root": "sqrt", "power": "pow"},
    "stack": {
        **dict.fromkeys(("percent", "percentage", "relative", "fill", "expand", "normalise", "100%"), "normalize"),
        **dict.fromkeys(("centre", "stream", "middle"), "center"),
        **dict.fromkeys(("stacked", "yes", "on", "true"), "zero"),
    },
}


def nearest_word(kind: str, word: str, words: Iterable[str]) -> str | None:
    """The word of a vocabulary that another one most likely stands for, or None.

    >>> nearest_word("mark", "scatter", ("point", "bar")), nearest_word("aggregate", "medan", ("mean", "median"))
    ('point', 'median')
    """
    plain = word.strip(" \"'").casefold()[:60]
    known = {w.casefold(): w for w in words}
    if plain in known:
        return known[plain]
    alias = _ALIASES.get(kind, {}).get(plain)
    if alias is not None and alias in known.values():
        return alias
    close = difflib.get_close_matches(plain, known, 1, 0.6)
    return known[close[0]] if close else None


def nearest_names(name: str, names: Iterable[str], n: int = 3) -> tuple[str, ...]:
    """The names of fields that are most like one that is not there, the likeliest first.

    >>> nearest_names("bill_length", ["species", "bill_length_mm", "bill_depth_mm"])
    ('bill_length_mm', 'bill_depth_mm')
    """
    plain = _plain(name)
    listed = list(names)
    known: dict[str, str] = {}
    for other in listed:
        known.setdefault(_plain(other), other)
    close = difflib.get_close_matches(plain, list(known), n, 0.5) if len(listed) <= 5_000 else []
    sharing = [k for k in known if len(plain) > 2 and len(k) > 2 and (plain in k or k in plain or k[:4] == plain[:4])]
    found = dict.fromkeys([*([plain] if plain in known else []), *close, *sorted(sharing, key=len)])
    return tuple(known[k] for k in list(found)[:n])


def _plain(name: str) -> str:
    return "".join(c for c in name[:100].casefold() if c.isalnum()) or name[:100]
