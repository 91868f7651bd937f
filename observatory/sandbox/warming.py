"""Load and use once what charts need, so that afterwards a process without any file draws them."""

from __future__ import annotations

import importlib
import random
import tomllib
import zoneinfo
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar, Final
from zoneinfo import _zoneinfo  # type: ignore[attr-defined]

import numpy as np
import pandas as pd
from altair.utils import schemapi

from observatory.sandbox import allowed, sealing
from observatory.sandbox import facade as walls

_LATE: Final = (
    *("_strptime", "dateutil.parser", "dateutil.tz", "unicodedata", "stringprep", "encodings.idna", "decimal"),
    *("fractions", "difflib", "string", "textwrap", "statistics", "pandas.tseries.holiday", "pyarrow.compute"),
    *("pyarrow.interchange", "numpy.random", "numpy.linalg", "numpy.fft", "numpy.polynomial", "numpy.ma", "bisect"),
)
_ZONES: list[zoneinfo.ZoneInfo] = []
"""Time zones are kept here: Python itself remembers only the last few."""


def warm(*, facade: bool = True) -> None:
    """Import and exercise what is loaded late, and disarm the libraries unless the facade is off."""
    from observatory.sandbox import program

    for name in (*_LATE, *allowed.MODULES):
        importlib.import_module(name)
    table = tomllib.loads(Path(__file__).with_name("warming.toml").read_text("utf-8"))
    _ZONES.extend(_zones(table["zones"].split()))
    schemapi._FromDict = _Remembering  # type: ignore[misc]
    walls.hide_specials()
    if facade:
        walls.disarm()
    states = random.getstate(), np.random.get_state()
    for each in table["programs"]:
        program.run(each["code"], _example(), facade=facade)
    random.setstate(states[0])
    np.random.set_state(states[1])
    if facade:
        sealing.seal()


class _Remembering(schemapi._FromDict):
    """Altair's table of its classes by schema, made once: Altair itself makes it again for each channel of a chart."""

    _known: ClassVar[dict[int, list[Any]]] = {}

    def __init__(self, wrapper_classes: Iterable[Any], /) -> None:
        if not self._known:
            super().__init__(wrapper_classes)
            self._known.update(self.class_dict)
        self.class_dict = defaultdict(list, self._known)


def _zones(names: list[str]) -> Iterator[zoneinfo.ZoneInfo]:
    """Each zone as Python has it, and as pandas reads its changes; those that this machine lacks are left out.

    >>> len(list(_zones(["UTC", "Europe/Atlantis"])))
    2
    """
    for name in names:
        try:
            yield zoneinfo.ZoneInfo(name)
            yield _zoneinfo.ZoneInfo(name)
        except zoneinfo.ZoneInfoNotFoundError:
            continue


def _example() -> pd.DataFrame:
    """A table with a column of each kind.

    >>> sorted(_example().columns)
    ['flag', 'group', 'other', 'text', 'value', 'when']
    """
    n = 12
    return pd.DataFrame(
        {
            "group": pd.Series(["A", "B", None] * 4, dtype="str"),
            "value": [float(i) if i % 5 else np.nan for i in range(n)],
            "other": range(n),
            "flag": [i % 2 == 0 for i in range(n)],
            "when": pd.date_range("2026-01-28", periods=n, freq="D"),
            "text": [f"2026-02-{i + 1:02}" for i in range(n)],
        }
    )
