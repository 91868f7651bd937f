"""The rows of a chart: those of the data set are left out, and what the code computed stands in the chart."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from observatory.errors import ChartCodeFailed

NAME = "data"
MOST_ROWS = 20_000
MOST_BYTES = 8_000_000
_HELD = "observatory"
_FEWER = "Aggregate the rows first, or use Altair's own transforms on `data`, such as mean(column) or transform_filter."


class Frames:
    """The tables of one chart, compared with the data set as it was before the code ran.

    >>> frame = pd.DataFrame({"a": [1, 2]})
    >>> frames = Frames(frame)
    >>> frames.named(frame[["a"]]), frames.named(frame.head(1))
    ({'name': 'data'}, {'values': [{'a': 1}]})
    """

    def __init__(self, original: pd.DataFrame) -> None:
        self._original = original.copy(deep=False)
        self._n_rows = 0

    def named(self, table: Any) -> dict[str, Any]:
        """What stands for a table in the chart: the name of the data set, or its values."""
        if isinstance(table, pd.DataFrame) and self.is_untouched(table):
            return {"name": NAME}
        return self.values(table)

    def original(self) -> dict[str, Any]:
        """The rows of the data set, for a place where a chart cannot do without them."""
        return self.values(self._original)

    def values(self, table: Any) -> dict[str, Any]:
        """The values of a table as Altair writes them; raises ChartCodeFailed where they are too many."""
        self._n_rows += len(table["values"]) if isinstance(table, dict) and "values" in table else _rows(table)
        if self._n_rows > MOST_ROWS:
            raise ChartCodeFailed(
                f"The chart holds {self._n_rows:,} rows that the code computed; at most {MOST_ROWS:,} can be drawn.",
                _FEWER,
            )
        return dict(alt.to_values(table))

    def is_untouched(self, table: pd.DataFrame) -> bool:
        """Whether every row is there, in order, and every column is that of the data set."""
        held = self._original
        if len(table) != len(held) or not table.columns.is_unique or isinstance(table.columns, pd.MultiIndex):
            return False
        return all(name in held.columns and _same(table[name], held[name]) for name in table.columns)

    @contextmanager
    def collected(self) -> Iterator[None]:
        """Let Altair ask here what stands for a table, and forget it afterwards."""
        alt.data_transformers.register(_HELD, self.named)
        with alt.data_transformers.enable(_HELD):
            yield
        alt.data_transformers.register(_HELD, None)


def _rows(table: Any) -> int:
    return len(table) if hasattr(table, "__len__") and not isinstance(table, dict) else 0


def _same(left: pd.Series, right: pd.Series) -> bool:
    if left.dtype != right.dtype:
        return False
    return left is right or bool(left.reset_index(drop=True).equals(right.reset_index(drop=True)))


def unbound(spec: dict[str, Any], frames: Frames) -> dict[str, Any]:
    """The chart without the name of the data set, which the caller binds; its rows where the name must stay.

    >>> unbound({"hconcat": [{"data": {"name": "data"}, "mark": "bar"}]}, Frames(pd.DataFrame()))
    {'hconcat': [{'mark': 'bar'}]}
    """
    kept = _without(spec, inside=False)
    if _names_data(kept):
        kept.setdefault("datasets", {})[NAME] = frames.original()["values"]
    return kept


def _without(view: dict[str, Any], *, inside: bool) -> dict[str, Any]:
    """A view and its parts without the name, unless a whole around it has other rows."""
    given = view.get("data")
    if given == {"name": NAME} and not inside:
        view = {key: value for key, value in view.items() if key != "data"}
    elif given:
        inside = True
    for key in ("layer", "hconcat", "vconcat", "concat"):
        if isinstance(view.get(key), list):
            view = view | {key: [_without(part, inside=inside) if _is_view(part) else part for part in view[key]]}
    if _is_view(view.get("spec")):
        view = view | {"spec": _without(view["spec"], inside=inside)}
    return view


def _is_view(part: Any) -> bool:
    return isinstance(part, dict)


def _names_data(value: Any) -> bool:
    """Whether rows are still asked for by the name of the data set."""
    if isinstance(value, dict):
        if value.get("data") == {"name": NAME}:
            return True
        return any(_names_data(item) for key, item in value.items() if key != "datasets")
    return isinstance(value, list) and any(map(_names_data, value))


def strict(value: Any) -> Any:
    """The value as JSON knows it: no NaN, no numpy, no dates; raises ChartCodeFailed where it is too large.

    >>> strict({"a": float("nan"), "b": np.int64(3), "c": pd.Timestamp("2026-01-02")})
    {'a': None, 'b': 3, 'c': '2026-01-02T00:00:00'}
    """
    try:
        text = json.dumps(_finite(value), allow_nan=False, default=_plain)
    except (TypeError, ValueError, RecursionError) as exc:
        raise ChartCodeFailed(
            f"The chart holds a value that cannot be drawn: {str(exc)[:200]}.", "Convert it."
        ) from None
    if len(text) > MOST_BYTES:
        raise ChartCodeFailed(
            f"The chart takes {len(text) / 1e6:.0f} MB; at most {MOST_BYTES / 1e6:.0f} MB can be drawn.", _FEWER
        )
    return json.loads(text)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {_key(key): _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_finite(item) for item in value]
    return value if value is None or isinstance(value, (str, int)) else _finite_plain(value)


def _finite_plain(value: Any) -> Any:
    plain = _plain(value)
    return _finite(plain) if isinstance(plain, (float, list, dict)) else plain


def _key(key: Any) -> str:
    if not isinstance(key, (str, int, float, bool)) and key is not None:
        raise TypeError(f"a key of type {type(key).__name__}")
    return str(key)


def _plain(value: Any) -> Any:
    """A scalar of numpy, pandas or the standard library as JSON has it."""
    if value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, (np.generic, np.ndarray)) and not isinstance(value, (np.datetime64, np.timedelta64)):
        return value.tolist()
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    if type(value).__name__ in ("Decimal", "Fraction"):
        return float(value)
    if isinstance(value, (pd.Interval, pd.Period, np.datetime64)):
        return str(value)
    raise TypeError(f"a {type(value).__name__}")
