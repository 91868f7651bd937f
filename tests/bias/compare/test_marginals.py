"""Known shares are read in the forms people write them, and one departure is one finding."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pandas as pd
import pytest

from observatory.bias.detect import steps
from observatory.bias.matching.band import lower_end
from observatory.bias.run import Run
from observatory.profile import profile


@pytest.fixture
def against(table):
    """The report of a frame against marginals, once they have been looked at."""

    def make(frame, shares):
        sample = table(frame)
        given = pd.DataFrame(shares, columns=["field", "value", "share"])
        return list(islice(steps(Run(sample, profile(sample), marginals=given)), 2))[-1]

    return make


@pytest.mark.parametrize(
    ("text", "low"),
    [
        *[("18-34", 18), ("-10 to -5", -10), ("[18, 35)", 18), ("(34, 64]", 35), ("(17.999, 28.0]", 18), ("65+", 65)],
        *[("> 60", 61), (">= 60", 60), ("60 or more", 60), ("<= 5", -np.inf), ("under 18", -np.inf)],
        *[("(-inf, 3]", -np.inf), ("2-chloro", None), ("18", None)],
    ],
)
def test_lower_ends_of_bands(text, low):
    assert lower_end(text, whole=True) == low


def test_negative_bands_are_ranges(against):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"long": rng.uniform(-120, -60, 4000).round(3)})
    shares = [("long", "-120 to -100", 1 / 3), ("long", "-100 to -80", 1 / 3), ("long", "-80 to -60", 1 / 3)]
    assert against(frame, shares).findings == ()
    west = against(frame[(frame["long"] >= -100) | (rng.random(4000) < 0.3)], shares).findings
    assert [(f.where, f.direction) for f in west] == [('("long" < (-100))', "under")]


def test_a_level_without_rows_is_one_finding(against):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.choice(list("abcdef"), 2000)})
    shares = [("x", level, 1 / 8) for level in "abcdefgh"]
    assert [f.n for f in against(frame, shares).findings if f.explained_by is None] == [0]


def test_real_levels_are_matched_in_full(against):
    values = np.float32([3.2, 10.6, 5.3]).astype(float)
    frame = pd.DataFrame({"rate": np.random.default_rng(0).choice(values, 900)})
    assert against(frame, [("rate", v, 1 / 3) for v in values]).findings == ()


def test_levels_written_otherwise_are_a_note(against):
    frame = pd.DataFrame({"sex": ["female", "male"] * 300})
    made = against(frame, [("sex", "1", 0.5), ("sex", "2", 0.5)])
    assert made.findings == ()
    assert ("values", ("sex",)) in [(n.kind, n.columns) for n in made.notes]


def test_single_years_are_read_as_ranges(against):
    rng = np.random.default_rng(0)
    ages = pd.DataFrame({"age": rng.integers(18, 90, 4000)})
    shares = [("age", age, 1 / 72) for age in range(18, 90)]
    assert against(ages, shares).findings == ()
    young = ages[(ages["age"] < 60) | (rng.random(4000) < 0.3)]
    (found,) = [f for f in against(young, shares).findings if f.explained_by is None]
    assert (found.columns, found.direction) == (("age",), "under")
    assert found.reference_share == pytest.approx(30 / 72, abs=0.06)
