"""Chart code as it goes wrong, mended: each suggestion is the smallest change, and gives a chart."""

from __future__ import annotations

import tomllib
import warnings
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import pytest

from observatory.errors import ChartCodeFailed, ChartCodeRejected, FieldNotFound
from observatory.sandbox.fixes import suggest

CARS = pd.read_csv(Path(__file__).parents[2] / "datasets" / "cars.csv")
COLUMNS = list(CARS.columns)
PAIRS: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("fixes.toml").read_text("utf-8"))["pair"]
FINE = "chart = alt.Chart(data).mark_bar().encode(x='class', y='count()')\n"


def run(code: str) -> alt.TopLevelMixin:
    """The chart that plain Altair makes of the code, as the person who wrote it would run it."""
    names: dict[str, Any] = {"alt": alt, "pd": pd, "np": np, "data": CARS.copy(), "__name__": "chart"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(code, "<chart>", "exec"), names)
        chart = names["plot"](names["data"]) if "plot" in names else names.get("chart")
        if not isinstance(chart, alt.TopLevelMixin):
            raise ChartCodeFailed("The code gave no chart.")
        chart.to_dict()
    return chart


def error_of(pair: dict[str, Any]) -> BaseException:
    if "refused" in pair:
        return ChartCodeRejected(pair["refused"], line=pair["line"])
    with pytest.raises(Exception) as raised:
        run(pair["broken"])
    return raised.value


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["broken"].strip()[:60])
def test_what_is_wrong_is_mended(pair: dict[str, Any]) -> None:
    assert suggest(pair["broken"], error_of(pair), COLUMNS) == pair["mended"]
    assert isinstance(run(pair["mended"]), alt.TopLevelMixin)


def test_a_name_that_differs_in_case_or_signs_is_the_same_column() -> None:
    code = "chart = alt.Chart(data).mark_point().encode(x='Bill Length (mm)', y='bodymass:Q')"
    mended = suggest(code, FieldNotFound("Bill Length (mm)"), ["bill_length_mm", "body_mass"])
    assert mended == "chart = alt.Chart(data).mark_point().encode(x='bill_length_mm', y='body_mass:Q')"


@pytest.mark.parametrize(
    ("column", "shorthand"),
    [("a:b", r"a\\:b"), ("v1.2", r"v1\\.2"), ("it's", "it's"), ('say "hi"', 'say "hi"'), ("größe", "größe")],
)
def test_columns_with_signs_are_written_so_that_they_are_found(column: str, shorthand: str) -> None:
    frame = pd.DataFrame({column: [1, 2]})
    wrong = (
        column.replace("a", "aa").replace("v1.2", "v12").replace("it's", "its").replace("hi", "hy").replace("ö", "o")
    )
    code = f"chart = alt.Chart(data).mark_bar().encode(x={wrong!r}, y='count()')"
    error = ValueError(f'Unable to determine data type for the field "{wrong}"; verify that the field name')
    mended = suggest(code, error, [column]) or ""
    assert shorthand in mended or repr(column) in mended
    names: dict[str, Any] = {"alt": alt, "data": frame}
    exec(mended, names)
    assert names["chart"].to_dict()["encoding"]["x"]["type"] in ("quantitative", "nominal")


def test_all_else_stays_as_it_was_written() -> None:
    code = "import altair as alt  # draws\n\n\nchart = (alt.Chart( data )\n   .mark_bars( )   # bars\n)\n"
    with pytest.raises(AttributeError) as raised:
        run(code)
    assert suggest(code, raised.value, COLUMNS) == code.replace("mark_bars", "mark_bar")


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (FINE, ChartCodeFailed("The code ran for more than 5 seconds.")),
        (FINE, ZeroDivisionError("division by zero")),
        (FINE, MemoryError()),
        (FINE, KeyError(3)),
        ("chart = data['weather in Oslo']", KeyError("weather in Oslo")),
        (
            "import sklearn.cluster as c\nchart = c.KMeans(3).plot(data)",
            ChartCodeRejected("No module “sklearn”.", line=1),
        ),
        ("class A: pass", ChartCodeRejected("A class cannot be defined in chart code.", line=1)),
        ("((((((", SyntaxError("'(' was never closed")),
        ("no code at all, just a wish", SyntaxError("invalid syntax")),
        ("", ChartCodeFailed("The code gave no chart.")),
        ("x = 1\n" * 20_000, ChartCodeFailed("The code gave no chart.")),
        ("(" * 400 + ")" * 400, SyntaxError("too many nested parentheses")),
        ("chart = 1\0", SyntaxError("source code cannot contain null bytes")),
    ],
)
def test_nothing_is_suggested_where_nothing_is_likely(code: str, error: BaseException) -> None:
    assert suggest(code, error, COLUMNS) is None


class Hostile(Exception):
    """An error that chart code could make: every look at it fails."""

    def __str__(self) -> str:
        raise RuntimeError("no")

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError("no")


@pytest.mark.parametrize("code", [FINE, FINE[:-10], "", "\0", "é“”" * 300])
def test_a_suggestion_never_raises(code: str) -> None:
    assert suggest(code, Hostile(), COLUMNS) is None or code == FINE[:-10]


@pytest.mark.parametrize("size", [1, 7, 60, 61, 300])
def test_any_part_of_a_program_gives_code_that_parses_or_nothing(size: int) -> None:
    whole = max((pair["mended"] for pair in PAIRS), key=len)
    for start in range(0, len(whole), 37):
        mended = suggest(whole[start : start + size], SyntaxError("invalid syntax"), COLUMNS)
        assert mended is None or compile(mended, "<chart>", "exec")


def test_many_columns_and_long_names_take_no_longer_than_they_must() -> None:
    columns = [f"{'column ' * 30}{number}" for number in range(5_000)]
    assert suggest("data['colum']", KeyError("colum"), columns) is None
