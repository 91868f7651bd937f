"""Natural groups are found with their sizes and what sets them apart; rows without groups are not cut into any."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from observatory.bias import Run
from observatory.bias.rows.groups import groups, k_means, ward
from observatory.profile import profile


@pytest.fixture
def run(table):
    def make(frame: pd.DataFrame, reference: pd.DataFrame | None = None) -> Run:
        made = table(frame)
        return Run(made, profile(made), None if reference is None else table(reference))

    return make


def blobs(sizes: tuple[int, ...], seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    """Three groups in two of five fields; a level goes with the first."""
    rng = np.random.default_rng(seed)
    group = rng.permutation(np.repeat(range(3), sizes))
    n = len(group)
    frame = pd.DataFrame(
        {
            "height": np.array([0, 5, 5])[group] + rng.normal(size=n),
            "weight": np.array([0, 0, 6])[group] + rng.normal(size=n),
            "kind": np.where(group == 0, "small", rng.choice(["mid", "big"], n)),
            "noise": rng.normal(size=n),
            "side": rng.choice(["left", "right"], n),
        }
    )
    return frame, group


@pytest.mark.parametrize("method", [k_means, ward])
def test_groups_are_found_with_their_sizes(run, method):
    frame, truth = blobs((600, 300, 100))
    found = run(frame).once(method)
    assert sorted(g.n for g in found.groups) == pytest.approx([100, 300, 600], abs=10)
    assert pd.crosstab(found.labels, truth).max(axis=1).sum() >= 0.98 * len(frame)


def test_a_note_says_how_large_they_are_and_what_sets_them_apart(run):
    frame, _ = blobs((600, 300, 100))
    outcome = groups(run(frame))
    (note,) = outcome.notes
    assert "3 natural groups" in note.statement
    assert "60 % have kind = small (100 % against 0 %)" in note.statement
    assert "high weight" in note.statement
    assert "noise" not in note.statement
    assert "side" not in note.statement
    assert "population" in note.needs
    assert not outcome.found


def test_a_group_that_is_short_has_witnesses(run):
    reference, _ = blobs((1500, 1500, 1500))
    sample, _ = blobs((1500, 1500, 300), seed=1)
    outcome = groups(run(sample, reference))
    assert {(w.detector, w.direction) for w in outcome.witnesses} >= {("k-means", "under"), ("Ward", "under")}
    assert all("weight" in w.where for w in outcome.witnesses if w.direction == "under")
    assert outcome.families["groups"].min() < 1e-6


def test_an_even_draw_has_no_witness(run):
    assert groups(run(blobs((900, 600, 300), seed=1)[0], blobs((3000, 2000, 1000))[0])).witnesses == ()


def _without_groups(kind: str, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    n, shared = 1500, rng.normal(size=(1500, 1))
    level = rng.random(n) < 0.4
    return pd.DataFrame(
        {
            "normal": lambda: dict(zip("abcde", rng.normal(size=(5, n)))),
            "related": lambda: dict(zip("abcd", (shared + 0.4 * rng.normal(size=(n, 4))).T)),
            "skewed": lambda: dict(zip("abcd", np.exp(shared + 0.5 * rng.normal(size=(n, 4))).T)),
            "curved": lambda: {"a": shared[:, 0], "b": shared[:, 0] ** 2 + 0.3 * rng.normal(size=n)},
            "levels": lambda: {name: rng.choice(list("xyz"), n, p=[0.7, 0.2, 0.1]) for name in "abcdef"},
            "related levels": lambda: {
                "a": np.where(level, "m", "f"),
                "b": np.where(rng.random(n) < np.where(level, 0.7, 0.3), "y", "n"),
                "c": rng.normal(size=n) + level,
            },
        }[kind]()
    )


@pytest.mark.parametrize("seed", range(1))
@pytest.mark.parametrize("kind", ["normal", "related", "skewed", "curved", "levels", "related levels"])
def test_rows_without_groups_are_left_whole(run, kind, seed):
    outcome = groups(run(_without_groups(kind, seed)))
    assert outcome.notes == ()
    assert outcome.check.startswith("No natural groups")


def test_missing_values_and_odd_names_get_a_predicate_that_runs(run, table):
    frame, _ = blobs((600, 300, 100))
    frame["when"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(frame["height"].round(), unit="D")
    frame = frame.rename(columns={"height": 'h"t', "weight": "table", "kind": "n"})
    frame.loc[frame.index[::7], ["table", "n"]] = None
    made = table(frame)
    found = Run(made, profile(made)).once(k_means)
    rules = [r for r in found.rules if r is not None]
    assert rules
    for rule in rules:
        assert made.query(f"SELECT count(*) FROM t WHERE {rule.where}").iloc[0, 0] > 0
