"""One sandbox for the tests that run code in it, with limits short enough to wait for."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest

from observatory.sandbox.box import Sandbox
from observatory.sandbox.layers import Limits

LIMITS = Limits(seconds=2, cpu_seconds=2, memory=384 * 2**20, output=2_000_000)


@pytest.fixture(scope="session")
def box() -> Iterator[Sandbox]:
    made = Sandbox(LIMITS)
    yield made
    made.close()


@pytest.fixture
def rows() -> pd.DataFrame:
    return pd.DataFrame({"name": list("abcdef"), "value": range(6), "group": list("xyxyxy")})
