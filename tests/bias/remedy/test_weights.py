"""Raking, post-stratification, trimming and Kish's price, with worked numbers."""

from __future__ import annotations

import numpy as np
import pytest

from observatory.bias.remedy.weights import design_effect, effective_n, post_stratify, rake, trim


def test_raking_reaches_the_fitted_table_of_the_textbook_example():
    seed = np.array([[40, 30, 20, 10], [35, 50, 100, 75], [30, 80, 70, 120], [20, 30, 40, 50]], dtype=float)
    rows, columns = (x.ravel() for x in np.indices((4, 4)))
    targets = [np.array([150, 300, 400, 150]) / 1000, np.array([200, 300, 400, 100]) / 1000]
    fit = rake(seed.ravel(), [rows, columns], targets)
    fitted = fit.weights * seed.ravel() / (fit.weights * seed.ravel()).sum() * 1000
    expected = [
        [64.6, 46.3, 35.4, 3.8],
        [50.0, 68.2, 156.5, 25.4],
        [56.7, 144.4, 145.1, 53.8],
        [28.7, 41.2, 63.0, 17.0],
    ]
    assert np.abs(fitted.reshape(4, 4) - expected).max() < 0.2
    assert fit.converged
    assert fit.worst < 1e-9


def test_raking_keeps_the_odds_ratio_of_the_sample():
    counts = np.array([30.0, 20, 10, 40])
    fit = rake(counts, [np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])], [np.array([0.2, 0.8]), np.array([0.7, 0.3])])
    a, b, c, d = fit.weights * counts
    assert a * d / (b * c) == pytest.approx(30 * 40 / (20 * 10))


def test_a_sample_that_agrees_keeps_its_weights_of_one():
    counts = np.array([10.0, 20, 30, 40])
    fit = rake(counts, [np.array([0, 0, 1, 1])], [np.array([0.3, 0.7])])
    assert fit.rounds == 0
    assert np.allclose(fit.weights, 1)


def test_margins_that_contradict_each_other_are_said_not_to_converge():
    fit = rake(
        np.array([50.0, 50.0]), [np.array([0, 1]), np.array([0, 1])], [np.array([0.2, 0.8]), np.array([0.6, 0.4])]
    )
    assert not fit.converged
    assert np.isfinite(fit.weights).all()


def test_post_stratification_weighs_every_cell_by_its_two_shares():
    weights, strata = post_stratify(np.array([60.0, 40]), np.array([500.0, 500]), [np.array([0, 1])])
    assert np.allclose(weights, [0.5 / 0.6, 0.5 / 0.4])
    assert strata.tolist() == [0, 1]


def test_an_empty_cell_joins_the_largest_that_differs_in_the_last_field_only():
    sex, age = np.array([0, 0, 0, 1, 1]), np.array([0, 1, 2, 0, 1])
    ours, theirs = np.array([10.0, 30, 0, 40, 20]), np.array([20.0, 20, 10, 30, 20])
    weights, strata = post_stratify(ours, theirs, [sex, age])
    assert strata.tolist() == [0, 1, 1, 3, 4]
    assert weights[1] == pytest.approx((30 / 100) / (30 / 100))
    assert (weights * ours).sum() == pytest.approx(100)


def test_sides_without_a_cell_in_common_count_every_row_alike():
    weights, _ = post_stratify(np.array([5.0, 0.0]), np.array([0.0, 5.0]), [np.array([0, 1])])
    assert np.allclose(weights, 1)


def test_trimming_cuts_at_a_multiple_of_the_mean_and_keeps_the_mean():
    counts = np.array([5.0, 4.0, 1.0])
    trimmed, n = trim(np.array([0.5, 0.9, 3.9]), counts, 2.0)
    assert n == 1
    assert (trimmed * counts).sum() == pytest.approx(10)
    assert trimmed[2] == pytest.approx(2.0 * 10 / (2.5 + 3.6 + 2.0))


def test_kish_design_effect_is_one_plus_the_squared_coefficient_of_variation():
    weights = np.random.default_rng(0).lognormal(0, 0.7, 500)
    assert design_effect(weights) == pytest.approx(1 + (weights.std() / weights.mean()) ** 2)
    assert effective_n(weights) == pytest.approx(weights.sum() ** 2 / (weights**2).sum())


def test_the_price_of_cells_is_that_of_their_rows():
    weights, counts = np.array([0.5, 2.0]), np.array([6, 2])
    rows = np.repeat(weights, counts)
    assert design_effect(weights, counts) == pytest.approx(design_effect(rows))
    assert effective_n(weights, counts) == pytest.approx(effective_n(rows))
    assert effective_n(np.empty(0)) == 0
