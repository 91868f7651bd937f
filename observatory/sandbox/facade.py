"""The facade: what chart code holds in the place of modules and builtins, each with exactly the names of the tables."""

from __future__ import annotations

import builtins
import importlib
import sys
import types
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from observatory.sandbox import allowed, calls, classes, disarming, quiet, stand_ins

disarm, hide_specials = disarming.disarm, disarming.hide_specials


@cache
def namespace(module: str) -> quiet.Namespace:
    """The names of a module that chart code may use.

    >>> namespace("pandas").DataFrame({"a": [1]}).shape
    (1, 1)
    >>> hasattr(namespace("pandas"), "read_excel")
    False
    """
    if module in allowed.STAND_INS:
        return quiet.Namespace(module, _STAND_INS[module])
    real = importlib.import_module(module)
    version = {"__version__": real.__version__} if module in calls.VERSIONS else {}
    return quiet.Namespace(module, {name: _member(real, module, name) for name in allowed.MODULES[module]} | version)


def _member(real: Any, module: str, name: str) -> Any:
    if name in allowed.QUIET and module in ("altair", "pandas"):
        return quiet.STANDS_FOR[name]
    if (module, name) in stand_ins.STANDS_FOR:
        return stand_ins.STANDS_FOR[module, name]
    value = getattr(real, name)
    return namespace(value.__name__) if isinstance(value, types.ModuleType) else value


def module_of(name: str, *, facade: bool) -> Any:
    """What `import` gives: the namespace of a module, or the module itself where the facade is off.

    >>> module_of("os", facade=True)
    Traceback (most recent call last):
    ImportError: The module “os” cannot be imported in chart code.
    """
    if name not in allowed.IMPORTABLE:
        raise ImportError(f"The module “{name[:60]}” cannot be imported in chart code.", name=name)
    return namespace(name) if facade or name in allowed.STAND_INS else importlib.import_module(name)


def _import(name: str, _: Any = None, __: Any = None, fromlist: Any = (), level: int = 0) -> Any:
    if isinstance(fromlist, list) and name in sys.modules:
        # Asked by a library in C, which takes the module itself from sys.modules and leaves what it is given here.
        return quiet.Namespace(name, {})
    if level or not isinstance(name, str):
        raise ImportError("Modules beside the code cannot be imported in chart code.")
    name = str.__str__(name)
    if name == "__future__":
        return quiet.Namespace(name, {"annotations": None})
    module_of(name, facade=True)
    return module_of(name if fromlist else name.partition(".")[0], facade=True)


def _print(*values: Any, sep: Any = " ", end: Any = "\n", **_: Any) -> None:
    """`print` and `display`: what is said is kept beside the chart, wherever the code would have it go."""
    print(*values, sep=sep, end=end)  # noqa: T201 - it goes to where `program.run` keeps it


_LOGGED: Final = ("critical", "debug", "error", "exception", "info", "log", "setLevel", "addHandler", "warning")
_LOGGER: Final = quiet.Namespace("logging.Logger", dict.fromkeys(_LOGGED, quiet.ignored))
_STAND_INS: Final[Mapping[str, Mapping[str, Any]]] = {
    "warnings": dict.fromkeys(("filterwarnings", "simplefilter", "warn", "catch_warnings"), quiet.ignored),
    "logging": {
        **dict.fromkeys((*_LOGGED, "basicConfig", "StreamHandler", "Formatter"), quiet.ignored),
        **dict.fromkeys(("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"), 0),
        "getLogger": lambda *_: _LOGGER,
    },
    "traceback": dict.fromkeys(("print_exc", "format_exc"), quiet.ignored),
    "types": {"SimpleNamespace": stand_ins.Values},
    "abc": {"ABC": stand_ins.Plain, "abstractmethod": stand_ins.unchanged},
    "numpy.typing": {"NDArray": list, "ArrayLike": object},
    "IPython.display": {"display": _print, "clear_output": quiet.ignored},
}
SAFE: Final[Mapping[str, Any]] = types.MappingProxyType(
    {name: getattr(builtins, name) for name in allowed.BUILTINS}
    | {"True": True, "False": False, "None": None, "__import__": _import}
    | {"type": calls.type_of, "print": _print, "display": _print}
    | {"getattr": calls.attribute_of_text, "hasattr": calls.has_attribute, "setattr": calls.set_attribute}
    | {"super": super}
)
"""The builtins of chart code."""


def scope(data: Any, *, facade: bool) -> dict[str, Any]:
    """The globals in which chart code runs; real modules and builtins where the facade is off.

    >>> scope(None, facade=True)["np"].mean([1, 3])
    np.float64(2.0)
    """
    own: Mapping[str, Any] = SAFE if facade else vars(builtins)
    return {
        "__name__": "__main__",
        "__doc__": None,
        "__builtins__": {**own, "__build_class__": classes.build},
        "data": data,
        "print": _print,
        "display": _print,
        **{short: module_of(name, facade=facade) for short, name in _GIVEN.items()},
    }


_GIVEN: Final = {"alt": "altair", "pd": "pandas", "np": "numpy"}


def imported(facade: bool) -> Callable[[str, bool], Any]:
    """What the guard calls in the place of an `import`: the module named, or the outermost of its path.

    >>> imported(True)("numpy.random", False).pi > 3
    True
    """

    def found(name: str, whole: bool) -> Any:
        return module_of(name if whole else name.partition(".")[0], facade=facade)

    return found
