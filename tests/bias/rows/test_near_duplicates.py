"""Copies with noise or with changed cells are found where chance brings none, and only there."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest


def _near(made):
    return [f for f in made.findings if f.detector == "near_duplicates"]


def _with_noise(frame: pd.DataFrame, n: int, size: float) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    copies = frame.head(n).copy()
    for name in ("age", "income"):
        copies[name] = copies[name] + rng.normal(0, size * frame[name].std(), n)
    return pd.concat([frame, copies], ignore_index=True)


def _with_changed_cells(frame: pd.DataFrame, n: int, n_cells: int) -> pd.DataFrame:
    rng = np.random.default_rng(4)
    copies = frame.head(n).astype(object)
    for row in range(n):
        for name in rng.choice(frame.columns, n_cells, replace=False):
            other = frame[name][frame[name] != copies.loc[row, name]]
            copies.loc[row, name] = other.iloc[rng.integers(len(other))]
    return pd.concat([frame, copies.astype(frame.dtypes)], ignore_index=True)


def _many_numbers(n: int = 1500, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.integers(0, 30, (n, 6)), columns=list("abcdef"))
    return frame.assign(kind=rng.choice(list("uvwxyz"), n), size=rng.lognormal(0, 1, n))


@pytest.mark.parametrize("size", [0.003, 0.01])
def test_copies_with_noise_in_their_numbers(report, drawn, size):
    (found,) = report(_with_noise(drawn(), 60, size)).findings
    assert (found.kind, found.direction, found.where) == ("rows", "duplicates", None)
    copies = set(range(3000, 3060))
    assert len(copies & set(found.rows)) >= 0.7 * len(copies | set(found.rows))
    assert "agree with an earlier row in everything but small changes of age and income" in found.statement


def test_copies_with_one_cell_changed(report):
    (found,) = _near(report(_with_changed_cells(_many_numbers(), 40, 1)))
    assert found.rows == tuple(range(1500, 1540))
    assert "in all but one cell" in found.statement


def test_copies_with_two_cells_changed(report):
    (found,) = _near(report(_with_changed_cells(_many_numbers(), 40, 2)))
    assert set(range(1500, 1540)) <= set(found.rows)
    assert "in all but two cells" in found.statement


def test_exact_copies_are_said_once(report, drawn):
    sample = drawn()
    made = report(pd.concat([sample, sample.head(60)], ignore_index=True))
    assert [f.detector for f in made.findings] == ["duplicates"]


def test_the_evidence_shows_copies_beside_their_originals(report, table, drawn):
    sample = _with_noise(drawn(), 60, 0.003)
    (found,) = report(sample).findings
    shown = table(sample).query(found.evidence_sql)["rowid"].tolist()
    assert (shown.index(0), shown.index(3000)) == (0, 1)


@pytest.mark.parametrize("seed", range(4))
def test_even_data_is_quiet(report, drawn, seed):
    assert _near(report(drawn(seed=seed))) == []
    assert _near(report(_many_numbers(seed=seed))) == []


@pytest.mark.parametrize("seed", range(3))
def test_coarse_and_heaped_values_are_quiet(report, seed):
    rng = np.random.default_rng(seed)
    age = np.where(rng.random(2000) < 0.5, rng.integers(4, 16, 2000) * 5, rng.integers(18, 80, 2000))
    frame = pd.DataFrame({"age": age, "wage": (rng.lognormal(7, 0.6, 2000) / 100).round() * 100, "sex": age % 2})
    assert _near(report(frame)) == []


def test_answers_that_hang_together_are_quiet(report):
    rng = np.random.default_rng(1)
    mood = rng.normal(size=(1500, 1))
    answers = np.clip(np.round(mood + rng.normal(scale=0.7, size=(1500, 10)) + 3), 1, 5).astype(int)
    assert _near(report(pd.DataFrame(answers, columns=[f"q{i}" for i in range(10)]))) == []


def test_fields_that_follow_from_one_another_are_quiet(report):
    rng = np.random.default_rng(2)
    price = rng.lognormal(3, 1, 2000)
    frame = pd.DataFrame(
        {"price": price, "tax": price * 0.2, "total": price * 1.2, "shop": rng.choice(list("ab"), 2000)}
    )
    assert _near(report(frame)) == []


def test_repeated_measurements_are_quiet(report):
    rng = np.random.default_rng(5)
    people = pd.DataFrame({f"trait{i}": rng.integers(0, 9, 400) for i in range(8)})
    frame = people.loc[np.repeat(np.arange(400), 4)].reset_index(drop=True).assign(day=np.tile(np.arange(4), 400))
    assert _near(report(frame)) == []


def test_noisy_copies_among_very_many_rows(report):
    rng = np.random.default_rng(6)
    n = 40_000
    frame = pd.DataFrame({"x": rng.normal(size=n), "y": rng.normal(size=n), "z": rng.normal(size=n)})
    frame["kind"] = rng.choice(list("abcdefgh"), n)
    copies = frame.head(400) + pd.DataFrame({c: rng.normal(0, 0.002, 400) for c in "xyz"}).assign(kind="")
    (found,) = _near(report(pd.concat([frame, copies], ignore_index=True)))
    inside = np.isin(found.rows, np.arange(n, n + 400))
    assert found.statement.startswith("At least")
    assert inside.sum() > 100
    assert inside.mean() > 0.8


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"table": [1.5]}),
        pd.DataFrame({"x": [None] * 30, "y": [1.0] * 30}),
        pd.DataFrame({"rowid": np.arange(30.0), "n": np.where(np.arange(30) % 2, np.inf, 1.5)}),
        pd.DataFrame({"table": list("ab") * 30, "v0": pd.date_range("2020-01-01", periods=60), "r": [[1]] * 60}),
        pd.DataFrame(np.random.default_rng(0).normal(size=(60, 500))).rename(columns=str),
    ],
)
def test_awkward_tables_do_not_crash(report, frame):
    assert _near(report(frame)) == []
