"""Rows that somebody picked: what sets them apart is named, and nothing where they are like the rest."""

from __future__ import annotations

import numpy as np
import pandas as pd

from observatory.bias import Run
from observatory.bias.rows.set_apart import set_apart
from observatory.profile import profile


def made(table) -> Run:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {"table": rng.choice(["a", "b"], 600), "size": rng.normal(0, 1, 600), "tone": rng.choice(list("xyz"), 600)}
    )
    frame.loc[:99, "size"] += 9
    stored = table(frame)
    return Run(stored, profile(stored))


def test_the_field_in_which_they_differ_comes_first(table):
    said = set_apart(made(table), range(100))
    assert said[0].startswith("high size")
    assert len(said) == 1


def test_rows_like_all_others_are_not_set_apart(table):
    assert set_apart(made(table), range(100, 600, 3)) == ()


def test_no_rows_and_all_rows_are_not_set_apart(table):
    assert set_apart(made(table), []) == set_apart(made(table), range(600)) == ()
