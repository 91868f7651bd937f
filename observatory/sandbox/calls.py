"""What the guard puts in the place of an attribute that only the running code can show to be harmless."""

from __future__ import annotations

import inspect
import string
import sys
import types
from collections.abc import Callable, Mapping
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from altair.expr.core import DatumType, OperatorMixin
from altair.utils.schemapi import SchemaBase
from pandas.api import typing as shapes

from observatory.errors import ChartCodeRejected
from observatory.sandbox import quiet
from observatory.sandbox.allowed import ATTRIBUTES, CALLED_BY_NAME, DISPATCH, KNOWN, MODULES, QUIET, SETTABLE
from observatory.sandbox.classes import OF_TUPLES, is_own, shows
from observatory.sandbox.hints import attribute_hint
from observatory.sandbox.query import queried
from observatory.sandbox.stand_ins import STANDS_FOR, Array

_BY_KEY = (
    *(pd.DataFrame, pd.Series, shapes.DataFrameGroupBy, shapes.SeriesGroupBy, shapes.Rolling, shapes.Resampler),
    *(shapes.Expanding, shapes.ExponentialMovingWindow, shapes.RollingGroupBy, shapes.ExpandingGroupBy),
)
TOLD = ("__name__", "__version__")
"""The only attributes with underscores that can be read: what something is called, and of which version it is."""
VERSIONS = ("altair", "numpy", "pandas")
_NAMED = (type, types.FunctionType, types.BuiltinFunctionType, types.MethodType)
_SHOWN = (
    "index",
    "header",
    "max_rows",
    "max_cols",
    "min_rows",
    "line_width",
    "show_dimensions",
    "name",
    "length",
    "dtype",
)


def refuse_attribute(name: str, *, line: int | None = None) -> ChartCodeRejected:
    """The error for an attribute that chart code may not use.

    >>> refuse_attribute("to_csv").message
    'The attribute “to_csv” is not allowed in chart code.'
    """
    return ChartCodeRejected(
        f"The attribute “{name[:60]}” is not allowed in chart code.", attribute_hint(name), line=line
    )


def attribute(holder: Any, name: str) -> Any:
    """The attribute of an object, where chart code may use it: from the tables, a column, or a name in an expression.

    >>> attribute(pd.DataFrame({"sales": [1, 2]}), "sales").sum()
    np.int64(3)
    """
    if name in TOLD:
        return _told(holder, name)
    if is_own(holder) and not _is_text(holder):
        return _own(holder, name)
    value = _found(holder, name)
    if name in CALLED_BY_NAME and callable(value) and not _is_of_altair(holder):
        return _by_name(value)
    if name in ("format", "format_map") and _is_text(holder):
        return _format(holder, name)
    if name in ("query", "eval") and callable(value) and not isinstance(value, SchemaBase):
        return queried(value)
    if name == "to_string" and callable(value):
        return shown(value)
    return value


def _is_text(holder: Any) -> bool:
    return isinstance(holder, str) or (isinstance(holder, type) and issubclass(holder, str))


def _told(holder: Any, name: str) -> str:
    module = vars(holder)["__name__"] if isinstance(holder, (quiet.Namespace, types.ModuleType)) else ""
    if name == "__version__" and module in VERSIONS:
        return str(sys.modules[module].__version__)
    if name == "__name__" and (module or isinstance(holder, _NAMED)):
        return str(module or holder.__name__)
    raise refuse_attribute(name)


def _found(holder: Any, name: str) -> Any:
    if isinstance(holder, types.ModuleType):
        module = types.ModuleType.__getattribute__(holder, "__name__")
        if name not in MODULES.get(module, ()):
            raise _no_such(holder, module, name)
        return quiet.STANDS_FOR[name] if name in QUIET else STANDS_FOR.get((module, name), getattr(holder, name))
    if name in ATTRIBUTES or isinstance(holder, quiet.Namespace):
        return getattr(holder, name)
    if name in OF_TUPLES and _is_named_tuple(holder):
        return getattr(holder, name)
    if name.startswith("_"):
        raise refuse_attribute(name)
    if (name == "to_json" and isinstance(holder, SchemaBase)) or (name == "from_json" and _is_of_altair(holder)):
        return getattr(holder, name)
    return _field(holder, name)


