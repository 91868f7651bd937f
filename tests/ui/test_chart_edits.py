"""A chart changed by hand is the chart that a person would expect, and the words for it follow."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from observatory.charts.spec.reading import parse
from observatory.charts.spec.vegalite import to_spec
from observatory.charts.spec.view import Encoding, View
from observatory.charts.spec.words import title
from observatory.model import FieldProfile, Filter, Profile
from observatory.ui import chart_edits as edits

PROFILE = Profile(
    90,
    (
        FieldProfile("class", "nominal", "dimension", "VARCHAR", 0, 3),
        FieldProfile("fare", "quantitative", "measure", "DOUBLE", 0, 80),
        FieldProfile("age", "quantitative", "measure", "DOUBLE", 0, 80),
        FieldProfile("year", "quantitative", "time", "BIGINT", 0, 9),
        FieldProfile("day", "temporal", "time", "DATE", 0, 90),
    ),
)
BARS = View(
    "bar",
    (
        Encoding("x", "class", "nominal", sort="-y", title="class"),
        Encoding("y", "fare", "quantitative", "mean", title="mean fare"),
    ),
    title="Mean fare by class",
)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda v: edits.with_mark(v, "point"), View("point", BARS.encodings, title="Mean fare by class")),
        (
            lambda v: edits.with_field(v, "y", "age", PROFILE),
            View(
                "bar",
                (BARS.encodings[0], Encoding("y", "age", "quantitative", "mean", title="mean age")),
                title="Mean age by class",
            ),
        ),
        (
            lambda v: edits.with_shown(v, "y", "median", PROFILE),
            View(
                "bar",
                (BARS.encodings[0], Encoding("y", "fare", "quantitative", "median", title="median fare")),
                title="Median fare by class",
            ),
        ),
        (
            lambda v: edits.with_field(v, "y", None, PROFILE),
            View(
                "bar",
                (BARS.encodings[0], Encoding("y", None, "quantitative", "count", title="number of rows")),
                title="Number of rows by class",
            ),
        ),
    ],
)
def test_a_change_keeps_the_rest_and_says_itself(change: Callable[[View], View], expected: View) -> None:
    assert change(BARS) == expected


def test_a_title_of_ones_own_is_kept() -> None:
    named = edits.with_title(BARS, "  What they  paid ")
    assert edits.with_mark(named, "point").title == "What they paid"
    assert edits.with_title(named, " ").title == title(BARS)


def test_bins_units_and_categories() -> None:
    binned = edits.with_shown(edits.with_field(BARS, "x", "age", PROFILE), "x", "bin", PROFILE).on("x")
    assert binned is not None
    assert (binned.bin, binned.type, binned.aggregate) == (20, "quantitative", None)
    monthly = edits.with_shown(edits.with_field(BARS, "x", "day", PROFILE), "x", "yearmonth", PROFILE).on("x")
    assert monthly is not None
    assert (monthly.time_unit, monthly.type) == ("yearmonth", "temporal")
    listed = edits.with_shown(edits.with_field(BARS, "x", "age", PROFILE), "x", "category", PROFILE).on("x")
    assert listed is not None
    assert listed.type == "ordinal"
    assert edits.shown(listed, PROFILE.field("age")) == "category"


def test_a_year_is_written_without_thousands() -> None:
    year = edits.with_field(BARS, "x", "year", PROFILE).on("x")
    assert year is not None
    assert (year.format, year.zero) == ("d", False)


@pytest.mark.parametrize("choice", ["auto", "zero", "fit", "log"])
def test_the_scale_that_was_chosen_is_the_one_that_is_shown(choice: str) -> None:
    changed = edits.with_scale(BARS, "y", choice).on("y")
    assert changed is not None
    assert edits.scale(changed) == choice


@pytest.mark.parametrize("choice", ["own", "ascending", "descending", "longest", "shortest"])
def test_the_order_that_was_chosen_is_the_one_that_is_shown(choice: str) -> None:
    changed = edits.with_sort(BARS, "x", choice).on("x")
    assert changed is not None
    assert edits.sort(changed) == choice


def test_only_what_makes_sense_is_offered() -> None:
    x, y = BARS.encodings
    assert edits.scale_choices(x) == []
    assert edits.sort_choices(y) == []
    assert "mean" not in edits.shown_choices(x, PROFILE.field("class"))
    assert edits.shown_choices(Encoding("y", None, "quantitative", "count"), None) == ["count"]
    assert not edits.can_stack(BARS, y)
    assert edits.can_stack(edits.with_field(BARS, "color", "class", PROFILE), y)


def test_swapped_twice_is_the_same_chart() -> None:
    turned = edits.swapped(BARS)
    assert turned.on("y") == Encoding("y", "class", "nominal", sort="-x", title="class")
    assert edits.swapped(turned) == BARS


def test_a_channel_is_removed_with_the_order_it_gave_but_not_the_last_one() -> None:
    alone = edits.without(BARS, "y")
    assert alone.encodings == (Encoding("x", "class", "nominal", title="class"),)
    assert edits.without(alone, "x") == alone
    assert "y" in edits.free_channels(alone)


def test_an_interval_stands_around_a_mean_and_goes_with_it() -> None:
    bounded = edits.with_interval(BARS, "ci")
    assert parse(to_spec(bounded)) == bounded
    assert edits.can_bound(BARS, BARS.encodings[1])
    assert edits.with_shown(bounded, "y", "median", PROFILE).interval is None
    assert edits.with_mark(bounded, "tick").interval is None
    assert edits.with_interval(bounded, "none") == BARS


def test_every_change_is_vega_lite_that_reads_the_same() -> None:
    view = edits.with_field(BARS, "color", "class", PROFILE)
    for change in (
        edits.with_stack(view, "y", "normalize"),
        edits.with_scale(view, "y", "log"),
        edits.with_sort(view, "x", "ascending"),
        edits.with_shown(view, "y", "stdev", PROFILE),
    ):
        assert parse(to_spec(change)) == change


def test_the_same_chart_under_another_title() -> None:
    assert edits.is_same(to_spec(BARS), to_spec(edits.with_title(BARS, "Other")))
    assert not edits.is_same(to_spec(BARS), to_spec(edits.with_mark(BARS, "point")))
    assert edits.is_same({"layer": []}, {"layer": []})


def test_a_rival_shows_the_same_rows() -> None:
    narrowed = View("bar", BARS.encodings, (Filter("class", "equal", "First"),), title="x")
    rival = edits.like(to_spec(BARS), to_spec(narrowed))
    assert parse(rival).filters == narrowed.filters
    assert rival["title"] == "Mean fare by class, class First"
    panels = {"vconcat": [to_spec(BARS), to_spec(BARS)]}
    assert edits.like(panels, to_spec(narrowed)) == panels
