"""Coordinates that cannot be right are found; a corner of the map that was not reached needs a reference."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from observatory.bias.run import Run
from observatory.bias.traces.geography import geography
from observatory.profile import profile

TOWNS = np.array([[47.6, -122.3], [47.2, -122.4], [47.9, -122.2], [47.5, -121.9], [47.7, -122.6]])


def town(n=3000, seed=0):
    rng = np.random.default_rng(seed)
    which = rng.integers(0, len(TOWNS), n)
    lat, lon = (TOWNS[which, i] + rng.normal(0, 0.12, n) for i in (0, 1))
    return pd.DataFrame({"pickup_lat": lat, "pickup_lon": lon, "x": rng.normal(size=n), "s": rng.choice(["a", "b"], n)})


@pytest.fixture
def look(table):
    def run(frame, reference=None):
        sample = table(frame)
        return geography(Run(sample, profile(sample), None if reference is None else table(reference)))

    return run


@pytest.mark.parametrize(
    ("lat", "lon", "words"),
    [
        (0.0, 0.0, "at 0, 0"),
        (4760.0, -122.3, "out of range"),
        (-122.3, 47.6, "swapped"),
        (47.6, 122.3, "without the sign of pickup_lon"),
        (-47.6, -122.3, "without the sign of pickup_lat"),
    ],
)
def test_rows_whose_coordinates_cannot_be_right(look, lat, lon, words):
    frame = town()
    frame.loc[[7, 70, 700], ["pickup_lat", "pickup_lon"]] = [lat, lon]
    ((finding, place),) = look(frame).found
    assert (finding.kind, finding.direction, finding.rows) == ("rows", "outliers", (7, 70, 700))
    assert words in finding.statement
    assert place == ("coordinates", 0)


def test_places_all_over_the_world_are_no_mistakes(look):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"lat": rng.uniform(-60, 70, 2000), "lng": rng.uniform(-180, 180, 2000)})
    frame.loc[0] = [0.0, 0.0]
    assert look(frame).found == ()


def test_rows_crowded_in_a_tenth_of_the_ground_are_a_note(look):
    wide = np.random.default_rng(1).uniform((47.2, -122.8), (48.0, -121.8), (3000, 2))
    frame = town()
    assert look(frame).notes == ()
    frame.loc[:1199, ["pickup_lat", "pickup_lon"]] = wide[:1200]
    frame.loc[1200:, ["pickup_lat", "pickup_lon"]] = [47.611, -122.333] + 0.02 * (wide[1200:] - [47.6, -122.3])
    outcome = look(frame)
    assert outcome.found == ()
    assert [n.kind for n in outcome.notes] == ["geography"]
    assert "Half of the rows lie in" in outcome.notes[0].statement
    assert "reference" in outcome.notes[0].needs


@pytest.mark.parametrize("seed", range(3))
def test_a_corner_that_was_not_reached_is_witnessed(look, seed):
    sample = town(4000, 10 + seed)
    corner = (sample.pickup_lat > 47.75) & (sample.pickup_lon > -122.3)
    outcome = look(sample[~corner].reset_index(drop=True), town(20_000, 1))
    assert [w.direction for w in outcome.witnesses] == ["under"]


@pytest.mark.parametrize("seed", range(5))
def test_an_even_draw_stays_quiet(look, seed):
    outcome = look(town(3000, 20 + seed), town(20_000, 1))
    assert outcome.found == ()
    assert outcome.witnesses == ()
    assert outcome.notes == ()


def test_names_alone_make_no_place(look):
    assert look(town().assign(pickup_lat=range(3000))).check == ""
    assert look(town().drop(columns="pickup_lon")).check == ""
    assert look(town(10)).check == ""
    constant = town().assign(pickup_lat=1.0, pickup_lon=2.0)
    assert look(constant).check == ""


def test_missing_and_infinite_coordinates_do_not_crash(look):
    frame = town().rename(columns={"pickup_lat": "table lat", "pickup_lon": "table long"})
    frame.loc[:99, "table lat"] = np.nan
    frame.loc[100:109, "table long"] = np.inf
    assert [f.n for f, _ in look(frame).found] in ([], [10])
