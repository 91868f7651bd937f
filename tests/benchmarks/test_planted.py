"""What counts as a hit, and that a planted bias is what it says it is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks.bias.claims import Claim, is_hit, jaccard
from benchmarks.bias.mechanisms import JOINT, SINGLE
from benchmarks.bias.methods import METHODS
from benchmarks.bias.planting import Planted
from benchmarks.bias.samples import draw, strength
from benchmarks.bias.score import mean_interval
from benchmarks.bias.tables import FrameTable


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(1)
    n = 8000
    return pd.DataFrame(
        {
            "sex": rng.choice(["f", "m"], n),
            "area": rng.choice(list("abcdef"), n),
            "wage": rng.normal(20, 5, n).round(2),
            "day": pd.Timestamp("2021-01-01") + pd.to_timedelta(rng.integers(0, 365, n), unit="D"),
            "long": rng.uniform(-10, 10, n).round(3),
            "lat": rng.uniform(40, 60, n).round(3),
        }
    )


def test_a_hit_has_the_rows_and_the_direction(frame):
    planted = Planted(frame, lambda f: f["sex"] == "f", ("sex",), "under")
    women = (frame["sex"] == "f").to_numpy()
    assert is_hit(Claim(("sex",), "under", women), planted, frame)
    assert not is_hit(Claim(("sex",), "over", women), planted, frame)
    assert not is_hit(Claim(("sex",), "over", ~women), planted, frame)
    assert jaccard(women, ~women) == 0


def test_of_a_preference_by_degrees_the_other_side_is_as_true(frame):
    low, high = (lambda f: f["wage"] < 20), (lambda f: f["wage"] > 20)
    planted = Planted(frame, low, ("wage",), "under", beyond=high)
    assert is_hit(Claim(("wage",), "over", high(frame).to_numpy()), planted, frame)
    assert not is_hit(Claim(("wage",), "under", high(frame).to_numpy()), planted, frame)


@pytest.mark.parametrize("mechanism", SINGLE | JOINT)
def test_every_selection_is_found_when_it_is_strong(frame, mechanism):
    population, pool = frame.iloc[:4000].reset_index(drop=True), frame.iloc[4000:].reset_index(drop=True)
    planted = None
    for seed in range(20):
        made = (SINGLE | JOINT)[mechanism](population, pool, 0.1, np.random.default_rng(seed))
        drawn = None if made is None else draw(made, 3000, 0)
        if drawn is not None and strength(drawn, population) >= 7:
            planted = drawn
            break
    assert planted is not None
    made = METHODS["ours, cells alone"](planted.sample, FrameTable(population), 0)
    assert any(is_hit(m, planted, population) for m in made[:3])


def test_nothing_has_no_mean():
    assert mean_interval([]) == "–"
    assert mean_interval([0, 0]) == "0.000 ± 0.000"
