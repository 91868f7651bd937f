"""Which groups are worth a test."""

from __future__ import annotations

import numpy as np

from observatory.bias.coded import Known, Side
from observatory.bias.compare.candidates import compare


def test_what_is_known_to_be_nobody_or_everybody_is_tested() -> None:
    side = Side((), np.ones(100))
    known = Known((), 1e12)
    z, h, asked = compare(np.array([0.46, 0.2, 0.0]), np.array([1.0, 0.0, 0.0]), side, known)
    assert asked.tolist() == [True, True, False]
    assert z[0] < -10 < 10 < z[1]
    assert h[0] < 0 < h[1]
