"""Shares, rates, ratios and running totals: what the picture shows is what pandas computes."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from observatory.charts import check, draw, recommend
from observatory.charts.drawing.picture import svg
from observatory.errors import FieldNotFound
from observatory.model import Calculation, Filter, Wish, WishedField

N = 60
SALES = pd.DataFrame(
    {
        "region": ["north", "south", "east"] * 20,
        "kind": ["a", "b", "b", "a", "a"] * 12,
        "won": ["yes", "no", "no", "no", None, "yes"] * 10,
        "sales": [(1.5 + i % 11) * (1 + i % 3) for i in range(N)],
        "staff": [None, *(1.0 + i % 4 for i in range(1, N))],
        "day": pd.date_range("2021-01-10", periods=N, freq="7D"),
    }
)
BY_REGION = WishedField("region")
WON = Filter("won", "equal", "yes")


def made(kind: Any, field: str | None = None, aggregate: str = "count", **more: Any) -> WishedField:
    return WishedField(field, aggregate, calculation=Calculation(kind, **more))


@pytest.fixture
def bars(tabulate: Callable[..., Any]) -> Callable[..., dict[str, float]]:
    """The bars of the best chart as Vega computed them, by the label of their group."""

    def drawn(*fields: WishedField, frame: pd.DataFrame = SALES, **more: Any) -> dict[str, float]:
        table, profile = tabulate(frame)
        spec = recommend(profile, Wish(fields, "bar", **more), 1)[0].spec
        assert check(spec, profile).valid
        picture = svg(draw(spec, table, profile).chart)
        return dict(map(_bar, re.findall(r'aria-label="([^"]*)" role="graphics-symbol"', picture)))

    return drawn


def _bar(label: str) -> tuple[str, float]:
    said = dict(part.split(": ", 1) for part in html.unescape(label).split("; "))
    number = next(text for name, text in said.items() if name not in ("region", "kind") and not name.startswith("day"))
    value = float(number.rstrip("%").replace(",", "").replace("−", "-")) / (100 if "%" in number else 1)
    return " ".join(text for text in said.values() if text != number), value


def close(found: dict[str, float], wanted: pd.Series, within: float = 0.0051) -> bool:
    expected = {" ".join(k) if isinstance(k, tuple) else str(k): float(v) for k, v in wanted.items()}
    return found.keys() == expected.keys() and all(abs(found[k] - expected[k]) <= within for k in expected)


def test_shares_of_the_total_are_parts_of_one(bars: Callable[..., Any]) -> None:
    totals = SALES.groupby("region")["sales"].sum()
    assert close(bars(BY_REGION, made("share of total", "sales", "sum")), totals / totals.sum())


def test_shares_of_the_rows_are_those_of_the_rows_that_are_kept(bars: Callable[..., Any]) -> None:
    kept = SALES[SALES.kind == "a"].groupby("region").size()
    found = bars(BY_REGION, made("share of total"), filters=(Filter("kind", "equal", "a"),))
    assert close(found, kept / kept.sum())


def test_shares_of_a_group_add_up_in_each_group(bars: Callable[..., Any]) -> None:
    counts = SALES.groupby(["region", "kind"]).size()
    found = bars(BY_REGION, WishedField("kind"), made("share of group"))
    shares = counts / counts.groupby(level=0).transform("sum")
    assert sorted(found.values()) == pytest.approx(sorted(round(float(v), 2) for v in shares), abs=0.0051)


def test_a_rate_counts_the_rows_that_have_an_answer(bars: Callable[..., Any]) -> None:
    known = SALES.dropna(subset="won")
    assert close(bars(BY_REGION, made("rate", part=WON)), (known.won == "yes").groupby(known.region).mean())


def test_a_rate_of_nothing_is_zero_and_not_left_out(bars: Callable[..., Any]) -> None:
    frame = pd.DataFrame({"region": ["north", "south"] * 10, "won": ["yes", "no"] * 10})
    assert bars(BY_REGION, made("rate", part=WON), frame=frame) == {"north": 1.0, "south": 0.0}


def test_a_ratio_is_of_the_sums_of_rows_that_have_both(bars: Callable[..., Any]) -> None:
    sums = SALES.dropna(subset="staff").groupby("region")[["sales", "staff"]].sum()
    assert close(bars(BY_REGION, made("ratio", "sales", "sum", other="staff")), sums.sales / sums.staff, 1e-6)


def test_a_difference_may_be_below_zero(bars: Callable[..., Any]) -> None:
    means = SALES.dropna(subset="staff").groupby("region")[["sales", "staff"]].mean()
    assert close(bars(BY_REGION, made("difference", "staff", "mean", other="sales")), means.staff - means.sales, 1e-6)


def test_a_running_total_ends_at_the_total(bars: Callable[..., Any]) -> None:
    months = WishedField("day", time_unit="yearmonth")
    found = bars(months, made("running total", "sales", "sum"))
    wanted = SALES.groupby(SALES.day.dt.to_period("M"))["sales"].sum().cumsum()
    assert list(found.values()) == pytest.approx(list(wanted))


def test_a_change_is_from_the_month_before(bars: Callable[..., Any]) -> None:
    months = WishedField("day", time_unit="yearmonth")
    found = bars(months, made("change", "sales", "sum"))
    wanted = SALES.groupby(SALES.day.dt.to_period("M"))["sales"].sum().diff().dropna()
    assert list(found.values()) == pytest.approx(list(wanted))


def test_months_of_the_year_are_summed_over_all_years(bars: Callable[..., Any]) -> None:
    found = bars(WishedField("day", time_unit="month"), made("share of total", "sales", "sum"))
    wanted = SALES.groupby(SALES.day.dt.month)["sales"].sum() / SALES.sales.sum()
    assert list(found.values()) == pytest.approx(list(wanted), abs=0.0051)


def test_the_first_of_the_computed_numbers_are_kept(bars: Callable[..., Any]) -> None:
    found = bars(BY_REGION, made("ratio", "sales", "sum", other="staff"), limit=2, sort="descending")
    sums = SALES.dropna(subset="staff").groupby("region")[["sales", "staff"]].sum()
    assert set(found) == set((sums.sales / sums.staff).nlargest(2).index)


def test_every_row_counts_where_there_are_more_than_a_browser_is_given(bars: Callable[..., Any]) -> None:
    frame = pd.DataFrame({"region": ["north"] * 90_000 + ["south"] * 10_000, "v": range(100_000)})
    assert bars(BY_REGION, made("share of total"), frame=frame) == {"north": 0.9, "south": 0.1}


@pytest.mark.parametrize("name", ["it's", 'a "b"', "x.y[0]", "größe (%)", "a\\b"])
def test_names_and_values_of_any_kind_are_computed_with(bars: Callable[..., Any], name: str) -> None:
    frame = pd.DataFrame({"region": ["n", "s"] * 10, name: ["y'e\"s", "y'e\"s", "no", "no"] * 5, "v": range(20)})
    assert bars(BY_REGION, made("rate", part=Filter(name, "equal", "y'e\"s")), frame=frame) == {"n": 0.5, "s": 0.5}


def test_a_field_that_is_not_there_is_said(tabulate: Callable[..., Any]) -> None:
    profile = tabulate(SALES)[1]
    with pytest.raises(FieldNotFound, match="profit"):
        recommend(profile, Wish((BY_REGION, made("ratio", "sales", "sum", other="profit"))), 1)


def test_a_rate_of_bins_is_that_of_the_rows_in_each(tabulate: Callable[..., Any]) -> None:
    frame = SALES.assign(sales=range(N))
    table, profile = tabulate(frame)
    fields = (WishedField("sales", bin=20), made("rate", part=WON))
    spec = recommend(profile, Wish(fields, "bar"), 1)[0].spec
    assert check(spec, profile).valid
    assert spec["title"] == "Share with won yes by sales"
    picture = svg(draw(spec, table, profile).chart)
    shown = [float(n) / 100 for n in re.findall(r"share with won yes: ([\d.]+)%", html.unescape(picture))]
    known = frame[frame["won"].notna()]
    assert shown == pytest.approx((known["won"] == "yes").groupby(known["sales"] // 20).mean().tolist(), abs=0.0051)
