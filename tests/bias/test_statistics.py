"""Statistics agree with the literature and with scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from observatory.bias.remedy.advice import rows_to_collect
from observatory.bias.statistics import (
    benjamini_hochberg,
    chi_square,
    cohens_h,
    log_p,
    newcombe,
    two_proportion_z,
    wilson,
)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_benjamini_hochberg_is_scipys(p):
    assert benjamini_hochberg([np.array(p)])[0] == pytest.approx(stats.false_discovery_control(p))


def test_each_family_has_an_equal_say():
    few, many = benjamini_hochberg([np.array([0.001]), np.full(1000, 0.9)])
    assert few[0] == pytest.approx(0.002)
    assert (many >= 0.9).all()


@given(st.integers(1, 2000), st.data())
def test_wilson_is_scipys(total, data):
    n = data.draw(st.integers(0, total))
    known = stats.binomtest(n, total).proportion_ci(method="wilson")
    assert wilson(n, total) == pytest.approx((known.low, known.high), abs=1e-6)


def test_newcombe_is_its_papers():
    assert newcombe(56, 70, 48, 80) == pytest.approx((0.0524, 0.3339), abs=1e-4)


def test_cohens_h_changes_sign_with_the_sides():
    assert cohens_h(0.2, 0.5) == -cohens_h(0.5, 0.2)


@pytest.mark.parametrize(("n", "total", "m", "other"), [(0, 300, 150, 3000), (14, 300, 20, 3000), (90, 300, 600, 3000)])
def test_two_proportion_p_is_near_fishers(n, total, m, other):
    z = two_proportion_z(n / total, total, m / other, other)
    exact = stats.fisher_exact([[n, total - n], [m, other - m]]).pvalue
    assert float(log_p(z)) == pytest.approx(np.log(exact), rel=0.12)


def test_chi_square_is_scipys():
    counts = np.array([[12.0, 30.0], [40.0, 60.0], [8.0, 90.0]])
    known = stats.chi2_contingency(counts, correction=False)
    v, p = chi_square(counts)
    assert p == pytest.approx(known.pvalue)
    assert v == pytest.approx(stats.contingency.association(counts.astype(int), method="cramer"))


@given(st.integers(10, 5000), st.floats(0.01, 0.9), st.data())
def test_collected_rows_reach_the_share(n_rows, share, data):
    n = data.draw(st.integers(0, n_rows))
    more = rows_to_collect(n, n_rows, share)
    assert more == 0 or (n + more) / (n_rows + more) >= share - 1e-9
