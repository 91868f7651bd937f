"""What stands for parts of Python and numpy that would give code more than it needs of them."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import functools
import types
from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn

import numpy as np

from observatory.errors import ChartCodeRejected
from observatory.sandbox.classes import is_own, owned
from observatory.sandbox.reading import FILENAME


def _dataclass(cls: Any = None, **options: Any) -> Any:
    """`dataclass` for the classes of the code."""
    if cls is None:
        return lambda given: _dataclass(given, **options)
    if not (isinstance(cls, type) and is_own(cls)):
        raise ChartCodeRejected("Only a class of the code can be a dataclass.", "Put it above a class.")
    return owned(dataclasses.dataclass(cls, **options))


def _is_function_of_code(value: Any) -> bool:
    return type(value) is types.FunctionType and value.__code__.co_filename == FILENAME


def _wraps(wrapped: Any, *_: Any) -> Callable[[Any], Any]:
    """`functools.wraps` for the functions of the code."""

    def named(wrapper: Any) -> Any:
        own = _is_function_of_code(wrapper) and _is_function_of_code(wrapped)
        return functools.update_wrapper(wrapper, wrapped) if own else wrapper

    return named


def _contextmanager(function: Any) -> Any:
    """`contextlib.contextmanager` for the functions of the code."""
    if not _is_function_of_code(function):
        raise ChartCodeRejected("Only a function of the code can be a context manager.", "Put it above a function.")
    return contextlib.contextmanager(function)


class _OfArrays(type):
    """What makes `isinstance` and `issubclass` answer for numpy's arrays as the class itself would."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, np.ndarray)

    def __subclasscheck__(cls, subclass: Any) -> bool:
        return subclass is cls or (isinstance(subclass, type) and issubclass(subclass, np.ndarray))

    def __call__(cls, *_: Any, **__: Any) -> NoReturn:
        raise ChartCodeRejected("An array cannot be made of memory in chart code.", "Use np.array or np.empty.")


class Array(metaclass=_OfArrays):
    """`np.ndarray` without its call, which takes any bytes for objects of Python.

    >>> isinstance(np.array([1]), Array), isinstance([1], Array)
    (True, False)
    """


Array.__name__ = Array.__qualname__ = "ndarray"


def _copy(value: Any, /) -> Any:
    return copy.copy(value)


def _deepcopy(value: Any, /) -> Any:
    """`copy.deepcopy` without its memo, which holds the inner dictionaries of what was copied."""
    return copy.deepcopy(value)


def _nothing(*_: Any) -> None:
    """What has no effect in chart code."""


def unchanged(function: Any) -> Any:
    """A decorator that does nothing."""
    return function


def _newtype(_: Any, kind: Any) -> Any:
    """`typing.NewType`: the type itself."""
    return kind


class Values:
    """`types.SimpleNamespace` for values under plain names.

    >>> Values(colour="red").colour
    'red'
    """

    def __init__(self, /, **values: Any) -> None:
        if special := [name for name in values if name.startswith("_")]:
            raise ChartCodeRejected(f"The name “{special[0][:60]}” is not allowed in chart code.", "Use another name.")
        vars(self).update(values)


class Plain:
    """What stands for `abc.ABC` and `typing.Protocol` beneath a class of the code."""


Values.__name__, Plain.__name__ = "SimpleNamespace", "ABC"


class _Subscripted(Plain):
    """What stands for `typing.Generic`, whose parameters say nothing here."""

    def __class_getitem__(cls, _: Any) -> type:
        return cls


for _kind in (Values, Plain, _Subscripted):
    owned(_kind)
STANDS_FOR: Final[Mapping[tuple[str, str], Any]] = {
    ("copy", "copy"): _copy,
    ("copy", "deepcopy"): _deepcopy,
    ("dataclasses", "dataclass"): _dataclass,
    ("functools", "wraps"): _wraps,
    ("functools", "cached_property"): property,
    ("contextlib", "contextmanager"): _contextmanager,
    ("numpy", "ndarray"): Array,
    ("typing", "NewType"): _newtype,
    ("typing", "Generic"): _Subscripted,
    ("typing", "Protocol"): _Subscripted,
    ("time", "sleep"): _nothing,
}
"""What code gets for these members of modules."""
