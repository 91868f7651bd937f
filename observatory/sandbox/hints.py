"""What to do instead of what chart code may not do."""

from __future__ import annotations

from typing import Final

from observatory.sandbox.allowed import MODULES

_SHOWN = "Leave the line out: the chart in `chart`, or that `plot(data)` returns, is shown by itself."
_FILE = "The rows of the file are in `data` already."
OUTSIDE = "Chart code reaches no files and no network."
_ALTAIR = "Draw it with Altair, for example alt.Chart(data).mark_bar()."

_ATTRIBUTES: Final = {
    **dict.fromkeys(("save", "to_html", "to_json", "show", "display", "serve", "open_editor", "to_url"), _SHOWN),
    **dict.fromkeys(("plot", "hist", "boxplot", "plotting", "style"), _ALTAIR),
    **dict.fromkeys(("topo_feature", "datasets", "UrlData", "load_dataset"), _FILE),
    "transformed_data": "Compute it with pandas before the chart.",
}
_IMPORTS: Final = {
    **dict.fromkeys(("matplotlib", "seaborn", "plotly", "bokeh", "plotnine", "pylab", "ggplot"), _ALTAIR),
    **dict.fromkeys(("vega_datasets", "altair.datasets", "sklearn", "statsmodels", "datasets"), _FILE),
    **dict.fromkeys(("polars", "pyarrow", "duckdb", "sqlite3", "scipy"), "Compute it with pandas or numpy."),
}
_NAMES: Final = {
    **dict.fromkeys(("open", "input"), _FILE),
    **dict.fromkeys(("delattr", "vars"), 'Name the attribute, or use data["column"].'),
    **dict.fromkeys(("globals", "locals", "dir", "exec", "eval", "compile", "__import__"), "Write it out."),
    **dict.fromkeys(("exit", "quit", "help", "breakpoint"), "Leave it out."),
}


def attribute_hint(name: str) -> str:
    """What to do instead of an attribute.

    >>> attribute_hint("read_csv")
    'The rows of the file are in `data` already.'
    """
    if name in _ATTRIBUTES:
        return _ATTRIBUTES[name]
    if name.startswith("read_"):
        return _FILE
    if name.startswith("to_"):
        return "Chart code writes no files. Leave it out."
    if name.startswith("_"):
        return "Names that begin with an underscore are Python's own. Use what is meant to be used."
    return 'Use a column as data["column"], and else what pandas, numpy and Altair have for charts.'


def member_hint(name: str) -> str:
    """What to do instead of something that a module or a chart would have elsewhere, "" where nothing is known.

    >>> member_hint("read_csv"), member_hint("mark_bars")
    ('The rows of the file are in `data` already.', '')
    """
    return attribute_hint(name) if name in _ATTRIBUTES or name.startswith("read_") else ""


def module_hint(module: str) -> str:
    """What a module has for chart code.

    >>> module_hint("copy")
    'Chart code may use copy, deepcopy of it.'
    """
    return f"Chart code may use {', '.join(sorted(MODULES[module])[:30])} of it."


def import_hint(name: str) -> str:
    """What to do instead of an import.

    >>> import_hint("seaborn")
    'Draw it with Altair, for example alt.Chart(data).mark_bar().'
    """
    root = name.partition(".")[0]
    if hint := _IMPORTS.get(name) or _IMPORTS.get(root):
        return hint
    return "Chart code may import " + ", ".join(sorted(module for module in MODULES if "." not in module)) + "."


def name_hint(name: str) -> str:
    """What to do instead of a name.

    >>> name_hint("open")
    'The rows of the file are in `data` already.'
    """
    return _NAMES.get(name, "Leave it out, or use a name of your own.")
