"""Data sets: a stored table, how its file was read, and what people say about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from observatory.model.record import Record

if TYPE_CHECKING:
    import pandas as pd


class Table(Protocol):
    """A stored table that answers SQL; its rows are `t`, in import order by `rowid`."""

    @property
    def n_rows(self) -> int: ...

    def query(self, sql: str, params: Sequence[object] = ()) -> pd.DataFrame:
        """Run one read-only statement; `?` stands for each parameter in turn."""
        ...

    def sample(self, n: int, *, random_state: int = 0) -> pd.DataFrame:
        """At most `n` rows, the same ones for the same seed; `rowid` is the index."""
        ...


@dataclass(frozen=True)
class Reject(Record):
    """A physical record that could not be stored: its line (1-based), why, and its text, cut at 500 characters."""

    line: int
    reason: str
    raw: str


@dataclass(frozen=True)
class ImportReport(Record):
    """What happened to every physical record of a file: `physical == stored + rejected`, always."""

    format: str
    encoding: str | None
    delimiter: str | None
    physical: int
    stored: int
    rejected: int
    rejects: tuple[Reject, ...] = ()
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True)
class DataCard(Record):
    """What people say about a data set: where it is from, whom it stands for, what is known to be biased in it."""

    title: str
    description: str = ""
    source: str = ""
    licence: str = ""
    population: str = ""
    known_bias: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    reference: str | None = None
    target: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dataset(Record):
    """One version of a table in the catalog; `version` is the SHA-256 of the bytes it was read from."""

    id: str
    name: str
    version: str
    n_rows: int
    n_columns: int
    fields: tuple[str, ...]
    import_report: ImportReport
    card: DataCard | None = None
    created: str = ""

    @property
    def title(self) -> str:
        """The name people see."""
        return self.card.title if self.card else self.name
