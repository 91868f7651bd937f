"""Take from the classes of pandas, numpy and Altair what reads, writes, runs or loads, for the rest of the process."""

from __future__ import annotations

import enum
import functools
import importlib
from collections.abc import Callable
from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd
from altair.utils.schemapi import SchemaBase
from pandas.api import typing as shapes
from pandas.core.generic import NDFrame

from observatory.sandbox import calls, classes, query, sealing

_TABLES: Final[tuple[type, ...]] = (pd.DataFrame, pd.Series, pd.Index, pd.Categorical)
_GROUPS: Final[tuple[type, ...]] = (shapes.DataFrameGroupBy, shapes.SeriesGroupBy)
_CHARTS: Final = ("save", "show", "serve", "display", "open_editor", "to_url", "to_html", "transformed_data")
_WRITERS: Final = (
    *("to_clipboard", "to_csv", "to_excel", "to_feather", "to_gbq", "to_hdf", "to_html", "to_iceberg", "to_json"),
    *("to_latex", "to_markdown", "to_orc", "to_parquet", "to_pickle", "to_sql", "to_stata", "to_xarray", "to_xml"),
    *("plot", "hist", "boxplot", "style"),
)
_NUMPY: Final = (
    *("DataSource", "fromfile", "fromregex", "genfromtxt", "info", "load", "loadtxt", "memmap", "save", "savetxt"),
    *("savez", "savez_compressed", "show_config", "show_runtime", "test", "get_include", "bmat", "from_dlpack"),
)
_NAMED_BY_DATA: Final[tuple[type, ...]] = (NDFrame, SchemaBase, *_GROUPS, shapes.Rolling, shapes.Resampler)


def hide_specials() -> None:
    """Keep columns, labels and parts of charts from being found under the special names of Python and numpy.

    numpy asks an object itself for its `__array_interface__`, which may be any place in memory, and an enumeration can
    be called to make another with members of such names. A second call changes nothing.

    >>> hide_specials()
    >>> hasattr(pd.Series([1], index=["__array_interface__"]), "__array_interface__")
    False
    """
    for holder in _NAMED_BY_DATA:
        owner = next(cls for cls in holder.__mro__ if "__getattr__" in vars(cls))
        _wrap(owner, "__getattr__", _plain_names)
    _wrap(enum.EnumType, "_create_", classes.enumeration)
    enum.EnumType._convert_ = sealing.refused  # type: ignore[attr-defined]


def _plain_names(found: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    if getattr(found, "guarded", False):
        return found

    def plain(holder: Any, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return found(holder, name)

    plain.guarded = True  # type: ignore[attr-defined]
    return plain


def disarm() -> None:
    """Disarm pandas, numpy and Altair; they still compute and draw. A second call changes nothing."""
    for table in (*_TABLES, *_GROUPS):
        for owner in table.__mro__:
            _remove(owner, _WRITERS)
    for owner in alt.Chart.__mro__:
        _remove(owner, _CHARTS)
    _remove(np, _NUMPY)
    _remove(pd, [name for name in vars(pd) if name.startswith("read_")])
    _remove(pd, ("HDFStore", "ExcelFile", "ExcelWriter", "eval", "test", "plotting", "show_versions"))
    _refuse("pandas.io.common", ("get_handle", "urlopen", "file_exists", "fsspec_open"))
    _wrap(pd.DataFrame, "query", query.queried)
    _wrap(pd.DataFrame, "eval", query.queried)
    _wrap(pd.DataFrame, "to_string", calls.shown)
    _wrap(pd.Series, "to_string", calls.shown)
    _refuse("pandas._libs.tslibs.timezones", ("dateutil_gettz",))
    _refuse("dateutil.tz", ("gettz", "tzfile"))
    _refuse("altair.utils.data", ("_to_text",))


def _remove(owner: Any, names: Any) -> None:
    for name in names:
        if name in vars(owner):
            delattr(owner, name)


def _refuse(module: str, names: tuple[str, ...]) -> None:
    held = importlib.import_module(module)
    for name in names:
        if hasattr(held, name):
            setattr(held, name, sealing.refused)


def _wrap(owner: type, name: str, wrapped: Callable[..., Any]) -> None:
    method = getattr(owner, name)
    replaced = wrapped(method)
    if replaced is not method:
        setattr(owner, name, functools.update_wrapper(replaced, method))
