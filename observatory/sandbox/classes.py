"""Classes of chart code: plain ones, of its own base classes, errors, enumerations and named tuples."""

from __future__ import annotations

import builtins
import enum
import typing
from collections.abc import Callable, Mapping
from typing import Any, Final

from observatory.errors import ChartCodeRejected

METHODS: Final = (
    "__init__",
    "__post_init__",
    "__repr__",
    "__str__",
    "__len__",
    "__iter__",
    "__lt__",
    "__enter__",
    "__exit__",
)
"""The methods with underscores that a class may define; others change what libraries see in an object."""
_MADE: Final = (
    "__name__",
    "__module__",
    "__qualname__",
    "__doc__",
    "__annotations__",
    "__firstlineno__",
    "__classcell__",
)
OF_TUPLES: Final = ("_asdict", "_fields", "_make", "_replace")
"""What a named tuple has beside its fields, under names that begin with an underscore so as not to be fields."""
_BASES: Final = (typing.TypedDict, object, enum.Enum, enum.IntEnum, enum.StrEnum, typing.NamedTuple)
_own: Final[dict[int, type]] = {}
"""The classes that the code made, by their identity: what a class says of itself can be changed."""


def is_own(value: Any) -> bool:
    """Whether an object is a class that the code defined, or made by one.

    >>> is_own(int), is_own(1)
    (False, False)
    """
    return id(value) in _own or id(type(value)) in _own


def shows(value: Any, name: str) -> bool:
    """Whether an object of the code has a name that the code gave it; libraries add more to classes of theirs.

    >>> shows(1, "_member_"), shows(1, "name")
    (False, True)
    """
    if not name.startswith("_") or name in OF_TUPLES:
        return True
    if name.endswith("_"):
        return False
    classes = (value if id(value) in _own else type(value)).__mro__
    held = [vars(cls) for cls in classes if id(cls) in _own]
    return any(name in names for names in (*held, _values_of(value)))


def _values_of(value: Any) -> Mapping[str, Any]:
    found = {} if id(value) in _own else getattr(value, "__dict__", {})
    return found if type(found) is dict else {}


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
    if any(base is typing.TypedDict for base in bases):
        return dict
    for named in body.__code__.co_names:
        if named.startswith("__") and named not in (*METHODS, *_MADE):
            raise ChartCodeRejected(f"The name “{named[:60]}” is not allowed in chart code.", "Use another name.")
    return owned(builtins.__build_class__(body, name, *bases_of(*bases)))


def owned(made: type) -> type:
    """Know a class as one that the code made."""
    _own[id(made)] = made
    return made


def enumeration(create: Callable[..., type]) -> Callable[..., type]:
    """What makes `Enum("Colour", "RED GREEN")`: members of plain names, and no other type mixed in."""
    if getattr(create, "guarded", False):
        return create

    def made(cls: type, name: str, names: Any, *, start: int = 1, **_: Any) -> type:
        if isinstance(names, str):
            names = names.replace(",", " ").split()
        members = [_member(each) for each in (names.items() if isinstance(names, Mapping) else names or ())]
        return owned(create(cls, str(name), members, start=start))

    made.guarded = True  # type: ignore[attr-defined]
    return made


def _member(given: Any) -> Any:
    name, *value = (given,) if isinstance(given, str) else given
    text = str.__str__(name)
    if text.startswith("_") or not text.isidentifier():
        raise ChartCodeRejected(f"The name “{text[:60]}” is not allowed in chart code.", "Begin names with a letter.")
    return (text, *value) if value else text