def _is_named_tuple(holder: Any) -> bool:
    cls = holder if isinstance(holder, type) else type(holder)
    return issubclass(cls, tuple) and type(vars(cls).get("_fields")) is tuple


def _no_such(holder: Any, module: str, name: str) -> Exception:
    if name in vars(holder):
        return refuse_attribute(name)
    return AttributeError(f"module '{module}' has no attribute '{name}'", name=name, obj=holder)


def _field(holder: Any, name: str) -> Any:
    """A column, a label of a row, what stands for a field or parameter in an expression, or the code's own."""
    if is_own(holder):
        return _own(holder, name)
    if isinstance(holder, (DatumType, OperatorMixin, alt.Parameter, alt.SelectionExpression)):
        return getattr(holder, name)
    if isinstance(holder, SchemaBase) and name in holder._kwds:
        return holder._kwds[name]
    if isinstance(holder, tuple) and name in getattr(type(holder), "_fields", ()):
        return getattr(holder, name)
    if isinstance(holder, _BY_KEY) and not hasattr(type(holder), name):
        return _by_key(holder, name)
    if not hasattr(type(holder), name) and not isinstance(holder, (type, types.FunctionType)):
        raise AttributeError(f"'{type(holder).__name__}' object has no attribute '{name}'", name=name, obj=holder)
    raise refuse_attribute(name)


def _own(holder: Any, name: str) -> Any:
    if not shows(holder, name):
        raise refuse_attribute(name)
    return getattr(holder, name)


def _by_key(holder: Any, name: str) -> Any:
    try:
        return holder[name]
    except KeyError:
        kind = type(holder).__name__
        raise AttributeError(f"'{kind}' object has no attribute '{name}'", name=name, obj=holder) from None


def settable(holder: Any, name: str) -> Any:
    """The object whose attribute chart code sets: a chart, one of its own classes, the names of a table or column.

    >>> settable(pd.Series([1]), "name").name is None
    True
    """
    is_table = isinstance(holder, (pd.DataFrame, pd.Series, pd.Index)) and name in SETTABLE
    if not name.startswith("_") and (is_own(holder) or is_table or isinstance(holder, SchemaBase)):
        return holder
    if is_own(holder) and name.startswith("_") and not name.endswith("_"):
        return holder
    kind = type(holder).__name__[:60]
    raise ChartCodeRejected(f"The attribute “{name[:60]}” of a {kind} cannot be set.", 'Use data["column"] = …')


def set_attribute(holder: Any, name: Any, value: Any) -> None:
    """`setattr` of chart code, for its own objects.

    >>> set_attribute(pd.DataFrame(), "columns", [])
    Traceback (most recent call last):
    observatory.errors.ChartCodeRejected: The attribute “columns” of a DataFrame cannot be set.
    """
    text = str.__str__(name)
    if not is_own(holder) or text.startswith("_"):
        kind = type(holder).__name__[:60]
        raise ChartCodeRejected(f"The attribute “{text[:60]}” of a {kind} cannot be set.", "Set it by its name.")
    setattr(holder, text, value)


def attribute_of_text(holder: Any, name: Any, *default: Any) -> Any:
    """`getattr` of chart code: what the code could also have written out.

    >>> attribute_of_text(alt.Chart(), "mark_" + "bar")().mark
    'bar'
    """
    text = str.__str__(name)
    if text.startswith("_") or text in KNOWN:
        raise refuse_attribute(text)
    try:
        return attribute(holder, text)
    except AttributeError:
        if default:
            return default[0]
        raise


def has_attribute(holder: Any, name: Any) -> bool:
    """`hasattr` of chart code.

    >>> has_attribute("text", "upper"), has_attribute("text", "colour")
    (True, False)
    """
    missing = object()
    return attribute_of_text(holder, name, missing) is not missing


