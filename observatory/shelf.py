"""Data sets in, and found again by id, by the name of a sample, or by path."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from observatory import model
from observatory.errors import DatasetNotFound, UnreadableFile

if TYPE_CHECKING:
    from typing import Any

    import pandas as pd

    from observatory.store import Store
    from observatory.store.samples import Sample


class Shelf:
    """The data sets of a workspace and the samples that ship with the observatory."""

    def __init__(self, store: Store, samples: Sequence[Sample] = ()) -> None:
        self._store = store
        self._samples = {sample.name: sample for sample in samples}
        self._declared: dict[str, str] = {}

    def ingest(
        self, source: Path | str | pd.DataFrame, name: str | None = None, *, card: model.DataCard | None = None
    ) -> model.Dataset:
        """Store a file or a DataFrame as a data set; the same bytes under the same name are stored once.

        Without a card, that of a file `NAME.toml` beside it is read, if there is one.
        """
        from observatory.store.samples import card_beside

        if isinstance(source, (str, Path)):
            path = Path(source)
            if not path.is_file():
                raise UnreadableFile(f"There is no file “{path}”.", "Check the path; a folder cannot be read.")
            return self._store.ingest(path, name=name, card=card or card_beside(path))
        return self._store.ingest_frame(source, name=name or "table")

    def datasets(self) -> list[model.Dataset]:
        """All data sets of the catalog, newest first."""
        return self._store.datasets()

    def samples(self) -> tuple[Sample, ...]:
        """The sample data sets that ship with the observatory."""
        return tuple(self._samples.values())

    def dataset(self, dataset: model.Dataset | Path | str | pd.DataFrame) -> model.Dataset:
        """The data set meant: by id, by the name of a sample, by path, or a DataFrame; files and frames are stored."""
        if isinstance(dataset, model.Dataset):
            return dataset
        if not isinstance(dataset, str):
            return self.ingest(dataset)
        known = {d.id: d for d in self.datasets()}
        if dataset in known:
            return known[dataset]
        if dataset in self._samples:
            sample = self._samples[dataset]
            return self.ingest(sample.path, sample.name, card=sample.card)
        if Path(dataset).exists():
            return self.ingest(Path(dataset))
        if Path(dataset).suffix or Path(dataset).name != dataset:
            return self.ingest(Path(dataset))
        raise DatasetNotFound(dataset, [*known, *self._samples])

    def forget(self, dataset: model.Dataset | str) -> None:
        """Remove a data set from the catalog."""
        self._store.forget(self.dataset(dataset).id)

    def rows(self, dataset: Any, where: str | None = None, n: int = 200) -> pd.DataFrame:
        """The first `n` rows, or those that a finding's predicate selects."""
        table = self._store.table(self.dataset(dataset).id)
        return table.query(f"SELECT * FROM t {f'WHERE ({where})' if where else ''} ORDER BY rowid LIMIT {int(n)}")

    def rows_at(self, dataset: Any, positions: Sequence[int], n: int = 200) -> pd.DataFrame:
        """The rows at these positions in import order, at most `n`."""
        table = self._store.table(self.dataset(dataset).id)
        wanted = ", ".join(str(int(position)) for position in positions[:n]) or "-1"
        return table.query(f"SELECT rowid AS row, * FROM t WHERE rowid IN ({wanted}) ORDER BY rowid")

    def versions(self, dataset: Any) -> list[model.Dataset]:
        """Earlier versions of a data set, those of its name that were stored before it, newest first."""
        chosen = self.dataset(dataset)
        return [d for d in self.datasets() if d.name == chosen.name and d.created < chosen.created]

    def declared_reference(self, dataset: Any) -> str | None:
        """The reference that the card of a data set names, if it is there: the name of a sample, or an id.

        A card may name a sample, a data set by its id or name, or a file, which is stored when first asked for.
        """
        chosen = self.dataset(dataset)
        named = chosen.card.reference if chosen.card else None
        if named is None or named in self._samples:
            return named
        if named not in self._declared and Path(named).is_absolute() and Path(named).is_file():
            self._declared[named] = self.ingest(Path(named)).id
        others = [d for d in self.datasets() if d.id != chosen.id]
        meant = (named, self._declared.get(named))
        return next((d.id for d in others if d.id in meant or d.name == named), None)
