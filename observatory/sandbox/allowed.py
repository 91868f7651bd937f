"""What chart code may name: the tables of `allowed.toml`, and the schema classes of Altair."""

from __future__ import annotations

import importlib
import tomllib
import types
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd
from altair.utils.schemapi import SchemaBase, _PropertySetter
from pandas.api import typing as shapes

_TABLES: Final[Mapping[str, Any]] = tomllib.loads(Path(__file__).with_name("allowed.toml").read_text("utf-8"))
_ADDRESSED = ("UrlData", "FeatureGeometryGeoJsonProperties")
_PATTERNS = ("mark_", "transform_", "configure_", "encode_")

QUIET: Final = frozenset(
    (
        *("data_transformers", "renderers", "theme", "themes", "options", "set_option", "reset_option"),
        *("option_context", "read_csv"),
    )
)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _schema_classes() -> set[str]:
    """The classes of Vega-Lite's schema in Altair, without those that fetch their rows."""
    public = ((name, getattr(alt, name)) for name in vars(alt) if not name.startswith("_"))
    classes = {name for name, value in public if isinstance(value, type) and issubclass(value, SchemaBase)}
    return classes.difference(_ADDRESSED)


def _present(module: str, names: Iterable[str]) -> frozenset[str]:
    """The names that the module has in the version that is installed."""
    has = _members(module)
    return frozenset(name for name in names if name in has or name in QUIET)


def _members(module: str) -> set[str]:
    """What a module has, loaded or not, listed by it or not."""
    real = importlib.import_module(module)
    return {*dir(real), *vars(real)}


def _setters() -> set[str]:
    """What channels are given by a call, as in `alt.X("a").axis(None)`, and the functions of `alt.expr`."""
    channels = [value for value in vars(alt.vegalite.v6.schema.channels).values() if isinstance(value, type)]
    found = {name for cls in channels for base in cls.__mro__ for name, v in vars(base).items() if _is_setter(name, v)}
    functions = {*dir(alt.expr), *(name for name in dir(type(alt.expr)) if name.isupper()), "NaN"}
    return found | {name for name in functions if not name.startswith("_")} - {"to_json", "from_json"}


def _is_setter(name: str, value: Any) -> bool:
    return isinstance(value, _PropertySetter) and not name.startswith("_")


def _patterned() -> set[str]:
    return {name for name in dir(alt.Chart) if name.startswith(_PATTERNS)}


BUILTINS: Final = _names(_TABLES["builtins"]["names"])
MODULES: Final[Mapping[str, frozenset[str]]] = types.MappingProxyType(
    {
        name: _present(name, _names(text) | (_schema_classes() if name == "altair" else set()))
        for name, text in _TABLES["modules"].items()
    }
)
STAND_INS: Final = _names(_TABLES["stand_ins"]["names"])
IMPORTABLE: Final = STAND_INS.union(MODULES)
ATTRIBUTES: Final = frozenset().union(
    *map(_names, _TABLES["attributes"].values()), _setters(), _patterned(), MODULES["numpy.random"]
)
DISPATCH: Final = _names(_TABLES["dispatch"]["names"])
QUERY_ATTRIBUTES: Final = _names(_TABLES["query"]["attributes"])
QUERY_FUNCTIONS: Final = _names(_TABLES["query"]["functions"])

# Attributes that are looked up while the code runs: pandas calls by name what their arguments say, or a format string
# walks through objects.
CALLED_BY_NAME: Final = frozenset(("agg", "aggregate", "apply", "transform", "pivot_table", "crosstab"))
CHECKED: Final = CALLED_BY_NAME | {"format", "format_map", "query", "eval", "to_string"}
SETTABLE: Final = frozenset(("columns", "index", "name", "names"))

_HOLDERS: Final[tuple[type, ...]] = (
    *(pd.DataFrame, pd.Series, pd.Index, pd.MultiIndex, pd.DatetimeIndex, pd.Categorical, np.ndarray),
    *(shapes.DataFrameGroupBy, shapes.SeriesGroupBy, shapes.Rolling, shapes.Resampler),
    *(alt.Chart, alt.LayerChart, alt.HConcatChart, alt.FacetChart, alt.X, str, bytes, dict, list, set, type, object),
    *(types.GeneratorType, types.FunctionType, types.MethodType, types.FrameType, types.TracebackType),
    *(types.CodeType, types.CoroutineType, types.AsyncGeneratorType),
)
_ELSEWHERE = frozenset(("base", "device", "flags", "list", "struct", "attrs", "to_json", "from_json"))
KNOWN: Final = frozenset(name for holder in _HOLDERS for name in dir(holder)) - ATTRIBUTES - _ELSEWHERE
"""Attributes that exist on what the code holds and are refused before anything runs."""

DELICATE: Final = ATTRIBUTES.intersection(
    name for module, names in MODULES.items() for name in _members(module) if name not in names
)
"""Attributes that a module has and chart code may not use there, whatever they mean elsewhere."""