def type_of(value: Any, /) -> type:
    """`type` of chart code: the class of an object; that of a class would make classes of any kind.

    >>> type_of("text")
    <class 'str'>
    """
    if isinstance(value, type) or type(value).__module__ == quiet.__name__:
        raise ChartCodeRejected("The type of a class is not allowed in chart code.", "Use isinstance or issubclass.")
    return Array if isinstance(value, np.ndarray) else type(value)


def dispatched(given: Any) -> Any:
    """A copy of what pandas is to call: functions as they are, and names only out of the table.

    >>> dispatched({"a": ["mean", max]})
    {'a': ['mean', <built-in function max>]}
    """
    if given is None or (callable(given) and not isinstance(given, str)):
        return given
    if isinstance(given, str):
        name = str.__str__(given)
        if name not in DISPATCH:
            raise ChartCodeRejected(
                f"pandas may not call “{name[:60]}” by its name in chart code.",
                "Use the name of a statistic, such as 'mean', or a function.",
            )
        return name
    if isinstance(given, Mapping):
        return {key: dispatched(value) for key, value in list(given.items())}
    if isinstance(given, (list, tuple, set, frozenset)):
        return [dispatched(value) for value in list(given)]
    raise ChartCodeRejected("pandas was asked to call something that is no function.", "Give names or functions.")


def _by_name(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method of pandas that calls others by name, with a check of the names."""
    try:
        signature = inspect.signature(method)
    except (TypeError, ValueError):
        return _by_any(method)

    def call(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        held = bound.arguments
        for key in ("func", "aggfunc", "arg"):
            if key in held:
                held[key] = dispatched(held[key])
        if held.get("func") is None and held.get("aggfunc") is None:
            held["kwargs"] = {key: _named(value) for key, value in held.get("kwargs", {}).items()}
        return method(*bound.args, **bound.kwargs)

    return call if {"func", "aggfunc", "arg"} & set(signature.parameters) else _by_any(method)


def _by_any(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method that passes on what it is given, as those of `pd.col("a")` do: any argument may be called by name."""

    def call(*args: Any, **kwargs: Any) -> Any:
        return method(*map(dispatched, args), **{key: dispatched(value) for key, value in kwargs.items()})

    return call


def _is_of_altair(holder: Any) -> bool:
    return isinstance(holder, SchemaBase) or (isinstance(holder, type) and issubclass(holder, SchemaBase))


def _named(value: Any) -> Any:
    """One of `agg(total=("sales", "sum"))`, or of `agg(total="sum")` on a column."""
    if isinstance(value, pd.NamedAgg):
        more: Any = value
        return pd.NamedAgg(value.column, dispatched(value.aggfunc), *more.args, **more.kwargs)
    if isinstance(value, tuple) and len(value) == 2:
        return (value[0], dispatched(value[1]))
    return dispatched(value)


def _format(holder: Any, name: str) -> Callable[..., str]:
    def call(template: Any, *args: Any, **kwargs: Any) -> str:
        text = str.__str__(template) if isinstance(template, str) else str(template)
        _plain_fields(text)
        return text.format(*args, **kwargs) if name == "format" else text.format_map(*args, **kwargs)

    if isinstance(holder, str):
        return lambda *args, **kwargs: call(holder, *args, **kwargs)
    return call


def _plain_fields(template: str) -> None:
    for _, field, spec, _ in string.Formatter().parse(template):
        if field is not None and any(mark in field for mark in (".", "[", "__")):
            raise ChartCodeRejected(
                f"The format field “{str(field)[:60]}” reaches into an object.",
                "Give the value itself: '{}'.format(value), or use an f-string.",
            )
        if spec:
            _plain_fields(spec)


def shown(method: Callable[..., Any]) -> Callable[..., Any]:
    """`to_string` of a table or column, without a place to write to."""
    if getattr(method, "guarded", False):
        return method

    def call(*args: Any, **options: Any) -> str:
        held = args[:1] if not inspect.ismethod(method) else ()
        return str(method(*held, **{key: options[key] for key in _SHOWN if key in options}))

    call.guarded = True  # type: ignore[attr-defined]
    return call
