"""Cut the ways from any object to modules: Python itself has them, and charts need none."""

from __future__ import annotations

import ctypes
import gc
import importlib.machinery
import io
import subprocess
import sys
import types
import typing
from collections.abc import Iterable
from typing import Any, Final

import numpy as np

from observatory.sandbox.hints import OUTSIDE

# What leads from a function, a frame or a generator to the globals of a module.
_WAYS: Final[tuple[tuple[type, tuple[str, ...]], ...]] = (
    (types.FunctionType, ("__globals__", "__builtins__", "__closure__")),
    (types.FrameType, ("f_globals", "f_builtins")),
    (types.TracebackType, ("tb_frame",)),
    (types.GeneratorType, ("gi_frame",)),
    (types.CoroutineType, ("cr_frame",)),
    (types.AsyncGeneratorType, ("ag_frame",)),
    (types.BuiltinFunctionType, ("__self__",)),
    (np.ndarray, ("tofile", "dump", "dumps", "ctypes")),
)
_LOADERS: Final[tuple[tuple[type, tuple[str, ...]], ...]] = (
    (importlib.machinery.BuiltinImporter, ("load_module", "create_module")),
    (importlib.machinery.FrozenImporter, ("load_module", "exec_module", "get_code")),
    (importlib.machinery.SourceFileLoader, ("get_data", "set_data", "load_module")),
    (importlib.machinery.SourcelessFileLoader, ("get_data", "load_module")),
    (importlib.machinery.ExtensionFileLoader, ("get_data", "load_module", "create_module")),
    (subprocess.Popen, ("__init__",)),
)
_MADE_BY_PYTHON: Final = 1 << 9
"""The flag of a type that was made while Python ran (`Py_TPFLAGS_HEAPTYPE`)."""
frame_of: Final = types.TracebackType.__dict__["tb_frame"].__get__
"""The frame of a step of a traceback, which has it no more by name once the process is sealed."""


def seal() -> None:
    """Cut them for the rest of the process, which can import nothing more; a second call changes nothing."""
    for cls, names in _WAYS:
        _forget(cls, names)
    for cls, names in _LOADERS:
        for owner in cls.__mro__[:-1]:
            for name in names:
                if name in vars(owner):
                    setattr(owner, name, refused)
    _put(type, "__subclasses__", _subclasses)
    vars(typing)["_caller"] = _no_module
    if "typing_extensions" in sys.modules:
        vars(sys.modules["typing_extensions"])["_has_generic_or_protocol_as_origin"] = _no_module
    io.open_code = refused


def refused(*_: Any, **__: Any) -> Any:
    """What stands in the place of a function that reaches files, modules or the network.

    >>> refused("name")
    Traceback (most recent call last):
    PermissionError: Chart code reaches no files and no network.
    """
    raise PermissionError(OUTSIDE)


def _no_module(*_: Any, **__: Any) -> None:
    """Where a type is named, for which `typing` would ask a frame."""


_real_subclasses: Final = type.__dict__["__subclasses__"]


def _subclasses(cls: type) -> list[type]:
    """The classes made of a class, but not of those written in C, which lead to everything that is loaded.

    >>> _subclasses(object), len(_subclasses(Exception)) > 3
    ([], False)
    """
    return _real_subclasses(cls) if cls.__flags__ & _MADE_BY_PYTHON else []


def _put(cls: type, name: str, value: Any) -> None:
    for held in gc.get_referents(vars(cls)):
        if isinstance(held, dict):
            held[name] = value
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(cls))


def _forget(cls: type, names: Iterable[str]) -> None:
    """Take members from a class that is written in C, whose names Python itself lets no one change."""
    for held in gc.get_referents(vars(cls)):
        if isinstance(held, dict):
            for name in names:
                held.pop(name, None)
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(cls))
