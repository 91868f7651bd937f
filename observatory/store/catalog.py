"""The catalog: every dataset is a folder of the workspace, named after its content, that never changes."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from observatory.errors import DatasetNotFound, TableTooLarge, UnreadableFile
from observatory.model import DataCard, Dataset
from observatory.settings import Settings
from observatory.store.folders import available, discard, partial_folder, publish, sweep
from observatory.store.frames import write_frame
from observatory.store.importer import import_table
from observatory.store.journal import Journal
from observatory.store.table import Connections, StoredTable

_LOG = logging.getLogger(__name__)
_CHUNK = 1 << 20
_SUFFIXES = (".csv", ".tsv", ".txt", ".json", ".ndjson", ".jsonl", ".parquet", ".xlsx", ".gz")


class Store:
    """The datasets of one workspace; several processes and threads may share it."""

    def __init__(self, workspace: Path, settings: Settings) -> None:
        self._settings = settings
        self._folder = Path(workspace).expanduser() / "datasets"
        self._connections = Connections(settings.memory_limit)
        with available(self._folder.parent):
            self._folder.mkdir(parents=True, exist_ok=True)
            with partial_folder(self._folder):
                sweep(self._folder)

    def ingest(self, path: Path, *, name: str | None = None, card: DataCard | None = None) -> Dataset:
        """Store the table in a file of any format we read; the same bytes under the same name are the same dataset.

        Raises UnreadableFile, EmptyTable or TableTooLarge when the file is at fault, WorkspaceUnavailable when the
        workspace is; either way nothing is half stored.
        """
        path = Path(path)
        _check_file(path, self._settings.max_bytes)
        with self._building() as folder:
            raw = folder / ("raw" + (path.suffix.lower() if path.suffix.lower() in _SUFFIXES else ""))
            return self._build(folder, raw, _copy(path, raw, self._settings.max_bytes), name or _stem(path), card)

    def ingest_frame(self, frame: pd.DataFrame, *, name: str) -> Dataset:
        """Store a DataFrame; its index is dropped unless it has a name."""
        with self._building() as folder:
            raw = folder / "raw.parquet"
            write_frame(frame, raw)
            return self._build(folder, raw, _digest(raw), name, None)

    def datasets(self) -> list[Dataset]:
        """All datasets, newest first; one whose description cannot be read is left out with a warning in the log."""
        with available(self._folder):
            folders = [entry.name for entry in self._folder.iterdir() if not entry.name.startswith(".")]
        found = [dataset for name in folders if (dataset := self._read(name))]
        return sorted(found, key=lambda dataset: (dataset.created, dataset.id), reverse=True)

    def dataset(self, id: str) -> Dataset:
        """The dataset of that id; raises DatasetNotFound, which names the closest one."""
        found = self._read(id) if re.fullmatch(r"[a-z0-9-]+", id) else None
        if found is None:
            raise DatasetNotFound(id, [dataset.id for dataset in self.datasets()])
        return found

    def table(self, id: str) -> StoredTable:
        """The table of a dataset; its SQL sees one table called `t`."""
        return StoredTable(self._folder / id / "table.duckdb", self._connections, self.dataset(id).n_rows)

    def forget(self, id: str) -> None:
        """Remove a dataset from the catalog and from the disk."""
        self.dataset(id)
        self._connections.close(self._folder / id / "table.duckdb")
        with available(self._folder):
            discard(self._folder / id)

    def journal(self, name: str) -> Journal:
        """Records that the workspace keeps under a name."""
        return Journal(self._folder.parent / f"{name}.jsonl")

    def close(self) -> None:
        """Close all databases; the store can still be used and opens them again."""
        self._connections.close()

    @contextmanager
    def _building(self) -> Iterator[Path]:
        with available(self._folder.parent), partial_folder(self._folder) as folder:
            yield folder

    def _build(self, folder: Path, raw: Path, version: str, name: str, card: DataCard | None) -> Dataset:
        dataset_id = self._id(name, version)
        known = self._read(dataset_id)
        if known:
            return self._with_card(known, card)
        database = folder / "table.duckdb"
        report, fields = import_table(raw, database, self._settings)
        created = datetime.now(UTC).isoformat(timespec="microseconds")
        dataset = Dataset(dataset_id, name, version, report.stored, len(fields), fields, report, card, created)
        _write(dataset, folder / "dataset.json")
        if publish(folder, self._folder / dataset_id):
            return dataset
        winner = self._read(dataset_id)
        if winner:
            return self._with_card(winner, card)
        discard(self._folder / dataset_id)
        publish(folder, self._folder / dataset_id)
        return dataset

    def _id(self, name: str, version: str) -> str:
        """The name and the first 8 digits of the hash, or more where another content has these."""
        for n in (8, 16, 64):
            dataset_id = f"{_slug(name)}-{version[:n]}"
            known = self._read(dataset_id)
            if known is None or known.version == version:
                break
        return dataset_id

    def _read(self, id: str) -> Dataset | None:
        path = self._folder / id / "dataset.json"
        try:
            return Dataset.from_dict(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
            _LOG.warning("The dataset %s is left out: its description cannot be read (%s).", id, exc)
            return None

    def _with_card(self, dataset: Dataset, card: DataCard | None) -> Dataset:
        if card is None or card == dataset.card:
            return dataset
        changed = replace(dataset, card=card)
        path = self._folder / dataset.id / "dataset.json"
        fresh = path.with_name(f".dataset-{os.getpid()}.json")
        _write(changed, fresh)
        fresh.rename(path)
        return changed


def _check_file(path: Path, max_bytes: int) -> None:
    if path.is_dir():
        raise UnreadableFile(f"{path} is a folder, not a file.", "Choose a file in it.")
    try:
        size = path.stat().st_size
        path.open("rb").close()
    except OSError as exc:
        reason = (exc.strerror or str(exc)).lower()
        raise UnreadableFile(f"{path} cannot be read: {reason}.", "Check its name and permissions.") from exc
    if size > max_bytes:
        raise TableTooLarge(
            f"The file has {size:,} bytes; the limit is {max_bytes:,}.",
            "Choose a smaller file, or raise OBSERVATORY_MAX_BYTES.",
        )


def _copy(source: Path, target: Path, max_bytes: int) -> str:
    """Copy a file, hashing on the way; gives the SHA-256."""
    digest, n = hashlib.sha256(), 0
    with source.open("rb") as file, target.open("wb") as out:
        while chunk := file.read(_CHUNK):
            n += len(chunk)
            if n > max_bytes:
                raise TableTooLarge(
                    f"The file is larger than the limit of {max_bytes:,} bytes.",
                    "Choose a smaller file, or raise OBSERVATORY_MAX_BYTES.",
                )
            digest.update(chunk)
            out.write(chunk)
    return digest.hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stem(path: Path) -> str:
    name = path.name
    while Path(name).suffix.lower() in _SUFFIXES and Path(name).stem:
        name = Path(name).stem
    return name


def _slug(name: str) -> str:
    """A name as part of an address: ASCII letters, digits and hyphens, at most 40.

    >>> _slug("Größe & Länge.csv"), _slug("東京")
    ('grosse-lange-csv', 'table')
    """
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode()
    return re.sub("[^a-z0-9]+", "-", plain.lower()).strip("-")[:40].strip("-") or "table"


def _write(dataset: Dataset, path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        json.dump(dataset.to_dict(), file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
