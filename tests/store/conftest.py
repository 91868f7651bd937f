"""A workspace of its own for every test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from observatory.model import Dataset
from observatory.settings import Settings
from observatory.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "workspace", Settings(max_columns=500))
    yield opened
    opened.close()


@pytest.fixture
def ingest(store: Store, tmp_path: Path) -> Callable[..., Dataset]:
    """Ingest text or bytes; every dataset that comes back keeps the account of its records."""

    def ingest_content(content: str | bytes, name: str = "table.csv") -> Dataset:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        dataset = store.ingest(path)
        report = dataset.import_report
        assert report.physical == report.stored + report.rejected
        assert report.stored == dataset.n_rows == store.table(dataset.id).query("SELECT count(*) n FROM t")["n"].iloc[0]
        assert Dataset.from_dict(dataset.to_dict()) == dataset
        return dataset

    return ingest_content
