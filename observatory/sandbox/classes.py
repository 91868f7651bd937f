"""Classes of chart code: plain ones, of its own base classes, errors, enumerations and named tuples."""

from __future__ import annotations

import builtins
import copy
import dataclasses
import enum
import functools
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, Final

from observatory.errors import ChartCodeRejected
from observatory.sandbox.reading import FILENAME

METHODS: Final = ("__init__", "__post_init__", "__repr__", "__str__", "__len__", "__iter__", "__lt__")
"""The methods with underscores that a class may define; others change what libraries see in an object."""
_MADE: Final = ("__name__", "__module__", "__qualname__", "__doc__", "__annotations__", "__firstlineno__")
_BASES: Final = (object, enum.Enum, enum.IntEnum, enum.StrEnum, typing.NamedTuple)
_own: Final[dict[int, type]] = {}
"""The classes that the code made, by their identity: what a class says of itself can be changed."""


def is_own(value: Any) -> bool:
    """Whether an object is a class that the code defined, or made by one.

    >>> is_own(int), is_own(1)
    (False, False)
    """
    return id(value) in _own or id(type(value)) in _own


def bases_of(*given: Any) -> tuple[Any, ...]:
    """The base classes of a class, where it may have them: no texts of its own making but those of an enumeration.

    >>> bases_of(Exception)
    (<class 'Exception'>,)
    """
    is_enumeration = any(base is enum.Enum for base in given)
    for base in given:
        is_known = any(base is allowed for allowed in _BASES) or (base in (str, int) and is_enumeration)
        if not is_known and not _may_be_base(base):
            name = str(getattr(base, "__name__", "this"))[:60]
            raise ChartCodeRejected(
                f"A class cannot be made of {name} in chart code.", "Use a plain class, or functions."
            )
    return given


def _may_be_base(base: Any) -> bool:
    if not isinstance(base, type):
        return False
    return id(base) in _own or (issubclass(base, Exception) and vars(builtins).get(base.__name__) is base)


def build(body: Any, name: str, *bases: Any, **options: Any) -> type:
    """What Python calls for a `class` statement: as ever, for classes of these bases and without a metaclass."""
    if options:
        raise ChartCodeRejected("A class has no options in chart code.", "Leave them out.")
    for named in body.__code__.co_names:
        if named.startswith("__") and named not in (*METHODS, *_MADE):
            raise ChartCodeRejected(f"The name “{named[:60]}” is not allowed in chart code.", "Use another name.")
    return _owned(builtins.__build_class__(body, name, *bases_of(*bases)))


def _owned(made: type) -> type:
    _own[id(made)] = made
    return made


def _dataclass(cls: Any = None, **options: Any) -> Any:
    """`dataclass` for the classes of the code."""
    if cls is None:
        return lambda given: _dataclass(given, **options)
    if id(cls) not in _own:
        raise ChartCodeRejected("Only a class of the code can be a dataclass.", "Put it above a class.")
    return _owned(dataclasses.dataclass(cls, **options))


def _wraps(wrapped: Any, *_: Any) -> Callable[[Any], Any]:
    """`functools.wraps` for the functions of the code."""

    def named(wrapper: Any) -> Any:
        own = type(wrapper) is types.FunctionType and wrapper.__code__.co_filename == FILENAME
        return functools.update_wrapper(wrapper, wrapped) if own and callable(wrapped) else wrapper

    return named


def enumeration(create: Callable[..., type]) -> Callable[..., type]:
    """What makes `Enum("Colour", "RED GREEN")`: members of plain names, and no other type mixed in."""
    if getattr(create, "guarded", False):
        return create

    def made(cls: type, name: str, names: Any, *, start: int = 1, **_: Any) -> type:
        if isinstance(names, str):
            names = names.replace(",", " ").split()
        members = [_member(each) for each in (names.items() if isinstance(names, Mapping) else names or ())]
        return _owned(create(cls, str(name), members, start=start))

    made.guarded = True  # type: ignore[attr-defined]
    return made


def _member(given: Any) -> Any:
    name, *value = (given,) if isinstance(given, str) else given
    text = str.__str__(name)
    if text.startswith("_") or not text.isidentifier():
        raise ChartCodeRejected(f"The name “{text[:60]}” is not allowed in chart code.", "Begin names with a letter.")
    return (text, *value) if value else text


def _copy(value: Any, /) -> Any:
    return copy.copy(value)


def _deepcopy(value: Any, /) -> Any:
    """`copy.deepcopy` without its memo, which holds the inner dictionaries of what was copied."""
    return copy.deepcopy(value)


STANDS_FOR: Final[Mapping[tuple[str, str], Any]] = {
    ("copy", "copy"): _copy,
    ("copy", "deepcopy"): _deepcopy,
    ("dataclasses", "dataclass"): _dataclass,
    ("functools", "wraps"): _wraps,
}
"""What code gets for these members of modules."""
