"""What stands for the parts of Altair and pandas that settle how a chart is shown, which the observatory settles."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import altair as alt
import pandas as pd
from altair.vegalite.v6.theme import themes as _registry

from observatory.errors import ChartCodeFailed, ChartCodeRejected
from observatory.sandbox.hints import attribute_hint

_TOLD: Final = ("__name__", "__version__", "__doc__")


class Namespace:
    """The names of a module that chart code may use; nothing can be added to them.

    >>> Namespace("math", {"pi": 3}).pi
    3
    """

    __slots__ = ("__dict__",)

    def __init__(self, title: str, values: Mapping[str, Any]) -> None:
        if any(name.startswith("__") and name not in _TOLD for name in values):
            raise ValueError("no name of a namespace is a special one")
        vars(self).update(values, __name__=title)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"module '{vars(self)['__name__']}' has no attribute '{name}'", name=name, obj=self)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"module '{vars(self)['__name__']}' cannot be changed", name=name, obj=self)

    def __delattr__(self, name: str) -> None:
        self.__setattr__(name, None)

    def __repr__(self) -> str:
        return f"<module '{vars(self)['__name__']}'>"


class _Nothing:
    """The result of a setting that has no effect here; it can also stand in a `with`."""

    def __enter__(self) -> _Nothing:
        return self

    def __exit__(self, *_: object) -> None:
        return None


def ignored(*_: Any, **__: Any) -> _Nothing:
    """Take any setting and do nothing: rows are limited elsewhere, and the dashboard draws the chart.

    >>> with ignored("display.max_rows", 10):
    ...     pass
    """
    return _Nothing()


class _Options:
    """`pd.options`: any of its settings may be read or set, to no effect."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self

    def __setattr__(self, name: str, value: Any) -> None:
        return None


def _enable(name: str | None = None, **options: Any) -> Any:
    """One of Altair's own themes, or one that the code registered."""
    if name is None or name in _registry._plugins:
        return _registry.enable(name, **options)
    known = ", ".join(sorted(_registry._plugins))
    raise ChartCodeFailed(f"There is no theme called “{str(name)[:60]}”.", f"The themes are {known}.")


def _register(name: str, value: Any = None, *, enable: bool = False) -> Any:
    """A theme of the code's own, by a call or as a decorator."""

    def decorated(theme: Callable[[], Any]) -> Callable[[], Any]:
        _registry.register(str(name), theme)
        if enable:
            _registry.enable(str(name))
        return theme

    return decorated if value is None else decorated(value)


@contextmanager
def themes_kept() -> Iterator[None]:
    """Put the themes back afterwards as they were.

    >>> with themes_kept():
    ...     _ = STANDS_FOR["theme"].enable("dark")
    >>> alt.theme.active
    'default'
    """
    state = _registry._get_state()
    try:
        yield
    finally:
        _registry._set_state(state)


_read_csv = pd.read_csv
_READING = frozenset(
    (
        *("sep", "delimiter", "header", "names", "index_col", "usecols", "dtype", "skiprows", "nrows", "na_values"),
        *("keep_default_na", "parse_dates", "date_format", "dayfirst", "thousands", "decimal", "comment"),
        *("skipinitialspace", "true_values", "false_values", "converters", "skipfooter", "quotechar"),
    )
)


def _table_of_text(source: Any = None, *args: Any, **options: Any) -> pd.DataFrame:
    """`pd.read_csv` of a text that the code holds itself, as an `io.StringIO`; files are refused."""
    if type(source) is not io.StringIO:
        raise ChartCodeRejected("The attribute “read_csv” is not allowed in chart code.", attribute_hint("read_csv"))
    if args or (unknown := set(options) - _READING):
        named = min(unknown) if not args else "sep"
        raise ChartCodeFailed(f"“{named[:60]}” is no option of read_csv in chart code.", "Leave it out.")
    table: pd.DataFrame = _read_csv(source, **options)
    return table


_THEMES = Namespace(
    "altair.theme",
    {
        "enable": _enable,
        "register": _register,
        "names": lambda: sorted(_registry._plugins),
        "active": "default",
        **{name: value for name, value in vars(alt.theme).items() if name.endswith(("Config", "Kwds"))},
    },
)
_SETTINGS = Namespace(
    "altair.settings",
    {
        **dict.fromkeys(("disable_max_rows", "enable", "register", "set_embed_options"), ignored),
        "active": "default",
        "names": lambda: ["default"],
    },
)
STANDS_FOR: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("data_transformers", "renderers"), _SETTINGS),
    **dict.fromkeys(("theme", "themes"), _THEMES),
    **dict.fromkeys(("set_option", "reset_option", "option_context"), ignored),
    "options": _Options(),
    "read_csv": _table_of_text,
}
"""What code gets for `alt.theme`, `alt.data_transformers`, `pd.options` and the like."""
