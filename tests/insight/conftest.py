"""Tables that the tests of insight ask about, profiled and charted by the real parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from observatory.charts import recommend
from observatory.model import EngineStatus, Profile, RankedChart, Wish
from observatory.profile import profile
from observatory.settings import Settings
from observatory.store import Store

Recommend = Callable[[Wish, int], list[RankedChart]]


@pytest.fixture(scope="session")
def profile_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[pd.DataFrame], Profile]]:
    """Stores a frame and profiles it."""
    workspace: Path = tmp_path_factory.mktemp("insight")
    store = Store(workspace, Settings())
    yield lambda frame: profile(store.table(store.ingest_frame(frame, name="table").id))
    store.close()


@pytest.fixture(scope="session")
def staff(profile_of: Callable[[pd.DataFrame], Profile]) -> Profile:
    """60 employees: salary, age, department, sex, city, a rating, a hire date and a name each."""
    n = 60
    return profile_of(
        pd.DataFrame(
            {
                "Employee_Name": [f"Person {chr(65 + i // 26)}{chr(65 + i % 26)}" for i in range(n)],
                "Department": ["Sales", "Research", "Support"] * 20,
                "Sex": ["F", "M"] * 30,
                "City": ["New York", "Boston", "Chicago", "Boston"] * 15,
                "Salary": [30000.5 + 377 * ((i * 7) % 60) for i in range(n)],
                "Age": [22.5 + (i * 11) % 41 for i in range(n)],
                "HIRE_DATE": pd.date_range("2001-03-01", periods=n, freq="61D"),
            }
        )
    )


@pytest.fixture
def staff_charts(staff: Profile) -> Recommend:
    return lambda wish, k: recommend(staff, wish, k)


@pytest.fixture
def off() -> EngineStatus:
    return EngineStatus("off", None, "No model.")
